// What the verbs that find have in common: what is found is run twice before it is shown, kept as a
// file, and said how to be replayed; and what else went wrong is told at the end.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/run_report.h"
#include "reports/shown.h"
#include "sim/trace.h"

namespace tidemark::core {

// What can be wrong with a run beside what it found.
struct Problems {
  std::vector<std::string> faults = {};
  std::vector<std::string> unfinished = {};
  std::vector<std::string> vacuous = {};

  // Those that came behind what there was earlier.
  Problems since(const Problems& earlier) const;
  // `fault: …`, `inconclusive: …`, `vacuous: …`
  std::vector<std::string> lines() const;
  // The same on stderr.
  void tell() const;
};

// A fault of an engine, with the last lines that were exchanged with it. On stderr.
void tell_fault(const std::string& what, const std::vector<std::string>& transcript);

// A folder as the beginning of a path that no program takes for a flag.
std::string folder_prefix(std::string folder);

// `tidemark replay found/x.trace`, with flags for what the trace does not say of its configuration.
std::string replay_command(const Configuration& configuration, const std::string& path,
                           const Trace& trace);

// The flags of it: empty where the trace says all.
std::string flags_beyond(const Configuration& configuration, const Trace& trace);

// What reports need to know of a portion; `command`: flags of `fuzz` that run its episodes.
PortionHead head_of(const Portion& portion, const std::string& command);

// How commands about a run are written whose traces are in this folder; empty: in none.
RunPlace place_of(const std::string& folder);

// What is to be shown, and shows again: it is run once more. Nothing where it did not break `what`,
// or where two runs differ: that is a fault, which `paste` repeats.
std::optional<Shown> shown_again(std::optional<Shown> shown, std::string_view what,
                                 std::string_view paste, std::vector<std::string>& faults);

// A trace in a file, and the command that replays it.
struct KeptTrace {
  std::string path = {};  // empty: there is none
  std::string command = {};
};

// The folder that --out names: one file a finding. Strategies often share a bug: its file is that
// of the first.
class TraceFolder {
 public:
  // An empty path: nothing is kept.
  explicit TraceFolder(std::string path) : path_(std::move(path)) {}

  // Keeps a trace that breaks the invariant under this name, if there is none of this run. Nothing
  // where the file does not show the violation, or could not be written.
  KeptTrace keep(const Configuration& configuration, Invariant invariant, const std::string& name,
                 const Trace& trace);

  // Keeps a document of the whole run under this name.
  void keep_document(std::string_view name, std::string_view content);

 private:
  bool write(const std::string& path, std::string_view content);

  std::string path_;
  std::map<std::string, Trace> kept_;  // by path
};

}  // namespace tidemark::core
