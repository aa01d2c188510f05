#include "properties/campaign/shrinker_comparison.h"

#include "properties/campaign/fuzz.h"

namespace tidemark::core {
namespace {

// The simplest trace within these bounds that a run found to break an invariant; null: none.
const Trace* simplest_within(const RunResult& result, Invariant invariant,
                             const SearchScope& search) {
  for (const Finding* each : result.findings_of(name_of(invariant)))
    if (is_within(each->simplest.trace.scenario, search)) return &each->simplest.trace;
  return nullptr;
}

}  // namespace

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
    const RunResult result = fuzz(configuration, fuzzing, nullptr);
    for (ShrinkerComparison& comparison : comparisons) {
      ++comparison.seeds;
      const Trace* simplest = simplest_within(result, comparison.invariant, plan.search);
      if (simplest == nullptr)
        ++comparison.missed;
      else if (simplest->scenario.steps.size() == comparison.shortest)
        ++comparison.optimal;
      else
        comparison.longer.push_back({fuzzing.seed, *simplest});
    }
  }
  return comparisons;
}

}  // namespace tidemark::core
