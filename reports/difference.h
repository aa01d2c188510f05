// Two runs of one scenario must be the same run. Where they are not, this names the first event in
// which they differ: a fault of the harness, or of a strategy that is not deterministic.
#pragma once

#include <optional>
#include <string>

#include "properties/runner.h"
#include "sim/scenario.h"

namespace tidemark::core {

// `event 12, in step 3 (sync A): first B holds o1=v2 instead of nothing, then …`; nothing where the
// recordings are equal. Both are of this scenario.
std::optional<std::string> first_difference(const Scenario& scenario, const Recording& first,
                                            const Recording& second);

}  // namespace tidemark::core
