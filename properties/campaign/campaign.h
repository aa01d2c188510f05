// A campaign: several configurations, fuzzed block by block by any number of threads and machines.
//
// Everything that a campaign does is a function of its plan and of the number of a block, and what
// blocks come to is added up in a way in which order does not matter: so the result is the same for
// any number of threads and of shards, and for a run that was broken off and resumed.
//
// Episodes are numbered over the whole campaign. Block b has the episodes from 256 b on, all of one
// portion; which, the weights say. Shard i of n runs the blocks b with b mod n = i, in order.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "properties/campaign/episodes.h"
#include "properties/campaign/fuzz.h"
#include "properties/campaign/landmarks.h"

namespace tidemark::core {

// One of several that share the work; index < count.
struct Shard {
  std::uint32_t index = 0;
  std::uint32_t count = 1;
  friend bool operator==(const Shard&, const Shard&) = default;
};
// `0/3`
std::string print_shard(const Shard& shard);

inline constexpr std::uint32_t kMostWeight = 10'000;

// A configuration and its share of the episodes.
struct Portion {
  std::string name;  // no other has it
  std::uint32_t weight = 1;
  Configuration configuration;
  FuzzPlan plan = {};  // its seed, its scope, what is given to it; not how many episodes
};

struct CampaignPlan {
  std::vector<Portion> portions;
  std::optional<std::uint64_t> episodes;  // of all shards; none: as many as the watch lets it
  Shard shard;
  std::uint32_t jobs = 1;  // threads; what is the user's own runs on the caller's
};

// Which episodes are whose.
class Schedule {
 public:
  explicit Schedule(const std::vector<std::uint32_t>& weights);
  explicit Schedule(std::span<const Portion> portions) : Schedule(weights_of(portions)) {}

  struct Place {
    std::size_t portion = 0;
    std::uint64_t index = 0;  // of an episode within its portion
    friend bool operator==(const Place&, const Place&) = default;
  };
  // Of an episode of this number; and back.
  Place place_of(std::uint64_t episode) const;
  std::uint64_t episode_at(const Place& place) const;

 private:
  static std::vector<std::uint32_t> weights_of(std::span<const Portion> portions) {
    std::vector<std::uint32_t> weights;
    for (const Portion& each : portions) weights.push_back(each.weight);
    return weights;
  }

  // One turn of all portions: in each turn every portion has as many blocks as it weighs, and the
  // next turn begins one slot later, so that no shard meets the same portions for ever.
  struct Slot {
    std::size_t portion;
    std::uint64_t rank;  // among those of its portion
  };
  std::vector<Slot> slots_;
  std::vector<std::vector<std::size_t>> of_portion_;  // the slots of each
  std::size_t length() const { return slots_.size(); }
};

// Episodes that are told of one by one, as far as they are not too many.
inline constexpr std::size_t kMostTold = 8;
struct ToldEpisodes {
  std::uint64_t count = 0;
  std::vector<std::uint64_t> first;  // the lowest numbers, in order
  void add(std::uint64_t episode);
  ToldEpisodes& operator+=(const ToldEpisodes& other);
  friend bool operator==(const ToldEpisodes&, const ToldEpisodes&) = default;
};

// What an episode was shrunk to.
struct ShrunkEpisode {
  std::uint64_t episode = 0;
  std::size_t portion = 0;
  std::uint64_t steps_before = 0;
  std::uint64_t tried = 0;  // candidates
  bool complete = true;     // false: the budget ended it
  Trace trace;              // that expects the violation
  std::string sentence;     // what is wrong
  friend bool operator==(const ShrunkEpisode&, const ShrunkEpisode&) = default;
};

// One bug, over all portions: an invariant, broken in one shape. Of the episodes that shrank to it
// two are kept: that with the simplest trace, and the first.
struct SharedFinding {
  std::string invariant;
  std::string fingerprint;
  std::map<std::size_t, std::uint64_t> episodes;  // that shrank to it, by portion
  ShrunkEpisode simplest;
  ShrunkEpisode oldest;

  // `no-lost-update-3f2a…`
  std::string name() const { return invariant + "-" + fingerprint; }
  std::uint64_t all_episodes() const;
  SharedFinding& operator+=(const SharedFinding& other);
  friend bool operator==(const SharedFinding&, const SharedFinding&) = default;
};

// What the episodes of a portion came to.
struct PortionResult : EpisodeCounts {
  std::array<std::uint64_t, kMostInvariants> shrunk{};  // of the broken, by invariant
  std::map<std::size_t, std::uint64_t> first_broken;    // the first of them, by invariant
  CoverageCounts coverage;
  std::uint64_t canary_tries = 0;  // seeds until it was caught, beside those; 0: it was not
  ToldEpisodes nondeterministic;
  ToldEpisodes lost;  // neither held nor broken: their memory or their engine was taken away
  std::uint64_t fault_count = 0;      // episodes that the engine did not come through
  std::vector<FaultyEpisode> faults;  // of those, the first kMostTold
  bool given_up = false;              // there were too many in one block

  PortionResult& operator+=(const PortionResult& other);
};

// Which episode reached a landmark first: its number and 1; or one that was given did, whenever it
// ran.
using FirstEpisode = std::uint64_t;
inline constexpr FirstEpisode kGiven = 0;

// What blocks came to. Adding is commutative and associative.
struct CampaignResult {
  std::vector<PortionResult> portions;
  std::map<std::string, SharedFinding> findings;  // by name
  std::map<Landmark, FirstEpisode> firsts;
  CampaignResult& operator+=(const CampaignResult& other);

  std::uint64_t episodes() const;
  std::uint64_t broken_episodes() const;
  std::uint64_t digest() const;
};

// How far a shard came: all of its blocks before this one.
struct ShardResult {
  Shard shard;
  std::uint64_t blocks = 0;
  CampaignResult result;
};

struct TimedEpisode {
  std::uint64_t episode = 0;
  std::uint64_t nanoseconds = 0;
};
inline constexpr std::size_t kMostSlow = 5;
// Of these the slowest first, each once, and no more than kMostSlow.
void keep_slowest(std::vector<TimedEpisode>& episodes);

struct CampaignProgress {
  std::uint64_t episodes = 0;  // of this shard, those from before included
  std::uint64_t broken_episodes = 0;
  std::uint64_t repeated = 0;
  std::uint64_t nondeterministic = 0;
  std::size_t findings = 0;
};

// Its members may be called by several threads at once, but for those that say otherwise.
class CampaignWatch {
 public:
  virtual ~CampaignWatch() = default;
  // Asked before each episode and candidate on the caller's thread, so it must be quick; false ends
  // the run. What blocks are under way is dropped.
  virtual bool go_on(const CampaignProgress& progress) = 0;
  // What is wrong, in one sentence, with a trace that breaks this invariant.
  virtual std::string sentence_of(const Portion& portion, const Scenario& minimal,
                                  Invariant invariant) = 0;
  // How far it is now; called on the caller's thread, often.
  virtual void keep(const ShardResult& result) = 0;
};

// How many blocks a shard of a campaign of so many episodes has; none: nobody knows.
std::optional<std::uint64_t> blocks_of(std::optional<std::uint64_t> episodes, const Shard& shard);

// An empty result of this plan.
ShardResult nothing_yet(const CampaignPlan& plan);

// Goes on from what there is. `slow`: the episodes that took longest, the slowest first; their time
// is that of this machine, and no part of the result.
ShardResult run_campaign(const CampaignPlan& plan, ShardResult so_far, CampaignWatch& watch,
                         std::vector<TimedEpisode>& slow);

// The scenario of one episode.
Scenario scenario_of(const CampaignPlan& plan, const Schedule::Place& place);

}  // namespace tidemark::core
