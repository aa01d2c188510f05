#include "properties/campaign/fuzz.h"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "reports/json.h"
#include "tests/properties/configurations.h"

namespace tidemark::core {
namespace {

FuzzPlan fuzz_plan(std::uint64_t episodes) {
  FuzzPlan plan;
  plan.scope.steps = 20;
  plan.seed = 7;
  plan.episodes = episodes;
  plan.shrink_most = 3;
  plan.coverage = true;
  return plan;
}

std::string fuzzed(const Configuration& configuration, FuzzPlan plan, std::uint32_t jobs) {
  plan.jobs = jobs;
  const std::vector<FuzzResult> results{fuzz(configuration, plan, nullptr)};
  return print_json(fuzz_json({&configuration, 1}, results, plan));
}

// 1 100 episodes are four blocks and a part of one: three workers run them in two waves.
TEST(Fuzz, GivesTheSameForAnyNumberOfThreads) {
  for (const char* protocol : {"page", "hardened"}) {
    const Configuration engine = configuration(protocol, {}, "server-priority");
    const std::string alone = fuzzed(engine, fuzz_plan(1'100), 1);
    for (const std::uint32_t jobs : {2u, 3u, 8u})
      EXPECT_EQ(fuzzed(engine, fuzz_plan(1'100), jobs), alone) << protocol << ", " << jobs;
  }
}

TEST(Fuzz, ShrinksTheFirstFailuresOfEachInvariant) {
  const Configuration page = configuration("page", {}, "server-priority");
  const FuzzResult result = fuzz(page, fuzz_plan(600), nullptr);
  std::uint64_t of_updates = 0;
  for (const Finding& finding : result.findings)
    if (finding.invariant == Invariant::no_lost_update) of_updates += finding.episodes;
  EXPECT_GT(result.broken[0], 50u);
  EXPECT_EQ(result.shrunk[0], 3u);
  EXPECT_EQ(of_updates, 3u);
}

// The watch is asked by one thread; the others end with it, and what is counted has no gap.
TEST(Fuzz, EndsWhereTheWatchSaysSo) {
  const Configuration engine = configuration("hardened", {}, "server-priority");
  FuzzPlan plan = fuzz_plan(1'000'000'000);
  plan.coverage = false;
  for (const std::uint32_t jobs : {1u, 4u}) {
    plan.jobs = jobs;
    std::uint64_t asked = 0;
    const FuzzResult ended =
        fuzz(engine, plan, [&](const FuzzProgress&) { return ++asked <= 1'500; });
    EXPECT_GE(ended.episodes, 1'000u);
    EXPECT_LT(ended.episodes, 100'000u);
    FuzzPlan same = plan;
    same.jobs = 1;
    same.episodes = ended.episodes;
    EXPECT_EQ(fuzz(engine, same, nullptr).digest, ended.digest) << jobs;
  }
}

TEST(Fuzz, ToldToEndAtOnceItStillTellsWhatBroke) {
  const Configuration page = configuration("page", {}, "server-priority");
  std::uint64_t asked = 0;
  const FuzzResult result =
      fuzz(page, fuzz_plan(10'000), [&](const FuzzProgress&) { return ++asked <= 20; });
  EXPECT_LE(result.episodes, 20u);
  EXPECT_GT(result.broken_episodes, 0u);
  ASSERT_FALSE(result.findings.empty());
  EXPECT_FALSE(result.findings.front().shrunk.complete);
}

}  // namespace
}  // namespace tidemark::core
