// tidemark campaign, merge, triage, corpus.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/cli.h"

namespace tidemark::core {
namespace {

const std::string kFile =
    "[[configuration]]\nprotocol = \"hardened\"\nweight = 3\n\n"
    "[[configuration]]\nname = \"old\"\nprotocol = \"page\"\nstrategy = \"client-priority\"\n"
    "clients = 2\nbackend = false\n";
const std::string kSound = "[[configuration]]\nprotocol = \"hardened\"\n";

class Nights : public Cli {
 protected:
  Nights() {
    write("c.toml", kFile);
    write("sound.toml", kSound);
  }
  Ran campaign(const std::string& arguments) const {
    return tidemark("campaign c.toml --seed 5 --out night " + arguments);
  }
  nlohmann::json report(const std::string& folder = "night") const {
    return nlohmann::json::parse(content(folder + "/report.json"));
  }
  std::size_t count(const std::string& status, const std::string& folder = "night") const {
    std::size_t count = 0;
    const nlohmann::json night = report(folder);
    for (const auto& each : night["findings"]) count += each["status"] == status;
    return count;
  }
};

TEST_F(Nights, LeavesWhatTheMorningNeeds) {
  const Ran ran = campaign("--episodes 4000");
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_TRUE(has(ran.out, "FAIL night 1: ")) << ran.out;
  EXPECT_TRUE(has(ran.out, "4 000 episodes of 4 configurations")) << ran.out;
  EXPECT_GT(count("new"), 3u);
  for (const char* file :
       {"night/index.html", "night/history.jsonl", "night/report.json", "night/shards/0-of-1.json"})
    EXPECT_FALSE(content(file).empty()) << file;
  const nlohmann::json night = report();
  for (const auto& each : night["findings"]) {
    const std::string trace = "night/findings/" + each["name"].get<std::string>() + ".trace";
    EXPECT_EQ(tidemark("replay --check " + trace).code, 0) << trace;
  }
}

TEST_F(Nights, RunsOneEpisodeAlone) {
  campaign("--episodes 4000");
  const nlohmann::json finding = report()["findings"][0];
  const std::string episode = std::to_string(finding["oldest"]["episode"].get<std::uint64_t>());
  const Ran ran = tidemark("campaign c.toml --seed 5 --episode " + episode);
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_TRUE(has(ran.out, finding["invariant"].get<std::string>())) << ran.out;
  ASSERT_EQ(commands_in(ran.err).size(), 1u) << ran.err;
  EXPECT_EQ(shell(commands_in(ran.err)[0]).out, ran.out) << "the line that is told does the same";
}

TEST_F(Nights, OfAnEngineBehindAnAdapterAreReplayedOnIt) {
  write("engine.toml", "[[configuration]]\nengine = \"" TIDEMARK_PUPPET
                       " careless\"\nclients = 2\nobjects = 1\n"
                       "steps = 10\nfaults = \"lost\"\nshrink-runs = 100\n");
  const Ran ran = tidemark("campaign engine.toml --episodes 256 --seed 5 --out 'a night'");
  EXPECT_EQ(ran.code, 1) << ran.err;
  ASSERT_FALSE(commands_in(ran.out).empty()) << ran.out;
  EXPECT_EQ(shell(commands_in(ran.out)[0]).code, 1) << commands_in(ran.out)[0];
}

// Threads that are far ahead of the engine wait for it, and must hear that the night is over.
TEST_F(Nights, EndThoughAnEngineIsWaitedFor) {
  write("both.toml", "[[configuration]]\nengine = \"" TIDEMARK_PUPPET
                     "\"\n\n[[configuration]]\nprotocol = \"hardened\"\nweight = 20\n");
  for (int i = 0; i < 5; ++i) {
    const Ran ran = shell("timeout -s KILL 60 " TIDEMARK_BINARY
                          " campaign both.toml --for 300ms --jobs 3 --out night -q");
    EXPECT_TRUE(ran.code == 0 || ran.code == 4) << ran.code << ran.err;
  }
}

TEST_F(Nights, IsMergedToWhatOneMachineFinds) {
  const Ran whole = campaign("--episodes 4000");
  for (int i = 0; i < 3; ++i) {
    const std::string shard = std::to_string(i);
    tidemark("campaign c.toml --seed 5 --episodes 4000 --shard " + shard + "/3 --out part/night-" +
             shard);
  }
  const Ran merged = tidemark("merge part/night-2 part/night-0 part/night-1 part/night-0 --out m");
  EXPECT_EQ(merged.code, 1) << merged.err;
  EXPECT_EQ(content("m/report.json"), content("night/report.json"));
  const Ran lacking = tidemark("merge part/night-2 part/night-0 --out m");
  EXPECT_TRUE(has(lacking.out, "inconclusive: shard 1/3 is missing")) << lacking.out;
}

TEST_F(Nights, IsNeverGreenWhereAShardIsMissingOrCannotBeRead) {
  for (const char* shard : {"0", "1"})
    EXPECT_EQ(tidemark(std::string("campaign sound.toml --seed 5 --episodes 9000 --shard ") +
                       shard + "/2 --out s" + shard)
                  .code,
              0);
  EXPECT_EQ(tidemark("merge s0 s1 --out m").code, 0);
  EXPECT_EQ(tidemark("merge s0 --out m").code, 5);
  std::string spoilt = content("s1/shards/1-of-2.json");
  spoilt[spoilt.size() / 2] ^= 1;
  write("s1/shards/1-of-2.json", spoilt);
  const Ran ran = tidemark("merge s0 s1 --out m");
  EXPECT_EQ(ran.code, 5);
  EXPECT_TRUE(has(ran.err, "s1/shards/1-of-2.json:1: ")) << ran.err;
  EXPECT_TRUE(has(ran.out, "IN DOUBT night 1")) << ran.out;
}

TEST_F(Nights, MergesShardsOfOneCampaignAlone) {
  tidemark("campaign sound.toml --seed 5 --episodes 2000 --shard 0/2 --out s0");
  tidemark("campaign sound.toml --seed 6 --episodes 2000 --shard 1/2 --out s1");
  const Ran ran = tidemark("merge s0 s1 --out m");
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(has(ran.err, "is of another campaign")) << ran.err;
}

TEST_F(Nights, ThatWasKilledGoesOn) {
  campaign("--episodes 60000 --jobs 2");
  const std::string whole = content("night/report.json");
  const std::string again = TIDEMARK_BINARY
      " campaign c.toml --seed 5 --episodes 60000 --resume "
      "--out again -q >/dev/null 2>&1";
  for (const char* seconds : {"0.1", "0.2", "0.15"})
    EXPECT_EQ(shell(std::string("timeout -s KILL ") + seconds + " " + again).code, 137);
  EXPECT_FALSE(fs::exists(work() / "again/report.json"));
  EXPECT_EQ(shell(again).code, 1);
  EXPECT_EQ(content("again/report.json"), whole);
}

TEST_F(Nights, GoesOnWithNothingElse) {
  tidemark("campaign sound.toml --seed 5 --episodes 2000 --out night");
  const Ran other = tidemark("campaign sound.toml --seed 6 --episodes 2000 --out night --resume");
  EXPECT_EQ(other.code, 2);
  EXPECT_TRUE(has(other.err, "night/shards/0-of-1.json:1: is of another campaign")) << other.err;
  write("night/shards/0-of-1.json", "{\"schema\": \"tidemark/shard/1\"");
  const Ran torn = tidemark("campaign sound.toml --seed 5 --episodes 2000 --out night --resume");
  EXPECT_EQ(torn.code, 2);
  EXPECT_TRUE(has(torn.err, "night/shards/0-of-1.json:1: ")) << torn.err;
}

// A line of the shell: the campaign runs, is sent a signal once it has begun, and is waited for.
std::string signalled(const std::string& signal, const std::string& time) {
  return "rm -rf night; " TIDEMARK_BINARY " campaign sound.toml --for " + time +
         " --seed 5 --out night & while [ ! -e night/shards/0-of-1.times ]; do sleep 0.05; done; "
         "kill -" +
         signal + " $!; wait $!";
}

TEST_F(Nights, ThatIsInterruptedSaysWhatItHas) {
  const Ran ran = shell(signalled("INT", "1h"));
  EXPECT_EQ(ran.code, 130);
  EXPECT_TRUE(has(ran.out, "inconclusive: shard 0/1 was interrupted")) << ran.out;
  EXPECT_TRUE(has(ran.err, "--resume goes on")) << ran.err;
  EXPECT_EQ(report()["exit_code"], 5);
  EXPECT_EQ(shell(signalled("TERM", "1h")).code, 143);
}

TEST_F(Nights, TellsHowFarItIsWhenAsked) {
  const Ran ran = shell(signalled("USR1", "2s"));
  EXPECT_EQ(ran.code, 0);
  EXPECT_TRUE(has(ran.err, " episodes, ")) << ran.err;
  EXPECT_TRUE(has(ran.err, "% run twice, 0 otherwise")) << ran.err;
}

TEST_F(Nights, CountsItsNights) {
  for (int i = 0; i < 2; ++i) tidemark("campaign sound.toml --episodes 1000 --out night");
  EXPECT_EQ(lines_of(content("night/history.jsonl")).size(), 2u);
  EXPECT_EQ(report()["plan"]["night"], 2);
  const std::string seed = report()["plan"]["seed"];
  tidemark("campaign sound.toml --episodes 1000 --out night");
  EXPECT_NE(report()["plan"]["seed"], seed) << "each night searches elsewhere";
  tidemark_on("GITHUB_SHA=abc", "campaign sound.toml --episodes 9 --night 4 --out a");
  tidemark_on("GITHUB_SHA=abc", "campaign sound.toml --episodes 9 --night 4 --out b");
  EXPECT_EQ(report("a")["plan"]["seed"], report("b")["plan"]["seed"]);
  tidemark_on("GITHUB_SHA=abd", "campaign sound.toml --episodes 9 --night 4 --out b");
  EXPECT_NE(report("a")["plan"]["seed"], report("b")["plan"]["seed"]);
}

TEST_F(Nights, KeepsTheSimplestAndTheOldestTraceFromNightToNight) {
  campaign("--episodes 4000");
  const std::string name = "night/findings/" + report()["findings"][0]["name"].get<std::string>();
  const std::string simplest = content(name + ".trace");
  const std::string marked = "# of an earlier night\n" + simplest;
  for (const char* kind : {".trace", ".oldest.trace"}) write(name + kind, marked);
  campaign("--episodes 4000");
  EXPECT_EQ(content(name + ".trace"), marked) << "what is as simple is not replaced";
  EXPECT_EQ(content(name + ".oldest.trace"), marked);
  std::string longer = simplest;
  longer.insert(longer.find("expect"), "sync A\nsync A\n");
  for (const char* kind : {".trace", ".oldest.trace"}) write(name + kind, longer);
  campaign("--episodes 4000");
  EXPECT_EQ(content(name + ".trace"), simplest) << "what is simpler takes its place";
  EXPECT_EQ(content(name + ".oldest.trace"), longer);
}

TEST_F(Nights, HoldsANightAgainstTheBaseline) {
  campaign("--episodes 4000");
  const std::size_t all = count("new");
  EXPECT_EQ(tidemark("triage accept --all --night night --baseline baseline").code, 0);
  EXPECT_EQ(campaign("--episodes 4000 --night 1 --baseline baseline").code, 0);
  EXPECT_EQ(count("known"), all);
  EXPECT_EQ(count("new"), 0u);
  const std::string name = report()["findings"][0]["name"];
  const std::string fingerprint = name.substr(name.size() - 12);

  const Ran unfixed = tidemark("triage fixed " + fingerprint + " --baseline baseline");
  EXPECT_EQ(unfixed.code, 2);
  EXPECT_TRUE(has(unfixed.err, "still breaks")) << unfixed.err;

  std::string trace = content("baseline/" + name + ".trace");
  const auto violated = trace.find("violated");
  ASSERT_NE(violated, std::string::npos);
  write("baseline/" + name + ".trace", trace.replace(violated, 8, "holds"));
  EXPECT_EQ(campaign("--episodes 4000 --night 1 --baseline baseline").code, 1);
  EXPECT_EQ(report()["findings"][0]["status"], "regressed");
  EXPECT_EQ(report()["findings"][0]["name"], name);

  EXPECT_EQ(tidemark("triage accept " + fingerprint + " --night night --baseline baseline").code,
            0);
  EXPECT_EQ(campaign("--episodes 4000 --night 1 --baseline baseline").code, 0);
}

TEST_F(Nights, TakesSeveralFingerprintsForOneBug) {
  campaign("--episodes 20000");
  std::map<std::string, std::vector<std::string>> prints;  // by invariant
  const nlohmann::json night = report();
  for (const auto& each : night["findings"]) {
    const std::string name = each["name"];
    prints[each["invariant"]].push_back(name.substr(name.size() - 12));
  }
  const auto several = std::find_if(prints.begin(), prints.end(),
                                    [](const auto& each) { return each.second.size() > 1; });
  ASSERT_NE(several, prints.end());
  const std::string one = several->second[0];
  const std::string other = several->second[1];
  const std::string folders = " --night night --baseline baseline";
  ASSERT_EQ(tidemark("triage accept " + one + folders).code, 0);
  EXPECT_EQ(tidemark("triage same-as " + other + " " + one + folders).code, 0);
  const Ran listed = tidemark("triage list" + folders);
  EXPECT_TRUE(has(listed.out, "known      " + several->first + "-" + one + "\n")) << listed.out;
  EXPECT_TRUE(has(listed.out, "(as " + several->first + "-" + other + ")")) << listed.out;
  campaign("--episodes 20000 --night 1 --baseline baseline");
  EXPECT_EQ(count("known"), 1u);
  EXPECT_EQ(tidemark("triage split " + one + " " + other + " --baseline baseline").code, 0);
  EXPECT_FALSE(has(tidemark("triage list" + folders).out, "(as "));
}

TEST_F(Nights, SaysWhatABaselineMayBe) {
  fs::create_directory(work() / "baseline");
  write("baseline/x.trace", "tidemark-trace 1\nprotocol page\nclients 1\ncreate A o1\n");
  expect_refused("campaign sound.toml --episodes 9 --out night --baseline baseline",
                 "baseline/x.trace:1: expects nothing, expected");
  expect_refused("campaign sound.toml --episodes 9 --out night --baseline nowhere", "nowhere: ");
  const std::string bug =
      "tidemark-trace 1\nprotocol page\nclients 1\ncreate A o1\nsync A\nedit A o1\n";
  write("baseline/x.trace", bug + "expect no-lost-update violated\n");
  write("baseline/y.trace", bug + "expect no-lost-update holds\n");
  expect_refused("campaign sound.toml --episodes 9 --out night --baseline baseline",
                 "baseline/y.trace:1: stands for ");
}

TEST_F(Nights, GrowsItsCorpus) {
  expect_refused("campaign sound.toml --episodes 800 --out night --corpus corpus", "corpus: ");
  fs::create_directory(work() / "corpus");
  expect_refused("campaign sound.toml --episodes 800 --out night --corpus corpus",
                 "corpus: there is no trace, expected a corpus; --new-corpus begins one");
  const std::string run = "campaign sound.toml --episodes 800 --seed 5 --out night --corpus corpus";
  EXPECT_EQ(tidemark(run + " --new-corpus").code, 0);
  const auto first = files().size();
  EXPECT_GT(report()["new_landmarks"], 500);
  const std::string night = content("night/report.json");
  EXPECT_EQ(tidemark(run + " --resume").code, 0) << "though the corpus has grown";
  EXPECT_EQ(content("night/report.json"), night);
  EXPECT_EQ(files().size(), first);
  const Ran again = tidemark(run);
  EXPECT_TRUE(has(again.err, ", 0 new, in ")) << again.err;
  EXPECT_EQ(report()["new_landmarks"], 0) << "what is given reaches all of it";
  EXPECT_EQ(files().size(), first);
  write("corpus/broken.trace", "tidemark-trace 1\nprotocol page\nclients 0\n");
  const Ran spoilt = tidemark(run);
  EXPECT_EQ(spoilt.code, 0) << "the rest goes on";
  EXPECT_TRUE(has(spoilt.err, "corpus/broken.trace:3: ")) << spoilt.err;
}

TEST_F(Nights, MergesCorpora) {
  for (const char* seed : {"5", "6"})
    tidemark(std::string("campaign sound.toml --episodes 300 --out n") + seed + " --seed " + seed +
             " --new-corpus --corpus c" + seed);
  const Ran ran = tidemark("corpus merge sound.toml c5 c6 c5 --out all");
  EXPECT_EQ(ran.code, 0) << ran.err;
  const auto traces = [&](const std::string& folder) {
    return std::distance(fs::directory_iterator(work() / folder), fs::directory_iterator());
  };
  EXPECT_GT(traces("all"), 0);
  EXPECT_LT(traces("all"), traces("c5") + traces("c6"));
  EXPECT_TRUE(has(ran.out, std::to_string(2 * traces("c5") + traces("c6")) + " traces in, " +
                               std::to_string(traces("all")) + " out"))
      << ran.out;
  tidemark("campaign sound.toml --episodes 3000 --seed 5 --out n5 --corpus all");
  const auto with_all = report("n5")["new_landmarks"];
  tidemark("campaign sound.toml --episodes 3000 --seed 5 --out n5 --corpus c5");
  EXPECT_LE(with_all, report("n5")["new_landmarks"]) << "it reaches what either reaches";
  EXPECT_EQ(tidemark("corpus merge sound.toml all --out all").code, 0);
}

TEST_F(Nights, SaysWhatIsWrongWithItsFile) {
  const auto refuse = [&](const std::string& file, std::string_view said) {
    write("bad.toml", file);
    expect_refused("campaign bad.toml --episodes 9 --out night", said);
  };
  refuse("", "bad.toml:1: there is no configuration, expected at least one table");
  refuse("[[configuration]\n", "bad.toml:1: ");
  refuse("nights = 3\n" + kSound, "bad.toml:1: unknown key 'nights'");
  refuse("episodes = \"many\"\n" + kSound, "bad.toml:1: episodes: expected a count");
  refuse("for = \"2 weeks\"\n" + kSound, "bad.toml:1: for: '2 weeks' is no time");
  refuse("configuration = 3\n", "bad.toml:1: there is no configuration");
  refuse(kSound + "strategi = \"all\"\n",
         "bad.toml:3: unknown key 'strategi', did you mean 'strategy'?");
  refuse(kSound + "\nclients = 0\n", "bad.toml:4: clients: '0' does not fit");
  refuse(kSound + "clients = 1.5\n", "bad.toml:3: clients: expected a text, a whole number");
  refuse(kSound + "set = [\"x=y\"]\n", "bad.toml:3: set: unknown protocol option 'x'");
  refuse(kSound + kSound, "bad.toml:3: two configurations are 'hardened, server-priority'");
  refuse("[[configuration]]\nprotocol = \"hardend\"\n", "bad.toml:2: protocol: unknown protocol");
}

TEST_F(Nights, NeedsToBeToldHowMuchAndWhereTo) {
  expect_refused("campaign sound.toml --out night", "expected --episodes N or --for TIME");
  expect_refused("campaign sound.toml --episodes 9", "--out: expected the folder");
  expect_refused("campaign sound.toml --episodes 9 --out sound.toml", "expected a folder");
  expect_refused("campaign nowhere.toml --episodes 9 --out night", "nowhere.toml");
  expect_refused("campaign sound.toml --episodes 9 --out night --shard 3/3", "--shard: '3/3'");
  EXPECT_EQ(tidemark("merge sound.toml --out night").code, 2);
}

TEST_F(Nights, ReadsItsShardFromTheServiceThatRunsIt) {
  const Ran ran = tidemark_on(
      "GTEST_SHARD_INDEX=1 GTEST_TOTAL_SHARDS=4 "
      "GTEST_SHARD_STATUS_FILE=touched",
      "campaign sound.toml --episodes 4000 --seed 5 --out night");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(has(ran.err, "shard 1/4 by GTEST_SHARD_INDEX/GTEST_TOTAL_SHARDS")) << ran.err;
  EXPECT_TRUE(fs::exists(work() / "touched"));
  EXPECT_TRUE(fs::exists(work() / "night/shards/1-of-4.json"));
}

TEST_F(Nights, IsToldToCi) {
  campaign("--episodes 4000 --out night.xml");
  const std::string junit = content("night.xml");
  EXPECT_TRUE(has(junit, "old, client-priority") || has(junit, "\"old\"")) << junit;
  EXPECT_TRUE(has(junit, "<failure")) << junit;
  tidemark("triage accept --all --night night --baseline baseline");
  campaign("--episodes 4000 --night 1 --baseline baseline --out night.xml");
  EXPECT_FALSE(has(content("night.xml"), "<failure"));
  EXPECT_TRUE(has(content("night.xml"), "known: ")) << "and not green either";
}

}  // namespace
}  // namespace tidemark::core
