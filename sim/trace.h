// Trace files: a scenario, the engine that it runs on and what it expects, as text that a person
// writes as easily as the machine. "A trace file is good for ever": docs/TRACE_FORMAT.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/protocol.h"
#include "sim/scenario.h"

namespace tidemark {

inline constexpr int kTraceVersion = 1;

// `expect no-lost-update violated`; an empty invariant speaks of all of them: `expect holds`.
struct Expectation {
  std::string invariant;
  bool holds = true;
  friend bool operator==(const Expectation&, const Expectation&) = default;
};

// A comment and where it stood: before which line of the body (counted in steps), or behind it.
struct Comment {
  std::size_t step = 0;  // before this step; steps.size(): after the last
  bool behind = false;   // on the same line, behind it
  std::string text;      // without the #, nothing stripped
  friend bool operator==(const Comment&, const Comment&) = default;
};

struct Trace {
  std::string protocol = "page";         // its name, the base of the options
  std::vector<std::string> options;      // those that differ from it, KEY=VALUE, in list order
  Protocol engine;                       // the two together
  std::string strategy = "server-priority";
  Scenario scenario;
  std::vector<Expectation> expectations;
  std::vector<Comment> comments;
  friend bool operator==(const Trace&, const Trace&) = default;
};

// What is wrong with a trace, and where: `file:line: what is wrong, what was expected`.
struct TraceError {
  std::size_t line = 0;
  std::string message;
};

// Reads a trace. On error the trace is left as it was. Any bytes are allowed in; none of them can
// make it do more work than their number deserves.
//
// `invariants`: the names that an expect line may use; a name that is not among them is an error.
// A strategy that is not built in is an error too.
std::optional<TraceError> parse_trace(std::string_view text,
                                      std::span<const std::string_view> invariants, Trace& trace);

// Writes a trace so that parse_trace gives an equal one back.
std::string print_trace(const Trace& trace);

// One step as a line of a trace, without the line's end.
std::string print_step(const Scenario& scenario, const Step& step);

}  // namespace tidemark
