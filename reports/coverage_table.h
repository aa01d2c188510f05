// What a fuzz run covered, as text.
#pragma once

#include <string>

#include "properties/coverage.h"

namespace tidemark::core {

// Steps by phase, steps by situation, then each cell that was never reached by name, and which are
// impossible and why. Steps outside of the scope, or that the protocol
// does not have, have no row. In the tables `-` is impossible,
// nothing is out of scope, and `NEVER` is what it says. Steps are counted once in a phase, and
// in every situation at hand.
std::string coverage_table(const CoverageCounts& counts, const Scope& scope,
                           const Protocol& protocol, bool color);

}  // namespace tidemark::core
