// The anatomy of a trace that breaks an invariant: what happens without each of its steps, which of
// its texts and numbers matter, and which step made it go wrong. All of it is found by running
// changed traces, so it is as true of an engine of somebody else's as of ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "properties/runner.h"
#include "sim/scenario.h"

namespace tidemark::core {

// The trace without one step.
struct LeftOut {
  Scenario scenario;
  Recording recording;  // of that scenario
};

enum class DetailKind : std::uint8_t { key, name, value, lost_message, seconds };

// A text or a number that steps name.
struct Detail {
  DetailKind kind = DetailKind::key;
  std::string text;                  // as steps name it
  std::vector<std::uint32_t> steps;  // their places
  // With these in its place the invariant holds; none: it does not matter. An empty text is none
  // at all: of a key, each object then has one of its own.
  std::vector<std::string> cures;
};

// The first steps of the trace, and random ones behind them.
struct Prefix {
  std::uint32_t steps = 0;  // that are kept
  double share = 0;         // of the runs, that breaks the invariant; 0 to 1
};

struct Anatomy {
  std::vector<LeftOut> left_out;  // by step; empty: the trace is longer than kMostDissected steps
  std::vector<Detail> details;
  std::vector<Prefix> prefixes;  // by length, from none to all steps; empty: too many objects
  // The step with which the share rises most, if it rises by a quarter or more.
  std::optional<std::uint32_t> guilty_step;
};
inline constexpr std::uint32_t kMostDissected = 100;  // steps
inline constexpr std::uint32_t kRunsPerPrefix = 50;
inline constexpr std::uint32_t kMostPrefixes = 64;
inline constexpr std::uint32_t kMostFollowing = 40;  // random steps behind a prefix

// Requires: the scenario breaks the invariant. Equal arguments give equal results.
Anatomy dissect(const Configuration& configuration, const Scenario& scenario, Invariant invariant);

}  // namespace tidemark::core
