// explore() of an engine that no protocol names.
#include "properties/search/exact_form.h"
#include "properties/search/explorer.h"

namespace tidemark::core {

Exploration explore_foreign(const Configuration& configuration, const ExplorePlan& plan,
                            const ExploreWatch& watch) {
  ExplorePlan exact = plan;
  exact.reductions = sound_reductions(configuration, plan.reductions);
  exact.jobs = 1;  // all states are in one engine, one at a time
  Foreign engine(configuration.spec->hosted(), 0, Foreign::States::kept);
  return search::Explorer<Foreign>(std::move(engine), configuration, exact, watch).run();
}

}  // namespace tidemark::core
