// Whether the world of an engine that snapshots can be forked: where it goes on from a state that
// was loaded, the same happens as from the state that was saved.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "properties/runner.h"
#include "sim/event.h"
#include "sim/scenario.h"

namespace tidemark::core {

// What happens in the first `steps` steps of a scenario, and in settle after them. All that follows
// them is a detour: where `forks`, it is taken before every step, by a copy of the world; then a
// second copy takes that step itself. Of both nothing is told. Throws EngineFault. Requires, here
// and below: the engine is none of a protocol, and snapshots.
std::vector<Event> run_with_detours(const Configuration& configuration, const Scenario& scenario,
                                    std::size_t steps, bool forks);

// What is wrong with the texts of states: after the first `steps` steps each replica is saved, and
// when all the others have been done, loaded again. Then each must be saved as the same text, and a
// load must leave the texts of the others as they are. Nothing: all is well.
std::string check_texts(const Configuration& configuration, const Scenario& scenario,
                        std::size_t steps);

}  // namespace tidemark::core
