// The command as its users meet it: the built program, its exit codes, its streams, its files.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "tests/cli/cli.h"

namespace tidemark::core {
namespace {

using nlohmann::json;

constexpr const char* kLostAck =
    "tidemark-trace 1\n"
    "# the ack of the first upload is lost\n"
    "set upload-ack-moves-download-mark=always\n"
    "create A o1\n"
    "sync A lose=upload-ack\n"
    "edit A o1\n"
    "expect no-lost-update violated\n";
constexpr const char* kPeaceful = "tidemark-trace 1\nprotocol guarded\ncreate A o1\nexpect holds\n";
// A scope in which guarded holds.
constexpr const char* kHolds =
    "fuzz --protocol guarded --clients 1 --objects 1 --steps 1 --faults none --backend off ";

// --- lines to paste ---

// Where a line of findings names a seed, pasting it gives the very trace that was found.
TEST_F(Cli, APastedLineShowsTheTraceThatWasFound) {
  const std::string run = "fuzz --quiet --episodes 300 --seed 3 --strategy timestamp-priority";
  tidemark(run + " --out found");
  int pasted = 0;
  for (const std::string& line : lines_of(tidemark(run).out)) {
    const std::size_t begin = line.find("replay --seed");
    if (!line.starts_with("FAIL ") || begin == std::string::npos) continue;
    const std::string invariant = line.substr(5, line.find(' ', 5) - 5);
    const std::string before = line.substr(0, line.rfind("  ", begin));
    const std::string fingerprint = before.substr(before.rfind(' ') + 1);
    EXPECT_EQ(tidemark(line.substr(begin) + " --print-trace").out,
              content("found/" + invariant + "-" + fingerprint + ".trace"))
        << line;
    ++pasted;
  }
  EXPECT_GT(pasted, 5);
}

TEST_F(Cli, TheReadmeShowsWhatItsFirstCommandPrints) {
  const std::string readme = read(TIDEMARK_SOURCE_DIR "/README.md");
  const std::size_t begin = readme.find("```\nFAIL ");
  ASSERT_NE(begin, std::string::npos);
  const std::string sample = readme.substr(begin + 4, readme.find("```", begin + 4) - begin - 4);
  EXPECT_TRUE(
      has(tidemark("fuzz --strategy server-priority --invariants no-lost-update").out, sample))
      << sample;
}

// --- exit codes ---

TEST_F(Cli, ARunInWhichEverythingHeldEndsWith0) {
  const Ran ran = tidemark(std::string(kHolds) + "--episodes 50");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "digest")) << ran.out;
}

TEST_F(Cli, AViolationEndsWith1) {
  const Ran ran = tidemark("fuzz --episodes 100 --strategy server-priority");
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_TRUE(has(ran.out, "FAIL")) << ran.out;
}

TEST_F(Cli, ARunOfNothingIsVacuous) {
  EXPECT_EQ(tidemark("fuzz --episodes 0").code, 4);
  EXPECT_EQ(tidemark("fuzz --for 0s").code, 4);
}

TEST_F(Cli, AMarkThatIsRequiredAndNeverReachedIsVacuous) {
  const Ran ran = tidemark(std::string(kHolds) + "--episodes 50 --require-marks always");
  EXPECT_EQ(ran.code, 4);
  EXPECT_TRUE(has(ran.err, "never reached undelete")) << ran.err;
}

TEST_F(Cli, ShortEpisodesAreHeldToNoMark) {
  EXPECT_EQ(tidemark(std::string(kHolds) + "--episodes 2000").code, 0);
  EXPECT_EQ(tidemark(std::string(kHolds) + "--episodes 50 --require-marks never").code, 0);
}

TEST_F(Cli, EpisodesThatWerePromisedAndDidNotRunAreInconclusive) {
  const Ran ran =
      tidemark(std::string(kHolds) + "--for 3ms --episodes 1000000000000 --require-marks always");
  EXPECT_EQ(ran.code, 5) << "inconclusive comes before vacuous";
  EXPECT_TRUE(has(ran.err, "inconclusive")) << ran.err;
}

TEST_F(Cli, TimeIsAPlanAndNoPromise) {
  EXPECT_EQ(tidemark(std::string(kHolds) + "--for 500ms --require-marks never").code, 0);
}

TEST_F(Cli, AViolationComesBeforeWhatIsInconclusive) {
  EXPECT_EQ(tidemark("fuzz --strategy server-priority --for 50ms --episodes 1000000000000").code,
            1);
}

TEST_F(Cli, ReplayEndsWith1WhateverTheTraceExpects) {
  write("lost.trace", kLostAck);
  write("peaceful.trace", kPeaceful);
  EXPECT_EQ(tidemark("replay lost.trace").code, 1);
  EXPECT_EQ(tidemark("replay peaceful.trace").code, 0);
}

TEST_F(Cli, CheckEndsWith0ExactlyWhenEveryTraceShowsWhatItExpects) {
  write("lost.trace", kLostAck);
  write("peaceful.trace", kPeaceful);
  write("wrong.trace", "tidemark-trace 1\ncreate A o1\nexpect holds\n");
  write("wrong too.trace", std::string(kPeaceful) + "expect told holds\n");
  EXPECT_EQ(tidemark("replay --check lost.trace peaceful.trace").code, 0);
  const Ran ran = tidemark("replay --check lost.trace wrong.trace");
  EXPECT_EQ(ran.code, 1);
  EXPECT_TRUE(has(ran.out, "FAIL wrong.trace: expected that all hold")) << ran.out;
  EXPECT_TRUE(has(ran.out, "ok   lost.trace")) << ran.out;
}

TEST_F(Cli, AShrinkThatTheBudgetEndsIsInconclusiveAndKeepsWhatItHas) {
  const Ran big = tidemark("replay --seed 0x7 --print-trace");
  write("big.trace", big.out);
  EXPECT_EQ(tidemark("shrink big.trace -o small.trace --shrink-runs 1").code, 5);
  EXPECT_EQ(tidemark("replay small.trace").code, 1);
}

TEST_F(Cli, TheDoctorFindsThisBuildDeterministic) {
  const Ran ran = tidemark("doctor --episodes 20");
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_TRUE(has(ran.out, "the same each time")) << ran.out;
  write("lost.trace", kLostAck);
  EXPECT_EQ(tidemark("doctor lost.trace").code, 0);
  EXPECT_EQ(tidemark("doctor --episodes 0").code, 4);
}

TEST_F(Cli, HelpAndVersionEndWith0) {
  for (const char* arguments :
       {"--help", "fuzz --help", "replay --help", "shrink --help", "list --help", "doctor --help",
        "explore --help", "mutants --help"}) {
    const Ran ran = tidemark(arguments);
    EXPECT_EQ(ran.code, 0) << arguments;
    EXPECT_TRUE(has(ran.out, "Usage: tidemark")) << ran.out;
    for (const std::string& line : lines_of(ran.out)) EXPECT_LE(line.size(), 104u) << line;
  }
  EXPECT_TRUE(has(tidemark("--version").out, "trace format 1"));
}

TEST_F(Cli, TheVersionIsThatOfTheProject) {
  const std::string project = read(fs::path(TIDEMARK_SOURCE_DIR) / "CMakeLists.txt");
  const std::string version = lines_of(tidemark("--version").out).at(0).substr(9);
  EXPECT_TRUE(has(project, "project(tidemark VERSION " + version.substr(0, version.find(' '))))
      << version;
}

// --- bad input ---

TEST_F(Cli, BadFlagsAreRefusedOnOneLine) {
  expect_refused("", "no verb");
  expect_refused("fuz", "did you mean 'fuzz'");
  expect_refused("fuzz --nonsense", "unknown flag '--nonsense'");
  expect_refused("fuzz --episode 3", "did you mean '--episodes'");
  expect_refused("fuzz more", "one argument too many");
  expect_refused("fuzz --clients 0", "from 1 to 25");
  expect_refused("fuzz --clients 26", "from 1 to 25");
  expect_refused("fuzz --clients", "--clients: nothing follows");
  expect_refused("fuzz --objects 65", "from 1 to 64");
  expect_refused("fuzz --steps 0", "--steps: '0'");
  expect_refused("fuzz --seed twelve", "--seed: 'twelve' is no seed");
  expect_refused("fuzz --seed 0x", "is no seed");
  expect_refused("fuzz --seed 18446744073709551616", "is no seed");
  expect_refused("fuzz --seed 1 --seed 2", "more than once");
  expect_refused("fuzz --for 60", "expected one such as 60s");
  expect_refused("fuzz --backend maybe", "expected on or off");
  expect_refused("fuzz --compare all", "expected live or tombstones");
  expect_refused("fuzz --settle-rounds 0", "--settle-rounds: '0'");
  expect_refused("fuzz --require-marks alway", "did you mean 'always'");
  expect_refused("list protcols", "did you mean 'protocols'");
}

TEST_F(Cli, UnknownNamesAreRefusedWithTheNearest) {
  expect_refused("fuzz --protocol pag", "did you mean 'page'");
  expect_refused("fuzz --strategy server-prioritty", "did you mean 'server-priority'");
  expect_refused("fuzz --set equal-timestamp=client", "did you mean 'equal-timestamps'");
  expect_refused("fuzz --set equal-timestamps=both", "expected one of: server, client");
  expect_refused("fuzz --set equal-timestamps", "expected KEY=VALUE");
  expect_refused("fuzz --faults lost,tired", "unknown fault 'tired'");
  expect_refused("shrink x.trace --invariant no-lost-updates", "did you mean 'no-lost-update'");
  expect_refused("replay --seed 1 --shrink tolt", "did you mean 'told'");
}

TEST_F(Cli, FlagsThatHaveNoMeaningTogetherAreRefused) {
  write("lost.trace", kLostAck);
  expect_refused("replay", "expected a trace file or --seed");
  expect_refused("replay --check", "expected a trace file");
  expect_refused("replay --check lost.trace --seed 3", "--check excludes --seed");
  expect_refused("replay --check lost.trace --strategy client-priority", "--check excludes");
  expect_refused("replay lost.trace --seed 3", "expected one of them");
  expect_refused("replay lost.trace --clients 3", "--clients requires --seed");
  expect_refused("replay lost.trace --print-trace", "--print-trace requires --seed");
  expect_refused("replay lost.trace lost.trace", "expected one, or --check");
  expect_refused("replay --seed 1 --strategy all", "unknown strategy 'all'");
  expect_refused("fuzz --verbose --quiet", "excludes");
  expect_refused("doctor lost.trace --seed 3", "excludes");
}

TEST_F(Cli, PlacesThatCannotBeWrittenAreRefusedBeforeTheRun) {
  write("file", "");
  write("lost.trace", kLostAck);
  fs::create_directory(work() / "folder");
  expect_refused("fuzz --out /proc/nowhere/found", "cannot be written");
  expect_refused("fuzz --out file/found", "file is none");
  expect_refused("fuzz --out nowhere/result.json", "nowhere/result.json: cannot be written");
  expect_refused("fuzz --out found --out nowhere/result.json", "nowhere/result.json");
  expect_refused("shrink lost.trace -o nowhere/small.trace", "cannot be written");
}

TEST_F(Cli, BadTracesAreRefusedWithTheirLine) {
  const std::string head = "tidemark-trace 1\n";
  write("step.trace", head + "snyc A\n");
  write("client.trace", head + "clients 2\ncreate C o1\n");
  write("version.trace", "tidemark-trace 2\n");
  write("protocol.trace", head + "protocol pages\n");
  write("nul.trace", head + "create A o1" + std::string(1, '\0') + "\n");
  write("empty.trace", "");
  std::string noise;
  Random random(1);
  while (noise.size() < 10'000'000) noise += static_cast<char>(random.below(256));
  write("noise.trace", noise);
  write("less noise.trace", noise.substr(0, 100'000));
  fs::create_directory(work() / "folder.trace");
  for (const std::string verb : {"replay ", "replay --check ", "shrink ", "doctor "}) {
    expect_refused(verb + "step.trace", "step.trace:2: unknown step 'snyc', did you mean 'sync'");
    expect_refused(verb + "client.trace", "client.trace:3: client C does not exist");
    expect_refused(verb + "version.trace", "version.trace:1: trace version 2 is not known");
    expect_refused(verb + "protocol.trace", "protocol.trace:2: unknown protocol 'pages'");
    expect_refused(verb + "nul.trace", "nul.trace:2: control character U+0000");
    expect_refused(verb + "empty.trace", "empty.trace:1: the trace is empty");
    expect_refused(verb + "noise.trace", "noise.trace:1: the trace is too big");
    expect_refused(verb + "'less noise.trace'", "less noise.trace:1: ");
    expect_refused(verb + "folder.trace", "folder.trace: cannot be read");
    expect_refused(verb + "missing.trace", "missing.trace: cannot be read");
    expect_refused(verb + "/dev/zero", "too big");
  }
}

TEST_F(Cli, ABadTraceAmongGoodOnesIsRefusedBeforeAnyRuns) {
  write("lost.trace", kLostAck);
  write("bad.trace", "no trace\n");
  expect_refused("replay --check lost.trace bad.trace", "bad.trace:1: ");
}

TEST_F(Cli, ATraceThatBreaksNothingCannotBeShrunk) {
  write("peaceful.trace", kPeaceful);
  expect_refused("shrink peaceful.trace", "peaceful.trace: nothing is violated");
  write("lost.trace", kLostAck);
  expect_refused("shrink lost.trace --invariant quiescence", "quiescence is not violated");
}

TEST_F(Cli, AStdoutThatIsFullIsNoSuccess) {
  EXPECT_EQ(shell(TIDEMARK_BINARY " list >/dev/full").code, 2);
  fs::create_symlink("/dev/full", work() / "full.json");
  EXPECT_EQ(tidemark(std::string(kHolds) + "--episodes 9 --out full.json").code, 2);
}

// --- what a run says ---

TEST_F(Cli, ARunSaysItsSeedAndWhatDiffersFromTheDefaultsBefore) {
  const Ran ran = tidemark("fuzz --episodes 20 --seed 0xabc --clients 3 --faults lost,clock");
  EXPECT_TRUE(has(ran.err, ", seed 0x0000000000000abc\n")) << ran.err;
  EXPECT_TRUE(has(ran.err,
                  "fuzz --faults lost,clock --seed 0x0000000000000abc "
                  "--episodes 20\n"))
      << ran.err;
}

// --- the terminal of fuzz ---

TEST_F(Cli, EachBugIsOneLineOverAllStrategies) {
  const Ran ran = tidemark("fuzz --episodes 300");
  const json run = json::parse(tidemark("fuzz --episodes 300 --out -").out);
  for (const json& each : run.at("findings")) {
    const std::string row = "\n  " + each.at("fingerprint").get<std::string>() + "  ";
    EXPECT_NE(ran.out.find(row), std::string::npos) << row;
    EXPECT_EQ(ran.out.find(row), ran.out.rfind(row)) << row;
  }
  EXPECT_GT(run.at("findings").size(), 10u);
  EXPECT_LE(lines_of(ran.out).size() + lines_of(ran.err).size(), 70u) << ran.out;
}

TEST_F(Cli, OnlyWhatIsPastedIsWiderThanAReport) {
  for (const std::string& line : lines_of(tidemark("fuzz --episodes 100").out))
    if (!has(line, TIDEMARK_BINARY)) {
      EXPECT_LE(columns(line), kReportColumns) << line;
    }
}

TEST_F(Cli, TheLastLineSumsUpAndSaysWhatWasWrittenOrHow) {
  const auto last = [&](const std::string& flags) {
    return lines_of(tidemark("fuzz --episodes 100 --strategy server-priority " + flags).out).back();
  };
  EXPECT_TRUE(has(last(""), " invariants, the shortest in 1 step; --out found/ writes each"));
  EXPECT_TRUE(has(last("-o r.json -o found"), ", the shortest in 1 step; written: r.json, found"));
  EXPECT_TRUE(last("--protocol hardened").ends_with("all held in 100 episodes"));
}

TEST_F(Cli, FaultsThatCannotBeReachedAreNamed) {
  EXPECT_TRUE(
      has(tidemark("fuzz --episodes 9 --interleave off").err, "not reached: late,duplicate"));
  EXPECT_FALSE(
      has(tidemark("fuzz --episodes 9 --interleave off --faults lost").err, "not reached"));
}

TEST_F(Cli, TheSameCommandGivesTheSameBytes) {
  const std::string command = "fuzz --episodes 200 --shrink-most 4 --marks --coverage --verbose";
  EXPECT_EQ(tidemark(command).out, tidemark(command + " --seed 1").out);
  EXPECT_NE(tidemark(command).out, tidemark(command + " --seed 2").out);
}

TEST_F(Cli, CoverageIsShownWhereItIsAskedFor) {
  const std::string command = "fuzz --strategy server-priority --episodes 200";
  EXPECT_TRUE(has(tidemark(command + " --coverage").out, "cells by step, phase and situation"));
  EXPECT_FALSE(has(tidemark(command).out, "by step, phase and situation"));
  EXPECT_EQ(tidemark(command + " --coverage --quiet").code, 2);
}

TEST_F(Cli, QuietSaysOnlyWhatWasFound) {
  const Ran ran = tidemark("fuzz --episodes 100 --quiet");
  EXPECT_EQ(ran.err, "");
  for (const std::string& line : lines_of(ran.out)) EXPECT_TRUE(line.starts_with("FAIL")) << line;
  EXPECT_EQ(tidemark(std::string(kHolds) + "--episodes 50 --quiet").out, "");
}

TEST_F(Cli, ColoursFollowTheEnvironment) {
  write("lost.trace", kLostAck);
  const std::string replay = TIDEMARK_BINARY " replay lost.trace";
  EXPECT_FALSE(has(shell("env -u NO_COLOR -u CLICOLOR_FORCE " + replay).out, "\033["));
  EXPECT_TRUE(has(shell("env -u NO_COLOR CLICOLOR_FORCE=1 " + replay).out, "\033["));
  EXPECT_FALSE(has(shell("env -u NO_COLOR CLICOLOR_FORCE=0 " + replay).out, "\033["));
  EXPECT_FALSE(has(shell("env NO_COLOR=1 CLICOLOR_FORCE=1 " + replay).out, "\033["));
  EXPECT_FALSE(
      has(shell("env -u NO_COLOR CLICOLOR_FORCE=1 " + replay + " --no-color").out, "\033["));
}

TEST_F(Cli, JsonIsWholeWhereItIsWanted) {
  write("lost.trace", kLostAck);
  for (const char* command :
       {"fuzz --episodes 50", "explore --edits 2", "replay lost.trace", "replay --check lost.trace",
        "shrink lost.trace", "list", "doctor --episodes 2", "mutants drops-name --seeds 2"}) {
    SCOPED_TRACE(command);
    tidemark(std::string(command) + " --out result.json");
    const json to_file = json::parse(content("result.json"), nullptr, false);
    const json to_stdout =
        json::parse(tidemark(std::string(command) + " --out -").out, nullptr, false);
    EXPECT_TRUE(to_file.is_object());
    EXPECT_TRUE(to_file.contains("schema"));
    EXPECT_EQ(to_file, to_stdout);
  }
  EXPECT_EQ(files(), (std::vector<std::string>{"lost.trace", "result.json"}));
}

// --- what a run leaves ---

std::string digest_in(const json& document) { return document.at("digest").get<std::string>(); }
std::uint64_t number_in(const std::string& digits) { return std::stoull(digits, nullptr, 16); }

TEST_F(Cli, TheSeedOfAnEpisodeReplaysToItsDigest) {
  const Ran fuzzed = tidemark("fuzz --strategy client-priority --episodes 1 --seed 7 --out -");
  const json document = json::parse(fuzzed.out);
  const std::uint64_t seed = seed_of(7, 0);
  const Ran replayed =
      tidemark("replay --strategy client-priority --out - --seed " + std::to_string(seed));
  EXPECT_EQ(number_in(digest_in(document.at("configurations").at(0))),
            mix(seed ^ number_in(digest_in(json::parse(replayed.out)))));
}

TEST_F(Cli, ASeedPrintedAsATraceReplaysTheSame) {
  const Ran story = tidemark("replay --seed 99 --clients 2 --protocol reference --out seed.json");
  const Ran trace = tidemark("replay --seed 99 --clients 2 --protocol reference --print-trace");
  write("seed.trace", trace.out);
  EXPECT_EQ(story.code, tidemark("replay seed.trace --out file.json").code);
  EXPECT_EQ(digest_in(json::parse(content("seed.json"))),
            digest_in(json::parse(content("file.json"))));
  EXPECT_EQ(tidemark("replay --check seed.trace").code, 0);
}

TEST_F(Cli, EveryTraceThatIsLeftShowsItsFinding) {
  const Ran ran = tidemark("fuzz --episodes 300 --out deep/found");
  EXPECT_EQ(ran.code, 1);
  std::size_t traces = 0;
  for (const auto& entry : fs::directory_iterator(work() / "deep/found")) {
    const std::string path = "deep/found/" + entry.path().filename().string();
    const std::string invariant = path.substr(11, path.rfind('-') - 11);
    if (entry.path().filename() == "report.json") continue;
    EXPECT_EQ(entry.path().extension(), ".trace");
    EXPECT_TRUE(has(tidemark("replay --quiet " + path).out, invariant + ": ")) << path;
    EXPECT_EQ(tidemark("replay --check " + path).code, 0) << path;
    ++traces;
  }
  EXPECT_GT(traces, 5u);
}

TEST_F(Cli, AScreenSaysTheDigestThatItsTraceReplaysTo) {
  const Ran ran = tidemark("fuzz --strategy server-priority --episodes 300 --verbose --out found");
  std::string command;
  std::size_t screens = 0;
  for (const std::string& line : lines_of(ran.out)) {
    if (line.starts_with("  replay ")) command = line.substr(line.find(TIDEMARK_BINARY));
    if (!line.starts_with("  digest ")) continue;
    const std::string digest = line.substr(line.find_last_of(' ') + 1);
    EXPECT_TRUE(has(shell(command).out, "digest   " + digest)) << command;
    ++screens;
  }
  EXPECT_GT(screens, 5u) << ran.out;
}

TEST_F(Cli, WhereNothingIsFoundTheFolderHasTheRunAlone) {
  EXPECT_EQ(tidemark(std::string(kHolds) + "--episodes 50 --out found").code, 0);
  EXPECT_EQ(files(), (std::vector<std::string>{"found", "found/report.json"}));
}

TEST_F(Cli, EveryLineToPasteWorks) {
  for (const char* flags : {"", "--out \"it's found\"", "--compare tombstones --out -found",
                            "--protocol reference --clients 2 --set empty-upload=no"}) {
    SCOPED_TRACE(flags);
    const Ran ran = tidemark("fuzz --episodes 100 --shrink-most 2 " + std::string(flags));
    const std::vector<std::string> commands = commands_in(ran.out);
    EXPECT_GT(commands.size(), 5u) << ran.out;
    for (const std::string& command : commands) EXPECT_EQ(shell(command).code, 1) << command;
  }
}

TEST_F(Cli, TheLinesToPasteShowTheFindingThatTheyStandBehind) {
  for (const std::string out : {"", " --out found"})
    for (const std::string& line :
         lines_of(tidemark("fuzz --episodes 200 --shrink-most 3 --quiet" + out).out)) {
      const std::string invariant = line.substr(5, line.find(' ', 5) - 5);
      const std::string command = line.substr(line.find(TIDEMARK_BINARY));
      EXPECT_TRUE(has(shell(command + " --quiet").out, invariant + ": ")) << command;
    }
}

TEST_F(Cli, TheNameOfTheCommandCanBeGiven) {
  const Ran ran =
      shell("TIDEMARK_COMMAND=./tidemark " TIDEMARK_BINARY " fuzz --episodes 50 --quiet");
  EXPECT_TRUE(has(ran.out, "  ./tidemark replay --seed ")) << ran.out;
}

TEST_F(Cli, ShrinkingWhatIsShrunkChangesNothing) {
  write("big.trace", tidemark("replay --seed 0x7 --print-trace").out);
  EXPECT_EQ(tidemark("shrink big.trace -o small.trace").code, 0);
  EXPECT_EQ(tidemark("shrink small.trace -o smaller.trace").code, 0);
  EXPECT_LT(content("small.trace").size(), content("big.trace").size());
  EXPECT_EQ(content("small.trace"), content("smaller.trace"));
  EXPECT_EQ(tidemark("shrink small.trace").out, content("small.trace"));
  EXPECT_EQ(tidemark("replay --check small.trace").code, 0);
}

TEST_F(Cli, ShrinkingKeepsTheInvariantThatTheTraceExpectsBroken) {
  const std::string steps = "tidemark-trace 1\ncreate A o1\nsync A\nedit A o1\n";
  write("plain.trace", steps);
  write("echo.trace", steps + "expect no-redundant-transfer violated\n");
  EXPECT_TRUE(has(tidemark("shrink plain.trace").out, "expect no-lost-update violated"));
  EXPECT_TRUE(has(tidemark("shrink echo.trace").out, "expect no-redundant-transfer violated"));
  EXPECT_TRUE(has(tidemark("shrink echo.trace --invariant no-lost-update").out,
                  "expect no-lost-update violated"));
}

TEST_F(Cli, CommentsOfTheHeadOutliveAShrink) {
  write("lost.trace", std::string(kLostAck) + "# the end\n");
  const Ran ran = tidemark("shrink lost.trace");
  EXPECT_TRUE(has(ran.out, "# the ack of the first upload is lost\n")) << ran.out;
}

TEST_F(Cli, ATraceComesFromStdinToo) {
  write("lost.trace", kLostAck);
  EXPECT_EQ(shell(TIDEMARK_BINARY " replay - <lost.trace").code, 1);
  const Ran refused = shell("echo nonsense | " TIDEMARK_BINARY " replay -");
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(refused.err.starts_with("<stdin>:1: ")) << refused.err;
}

TEST_F(Cli, AnotherStrategyCanBePutInPlaceOfTheTraces) {
  write("conflict.trace",
        "tidemark-trace 1\nprotocol guarded\ncreate A o1 pk=k\ncreate S o2 pk=k\nsync A\n");
  const Ran server = tidemark("replay conflict.trace --out server.json");
  const Ran client = tidemark("replay conflict.trace --strategy client-priority --out client.json");
  EXPECT_EQ(json::parse(content("client.json")).at("engine").at("strategy"), "client-priority");
  EXPECT_NE(digest_in(json::parse(content("server.json"))),
            digest_in(json::parse(content("client.json"))));
}

// --- signals and terminals ---

TEST_F(Cli, AnInterruptedRunPrintsWhatItHas) {
  for (const auto& [number, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    std::array<int, 2> out_ends{};
    std::array<int, 2> error_ends{};
    ASSERT_EQ(pipe(out_ends.data()), 0);
    ASSERT_EQ(pipe(error_ends.data()), 0);
    const std::string result = (work() / "result.json").string();
    const Running run({TIDEMARK_BINARY, "fuzz", "--episodes", "30000000", "--out", result},
                      out_ends[1], error_ends[1]);
    read_some(error_ends[0]);  // it has begun
    run.signal(number);
    const std::string out = read_rest(out_ends[0]);
    close(out_ends[0]);
    close(error_ends[0]);
    EXPECT_EQ(run.wait(), code);
    EXPECT_TRUE(has(out, "page, server-priority ")) << out;
    EXPECT_FALSE(has(out, "90 000 000 episodes")) << out;
    EXPECT_TRUE(json::parse(read(result), nullptr, false).is_object());
  }
}

TEST_F(Cli, ATerminalIsShownHowFarTheRunIsAndALogIsNot) {
  Terminal terminal;
  const Running run({TIDEMARK_BINARY, "fuzz", "--protocol", "guarded", "--for", "600ms"},
                    open("/dev/null", O_WRONLY), terminal.open_end());
  const std::string shown = terminal.read_all();
  EXPECT_EQ(run.wait(), 1);
  EXPECT_TRUE(has(shown, "\r3 configurations ")) << shown;
  EXPECT_TRUE(has(shown, " left")) << shown;
  EXPECT_FALSE(has(tidemark("fuzz --for 300ms").err, "\r"));
}

}  // namespace
}  // namespace tidemark::core
