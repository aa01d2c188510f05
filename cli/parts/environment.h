// What this program was built with, for reports: it tells one build's findings from another's.
#pragma once

#include <vector>

#include "reports/screen.h"

namespace tidemark::core {

// The version, the compiler, the build type and its flags, by name.
std::vector<NamedLine> environment();

}  // namespace tidemark::core
