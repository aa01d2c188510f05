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
  if (!configuration.engine) return reductions;
  return {.clients = false,
          .objects = false,
          .names = false,
          .order = false,
          .bounds = reductions.bounds};
}

Exploration explore(const Configuration& configuration, const ExplorePlan& plan,
                    const ExploreWatch& watch) {
  if (configuration.engine) return explore_foreign(configuration, plan, watch);
  return with_engine(configuration.protocol, configuration.strategy, [&](auto engine) {
    return search::Explorer<decltype(engine)>(std::move(engine), configuration, plan, watch).run();
  });
}

std::vector<ShrinkerComparison> compare_shrinker(const Configuration& configuration,
                                                 const ExplorePlan& plan,
                                                 const Exploration& exploration,
                                                 std::uint64_t seeds, std::uint64_t episodes,
                                                 const std::function<bool(std::uint64_t)>& go_on) {
  std::vector<ShrinkerComparison> comparisons;
  for (const Counterexample& each : exploration.counterexamples)
    comparisons.push_back({.invariant = each.invariant, .shortest = each.steps, .longer = {}});
  FuzzPlan fuzzing{.scope = plan.search.scope, .episodes = episodes, .budget = {}};
  for (fuzzing.seed = 1; fuzzing.seed <= seeds && go_on(fuzzing.seed - 1); ++fuzzing.seed) {
    const FuzzResult result = fuzz(configuration, fuzzing, nullptr);
    for (ShrinkerComparison& comparison : comparisons) {
      ++comparison.seeds;
      // The findings of an invariant stand in order, the shortest first.
      const auto found =
          std::find_if(result.findings.begin(), result.findings.end(), [&](const Finding& finding) {
            return finding.invariant == comparison.invariant &&
                   is_within(finding.shrunk.scenario, plan.search);
          });
      if (found == result.findings.end())
        ++comparison.missed;
      else if (found->shrunk.scenario.steps.size() == comparison.shortest)
        ++comparison.optimal;
      else
        comparison.longer.push_back({fuzzing.seed, found->trace});
    }
  }
  return comparisons;
}

}  // namespace tidemark::core
