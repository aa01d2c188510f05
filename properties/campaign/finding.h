// A finding: one bug, as a run of any number of configurations comes to know it. Everything that
// tells of it, from the first line on a terminal to the history of nights, reads this.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/shrinker.h"
#include "sim/trace.h"

namespace tidemark::core {

// What the baseline says of a finding, and the run.
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

// An episode that shrank to a finding, and the trace that was left of it.
struct Sighting {
  std::uint64_t episode = 0;               // its number in the run
  std::size_t portion = 0;                 // of the run
  std::optional<std::uint64_t> seed = {};  // that generates it; none: it was given
  Scenario original = {};                  // the episode itself
  std::uint32_t tried = 0;                 // candidates of the shrinker
  std::uint32_t accepted = 0;              // of them, simpler and failing
  bool complete = true;                    // false: the budget ended it
  std::vector<ShrinkPass> passes = {};     // of the shrinker
  Trace trace = {};                        // that expects the violation
  std::string sentence = {};               // what is wrong
};

// An invariant, broken in one shape. Of the episodes that shrank to it two are kept: that with the
// simplest trace, and the first.
struct Finding {
  std::string invariant;    // empty: a trace of the baseline that is about none of its own
  std::string fingerprint;  // 12 hexadecimal digits
  std::map<std::size_t, std::uint64_t> episodes = {};  // that shrank to it, by portion
  Sighting simplest = {};                              // where any did
  Sighting oldest = {};
  FindingStatus status = FindingStatus::fresh;
  std::string baseline = {};            // the file there; empty: none
  std::vector<std::string> unmet = {};  // what that does not show of what it expects

  // `no-lost-update-3f2a…`: of its files, and in the history.
  std::string name() const;
  // `no-lost-update-3f2a….trace`
  std::string file_name() const { return name() + ".trace"; }
  std::uint64_t all_episodes() const;
  // Whether any episode shrank to it; else its trace in the baseline alone tells of it.
  bool is_seen() const { return !episodes.empty(); }
  // Whether a run fails for it.
  bool is_bad() const {
    return status == FindingStatus::fresh || status == FindingStatus::regressed;
  }
  // The same bug, seen elsewhere. Commutative and associative.
  Finding& operator+=(const Finding& other);
};

// A finding that one episode was shrunk to.
Finding seen_once(std::string_view invariant, Sighting sighting);

}  // namespace tidemark::core
