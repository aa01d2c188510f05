// The shape of a scenario: what is left when clients and objects are renamed in the order of their
// appearance, independent neighbours stand in a fixed order, and values are left out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario.h"

namespace tidemark::core {

// The same steps; clients, objects and keys are named A, B…, o1, o2…, k1, k2… as they appear.
// Objects and texts that no step uses are gone.
Scenario renamed(const Scenario& scenario);

// The same steps, renamed, independent neighbours in the one order whose codes come first. Steps on
// two clients are independent where at most one of them concerns the server.
Scenario canonical(const Scenario& scenario);

// The steps of a scenario as they stand, each as a number without what a shape leaves out.
std::vector<std::uint64_t> shape_codes(const Scenario& scenario);

// Equal for scenarios of equal shape.
std::uint64_t shape_digest(const Scenario& scenario);

// Of a finding: the name of what broke, and the shape of the minimal trace that breaks it.
std::string fingerprint(std::string_view invariant, const Scenario& minimal);

}  // namespace tidemark::core
