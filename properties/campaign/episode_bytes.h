// Bytes as episodes of `hardened`, for coverage-guided fuzzers: sim/bytes.h says which scenario
// they are; their first byte chooses the strategy.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "properties/runner.h"
#include "sim/bytes.h"
#include "sim/trace.h"

namespace tidemark::core {

// `hardened` under each built-in strategy, in their order, with this mutant; empty: none. Requires:
// there is one of this name, and it is one of `hardened`.
std::vector<Configuration> configurations_of_bytes(std::string_view mutant = {});

// The place there of the configuration that bytes are run on.
std::size_t configuration_of_bytes(std::span<const std::uint8_t> bytes);

// The episode as a trace, which expects that all holds.
Trace trace_of_bytes(std::span<const std::uint8_t> bytes);

// Whether a file of this name is what libFuzzer or AFL++ leave of an input.
bool is_artifact(std::string_view name);

}  // namespace tidemark::core
