// Flags that several verbs share: which engine runs, and over which scope.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal.h"
#include "properties/fuzz.h"
#include "sim/scope.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tidemark {

// The seed of a run that is given none: so the same command gives the same run.
inline constexpr std::uint64_t kDefaultSeed = 1;

// An engine as flags name it. What is not given is the verb's to decide.
struct EngineFlags {
  std::optional<std::string> protocol = {};
  std::vector<std::string> options = {};     // KEY=VALUE
  std::optional<std::string> strategy = {};  // or `all`
  bool compare_tombstones = false;

  bool names_engine() const { return protocol || !options.empty() || strategy; }
};

// What was added, so that a verb can say with what else it has a meaning.
using AddedFlags = std::vector<CLI::Option*>;

void add_common_flags(CLI::App& verb, CommonFlags& flags);
AddedFlags add_engine_flags(CLI::App& verb, EngineFlags& flags, bool all_strategies);
AddedFlags add_scope_flags(CLI::App& verb, Scope& scope);
// --compare tombstones|live, --shrink-runs N
CLI::Option* add_compare_flag(CLI::App& verb, bool& tombstones);
CLI::Option* add_budget_flag(CLI::App& verb, ShrinkBudget& budget);
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
Flags flags_of(const Scope& scope);
// `--protocol page --clients 2`; quoted for the shell. Those that say what is so anyway only if
// `all` are wanted.
std::string print_flags(const Flags& flags, bool all);

// What regenerates one episode: `tidemark replay --seed 0x5d1c… --protocol page …`.
std::string seed_command(const Configuration& configuration, const Scope& scope,
                         std::uint64_t episode_seed);

// `unknown strategy 'x', did you mean 'y'? expected one of: …`
std::string unknown_name(std::string_view kind, std::string_view word,
                         std::span<const std::string_view> names);

}  // namespace tidemark
