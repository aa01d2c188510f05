// What each protocol promises holds where it promises it, and a planted defect breaks it there.
// What is not promised breaks: tests/traces/sync-types/.
#include "properties/promises.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "properties/campaign/fuzz.h"
#include "properties/search/explore.h"
#include "reports/run_report.h"
#include "sim/features.h"
#include "tests/properties/configurations.h"

namespace tidemark::core {
namespace {

#if defined(TIDEMARK_SLOW_BUILD) || !defined(NDEBUG)
constexpr std::uint64_t kPromisedEpisodes = 2'000;
constexpr std::uint64_t kSeeds = 5;
constexpr RequireMarks kRequireMarks = RequireMarks::never;
#else
constexpr std::uint64_t kPromisedEpisodes = 20'000;
constexpr std::uint64_t kSeeds = 20;
constexpr RequireMarks kRequireMarks = RequireMarks::always;
#endif
constexpr std::uint64_t kMedianEpisodes = 2'000;

// What gtest prints of a parameter.
std::string name_in_test(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

std::vector<Promise> kept_promises() {
  std::vector<Promise> kept;
  for (const Promise& promise : promises())
    if (promise.invariants != 0) kept.push_back(promise);
  return kept;
}

FuzzPlan plan_within(const Promise& promise) {
  FuzzPlan plan;
  plan.scope = within(plan.scope, promise.scope);
  plan.canary = usual_canary(plan.scope);
  return plan;
}

Configuration judged_by(const Promise& promise, std::string_view strategy) {
  Configuration result = configuration(promise.protocol, {}, strategy);
  result.judge.watched = promise.judged();
  return result;
}

TEST(Promises, ThereIsOneForEachProtocolInTheirOrder) {
  ASSERT_EQ(promises().size(), named_protocols().size());
  for (std::size_t i = 0; i < promises().size(); ++i)
    EXPECT_EQ(promises()[i].protocol, named_protocols()[i].name);
}

TEST(Promises, WhereNothingIsPromisedAllIsJudged) {
  EXPECT_EQ(promise_of("page").invariants, 0u);
  EXPECT_EQ(promise_of("page").judged(), kAllInvariants);
  EXPECT_EQ(promise_of("simple").judged(),
            invariant_bit(Invariant::convergence) | invariant_bit(Invariant::integrity));
}

TEST(Promises, MultiWayIsHardenedByAnotherName) {
  EXPECT_EQ(find_protocol("multi-way")->protocol, find_protocol("hardened")->protocol);
}

class KeptPromise : public testing::TestWithParam<Promise> {};

TEST_P(KeptPromise, HoldsInItsScopeUnderEveryStrategyWithNoMarkMissed) {
  FuzzPlan plan = plan_within(GetParam());
  plan.episodes = kPromisedEpisodes;
  plan.require_marks = kRequireMarks;
  for (const NamedStrategy& strategy : built_in_strategies()) {
    const Configuration judged = judged_by(GetParam(), strategy.name);
    RunHead head;
    head.portions = {head_of({.name = {}, .configuration = judged, .plan = plan})};
    const RunReport report =
        report_of({.head = std::move(head), .result = fuzz(judged, plan, nullptr)});
    EXPECT_EQ(report.result.broken_episodes(), 0u) << strategy.name;
    EXPECT_EQ(report.missed_marks.front(), std::vector<std::string>{}) << strategy.name;
    EXPECT_EQ(report.faults, std::vector<std::string>{}) << strategy.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Protocols, KeptPromise, testing::ValuesIn(kept_promises()),
                         [](const auto& test) { return name_in_test(test.param.protocol); });

// --- a planted defect of each of the other sync types

std::vector<NamedMutant> mutants_of_sync_types() {
  std::vector<NamedMutant> planted;
  for (const NamedMutant& each : mutants())
    if (each.protocol != "hardened") planted.push_back(each);
  return planted;
}

class PlantedInSyncType : public testing::TestWithParam<NamedMutant> {
 protected:
  PlantedInSyncType()
      : promise_(promise_of(GetParam().protocol)),
        configuration_(judged_by(promise_, GetParam().strategy)) {
    configuration_.protocol.mutant = GetParam().mutant;
  }

  // The first episode of a run that breaks the invariant that must catch it, from 1.
  std::uint64_t caught_at(std::uint64_t seed) {
    Generator generator(plan_within(promise_).scope);
    Runner runner(configuration_);
    std::uint64_t index = 0;
    while (index < kPromisedEpisodes) {
      const Scenario& scenario = generator.generate(seed_of(seed, index++));
      if (runner.run(scenario).verdict.broken(*find_invariant(GetParam().invariant))) break;
    }
    return index;
  }

  const Promise& promise_;
  Configuration configuration_;
};

TEST_P(PlantedInSyncType, BreaksAPromisedInvariant) {
  EXPECT_NE(promise_.invariants & invariant_bit(*find_invariant(GetParam().invariant)), 0u);
}

TEST_P(PlantedInSyncType, IsCaughtSoonInThePromisedScope) {
  std::vector<std::uint64_t> episodes;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) episodes.push_back(caught_at(seed));
  std::sort(episodes.begin(), episodes.end());
  EXPECT_LT(episodes[kSeeds / 2], kMedianEpisodes);
  EXPECT_LT(episodes.back(), kPromisedEpisodes);
}

TEST_P(PlantedInSyncType, ItsSmallestTraceKeepsToThePromisedScope) {
  FuzzPlan plan = plan_within(promise_);
  plan.episodes = 2 * kMedianEpisodes;
  plan.shrink_most = 4;
  plan.require_marks = RequireMarks::never;
  const RunResult result = fuzz(configuration_, plan, nullptr);
  EXPECT_FALSE(result.findings.empty());
  for (const auto& [name, finding] : result.findings)
    EXPECT_EQ(features(finding.simplest.trace.scenario) & ~promise_.scope, 0u)
        << print_trace(finding.simplest.trace);
}

INSTANTIATE_TEST_SUITE_P(Mutants, PlantedInSyncType, testing::ValuesIn(mutants_of_sync_types()),
                         [](const auto& test) { return name_in_test(test.param.name); });

TEST(Promises, EachOfTheOtherSyncTypesHasAMutant) {
  for (const std::string_view name : {"simple", "one-way-down", "one-way-up", "two-way"}) {
    const auto planted = mutants_of_sync_types();
    EXPECT_TRUE(std::any_of(planted.begin(), planted.end(), [&](const NamedMutant& each) {
      return each.protocol == name;
    })) << name;
  }
}

// --- proofs

// Whole cycles of two clients with two objects and four changes, whatever is grown from them.
ExplorePlan small_plan(const Promise& promise) {
  ExplorePlan plan;
  plan.search.scope =
      within({.clients = 2, .objects = 2, .interleave = false, .faults = 0}, promise.scope);
  plan.search.bounds.set(Bounded::edits, 4);
  plan.watched = promise.judged();
  return plan;
}

Exploration searched(std::string_view protocol, const Reductions& reductions) {
  const Promise& promise = promise_of(protocol);
  ExplorePlan plan = small_plan(promise);
  plan.reductions = reductions;
  plan.steps = 6;
  return explore(judged_by(promise, "server-priority"), plan, nullptr);
}

TEST(Promises, ThatOfSimpleIsProvenWithinBounds) {
  const Exploration exploration = explore(judged_by(promise_of("simple"), "server-priority"),
                                          small_plan(promise_of("simple")), nullptr);
  EXPECT_EQ(exploration.end, ExploreEnd::exhausted);
  EXPECT_TRUE(exploration.counterexamples.empty());
  EXPECT_GT(exploration.states, 500u);
}

TEST(Promises, AChangeThatIsSentAtOnceIsSearchedSoundly) {
  const Exploration reduced = searched("simple", {});
  const Exploration full = searched(
      "simple",
      {.clients = false, .objects = false, .names = false, .order = false, .bounds = false});
  EXPECT_TRUE(reduced.counterexamples.empty());
  EXPECT_TRUE(full.counterexamples.empty());
  EXPECT_LT(reduced.states, full.states);
}

// --- the page's rule: "download first, and then upload", or "the code will break"

Exploration guarded_with(std::vector<std::string> options) {
  ExplorePlan plan;
  plan.search.scope = {.clients = 2,
                       .objects = 1,
                       .shared_keys = false,
                       .deletes = false,
                       .interleave = false,
                       .faults = 0};
  plan.search.bounds.set(Bounded::edits, 3);
  return explore(configuration("guarded", std::move(options), "server-priority"), plan, nullptr);
}

TEST(CycleOrder, DownloadFirstHolds) { EXPECT_TRUE(guarded_with({}).counterexamples.empty()); }

TEST(CycleOrder, UploadFirstLosesAnUpdateInFourSteps) {
  const Exploration broken = guarded_with({"cycle-order=upload-first"});
  ASSERT_NE(broken.find(Invariant::no_lost_update), nullptr);
  EXPECT_EQ(broken.find(Invariant::no_lost_update)->steps, 4u);
}

TEST(CycleOrder, UploadFirstHoldsWhereTheServerComparesVersions) {
  EXPECT_TRUE(
      guarded_with({"server-check=base", "cycle-order=upload-first"}).counterexamples.empty());
}

}  // namespace
}  // namespace tidemark::core
