// The page in the morning: what a night of a campaign found, beside the nights before it. One file,
// which opens from a disk without a network.
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>

#include "reports/documents/history.h"
#include "reports/run_report.h"

namespace tidemark::core {

// `2 new findings, 3 known; 12 400 000 episodes of 6 configurations in 2 h`.
std::string night_sentence(const RunReport& report);

// The last so many nights are columns of the grid, lines of the table, and points of the trends.
inline constexpr std::size_t kGridNights = 30;
inline constexpr std::size_t kListedNights = 90;
inline constexpr std::size_t kTrendNights = 365;

// The whole page, at most some 400 KB: what does not fit is counted. `history`: the nights by their
// numbers; what it says of this night and of later ones counts not. `with_files`: the names of
// findings of which `findings/NAME.html` and `findings/NAME.trace` are beside the page.
std::string night_page(const RunReport& report, std::span<const HistoryNight> history,
                       const RunPlace& place, const std::set<std::string>& with_files);

}  // namespace tidemark::core
