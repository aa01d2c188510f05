// What fits one screen, or one line: a failing run, a passing run, the marks of a campaign.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "properties/campaign/fuzz.h"
#include "properties/runner.h"

namespace tidemark::core {

inline constexpr std::size_t kScreenLines = 24;

// A line behind its name: `shrunk    36 -> 3 steps, …`.
struct NamedLine {
  std::string name;
  std::string text;
};

// A broken invariant as the verb that found it presents it. What it refers to outlives it.
struct Violation {
  Invariant invariant = Invariant::no_lost_update;
  const Configuration& configuration;
  const Scenario& scenario;         // the simplest that was found
  const Recording& recording;       // of that scenario
  std::string fingerprint;          // 12 hexadecimal digits
  std::string found;                // `seed 0x5d1c…  431 of 20 000 episodes`
  std::string found_briefly;        // `from 17 episodes`
  NamedLine origin;                 // how the scenario was come by
  std::vector<NamedLine> commands;  // that can be pasted; at least one, the first on one line too
};

// A finding of a fuzz run in which so many episodes ran, and so many of them broke its invariant.
// The commands are left to the caller.
Violation violation_of(const Finding& finding, const Configuration& configuration,
                       const Recording& recording, std::uint64_t episodes,
                       std::uint64_t broken_episodes);

// A violation on one screen: at most kScreenLines lines of kReportColumns columns, but for the
// commands, which are never cut. The verdict comes first, the commands last.
//
// The space-time table has one column a replica. An arrow leads from sender to receiver and names
// what the message carried; `x` is where a lost message ended, `~` where a late one waits; the row
// marked `>>` is where the invariant broke. Rows that do not fit are counted.
std::string screen(const Violation& violation, bool color);

// A violation on one line, which ends with its first command.
std::string one_line(const Violation& violation);

// How a fuzz run of one configuration went, on one line.
std::string totals(const Configuration& configuration, const FuzzResult& result);

// Every mark, its count, and whether a campaign over this scope requires it. `enough` says whether
// it is held to them.
std::string marks_table(const MarkCounts& counts, const Scope& scope,
                        const Configuration& configuration, bool enough, bool color);

}  // namespace tidemark::core
