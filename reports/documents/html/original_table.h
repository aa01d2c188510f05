// The steps of a minimal trace beside those of the episode that it was shrunk from.
#pragma once

#include <string>

#include "reports/shown.h"

namespace tidemark::core {

// Rows of what stands in both are aligned; what was removed is folded away between them.
// Requires: the original is known.
std::string original_table(const Shown& about);

}  // namespace tidemark::core
