// Mutants on trial: is each planted defect caught by the invariant that it breaks, how soon, and by
// how short a trace? A harness that lets one pass proves little where it finds nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "model/mutant.h"
#include "properties/campaign/fuzz.h"
#include "properties/search/explore.h"

namespace tidemark::core {

// Half of the runs must catch a mutant within so many episodes, and every run within those of the
// plan.
inline constexpr std::uint64_t kMedianEpisodes = 2'000;

struct TrialPlan {
  Scope scope;
  std::uint64_t seed = 1;    // of the first run, as fuzz() takes it; that of each next is one more
  std::uint32_t seeds = 20;  // so many runs, at least one
  std::uint64_t episodes = 20'000;  // at most, of one run
  ShrinkBudget budget;
  unsigned jobs = 1;
  // An invariant that is switched off: a mutant is then caught by any of the others, and nothing is
  // shrunk.
  std::optional<Invariant> without;
};

// One run, up to the first episode that breaks a wanted invariant.
struct Hunt {
  std::uint64_t episodes = 0;      // that ran, the last one included
  bool caught = false;             // by the last one
  InvariantSet before = 0;         // broken before it
  InvariantSet broken = 0;         // broken by it
  std::optional<Finding> finding;  // what it was shrunk to
};

struct Trial {
  const NamedMutant* named = nullptr;
  Invariant invariant = Invariant::no_lost_update;  // that must catch it
  Configuration configuration;
  std::vector<Hunt> hunts;           // by seed
  bool complete = true;              // false: the watch ended it
  std::optional<Exploration> proof;  // of the shortest length, where it was asked for

  std::size_t caught() const;
  // The episodes within which so many percent of the runs caught it, by nearest rank; none: they
  // did not.
  std::optional<std::uint64_t> episodes_of(std::uint32_t percent) const;
  // Whether every run caught it, and half of them soon.
  bool passes() const;
  // The simplest trace of all runs; null if there is none.
  const Finding* simplest() const;
  // So many runs broke this one too: in an episode before, or in the one that caught it.
  std::size_t broken_before(Invariant invariant) const;
  std::size_t broken_with(Invariant invariant) const;
  // The length that is proven to be shortest; none: the search was ended before.
  std::optional<std::uint32_t> proven_length() const;
  // Whether the search came to its end and did not meet what the runs found: a fault of the
  // harness.
  bool is_missed() const;
  // The shortest trace of runs and search, as a file that says what it shows and expects all that
  // it violates. Requires: simplest().
  Trace shown_trace() const;
};

// Where a trial of many mutants stands.
struct TrialProgress {
  std::uint64_t done = 0;  // runs
  std::uint64_t runs = 0;
};
// Called now and then, by one thread at a time; returns false to end it.
using TrialWatch = std::function<bool(const TrialProgress&)>;

// A mutant under the strategy that shows it.
Configuration configuration_of(const NamedMutant& named);

// Tries each. The same for any number of jobs.
std::vector<Trial> try_mutants(std::span<const NamedMutant* const> mutants, const TrialPlan& plan,
                               const TrialWatch& watch);

// A search for traces that break the same invariant in at most as many steps, with as many clients
// (but two at least), objects, changes and faults of each kind as this one has; none where that is
// too much for a search.
std::optional<ExplorePlan> proof_plan(const Finding& finding);

// A mutant that random episodes show too rarely; its trace shows it.
struct RareMutant {
  const NamedMutant* named = nullptr;
  Trace trace;              // as Trial::shown_trace()
  InvariantSet broken = 0;  // by it
  bool shows() const { return broken & invariant_bit(*find_invariant(named->invariant)); }
};
// Those of them that are rare.
std::vector<RareMutant> rare_mutants(std::span<const NamedMutant* const> mutants);

// What one invariant is good for.
struct Without {
  Invariant invariant = Invariant::no_lost_update;  // switched off
  std::vector<Trial> trials;                        // of the mutants that it must catch
  std::vector<RareMutant> rare;                     // the same
  // Those that none of the others catch, in no run; or, of the rare ones, in the trace.
  std::vector<const NamedMutant*> alone() const;
};
// A deletion that is lost is a resurrection too: what no-lost-update catches alone is looked for
// where nothing is deleted.
Without try_without(Invariant invariant, std::span<const NamedMutant* const> mutants,
                    TrialPlan plan, const TrialWatch& watch);

}  // namespace tidemark::core
