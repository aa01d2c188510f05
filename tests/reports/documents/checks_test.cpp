#include "reports/documents/checks.h"

#include <gtest/gtest.h>

#include "tests/reports/documents/ci_documents.h"

namespace tidemark::core {
namespace {

using namespace ci_documents;

const Check& check_named(const Suite& suite, std::string_view name) {
  return *std::find_if(suite.checks.begin(), suite.checks.end(),
                       [&](const Check& check) { return check.name == name; });
}

TEST(Checks, ThereIsOneAnInvariantAndOneOfTheRunWhateverWasFound) {
  const Configuration page = configuration_of(trace_of(kEcho));
  const Suite sound = suite_of(page, kAllInvariants, {}, {}, "");
  const Suite broken = suite_of(page, 0, {{Invariant::told, {}}}, {{"a fault"}}, "");
  ASSERT_EQ(sound.checks.size(), kInvariants + 1);
  ASSERT_EQ(broken.checks.size(), kInvariants + 1);
  for (std::size_t i = 0; i < sound.checks.size(); ++i)
    EXPECT_EQ(sound.checks[i].name, broken.checks[i].name);
  EXPECT_EQ(count(sound, CheckOutcome::held), kInvariants + 1);
}

TEST(Checks, WhatIsBrokenIsViolatedEvenInADoubtfulRun) {
  const Configuration page = configuration_of(trace_of(kEcho));
  const Suite suite =
      suite_of(page, kAllInvariants, {{Invariant::told, {}}}, {{"a fault"}, {"too short"}}, "");
  EXPECT_EQ(check_named(suite, "told").outcome, CheckOutcome::violated);
  EXPECT_EQ(check_named(suite, "convergence").outcome, CheckOutcome::not_judged);
  EXPECT_EQ(check_named(suite, "convergence").reasons,
            (std::vector<std::string>{"a fault", "too short"}));
  EXPECT_EQ(check_named(suite, "run").outcome, CheckOutcome::fault);
}

TEST(Checks, WhatWasNotAskedForIsNotJudged) {
  const Configuration page = configuration_of(trace_of(kEcho));
  const Suite suite = suite_of(page, invariant_bit(Invariant::convergence), {}, {}, "");
  EXPECT_EQ(check_named(suite, "convergence").outcome, CheckOutcome::held);
  EXPECT_EQ(check_named(suite, "told").outcome, CheckOutcome::not_judged);
  EXPECT_EQ(check_named(suite, "run").outcome, CheckOutcome::held);
}

TEST(Checks, ATraceThatShowsWhatItExpectsHolds) {
  const Shown echo = shown_of(kEcho);
  EXPECT_EQ(check_of(echo, "echo", "echo.trace", {}).outcome, CheckOutcome::held);
  const Shown silent = shown_of("tidemark-trace 1\ncreate A o1\n");
  EXPECT_EQ(check_of(silent, "silent", "", {}).outcome, CheckOutcome::not_judged);
}

TEST(Checks, ATraceThatDoesNotSaysWhatItExpectsAndWhatItBreaks) {
  const Check check = check_of(shown_of(kEcho), "echo", "echo.trace", {"expected that it holds"});
  ASSERT_EQ(check.outcome, CheckOutcome::violated);
  const Failure& failure = check.failures.front();
  EXPECT_TRUE(failure.verdict.starts_with("expected that it holds; no-lost-update: A's edit"))
      << failure.verdict;
  EXPECT_NE(failure.screen.find("FAIL no-lost-update"), std::string::npos);
  EXPECT_EQ(failure.file, "echo.trace");
}

TEST(Checks, ATraceThatBreaksNothingIsDrawnAllTheSame) {
  const Shown holds =
      shown_of("tidemark-trace 1\nprotocol hardened\ncreate A o1\nexpect told violated\n");
  const Check check = check_of(holds, "holds", "", {"expected that told is violated"});
  ASSERT_EQ(check.outcome, CheckOutcome::violated);
  EXPECT_EQ(check.failures.front().screen, "");
  EXPECT_TRUE(check.failures.front().diagram.starts_with("sequenceDiagram\n"));
  EXPECT_EQ(check.failures.front().replay, "tidemark replay some.trace");
}

TEST(Checks, TheVerdictCountsThem) {
  EXPECT_EQ(verdict_line(sample_checks()),
            "1 check at fault, 1 check violated, 1 finding, 7 checks held, 18 not judged");
  EXPECT_EQ(verdict_line({"fuzz", {}}), "0 checks held");
}

}  // namespace
}  // namespace tidemark::core
