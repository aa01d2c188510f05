// The shape of a scenario: what is left when clients and objects are renamed in the order of their
// appearance, independent neighbours stand in a fixed order, and values are left out.
#pragma once

#include <cstdint>

#include "sim/scenario.h"

namespace tidemark {

// The same steps in canonical order, clients and objects renamed; unused objects and texts are
// gone.
Scenario canonical(const Scenario& scenario);

// Equal for scenarios of equal shape.
std::uint64_t shape_digest(const Scenario& scenario);

}  // namespace tidemark
