#include "cli/parts/options.h"
#include "cli/parts/command_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <thread>

#include "adapter/session.h"
#include "base/exit_code.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/parts/progress.h"
#include "cli/parts/values.h"
#include "properties/promises.h"
#include "sim/foreign.h"
#include "sim/trace_words.h"

namespace tidemark::core {
namespace {

using std::string_view;

constexpr string_view kAllStrategies = "all";
constexpr const char* kEngineGroup = "Engine";
constexpr const char* kScopeGroup = "Scope";
constexpr std::uint32_t kMostJobs = 64;

template <class Range>
std::vector<string_view> names_of(const Range& range) {
  std::vector<string_view> names;
  for (const auto& each : range) names.push_back(each.name);
  return names;
}

const NamedProtocol& protocol_named(const std::string& name) {
  if (const NamedProtocol* named = find_protocol(name)) return *named;
  bad_usage("--protocol: {}", unknown_name("protocol", name, names_of(named_protocols())));
}

void check_key(string_view assignment) {
  std::vector<string_view> keys;
  for (const ProtocolOption& option : protocol_options()) keys.push_back(option.key);
  const string_view key = assignment.substr(0, assignment.find('='));
  if (key.size() < assignment.size() && std::find(keys.begin(), keys.end(), key) == keys.end())
    bad_usage("--set: {}", unknown_name("protocol option", key, keys));
}

const NamedMutant& mutant_named(const std::string& name) {
  if (const NamedMutant* named = find_mutant(name)) return *named;
  bad_usage("--mutate: {}", unknown_name("mutant", name, names_of(mutants())));
}

// A mutant is planted on one protocol, which need not be named.
void plant(const EngineFlags& flags, Configuration& configuration) {
  if (!flags.mutant) return;
  const NamedMutant& named = mutant_named(*flags.mutant);
  if (!flags.protocol) {
    configuration.protocol_name = named.protocol;
    configuration.protocol = find_protocol(named.protocol)->protocol;
  }
  if (configuration.protocol_name != named.protocol)
    bad_usage("--mutate: {} is planted on {}, expected --protocol {}", named.name, named.protocol,
              named.protocol);
  configuration.protocol.mutant = named.mutant;
}

// Puts in place what --protocol names, if it is given, and applies each --set.
void set_engine(const EngineFlags& flags, Configuration& configuration) {
  if (flags.protocol) {
    configuration.protocol_name = *flags.protocol;
    configuration.protocol = protocol_named(*flags.protocol).protocol;
  }
  for (const std::string& option : flags.options) {
    check_key(option);
    const std::string problem = set_option(configuration.protocol, option);
    if (!problem.empty()) bad_usage("--set: {}", problem);
  }
  plant(flags, configuration);
  const Protocol& base = find_protocol(configuration.protocol_name)->protocol;
  configuration.options = differing_options(base, configuration.protocol);
  configuration.judge.compare_tombstones = flags.compare_tombstones;
}

void check_strategy(const std::string& name, bool or_all) {
  std::vector<string_view> names = names_of(built_in_strategies());
  if (or_all) names.push_back(kAllStrategies);
  if (std::find(names.begin(), names.end(), name) == names.end())
    bad_usage("--strategy: {}", unknown_name("strategy", name, names));
}

// Of an engine in another process.
class AdapterSpec final : public HostedSpec {
 public:
  AdapterSpec(std::shared_ptr<Adapter> adapter, std::string command)
      : HostedSpec(adapter), adapter_(std::move(adapter)), command_(std::move(command)) {}

  std::uint32_t worlds() const override { return traits().worlds; }
  void side_by_side(Jobs jobs) const override { adapter_->side_by_side(jobs); }
  std::optional<Waiting> waiting() const override {
    return Waiting{adapter_->requests(), std::chrono::duration<double>(adapter_->waited()).count()};
  }
  std::string command() const override { return command_; }

 private:
  std::shared_ptr<Adapter> adapter_;
  std::string command_;
};

// An engine behind an adapter, which this starts. Throws EngineFault.
Configuration configuration_of_adapter(const EngineFlags& flags,
                                       const std::optional<std::string>& strategy) {
  auto adapter = std::make_shared<Adapter>(
      AdapterOptions{.command = *flags.engine,
                     .strategy = strategy,
                     .timeout = std::chrono::milliseconds(flags.engine_timeout_ms)});
  const Traits& traits = adapter->traits();
  if (strategy && traits.strategy != *strategy)
    throw EngineFault(fmt::format("the adapter was asked for {}, and its strategy is {}", *strategy,
                                  traits.strategy));
  Configuration configuration =
      configuration_of(std::make_shared<const AdapterSpec>(std::move(adapter), *flags.engine));
  configuration.judge.compare_tombstones = flags.compare_tombstones;
  return configuration;
}

std::string print_switch(bool on) { return on ? "on" : "off"; }

std::string flag_of(const ScopeSwitch& each) { return fmt::format("--{}", each.name); }

// The switches that grant something, or those that restrict the steps that are drawn.
void add_switches(VerbFlags& verb, Scope& scope, bool restricting, AddedFlags& added) {
  for (const ScopeSwitch& each : kScopeSwitches)
    if (each.restricts == restricting)
      added.push_back(verb.on_off(flag_of(each), scope.*each.member, std::string(each.meaning))
                          .usually(print_switch(scope.*each.member))
                          .group(kScopeGroup));
}

void note_switches(const Scope& scope, const Scope& base, bool restricting, Flags& flags) {
  for (const ScopeSwitch& each : kScopeSwitches)
    if (each.restricts == restricting)
      flags.push_back({flag_of(each), print_switch(scope.*each.member),
                       scope.*each.member == base.*each.member});
}

}  // namespace

void add_common_flags(VerbFlags& verb, CommonFlags& flags, std::vector<OutEnding> endings) {
  constexpr const char* kGroup = "Output";
  if (!endings.empty()) add_out_flag(verb, flags.out, std::move(endings));
  verb.toggle("--quiet,-q", flags.quiet, "only what was found, one line each").group(kGroup);
  verb.toggle("--no-color", flags.no_color, "no colours; NO_COLOR and CLICOLOR_FORCE count too")
      .group(kGroup);
  verb.own_flags_in(kGroup);
}

AddedFlags add_adapter_flags(VerbFlags& verb, EngineFlags& flags) {
  AddedFlag engine = verb.text(
      "--engine", "COMMAND", [&flags](const std::string& command) { flags.engine = command; },
      "an engine of your own, behind an adapter that this starts; docs/ADAPTERS.md");
  AddedFlag timeout = verb.text(
      "--engine-timeout", "TIME",
      [&flags](const std::string& text) {
        const auto time = parse_time(text);
        if (!time || time->count() == 0)
          bad_usage("--engine-timeout: '{}' is no time, expected one such as 10s", text);
        flags.engine_timeout_ms = static_cast<std::uint64_t>(time->count());
      },
      "so long an answer of the adapter may take");
  engine.group(kEngineGroup);
  timeout.usually("10s").group(kEngineGroup).needs(engine);
  return {engine, timeout};
}

AddedFlags add_engine_flags(VerbFlags& verb, EngineFlags& flags, bool all_strategies) {
  AddedFlags added{
      verb.text(
          "--protocol", "NAME",
          [&flags](const std::string& name) { flags.protocol = protocol_named(name).name; },
          "the protocol: page, reference, guarded, hardened, …; see 'tidemark list'"),
      verb.texts(
          "--set", "KEY=VALUE",
          [&flags](const std::string& option) { flags.options.push_back(option); },
          "one option of the protocol; may be repeated"),
      verb.text(
          "--mutate", "NAME",
          [&flags](const std::string& name) { flags.mutant = mutant_named(name).name; },
          "plant this defect; 'tidemark list mutants' has them"),
      verb.text(
          "--strategy", all_strategies ? "NAME|all" : "NAME",
          [&flags, all_strategies](const std::string& name) {
            check_strategy(name, all_strategies);
            flags.strategy = name;
          },
          "who wins a conflict: server-, client-, timestamp-priority")};
  for (AddedFlag option : added) option.group(kEngineGroup);
  for (AddedFlag option : add_adapter_flags(verb, flags)) added.push_back(option);
  for (const char* other : {"--protocol", "--set", "--mutate"})
    verb.find("--engine").excludes(verb.find(other));
  return added;
}

AddedFlag add_compare_flag(VerbFlags& verb, bool& tombstones) {
  return verb
      .text(
          "--compare", "WHAT",
          [&tombstones](const std::string& text) {
            if (text != "tombstones" && text != "live")
              bad_usage("--compare: '{}' is neither, expected live or tombstones", text);
            tombstones = text == "tombstones";
          },
          "what convergence compares: live or tombstones")
      .usually("live")
      .group(kEngineGroup);
}

AddedFlag add_invariants_flag(VerbFlags& verb, std::function<void(InvariantSet)> set,
                              const std::string& description) {
  return verb.text(
      "--invariants", "LIST",
      [set = std::move(set)](const std::string& text) {
        if (text == "all") return set(kAllInvariants);
        InvariantSet named = 0;
        for (const std::size_t place :
             parse_list("--invariants", "invariant", text, invariant_names()))
          named |= invariant_bit(invariants()[place].invariant);
        set(named);
      },
      description);
}

AddedFlags add_world_flags(VerbFlags& verb, Scope& scope, std::uint64_t most_clients,
                           std::uint64_t most_objects, std::uint64_t most_settle_rounds) {
  const auto number = [&](const char* name, auto& target, std::uint64_t most, const char* what) {
    return verb.number(name, target, 1, most, fmt::format("{}, at most {}", what, most))
        .usually(std::to_string(target));
  };
  AddedFlags added{
      number("--clients", scope.clients, most_clients, "how many clients there are"),
      number("--objects", scope.objects, most_objects, "how many objects there can be")};
  add_switches(verb, scope, false, added);
  added.push_back(verb.number("--settle-rounds", scope.settle_rounds, 1, most_settle_rounds,
                              "rounds to come to rest in [8 + 4 clients + 2 objects]"));
  for (AddedFlag option : added) option.group(kScopeGroup);
  return added;
}

AddedFlag add_faults_flag(VerbFlags& verb, FaultSet& faults, const std::string& description) {
  return verb
      .text(
          "--faults", "LIST",
          [&faults](const std::string& text) {
            const std::string problem = parse_faults(text, faults);
            if (!problem.empty()) bad_usage("--faults: {}", problem);
          },
          description)
      .usually(print_faults(faults))
      .group(kScopeGroup);
}

AddedFlags add_scope_flags(VerbFlags& verb, Scope& scope) {
  AddedFlags added = add_world_flags(verb, scope, kMaxClients, kMaxObjects, kMaxSettleRounds);
  added.push_back(
      verb.number("--steps", scope.steps, 1, kMaxSteps, "how many steps an episode has at most")
          .usually(std::to_string(scope.steps))
          .group(kScopeGroup));
  add_switches(verb, scope, true, added);
  added.push_back(
      add_faults_flag(verb, scope.faults, "none, all, or some, a comma between: lost,late,clock"));
  return added;
}

AddedFlag add_time_flag(VerbFlags& verb, TimeFlag& flag, const std::string& description) {
  return verb.text(
      "--for", "TIME",
      [&flag](const std::string& text) {
        flag = {parse_time(text), text};
        if (!flag.limit)
          bad_usage("--for: '{}' is no time, expected one such as 60s, 10m or 2h", text);
      },
      description);
}

AddedFlag add_invariant_flag(VerbFlags& verb, const std::string& name,
                             std::optional<Invariant>& invariant, const std::string& description) {
  return verb.text(
      name, "INVARIANT",
      [name, &invariant](const std::string& word) {
        const std::size_t place = parse_word(name, "invariant", word, invariant_names());
        invariant = invariants()[place].invariant;
      },
      description);
}

std::uint32_t usual_jobs() {
  return std::clamp(std::thread::hardware_concurrency(), 1u, kMostJobs);
}

AddedFlag add_jobs_flag(VerbFlags& verb, std::function<void(std::uint32_t)> set) {
  return verb
      .number(
          "--jobs", 1, kMostJobs,
          [set = std::move(set)](std::uint64_t jobs) { set(static_cast<std::uint32_t>(jobs)); },
          "threads; the result is the same for any number")
      .usually(std::to_string(usual_jobs()));
}

AddedFlag add_budget_flag(VerbFlags& verb, ShrinkBudget& budget) {
  return verb
      .number("--shrink-runs", budget.runs, 1, std::numeric_limits<std::uint32_t>::max(),
              "so many runs to shrink one failure, at most")
      .usually(std::to_string(budget.runs));
}

AddedFlag add_seed_flag(VerbFlags& verb, std::optional<std::uint64_t>& seed,
                        const std::string& description) {
  return verb.text(
      "--seed", "N",
      [&seed](const std::string& text) {
        seed = parse_number(text);
        if (!seed)
          bad_usage("--seed: '{}' is no seed, expected a number of 64 bits, decimal or 0x…", text);
      },
      description);
}

std::vector<Configuration> configurations_of(const EngineFlags& flags,
                                             string_view default_strategy) {
  if (flags.engine && flags.strategy != kAllStrategies)
    return {configuration_of_adapter(flags, flags.strategy)};
  if (flags.engine) {
    std::vector<Configuration> each;
    for (const NamedStrategy& named : built_in_strategies())
      each.push_back(configuration_of_adapter(flags, std::string(named.name)));
    return each;
  }
  Configuration configuration;
  set_engine(flags, configuration);
  std::vector<Configuration> configurations;
  const string_view strategy = flags.strategy ? *flags.strategy : default_strategy;
  for (const NamedStrategy& named : built_in_strategies()) {
    if (strategy != kAllStrategies && strategy != named.name) continue;
    configuration.strategy = built_in(named);
    configurations.push_back(configuration);
  }
  return configurations;
}

Configuration configuration_of(const Trace& trace, const EngineFlags& flags) {
  const std::string& strategy = flags.strategy ? *flags.strategy : trace.strategy;
  if (flags.engine) {
    const bool is_named =
        find_strategy(strategy) != nullptr && (flags.strategy || trace.is_foreign);
    return configuration_of_adapter(flags, is_named ? std::optional(strategy) : std::nullopt);
  }
  if (trace.is_foreign && !flags.protocol)
    bad_usage("a trace of the engine '{}', expected --engine 'COMMAND' that starts it",
              trace.protocol);
  if (trace.is_foreign)
    return configurations_of(flags, trace.strategy == kOwnStrategy ? "server-priority"
                                                                   : string_view(trace.strategy))
        .front();
  Configuration configuration{.protocol_name = trace.protocol,
                              .options = trace.options,
                              .protocol = trace.engine,
                              .strategy = built_in(strategy),
                              .judge = {}};
  set_engine(flags, configuration);
  return configuration;
}

Flags flags_of(const Configuration& configuration) {
  const Configuration usual;
  const auto flag = configuration.spec->flag(configuration);
  Flags flags{{flag.first, flag.second, flag == usual.spec->flag(usual)}};
  for (const std::string& option : configuration.options) flags.push_back({"--set", option, false});
  if (configuration.protocol.mutant != Mutant::none)
    flags.push_back({"--mutate", std::string(name_of(configuration.protocol.mutant)), false});
  if (configuration.strategy.name != kOwnStrategy)
    flags.push_back({"--strategy", configuration.strategy.name, false});
  const bool tombstones = configuration.judge.compare_tombstones;
  flags.push_back({"--compare", tombstones ? "tombstones" : "live", !tombstones});
  return flags;
}

Flags world_flags_of(const Scope& scope, const Scope& base) {
  Flags flags{{"--clients", std::to_string(scope.clients), scope.clients == base.clients},
              {"--objects", std::to_string(scope.objects), scope.objects == base.objects}};
  note_switches(scope, base, false, flags);
  if (scope.settle_rounds)
    flags.push_back({"--settle-rounds", std::to_string(*scope.settle_rounds), false});
  return flags;
}

Flags flags_of(const Scope& scope, const Scope& base) {
  Flags flags = world_flags_of(scope, base);
  flags.push_back({"--steps", std::to_string(scope.steps), scope.steps == base.steps});
  note_switches(scope, base, true, flags);
  flags.push_back({"--faults", print_faults(scope.faults), scope.faults == base.faults});
  return flags;
}

Flags out_flags_of(const OutPaths& out) {
  Flags flags;
  for (const std::string& path : out.all()) flags.push_back({"--out", path, false});
  return flags;
}

void note_unreachable(const Output& output, const Scope& scope) {
  const auto unreachable = static_cast<FaultSet>(scope.faults & ~scope.reachable_faults());
  if (unreachable != 0)
    output.note(fmt::format("not reached: {}, which only --interleave on can bring about",
                            print_faults(unreachable)));
}

std::string print_flags(const Flags& flags, bool all) {
  std::string text;
  for (const Flag& flag : flags)
    if (all || !flag.is_default)
      text += fmt::format("{}{} {}", text.empty() ? "" : " ", flag.name, shell_quoted(flag.value));
  return text;
}

std::string episode_flags(const Configuration& configuration, const Scope& scope) {
  Flags flags = flags_of(configuration);
  const Flags scope_flags = flags_of(scope);
  flags.insert(flags.end(), scope_flags.begin(), scope_flags.end());
  return print_flags(flags, false);
}

std::string seed_command(const Configuration& configuration, const Scope& scope,
                         std::uint64_t episode_seed) {
  return fmt::format("{} replay --seed {} {}", command_name(), print_seed(episode_seed),
                     episode_flags(configuration, scope));
}

}  // namespace tidemark::core
