// RapidCheck's face of the simulator, and the only header that includes RapidCheck.
//
//   RC_GTEST_PROP(Guarded, Converges, ()) {
//     const auto scenario = *tidemark::core::scenarios({.clients = 2});
//     RC_ASSERT(…);
//   }
//
// The generator and the shrinker are the command's own. rc::check and *gen belong to one thread.
#pragma once

#include <rapidcheck.h>

#include <ostream>

#include "sim/generator.h"
#include "sim/scenario.h"

namespace tidemark::core {

// Scenarios that are simpler than this one, the boldest first, each strictly simpler
// (sim/shrinker.h); lazy. A scenario for which this is empty of failures is minimal. They make use
// of what the scenario uses, and of what it may.
rc::Seq<Scenario> simpler(const Scenario& scenario, FeatureSet may_use);

// Random scenarios of a scope that shrink as the command shrinks. RapidCheck's size, 0 to 100,
// scales the number of steps.
rc::Gen<Scenario> scenarios(const Scope& scope);

// One step a line, as in a trace.
void showValue(const Scenario& scenario, std::ostream& stream);

}  // namespace tidemark::core
