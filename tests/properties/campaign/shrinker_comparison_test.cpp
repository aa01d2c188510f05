#include "properties/campaign/shrinker_comparison.h"

#include <gtest/gtest.h>

#include "tests/properties/configurations.h"

namespace tidemark::core {
namespace {

Configuration page() { return configuration("page", {}, "server-priority"); }

ExplorePlan three_changes() {
  ExplorePlan plan;
  plan.search.scope = {.clients = 2,
                       .objects = 1,
                       .backend = false,
                       .shared_keys = false,
                       .deletes = false,
                       .interleave = false};
  plan.search.scope.faults = 0;
  plan.search.bounds.set(Bounded::edits, 3);
  return plan;
}

TEST(CompareShrinker, FindsTheShortestLengthForNearlyEverySeed) {
  const ExplorePlan plan = three_changes();
  const Exploration exploration = explore(page(), plan, nullptr);
  const auto comparisons =
      compare_shrinker(page(), plan, exploration, 5, 300, [](std::uint64_t) { return true; });
  ASSERT_EQ(comparisons.size(), 2u);
  for (const ShrinkerComparison& each : comparisons) {
    EXPECT_EQ(each.seeds, 5u);
    EXPECT_EQ(each.optimal + each.missed + each.longer.size(), each.seeds);
    EXPECT_GE(each.optimal, 4u);
  }
}

TEST(CompareShrinker, EndsWhenItIsAskedTo) {
  const ExplorePlan plan = three_changes();
  const Exploration exploration = explore(page(), plan, nullptr);
  const auto comparisons = compare_shrinker(page(), plan, exploration, 5, 300,
                                            [](std::uint64_t done) { return done < 2; });
  EXPECT_EQ(comparisons.front().seeds, 2u);
}

}  // namespace
}  // namespace tidemark::core
