// What each named protocol promises: which invariants hold, and in which scope. Replaying a trace
// judges all of them, whatever is promised.
#pragma once

#include <span>
#include <string_view>

#include "properties/runner.h"
#include "sim/scope.h"

namespace tidemark::core {

struct Promise {
  std::string_view protocol;
  InvariantSet invariants;    // none: nothing is promised
  FeatureSet scope;           // what scenarios may make use of, so that these hold
  std::string_view sentence;  // the same in words

  // What is to be judged: what is promised; where that is nothing, everything.
  InvariantSet judged() const { return invariants == 0 ? kAllInvariants : invariants; }
};

// One for each named protocol, in their order.
std::span<const Promise> promises();
// That of the protocol of this name. Requires: there is one.
const Promise& promise_of(std::string_view protocol);

}  // namespace tidemark::core
