#include "cli/parts/configuration_flags.h"

#include <array>
#include <string_view>

#include "base/exit_code.h"
#include "cli/parts/values.h"
#include "reports/search.h"

namespace tidemark::core {
namespace {

constexpr std::array<std::string_view, 3> kRequireMarks{"auto", "always", "never"};

// What no flag says is as it is promised; what flags say, they say once more.
void narrow(ConfigurationFlags& flags, FeatureSet promised) {
  flags.plan.scope = within(flags.plan.scope, promised);
  for (AddedFlag option : flags.scope)
    if (option.is_given()) option.read_again();
}

void set_canary(ConfigurationFlags& flags, const std::string& name) {
  std::vector<std::string_view> names;
  for (const NamedMutant& each : mutants()) names.push_back(each.name);
  const NamedMutant* named = find_mutant(name);
  if (named == nullptr) bad_usage("--canary: {}", unknown_name("mutant", name, names));
  flags.canary = named->mutant;
}

void set_require_marks(ConfigurationFlags& flags, const std::string& text) {
  flags.plan.require_marks =
      static_cast<RequireMarks>(parse_word("--require-marks", "word", text, kRequireMarks));
}

}  // namespace

void add_configuration_flags(VerbFlags& verb, ConfigurationFlags& flags) {
  constexpr const char* kGroup = "Search";
  add_engine_flags(verb, flags.engine, true);
  add_compare_flag(verb, flags.engine.compare_tombstones);
  flags.scope = add_scope_flags(verb, flags.plan.scope);
  add_invariants_flag(
      verb, [&flags](InvariantSet named) { flags.invariants = named; },
      "judge only these, a comma between; all; without, what is promised")
      .group(kGroup);
  add_budget_flag(verb, flags.plan.budget).group(kGroup);
  verb.text(
          "--canary", "MUTANT", [&flags](const std::string& name) { set_canary(flags, name); },
          "a mutant that must be caught; one episode in 256")
      .usually(std::string(name_of(flags.plan.canary)))
      .group(kGroup);
  verb.text(
          "--require-marks", "WHEN",
          [&flags](const std::string& text) { set_require_marks(flags, text); },
          "whether each mark must be reached: auto, always, never")
      .usually("auto")
      .group(kGroup);
}

Configured configure(ConfigurationFlags& flags) {
  Configured configured;
  configured.configurations = configurations_of(flags.engine, "all");
  const Configuration& first = configured.configurations.front();
  configured.promise = first.spec->promise(first);
  narrow(flags, configured.promise.scope);
  for (Configuration& each : configured.configurations)
    each.judge.watched = flags.invariants.value_or(configured.promise.judged());
  configured.plan = flags.plan;
  configured.plan.canary = flags.canary.value_or(usual_canary(flags.plan.scope));
  if (!first.spec->is_known() && configured.plan.require_marks == RequireMarks::automatic)
    configured.plan.require_marks = RequireMarks::never;
  return configured;
}

Flags judge_flags_of(const Configured& configured) {
  const FuzzPlan& plan = configured.plan;
  const FuzzPlan usual;
  const InvariantSet judged = configured.configurations.front().judge.watched;
  return {
      {"--shrink-runs", std::to_string(plan.budget.runs), plan.budget.runs == usual.budget.runs},
      {"--require-marks", std::string(kRequireMarks[static_cast<std::size_t>(plan.require_marks)]),
       plan.require_marks == RequireMarks::automatic},
      {"--canary", std::string(name_of(plan.canary)), plan.canary == usual_canary(plan.scope)},
      {"--invariants", print_invariants(judged), judged == configured.promise.judged()}};
}

std::string fuzz_flags(const Configuration& configuration, const Configured& configured) {
  const std::string episode = episode_flags(configuration, configured.plan.scope);
  const std::string judge = print_flags(judge_flags_of(configured), false);
  return episode + (episode.empty() || judge.empty() ? "" : " ") + judge;
}

}  // namespace tidemark::core
