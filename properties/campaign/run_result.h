// What a run of episodes comes to, of one configuration or of many: a sum over blocks of them, in
// which order does not matter.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "properties/campaign/finding.h"
#include "properties/campaign/landmarks.h"
#include "properties/coverage.h"
#include "properties/marks.h"
#include "properties/verdict.h"

namespace tidemark::core {

// Episodes that are told of one by one, as far as they are not too many.
inline constexpr std::size_t kMostTold = 8;
struct ToldEpisodes {
  std::uint64_t count = 0;
  std::vector<std::uint64_t> first;  // the lowest numbers, in order
  void add(std::uint64_t episode);
  ToldEpisodes& operator+=(const ToldEpisodes& other);
  friend bool operator==(const ToldEpisodes&, const ToldEpisodes&) = default;
};

// An episode that the engine did not come through.
struct FaultyEpisode {
  std::uint64_t episode = 0;
  std::string what = {};
  std::vector<std::string> transcript = {};  // the last lines exchanged, the newest last
  std::uint64_t seed = 0;
};

// After so many, in a block or in a run in one piece, a portion is given up.
inline constexpr std::size_t kMostFaults = 3;

// What the episodes of a portion came to. Those that are named go by their numbers in the run.
struct PortionResult {
  std::uint64_t episodes = 0;
  std::uint64_t repeated = 0;  // of them, run twice
  std::uint64_t broken_episodes = 0;
  std::uint64_t effective_steps = 0;
  std::uint64_t skipped_steps = 0;
  std::uint64_t digest = 0;                                // whatever their order
  std::array<std::uint64_t, kMostInvariants> broken{};     // episodes, by invariant
  std::array<std::uint64_t, kMostInvariants> shrunk{};     // of those
  std::map<std::size_t, std::uint64_t> first_broken = {};  // the first of those, by invariant
  MarkCounts marks{};
  std::vector<std::uint64_t> own_marks = {};    // of the user's own, in their order
  std::optional<CoverageCounts> coverage = {};  // none: it was not counted
  std::uint64_t canary_episodes = 0;
  std::uint64_t canaries_caught = 0;
  std::uint64_t canary_tries = 0;      // seeds until it was caught, beside those; 0: it was not
  ToldEpisodes nondeterministic = {};  // that ran otherwise the second time
  ToldEpisodes lost = {};  // neither held nor broken: their memory or their engine was taken away
  std::uint64_t fault_count = 0;           // episodes that the engine did not come through
  std::vector<FaultyEpisode> faults = {};  // of those, the first kMostTold
  bool given_up = false;                   // there were too many
  // How a strategy of the user's own answered one question in two ways; empty: never. It ends a
  // run.
  std::string contradiction = {};

  // Where not: a fault of the harness.
  bool has_caught_canary() const { return canaries_caught > 0 || canary_tries > 0; }
  PortionResult& operator+=(const PortionResult& other);
};

// How long an episode took.
struct TimedEpisode {
  std::uint64_t episode = 0;
  std::uint64_t nanoseconds = 0;
};
inline constexpr std::size_t kMostSlow = 5;
// Of these the slowest first, each once, and no more than kMostSlow.
void keep_slowest(std::vector<TimedEpisode>& episodes);

// Which episode reached a landmark first: its number and 1; or one that was given did, whenever it
// ran.
using FirstEpisode = std::uint64_t;
inline constexpr FirstEpisode kGiven = 0;

// What blocks came to. Adding is commutative and associative.
struct RunResult {
  std::vector<PortionResult> portions = {};
  std::map<std::string, Finding> findings = {};  // by name
  std::map<Landmark, FirstEpisode> firsts = {};
  RunResult& operator+=(const RunResult& other);
  void add(const Finding& finding);

  std::uint64_t episodes() const;
  std::uint64_t broken_episodes() const;
  std::uint64_t effective_steps() const;
  std::uint64_t digest() const;
  // Those of one invariant, the simplest trace first.
  // They are the result's own: of one that is about to go there are none to point at.
  std::vector<const Finding*> findings_of(std::string_view invariant) const&;
  std::vector<const Finding*> findings_of(std::string_view invariant) const&& = delete;
};

// The first of these findings by the simplicity of their traces.
bool has_simpler_trace(const Finding& a, const Finding& b);

// Keeps the lesser of the number that is known of a key, and this one.
template <class Key>
void keep_least(std::map<Key, std::uint64_t>& map, Key key, std::uint64_t number) {
  const auto [known, is_new] = map.emplace(key, number);
  if (!is_new && number < known->second) known->second = number;
}

}  // namespace tidemark::core
