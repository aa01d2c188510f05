// The flags of an episode: which engine, over which scope, judged for what. Those of `fuzz`, and
// the keys of a configuration in a campaign's file.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cli/parts/options.h"
#include "properties/campaign/fuzz.h"
#include "properties/promises.h"

namespace tidemark::core {

struct ConfigurationFlags {
  EngineFlags engine = {};
  FuzzPlan plan = {};
  AddedFlags scope = {};                        // those of plan.scope
  std::optional<InvariantSet> invariants = {};  // none: those that are promised
  std::optional<Mutant> canary = {};            // none: the usual one
};
void add_configuration_flags(VerbFlags& verb, ConfigurationFlags& flags);

// What the flags name.
struct Configured {
  std::vector<Configuration> configurations;  // one a strategy
  Promise promise;                            // of all of them
  FuzzPlan plan;
};
// What no flag says is as it is promised. Throws BadInput and EngineFault. The flags' own scope
// becomes what is run.
Configured configure(ConfigurationFlags& flags);

// Flags of `fuzz` that run episodes of this configuration, which is one of them.
std::string fuzz_flags(const Configuration& configuration, const Configured& configured);

// What differs from the usual: of the judge, in the order in which they are written.
Flags judge_flags_of(const Configured& configured);

}  // namespace tidemark::core
