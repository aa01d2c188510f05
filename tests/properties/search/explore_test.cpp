// The exhaustive search against one that knows nothing: all scenarios up to a length, each run from
// its beginning. And its reductions against none.
#include "properties/search/explore.h"

#include <gtest/gtest.h>

#include <map>

#include "sim/shape.h"
#include "tests/properties/configurations.h"

namespace tidemark::core {
namespace {

using B = Bounded;
using Lengths = std::map<Invariant, std::uint32_t>;

ExplorePlan plan_of(Scope scope, std::initializer_list<std::pair<Bounded, int>> bounds,
                    std::optional<std::uint32_t> steps = std::nullopt) {
  ExplorePlan plan;
  plan.search.scope = scope;
  plan.search.scope.faults = 0;
  for (const auto& [bounded, number] : bounds)
    plan.search.bounds.set(bounded, static_cast<std::uint8_t>(number));
  for (const NamedBound& named : named_bounds())
    if (named.fault && plan.search.bounds.any(named.bounded))
      plan.search.scope.faults |= fault_bit(*named.fault);
  plan.steps = steps;
  return plan;
}

constexpr Scope kNarrow{.clients = 2,
                        .objects = 1,
                        .backend = false,
                        .shared_keys = false,
                        .deletes = false,
                        .interleave = false};

Lengths lengths_of(const Exploration& exploration) {
  EXPECT_EQ(exploration.faults, std::vector<std::string>{});
  Lengths lengths;
  for (const Counterexample& each : exploration.counterexamples) {
    EXPECT_TRUE(each.is_shortest);
    EXPECT_EQ(each.trace.scenario.steps.size(), each.steps);
    lengths[each.invariant] = each.steps;
  }
  return lengths;
}

std::string text_of(const Lengths& lengths) {
  std::string text;
  for (const auto& [invariant, steps] : lengths)
    text += std::string(name_of(invariant)) + " " + std::to_string(steps) + "; ";
  return text;
}

// ---- the search that knows nothing

// Every scenario of at most so many steps: any step for any replica and object, whether it does
// something or not.
class EveryScenario {
 public:
  EveryScenario(const Configuration& configuration, const ExplorePlan& plan)
      : plan_(plan), runner_(configuration.protocol, configuration.strategy) {
    scenario_ = Alphabet(plan.search, {}).empty_scenario();
    spell();
  }

  Lengths shortest() {
    extend(plan_.search.bounds, 0, 0, 0);
    return lengths_;
  }
  std::uint64_t scenarios() const { return scenarios_; }

 private:
  void spell() {
    const Scope& scope = plan_.search.scope;
    for (std::uint8_t number = scope.backend ? 0 : 1; number <= scope.clients; ++number) {
      const Replica replica{number};
      for (std::uint32_t object = 0; object < scope.objects; ++object) {
        alphabet_.push_back({.kind = StepKind::create, .replica = replica, .object = object});
        if (scope.shared_keys)
          alphabet_.push_back(
              {.kind = StepKind::create, .replica = replica, .object = object, .pk = 1});
        alphabet_.push_back({.kind = StepKind::edit, .replica = replica, .object = object});
        if (!scope.deletes) continue;
        alphabet_.push_back({.kind = StepKind::remove, .replica = replica, .object = object});
        alphabet_.push_back({.kind = StepKind::undelete, .replica = replica, .object = object});
      }
      for (const Timestamp seconds : {plan_.search.clock_jump, -plan_.search.clock_jump})
        alphabet_.push_back({.kind = StepKind::clock, .replica = replica, .seconds = seconds});
    }
    alphabet_.push_back({.kind = StepKind::backup});
    alphabet_.push_back({.kind = StepKind::restore});
    for (std::uint8_t number = 1; number <= scope.clients; ++number) {
      const Replica client{number};
      for (const StepKind kind : {StepKind::sync, StepKind::full_sync})
        for (std::uint8_t lose = 0; lose <= 4; ++lose)
          alphabet_.push_back(
              {.kind = kind, .replica = client, .lose = static_cast<MessageKind>(lose)});
      for (const StepKind kind :
           {StepKind::offline, StepKind::online, StepKind::crash, StepKind::reinstall})
        alphabet_.push_back({.kind = kind, .replica = client});
      if (!scope.interleave) continue;
      for (const StepKind kind :
           {StepKind::begin, StepKind::begin_full, StepKind::deliver, StepKind::finish,
            StepKind::drop, StepKind::give_up, StepKind::arrive, StepKind::duplicate})
        alphabet_.push_back({.kind = kind, .replica = client});
    }
    const Bounds& bounds = plan_.search.bounds;
    std::erase_if(alphabet_, [&](const Step& step) { return !bounds.allows(step); });
    if (!bounds.any(B::offline))
      std::erase_if(alphabet_, [](const Step& step) { return step.kind == StepKind::online; });
    if (!bounds.any(B::late) && !bounds.any(B::duplicates))
      std::erase_if(alphabet_, [](const Step& step) { return step.kind == StepKind::arrive; });
  }

  // Objects are named in order, as in every trace; so are clients, for they differ by name only.
  void extend(const Bounds& left, std::uint32_t named, std::uint8_t clients, std::uint32_t length) {
    run();
    if (length == *plan_.steps) return;
    for (const Step& step : alphabet_) {
      if (!left.allows(step) || (is_change(step.kind) && step.object > named) ||
          step.replica.number > clients + 1)
        continue;
      Bounds next = left;
      next.take(step);
      scenario_.steps.push_back(step);
      extend(next, is_change(step.kind) ? std::max(named, step.object + 1) : named,
             std::max(clients, step.replica.number), length + 1);
      scenario_.steps.pop_back();
    }
  }

  void run() {
    ++scenarios_;
    const auto length = static_cast<std::uint32_t>(scenario_.steps.size());
    const Verdict& verdict = runner_.run(scenario_).verdict;
    for (const NamedInvariant& named : invariants()) {
      if (!verdict.broken(named.invariant)) continue;
      const auto [found, is_new] = lengths_.emplace(named.invariant, length);
      if (!is_new) found->second = std::min(found->second, length);
    }
  }

  const ExplorePlan& plan_;
  Runner runner_;
  Scenario scenario_;
  std::vector<Step> alphabet_;
  Lengths lengths_;
  std::uint64_t scenarios_ = 0;
};

struct SmallScope {
  const char* name;
  ExplorePlan plan;
};
void PrintTo(const SmallScope& scope, std::ostream* out) { *out << scope.name; }

Scope scope_of(std::uint8_t clients, std::uint32_t objects, bool interleave = false,
               bool deletes = false, bool shared_keys = false, bool backend = false) {
  return {.clients = clients,
          .objects = objects,
          .backend = backend,
          .shared_keys = shared_keys,
          .deletes = deletes,
          .interleave = interleave};
}

std::vector<SmallScope> small_scopes() {
  return {
      {"syncs", plan_of(scope_of(2, 1), {{B::edits, 3}}, 5)},
      {"interleaved", plan_of(scope_of(2, 1, true), {{B::edits, 3}}, 4)},
      {"deletes", plan_of(scope_of(2, 1, false, true), {{B::edits, 3}}, 5)},
      {"two objects", plan_of(scope_of(2, 2), {{B::edits, 3}}, 5)},
      {"a shared key", plan_of(scope_of(2, 2, false, true, true), {{B::edits, 3}}, 4)},
      {"the backend", plan_of(scope_of(2, 2, false, false, true, true), {{B::edits, 3}}, 4)},
      {"three clients", plan_of(scope_of(3, 1), {{B::edits, 2}}, 5)},
      {"lost", plan_of(scope_of(2, 1, true), {{B::edits, 2}, {B::lost, 1}}, 4)},
      {"late", plan_of(scope_of(2, 1, true), {{B::edits, 2}, {B::late, 2}}, 5)},
      {"duplicates", plan_of(scope_of(1, 1, true), {{B::edits, 2}, {B::duplicates, 1}}, 6)},
      {"offline", plan_of(scope_of(2, 1, true), {{B::edits, 2}, {B::offline, 1}}, 4)},
      {"clock", plan_of(scope_of(2, 1), {{B::edits, 3}, {B::clock, 1}}, 5)},
      {"crash", plan_of(scope_of(1, 1, true), {{B::edits, 2}, {B::crashes, 1}}, 6)},
      {"reinstall", plan_of(scope_of(2, 1), {{B::edits, 2}, {B::reinstalls, 1}}, 5)},
      {"restore", plan_of(scope_of(2, 1), {{B::edits, 2}, {B::restores, 1}}, 6)},
      {"full sync", plan_of(scope_of(2, 1), {{B::edits, 3}, {B::full, 1}}, 5)},
  };
}

constexpr Reductions kNone{
    .clients = false, .objects = false, .names = false, .order = false, .bounds = false};

std::string print_switches(const Reductions& reductions) {
  std::string text;
  for (const bool on : {reductions.clients, reductions.objects, reductions.names, reductions.order,
                        reductions.bounds})
    text += on ? '1' : '0';
  return text;
}

#if defined(TIDEMARK_SLOW_BUILD)
constexpr std::uint32_t kFewerSteps = 1;
constexpr std::uint32_t kMoreSteps = 1;
#else
constexpr std::uint32_t kFewerSteps = 0;
constexpr std::uint32_t kMoreSteps = 3;
#endif

class Explorer : public testing::TestWithParam<SmallScope> {};

TEST_P(Explorer, FindsTheLengthsThatTryingEveryScenarioFinds) {
  std::uint64_t scenarios = 0;
  ExplorePlan plan = GetParam().plan;
  plan.steps = *plan.steps - kFewerSteps;
  for (const char* protocol : {"page", "reference", "guarded"})
    for (const NamedStrategy& strategy : built_in_strategies()) {
      const Configuration engine = configuration(protocol, {}, strategy.name);
      EveryScenario every(engine, plan);
      const Lengths expected = every.shortest();
      const Exploration exploration = explore(engine, plan, nullptr);
      EXPECT_EQ(text_of(lengths_of(exploration)), text_of(expected))
          << GetParam().name << ", " << protocol << ", " << strategy.name;
      scenarios += every.scenarios();
      EXPECT_LT(exploration.states, every.scenarios());
    }
  EXPECT_GT(scenarios, 1000u);
}

// Each reduction alone, and all of them, off: nothing else comes out, from more states.
TEST_P(Explorer, NoReductionChangesWhatIsFound) {
  ExplorePlan plan = GetParam().plan;
  plan.steps = *plan.steps + kMoreSteps;
  for (const char* protocol : {"page", "reference", "guarded"})
    for (const NamedStrategy& strategy : built_in_strategies()) {
      const Configuration engine = configuration(protocol, {}, strategy.name);
      plan.reductions = {};
      const Exploration reduced = explore(engine, plan, nullptr);
      const Lengths expected = lengths_of(reduced);
      for (const Reductions& reductions :
           {Reductions{.clients = false}, Reductions{.objects = false}, Reductions{.names = false},
            Reductions{.order = false}, Reductions{.bounds = false}, kNone}) {
        plan.reductions = reductions;
        const Exploration other = explore(engine, plan, nullptr);
        EXPECT_EQ(text_of(lengths_of(other)), text_of(expected))
            << GetParam().name << ", " << protocol << ", " << strategy.name << ", reductions "
            << print_switches(reductions);
        EXPECT_GE(other.states, reduced.states);
      }
    }
}

INSTANTIATE_TEST_SUITE_P(Small, Explorer, testing::ValuesIn(small_scopes()),
                         [](const auto& tested) {
                           std::string name = tested.param.name;
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

// ---- known answers, proven

struct Answer {
  Configuration engine;
  ExplorePlan plan;
  Invariant invariant;
  std::uint32_t steps;
};

std::vector<Answer> known_answers() {
  const std::string moves = "upload-ack-moves-download-mark=always";
  const auto server = "server-priority";
  const Scope interleaved = scope_of(2, 2, true);
  Scope with_backend = interleaved;
  with_backend.backend = true;
  std::vector<Answer> answers{
      {configuration("page", {}, server), plan_of(kNarrow, {{B::edits, 3}}),
       Invariant::no_lost_update, 3},
      {configuration("page", {moves}, server), plan_of(kNarrow, {{B::edits, 3}, {B::lost, 1}}),
       Invariant::no_lost_update, 3},
      {configuration("page", {moves}, server), plan_of(kNarrow, {{B::edits, 3}, {B::full, 1}}),
       Invariant::no_lost_update, 4},
      {configuration("page", {moves}, server), plan_of(with_backend, {{B::edits, 3}}),
       Invariant::convergence, 4},
  };
  for (const NamedStrategy& strategy : built_in_strategies()) {
    answers.push_back({configuration("page", {}, strategy.name), plan_of(kNarrow, {{B::edits, 3}}),
                       Invariant::no_redundant_transfer, 1});
    answers.push_back({configuration("page", {moves}, strategy.name),
                       plan_of(interleaved, {{B::edits, 3}}), Invariant::convergence, 5});
  }
  return answers;
}

TEST(Explore, ProvesTheKnownAnswers) {
  for (const Answer& answer : known_answers()) {
    const Exploration exploration = explore(answer.engine, answer.plan, nullptr);
    EXPECT_EQ(exploration.end, ExploreEnd::exhausted);
    EXPECT_EQ(lengths_of(exploration)[answer.invariant], answer.steps)
        << name_of(answer.invariant) << " of " << answer.engine.strategy.name;
  }
}

// ---- the search as a whole

const Configuration& page() {
  static const Configuration kPage = configuration("page", {}, "server-priority");
  return kPage;
}

TEST(Explore, IsTheSameForAnyNumberOfThreads) {
  ExplorePlan plan = plan_of(scope_of(2, 2, true, true, true, true), {{B::edits, 3}, {B::lost, 1}},
                             7 - 2 * kFewerSteps);
  const Exploration one = explore(page(), plan, nullptr);
  for (const unsigned jobs : {2u, 3u}) {
    plan.jobs = jobs;
    const Exploration other = explore(page(), plan, nullptr);
    EXPECT_EQ(other.levels, one.levels);
    EXPECT_EQ(other.digest, one.digest);
    EXPECT_EQ(other.steps, one.steps);
    EXPECT_EQ(other.asleep, one.asleep);
    EXPECT_EQ(other.settle.executed, one.settle.executed);
    EXPECT_EQ(other.settle.wanted, one.settle.wanted);
    ASSERT_EQ(other.counterexamples.size(), one.counterexamples.size());
    for (std::size_t i = 0; i < one.counterexamples.size(); ++i) {
      EXPECT_EQ(other.counterexamples[i].found, one.counterexamples[i].found);
      EXPECT_EQ(other.counterexamples[i].trace, one.counterexamples[i].trace);
    }
  }
  EXPECT_GE(one.states, 1'000u);
}

TEST(Explore, EndsWhenEverythingWatchedIsBroken) {
  ExplorePlan plan = plan_of(scope_of(2, 1, true, true), {{B::edits, 4}});
  plan.watched =
      invariant_bit(Invariant::no_redundant_transfer) | invariant_bit(Invariant::no_lost_update);
  const Exploration exploration = explore(page(), plan, nullptr);
  EXPECT_EQ(exploration.end, ExploreEnd::all_broken);
  EXPECT_EQ(text_of(lengths_of(exploration)), "no-lost-update 3; no-redundant-transfer 1; ");
}

TEST(Explore, WatchesOnlyWhatItIsAskedToWatch) {
  ExplorePlan plan = plan_of(kNarrow, {{B::edits, 3}});
  plan.watched = invariant_bit(Invariant::convergence);
  const Exploration exploration = explore(page(), plan, nullptr);
  EXPECT_TRUE(exploration.counterexamples.empty());
  EXPECT_LT(exploration.states, explore(page(), plan_of(kNarrow, {{B::edits, 3}}), nullptr).states);
}

TEST(Explore, SaysHowFarItIsCompleteWhenTheMemoryEndsIt) {
  ExplorePlan plan = plan_of(scope_of(3, 2, true, true), {{B::edits, 5}, {B::lost, 2}});
  plan.memory = 1 << 20;
  const Exploration exploration = explore(page(), plan, nullptr);
  EXPECT_EQ(exploration.end, ExploreEnd::memory_bound);
  EXPECT_FALSE(exploration.is_complete());
  EXPECT_GT(exploration.depth, 0u);
  EXPECT_LT(exploration.bytes, 16u << 20);
}

TEST(Explore, IsEndedByItsWatchAndKeepsWhatIsProven) {
  const ExplorePlan plan = plan_of(scope_of(2, 2, true, true), {{B::edits, 5}, {B::lost, 2}});
  const Exploration exploration =
      explore(page(), plan, [](const ExploreProgress& progress) { return progress.depth < 6; });
  EXPECT_EQ(exploration.end, ExploreEnd::stopped);
  EXPECT_EQ(exploration.depth, 5u);
  ASSERT_NE(exploration.find(Invariant::no_lost_update), nullptr);
  EXPECT_TRUE(exploration.find(Invariant::no_lost_update)->is_shortest);
}

TEST(Explore, ExecutesFewSettleMessages) {
  const Exploration exploration =
      explore(page(), plan_of(scope_of(2, 2, true), {{B::edits, 3}}), nullptr);
  EXPECT_LT(exploration.settle.executed, exploration.settle.wanted / 4);
}

// Where settle never rests, its end is not taken from memory.
TEST(Explore, JudgesASettleWithoutRestAsARunDoes) {
  const Configuration holding = configuration(
      "page", {"deleted-holds-key=yes", "upload-key-clash=skip-refuse-batch"}, "client-priority");
  const ExplorePlan plan = plan_of(scope_of(2, 2, false, true, true), {{B::edits, 4}}, 6);
  const Exploration exploration = explore(holding, plan, nullptr);
  EXPECT_EQ(exploration.faults, std::vector<std::string>{});
  EXPECT_NE(exploration.find(Invariant::quiescence), nullptr);
}

// ---- full syncs at the end

ExplorePlan with_full_syncs(ExplorePlan plan) {
  plan.ending = Ending::full_sync;
  plan.watched = invariant_bit(Invariant::convergence) | invariant_bit(Invariant::no_lost_update);
  return plan;
}

TEST(FullSyncsAtTheEnd, HealAMarkThatPassedOverAnObject) {
  const Configuration engine =
      configuration("page", {"upload-ack-moves-download-mark=always"}, "server-priority");
  const Exploration exploration =
      explore(engine, with_full_syncs(plan_of(scope_of(2, 2, true), {{B::edits, 3}})), nullptr);
  EXPECT_GT(exploration.healing.diverging, 100u);
  EXPECT_EQ(exploration.healing.healed, exploration.healing.diverging);
  EXPECT_EQ(exploration.find(Invariant::convergence), nullptr);
}

TEST(FullSyncsAtTheEnd, DestroyAnUpdateThatWasKeptWithoutThem) {
  const Configuration engine = configuration("guarded", {}, "server-priority");
  const Exploration exploration =
      explore(engine, with_full_syncs(plan_of(kNarrow, {{B::edits, 3}})), nullptr);
  const Counterexample* lost = exploration.find(Invariant::no_lost_update);
  ASSERT_NE(lost, nullptr);
  Runner runner(engine.protocol, engine.strategy);
  EXPECT_TRUE(runner.run(lost->trace.scenario).verdict.broken(Invariant::no_lost_update));
  Scenario without = lost->trace.scenario;
  std::erase_if(without.steps, [](const Step& step) { return step.kind == StepKind::full_sync; });
  EXPECT_FALSE(runner.run(without).verdict.broken(Invariant::no_lost_update));
  EXPECT_EQ(lost->trace.scenario.steps.size(), 5u);
  EXPECT_GT(exploration.healing.destroyed, 0u);
}

TEST(FullSyncsAtTheEnd, AreCountedOverAllStatesThoughBothAreBroken) {
  const Configuration engine = configuration("page", {}, "client-priority");
  const Exploration exploration = explore(
      engine, with_full_syncs(plan_of(scope_of(2, 2, false, true, true, true), {{B::edits, 2}})),
      nullptr);
  EXPECT_EQ(exploration.counterexamples.size(), 2u);
  EXPECT_EQ(exploration.end, ExploreEnd::exhausted);
}

TEST(FullSyncsAtTheEnd, CountStatesAsDivergingWhereTracesWithoutThemDiverge) {
  const Configuration engine = configuration("reference", {}, "timestamp-priority");
  const ExplorePlan plan = plan_of(scope_of(2, 1), {{B::edits, 2}, {B::lost, 1}});
  const Exploration exploration = explore(engine, with_full_syncs(plan), nullptr);
  EXPECT_EQ(exploration.faults, std::vector<std::string>{});
  const Exploration plain = explore(engine, plan, nullptr);
  EXPECT_EQ(exploration.healing.diverging > 0, plain.find(Invariant::convergence) != nullptr);
}

TEST(Reductions, FollowFromWhatTheStrategyReads) {
  const Reductions all;
  for (const NamedStrategy& strategy : built_in_strategies())
    EXPECT_EQ(sound_reductions(configuration("page", {}, strategy.name), all), all)
        << strategy.name;
  Configuration own = configuration("page", {}, "server-priority");
  own.strategy = own_strategy("by-value", [](const Conflict& conflict) {
    return conflict.local.content.value < conflict.server.content.value ? Decision::local_wins()
                                                                        : Decision::server_wins();
  });
  EXPECT_FALSE(sound_reductions(own, all).names);
  EXPECT_FALSE(sound_reductions(own, all).objects);
}

}  // namespace
}  // namespace tidemark::core
