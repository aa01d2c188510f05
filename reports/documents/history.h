// The history of a campaign: JSON Lines, one a night, so that a night only adds to it. Texts may
// hold any bytes.
//
// Seeds are texts, since a number of 64 bits does not survive every JSON reader.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::core {

// What the baseline says of a finding, and the night.
enum class FindingStatus : std::uint8_t {
  fresh,     // `new`: the baseline does not know it
  known,     // it is accepted, and still there
  fixed,     // its trace holds
  regressed  // it was fixed, and is there again
};

// `new`, `known`, `fixed`, `regressed`.
std::string_view name_of(FindingStatus status);
std::optional<FindingStatus> find_finding_status(std::string_view name);

// What of them is told first.
inline constexpr std::array<FindingStatus, 4> kByUrgency{
    FindingStatus::regressed, FindingStatus::fresh, FindingStatus::known, FindingStatus::fixed};
// The place there.
std::size_t rank_of(FindingStatus status);
// `2 new findings, 3 known`, so many of each; `no findings`.
std::string findings_phrase(const std::function<std::uint64_t(FindingStatus)>& count);

struct HistoryFinding {
  FindingStatus status = FindingStatus::fresh;
  std::uint64_t episodes = 0;  // that shrank to it; 0: its trace alone showed it, or it is fixed

  bool operator==(const HistoryFinding&) const = default;
};

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

// A document `tidemark/history/1` (docs/JSON.md) on one line, with a line feed at the end. Bytes
// that are no UTF-8 are replaced. Requires: a finite time.
std::string print_history_line(const HistoryNight& night);

// What the file says with one night more. A last line that was torn is ended first, so that it
// costs no other one.
std::string with_night(std::string_view history, const HistoryNight& night);

// Reads what can be read: a line that is none is told and left out, fields that are not known are
// passed over, and of two lines about one night the later one counts.
Nights read_history(std::string_view text);

}  // namespace tidemark::core
