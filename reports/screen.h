// What fits one screen, or one line: a failing run, a passing run, the marks of a campaign.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/text.h"
#include "reports/run_report.h"
#include "reports/shown.h"

namespace tidemark::core {

inline constexpr std::size_t kScreenLines = 24;

// A broken invariant on one screen: at most kScreenLines lines of so many columns, but for the
// commands, which are never cut. The verdict comes first, the commands last.
//
// The space-time table has one column a replica. An arrow leads from sender to receiver and names
// what the message carried; `x` is where a lost message ended, `~` where a late one waits; the row
// marked `>>` is where the invariant broke. Rows that do not fit are counted.
std::string screen(const Shown& about, bool color, std::size_t width = kReportColumns);

// The same on one line, which ends with its first command. Both require: something is broken.
std::string one_line(const Shown& about);

// How a portion of a run went, on one line.
std::string totals(const RunReport& report, std::size_t portion);

// Every mark of a portion, its count, and whether it had to be reached.
std::string marks_table(const RunReport& report, std::size_t portion, bool color);

}  // namespace tidemark::core
