// What fits one screen, or one line: a failing run, a passing run, the marks of a campaign.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "properties/fuzz.h"
#include "properties/runner.h"

namespace tidemark {

inline constexpr std::size_t kScreenLines = 24;

struct ScreenInput {
  const Finding& finding;
  const Configuration& configuration;
  const Recording& recording;     // of the shrunk scenario
  std::uint64_t episodes = 0;     // that ran
  std::uint64_t broken_episodes;  // of them, those that broke this invariant
  std::string replay_command;     // that can be pasted: `tidemark replay found/….trace`
  std::string seed_command;       // the same by the seed; empty: left out
  bool color = false;
};

// A finding on one screen: at most kScreenLines lines of kReportColumns columns, but for the two
// commands, which are never cut. The verdict comes first, the commands last.
//
// The space-time table has one column a replica. An arrow leads from sender to receiver and names
// what the message carried; `x` is where a lost message ended, `~` where a late one waits; the row
// marked `>>` is where the invariant broke. Rows that do not fit are counted.
std::string screen(const ScreenInput& input);

// A finding on one line.
std::string one_line(const Finding& finding, std::string_view replay_command);

// How a fuzz run of one configuration went, on one line.
std::string totals(const Configuration& configuration, const FuzzResult& result);

// Every mark, its count, and whether a campaign over this scope requires it. `enough` says whether
// it is held to them.
std::string marks_table(const MarkCounts& counts, const Scope& scope,
                        const Configuration& configuration, bool enough, bool color);

}  // namespace tidemark
