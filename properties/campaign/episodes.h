// Episodes of one configuration, run in blocks by workers, and what broke in them shrunk: what fuzz
// runs and campaigns are made of.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "properties/campaign/fuzz.h"
#include "properties/campaign/landmarks.h"
#include "properties/campaign/run_result.h"
#include "properties/runner.h"
#include "sim/generator.h"

namespace tidemark::core {

struct EngineFault;

inline constexpr std::uint64_t kMostCanaries = 512;  // seeds that are tried until it is caught

// An episode that broke something.
struct BrokenEpisode {
  std::uint64_t index = 0;  // within its portion
  InvariantSet broken = 0;
  std::uint64_t digest = 0;
};

// The first episode that reached a landmark.
struct FirstReached {
  Landmark landmark = 0;
  std::uint64_t index = 0;
};

// Episodes of a portion that stand beside one another, in their order.
struct Stretch {
  std::size_t portion = 0;
  std::uint64_t first = 0;  // index within the portion
  std::uint64_t count = 0;
  std::uint64_t number = 0;  // of the first in the run
  std::uint64_t end() const { return first + count; }
  std::uint64_t number_of(std::uint64_t index) const { return number + (index - first); }
};

// What came of the first of them.
struct Block {
  PortionResult counts = {};
  std::vector<BrokenEpisode> broken = {};  // those that may be shrunk
  std::vector<FirstReached> firsts = {};   // of what this worker had not reached before
  TimedEpisode slowest = {};
  std::uint64_t end = 0;  // the index of the first episode behind it
  bool is_whole = true;   // false: the run was ended meanwhile
};

// What all workers of a run have in common: how far it is, and whether it goes on.
struct Conduct {
  std::function<bool()> go_on = nullptr;  // is asked on the caller's thread
  std::atomic<bool> ended = false;        // none begins anything
  std::atomic<std::uint64_t> episodes = 0;
  std::atomic<std::uint64_t> broken_episodes = 0;
  std::atomic<std::uint64_t> repeated = 0;
  std::atomic<std::uint64_t> nondeterministic = 0;
  std::atomic<std::size_t> findings = 0;
  RunProgress progress() const {
    return {episodes, broken_episodes, repeated, nondeterministic, findings};
  }
};

// What the workers of one portion have in common. Faults and contradictions come of engines and
// strategies that only one worker runs.
struct Crew {
  const Configuration& configuration;
  const FuzzPlan& plan;
  Conduct& conduct;
  std::vector<std::string> invariants = invariant_names(configuration);
  // Broken episodes that were chosen to be shrunk, by invariant; a worker may know of fewer.
  std::array<std::atomic<std::uint32_t>, kMostInvariants> chosen = {};
  std::size_t fault_count = 0;  // of the engine, so far
  bool given_up = false;        // there were too many, or a contradiction
};

// Whether what is asked is ours, so that several threads may ask it.
bool is_ours(const Configuration& configuration);

// Runs episodes and shrinks failures; what it gives depends on nothing that it did before, but that
// `firsts` are told once.
class Worker {
 public:
  Worker(Crew& crew, bool asks_watch);

  // Asks the watch, before an episode and before a candidate. Once it said no, it is asked no more.
  bool go_on();
  // `pauses`: the block ends early where there is something to be shrunk.
  Block run(const Stretch& stretch, bool pauses);
  // Shrinks an episode of that stretch for one invariant that it broke; nothing where it ran
  // otherwise a second time, or where the engine failed: then `counts` tell of it.
  std::optional<Sighting> shrink(const Stretch& stretch, const BrokenEpisode& episode,
                                 Invariant invariant, PortionResult& counts);
  bool catches_canary(std::uint64_t index);

 private:
  struct Beside;

  void take_counts();
  std::uint64_t now() const { return plan_.clock == nullptr ? 0 : plan_.clock(); }
  void note_time(std::uint64_t index, std::uint64_t nanoseconds);
  void note_firsts(std::uint64_t index);
  const Scenario& scenario_of(std::uint64_t index);
  std::uint64_t episode(std::uint64_t index);
  void run_alone(std::uint64_t index, const Scenario& scenario);
  template <class Do>
  void blaming_engine(std::uint64_t index, Do act);
  void add_fault(std::uint64_t index, std::string what, std::vector<std::string> transcript);
  std::vector<std::string> transcript_of(const EngineFault& fault) const;
  std::uint64_t episodes_together(std::uint64_t first, std::uint64_t end);
  void judge(std::uint64_t index, const Scenario& scenario, const Outcome& outcome);
  void note(const BrokenEpisode& episode);
  void note_nondeterministic(std::uint64_t index);
  bool contradicted();
  void run_canary(const Scenario& scenario);
  bool repeats(const Scenario& scenario, std::uint64_t digest);
  ShrinkBudget budget();

  Crew& crew_;
  const FuzzPlan& plan_;
  bool asks_watch_;
  Generator generator_;
  std::vector<Runner> runners_;      // one a world
  std::vector<Coverage> coverages_;  // the same, where it is counted
  Runner again_;                     // of its own, so that its runs count for no mark
  Runner canary_;
  Reached reached_;
  Stretch stretch_;
  Block block_;
};

}  // namespace tidemark::core
