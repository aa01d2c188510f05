// Bytes as scenarios, for coverage-guided fuzzers: every sequence of bytes is a scenario, the same
// one on every build, and bytes near each other are scenarios near each other.
//
// The first byte is left to the caller, the second gives the number of clients. Each step is two
// bytes: its kind and its replica; its object and what else it names. What would be one byte more
// than whole steps, or behind kMostBytes, says nothing.
#pragma once

#include <cstdint>
#include <span>

#include "sim/scenario.h"

namespace tidemark::core {

inline constexpr std::uint8_t kMostClientsInBytes = 4;
inline constexpr std::uint8_t kMostObjectsInBytes = 4;
inline constexpr std::size_t kMostStepsInBytes = 64;
inline constexpr std::size_t kMostBytes = 2 + 2 * kMostStepsInBytes;

// What the first byte says; 0 of no bytes.
std::uint8_t first_of(std::span<const std::uint8_t> bytes);

Scenario scenario_of(std::span<const std::uint8_t> bytes);

}  // namespace tidemark::core
