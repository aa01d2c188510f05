// Episodes of one configuration, run in blocks by workers, and what broke in them shrunk: what fuzz
// runs and campaigns are made of.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "properties/campaign/fuzz.h"
#include "properties/campaign/landmarks.h"
#include "properties/runner.h"
#include "sim/generator.h"

namespace tidemark::core {

struct EngineFault;

inline constexpr std::uint64_t kEpisodesPerBlock = 256;
inline constexpr std::uint64_t kMostCanaries = 512;  // seeds that are tried until it is caught

// An episode that broke something.
struct Failure {
  std::uint64_t index = 0;
  InvariantSet broken = 0;
  std::uint64_t digest = 0;
};

// The first episode that reached a landmark.
struct FirstReached {
  Landmark landmark = 0;
  std::uint64_t index = 0;
};

// The episode of a block that took longest.
struct SlowestEpisode {
  std::uint64_t index = 0;
  std::uint64_t nanoseconds = 0;
};

// What came of episodes that stand beside one another, in their order.
struct Block : EpisodeCounts {
  std::vector<Failure> failures;  // those that may be shrunk
  std::vector<std::uint64_t> nondeterministic;
  std::vector<std::uint64_t> lost;  // neither held nor broken: their memory or engine was taken
  std::vector<std::uint64_t> own_marks;
  std::optional<CoverageCounts> coverage;  // none: it is not counted
  std::vector<FirstReached> firsts;        // of what this worker had not reached before
  SlowestEpisode slowest;
  std::uint64_t end = 0;  // the first episode behind it
  bool is_whole = true;   // false: the run was ended meanwhile
};

// A failure to be shrunk for one invariant, and what came of it.
struct Shrinking {
  Invariant invariant;
  Failure failure;
  Scenario original = {};
  std::optional<ShrinkResult> result = {};  // none: it ran otherwise a second time, or is a fault
  bool repeats = true;
};

// What the workers of one configuration have in common. Faults and contradictions come of engines
// and strategies that only one worker runs.
struct Crew {
  const Configuration& configuration;
  const FuzzPlan& plan;
  const FuzzWatch& watch;
  std::atomic<bool>& ended;    // the run is to end; none begins anything
  std::size_t invariants = 0;  // that the configuration has
  std::atomic<std::uint64_t> episodes = 0;
  std::atomic<std::uint64_t> broken_episodes = 0;
  std::atomic<std::size_t> findings = 0;
  // Failures that were given to be shrunk, by invariant; it does not change while blocks run.
  std::array<std::uint32_t, kMostInvariants> asked = {};
  std::vector<FaultyEpisode> faults = {};
  std::string contradiction = {};
  bool given_up = false;  // there are too many of these
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
  Block run(std::uint64_t first, std::uint64_t end, bool pauses);
  void shrink(Shrinking& shrinking);
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
  void add_fault(FaultyEpisode faulty);
  std::vector<std::string> transcript_of(const EngineFault& fault) const;
  std::uint64_t episodes_together(std::uint64_t first, std::uint64_t end);
  void judge(std::uint64_t index, const Scenario& scenario, const Outcome& outcome);
  void note(const Failure& failure, const Verdict& verdict);
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
  Block block_;
};

}  // namespace tidemark::core
