#include "reports/story.h"

#include <fmt/format.h>

#include "reports/account.h"
#include "reports/text.h"
#include "reports/words.h"

namespace tidemark {

std::string story(const Trace& trace, const Recording& recording, const StoryOptions& options) {
  const Account account(trace.scenario, recording);
  const Paint paint(options.color);
  std::string result;
  for (const NamedInvariant& named : invariants()) {
    const Verdict& verdict = recording.outcome.verdict;
    if (verdict.broken(named.invariant))
      result += hang("  ", fmt::format("{} broken: {}", named.name,
                                       sentence(verdict.breach(named.invariant), account)));
  }
  return result;
}

}  // namespace tidemark
