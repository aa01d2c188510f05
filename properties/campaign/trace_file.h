// Traces in files, and what a coverage-guided fuzzer left, as traces.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sim/trace.h"

namespace tidemark::core {

// The text of a trace, `-` for stdin. Throws BadInput where it cannot be read or is too big.
std::string read_trace_file(const std::string& path);
// Reads and parses a trace; what a fuzzer left, `crash-…`, becomes one. Throws BadInput:
// `file:line: what is wrong, expected …`.
Trace load_trace(const std::string& path);
// Parses a trace that messages call `name`, with invariants of the user's own, and strategies where
// they are allowed. Throws BadInput as above.
Trace parse_named_trace(std::string_view text, const std::string& name,
                        std::span<const std::string_view> invariants, bool own_strategies);

}  // namespace tidemark::core
