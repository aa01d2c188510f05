#include "properties/campaign/fuzz.h"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "properties/campaign/campaign.h"
#include "reports/documents/run_document.h"
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

std::string reported(const Configuration& configuration, const FuzzPlan& plan, RunResult result) {
  RunHead head;
  head.portions = {head_of({.name = {}, .configuration = configuration, .plan = plan})};
  return run_json(report_of({.head = std::move(head), .result = std::move(result)}),
                  Clock::left_out)
      .dump(1);
}

std::string fuzzed(const Configuration& configuration, FuzzPlan plan, std::uint32_t jobs) {
  plan.jobs = jobs;
  return reported(configuration, plan, fuzz(configuration, plan, nullptr));
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
  const RunResult result = fuzz(page, fuzz_plan(600), nullptr);
  std::uint64_t of_updates = 0;
  for (const Finding* finding : result.findings_of("no-lost-update"))
    of_updates += finding->all_episodes();
  EXPECT_GT(result.portions[0].broken[0], 50u);
  EXPECT_EQ(result.portions[0].shrunk[0], 3u);
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
    const RunResult ended =
        fuzz(engine, plan, [&](const RunProgress&) { return ++asked <= 1'500; });
    EXPECT_GE(ended.episodes(), 1'000u);
    EXPECT_LT(ended.episodes(), 100'000u);
    FuzzPlan same = plan;
    same.jobs = 1;
    same.episodes = ended.episodes();
    EXPECT_EQ(fuzz(engine, same, nullptr).digest(), ended.digest()) << jobs;
  }
}

TEST(Fuzz, ToldToEndAtOnceItStillTellsWhatBroke) {
  const Configuration page = configuration("page", {}, "server-priority");
  std::uint64_t asked = 0;
  const RunResult result =
      fuzz(page, fuzz_plan(10'000), [&](const RunProgress&) { return ++asked <= 20; });
  EXPECT_LE(result.episodes(), 20u);
  EXPECT_GT(result.broken_episodes(), 0u);
  ASSERT_FALSE(result.findings.empty());
  EXPECT_FALSE(result.findings.begin()->second.simplest.complete);
}

// --- several portions in one piece

RunPlan of_two(std::uint64_t each) {
  RunPlan plan{.portions = {}, .episodes = each, .of_each = true, .shrinks = Shrinks::first};
  for (const char* strategy : {"server-priority", "client-priority"})
    plan.portions.push_back({.name = strategy,
                             .configuration = configuration("page", {}, strategy),
                             .plan = fuzz_plan(0)});
  return plan;
}

TEST(FuzzOfSeveral, EachPortionComesToWhatItComesToAlone) {
  RunWatch watch;
  const RunResult both = run(of_two(700), watch);
  for (std::size_t i = 0; i < 2; ++i) {
    const Portion portion = of_two(700).portions[i];
    const PortionResult alone =
        fuzz(portion.configuration, fuzz_plan(700), nullptr).portions.front();
    EXPECT_EQ(both.portions[i].episodes, 700u);
    EXPECT_EQ(both.portions[i].digest, alone.digest);
    EXPECT_EQ(both.portions[i].broken, alone.broken);
    EXPECT_EQ(both.portions[i].shrunk, alone.shrunk);
    EXPECT_EQ(both.portions[i].marks, alone.marks);
  }
}

TEST(FuzzOfSeveral, AFindingOfBothIsOne) {
  RunWatch watch;
  const RunResult both = run(of_two(700), watch);
  EXPECT_TRUE(std::any_of(both.findings.begin(), both.findings.end(),
                          [](const auto& each) { return each.second.episodes.size() == 2; }));
}

TEST(FuzzOfSeveral, GivesTheSameForAnyNumberOfThreads) {
  const auto ran = [](std::uint32_t jobs) {
    RunPlan plan = of_two(1'100);
    plan.jobs = jobs;
    RunWatch watch;
    RunHead head;
    for (const Portion& each : plan.portions) head.portions.push_back(head_of(each));
    return run_json(report_of({.head = std::move(head), .result = run(plan, watch)}),
                    Clock::left_out)
        .dump(1);
  };
  const std::string alone = ran(1);
  for (const std::uint32_t jobs : {2u, 3u}) EXPECT_EQ(ran(jobs), alone) << jobs;
}

}  // namespace
}  // namespace tidemark::core
