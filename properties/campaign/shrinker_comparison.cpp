#include "properties/campaign/shrinker_comparison.h"

#include <algorithm>

#include "properties/campaign/fuzz.h"

namespace tidemark::core {

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
