// The shrinker, specified by its laws, and by which minimum it finds.
#include "sim/shrinker.h"

#include <gtest/gtest.h>
#include <rapidcheck/detail/TestListenerAdapter.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <unordered_map>

#include "properties/campaign/fuzz.h"
#include "sim/features.h"
#include "sim/rapidcheck.h"
#include "sim/shape.h"

namespace tidemark::core {
namespace {

bool has(const Scenario& scenario, StepKind kind) {
  return std::any_of(scenario.steps.begin(), scenario.steps.end(),
                     [&](const Step& step) { return step.kind == kind; });
}

Scenario without(const Scenario& scenario, std::size_t place) {
  Scenario result = scenario;
  result.steps.erase(result.steps.begin() + static_cast<std::ptrdiff_t>(place));
  return result;
}

Scenario random_scenario(std::uint64_t seed, std::uint32_t steps = 40) {
  return Generator(Scope{.steps = steps}).generate(seed);
}

// What fails here for no other reason than that the page is broken.
struct Page {
  Runner runner{Protocol{}, built_in("server-priority")};
  Fails loses_updates = [this](const Scenario& scenario) {
    return runner.run(scenario).verdict.broken(Invariant::no_lost_update);
  };
  Scenario losing(std::uint64_t seed, std::uint32_t steps = 40) {
    while (!loses_updates(random_scenario(seed, steps))) seed += 1000;
    return random_scenario(seed, steps);
  }
};

TEST(Shrinker, TheResultStillFailsAndNoSingleStepCanGo) {
  Page page;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const ShrinkResult result = shrink(page.losing(seed), page.loses_updates);
    EXPECT_TRUE(result.complete);
    EXPECT_TRUE(page.loses_updates(result.scenario));
    for (std::size_t i = 0; i < result.scenario.steps.size(); ++i)
      EXPECT_FALSE(page.loses_updates(without(result.scenario, i))) << "seed " << seed;
  }
}

TEST(Shrinker, ShrinkingAgainChangesNothing) {
  Page page;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const ShrinkResult once = shrink(page.losing(seed), page.loses_updates);
    const ShrinkResult twice = shrink(once.scenario, page.loses_updates);
    EXPECT_EQ(once.scenario, twice.scenario) << "seed " << seed;
    EXPECT_EQ(twice.accepted, 0u);
  }
}

TEST(Shrinker, TheSameScenarioShrinksTheSameWay) {
  Page page;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const ShrinkResult a = shrink(page.losing(seed), page.loses_updates);
    const ShrinkResult b = shrink(page.losing(seed), page.loses_updates);
    EXPECT_EQ(a.scenario, b.scenario);
    EXPECT_EQ(a.tried, b.tried);
  }
}

TEST(Shrinker, KeepsTheFailureThatItWasHandedAndNoOther) {
  const Fails needs_both = [](const Scenario& scenario) {
    return has(scenario, StepKind::crash) && has(scenario, StepKind::create);
  };
  std::uint64_t seed = 0;
  while (!needs_both(random_scenario(seed))) ++seed;
  const Scenario minimal = shrink(random_scenario(seed), needs_both).scenario;
  ASSERT_EQ(minimal.steps.size(), 2u);
  EXPECT_EQ(minimal.clients, 1);
  EXPECT_EQ(minimal.objects, std::vector<std::string>{"o1"});
  EXPECT_EQ(minimal.steps[0].kind, StepKind::create);
  EXPECT_EQ(minimal.steps[1].kind, StepKind::crash);
}

TEST(Shrinker, ASpentBudgetIsSaid) {
  Page page;
  const Scenario scenario = page.losing(1);
  const ShrinkResult result = shrink(scenario, page.loses_updates, {.runs = 5});
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.tried, 5u);
  EXPECT_TRUE(page.loses_updates(result.scenario));
}

TEST(Shrinker, ABudgetOfStepsBoundsLongScenarios) {
  Page page;
  const Scenario scenario = page.losing(1);
  const ShrinkResult result =
      shrink(scenario, page.loses_updates, {.steps = 3 * scenario.steps.size()});
  EXPECT_FALSE(result.complete);
  EXPECT_LE(result.tried, 10u);
  EXPECT_TRUE(page.loses_updates(result.scenario));
}

TEST(Shrinker, TellsNoFaultThatTheScenarioDidNotHave) {
  Page page;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Scenario scenario = page.losing(seed);
    const ShrinkResult result = shrink(scenario, page.loses_updates);
    EXPECT_EQ(features(result.scenario) & ~(features(scenario) | kUsesAtWill), 0u)
        << "seed " << seed;
  }
}

TEST(Shrinker, TheBackendTakesPartOnlyWhereItMay) {
  const Fails two_change_one_object = [](const Scenario& scenario) {
    std::uint32_t replicas = 0;
    for (const Step& step : scenario.steps)
      if (is_change(step.kind) && step.object == 0) replicas |= 1u << step.replica.number;
    return (replicas & (replicas - 1)) != 0;
  };
  Scenario scenario;
  scenario.objects = {"o1"};
  scenario.steps = {{.kind = StepKind::create, .replica = {1}},
                    {.kind = StepKind::edit, .replica = {2}}};
  EXPECT_EQ(features(shrink(scenario, two_change_one_object).scenario) & kUsesBackend, 0u);
  const ShrinkBudget budget{.may_use = kUsesBackend};
  EXPECT_NE(features(shrink(scenario, two_change_one_object, budget).scenario) & kUsesBackend, 0u);
}

TEST(Shrinker, WholeCyclesComeBeforeCyclesMessageByMessage) {
  Scenario scenario;
  scenario.objects = {"o1"};
  scenario.steps = {
      {.kind = StepKind::create, .replica = {1}},  {.kind = StepKind::begin, .replica = {1}},
      {.kind = StepKind::deliver, .replica = {1}}, {.kind = StepKind::deliver, .replica = {1}},
      {.kind = StepKind::finish, .replica = {1}},  {.kind = StepKind::edit, .replica = {1}}};
  Page page;
  const Scenario minimal = shrink(scenario, page.loses_updates).scenario;
  ASSERT_EQ(minimal.steps.size(), 3u);
  EXPECT_EQ(minimal.steps[1].kind, StepKind::sync);
}

TEST(Shrinker, ClocksJumpNoFurtherThanTheyMust) {
  const Fails jumps_ahead = [](const Scenario& scenario) {
    std::int64_t seconds = 0;
    for (const Step& step : scenario.steps) seconds += step.seconds;
    return seconds >= 50;
  };
  Scenario scenario;
  scenario.steps = {{.kind = StepKind::clock, .replica = {1}, .seconds = 3600},
                    {.kind = StepKind::clock, .replica = {2}, .seconds = 10}};
  const Scenario minimal = shrink(scenario, jumps_ahead).scenario;
  ASSERT_EQ(minimal.steps.size(), 1u);
  EXPECT_GE(minimal.steps[0].seconds, 50);
  EXPECT_LT(minimal.steps[0].seconds, 60);
}

TEST(Shrinker, LongScenariosTakeFewRuns) {
  Page page;
  const Scenario scenario = page.losing(3, 1000);
  ASSERT_GE(scenario.steps.size(), 500u);
  EXPECT_LT(shrink(scenario, page.loses_updates).tried, 3000u);
}

RC_GTEST_PROP(Shrinker, EveryCandidateIsStrictlySimpler, ()) {
  const Scenario scenario = *scenarios(Scope{.steps = 12});
  auto candidates = simpler(scenario, 0);
  for (int i = 0; i < 300; ++i) {
    const auto candidate = candidates.next();
    if (!candidate) break;
    RC_ASSERT(is_simpler(*candidate, scenario));
    RC_ASSERT(!is_simpler(scenario, *candidate));
    RC_ASSERT((features(*candidate) & ~features(scenario)) == 0u);
  }
}

RC_GTEST_PROP(Shrinker, EveryCandidateIsAScenarioThatRuns, ()) {
  const Scenario scenario = *scenarios(Scope{.steps = 12});
  Runner runner(Protocol{}, built_in("timestamp-priority"));
  auto candidates = simpler(scenario, kUsesBackend);
  for (int i = 0; i < 300; ++i) {
    const auto candidate = candidates.next();
    if (!candidate) break;
    for (const Step& step : candidate->steps) {
      RC_ASSERT(step.replica.number <= candidate->clients);
      RC_ASSERT(!is_change(step.kind) || step.object < candidate->objects.size());
    }
    RC_ASSERT(runner.run(*candidate).summary.skipped_steps <= candidate->steps.size());
  }
}

TEST(Shrinker, TheLogOfItsPassesAddsUp) {
  Page page;
  const ShrinkResult result = shrink(page.losing(3), page.loses_updates);
  ASSERT_GT(result.passes.size(), 1u);
  EXPECT_EQ(result.passes[0].name, "sweep");
  std::uint32_t tried = 0;
  std::uint32_t accepted = 0;
  for (const ShrinkPass& pass : result.passes) {
    EXPECT_GT(pass.tried, 0u) << pass.name;
    EXPECT_GE(pass.steps, result.scenario.steps.size()) << pass.name;
    tried += pass.tried;
    accepted += pass.accepted;
  }
  EXPECT_EQ(tried, result.tried);
  EXPECT_EQ(accepted, result.accepted);
}

// RapidCheck's own search, over the same generator and the same candidates, ends at the same place.
TEST(RapidCheckFace, FindsAndShrinksTheSameMinimum) {
  Page page;
  rc::detail::TestParams parameters;
  parameters.seed = 7;
  parameters.maxSuccess = 500;
  rc::detail::TestListenerAdapter listener;
  const auto holds = [&] {
    const Scenario scenario = *scenarios(Scope{.backend = false});
    RC_ASSERT(!page.loses_updates(scenario));
  };
  const auto result =
      rc::detail::checkTestable(holds, rc::detail::TestMetadata{}, parameters, listener,
                                std::unordered_map<std::string, rc::detail::Reproduce>{});
  ASSERT_TRUE(result.template is<rc::detail::FailureResult>());
  const auto& failure = result.template get<rc::detail::FailureResult>();
  ASSERT_EQ(failure.counterExample.size(), 1u);
  EXPECT_EQ(failure.counterExample[0].second, "clients 1\ncreate A o1\nsync A\nedit A o1\n");
}

}  // namespace
}  // namespace tidemark::core
