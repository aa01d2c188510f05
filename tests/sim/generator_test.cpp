#include "sim/generator.h"

#include <gtest/gtest.h>

#include <set>

#include "properties/runner.h"
#include "sim/features.h"
#include "tests/episode.h"

namespace tidemark::core {
namespace {

constexpr std::uint64_t kSeeds = 2000;

TEST(Generator, TheSameSeedGivesTheSameScenarioWhateverCameBefore) {
  Generator fresh(Scope{});
  Generator used(Scope{});
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    used.generate(seed + 1);
    const Scenario expected = used.generate(seed);
    EXPECT_EQ(Generator(Scope{}).generate(seed), expected);
    EXPECT_EQ(fresh.generate(seed), expected);
  }
}

// Scenarios of one build must be those of the next compiler too.
TEST(Generator, DrawsTheSameOnEveryBuild) {
  EXPECT_EQ(mix(0), 0xe220a8397b1dcdafu);
  EXPECT_EQ(seed_of(7, 3), mix(mix(7) ^ 3));
  Random random(1);
  EXPECT_EQ(random.next(), mix(1));
  EXPECT_EQ(random.next(), mix(1 + 0x9e3779b97f4a7c15u));
  for (int i = 0; i < 1000; ++i) EXPECT_LT(random.below(7), 7u);
}

// What a scenario uses lies within its scope, for each switch and each kind of fault alone.
void expect_within(const Scope& scope) {
  const FeatureSet allowed = features(scope);
  Generator generator(scope);
  FeatureSet used = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Scenario& scenario = generator.generate(seed);
    ASSERT_EQ(scenario.clients, scope.clients);
    ASSERT_LE(scenario.objects.size(), scope.objects);
    ASSERT_LE(scenario.steps.size(), scope.steps);
    ASSERT_GE(scenario.steps.size(), scope.steps / 2);
    used |= features(scenario);
  }
  EXPECT_EQ(used, allowed) << "faults " << print_faults(scope.faults);
}

TEST(Generator, StaysWithinItsScopeAndUsesAllOfIt) {
  expect_within(Scope{});
  for (const NamedFault& fault : kNamedFaults)
    expect_within(Scope{.faults = fault_bit(fault.fault)});
  expect_within(Scope{.backend = false, .faults = 0});
  expect_within(Scope{.shared_keys = false, .faults = 0});
  expect_within(Scope{.deletes = false, .faults = 0});
  expect_within(Scope{.interleave = false, .faults = 0});
  expect_within(Scope{.interleave = false});
  expect_within(Scope{.client_changes = false});
  expect_within(Scope{.client_edits = false});
  expect_within(Scope{.turns = true});
  expect_within(Scope{.interleave = false, .turns = true});
}

TEST(Generator, WhereClientsTakeTurnsTheTurnIsPassedOn) {
  Generator generator(Scope{.turns = true});
  std::uint64_t passed = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Scenario& scenario = generator.generate(seed);
    EXPECT_TRUE(keeps_turns(scenario)) << seed;
    std::set<std::uint8_t> changers;
    for (const Step& step : scenario.steps)
      if (is_change(step.kind) && !step.replica.is_server()) changers.insert(step.replica.number);
    passed += changers.size() > 1;
  }
  EXPECT_GT(passed, kSeeds / 4);
}

bool keeps_turns(std::string_view steps) { return keeps_turns(trace_of(steps).scenario); }

TEST(Generator, FollowsAScenarioOnItsObjectsAndTexts) {
  Scenario prefix;
  prefix.clients = 2;
  prefix.objects = {"room 1", "room 2"};
  prefix.texts = {"left", "right"};
  prefix.steps = {{.kind = StepKind::create, .replica = {1}, .object = 0, .value = 2},
                  {.kind = StepKind::create, .replica = {1}, .object = 1},
                  {.kind = StepKind::sync, .replica = {1}}};
  Scope scope;
  scope.clients = 2;
  scope.objects = 2;
  scope.faults = 0;
  scope.shared_keys = false;
  scope.values = {"right"};
  Generator generator(scope);
  std::size_t edits = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Scenario scenario = generator.follow(prefix, 20, seed);
    ASSERT_EQ(scenario.steps.size(), 23u);
    EXPECT_TRUE(std::equal(prefix.steps.begin(), prefix.steps.end(), scenario.steps.begin()));
    EXPECT_EQ(scenario.objects, prefix.objects);
    EXPECT_EQ(scenario.texts, prefix.texts);
    EXPECT_EQ(generator.follow(prefix, 20, seed), scenario) << "the same seed, the same steps";
    for (std::size_t i = 3; i < scenario.steps.size(); ++i) {
      EXPECT_NE(scenario.steps[i].kind, StepKind::create) << "both exist already";
      edits += scenario.steps[i].kind == StepKind::edit ? 1 : 0;
    }
  }
  EXPECT_GT(edits, 100u);
}

// B deletes what A is about to edit, and the turn that passes to A brings that deletion along.
TEST(Generator, FollowsNoFurtherThanItsObjectsWhereATurnBringsADeletion) {
  const Scenario prefix = trace_of("create A o1; sync A; sync B; edit A o1").scenario;
  Generator generator(
      Scope{.clients = 2, .objects = 1, .turns = true, .faults = fault_bit(Fault::late)});
  for (std::uint64_t seed = 0; seed < 30'000; ++seed)
    for (const Step& step : generator.follow(prefix, 30, seed).steps)
      ASSERT_FALSE(is_change(step.kind) && step.object != 0) << "seed " << seed;
}

TEST(Turns, OneClientMayChangeAsItLikes) {
  EXPECT_TRUE(keeps_turns("create A o1; edit A o1; sync A; edit A o1; delete A o1"));
  EXPECT_TRUE(keeps_turns("create A o1; create S o2; edit S o1; edit A o1"));
}

TEST(Turns, ArePassedOnBetweenASyncOfTheOldAndOneOfTheNew) {
  EXPECT_TRUE(keeps_turns("create A o1; sync A; sync B; edit B o1"));
  EXPECT_TRUE(
      keeps_turns("clients 3; create A o1; full-sync A; sync C; sync B; edit B o1; edit B o1"));
  EXPECT_FALSE(keeps_turns("create A o1; edit B o1"));
  EXPECT_FALSE(keeps_turns("create A o1; sync A; edit B o1"));
  EXPECT_FALSE(keeps_turns("create A o1; sync B; sync A; edit B o1"));
  EXPECT_FALSE(keeps_turns("create A o1; sync A; sync B; edit A o1; edit B o1"));
  EXPECT_FALSE(keeps_turns("create A o1; sync A; edit A o1; sync B; edit B o1"));
}

TEST(Turns, ASyncThatIsNoWholeOneDoesNotCount) {
  EXPECT_FALSE(keeps_turns("create A o1; sync A lose=upload-ack; sync B; edit B o1"));
  EXPECT_FALSE(keeps_turns("create A o1; offline A; sync A; sync B; edit B o1"));
  EXPECT_FALSE(keeps_turns("create A o1; begin A; sync A; sync B; edit B o1"));
  EXPECT_TRUE(keeps_turns("create A o1; begin A; finish A; sync A; sync B; edit B o1"));
  EXPECT_TRUE(keeps_turns("create A o1; offline A; online A; sync A; sync B; edit B o1"));
}

TEST(Scope, NarrowsToWhatIsAllowed) {
  EXPECT_EQ(within(Scope{}, kAllFeatures), Scope{});
  const FeatureSet allowed =
      kUsesBackend | kUsesClientChanges | kUsesNoKeys | kUsesNoValues | fault_bit(Fault::lost);
  EXPECT_EQ(features(within(Scope{}, allowed)), allowed);
  EXPECT_EQ(within(Scope{.backend = false}, kAllFeatures).backend, false) << "it adds nothing";
}

TEST(Generator, DrawsWithinTheSmallestAndTheLargestScope) {
  expect_within(Scope{.clients = 1, .objects = 2, .steps = 12, .faults = 0});
  Generator largest(Scope{.clients = kMaxClients, .objects = kMaxObjects, .steps = 200});
  std::size_t most = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed)
    most = std::max(most, largest.generate(seed).objects.size());
  EXPECT_GT(most, 40u);
  Generator smallest(Scope{.clients = 1, .objects = 1, .steps = 1});
  EXPECT_EQ(smallest.generate(5).steps.size(), 1u);
}

TEST(Generator, SwarmsSwitchKindsOffAndWeighTheOthers) {
  Generator generator(Scope{});
  std::array<int, kMostDraws> off{};
  std::set<std::string> printed;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    generator.generate(seed);
    for (std::size_t i = 0; i < Generator::draws(); ++i)
      off[i] += generator.swarm().weights[i] == 0;
    printed.insert(print_swarm(generator.swarm()));
  }
  EXPECT_GT(printed.size(), kSeeds * 9 / 10);
  for (std::size_t i = 0; i < Generator::draws(); ++i) {
    const auto draw = static_cast<Draw>(i);
    if (draw == Draw::change) continue;
    const bool nearly_always = draw == Draw::cycle || draw == Draw::arrive || draw == Draw::back_up;
    EXPECT_GT(off[i], nearly_always ? 10 : static_cast<int>(kSeeds) / 5) << i;
    EXPECT_LT(off[i], static_cast<int>(kSeeds) * 3 / 4) << i;
  }
}

TEST(Generator, MostStepsDoSomething) {
  for (const std::string_view name : {"page", "reference", "guarded"}) {
    Runner runner(find_protocol(name)->protocol, built_in("timestamp-priority"));
    Generator generator(Scope{});
    std::uint64_t drawn = 0;
    std::uint64_t skipped = 0;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      const Scenario& scenario = generator.generate(seed);
      drawn += scenario.steps.size();
      skipped += runner.run(scenario).summary.skipped_steps;
    }
    EXPECT_LT(skipped * 100, drawn * 20) << name;
  }
}

}  // namespace
}  // namespace tidemark::core
