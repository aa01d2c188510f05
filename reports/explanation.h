// Why an invariant broke: the causal chain of versions, and the message or mark that cut it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "reports/account.h"

namespace tidemark::core {

struct Explanation {
  // One sentence without a full stop, read off the run and the version graph:
  // `v1 -> v2 (edit on A, step 3); in settle round 1 A received v1, an ancestor of v2, …`.
  // Empty where the run tells no more than the breach itself.
  std::string why;
  // Where it went wrong: of a breach that was judged at rest, what led to it, if it is known.
  std::optional<Spot> spot;
};
Explanation explain(const Breach& breach, const Account& account, std::string_view strategy);

}  // namespace tidemark::core
