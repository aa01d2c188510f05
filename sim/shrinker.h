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

#include "sim/scenario.h"
#include "sim/scope.h"

namespace tidemark {

// Whether a scenario fails in the way that is being shrunk. Deterministic.
using Fails = std::function<bool(const Scenario&)>;

struct ShrinkBudget {
  std::uint32_t runs = 50'000;
  // What the result may make use of though the scenario did not: none of the faults, by default
  // nothing at all. A failure that was found without a fault is not told with one.
  FeatureSet may_use = 0;
};

struct ShrinkResult {
  Scenario scenario;
  std::uint32_t tried = 0;     // candidates that were run
  std::uint32_t accepted = 0;  // of them, simpler and failing
  bool complete = true;        // false: the budget ended it; the result may not be minimal
};

// Requires: fails(scenario), its objects in order.
ShrinkResult shrink(const Scenario& scenario, const Fails& fails, ShrinkBudget budget = {});

// Whether `a` is simpler than `b`: a strict order.
bool is_simpler(const Scenario& a, const Scenario& b);

}  // namespace tidemark
