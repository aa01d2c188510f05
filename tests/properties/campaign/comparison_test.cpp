// Two engines that do the same are found to, and two that do not are not.
#include "properties/campaign/comparison.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "properties/engines.h"
#include "sim/generator.h"
#include "tests/episode.h"
#include "tests/sim/hosted.h"

namespace tidemark::core {
namespace {

constexpr Replica kA{1};

Event held(Guid guid, Value value, Value before) { return Held{kA, guid, value, before}; }

// A holds v1 and v2, which lose their keys in one step: one becomes tombstone v3, the other v4.
Recording two_losers(Value first, Value second) {
  Recording recording;
  recording.versions.resize(3);
  recording.versions.push_back({.guid = {}, .buried_of = first, .isdeleted = true});
  recording.versions.push_back({.guid = {}, .buried_of = second, .isdeleted = true});
  const auto tombstone = [&](Value of) { return Value{of == first ? 3u : 4u}; };
  recording.events = {held({0}, tombstone({1}), {1}), held({1}, tombstone({2}), {2})};
  return recording;
}

TEST(Comparison, TakesTombstonesOfOneStepInAnyOrderForTheSame) {
  EXPECT_FALSE(Comparison(two_losers({1}, {2}), two_losers({2}, {1})).differ());
}

TEST(Comparison, TellsATombstoneFromTheVersionThatItWasMadeOf) {
  Recording kept = two_losers({1}, {2});
  std::get<Held>(kept.events[1]).value = {2};
  const Comparison comparison(two_losers({1}, {2}), kept);
  Scenario scenario;
  scenario.objects = {"o1", "o2"};
  EXPECT_TRUE(comparison.differ());
  EXPECT_EQ(comparison.ours(scenario), "A holds o2 as the tombstone of v2, which was v2");
  EXPECT_EQ(comparison.theirs(scenario), "A holds o2 as v2, which was v2");
}

TEST(Comparison, LabelsFollowTheOrderInWhichStepsNameObjects) {
  const Scenario scenario = labelled_in_order(
      trace_of("tidemark-trace 1\ncreate A o5\ncreate B o4\nsync A\nedit A o5\n").scenario);
  EXPECT_EQ(scenario.objects, (std::vector<std::string>{"o1", "o2"}));
  EXPECT_EQ(print_step(scenario, scenario.steps[3]), "edit A o1");
}

TEST(Comparison, FindsNoDifferenceWhereOnlyTheNumbersOfTombstonesDiffer) {
  const Strategy strategy = built_in("server-priority");
  const Hardened engine(find_protocol("hardened")->protocol, strategy);
  Configuration behind_the_door{.protocol_name = "hardened"};
  behind_the_door.spec = hosted_spec(std::make_shared<Hosted<Hardened>>(engine, "hardened"));
  Runner ours(find_protocol("hardened")->protocol, strategy);
  Runner theirs(behind_the_door);
  Scope scope;
  scope.clients = 8;
  scope.objects = 12;
  Generator generator(scope);
  int numbered_otherwise = 0;
  for (std::uint64_t index = 0; index < 2000; ++index) {
    const Scenario& scenario = generator.generate(seed_of(29, index));
    const Recording a = ours.record(scenario);
    const Recording b = theirs.record(scenario);
    const Comparison comparison(a, b);
    EXPECT_FALSE(comparison.differ()) << "seed " << index << ": " << comparison.ours(scenario)
                                      << "; " << comparison.theirs(scenario);
    for (std::size_t i = 0; i < a.versions.size(); ++i)
      numbered_otherwise += a.versions[i].buried_of != b.versions[i].buried_of;
  }
  EXPECT_GT(numbered_otherwise, 0);
}

}  // namespace
}  // namespace tidemark::core
