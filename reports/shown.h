// A trace as it is shown: as it ran, and what is known of how it was found. Screens and documents
// read no clock, no file and no flag: all that they say is in here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "properties/campaign/anatomy.h"
#include "properties/campaign/finding.h"
#include "properties/runner.h"
#include "sim/trace.h"

namespace tidemark::core {

// A line behind its name: `shrunk    36 -> 3 steps, …`.
struct NamedLine {
  std::string name;
  std::string text;
};

// A trace and what happened when it ran: whoever has the one has the other.
class Run {
 public:
  Run(const Configuration& configuration, Trace trace)
      : trace_(std::move(trace)), recording_(Runner(configuration).record(trace_.scenario)) {}

  const Trace& trace() const { return trace_; }
  const Scenario& scenario() const { return trace_.scenario; }
  const Recording& recording() const { return recording_; }
  const Verdict& verdict() const { return recording_.outcome.verdict; }
  // What the trace says of it; nothing that happened hangs on that.
  void expect(std::vector<Expectation> expectations) {
    trace_.expectations = std::move(expectations);
  }

 private:
  Trace trace_;
  Recording recording_;
};

// The episode of which a trace is what the shrinker left.
struct Original {
  Run run;
  std::optional<std::uint64_t> seed = {};  // that generates it
};

struct Shown {
  Configuration configuration;
  Run run;
  // The broken invariant that it is about; none: nothing is broken.
  std::optional<Invariant> invariant = {};
  std::string fingerprint = {};    // of the invariant and the trace; empty: nothing is broken
  std::string found = {};          // `431 of 20 000 episodes`; empty: not known
  std::string found_briefly = {};  // `from 17 episodes`
  NamedLine origin = {};           // how the trace was come by; empty: not known
  std::optional<Original> original = {};
  std::optional<Anatomy> anatomy = {};   // of the trace, where it was asked for
  std::vector<ShrinkPass> passes = {};   // of the shrinker; empty: not known
  std::vector<NamedLine> commands = {};  // that can be pasted; the first replays it

  // Requires: something is broken.
  const Breach& breach() const { return run.verdict().breach(*invariant); }
};

// A trace: of what it expects to be violated and what is, else of the first invariant that is
// broken.
Shown show(const Configuration& configuration, const Trace& trace);

// The simplest trace of a finding, as it runs under the configuration in which it was found.
// Nothing where it does not break the invariant there.
std::optional<Shown> show(const Configuration& configuration, const Finding& finding);

// The same with its anatomy, where something is broken.
Shown with_anatomy(Shown about);
// The same with the episode that it was shrunk from.
Shown with_original(Shown about, const Finding& finding);

// What is wrong, in one sentence, with a scenario that is to break this invariant; empty: it does
// not.
std::string sentence_of(const Configuration& configuration, const Scenario& scenario,
                        Invariant invariant);

}  // namespace tidemark::core
