#include "properties/campaign/anatomy.h"

#include <gtest/gtest.h>

#include "tests/reports/samples.h"

namespace tidemark::core {
namespace {

Trace trace_with(const std::string& steps, const std::string& strategy = "server-priority") {
  return trace_of("tidemark-trace 1\nprotocol guarded\nstrategy " + strategy + "\nclients 2\n" +
                  steps);
}

Anatomy anatomy_of(const Trace& trace, Invariant invariant) {
  const Configuration configuration = configuration_of(trace);
  EXPECT_TRUE(Runner(configuration).run(trace.scenario).verdict.broken(invariant));
  return dissect(configuration, trace.scenario, invariant);
}

bool breaks(const LeftOut& left_out, Invariant invariant) {
  return left_out.recording.outcome.verdict.broken(invariant);
}

const Trace& acknowledgement_lost() {
  static const Trace trace = trace_with("create A o1 value=x\nsync A lose=upload-ack\nedit A o1\n");
  return trace;
}

TEST(Anatomy, LeavesOutEachStepOfATrace) {
  const Anatomy anatomy = anatomy_of(acknowledgement_lost(), Invariant::no_lost_update);
  ASSERT_EQ(anatomy.left_out.size(), 3u);
  for (const LeftOut& each : anatomy.left_out) {
    EXPECT_EQ(each.scenario.steps.size(), 2u);
    EXPECT_FALSE(breaks(each, Invariant::no_lost_update));
  }
  EXPECT_EQ(anatomy.left_out[1].scenario.steps[1].kind, StepKind::edit);
}

TEST(Anatomy, AStepThatIsNotNeededIsSeenToBeNot) {
  const Anatomy anatomy =
      anatomy_of(trace_with("create A o1\nclock B +60\nsync A lose=upload-ack\nedit A o1\n"),
                 Invariant::no_lost_update);
  ASSERT_EQ(anatomy.left_out.size(), 4u);
  EXPECT_FALSE(breaks(anatomy.left_out[0], Invariant::no_lost_update));
  EXPECT_TRUE(breaks(anatomy.left_out[1], Invariant::no_lost_update));
}

TEST(Anatomy, NamesTheMessagesWhoseLossBreaksNothing) {
  const Anatomy anatomy = anatomy_of(acknowledgement_lost(), Invariant::no_lost_update);
  ASSERT_EQ(anatomy.details.size(), 2u);
  EXPECT_EQ(anatomy.details[1].kind, DetailKind::lost_message);
  EXPECT_EQ(anatomy.details[1].steps, std::vector<std::uint32_t>{1});
  const std::vector<std::string> others{"download-request", "download-reply", "upload-request"};
  EXPECT_EQ(anatomy.details[1].cures, others);
}

TEST(Anatomy, AValueOfOurOwnEnginesDoesNotMatter) {
  const Anatomy anatomy = anatomy_of(acknowledgement_lost(), Invariant::no_lost_update);
  EXPECT_EQ(anatomy.details[0].kind, DetailKind::value);
  EXPECT_EQ(anatomy.details[0].text, "x");
  EXPECT_TRUE(anatomy.details[0].cures.empty());
}

TEST(Anatomy, AKeyThatIsSharedMatters) {
  const Anatomy anatomy =
      anatomy_of(trace_with("create S o1 pk=k1\ncreate A o2 pk=k1\n", "client-priority"),
                 Invariant::no_lost_update);
  ASSERT_EQ(anatomy.details.size(), 1u);
  EXPECT_EQ(anatomy.details[0].kind, DetailKind::key);
  EXPECT_EQ(anatomy.details[0].steps, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_FALSE(anatomy.details[0].cures.empty());
}

TEST(Anatomy, OfAClockTheAmountMayMatter) {
  const Trace trace = trace_of(
      "tidemark-trace 1\nprotocol reference\nstrategy timestamp-priority\nclients 2\n"
      "create S o1\nsync A\nclock A -20\nedit A o1\nfull-sync A\nfull-sync B\n");
  const Anatomy anatomy = anatomy_of(trace, Invariant::no_lost_update);
  ASSERT_EQ(anatomy.details.size(), 1u);
  EXPECT_EQ(anatomy.details[0].kind, DetailKind::seconds);
  EXPECT_EQ(anatomy.details[0].text, "-20");
  EXPECT_EQ(anatomy.details[0].cures, std::vector<std::string>{"-10"}) << "then the stamps differ";
}

TEST(Anatomy, TheGuiltyStepIsThatBehindWhichItNearlyAlwaysBreaks) {
  const Anatomy anatomy = anatomy_of(
      trace_with("create S o1\nsync A\nedit A o1\nfull-sync A\nsync B\nclock B +60\nclock A +60\n"),
      Invariant::no_lost_update);
  ASSERT_EQ(anatomy.prefixes.size(), 8u);
  EXPECT_LT(anatomy.prefixes[2].share, 0.2);
  EXPECT_EQ(anatomy.prefixes[4].share, 1);
  EXPECT_EQ(anatomy.prefixes[7].share, 1);
  EXPECT_EQ(anatomy.guilty_step, 3u);
}

TEST(Anatomy, NoStepIsGuiltyWhereAnythingBreaksIt) {
  const Trace page = trace_of(
      "tidemark-trace 1\nprotocol page\nstrategy server-priority\nclients 2\n"
      "create A o1\ncreate A o2\nsync A\n");
  EXPECT_EQ(anatomy_of(page, Invariant::no_redundant_transfer).guilty_step, std::nullopt);
}

TEST(Anatomy, IsTheSameEachTime) {
  const Anatomy first = anatomy_of(acknowledgement_lost(), Invariant::no_lost_update);
  const Anatomy second = anatomy_of(acknowledgement_lost(), Invariant::no_lost_update);
  ASSERT_EQ(first.prefixes.size(), second.prefixes.size());
  for (std::size_t i = 0; i < first.prefixes.size(); ++i)
    EXPECT_EQ(first.prefixes[i].share, second.prefixes[i].share);
}

TEST(Anatomy, OfALongTraceOnlyTheGuiltyStepIsSought) {
  std::string steps = "create S o1\nsync A\nedit A o1\n";
  for (int i = 0; i < 150; ++i) steps += "clock B +1\n";
  steps += "full-sync A\n";
  for (int i = 0; i < 150; ++i) steps += "clock B +1\n";
  const Anatomy anatomy = anatomy_of(trace_with(steps), Invariant::no_lost_update);
  EXPECT_TRUE(anatomy.left_out.empty());
  EXPECT_TRUE(anatomy.details.empty());
  EXPECT_EQ(anatomy.guilty_step, 153u);
  EXPECT_LT(anatomy.prefixes.size(), 2 * kMostPrefixes + 10u);
}

}  // namespace
}  // namespace tidemark::core
