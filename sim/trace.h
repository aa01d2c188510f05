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

namespace tidemark::core {

inline constexpr int kTraceVersion = 1;
inline constexpr std::size_t kMaxTraceBytes = 8 * 1024 * 1024;
inline constexpr std::int64_t kMaxClockSeconds = 1'000'000'000'000;
inline constexpr std::uint32_t kMaxSettleRounds = 1'000'000;
inline constexpr std::size_t kMaxLabelCharacters = 64;

// `expect no-lost-update violated`; an empty invariant speaks of all of them: `expect holds`.
struct Expectation {
  std::string invariant;
  bool holds = true;
  friend bool operator==(const Expectation&, const Expectation&) = default;
};

// The kinds of lines, in the order in which print_trace writes them.
enum class TraceLine : std::uint8_t {
  version,
  protocol,
  option,
  mutant,
  strategy,
  clients,
  settle_rounds,
  step,
  expect
};

// A comment belongs to a line: it stands before it, or on it behind the words. One that follows the
// last line stands before the expect line that would come next: {TraceLine::expect, how many}.
struct Comment {
  TraceLine line = TraceLine::version;
  std::size_t place = 0;  // option: in protocol_options(); step, expect: which one; others: 0
  bool behind = false;
  std::string text;  // one line, without the #, nothing stripped
  friend bool operator==(const Comment&, const Comment&) = default;
};

struct Trace {
  std::string protocol = "page";     // its name, the base of the options; or that of the engine
  bool is_foreign = false;           // `engine NAME`: an engine that no protocol names
  std::vector<std::string> options;  // those that differ from it, KEY=VALUE, in list order
  Protocol engine;                   // the two together, and the mutant
  std::string strategy = "server-priority";
  Scenario scenario;
  std::vector<Expectation> expectations;
  std::vector<Comment> comments;  // in the order in which they are printed
  friend bool operator==(const Trace&, const Trace&) = default;
};

// The strategy of an engine that decides by itself.
inline constexpr std::string_view kOwnStrategy = "own";
bool is_engine_name(std::string_view name);

// Trace::options for an engine that was made from `base`.
std::vector<std::string> differing_options(const Protocol& base, const Protocol& engine);

// What is wrong with a trace, and where: `file:line: what is wrong, what was expected`. What is
// wrong with the whole text is told of a line too, of the first or of the last.
struct TraceError {
  std::size_t line = 1;
  std::string message;
};

// Reads a trace. On error the trace is left as it was. Any bytes are allowed in; none of them can
// make it do more work than their number deserves.
//
// `invariants`: the names that an expect line may use; a name that is not among them is an error.
// A strategy that is not built in is an error too, unless the user's own are allowed.
std::optional<TraceError> parse_trace(std::string_view text,
                                      std::span<const std::string_view> invariants, Trace& trace,
                                      bool own_strategies = false);

// Writes a trace so that parse_trace gives an equal one back. That asks for a canonical scenario,
// and for comments in order that belong to lines which are written; any other trace is written so
// that it runs the same, and printing what parse_trace makes of it changes nothing.
std::string print_trace(const Trace& trace);

// One step as a line of a trace, without the line's end.
std::string print_step(const Scenario& scenario, const Step& step);

}  // namespace tidemark::core
