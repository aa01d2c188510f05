#include "sim/shape.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/strategy.h"
#include "properties/runner.h"
#include "sim/rapidcheck.h"

namespace tidemark::core {
namespace {

Scenario scenario_of(std::vector<Step> steps) {
  Scenario scenario;
  scenario.clients = 3;
  scenario.objects = {"o1", "o2", "o3"};
  scenario.texts = {"k1", "k2"};
  scenario.steps = std::move(steps);
  return scenario;
}
constexpr Step create(std::uint8_t client, std::uint32_t object, TextId pk = 0) {
  return {.kind = StepKind::create, .replica = {client}, .object = object, .pk = pk};
}
constexpr Step sync(std::uint8_t client) { return {.kind = StepKind::sync, .replica = {client}}; }

RC_GTEST_PROP(Shape, IsTheSameUnderOtherNames, ()) {
  const Scenario scenario = *scenarios(Scope{.steps = 10});
  Scenario other = scenario;
  const auto shift = [](std::uint32_t number, std::uint32_t by, std::uint32_t count) {
    return (number + by) % count;
  };
  for (Step& step : other.steps) {
    if (!step.replica.is_server())
      step.replica.number = static_cast<std::uint8_t>(1 + shift(step.replica.number, 0, 3));
    if (is_change(step.kind))
      step.object = shift(step.object, 1, static_cast<std::uint32_t>(other.objects.size()));
    if (step.value == 0 && step.kind == StepKind::edit) step.value = other.intern("a value");
  }
  RC_ASSERT(shape_digest(scenario) == shape_digest(other));
}

RC_GTEST_PROP(Shape, CanonicalIsAFixedPoint, ()) {
  const Scenario scenario = *scenarios(Scope{.steps = 10});
  const Scenario once = canonical(scenario);
  RC_ASSERT(shape_digest(once) == shape_digest(scenario));
  RC_ASSERT(canonical(once) == once);
}

RC_GTEST_PROP(Shape, RenamingChangesNoRun, ()) {
  const Scenario scenario = *scenarios(Scope{.objects = 1, .steps = 20});
  Runner runner(Protocol{}, built_in("server-priority"));
  const std::uint32_t before = runner.run(scenario).verdict.bits();
  RC_ASSERT(runner.run(renamed(scenario)).verdict.bits() == before);
}

TEST(Shape, IndependentNeighboursMayChangePlaces) {
  EXPECT_EQ(shape_digest(scenario_of({create(1, 0), create(2, 1), sync(1)})),
            shape_digest(scenario_of({create(2, 1), create(1, 0), sync(1)})));
}

TEST(Shape, StepsThatConcernTheServerMayNot) {
  EXPECT_NE(shape_digest(scenario_of({create(1, 0), sync(1), sync(2), create(2, 1)})),
            shape_digest(scenario_of({create(1, 0), sync(2), sync(1), create(2, 1)})));
}

TEST(Shape, ASharedKeyCountsAndAKeyOfOnesOwnDoesNot) {
  const Scenario own = scenario_of({create(1, 0), create(2, 1)});
  EXPECT_EQ(shape_digest(own), shape_digest(scenario_of({create(1, 0, 1), create(2, 1, 2)})));
  EXPECT_NE(shape_digest(own), shape_digest(scenario_of({create(1, 0, 1), create(2, 1, 1)})));
}

TEST(Shape, TheKindOfLossCounts) {
  Step lost = sync(1);
  lost.lose = MessageKind::upload_ack;
  EXPECT_NE(shape_digest(scenario_of({create(1, 0), sync(1)})),
            shape_digest(scenario_of({create(1, 0), lost})));
}

TEST(Fingerprint, DependsOnTheInvariantToo) {
  const Scenario scenario = scenario_of({create(1, 0)});
  EXPECT_NE(fingerprint("convergence", scenario), fingerprint("quiescence", scenario));
}

}  // namespace
}  // namespace tidemark::core
