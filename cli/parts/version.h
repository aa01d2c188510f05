// What this program calls itself.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "sim/trace.h"

namespace tidemark::core {

// The version of the project in CMakeLists.txt; a test compares the two.
inline constexpr std::string_view kVersion = "0.1.0";

// `tidemark 0.1.0 (trace format 1)`
inline std::string version_line() {
  return fmt::format("tidemark {} (trace format {})", kVersion, kTraceVersion);
}

}  // namespace tidemark::core
