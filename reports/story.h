// The story of a run: what each step did, told in order, for `tidemark replay`.
#pragma once

#include <string>

#include "properties/runner.h"
#include "sim/trace.h"

namespace tidemark::core {

struct StoryOptions {
  bool color = false;
  // After each step and round, all that every replica holds.
  bool all_state = false;
};

// Tells a recorded run of this trace. Steps have the numbers that they have in the trace, counted
// from 1. At most kReportColumns wide. Where an invariant breaks, a line that begins with `<--`
// says so, at the very place; the verdict stands at the end.
//
// Requires: the recording is of the trace's scenario on the trace's engine and strategy.
std::string story(const Trace& trace, const Recording& recording, const StoryOptions& options);

}  // namespace tidemark::core
