// How an engine of somebody else's is said to have done what no engine may.
#pragma once

#include <fmt/format.h>

#include <utility>

#include "sim/foreign.h"

namespace tidemark::core {

template <class... Arguments>
[[noreturn]] void fault(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw EngineFault(fmt::format(format, std::forward<Arguments>(arguments)...));
}

}  // namespace tidemark::core
