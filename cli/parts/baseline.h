// The baseline of a campaign: a folder of traces in the repository, one a bug. One that expects its
// violation is of a known bug; one that expects that the invariant holds, of a bug that was fixed.
// `replay --check` of the same files is the regression run.
//
// A comment `# same bug: 5d1c9e07aabb …` gives other fingerprints of the bug.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "properties/campaign/campaign.h"
#include "reports/run_report.h"
#include "sim/trace.h"

namespace tidemark::core {

struct BaselineTrace {
  std::string path;
  Trace trace;
  BaselineHead head;
};

// In the order of their names. Throws BadInput.
std::vector<BaselineTrace> load_baseline(const std::string& folder);

// What each does not show of what it expects, by file; on its own protocol, or on the engine of
// that name among the portions. Throws BadInput where there is none, and EngineFault.
std::map<std::string, std::vector<std::string>> check_baseline(
    std::span<const BaselineTrace> baseline, std::span<const Portion> portions);

// The fingerprints that comments of a trace give.
std::vector<std::string> same_bugs(const Trace& trace);
// Puts these in their place; none: no such comment.
void set_same_bugs(Trace& trace, const std::vector<std::string>& fingerprints);

}  // namespace tidemark::core
