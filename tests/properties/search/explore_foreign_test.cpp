// The exhaustive search of an engine that is known by its answers alone: our own come through the
// door, and the search finds what it finds of them directly.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "properties/search/explore.h"
#include "tests/properties/behind_the_door.h"

namespace tidemark::core {
namespace {

using B = Bounded;

struct SmallScope {
  const char* name;
  Scope scope;
  std::vector<std::pair<Bounded, int>> bounds;
  std::uint32_t steps;
};

ExplorePlan plan_of(const SmallScope& small) {
  ExplorePlan plan;
  plan.search.scope = small.scope;
  plan.search.scope.faults = 0;
  for (const auto& [bounded, number] : small.bounds)
    plan.search.bounds.set(bounded, static_cast<std::uint8_t>(number));
  for (const NamedBound& named : named_bounds())
    if (named.fault && plan.search.bounds.any(named.bounded))
      plan.search.scope.faults |= fault_bit(*named.fault);
  plan.steps = small.steps;
  return plan;
}

constexpr Scope kSyncs{.clients = 2,
                       .objects = 1,
                       .backend = false,
                       .shared_keys = false,
                       .deletes = false,
                       .interleave = false};
constexpr Scope with(Scope scope, bool Scope::*feature) {
  scope.*feature = true;
  return scope;
}
constexpr Scope with_objects(Scope scope, std::uint32_t objects) {
  scope.objects = objects;
  return scope;
}

const std::vector<SmallScope>& small_scopes() {
  static const std::vector<SmallScope> kScopes{
      {"syncs", kSyncs, {{B::edits, 3}, {B::lost, 1}}, 6},
      {"interleaved", with(kSyncs, &Scope::interleave), {{B::edits, 2}, {B::late, 1}}, 6},
      {"duplicates", with(kSyncs, &Scope::interleave), {{B::edits, 2}, {B::duplicates, 1}}, 6},
      {"deletes", with(kSyncs, &Scope::deletes), {{B::edits, 3}}, 6},
      {"the backend", with(kSyncs, &Scope::backend), {{B::edits, 3}}, 6},
      {"a shared key", with_objects(with(kSyncs, &Scope::shared_keys), 2), {{B::edits, 3}}, 5},
      {"offline, crash",
       with(kSyncs, &Scope::interleave),
       {{B::edits, 2}, {B::offline, 1}, {B::crashes, 1}},
       5},
      {"clock", kSyncs, {{B::edits, 3}, {B::clock, 1}}, 5},
      {"reinstall", kSyncs, {{B::edits, 2}, {B::reinstalls, 1}}, 6},
      {"restore", kSyncs, {{B::edits, 2}, {B::restores, 1}}, 6},
      {"full sync", kSyncs, {{B::edits, 3}, {B::full, 1}}, 6},
  };
  return kScopes;
}

// `no-lost-update 3; …`, and how far that goes.
std::string found_in(const Exploration& exploration) {
  EXPECT_EQ(exploration.faults, std::vector<std::string>{});
  std::string text;
  for (const Counterexample& each : exploration.counterexamples)
    text += std::string(name_of(each.invariant)) + " " + std::to_string(each.steps) +
            (each.is_shortest ? "; " : " at most; ");
  return text + "depth " + std::to_string(exploration.depth);
}

#ifdef TIDEMARK_SLOW_BUILD
constexpr std::array<const char*, 1> kProtocols{"hardened"};
#else
constexpr std::array<const char*, 4> kProtocols{"page", "reference", "guarded", "hardened"};
#endif

TEST(ExploreForeign, FindsTheLengthsThatAreFoundDirectly) {
  for (const SmallScope& small : small_scopes())
    for (const char* protocol : kProtocols)
      for (const NamedStrategy& strategy : built_in_strategies()) {
        const Configuration direct = configuration(protocol, {}, strategy.name);
        const ExplorePlan plan = plan_of(small);
        const Exploration ours = explore(direct, plan, nullptr);
        const Exploration theirs = explore(behind_the_door(direct), plan, nullptr);
        EXPECT_EQ(found_in(theirs), found_in(ours))
            << small.name << ", " << protocol << ", " << strategy.name;
      }
}

TEST(ExploreForeign, EndsWhereNothingNewIsLeft) {
  const Configuration direct = configuration("guarded", {}, "server-priority");
  ExplorePlan plan = plan_of({"", kSyncs, {{B::edits, 3}, {B::lost, 1}}, 1});
  plan.steps.reset();
  const Exploration ours = explore(direct, plan, nullptr);
  const Exploration theirs = explore(behind_the_door(direct), plan, nullptr);
  EXPECT_EQ(theirs.end, ExploreEnd::exhausted);
  EXPECT_GT(theirs.states, ours.states);
}

TEST(ExploreForeign, JudgesWhatFullSyncsHealAndDestroy) {
  const Configuration direct = configuration("page", {}, "server-priority");
  ExplorePlan plan = plan_of({"", kSyncs, {{B::edits, 2}, {B::lost, 1}}, 5});
  plan.ending = Ending::full_sync;
  plan.watched = invariant_bit(Invariant::convergence) | invariant_bit(Invariant::no_lost_update);
  EXPECT_EQ(found_in(explore(behind_the_door(direct), plan, nullptr)),
            found_in(explore(direct, plan, nullptr)));
}

TEST(ExploreForeign, LeavesOutWhatTheConfigurationDoesNotJudge) {
  Configuration engine = behind_the_door(configuration("page", {}, "server-priority"));
  engine.judge.watched = invariant_bit(Invariant::convergence);
  const Exploration exploration = explore(engine, plan_of(small_scopes().front()), nullptr);
  EXPECT_EQ(found_in(exploration), "depth 6");
}

// --- engines that do not keep their word

// What such a search says is wrong; the search itself may stumble over it.
std::string fault_of(const Configuration& engine, const SmallScope& small) {
  try {
    const Exploration exploration = explore(engine, plan_of(small), nullptr);
    return exploration.faults.empty() ? "none" : exploration.faults.front();
  } catch (const EngineFault& fault) {
    return fault.what();
  }
}

// In the search already, or where a counterexample is run again.
TEST(ExploreForeign, ALoadThatDoesNotRestoreIsAFault) {
  for (const char replica : {'S', 'A'}) {
    const Configuration engine = tampered("guarded", [replica](const Request& request) {
      return request.operation == Operation::load && request.at == replica;
    });
    EXPECT_NE(fault_of(engine, small_scopes().front()), "none") << replica;
  }
}

// An exchange that no load brings back: what the search then sees is no trace of the engine.
TEST(ExploreForeign, ACounterexampleThatNoRunShowsIsAFault) {
  const Configuration guarded = behind_the_door(configuration("guarded", {}, "server-priority"));
  const auto forgetful = std::make_shared<Tampered>();
  forgetful->inner = guarded.spec->hosted();
  forgetful->passes_over = [&](const Request& request) {
    if (request.operation != Operation::load || request.at == kServerName) return false;
    guarded.spec->hosted()->handle(request);
    guarded.spec->hosted()->handle({.operation = Operation::crash, .at = request.at});
    return true;
  };
  Configuration engine = guarded;
  engine.spec = hosted_spec(forgetful);
  const std::string fault =
      fault_of(engine, {"", with(kSyncs, &Scope::interleave), {{B::edits, 2}}, 7});
  EXPECT_NE(fault.find("the search broke it, a run of the same steps does not"), std::string::npos)
      << fault;
}

TEST(ExploreForeign, ASaveWithoutAStateIsAFault) {
  const Configuration engine =
      tampered("page", [](const Request& request) { return request.operation == Operation::save; });
  EXPECT_EQ(fault_of(engine, small_scopes().front()),
            "save: the answer has no 'state', expected all that S knows");
}

}  // namespace
}  // namespace tidemark::core
