// The verb mutants as its users meet it: the table, what it leaves, how it ends.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/cli/cli.h"

namespace tidemark::core {
namespace {

using nlohmann::json;

// Three that are caught within a few episodes.
constexpr std::string_view kThree = "mutants drops-name silent-overwrite ack-does-not-move-mark ";
constexpr std::string_view kQuick = "--seeds 3 --jobs 1 ";

class MutantsCommand : public Cli {
 protected:
  Ran run(std::string_view flags, const std::string& more = "") const {
    return tidemark(std::string(flags) + std::string(kQuick) + more);
  }
};

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < line.size();) {
    const std::size_t end = std::min(line.find(' ', begin), line.size());
    if (end > begin) words.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

TEST_F(MutantsCommand, ShowsATableInTheOrderOfTheList) {
  const Ran ran = run(kThree);
  EXPECT_EQ(ran.code, 0) << ran.err;
  const std::vector<std::string> lines = lines_of(ran.out);
  ASSERT_EQ(lines.size(), 5u) << ran.out;
  EXPECT_EQ(words_of(lines[0]), (std::vector<std::string>{"mutant", "caught", "by", "runs",
                                                          "median", "95", "%", "steps"}));
  EXPECT_TRUE(lines[1].starts_with("ack-does-not-move-mark ")) << ran.out;
  EXPECT_TRUE(lines[2].starts_with("drops-name ")) << ran.out;
  EXPECT_TRUE(lines[3].starts_with("silent-overwrite ")) << ran.out;
  EXPECT_TRUE(has(lines[2], " convergence ")) << ran.out;
  EXPECT_TRUE(has(lines[2], " 3 of 3 ")) << ran.out;
  EXPECT_TRUE(lines[4].starts_with("3 of 3 mutants caught · digest ")) << ran.out;
}

TEST_F(MutantsCommand, PrintsTheSameForAnyNumberOfThreads) {
  const std::string flags = std::string(kThree) + "--seeds 4 --prove --out ";
  const Ran one = tidemark(flags + "one.json --jobs 1");
  const Ran two = tidemark(flags + "two.json --jobs 3");
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_EQ(one.out, two.out);
  EXPECT_EQ(content("one.json"), content("two.json"));
}

TEST_F(MutantsCommand, TheCommandThatItSaysDoesTheSame) {
  const Ran ran = run(kThree, "--episodes 200 --clients 2 --prove");
  const std::string command = commands_in(ran.err).at(0);
  EXPECT_EQ(shell(command).out, ran.out) << command;
}

TEST_F(MutantsCommand, EndsWith3WhereOneIsNotCaught) {
  const Ran ran = tidemark("mutants drops-name refusal-poisons-batch --seeds 2 --episodes 1");
  EXPECT_EQ(ran.code, 3);
  EXPECT_TRUE(has(ran.err,
                  "tidemark: fault: refusal-poisons-batch: no-redundant-transfer caught it in 0 of "
                  "2 runs of 1 episode\n"))
      << ran.err;
  EXPECT_TRUE(has(ran.out, "> 1")) << ran.out;
  const Ran quiet = tidemark("mutants refusal-poisons-batch --seeds 1 --episodes 1 --quiet");
  EXPECT_EQ(quiet.code, 3);
  EXPECT_EQ(quiet.out, "");
  EXPECT_EQ(lines_of(quiet.err).size(), 1u) << quiet.err;
}

TEST_F(MutantsCommand, BadUsageEndsWith2) {
  expect_refused("mutants drop-name", "unknown mutant 'drop-name', did you mean 'drops-name'?");
  expect_refused("mutants --seeds 0", "--seeds: '0' does not fit");
  expect_refused("mutants --without tolds", "did you mean 'told'?");
  expect_refused("mutants --without told --prove", "--without excludes --prove");
  expect_refused("mutants --prove-states 10", "--prove-states requires --prove");
  expect_refused("mutants --prove --prove-for soon", "'soon' is no time");
  expect_refused("mutants --out /dev/null/none", "/dev/null/none");
  expect_refused("mutants --without all --out found", "--without excludes --out DIR");
}

TEST_F(MutantsCommand, ProvesThatNoTraceIsShorter) {
  const Ran ran = run(kThree, "--prove --out result.json");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(lines_of(ran.out).at(0).ends_with("proven")) << ran.out;
  const json result = json::parse(content("result.json"));
  for (const json& each : result.at("mutants")) {
    const json& proof = each.at("proof");
    EXPECT_EQ(proof.at("shortest"), each.at("shown").at("steps").size()) << each;
    EXPECT_EQ(proof.at("faults"), json::array());
  }
}

TEST_F(MutantsCommand, SaysHowFarASearchCameThatWasEnded) {
  const Ran ran = tidemark("mutants refusal-poisons-batch --seeds 1 --prove --prove-states 20");
  EXPECT_TRUE(has(lines_of(ran.out).at(1), " > ")) << ran.out;
  const Ran brief = tidemark("mutants refusal-poisons-batch --seeds 1 --prove --prove-for 0ms");
  EXPECT_TRUE(lines_of(brief.out).at(1).ends_with("> 0")) << brief.out;
}

TEST_F(MutantsCommand, LeavesATraceOfEachThatExpectsAllThatItViolates) {
  const Ran ran = run("mutants drops-name ack-carries-nothing key-loser-yields ",
                      "--episodes 300 --out deep/found");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(files(), (std::vector<std::string>{
                         "deep", "deep/found", "deep/found/ack-carries-nothing.trace",
                         "deep/found/drops-name.trace", "deep/found/key-loser-yields.trace"}));
  EXPECT_EQ(tidemark("replay --check deep/found/*.trace").code, 0);
  const std::string trace = content("deep/found/drops-name.trace");
  EXPECT_TRUE(has(trace, "\nmutate drops-name\n")) << trace;
  EXPECT_TRUE(has(trace, "\nexpect convergence violated\n")) << trace;
  EXPECT_TRUE(has(trace, "# The name of a new object is not copied.\n")) << trace;
}

TEST_F(MutantsCommand, RareOnesAreShownByTheirTracesAndNotCounted) {
  const Ran ran = run("mutants drops-name key-loser-yields ", "--episodes 20");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "\ntoo rare to be counted\n")) << ran.out;
  EXPECT_TRUE(has(ran.out, " no-resurrection        its trace of ")) << ran.out;
  EXPECT_TRUE(has(ran.out, "\n1 of 1 mutant caught · ")) << ran.out;
}

TEST_F(MutantsCommand, SaysWhatAnInvariantCatchesAlone) {
  const Ran ran = run("mutants --without told,no-resurrection ", "--episodes 300");
  EXPECT_EQ(ran.code, 0) << ran.err;
  const std::vector<std::string> lines = lines_of(ran.out);
  ASSERT_GE(lines.size(), 2u) << ran.out;
  EXPECT_TRUE(lines[0].starts_with("told ") && has(lines[0], "silent-overwrite")) << ran.out;
  EXPECT_TRUE(has(lines.back(), "key-loser-yields (in its trace)")) << ran.out;
}

TEST_F(MutantsCommand, EndsWith3WhereAnInvariantCatchesNothingAlone) {
  const Ran ran = run("mutants unsynced-delete-forgotten --without no-resurrection ");
  EXPECT_EQ(ran.code, 3);
  EXPECT_TRUE(has(ran.out, "nothing: the others catch each mutant")) << ran.out;
  EXPECT_TRUE(has(ran.err, "no-resurrection catches nothing that the others do not")) << ran.err;
}

TEST_F(MutantsCommand, AnInterruptEndsIt) {
  for (const auto& [number, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    std::array<int, 2> pipe_ends{};
    ASSERT_EQ(pipe(pipe_ends.data()), 0);
    const Running trial({TIDEMARK_BINARY, "mutants", "key-loser-yields", "--episodes", "100000000"},
                        open("/dev/null", O_WRONLY), pipe_ends[1]);
    std::string err = read_some(pipe_ends[0]);  // it has begun
    trial.signal(number);
    err += read_rest(pipe_ends[0]);
    close(pipe_ends[0]);
    EXPECT_EQ(trial.wait(), code);
    EXPECT_TRUE(has(err, "tidemark: interrupted; to run it whole: ")) << err;
  }
}

TEST_F(MutantsCommand, ATerminalIsShownHowFarItIsAndALogIsNot) {
  Terminal terminal;
  const Running trial({TIDEMARK_BINARY, "mutants", "drops-name", "key-loser-yields", "--seeds", "2",
                       "--jobs", "1", "--episodes", "100000000"},
                      open("/dev/null", O_WRONLY), terminal.open_end());
  std::string shown = terminal.read_more();
  for (int reads = 0; reads < 200 && !has(shown, " 2 of 4 runs, "); ++reads)
    shown += terminal.read_more();
  trial.signal(SIGINT);
  trial.signal(SIGINT);
  trial.wait();
  EXPECT_TRUE(has(shown, "\rmutants [#####-----] 2 of 4 runs, ")) << shown;
  EXPECT_TRUE(has(shown, " left")) << shown;
  EXPECT_FALSE(has(run(kThree).err, "\r"));
}

}  // namespace
}  // namespace tidemark::core
