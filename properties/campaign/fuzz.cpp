#include "properties/campaign/fuzz.h"

#include "properties/campaign/campaign.h"

namespace tidemark::core {
namespace {

class Watching final : public RunWatch {
 public:
  explicit Watching(const FuzzWatch& watch) : watch_(watch) {}
  bool go_on(const RunProgress& progress) override { return watch_ == nullptr || watch_(progress); }

 private:
  const FuzzWatch& watch_;
};

}  // namespace

Mutant usual_canary(const Scope& scope) {
  return scope.client_changes ? FuzzPlan{}.canary : Mutant::mark_skips_one;
}

RunResult fuzz(const Configuration& configuration, const FuzzPlan& plan, const FuzzWatch& watch) {
  Watching watching(watch);
  return run({.portions = {{.name = {}, .configuration = configuration, .plan = plan}},
              .episodes = plan.episodes,
              .shrinks = Shrinks::first,
              .jobs = plan.jobs},
             watching);
}

Sighting sighting_of(const Configuration& configuration, std::optional<std::uint64_t> seed,
                     Scenario original, ShrinkResult shrunk) {
  return {.seed = seed,
          .original = std::move(original),
          .tried = shrunk.tried,
          .accepted = shrunk.accepted,
          .complete = shrunk.complete,
          .passes = std::move(shrunk.passes),
          .trace = make_trace(configuration, shrunk.scenario)};
}

ShrinkResult shrink_for(Runner& runner, Invariant invariant, const Scenario& scenario,
                        ShrinkBudget budget) {
  return shrink(
      scenario,
      [&](const Scenario& candidate) { return runner.run(candidate).verdict.broken(invariant); },
      budget);
}

}  // namespace tidemark::core
