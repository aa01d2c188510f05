// What a document about one trace is handed: the trace as it ran, and what is known of how it was
// found. Documents read no clock, no file and no flag: all that they say is in here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "properties/campaign/anatomy.h"
#include "properties/runner.h"
#include "reports/screen.h"
#include "sim/shrinker.h"
#include "sim/trace.h"

namespace tidemark::core {

// A trace, and what happened when it ran.
struct Run {
  Trace trace;
  Recording recording;  // of trace.scenario
  const Verdict& verdict() const { return recording.outcome.verdict; }
};

Run run_trace(const Configuration& configuration, Trace trace);

// The episode of which a trace is what the shrinker left.
struct Original {
  Run run;
  std::optional<std::uint64_t> seed = {};  // that generates it
};

struct Case {
  Configuration configuration;
  Run run;
  // The broken invariant that it is about; none: nothing is broken.
  std::optional<Invariant> invariant = {};
  std::string fingerprint = {};  // of the invariant and the trace; empty: nothing is broken
  std::string found = {};        // `431 of 20 000 episodes`; empty: not known
  std::optional<Original> original = {};
  std::optional<Anatomy> anatomy = {};   // of the trace, where it was asked for
  std::vector<ShrinkPass> passes = {};   // of the shrinker; empty: not known
  std::vector<NamedLine> commands = {};  // that can be pasted; the first replays it

  // Requires: something is broken.
  const Breach& breach() const { return run.verdict().breach(*invariant); }
};

// A trace as a case: of what the trace expects to be violated and what is, else of the first
// invariant that is broken.
Case make_case(const Configuration& configuration, const Trace& trace);

// The same with its anatomy, where something is broken.
Case with_anatomy(Case about);

}  // namespace tidemark::core
