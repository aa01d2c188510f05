// Flags that several verbs share: which engine runs, and over which scope.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/parts/command_line.h"
#include "cli/parts/terminal.h"
#include "properties/campaign/fuzz.h"
#include "sim/scope.h"

namespace tidemark::core {

// The seed of a run that is given none: so the same command gives the same run.
inline constexpr std::uint64_t kDefaultSeed = 1;

// An engine as flags name it. What is not given is the verb's to decide.
struct EngineFlags {
  std::optional<std::string> protocol = {};
  std::vector<std::string> options = {};  // KEY=VALUE
  std::optional<std::string> mutant = {};
  std::optional<std::string> strategy = {};  // or `all`
  std::optional<std::string> engine = {};    // the command of an adapter
  std::uint64_t engine_timeout_ms = 10'000;
  bool compare_tombstones = false;

  bool names_engine() const { return protocol || !options.empty() || mutant || strategy || engine; }
};

// --out for what is written at these endings, if any; --quiet, --no-color.
void add_common_flags(VerbFlags& verb, CommonFlags& flags, std::vector<OutEnding> endings);
AddedFlags add_engine_flags(VerbFlags& verb, EngineFlags& flags, bool all_strategies);
// --engine COMMAND, --engine-timeout TIME, which are among those.
AddedFlags add_adapter_flags(VerbFlags& verb, EngineFlags& flags);
// The world of a scope: its sizes, up to these, and its switches.
AddedFlags add_world_flags(VerbFlags& verb, Scope& scope, std::uint64_t most_clients,
                           std::uint64_t most_objects, std::uint64_t most_settle_rounds);
// The same, and how long episodes are, and with which faults.
AddedFlags add_scope_flags(VerbFlags& verb, Scope& scope);
AddedFlag add_faults_flag(VerbFlags& verb, FaultSet& faults, const std::string& description);
// --compare tombstones|live, --shrink-runs N
AddedFlag add_compare_flag(VerbFlags& verb, bool& tombstones);
// --invariants LIST
AddedFlag add_invariants_flag(VerbFlags& verb, std::function<void(InvariantSet)> set,
                              const std::string& description);
// A flag that takes the name of one invariant.
AddedFlag add_invariant_flag(VerbFlags& verb, const std::string& name,
                             std::optional<Invariant>& invariant, const std::string& description);
AddedFlag add_budget_flag(VerbFlags& verb, ShrinkBudget& budget);
// --for TIME
struct TimeFlag {
  std::optional<std::chrono::milliseconds> limit = {};
  std::string text = {};  // as it was given
};
AddedFlag add_time_flag(VerbFlags& verb, TimeFlag& flag, const std::string& description);
// Threads, where a flag says nothing: as many as there are cores.
std::uint32_t usual_jobs();
// --jobs N
AddedFlag add_jobs_flag(VerbFlags& verb, std::function<void(std::uint32_t)> set);
AddedFlag add_seed_flag(VerbFlags& verb, std::optional<std::uint64_t>& seed,
                        const std::string& description);
// The configurations that flags name, one a strategy. Throws BadInput.
std::vector<Configuration> configurations_of(const EngineFlags& flags,
                                             std::string_view default_strategy);
// That of a trace, with what flags put in place of its own. Throws BadInput.
Configuration configuration_of(const Trace& trace, const EngineFlags& flags);

// A flag as it is written on a command line.
struct Flag {
  std::string name;
  std::string value;
  bool is_default;
};
using Flags = std::vector<Flag>;
Flags flags_of(const Configuration& configuration);
// What is as in `base` is said without.
Flags flags_of(const Scope& scope, const Scope& base = {});
// Of its world alone; what is as in `base` is said without.
Flags world_flags_of(const Scope& scope, const Scope& base);
// An --out for each path.
Flags out_flags_of(const OutPaths& out);
// Says which faults of a scope it cannot bring about.
void note_unreachable(const Output& output, const Scope& scope);
// `--protocol page --clients 2`; quoted for the shell. Those that say what is so anyway only if
// `all` are wanted.
std::string print_flags(const Flags& flags, bool all);

// The flags of an episode beside its seed; those that say what is so anyway are left out.
std::string episode_flags(const Configuration& configuration, const Scope& scope);
// What regenerates one episode: `tidemark replay --seed 0x5d1c… --protocol page …`.
std::string seed_command(const Configuration& configuration, const Scope& scope,
                         std::uint64_t episode_seed);

}  // namespace tidemark::core
