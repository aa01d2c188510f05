// Every planted defect is caught, by the invariant that it is said to break; without a defect
// nothing is; and no invariant is dead weight.
#include "properties/campaign/mutants.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "properties/promises.h"
#include "tests/properties/configurations.h"

namespace tidemark::core {
namespace {

#if defined(TIDEMARK_SLOW_BUILD)
constexpr std::uint32_t kSeeds = 1;
#else
constexpr std::uint32_t kSeeds = 5;
#endif
constexpr std::uint64_t kHealthyEpisodes = 1'000;

using Wanted = std::vector<const NamedMutant*>;

Wanted counted() {
  Wanted wanted;
  for (const NamedMutant& named : mutants())
    if (!named.is_rare()) wanted.push_back(&named);
  return wanted;
}
Wanted all() {
  Wanted wanted;
  for (const NamedMutant& named : mutants()) wanted.push_back(&named);
  return wanted;
}

TrialPlan plan(std::uint32_t seeds, std::uint64_t episodes = 20'000) {
  TrialPlan plan;
  plan.seeds = seeds;
  plan.episodes = episodes;
  return plan;
}

Trial trial_of(std::string_view name, const TrialPlan& plan) {
  const NamedMutant* named = find_mutant(name);
  return try_mutants(std::array{named}, plan, nullptr).front();
}

// A trial in which runs took so many episodes; 0: one that caught nothing.
Trial trial_with(std::initializer_list<std::uint64_t> episodes) {
  Trial trial;
  for (const std::uint64_t each : episodes) {
    Hunt& hunt = trial.hunts.emplace_back();
    hunt.episodes = each;
    hunt.caught = each > 0;
  }
  return trial;
}

bool holds(const Trace& trace) {
  Runner runner(trace.engine, built_in(trace.strategy));
  const Verdict& verdict = runner.run(trace.scenario).verdict;
  for (const Expectation& each : trace.expectations)
    if (verdict.broken(*find_invariant(each.invariant)) == each.holds) return false;
  return true;
}

// ---- the mutants

TEST(Mutants, AreManyAndNamedOnce) {
  std::set<std::string_view> names;
  for (const NamedMutant& named : mutants()) {
    EXPECT_TRUE(names.insert(named.name).second) << named.name;
    EXPECT_NE(find_protocol(named.protocol), nullptr) << named.name;
    EXPECT_NE(find_strategy(named.strategy), nullptr) << named.name;
    const auto invariant = find_invariant(named.invariant);
    ASSERT_TRUE(invariant.has_value()) << named.name;
    EXPECT_TRUE(promise_of(named.protocol).judged() & invariant_bit(*invariant)) << named.name;
  }
  EXPECT_GE(counted().size(), 40u);
}

TEST(Mutants, EachThatIsCountedIsCaughtInEveryRunAndSoon) {
  for (const Trial& trial : try_mutants(counted(), plan(kSeeds), nullptr)) {
    SCOPED_TRACE(trial.named->name);
    EXPECT_EQ(trial.caught(), kSeeds);
    EXPECT_TRUE(trial.complete);
    ASSERT_NE(trial.simplest(), nullptr);
    EXPECT_LE(trial.simplest()->simplest.trace.scenario.steps.size(), 16u);
    EXPECT_EQ(trial.broken_with(trial.invariant), kSeeds);
    EXPECT_TRUE(holds(trial.shown_trace()));
  }
}

TEST(Mutants, WithoutADefectNothingIsCaughtInTheSameEpisodes) {
  std::set<std::pair<std::string_view, std::string_view>> configurations;
  for (const NamedMutant& named : mutants())
    configurations.insert({named.protocol, named.strategy});
  for (const auto& [protocol, strategy] : configurations) {
    const Promise& promise = promise_of(protocol);
    Generator generator(within(Scope{}, promise.scope));
    Runner runner(find_protocol(protocol)->protocol, built_in(strategy),
                  {.watched = promise.judged()});
    for (std::uint64_t i = 0; i < kHealthyEpisodes * kSeeds; ++i)
      ASSERT_TRUE(runner.run(generator.generate(seed_of(1, i))).verdict.holds())
          << protocol << ", " << strategy << ", episode " << i;
  }
}

TEST(Mutants, EachThatIsRareIsShownByItsTrace) {
  const std::vector<RareMutant> rare = rare_mutants(all());
  EXPECT_EQ(rare.size() + counted().size(), mutants().size());
  for (const RareMutant& each : rare) {
    EXPECT_TRUE(each.shows()) << each.named->name;
    EXPECT_TRUE(holds(each.trace)) << each.named->name;
    EXPECT_EQ(each.trace.engine.mutant, each.named->mutant);
  }
}

TEST(Mutants, ATraceHoldsWhereTheDefectIsNotPlanted) {
  for (const RareMutant& each : rare_mutants(all())) {
    Protocol healthy = each.trace.engine;
    healthy.mutant = Mutant::none;
    Runner runner(healthy, built_in(each.trace.strategy));
    EXPECT_TRUE(runner.run(each.trace.scenario).verdict.holds()) << each.named->name;
  }
}

// ---- what each invariant is good for

TEST(Mutants, EachInvariantCatchesOneThatNothingElseDoes) {
  for (const NamedInvariant& named : invariants()) {
    const Without without = try_without(named.invariant, all(), plan(kSeeds, 500), nullptr);
    EXPECT_FALSE(without.alone().empty()) << named.name;
    for (const Trial& trial : without.trials) {
      EXPECT_EQ(trial.broken_with(named.invariant), 0u) << trial.named->name;
      EXPECT_EQ(trial.simplest(), nullptr) << trial.named->name;
    }
  }
}

// ---- a trial

TEST(Trial, CountsEpisodesByNearestRank) {
  const Trial trial = trial_with({9, 1, 5, 7, 3});
  EXPECT_EQ(trial.episodes_of(50), 5u);
  EXPECT_EQ(trial.episodes_of(95), 9u);
  EXPECT_EQ(trial_with({4, 2}).episodes_of(50), 2u);
  EXPECT_EQ(trial_with({4, 0, 0}).episodes_of(50), std::nullopt);
  EXPECT_EQ(trial_with({4, 2, 0}).episodes_of(50), 4u);
}

TEST(Trial, PassesWhereEveryRunCaughtItAndHalfOfThemSoon) {
  EXPECT_TRUE(trial_with({1, kMedianEpisodes, 19'000}).passes());
  EXPECT_FALSE(trial_with({1, kMedianEpisodes + 1, 19'000}).passes());
  EXPECT_FALSE(trial_with({1, 1, 0}).passes());
}

TEST(Trial, EndsWithTheFirstEpisodeThatBreaksTheInvariant) {
  const Trial trial = trial_of("drops-name", plan(1));
  const Hunt& hunt = trial.hunts.front();
  ASSERT_TRUE(hunt.caught && hunt.finding);
  EXPECT_EQ(hunt.finding->simplest.episode + 1, hunt.episodes);
  EXPECT_EQ(hunt.finding->simplest.seed, seed_of(1, hunt.finding->simplest.episode));
  FuzzPlan fuzzing;
  fuzzing.seed = 1;
  fuzzing.episodes = hunt.episodes;
  const RunResult same = fuzz(trial.configuration, fuzzing, nullptr);
  ASSERT_EQ(same.findings.size(), 1u);
  EXPECT_EQ(same.findings.begin()->second.fingerprint, hunt.finding->fingerprint);
}

TEST(Trial, EndsWithItsPlanWhereNothingIsBroken) {
  const Trial trial = trial_of("key-loser-yields", plan(2, 50));
  EXPECT_EQ(trial.caught(), 0u);
  EXPECT_TRUE(trial.complete);
  EXPECT_EQ(trial.hunts.back().episodes, 50u);
  EXPECT_EQ(trial.simplest(), nullptr);
}

TEST(Trial, IsTheSameForAnyNumberOfThreads) {
  const Wanted wanted{find_mutant("ack-carries-nothing"), find_mutant("silent-overwrite"),
                      find_mutant("restore-keeps-epoch")};
  TrialPlan several = plan(4);
  several.jobs = 3;
  const std::vector<Trial> one = try_mutants(wanted, plan(4), nullptr);
  const std::vector<Trial> two = try_mutants(wanted, several, nullptr);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(one[i].shown_trace(), two[i].shown_trace());
    for (std::size_t run = 0; run < 4; ++run) {
      EXPECT_EQ(one[i].hunts[run].episodes, two[i].hunts[run].episodes);
      EXPECT_EQ(one[i].hunts[run].before, two[i].hunts[run].before);
    }
  }
}

TEST(Trial, IsNotCompleteWhereTheWatchEndsIt) {
  const auto trials = try_mutants(std::array{find_mutant("key-loser-yields")}, plan(2),
                                  [](const TrialProgress&) { return false; });
  EXPECT_FALSE(trials.front().complete);
}

// ---- proofs

TEST(Trial, ASearchProvesWhatIsShortest) {
  for (const char* name : {"inclusive-mark", "ack-carries-nothing", "silent-key-loser"}) {
    SCOPED_TRACE(name);
    Trial trial = trial_of(name, plan(2));
    EXPECT_EQ(trial.proven_length(), std::nullopt);
    trial.proof = explore(trial.configuration, *proof_plan(*trial.simplest()), nullptr);
    EXPECT_EQ(trial.proof->faults, std::vector<std::string>{});
    ASSERT_NE(trial.proof->find(trial.invariant), nullptr) << "the search does not find it";
    EXPECT_EQ(trial.proven_length(), trial.shown_trace().scenario.steps.size());
    EXPECT_TRUE(holds(trial.shown_trace()));
  }
}

TEST(Trial, ASearchThatMissesWhatWasFoundProvesNothing) {
  Trial trial = trial_of("drops-name", plan(1));
  trial.proof.emplace();
  trial.proof->depth = 20;
  trial.proof->end = ExploreEnd::stopped;
  EXPECT_FALSE(trial.is_missed());
  EXPECT_TRUE(trial.proven_length().has_value());
  trial.proof->end = ExploreEnd::step_bound;
  EXPECT_TRUE(trial.is_missed());
  EXPECT_EQ(trial.proven_length(), std::nullopt);
}

TEST(Trial, WhatIsTooMuchForASearchIsNotSearched) {
  Finding finding = *trial_of("drops-name", plan(1)).simplest();
  EXPECT_TRUE(proof_plan(finding).has_value());
  for (const std::int64_t seconds : {10, 20})
    finding.simplest.trace.scenario.steps.push_back(
        {.kind = StepKind::clock, .replica = Replica{1}, .seconds = seconds});
  EXPECT_FALSE(proof_plan(finding).has_value());
}

TEST(Trial, NothingIsProvenWhereTheSearchWasEndedBefore) {
  Trial trial = trial_of("ack-carries-nothing", plan(1));
  const std::size_t length = trial.simplest()->simplest.trace.scenario.steps.size();
  trial.proof = explore(trial.configuration, *proof_plan(*trial.simplest()),
                        [](const ExploreProgress& now) { return now.depth < 2; });
  EXPECT_EQ(trial.proof->depth, 1u);
  EXPECT_EQ(trial.proven_length(), std::nullopt);
  EXPECT_EQ(trial.shown_trace().scenario.steps.size(), length);
}

}  // namespace
}  // namespace tidemark::core
