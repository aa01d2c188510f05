// What documents for CI are made of: one check an invariant and configuration, or one a trace that
// is compared with what it expects. JUnit, annotations and the summary all read this.
//
// The names of checks are the same in every run: they speak of no seed and of no fingerprint.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "properties/runner.h"
#include "reports/run_report.h"
#include "reports/shown.h"

namespace tidemark::core {

enum class CheckOutcome : std::uint8_t {
  held,
  violated,
  fault,      // of the harness or of an engine: nothing is known
  not_judged  // it was not asked for, or the run proves nothing
};

// Why a check failed, in texts. They may hold any bytes.
struct Failure {
  std::string fingerprint = {};  // of the finding; empty: it is none
  std::string verdict = {};      // one sentence
  std::string found = {};        // `from 17 episodes`; empty: nothing to say
  std::size_t steps = 0;
  std::string replay = {};   // the command
  std::string screen = {};   // one screen, without colour; empty: none
  std::string diagram = {};  // for Mermaid; empty: none
  std::string file = {};     // the trace; empty: there is none
  std::size_t line = 1;      // of that file
};

struct Check {
  std::string name;  // `no-lost-update`
  CheckOutcome outcome = CheckOutcome::held;
  std::vector<std::string> reasons = {};  // of a fault, and of what was not judged
  std::vector<Failure> failures = {};     // of what is violated: at least one, the simplest first
  std::string file = {};                  // the trace that is checked; empty: none
};

struct Suite {
  std::string name;    // `page, server-priority`
  std::string totals;  // how it went, on one line
  std::vector<Check> checks;
};

struct Checks {
  std::string verb;  // `fuzz`
  std::vector<Suite> suites = {};
};

// The check that a run is sound, beside those of invariants.
inline constexpr std::string_view kRunCheck = "run";

// A broken invariant with its trace in a file; empty: in none. Requires: something is broken.
Failure failure_of(const Shown& about, const std::string& file);

// Findings as they are shown, by name.
using ShownFindings = std::map<std::string, Shown>;
// A run: a suite each portion with a check each invariant. That it is sound is a check of each
// portion, of a night one of its own; and a night has a suite of its baseline, if there is one. A
// finding that is not among `shown` is told without its screen and its diagram.
std::vector<Suite> suites_of(const RunReport& report, const RunPlace& place,
                             const ShownFindings& shown);

// A violation of an invariant, as a search found it.
struct Violated {
  Invariant invariant;
  Failure failure;
};

// What is to be said of a run beside what it found. Where any of it is said, what is not broken is
// not judged: it need not hold.
struct Doubts {
  std::vector<std::string> faults = {};
  std::vector<std::string> others = {};  // it proves nothing, or did not come to its end
};

// One configuration: a check each invariant, and one of the run. What is not among `judged` is not
// judged, and so is what is not broken where there are doubts.
Suite suite_of(const Configuration& configuration, InvariantSet judged,
               const std::vector<Violated>& violated, const Doubts& doubts, std::string totals);

// A trace that is compared with what it expects; `unmet` says what it does not show of it. `file`:
// where it is; empty: in none.
Check check_of(const Shown& about, const std::string& name, const std::string& file,
               const std::vector<std::string>& unmet);

std::size_t count(const Suite& suite, CheckOutcome outcome);
std::size_t count(const Checks& checks, CheckOutcome outcome);
std::size_t failure_count(const Checks& checks);

// `4 of 27 checks violated, 12 findings`; `27 checks held`; what else there is behind commas.
std::string verdict_line(const Checks& checks);

}  // namespace tidemark::core
