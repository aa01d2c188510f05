// Fuzzing one configuration: random scenarios, judged; failures shrunk and grouped.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "properties/runner.h"
#include "sim/generator.h"
#include "sim/shrinker.h"
#include "sim/trace.h"

namespace tidemark::core {

// When a run is held to the marks that its scope grants: if it is long enough, or at any length.
enum class RequireMarks : std::uint8_t { automatic, always, never };

struct FuzzPlan {
  Scope scope;
  // One episode in 256 is also run with this mutant, which must be caught, so that the alarm is
  // known to work; where few are run, the first seeds are tried until it is. `none` is never
  // caught.
  Mutant canary = Mutant::ack_does_not_move_mark;
  std::uint64_t seed = 0;
  std::uint64_t episodes = 20'000;
  ShrinkBudget budget;
  // Of each invariant, so many failing episodes are shrunk; the others are only counted.
  std::uint32_t shrink_most = 16;
  RequireMarks require_marks = RequireMarks::automatic;
  bool coverage = false;  // is counted
  // Scenarios that are run first, under the first numbers; the others are those of seeds.
  std::vector<Scenario> given = {};
  // Nanoseconds since some time, to tell which episodes took longest; none: nobody asks.
  std::uint64_t (*clock)() = nullptr;
  bool landmarks = false;  // it is noted which episodes reach one first; needs coverage
  // Threads. The result is the same for any number; where the engine, or anything else, is the
  // user's own, there is one.
  std::uint32_t jobs = 1;
};

// One bug: an invariant, broken in one shape.
struct Finding {
  Invariant invariant = Invariant::no_lost_update;
  std::string fingerprint;     // 12 hexadecimal digits
  std::uint64_t episodes = 0;  // shrunk to this fingerprint
  // The episode of the group that shrank to the simplest trace: its place, its seed, its scenario.
  std::uint64_t index = 0;
  std::uint64_t seed = 0;
  Scenario original;
  ShrinkResult shrunk;  // to that trace
  Trace trace;          // the same, as a file that expects the violation
};

// An episode that the engine did not come through.
struct FaultyEpisode {
  std::uint64_t index = 0;
  std::string what;
  std::vector<std::string> transcript = {};  // the last lines exchanged, the newest last
  std::uint64_t seed = 0;
};
// After so many the run ends.
inline constexpr std::size_t kMostFaults = 3;

// What is counted of episodes.
struct EpisodeCounts {
  std::uint64_t episodes = 0;
  std::uint64_t repeated = 0;  // of them, run twice
  std::uint64_t broken_episodes = 0;
  std::uint64_t effective_steps = 0;
  std::uint64_t skipped_steps = 0;
  std::uint64_t digest = 0;                             // whatever their order
  std::array<std::uint64_t, kMostInvariants> broken{};  // episodes, by invariant
  MarkCounts marks{};
  std::uint64_t canary_episodes = 0;
  std::uint64_t canaries_caught = 0;  // none: a fault of the harness
  EpisodeCounts& operator+=(const EpisodeCounts& other);
};

struct FuzzResult : EpisodeCounts {
  std::array<std::uint64_t, kMostInvariants> shrunk{};  // of the broken, by invariant
  // In the order of invariants; within one, the shortest trace first.
  std::vector<Finding> findings;
  std::vector<std::uint64_t> own_marks;  // of the user's own, in their order
  bool marks_are_required = false;
  // Required, and never reached; those of the user's own always are required.
  std::vector<std::string> missed_marks;
  std::optional<CoverageCounts> coverage;  // of the episodes; none: it was not counted
  // One episode in 20, and every one that is shrunk, is run twice. Those that ran otherwise the
  // second time: a fault of the harness, or of a strategy.
  std::vector<std::uint64_t> nondeterministic_seeds;
  // Those whose memory or whose engine was taken away: they count neither way.
  std::vector<std::uint64_t> lost_seeds;
  // How a strategy of the user's own answered one question in two ways; empty: never. It ends a
  // run.
  std::string contradiction;
  std::vector<FaultyEpisode> faults;
};

// Where a fuzz run stands.
struct FuzzProgress {
  std::uint64_t episodes = 0;
  std::uint64_t broken_episodes = 0;
  std::size_t findings = 0;
};

// Called on the thread of the caller, before each of its episodes and candidates of the shrinker,
// so it must be quick; returns false to end the run.
using FuzzWatch = std::function<bool(const FuzzProgress&)>;

// Where apps make no changes they upload nothing, and another canary sings.
Mutant usual_canary(const Scope& scope);

FuzzResult fuzz(const Configuration& configuration, const FuzzPlan& plan, const FuzzWatch& watch);

// Shrinks a failing scenario for one invariant. Requires: it is broken there.
ShrinkResult shrink_for(Runner& runner, Invariant invariant, const Scenario& scenario,
                        ShrinkBudget budget);

// `no-lost-update-3f2a….trace`
std::string file_name(const Finding& finding);

}  // namespace tidemark::core
