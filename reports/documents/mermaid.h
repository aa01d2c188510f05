// A run as a Mermaid sequence diagram, for Markdown.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "properties/runner.h"
#include "sim/scenario.h"

namespace tidemark::core {

// A diagram with more messages cannot be read; from the middle, what is too many is left out.
inline constexpr std::size_t kMostArrows = 40;
// Mermaid draws no text that is longer.
inline constexpr std::size_t kMostMermaidBytes = 50'000;

// Of the run up to the breach of this invariant, or up to the rest where it was judged there; of
// the whole run if it is none. Clients that do nothing are left out. What is lost ends in `x`, what
// is late stands in a note, and so does what is left out.
//
// Requires: the recording is of the scenario, and breaks the invariant.
std::string sequence_diagram(const Configuration& configuration, const Scenario& scenario,
                             const Recording& recording, std::optional<Invariant> invariant);

}  // namespace tidemark::core
