// What every replica holds after each passage, and its counter and marks: one table a passage.
#pragma once

#include <string>

#include "reports/documents/html/scene.h"

namespace tidemark::core {

// A section for each passage that is shown, under its anchor: what happened, then the table. What
// changed is marked, and what was held before is told.
std::string state_tables(const Scene& scene);

}  // namespace tidemark::core
