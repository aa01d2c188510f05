// A run as a part of a page: how it went in numbers, its marks, what its steps were.
#pragma once

#include <string>

#include "reports/run_report.h"

namespace tidemark::core {

// Each configuration with its numbers, and how fast they ran.
std::string run_numbers(const RunReport& report);

// Marks and steps, each folded away.
std::string run_tables(const RunReport& report);

}  // namespace tidemark::core
