// tidemark doctor: is this build deterministic? Runs the same twice, compares, and names the first
// event that differs; and says what this build is.
#include <fmt/format.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/parts/command_name.h"
#include "cli/parts/interrupt.h"
#include "cli/parts/options.h"
#include "cli/parts/progress.h"
#include "cli/parts/version.h"
#include "cli/verbs/verbs.h"
#include "properties/campaign/fuzz.h"
#include "properties/campaign/trace_file.h"
#include "reports/difference.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kDoctorExamples =
    "Examples:\n"
    "  tidemark doctor                   every protocol under every strategy\n"
    "  tidemark doctor --episodes 5000\n"
    "  tidemark doctor some.trace\n"
    "\n"
    "Two builds that print the same digest run the same. Exit code 3: something differed.";

struct DoctorFlags {
  CommonFlags common;
  std::optional<std::uint64_t> seed;
  std::uint64_t episodes = 200;
  std::string file;
};

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang++ {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#elif defined(__GNUC__)
  return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#else
  return "an unknown compiler";
#endif
}

// What can be told from inside.
std::string build_type() {
#if defined(NDEBUG) && defined(__OPTIMIZE__)
  return "Release";
#elif defined(__OPTIMIZE__)
  return "optimized, assertions on";
#else
  return "Debug";
#endif
}

class Doctor {
 public:
  explicit Doctor(const DoctorFlags& flags) : flags_(flags), output_(flags.common) {}

  ExitCode run() {
    if (flags_.file.empty()) {
      catch_interrupts();
      examine_all();
    } else {
      examine_trace(load_trace(flags_.file));
    }
    return finish();
  }

 private:
  void examine_all();
  void examine(const Configuration& configuration, const std::function<void()>& show);
  void examine_trace(const Trace& trace);
  void compare(const Configuration& configuration, const Scenario& scenario, Runner& used,
               const std::string& name);
  ExitCode finish();
  nlohmann::json document() const;

  const DoctorFlags& flags_;
  Output output_;
  Digest digest_;
  std::uint64_t runs_ = 0;
  std::uint64_t configurations_ = 0;
  std::vector<std::string> differences_;
};

void Doctor::examine_all() {
  std::vector<Configuration> configurations;
  for (const NamedProtocol& named : named_protocols())
    for (Configuration& each : configurations_of({.protocol = std::string(named.name)}, "all"))
      configurations.push_back(std::move(each));
  const EpisodeGoal goal{.label = "doctor", .episodes = flags_.episodes * configurations.size()};
  Progress progress(!output_.quiet());
  const auto show = [&] {
    progress.show([&](auto elapsed) { return episodes_line(goal, {.episodes = runs_}, elapsed); });
  };
  for (const Configuration& configuration : configurations)
    if (!interrupted()) examine(configuration, show);
}

// A runner and a generator that were used before must do as fresh ones do.
void Doctor::examine(const Configuration& configuration, const std::function<void()>& show) {
  const Scope scope;
  Generator generator(scope);
  Runner used(configuration);
  ++configurations_;
  for (std::uint64_t index = 0; index < flags_.episodes && !interrupted(); ++index) {
    const std::uint64_t seed = seed_of(flags_.seed.value_or(kDefaultSeed), index);
    const std::string name = seed_command(configuration, scope, seed);
    const Scenario& scenario = generator.generate(seed);
    if (Generator(scope).generate(seed) != scenario)
      differences_.push_back("two scenarios of one seed differ; paste: " + name);
    compare(configuration, scenario, used, name);
    show();
  }
}

void Doctor::compare(const Configuration& configuration, const Scenario& scenario, Runner& used,
                     const std::string& name) {
  Runner fresh(configuration);
  const std::uint64_t quick = used.run(scenario).summary.digest;
  const Recording first = used.record(scenario);
  const Recording second = fresh.record(scenario);
  ++runs_;
  digest_.add(quick);
  if (const auto difference = first_difference(scenario, first, second))
    differences_.push_back(fmt::format("{}; paste: {}", *difference, name));
  else if (quick != first.outcome.summary.digest)
    differences_.push_back("a run that is recorded differs from one that is not; paste: " + name);
}

void Doctor::examine_trace(const Trace& trace) {
  const Configuration configuration = configuration_of(trace, {});
  Runner used(configuration);
  ++configurations_;
  compare(configuration, trace.scenario, used,
          fmt::format("{} doctor {}", command_name(), shell_quoted(flags_.file)));
}

nlohmann::json Doctor::document() const {
  return {{"schema", "tidemark/doctor/1"},
          {"version", kVersion},
          {"trace_format", kTraceVersion},
          {"compiler", compiler()},
          {"build_type", build_type()},
          {"configurations", configurations_},
          {"scenarios", runs_},
          {"digest", print_digest(digest_.value())},
          {"differences", differences_}};
}

ExitCode Doctor::finish() {
  if (!output_.quiet()) {
    output_.result(fmt::format("{}\n{}, {}", version_line(), compiler(), build_type()));
    output_.result(fmt::format("{} of {} run twice: {} · digest {}", count_of(runs_, "scenario"),
                               count_of(configurations_, "configuration"),
                               differences_.empty() ? "the same each time" : "NOT the same",
                               print_digest(digest_.value())));
  }
  for (const std::string& difference : differences_) output_.result("differs: " + difference);
  output_.json(document());
  if (interrupted()) return interrupt_code();
  return first_of(!differences_.empty(), false, false, runs_ == 0);
}

}  // namespace

void add_doctor(CommandLine& command) {
  const auto flags = std::make_shared<DoctorFlags>();
  VerbFlags verb = command.verb("doctor", "run the same twice and compare; name this build");
  verb.footer(kDoctorExamples);
  AddedFlag file = verb.argument("FILE", flags->file, "one trace instead of seeds");
  AddedFlag episodes = verb.number("--episodes", flags->episodes, 0, 1'000'000'000,
                                   "how many scenarios each configuration gets")
                           .usually(std::to_string(flags->episodes));
  AddedFlag seed = add_seed_flag(verb, flags->seed, "decides the scenarios; decimal or 0x…")
                       .usually(std::to_string(kDefaultSeed));
  for (AddedFlag option : {episodes, seed}) option.excludes(file);
  add_common_flags(verb, flags->common, {kJson});
  verb.runs([flags] { return Doctor(*flags).run(); });
}

}  // namespace tidemark::core
