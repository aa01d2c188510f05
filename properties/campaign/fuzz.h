// What episodes are made of and judged for, and a run of one configuration: random scenarios,
// judged; failures shrunk and grouped.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "properties/campaign/run_result.h"
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
  // Of each invariant, so many failing episodes are shrunk; the others are only counted. Of runs
  // that shrink in order; others choose by blocks.
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

// Where a run stands.
struct RunProgress {
  std::uint64_t episodes = 0;  // those from before included
  std::uint64_t broken_episodes = 0;
  std::uint64_t repeated = 0;
  std::uint64_t nondeterministic = 0;
  std::size_t findings = 0;
};

// Called on the thread of the caller, before each of its episodes and candidates of the shrinker,
// so it must be quick; returns false to end the run.
using FuzzWatch = std::function<bool(const RunProgress&)>;

// Where apps make no changes they upload nothing, and another canary sings.
Mutant usual_canary(const Scope& scope);

// A run of one portion, which this configuration is. Its episodes are numbered by their places.
RunResult fuzz(const Configuration& configuration, const FuzzPlan& plan, const FuzzWatch& watch);

// What an episode was shrunk to, the number of which, and what is to be expected of its trace, is
// left to the caller.
Sighting sighting_of(const Configuration& configuration, std::optional<std::uint64_t> seed,
                     Scenario original, ShrinkResult shrunk);

// Shrinks a failing scenario for one invariant. Requires: it is broken there.
ShrinkResult shrink_for(Runner& runner, Invariant invariant, const Scenario& scenario,
                        ShrinkBudget budget);

}  // namespace tidemark::core
