// The page in the morning: what a night of a campaign found, beside the nights before it. One file,
// which opens from a disk without a network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/documents/history.h"
#include "reports/documents/html/campaign.h"

namespace tidemark::core {

// A finding is there for the night's searches or for its trace, which the baseline keeps.
struct NightFinding {
  std::string name;  // `no-lost-update-3f2a91c2d0ab`: of its files, and in the history
  FindingStatus status = FindingStatus::fresh;
  std::string sentence = {};                     // what is wrong
  std::uint64_t steps = 0;                       // of its trace
  std::uint64_t episodes = 0;                    // that shrank to it
  std::vector<std::string> configurations = {};  // in which it was found
  std::string command = {};                      // that replays it; empty: none
  bool has_files = true;  // `findings/NAME.html` and `findings/NAME.trace` are beside the page
};

struct NightConfiguration {
  std::string name;  // `page, server-priority`
  std::uint64_t episodes = 0;
  std::uint64_t broken_episodes = 0;
  std::uint64_t steps = 0;
  std::uint64_t repeated = 0;  // episodes that ran twice, and came out the same
  std::string canary = {};     // `ack-echoes, after 12 episodes`; empty: there is none
  std::string digest = {};
  std::vector<CountedMark> marks = {};
  std::vector<std::string> missed_marks = {};
};

struct SlowEpisode {
  std::uint64_t episode = 0;
  double seconds = 0;
  std::string configuration;
  std::string command;
};

struct NightCorpus {
  std::uint64_t traces = 0;         // that the night began with
  std::uint64_t new_landmarks = 0;  // that none of them reaches
};

struct Night {
  std::uint32_t number = 0;
  std::string began = {};  // ISO 8601, UTC
  std::string commit = {};
  std::string seed = {};
  std::string campaign = {};  // its key
  int exit_code = 0;
  double seconds = 0;
  std::vector<std::string> faults = {};  // for which nothing that was judged is to be trusted
  std::vector<std::string> doubts = {};  // why what was not broken need not hold: `shard 2 of 8 …`
  std::vector<NightFinding> findings = {};
  std::vector<NightConfiguration> configurations = {};
  std::uint64_t cells_reached = 0;
  std::uint64_t cells_possible = 0;  // 0: coverage was not counted
  std::vector<SlowEpisode> slow = {};
  NightCorpus corpus = {};
};

// What of a night comes first; of several that apply, the first.
enum class NightVerdict : std::uint8_t { fault, regressed, new_findings, in_doubt, held };

NightVerdict verdict_of(const Night& night);
// `fault`, `regressed`, `new findings`, `in doubt`, `held`.
std::string_view name_of(NightVerdict verdict);

// `2 new findings, 3 known; 12 400 000 episodes of 6 configurations in 2 h`.
std::string sentence_of(const Night& night);

// The night as a line of the history.
HistoryNight history_of(const Night& night);

// The last so many nights are columns of the grid, lines of the table, and points of the trends.
inline constexpr std::size_t kGridNights = 30;
inline constexpr std::size_t kListedNights = 90;
inline constexpr std::size_t kTrendNights = 365;

// The whole page, at most some 400 KB: what does not fit is counted. `history`: the nights by their
// numbers; what it says of this night and of later ones counts not. `environment`: what ran it, by
// name.
std::string morning_page(const Night& night, std::span<const HistoryNight> history,
                         std::span<const NamedLine> environment);

}  // namespace tidemark::core
