// What `adapter check` finds out about save and load.
#include "properties/search/forks.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/generator.h"
#include "tests/episode.h"
#include "tests/properties/behind_the_door.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kSteps =
    "create A o1; sync A; sync B; edit A o1; backup S; begin A; deliver A; edit B o1; sync B; "
    "finish A; restore S";
constexpr std::string_view kDetour = "; create A o2; crash A; sync A; full-sync B; backup S";

// Whether the same happens after detours, and nothing that no engine may answer.
bool goes_on(const Configuration& engine) {
  const Scenario scenario = trace_of(std::string(kSteps).append(kDetour)).scenario;
  const std::size_t steps = trace_of(kSteps).scenario.steps.size();
  try {
    return run_with_detours(engine, scenario, steps, true) ==
           run_with_detours(engine, scenario, steps, false);
  } catch (const EngineFault&) {
    return false;
  }
}
std::string wrong_texts(const Configuration& engine) {
  const Scenario scenario = trace_of(std::string(kSteps).append(kDetour)).scenario;
  return check_texts(engine, scenario, trace_of(kSteps).scenario.steps.size());
}

TEST(Forks, GoOnWhereTheyWereSaved) {
  for (const char* protocol : {"page", "reference", "guarded", "hardened"})
    for (const NamedStrategy& strategy : built_in_strategies()) {
      const Configuration engine = behind_the_door(configuration(protocol, {}, strategy.name));
      EXPECT_TRUE(goes_on(engine)) << protocol;
      EXPECT_EQ(wrong_texts(engine), "") << protocol;
    }
}

TEST(Forks, TellALoadThatDoesNotRestore) {
  for (const char replica : {'S', 'A', 'B'}) {
    const Configuration engine = tampered("guarded", [replica](const Request& request) {
      return request.operation == Operation::load && request.at == replica;
    });
    EXPECT_FALSE(goes_on(engine)) << replica;
    const std::string wrong = wrong_texts(engine);
    EXPECT_TRUE(wrong.starts_with(std::string("after ") + replica + " was loaded, " + replica +
                                  " is saved as "))
        << wrong;
  }
}

// Where states are kept, settle sees that it comes back to one.
TEST(Forks, SeeTheCirclesThatAreSeenDirectly) {
  const Configuration direct = configuration("guarded", {}, "client-priority");
  const Configuration engine = behind_the_door(direct);
  Runner runner(direct);
  Generator generator(Scope{});
  int circles = 0;
  for (std::uint64_t index = 0; index < 2000; ++index) {
    const Scenario& scenario = generator.generate(seed_of(5, index));
    const Rest rest = runner.run(scenario).summary.rest;
    circles += rest == Rest::circle;
    const Event last = run_with_detours(engine, scenario, scenario.steps.size(), false).back();
    EXPECT_EQ(std::get<Rested>(last).rest, rest) << index;
  }
  EXPECT_GT(circles, 0);
}

// An engine that says what is held only where that is not what it said last, of whatever state.
TEST(Forks, TellAnEngineThatDoesNotSayAgainWhatItHolds) {
  const Configuration inner = behind_the_door(configuration("guarded", {}, "server-priority"));
  struct Sparing final : tidemark::Engine {
    std::shared_ptr<tidemark::Engine> inner;
    std::map<ReplicaName, std::vector<tidemark::Held>> said;
    const Traits& traits() const override { return inner->traits(); }
    Answer handle(const Request& request) override {
      Answer answer = inner->handle(request);
      if (request.operation == Operation::begin) said.clear();
      const bool may_spare =
          request.operation == Operation::request || request.operation == Operation::answer;
      if (!answer.holds) return answer;
      if (may_spare && said[request.at] == *answer.holds)
        answer.holds.reset();
      else
        said[request.at] = *answer.holds;
      return answer;
    }
  };
  const auto sparing = std::make_shared<Sparing>();
  sparing->inner = inner.spec->hosted();
  Configuration engine = inner;
  engine.spec = hosted_spec(sparing);
  EXPECT_FALSE(goes_on(engine));
  EXPECT_EQ(wrong_texts(engine), "");
}

// An engine whose load of one replica takes another with it.
TEST(Forks, TellALoadThatTouchesOthers) {
  const Configuration engine = behind_the_door(configuration("guarded", {}, "server-priority"));
  const auto outer = std::make_shared<Tampered>();
  outer->inner = engine.spec->hosted();
  outer->passes_over = [&](const Request& request) {
    if (request.operation == Operation::load && request.at == 'A')
      outer->inner->handle({.operation = Operation::reinstall, .at = 'B', .id = 9});
    return false;
  };
  Configuration touching = engine;
  touching.spec = hosted_spec(outer);
  const std::string wrong = wrong_texts(touching);
  EXPECT_TRUE(wrong.starts_with("after A was loaded, B is saved as ")) << wrong;
}

}  // namespace
}  // namespace tidemark::core
