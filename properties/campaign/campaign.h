// A run of episodes: of one configuration or of several, block by block, by any number of threads
// and machines. What `fuzz` does and a night of a campaign are such runs.
//
// All that a run does is a function of its plan and of the numbers of its blocks, and what blocks
// come to is added up in a way in which order does not matter: so the result is the same for any
// number of threads and of shards, and for a run that was broken off and resumed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "properties/campaign/fuzz.h"
#include "properties/campaign/run_result.h"
#include "properties/campaign/schedule.h"

namespace tidemark::core {

inline constexpr std::uint32_t kMostWeight = 10'000;

// A configuration and its share of the episodes.
struct Portion {
  std::string name;  // no other has it
  std::uint32_t weight = 1;
  Configuration configuration;
  FuzzPlan plan = {};  // its seed, its scope, what is given to it; not how many episodes
};
Schedule schedule_of(const std::vector<Portion>& portions);

// Which of the broken episodes are shrunk.
enum class Shrinks : std::uint8_t {
  // Of each portion and invariant the first FuzzPlan::shrink_most. What a block shrinks hangs on
  // those before it, so the run is in one piece: one shard, which is not resumed. Where it is
  // ended, what of a block there is counts.
  first,
  // What a block shrinks hangs on that block alone: of what is broken often, little. Where the run
  // is ended, the blocks under way are dropped.
  spread
};

struct RunPlan {
  std::vector<Portion> portions;
  // Of all portions and shards together; none: as many as the watch lets it.
  std::optional<std::uint64_t> episodes;
  bool of_each = false;  // the episodes are of each portion, and all weigh the same
  Shrinks shrinks = Shrinks::spread;
  Shard shard = {};
  std::uint32_t jobs = 1;  // threads; what is the user's own runs on the caller's
};

// How far a shard came: all of its blocks before this one.
struct ShardResult {
  Shard shard;
  std::uint64_t blocks = 0;
  RunResult result;
};

// Its members may be called by several threads at once, but for those that say otherwise.
class RunWatch {
 public:
  virtual ~RunWatch() = default;
  // Asked before each episode and candidate on the caller's thread, so it must be quick; false ends
  // the run.
  virtual bool go_on(const RunProgress&) { return true; }
  // What is wrong, in one sentence, with a trace that breaks this invariant.
  virtual std::string sentence_of(const Portion&, const Scenario& /*minimal*/, Invariant) {
    return {};
  }
  // How far it is now; called on the caller's thread, often.
  virtual void keep(const ShardResult&) {}
};

// An empty result of this plan.
ShardResult nothing_yet(const RunPlan& plan);

// Goes on from what there is. `slow`: the episodes that took longest, the slowest first; their time
// is that of this machine, and no part of the result.
ShardResult run(const RunPlan& plan, ShardResult so_far, RunWatch& watch,
                std::vector<TimedEpisode>& slow);
// A whole run in one piece.
RunResult run(const RunPlan& plan, RunWatch& watch);

// The scenario of one episode.
Scenario scenario_of(const RunPlan& plan, const Schedule::Place& place);

}  // namespace tidemark::core
