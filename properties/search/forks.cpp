#include "properties/search/forks.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/foreign.h"
#include "sim/world.h"

namespace tidemark::core {
namespace {

struct EventLog {
  std::vector<Event> events;
  void on(const Event& event, const World<Foreign>& /*world*/) { events.push_back(event); }
};
struct NoObserver {};

void take_steps(World<Foreign>& world, std::size_t begin, std::size_t end) {
  NoObserver nobody;
  for (std::size_t i = begin; i < end; ++i) world.apply(i, nobody);
}

// The texts of all replicas, the server's first.
class SavedTexts {
 public:
  SavedTexts(tidemark::Engine& engine, std::uint8_t clients) : engine_(engine) {
    for (std::uint8_t number = 0; number <= clients; ++number)
      texts_.push_back(save(Replica{number}));
  }

  std::string save(Replica replica) const {
    const Answer answer =
        engine_.handle({.operation = Operation::save, .at = replica_name(replica)});
    if (!answer.state)
      throw EngineFault(fmt::format("save: the answer has no 'state', expected all that {} knows",
                                    replica_name(replica)));
    return *answer.state;
  }

  // Loads one after the other.
  std::string load_all() {
    std::vector<std::string> expected = SavedTexts(engine_, last()).texts_;
    for (std::uint8_t number = 0; number <= last(); ++number) {
      engine_.handle({.operation = Operation::load,
                      .at = replica_name(Replica{number}),
                      .state = &texts_[number]});
      expected[number] = texts_[number];
      for (std::uint8_t other = 0; other <= last(); ++other)
        if (const std::string now = save(Replica{other}); now != expected[other])
          return differs(number, other, now, expected[other]);
    }
    return {};
  }

 private:
  std::uint8_t last() const { return static_cast<std::uint8_t>(texts_.size() - 1); }
  static std::string differs(std::uint8_t loaded, std::uint8_t other, const std::string& now,
                             const std::string& expected) {
    return fmt::format("after {} was loaded, {} is saved as {}, expected {}",
                       replica_name(Replica{loaded}), replica_name(Replica{other}), now, expected);
  }

  tidemark::Engine& engine_;
  std::vector<std::string> texts_;
};

}  // namespace

std::vector<Event> run_with_detours(const Configuration& configuration, const Scenario& scenario,
                                    std::size_t steps, bool forks) {
  const Foreign engine(configuration.spec->hosted(), 0, Foreign::States::kept);
  World<Foreign> world(engine);
  EventLog log;
  world.begin(scenario, log);
  for (std::size_t i = 0; i <= steps; ++i) {
    if (forks) {
      World<Foreign> detour = world;
      take_steps(detour, steps, scenario.steps.size());
      World<Foreign> same = world;
      take_steps(same, i, std::min(i + 1, steps));
    }
    if (i < steps) world.apply(i, log);
  }
  world.settle(log);
  return log.events;
}

std::string check_texts(const Configuration& configuration, const Scenario& scenario,
                        std::size_t steps) {
  const Foreign engine(configuration.spec->hosted());
  World<Foreign> world(engine);
  NoObserver nobody;
  world.begin(scenario, nobody);
  take_steps(world, 0, steps);
  SavedTexts saved(*configuration.spec->hosted(), scenario.clients);
  take_steps(world, steps, scenario.steps.size());
  return saved.load_all();
}

}  // namespace tidemark::core
