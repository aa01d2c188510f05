// Exhaustive search: every interleaving of the steps of a scope, up to its bounds, breadth first;
// so the first counterexample of each invariant is a shortest one, and where there is none, that is
// a proof. docs/EXPLORER.md explains what makes it sound.
//
// The world, the engine, settle and the invariants are those of fuzzing; nothing is modelled twice.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "properties/runner.h"
#include "properties/search/canonical.h"
#include "sim/alphabet.h"
#include "sim/shrinker.h"
#include "sim/trace.h"

namespace tidemark::core {

// What makes the space smaller. Each keeps the verdicts and the shortest lengths.
struct Reductions {
  bool clients = true;  // clients that differ only by name are one
  bool objects = true;  // objects that differ only by name are one
  bool names = true;    // versions, counters and stamps are compared, not named; the dead forgotten
  bool order = true;    // of steps that touch nothing in common, one order is executed
  bool bounds = true;   // a state is none of its own where another like it has more left
  friend bool operator==(const Reductions&, const Reductions&) = default;
};

// Those of them that keep it of this engine. What an engine that no protocol names compares, nobody
// knows, and a strategy that reads contents may compare anything: of these, only worlds that are
// equal are one.
Reductions sound_reductions(const Configuration& configuration, const Reductions& reductions);

// How the traces of a search end.
enum class Ending : std::uint8_t {
  settle,
  // With a full sync of every client, and then settle. Data consistency is to be had, the page
  // says, "by executing a “full sync” on regular intervals". Two things are watched. convergence:
  // is there a trace that diverges, and still does with the full syncs at its end? no-lost-update:
  // is there one that keeps every update, and with the full syncs does not?
  full_sync
};

// Whether a search goes through this scenario.
bool is_within(const Scenario& scenario, const SearchScope& search);

struct ExplorePlan {
  SearchScope search;
  Ending ending = Ending::settle;
  std::optional<std::uint32_t> steps;     // the longest trace; none: until nothing new is left
  InvariantSet watched = kAllInvariants;  // the search ends when each has been broken
  Reductions reductions;
  unsigned jobs = 1;
  std::uint64_t memory = std::uint64_t{4} << 30;  // bytes that the search may use
};

// A shortest trace that breaks an invariant.
struct Counterexample {
  Invariant invariant = Invariant::no_lost_update;
  std::uint32_t steps = 0;
  bool is_shortest = true;  // false: the search was ended before that was sure
  std::string fingerprint;
  Scenario found;       // as the search met it
  ShrinkResult shrunk;  // the simplest of that length that the shrinker makes of it
  Trace trace;          // the same, as a file that expects the violation
};

enum class ExploreEnd : std::uint8_t {
  exhausted,     // nothing new was left
  all_broken,    // each watched invariant has its counterexample
  step_bound,    // all traces of at most so many steps were seen
  memory_bound,  // the search would have needed more
  stopped        // by the watch
};

// Settle steps, of which most need not be executed.
struct SettleCounts {
  std::uint64_t executed = 0;  // messages delivered
  std::uint64_t wanted = 0;    // messages that settling every state by itself would deliver
};

// What full syncs at the end do to the states of a search.
struct Healing {
  std::uint64_t diverging = 0;  // without them
  std::uint64_t healed = 0;     // of those: with them they converge
  std::uint64_t keeping = 0;    // without them every update is kept
  std::uint64_t destroyed = 0;  // of those: with them one is lost
};

struct Exploration {
  ExploreEnd end = ExploreEnd::exhausted;
  std::uint32_t depth = 0;            // all traces of so many steps were judged
  std::vector<std::uint64_t> levels;  // states by the length of their shortest trace
  std::uint64_t states = 0;           // distinct, stored
  std::uint64_t steps = 0;            // executed
  std::uint64_t asleep = 0;           // not executed: the same is reached in another order
  SettleCounts settle;
  Healing healing;
  std::uint64_t settle_states = 0;  // whose end is memorised
  std::uint64_t bytes = 0;          // at most in use: states, paths, settle, the two levels
  std::uint64_t digest = 0;         // over the states, whatever their order
  std::vector<Counterexample> counterexamples;  // by invariant
  // A path that the search told and the world does not: a fault of the harness.
  std::vector<std::string> faults;

  bool is_complete() const { return end != ExploreEnd::memory_bound && end != ExploreEnd::stopped; }
  const Counterexample* find(Invariant invariant) const {
    for (const Counterexample& each : counterexamples)
      if (each.invariant == invariant) return &each;
    return nullptr;
  }
};

// Where a search stands.
struct ExploreProgress {
  std::uint32_t depth = 0;     // the level that is being expanded
  std::uint64_t expanded = 0;  // states of it
  std::uint64_t level = 0;     // that it has
  std::uint64_t states = 0;
  std::uint64_t bytes = 0;
  std::size_t found = 0;
};
// Called now and then, by one thread at a time; returns false to end the search.
using ExploreWatch = std::function<bool(const ExploreProgress&)>;

// Requires: at most 7 clients, 12 edits, and bounds that fit (Bounds::packed_bits); an engine that
// no protocol names snapshots. Throws EngineFault, of such an engine, which is asked by one thread.
Exploration explore(const Configuration& configuration, const ExplorePlan& plan,
                    const ExploreWatch& watch);

}  // namespace tidemark::core
