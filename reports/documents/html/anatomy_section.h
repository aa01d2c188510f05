// What a broken trace is made of, as a part of a page: what happens without each step, how often it
// breaks when what follows a step is random, and which texts and numbers matter.
#pragma once

#include <string>

#include "reports/documents/case.h"

namespace tidemark::core {

// `id`: of its heading. Requires: the anatomy is known.
std::string anatomy_section(const Case& about, const std::string& id);

}  // namespace tidemark::core
