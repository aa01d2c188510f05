// The history of a campaign: JSON Lines, one a night, so that a night only adds to it. Texts may
// hold any bytes.
//
// Seeds are texts, since a number of 64 bits does not survive every JSON reader.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reports/run_report.h"

namespace tidemark::core {

// A finding, as a night had it.
struct HistoryFinding {
  FindingStatus status = FindingStatus::fresh;
  std::uint64_t episodes = 0;  // that shrank to it; 0: its trace alone showed it, or it is fixed

  bool operator==(const HistoryFinding&) const = default;
};

// A night, as the history has it.
struct HistoryNight {
  std::uint32_t night = 0;
  std::string began;  // ISO 8601, UTC
  std::string commit;
  std::string seed;
  std::string campaign;  // its key: numbers of two nights compare where it is the same
  std::string verdict;   // `held`, `new findings`, `regressed`, `in doubt`, `fault`
  int exit_code = 0;
  double seconds = 0;
  std::uint64_t episodes = 0;
  std::uint64_t broken_episodes = 0;
  std::uint64_t steps = 0;
  std::uint64_t repeated = 0;  // episodes that ran twice
  std::uint64_t cells_reached = 0;
  std::uint64_t cells_possible = 0;
  std::uint64_t corpus = 0;  // entries
  std::map<std::string, std::uint64_t> marks;
  std::vector<std::string> missed_marks;
  std::map<std::string, HistoryFinding> findings;  // by `<invariant>-<fingerprint>`

  bool operator==(const HistoryNight&) const = default;
};

struct Nights {
  std::vector<HistoryNight> nights;   // by their numbers
  std::vector<std::string> problems;  // `line 7: …, expected …`, of each line that is left out
};

// A document `tidemark/history/1` (docs/JSON.md) of a run on one line, with a line feed at the end.
// Bytes that are no UTF-8 are replaced. Requires: a finite time.
std::string print_history_line(const RunReport& report);

// What the file says with one night more. A last line that was torn is ended first, so that it
// costs no other one.
std::string with_night(std::string_view history, const RunReport& report);

// The name of a finding there.
std::string history_name(const Finding& finding);

// Reads what can be read: a line that is none is told and left out, fields that are not known are
// passed over, and of two lines about one night the later one counts.
Nights read_history(std::string_view text);

}  // namespace tidemark::core
