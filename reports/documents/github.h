// Checks for GitHub Actions: annotations, which are lines of a log, and a step summary, which is
// Markdown. Texts of users can neither give a command nor become markup.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "reports/documents/checks.h"

namespace tidemark::core {

// GitHub shows ten of a step, and drops the rest without a word.
inline constexpr std::size_t kMostAnnotations = 10;
inline constexpr std::size_t kMostSummaryBytes = 64 * 1024;

// One `::error …::…` a fault and a finding, one `::warning …::…` a run that proves nothing; a line
// each. Where there are more than kMostAnnotations, the last one says how many.
std::string annotations(const Checks& checks);

// The verdict, a table of the findings, and each finding with a diagram and the command that
// replays it; shorter than kMostSummaryBytes. What does not fit is counted.
std::string step_summary(const Checks& checks);

// A text of a log between `::stop-commands::TOKEN` and `::TOKEN::`: no command in it is obeyed. The
// token is made of the text, and does not occur in it.
std::string without_commands(std::string_view text);

// A text in which no command is left, for a stream that cannot be put between others' lines.
std::string defused(std::string_view text);

}  // namespace tidemark::core
