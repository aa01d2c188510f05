// Which versions come from which. Whoever asks for ancestors asks here.
//
// A version is written after those that it was made from, so numbers fall along the way back: one
// pass along them sees all of the past.
#pragma once

#include <vector>

#include "sim/version.h"

namespace tidemark::core {

// Whether `older` is an ancestor of `newer`; never of a value that is no version.
bool is_ancestor(const std::vector<Version>& versions, Value older, Value newer);

// Visits each version with each that it was made from, visit(newer, older): the oldest first, so
// that all of `older` was visited before.
template <class Visit>
void for_each_descent(const std::vector<Version>& versions, Visit visit) {
  for (std::uint32_t number = 1; number < versions.size(); ++number)
    for (const Value older : versions[number].made_from())
      if (older != kNoValue) visit(Value{number}, older);
}
// The same, the newest first, so that all that was made from `newer` was visited before.
template <class Visit>
void for_each_descent_back(const std::vector<Version>& versions, Visit visit) {
  for (auto number = static_cast<std::uint32_t>(versions.size()); number-- > 1;)
    for (const Value older : versions[number].made_from())
      if (older != kNoValue) visit(Value{number}, older);
}

}  // namespace tidemark::core
