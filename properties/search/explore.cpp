#include "properties/search/explore.h"

#include <algorithm>
#include <cstdlib>

#include "properties/engines.h"
#include "properties/search/explorer.h"

namespace tidemark::core {

bool is_within(const Scenario& scenario, const SearchScope& search) {
  if (scenario.clients > search.scope.clients || scenario.objects.size() > search.scope.objects)
    return false;
  Bounds left = search.bounds;
  return std::all_of(scenario.steps.begin(), scenario.steps.end(), [&](const Step& step) {
    const bool jumps_so = std::abs(step.seconds) == search.clock_jump;
    if (!left.allows(step) || (step.kind == StepKind::clock && !jumps_so)) return false;
    left.take(step);
    return true;
  });
}

Reductions sound_reductions(const Configuration& configuration, const Reductions& reductions) {
  const bool by_content = configuration.strategy.reads(kReadsContent);
  if (configuration.spec->is_known() && !by_content) return reductions;
  return {.clients = false,
          .objects = false,
          .names = false,
          .order = false,
          .bounds = reductions.bounds};
}

Exploration explore(const Configuration& configuration, const ExplorePlan& plan,
                    const ExploreWatch& watch) {
  if (configuration.spec->hosted()) return explore_foreign(configuration, plan, watch);
  ExplorePlan sound = plan;
  sound.reductions = sound_reductions(configuration, plan.reductions);
  return with_engine(configuration.protocol, configuration.strategy, [&](auto engine) {
    return search::Explorer<decltype(engine)>(std::move(engine), configuration, sound, watch).run();
  });
}

}  // namespace tidemark::core
