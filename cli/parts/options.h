// Flags that several verbs share: which engine runs, and over which scope.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/parts/terminal.h"
#include "properties/campaign/fuzz.h"
#include "sim/scope.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

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

// What was added, so that a verb can say with what else it has a meaning.
using AddedFlags = std::vector<CLI::Option*>;

void add_common_flags(CLI::App& verb, CommonFlags& flags);
AddedFlags add_engine_flags(CLI::App& verb, EngineFlags& flags, bool all_strategies);
// --engine COMMAND, --engine-timeout TIME, which are among those.
AddedFlags add_adapter_flags(CLI::App& verb, EngineFlags& flags);
// The world of a scope: its sizes, up to these, and its switches.
AddedFlags add_world_flags(CLI::App& verb, Scope& scope, std::uint64_t most_clients,
                           std::uint64_t most_objects, std::uint64_t most_settle_rounds);
// The same, and how long episodes are, and with which faults.
AddedFlags add_scope_flags(CLI::App& verb, Scope& scope);
CLI::Option* add_faults_flag(CLI::App& verb, FaultSet& faults, const std::string& description);
// --compare tombstones|live, --shrink-runs N
CLI::Option* add_compare_flag(CLI::App& verb, bool& tombstones);
// --invariants LIST
CLI::Option* add_invariants_flag(CLI::App& verb, std::function<void(InvariantSet)> set,
                                 const std::string& description);
// A flag that takes the name of one invariant.
CLI::Option* add_invariant_flag(CLI::App& verb, const std::string& name,
                                std::optional<Invariant>& invariant,
                                const std::string& description);
CLI::Option* add_budget_flag(CLI::App& verb, ShrinkBudget& budget);
// --out DIR
CLI::Option* add_out_flag(CLI::App& verb, std::string& folder);
// --for TIME
struct TimeFlag {
  std::optional<std::chrono::milliseconds> limit = {};
  std::string text = {};  // as it was given
};
CLI::Option* add_time_flag(CLI::App& verb, TimeFlag& flag, const std::string& description);
// Threads, where a flag says nothing: as many as there are cores.
std::uint32_t usual_jobs();
// --jobs N
CLI::Option* add_jobs_flag(CLI::App& verb, std::function<void(std::uint32_t)> set);
CLI::Option* add_seed_flag(CLI::App& verb, std::optional<std::uint64_t>& seed,
                           const std::string& description);
// A flag that takes a whole number from `low` to `high`.
CLI::Option* add_number_flag(CLI::App& verb, const std::string& name, std::uint64_t low,
                             std::uint64_t high, std::function<void(std::uint64_t)> set,
                             const std::string& description);
template <class Number>
CLI::Option* add_number_flag(CLI::App& verb, const std::string& name, Number& target,
                             std::uint64_t low, std::uint64_t high,
                             const std::string& description) {
  return add_number_flag(
      verb, name, low, high,
      [&target](std::uint64_t number) { target = static_cast<Number>(number); }, description);
}

// A flag whose text is read by `set`, which throws BadInput where it does not fit.
CLI::Option* add_text_flag(CLI::App& verb, const std::string& name, const std::string& type,
                           std::function<void(const std::string&)> set,
                           const std::string& description);
// The place of a word among `names`. Throws BadInput.
std::size_t parse_word(std::string_view flag, std::string_view kind, std::string_view word,
                       std::span<const std::string_view> names);
// Reads names with a comma between: their places among `names`, as they are given. Throws BadInput.
std::vector<std::size_t> parse_list(std::string_view flag, std::string_view kind,
                                    std::string_view text, std::span<const std::string_view> names);
// Decimal, or hexadecimal behind 0x; nothing if it is neither, or has more than 64 bits.
std::optional<std::uint64_t> parse_number(std::string_view text);

// The configurations that flags name, one a strategy. Throws BadInput.
std::vector<Configuration> configurations_of(const EngineFlags& flags,
                                             std::string_view default_strategy);
// Lets as many worlds be under way as the adapter behind a configuration hosts; of any other engine
// there is one.
void use_worlds(const Configuration& configuration, FuzzPlan& plan);
// What an engine that no protocol names says of itself, on one line.
std::string engine_line(const Traits& traits);
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

// `unknown strategy 'x', did you mean 'y'? expected one of: …`
std::string unknown_name(std::string_view kind, std::string_view word,
                         std::span<const std::string_view> names);

}  // namespace tidemark::core
