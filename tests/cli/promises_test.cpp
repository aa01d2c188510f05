// What a protocol promises, as the command tells and judges it.
#include "tests/cli/cli.h"

namespace tidemark::core {
namespace {

constexpr const char* kUp =
    "fuzz --protocol one-way-up --strategy server-priority --episodes 600 --require-marks never ";

TEST_F(Cli, FuzzJudgesWhatIsPromisedWhereItIsPromised) {
  const Ran ran = tidemark(kUp);
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_TRUE(has(ran.err, "one-way-up promises no-lost-update at the server"));
  EXPECT_TRUE(has(ran.err, "--shared-keys off"));
  EXPECT_FALSE(has(ran.err, "beyond that promise"));
  EXPECT_TRUE(has(ran.out, "no-lost-update,quiescence,no-redundant-transfer held")) << ran.out;
}

TEST_F(Cli, FuzzJudgesWhatInvariantsNames) {
  EXPECT_EQ(tidemark(std::string(kUp) + "--invariants all").code, 1) << "clients are not compared";
  EXPECT_EQ(tidemark(std::string(kUp) + "--invariants integrity").code, 0);
  expect_refused("fuzz --invariants tld", "did you mean 'told'");
}

TEST_F(Cli, FuzzGoesBeyondAPromiseWhereAFlagSaysSo) {
  const Ran ran = tidemark(std::string(kUp) + "--shared-keys on");
  EXPECT_EQ(ran.code, 1);
  EXPECT_TRUE(has(ran.err, "beyond that promise: --shared-keys on\n")) << ran.err;
}

TEST_F(Cli, TheSeedOfAPromisedScopeReplaysTheSameEpisode) {
  const Ran ran = tidemark(
      "fuzz --mutate down-mark-skips-one --episodes 300 --require-marks never --shrink-most 1 "
      "--strategy server-priority");
  ASSERT_EQ(ran.code, 1) << ran.err;
  const std::vector<std::string> lines = lines_of(ran.out);
  const auto by_seed = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
    return line.starts_with("  by seed ");
  });
  ASSERT_NE(by_seed, lines.end()) << ran.out;
  const std::string flags = by_seed->substr(by_seed->find(" replay ") + 1);
  EXPECT_TRUE(has(flags, "--client-changes off")) << flags;
  EXPECT_TRUE(has(tidemark(flags).out, "convergence"));
  EXPECT_EQ(tidemark(flags).code, 1);
}

TEST_F(Cli, FuzzTakesTurnsWhereTwoWayPromises) {
  const Ran ran = tidemark("fuzz --protocol two-way --episodes 100 --require-marks never");
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_TRUE(has(ran.err, "--turns on"));
  expect_refused("explore --turns on", "unknown flag '--turns'");
}

TEST_F(Cli, ListTellsThePromises) {
  const std::string protocols = tidemark("list protocols").out;
  EXPECT_TRUE(has(protocols, "promises nothing; all is judged"));
  EXPECT_TRUE(has(protocols, "promises convergence and integrity"));
}

}  // namespace
}  // namespace tidemark::core
