// The shrinker: from a failing scenario to the simplest one that fails in the same way.
//
// Simpler means: fewer steps, then fewer clients, then fewer objects, then simpler steps (a sync
// before a begin and its delivers, no fault before a fault), then smaller names and values, then
// the canonical order of independent steps. Every accepted candidate is strictly simpler, so
// shrinking ends. It ends where no candidate fails any more: the result is 1-minimal (no single
// step can go) and stable (shrinking it again changes nothing), unless the budget ended it, which
// it says.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/scenario.h"
#include "sim/scope.h"

namespace tidemark::core {

// Whether a scenario fails in the way that is being shrunk. Deterministic.
using Fails = std::function<bool(const Scenario&)>;

struct ShrinkBudget {
  std::uint32_t runs = 50'000;
  // Of all candidates that are run; a scenario of a million steps has fewer of them.
  std::uint64_t steps = 20'000'000;
  // What the result may make use of though the scenario did not; a scope's features, where there is
  // a scope: what a seed's swarm switched off may still tell its failure in fewer steps.
  FeatureSet may_use = kUsesAtWill;
  // Asked before each candidate; false ends the shrinking. Empty: never.
  std::function<bool()> go_on{};
};

// What one kind of candidates came to, over the whole shrinking.
struct ShrinkPass {
  std::string name;
  std::uint32_t tried = 0;
  std::uint32_t accepted = 0;
  std::size_t steps = 0;  // left when it was tried last
};

struct ShrinkResult {
  Scenario scenario;
  std::uint32_t tried = 0;              // candidates that were run
  std::uint32_t accepted = 0;           // of them, simpler and failing
  bool complete = true;                 // false: the budget ended it; the result may not be minimal
  std::vector<ShrinkPass> passes = {};  // those that tried something, in their order
};

// Requires: fails(scenario), its objects in order.
ShrinkResult shrink(const Scenario& scenario, const Fails& fails, ShrinkBudget budget = {});

// Whether `a` is simpler than `b`: a strict order.
bool is_simpler(const Scenario& a, const Scenario& b);

}  // namespace tidemark::core
