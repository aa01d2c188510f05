// What a broken trace is made of, as a part of a page: what happens without each step, how often it
// breaks when what follows a step is random, and which texts and numbers matter.
#pragma once

#include <string>

#include "reports/shown.h"

namespace tidemark::core {

// Without its heading. Requires: the anatomy is known.
std::string anatomy_section(const Shown& about);

}  // namespace tidemark::core
