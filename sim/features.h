// What of a scope a scenario makes use of.
#pragma once

#include "sim/scenario.h"
#include "sim/scope.h"

namespace tidemark::core {

FeatureSet features(const Scenario& scenario);
// The same of one step; of shared keys and of turns one step says nothing.
FeatureSet features(const Step& step);

// Whether one client at a time makes changes: the turn passes from one to another only where the
// old one, after its last change, ran a whole sync, and then the new one did. Of the web backend it
// says nothing.
bool keeps_turns(const Scenario& scenario);

}  // namespace tidemark::core
