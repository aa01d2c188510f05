// Engines behind adapters, as the command drives, tells and judges them.
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "tests/adapter/puppet.h"
#include "tests/cli/cli.h"

namespace tidemark::core {
namespace {

std::string engine(const std::vector<std::string>& words = {}) {
  return "\"" + puppet(words) + "\"";
}
std::string driven(const std::vector<std::string>& words = {}) {
  return "--engine " + engine(words) + " ";
}

const std::string kFew = "--episodes 40 --seed 7 --shrink-most 1 ";
const std::string kSmall =
    "--episodes 100 --seed 7 --clients 2 --steps 10 --shrink-most 1 --invariants no-lost-update ";

// --- fuzz

TEST_F(Cli, AnEngineThatHoldsIsToldAndJudgedForWhatItDoesNotExcuse) {
  const std::string command = "fuzz " + driven({"worlds=16"}) + kFew;
  const Ran ran = tidemark(command);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(has(ran.err,
                  "engine puppet 1.0: strategy own, decisions reported; lacks shared-keys; excuses "
                  "told\n"))
      << ran.err;
  EXPECT_TRUE(has(ran.err, "--shared-keys off"));
  EXPECT_TRUE(std::regex_search(ran.out, std::regex("puppet, own +40 "))) << ran.out;
  EXPECT_TRUE(has(ran.out, "no-redundant-transfer,integrity held")) << ran.out;
  EXPECT_EQ(tidemark(command).out, ran.out) << "the same command gives the same bytes";
}

TEST_F(Cli, HowManyWorldsAnEngineHostsIsNotSeenInWhatIsFound) {
  const std::string several = tidemark("fuzz " + driven({"worlds=16"}) + kFew).out;
  EXPECT_EQ(tidemark("fuzz " + driven() + kFew).out, several);
}

TEST_F(Cli, WhatAnEngineLosesIsFoundShrunkAndReplaysAsPasted) {
  const Ran ran = tidemark("fuzz " + driven({"worlds=16", "careless"}) + kSmall + "--out found");
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_TRUE(has(ran.out, "FAIL no-lost-update  puppet, own\n")) << ran.out;
  EXPECT_TRUE(has(ran.out, "-> 4 steps")) << ran.out;
  ASSERT_EQ(files().size(), 3u) << "the folder, the trace, the run";
  EXPECT_TRUE(content(files()[1]).starts_with("tidemark-trace 1\nengine puppet\nstrategy own\n"));
  const std::vector<std::string> commands = commands_in(ran.out);
  ASSERT_EQ(commands.size(), 2u) << "the trace, and its seed";
  for (const std::string& command : commands) {
    const Ran again = shell(command);
    EXPECT_EQ(again.code, 1) << command << again.err;
    EXPECT_TRUE(has(again.out, "BROKEN  no-lost-update")) << again.out;
  }
}

// --- replay and shrink

constexpr const char* kLost =
    "tidemark-trace 1\n"
    "engine puppet\n"
    "clients 2\n"
    "create S o1\n"
    "sync A\n"
    "edit S o1\n"
    "edit A o1\n"
    "sync A\n"
    "sync B\n"
    "expect no-lost-update violated\n";

TEST_F(Cli, ATraceOfAnEngineReplaysOnWhicheverEngineIsGiven) {
  write("lost.trace", kLost);
  const Ran careless = tidemark("replay lost.trace " + driven({"careless"}));
  EXPECT_EQ(careless.code, 1) << careless.err;
  EXPECT_TRUE(has(careless.out, "expected no-lost-update violated: yes\n")) << careless.out;
  const Ran sound = tidemark("replay lost.trace " + driven());
  EXPECT_EQ(sound.code, 0) << sound.err;
  EXPECT_TRUE(has(sound.out, "expected no-lost-update violated: NO\n")) << sound.out;
  EXPECT_EQ(tidemark("replay lost.trace --protocol hardened").code, 0);
}

TEST_F(Cli, ATraceOfAnEngineSaysWhichEngineIsMissing) {
  write("lost.trace", kLost);
  for (const char* verb : {"replay", "replay --check", "shrink"})
    expect_refused(std::string(verb) + " lost.trace",
                   "a trace of the engine 'puppet', expected --engine 'COMMAND' that starts it");
}

TEST_F(Cli, TheEpisodeOfASeedIsShrunkOnTheEngine) {
  const Ran found = tidemark("fuzz -q " + driven({"careless"}) + kSmall);
  const auto seed = found.out.find("--seed ");
  ASSERT_NE(seed, std::string::npos) << found.out;
  const std::string command = "replay " + found.out.substr(seed, 7 + 18) +
                              " --clients 2 --steps 10 " +
                              "--shared-keys off --shrink no-lost-update --print-trace ";
  const Ran ran = tidemark(command + driven({"careless"}));
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_EQ(ran.out,
            "tidemark-trace 1\nengine puppet\nstrategy own\nclients 1\nsettle-rounds 14\n"
            "create S o1\nsync A\nedit S o1\nedit A o1\nexpect no-lost-update violated\n");
  expect_refused(command + driven(), "--shrink: this episode does not break no-lost-update");
}

// --- faults

TEST_F(Cli, AFaultOfAnEngineIsToldWithTheLastLinesAndTheRunGoesOn) {
  const Marker marker;
  const Ran ran = tidemark("fuzz " + driven({marker.word(), "crash@300"}) + kFew);
  EXPECT_EQ(ran.code, 3);
  EXPECT_TRUE(has(ran.err,
                  "\ntidemark: fault of the engine: crash: the program ended with exit "
                  "code 7 while an answer was expected\n"))
      << ran.err;
  EXPECT_TRUE(has(ran.err, "\n  > {\"op\":")) << ran.err;
  EXPECT_TRUE(has(ran.err, "\n  < {")) << ran.err;
  EXPECT_TRUE(has(ran.err, "paste: ")) << ran.err;
  EXPECT_TRUE(has(ran.out, "39 episodes in 1 configuration: 39 held")) << ran.out;
}

TEST_F(Cli, AFaultOutranksWhatIsViolated) {
  const Ran ran = tidemark("fuzz -q " + driven({"careless", "refuses=restore"}) +
                           "--episodes 60 --seed 7 --shrink-most 1 --shrink-runs 50");
  EXPECT_TRUE(has(ran.out, "FAIL no-lost-update")) << ran.out;
  EXPECT_TRUE(has(ran.err, "error: the adapter says: \"no restore here\""));
  EXPECT_EQ(ran.code, 3);
}

TEST_F(Cli, AnEngineThatHangsIsWaitedForNoLongerThanIsSaid) {
  const Ran ran = tidemark("fuzz " + driven({"silent@1"}) + "--engine-timeout 200ms");
  EXPECT_EQ(ran.code, 3);
  EXPECT_TRUE(has(ran.err, "fault of the engine: hang: no answer within 200 ms\n")) << ran.err;
}

TEST_F(Cli, AnEngineThatGoesOtherwiseTheSecondTimeIsAFault) {
  const Ran ran = tidemark("fuzz -q " + driven({"moody"}) + "--episodes 1 --seed 7");
  EXPECT_EQ(ran.code, 3);
  EXPECT_TRUE(has(ran.err, "1 episode ran otherwise the second time: 0")) << ran.err;
}

TEST_F(Cli, AnAdapterThatDoesNotSayHelloIsAFaultOfEveryVerb) {
  write("lost.trace", kLost);
  const std::string adapter = engine({"say@1={}"});
  for (const std::string& arguments :
       {"fuzz --engine " + adapter, "replay lost.trace --engine " + adapter,
        "adapter check " + adapter, "adapter compare --protocol page " + adapter}) {
    const Ran ran = tidemark(arguments);
    EXPECT_EQ(ran.code, 3) << arguments;
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(
        ran.err,
        "  > {\"op\":\"hello\",\"tidemark\":1}\n  < {}\ntidemark: fault of the engine: version: "
        "hello is answered with \"tidemark\": nothing, expected 1\n")
        << arguments;
  }
}

TEST_F(Cli, AStrategyIsAskedForAndMustBeThere) {
  EXPECT_EQ(tidemark("fuzz -q --episodes 5 --strategy client-priority " +
                     driven({"strategy=client-priority"}))
                .code,
            0);
  const Ran ran = tidemark("fuzz --strategy client-priority " + driven());
  EXPECT_EQ(ran.code, 3);
  EXPECT_TRUE(has(ran.err, "error: the adapter says: \"newest wins, nothing else\"")) << ran.err;
}

// --- adapter check

TEST_F(Cli, CheckGoesThroughEveryRequestAndSaysThatAllIsWell) {
  const Ran ran = tidemark("adapter check " + engine({"worlds=16"}));
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_TRUE(has(ran.out,
                  "ok    says hello: puppet 1.0, strategy own, decisions reported, 16 "
                  "worlds\n"));
  EXPECT_TRUE(has(ran.out, "ok    worlds share nothing\n"));
  EXPECT_TRUE(has(ran.out, "--    two objects may have one primary key (the engine lacks it)\n"));
  EXPECT_TRUE(has(ran.out, "all is as docs/ADAPTERS.md asks for\n"));
  EXPECT_FALSE(has(ran.out, "FAIL"));
}

TEST_F(Cli, CheckSaysWhatFailedAfterWhichSteps) {
  const Ran ran = tidemark("adapter check " + engine({"moody"}));
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_TRUE(has(ran.out,
                  "FAIL  a sync brings a change to the server: the same steps, done twice, "
                  "went differently the second time\n        after: create A o1;sync A\n"))
      << ran.out;
  EXPECT_TRUE(has(ran.out, "checks failed\n"));
}

TEST_F(Cli, CheckGoesOnBehindAFaultAndEndsAsOne) {
  const Ran ran = tidemark("adapter check " + engine({"worlds=2", "refuses=restore"}));
  EXPECT_EQ(ran.code, 3);
  EXPECT_TRUE(has(ran.out,
                  "FAIL  a restore brings back what was backed up: error: the adapter "
                  "says: \"no restore here\"\n"))
      << ran.out;
  EXPECT_TRUE(has(ran.out, "\n        > {\"op\":\"restore\",\"world\":0,\"at\":\"S\",\"id\":3}\n"));
  EXPECT_TRUE(has(ran.out, "ok    worlds share nothing\n"));
  EXPECT_TRUE(has(ran.out, "1 check failed\n"));
}

// The program ends while two worlds are under way: at a request that it never got with one.
TEST_F(Cli, CheckTellsAFaultWithSeveralWorldsUnderWayAsAnyOther) {
  const Ran ran = tidemark("adapter check " + engine({"worlds=2", "apart"}));
  EXPECT_EQ(ran.code, 3);
  EXPECT_TRUE(has(ran.out,
                  "FAIL  worlds share nothing: error: the adapter says: \"one world, "
                  "please\"\n"))
      << ran.out;
  EXPECT_TRUE(has(ran.out, "1 check failed\n"));
}

TEST_F(Cli, CheckGivesAsJsonWhatItSays) {
  const Ran ran = tidemark("adapter check " + engine({"worlds=2", "refuses=restore"}) + " --out -");
  EXPECT_EQ(ran.code, 3);
  const auto document = nlohmann::json::parse(ran.out);
  EXPECT_EQ(document["schema"], "tidemark/adapter-check/1");
  EXPECT_EQ(document["engine"]["name"], "puppet");
  EXPECT_EQ(document["holds"], false);
  std::map<std::string, nlohmann::json> checks;
  for (const auto& check : document["checks"]) checks[check["claim"]] = check;
  const auto& restore = checks["a restore brings back what was backed up"];
  EXPECT_EQ(restore["result"], "fault");
  EXPECT_EQ(restore["why"], "error: the adapter says: \"no restore here\"");
  EXPECT_TRUE(has(restore["after"].get<std::string>(), ";restore S"));
  EXPECT_FALSE(restore["transcript"].empty());
  EXPECT_EQ(checks["worlds share nothing"]["result"], "ok");
  EXPECT_EQ(checks["worlds share nothing"]["why"], nullptr);
  EXPECT_EQ(checks["two objects may have one primary key"]["result"], "passed-over");
  EXPECT_EQ(checks["two objects may have one primary key"]["why"], "the engine lacks it");
}

// --- adapter compare

const std::string kOneClient =
    "--seed 7 --episodes 30 --steps 8 --clients 1 --faults none --backend off --deletes off "
    "--client-edits off ";

TEST_F(Cli, CompareSaysThatTwoDidTheSame) {
  const Ran ran = tidemark("adapter compare --protocol guarded " + kOneClient +
                           engine({"strategy=server-priority"}));
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "puppet and guarded, server-priority did the same in 30 episodes\n");
}

// The page's own protocol brings a client its own upload back.
TEST_F(Cli, CompareShowsTheSmallestEpisodeInWhichTwoDiffer) {
  const Ran ran = tidemark("adapter compare --protocol page " + kOneClient +
                           engine({"strategy=server-priority"}));
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_TRUE(has(ran.out, "shrunk to 1 step:\n")) << ran.out;
  EXPECT_TRUE(has(ran.out, "\ncreate A o1\n")) << ran.out;
  EXPECT_TRUE(has(ran.out, "page: the message carries o1 as v1\npuppet: nothing more happens\n"))
      << ran.out;
  const auto begin = ran.out.find("tidemark-trace 1\n");
  write("different.trace", ran.out.substr(begin, ran.out.find("page: ") - begin));
  EXPECT_TRUE(has(tidemark("replay different.trace").out, "create A o1"));
}

TEST_F(Cli, CompareGivesAsJsonWhatItSays) {
  const auto document_of = [&](const std::string& protocol) {
    return nlohmann::json::parse(tidemark("adapter compare --protocol " + protocol + " " +
                                          kOneClient + engine({"strategy=server-priority"}) +
                                          " --quiet --out -")
                                     .out);
  };
  const auto same = document_of("guarded");
  EXPECT_EQ(same["schema"], "tidemark/adapter-compare/1");
  EXPECT_EQ(same["same"], true);
  EXPECT_EQ(same["episodes"], 30);
  EXPECT_EQ(same["difference"], nullptr);
  const auto other = document_of("page");
  EXPECT_EQ(other["same"], false);
  EXPECT_LE(other["episodes"], 30);
  EXPECT_EQ(other["difference"]["protocol"], "the message carries o1 as v1");
  EXPECT_TRUE(has(other["difference"]["trace"].get<std::string>(), "\ncreate A o1\n"));
}

TEST_F(Cli, CompareMustKnowTheStrategyOfBoth) {
  const Ran ran =
      tidemark("adapter compare --protocol page " + kOneClient + engine({"strategy=own"}));
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(has(ran.err, "the engine has a strategy of its own, expected --strategy")) << ran.err;
}

// --- traces of an engine

TEST_F(Cli, ATraceOfAnEngineIsCheckedAndShrunkLikeAnyOther) {
  write("lost.trace", kLost);
  EXPECT_EQ(tidemark("replay --check lost.trace " + driven({"careless"})).code, 0);
  EXPECT_EQ(tidemark("replay --check lost.trace " + driven()).code, 1);
  const Ran shrunk = tidemark("shrink lost.trace " + driven({"careless"}));
  EXPECT_EQ(shrunk.code, 0) << shrunk.err;
  EXPECT_TRUE(has(shrunk.out,
                  "create S o1\nsync A\nedit S o1\nedit A o1\nexpect no-lost-update violated\n"))
      << shrunk.out;
}

// --- what is refused

TEST_F(Cli, WhatAnEngineDoesNotTakeIsRefusedBeforeItStarts) {
  const std::string starts = "--engine 'touch started' ";
  expect_refused("fuzz --protocol page " + starts, "--protocol excludes --engine");
  expect_refused("fuzz --set a=b " + starts, "--set excludes --engine");
  expect_refused("fuzz --mutate crash-forgets-pending " + starts, "--engine");
  expect_refused("fuzz --strategy wild " + starts, "unknown strategy 'wild'");
  expect_refused("fuzz --engine-timeout 5s", "--engine-timeout requires --engine");
  expect_refused("fuzz --engine-timeout soon " + starts, "'soon' is no time, expected one such as");
  expect_refused("fuzz --engine-timeout 0s " + starts, "'0s' is no time");
  expect_refused("replay " + starts, "nothing to replay");
  EXPECT_TRUE(files().empty());
}

TEST_F(Cli, TheVerbsForAdaptersRefuseWhatTheyDoNotUnderstand) {
  expect_refused("adapter", "ubcommand is required");
  expect_refused("adapter wash x", "ubcommand is required");
  expect_refused("adapter check", "COMMAND is required");
  expect_refused("adapter check x y", "not expected: y");
  expect_refused("adapter compare x", "--protocol is required");
  expect_refused("adapter compare x --protocol page --episodes 0", "'0' does not fit");
  expect_refused("adapter compare --protocol wild " + engine({"strategy=server-priority"}),
                 "unknown protocol 'wild'");
}

}  // namespace
}  // namespace tidemark::core
