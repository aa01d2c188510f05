// tidemark explore: every interleaving up to bounds, breadth first; what breaks is shown by a
// shortest trace, and what does not is proven to hold within them.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/parts/ci.h"
#include "cli/parts/command_name.h"
#include "cli/parts/findings.h"
#include "cli/parts/interrupt.h"
#include "cli/parts/options.h"
#include "cli/parts/progress.h"
#include "cli/parts/values.h"
#include "cli/parts/version.h"
#include "cli/verbs/verbs.h"
#include "properties/search/explore.h"
#include "reports/json.h"
#include "reports/screen.h"
#include "reports/search.h"
#include "reports/words.h"
#include "sim/foreign.h"

namespace tidemark::core {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kExploreExamples =
    "Examples:\n"
    "  tidemark explore --strategy server-priority\n"
    "      the protocol page with 2 clients, 1 object and 3 changes, until nothing new is left\n"
    "  tidemark explore --protocol guarded --lost 2 --late 1 --steps 8 --out found\n"
    "      all traces of up to 8 steps with up to 2 lost messages and a late one\n"
    "  tidemark explore --protocol reference --clients 3 --invariants convergence --for 10m\n"
    "  tidemark explore --engine 'python3 my-adapter.py' --edits 2 --faults lost --steps 6\n"
    "      an engine of your own, whose adapter saves and loads states; docs/ADAPTERS.md\n"
    "\n"
    "A scope grants no fault but those that --faults or their own bounds name. The trace of what "
    "is\n"
    "broken is a shortest one; what is not broken holds, in each of the scope's traces. The same\n"
    "command gives the same bytes on stdout for any --jobs, unless --memory or --for ends it: "
    "then\n"
    "the exit code is 5.";

constexpr std::uint64_t kMostClients = 7;
constexpr std::uint64_t kMostObjects = 8;
constexpr std::uint64_t kMostSettleRounds = 250;  // settle is memorised in 8 bits
constexpr std::uint64_t kMostEdits = 12;
constexpr std::uint64_t kMostSteps = 250;
constexpr std::uint8_t kEdits = 3;
constexpr std::uint64_t kEpisodesPerSeed = 2'000;  // of fuzzing, to compare with
constexpr std::string_view kMemory = "4G";

constexpr InvariantSet kOfFullSyncs =
    invariant_bit(Invariant::convergence) | invariant_bit(Invariant::no_lost_update);

using BoundFlags = std::array<std::optional<std::uint8_t>, kBounded - 1>;

struct ExploreFlags {
  CommonFlags common;
  CiFlags ci;
  EngineFlags engine;
  ExplorePlan plan;
  FaultSet faults = 0;
  BoundFlags bounds;  // as named_bounds(): what is given goes before what --faults grants
  TimeFlag time;
  std::string memory{kMemory};         // as it was given
  std::optional<unsigned> jobs;        // none: as many as there are cores, of our own protocols
  std::optional<std::uint64_t> seeds;  // to compare the shrinker with
  bool verbose = false;

  ExploreFlags() {
    plan.search.scope.clients = 2;
    plan.search.scope.objects = 1;
    plan.jobs = usual_jobs();
  }
};

// So many where a flag says nothing: one of each kind of fault that --faults names.
std::uint8_t usual_bound(const NamedBound& named, FaultSet faults) {
  if (!named.fault) return kEdits;
  return faults & fault_bit(*named.fault) ? 1 : 0;
}

// `--edits 3, --lost 15`: what may happen at all.
std::string print_bounds(const Bounds& bounds) {
  std::string text;
  for (const NamedBound& named : named_bounds())
    if (bounds.any(named.bounded))
      text +=
          fmt::format("{}{} {}", text.empty() ? "" : ", ", named.name, bounds.left(named.bounded));
  return text;
}

void require_fit(const Bounds& bounds) {
  if (Bounds::packed_bits(bounds) > kMostPackedBits)
    bad_usage("{}: together they do not fit in one search, expected smaller bounds, or fewer",
              print_bounds(bounds));
}

// The scope's faults are those that may happen at all. Throws BadInput.
ExplorePlan plan_of(const ExploreFlags& flags) {
  ExplorePlan plan = flags.plan;
  plan.jobs = flags.jobs.value_or(plan.jobs);
  if (plan.ending == Ending::full_sync) plan.watched &= kOfFullSyncs;
  if (plan.watched == 0)
    bad_usage(
        "--invariants: --ending full-sync watches none of these, expected convergence or "
        "no-lost-update");
  plan.search.scope.faults = 0;
  for (std::size_t i = 0; i < flags.bounds.size(); ++i) {
    const NamedBound& named = named_bounds()[i];
    const std::uint8_t bound = flags.bounds[i].value_or(usual_bound(named, flags.faults));
    plan.search.bounds.set(named.bounded, bound);
    if (named.fault && bound > 0) plan.search.scope.faults |= fault_bit(*named.fault);
  }
  require_fit(plan.search.bounds);
  return plan;
}

// What an engine lacks is not tried, and what it excuses is not watched. Throws BadInput.
void fit(ExplorePlan& plan, const ExploreFlags& flags, const Configuration& configuration) {
  const Traits& traits = configuration.spec->traits();
  if (!traits.snapshots)
    bad_usage(
        "explore --engine: {} cannot save and load its states, expected an adapter that answers "
        "hello with \"snapshot\": true (docs/ADAPTERS.md)",
        traits.name);
  const bool takes_threads = configuration.spec->takes_threads();
  if (!takes_threads && flags.jobs.value_or(1) != 1)
    bad_usage("--jobs: {} with --engine, expected 1: an adapter is one process", *flags.jobs);
  if (!takes_threads) plan.jobs = 1;
  plan.reductions = sound_reductions(configuration, plan.reductions);
  plan.watched &= configuration.judge.watched;
  if (plan.watched == 0)
    bad_usage("--invariants: {} excuses all of these, expected one that it does not excuse",
              traits.name);
  plan.search.scope = within(plan.search.scope, kAllFeatures & ~lacked_features(traits));
  for (const NamedBound& named : named_bounds())
    if (named.fault && !(plan.search.scope.faults & fault_bit(*named.fault)))
      plan.search.bounds.set(named.bounded, 0);
}

// Over all configurations.
struct Sums {
  Digest digest;
  std::uint64_t states = 0;
  bool is_broken = false;
};

class ExploreCommand {
 public:
  explicit ExploreCommand(const ExploreFlags& flags)
      : flags_(flags),
        plan_(plan_of(flags)),
        output_(flags.common),
        ci_(flags.ci, "explore", output_, ResultsAre::screens),
        configurations_(configurations_of(flags.engine, "all")),
        folder_(flags.common.out.folder()),
        limit_(flags.time.limit, configurations_.size()) {
    for (const Configuration& each : configurations_) fit(plan_, flags, each);
  }
  ExitCode run() {
    return ci_.reporting_faults([this] { return run_all(); });
  }

 private:
  ExitCode run_all();
  void announce() const;
  void tell_engines() const;
  std::string check_command(const Configuration& configuration) const;
  bool may_go_on() const { return !interrupted() && !limit_.is_over(searches_.size()); }
  Exploration search(const Configuration& configuration) const;
  void compare(Searched& searched) const;

  void report(const Searched& searched, milliseconds time);
  void report(const Searched& searched, const Counterexample& example, bool whole_screen);
  void check(const Searched& searched);
  NamedLine command_for(const Configuration& configuration, const Counterexample& example,
                        const KeptTrace& kept) const;
  void check_comparison(const Searched& searched);
  std::string why_ended(const Exploration& exploration) const;
  std::string why_stopped() const;
  void tell_cost(const Searched& searched, milliseconds time) const;
  ExitCode finish();
  void tell_sums(const Sums& sums) const;
  Flags scope_flags() const;
  Flags run_flags() const;
  std::string command(bool all) const;
  std::string command_again(const Configuration& configuration, Invariant invariant) const;

  const ExploreFlags& flags_;
  ExplorePlan plan_;
  Output output_;
  CiReport ci_;
  std::vector<Configuration> configurations_;
  std::vector<Violated> violated_;  // of the configuration under way, for CI
  std::vector<Searched> searches_;
  Problems problems_;
  TraceFolder folder_;
  TimeLimit limit_;
};

// --- the command, as it is repeated

// What decides which traces there are.
Flags ExploreCommand::scope_flags() const {
  const ExploreFlags base;
  Flags flags = world_flags_of(plan_.search.scope, base.plan.search.scope);
  for (const NamedBound& named : named_bounds()) {
    const std::uint8_t bound = plan_.search.bounds.left(named.bounded);
    flags.push_back(
        {std::string(named.name), std::to_string(bound), bound == usual_bound(named, 0)});
  }
  flags.push_back({"--ending", plan_.ending == Ending::settle ? "settle" : "full-sync",
                   plan_.ending == Ending::settle});
  const Timestamp jump = plan_.search.clock_jump;
  flags.push_back({"--clock-jump", std::to_string(jump), jump == base.plan.search.clock_jump});
  if (plan_.steps) flags.push_back({"--steps", std::to_string(*plan_.steps), false});
  flags.push_back(
      {"--reductions", print_reductions(plan_.reductions),
       plan_.reductions == sound_reductions(configurations_.front(), base.plan.reductions)});
  return flags;
}

Flags ExploreCommand::run_flags() const {
  const ExploreFlags base;
  Flags flags{{"--invariants", print_invariants(plan_.watched), plan_.watched == base.plan.watched},
              {"--jobs", std::to_string(plan_.jobs), plan_.jobs == base.plan.jobs},
              {"--memory", flags_.memory, plan_.memory == base.plan.memory}};
  if (flags_.time.limit) flags.push_back({"--for", flags_.time.text, false});
  if (flags_.seeds) flags.push_back({"--compare-shrinker", std::to_string(*flags_.seeds), false});
  const Flags out = out_flags_of(output_.out());
  flags.insert(flags.end(), out.begin(), out.end());
  return flags;
}

// The whole command, so that the log of a run is enough to repeat it.
std::string ExploreCommand::command(bool all) const {
  Flags flags = flags_of(configurations_.front());
  for (Flag& flag : flags)
    if (flag.name == "--strategy" && configurations_.size() > 1) flag.value = "all";
  for (const Flags& more : {scope_flags(), run_flags()})
    flags.insert(flags.end(), more.begin(), more.end());
  return fmt::format("{} explore {}", command_name(), print_flags(flags, all));
}

// What finds this one again, and nothing else.
std::string ExploreCommand::command_again(const Configuration& configuration,
                                          Invariant invariant) const {
  Flags flags = flags_of(configuration);
  const Flags scope = scope_flags();
  flags.insert(flags.end(), scope.begin(), scope.end());
  flags.push_back({"--invariants", std::string(name_of(invariant)), false});
  return fmt::format("{} explore {}", command_name(), print_flags(flags, false));
}

// --- the search

void ExploreCommand::announce() const {
  output_.note(version_line());
  output_.note(command(true));
  note_unreachable(output_, plan_.search.scope);
  tell_engines();
}

void ExploreCommand::tell_engines() const {
  if (configurations_.front().spec->is_known()) return;
  for (const Configuration& each : configurations_) output_.note(each.spec->line());
  output_.note(
      "two states are one only where everything in them is equal: nobody knows what this engine "
      "compares");
}

// What says whether save and load are as they should be.
std::string ExploreCommand::check_command(const Configuration& configuration) const {
  return fmt::format("{} adapter check {}", command_name(),
                     shell_quoted(configuration.spec->command()));
}

Exploration ExploreCommand::search(const Configuration& configuration) const {
  SearchProgress progress(configuration_name(configuration), !output_.quiet());
  try {
    return explore(configuration, plan_, [&](const ExploreProgress& now) {
      progress.show(now);
      return may_go_on();
    });
  } catch (EngineFault& fault) {
    // What an engine may not answer need not be wrong in the last lines: a load may have been.
    if (fault.transcript.empty()) fault.transcript = configuration.spec->transcript();
    output_.note("paste: " + check_command(configuration));
    throw;
  } catch (const std::length_error& error) {
    bad_usage("this scope is too big to explore: {}, expected fewer clients, objects or edits",
              error.what());
  }
}

void ExploreCommand::compare(Searched& searched) const {
  searched.comparison.emplace();
  if (searched.exploration.counterexamples.empty()) return;
  const EpisodeGoal goal{.label = configuration_name(searched.configuration) + ", seeds",
                         .episodes = *flags_.seeds};
  Progress progress(!output_.quiet());
  searched.comparison =
      compare_shrinker(searched.configuration, plan_, searched.exploration, *flags_.seeds,
                       kEpisodesPerSeed, [&](std::uint64_t seeds) {
                         progress.show([&](milliseconds elapsed) {
                           return episodes_line(goal, {.episodes = seeds}, elapsed);
                         });
                         return may_go_on();
                       });
}

ExitCode ExploreCommand::run_all() {
  catch_interrupts();
  announce();
  for (const Configuration& configuration : configurations_) {
    const Problems before = problems_;
    const Stopwatch stopwatch;
    Searched searched{configuration, search(configuration)};
    const milliseconds time = stopwatch.elapsed();
    check(searched);
    report(searched, time);
    ci_.add(suite_of(configuration, plan_.watched, std::exchange(violated_, {}),
                     doubts_of(problems_.since(before)),
                     outcome(searched, plan_, why_ended(searched.exploration))));
    if (flags_.seeds && !interrupted()) {
      compare(searched);
      check_comparison(searched);
      if (!output_.quiet()) output_.result(comparison_text(searched));
    }
    searches_.push_back(std::move(searched));
    output_.release();
    if (interrupted()) break;
  }
  return finish();
}

// --- what it found

std::string ExploreCommand::why_ended(const Exploration& exploration) const {
  if (exploration.end == ExploreEnd::memory_bound)
    return fmt::format("the memory is full (--memory {})", flags_.memory);
  return why_stopped();
}

std::string ExploreCommand::why_stopped() const {
  if (interrupted()) return "interrupted";
  return fmt::format("the time is over (--for {})", flags_.time.text);
}

void ExploreCommand::check(const Searched& searched) {
  const std::string name = configuration_name(searched.configuration);
  const Exploration& exploration = searched.exploration;
  for (const std::string& fault : exploration.faults)
    problems_.faults.push_back(
        searched.configuration.spec->is_foreign()
            ? fmt::format("{}: {}; paste: {}", name, fault, check_command(searched.configuration))
            : fmt::format("{}: {}", name, fault));
  if (!exploration.is_complete())
    problems_.unfinished.push_back(fmt::format("{}: depth {} not finished: {}", name,
                                               exploration.depth + 1, why_ended(exploration)));
}

void ExploreCommand::check_comparison(const Searched& searched) {
  if (searched.comparison->empty() || searched.comparison->front().seeds == *flags_.seeds) return;
  problems_.unfinished.push_back(fmt::format("{}: the shrinker was compared under {} of {}: {}",
                                             configuration_name(searched.configuration),
                                             grouped(searched.comparison->front().seeds),
                                             count_of(*flags_.seeds, "seed"), why_stopped()));
}

// The line to paste: the file replays it if there is one, else a search finds it again.
NamedLine ExploreCommand::command_for(const Configuration& configuration,
                                      const Counterexample& example, const KeptTrace& kept) const {
  if (!kept.command.empty()) return {"replay", kept.command};
  return {"again", command_again(configuration, example.invariant)};
}

void ExploreCommand::report(const Searched& searched, const Counterexample& example,
                            bool whole_screen) {
  const Configuration& configuration = searched.configuration;
  std::optional<Shown> shown =
      shown_again(show(configuration, example, searched.exploration), name_of(example.invariant),
                  command_again(configuration, example.invariant), problems_.faults);
  if (!shown) return;
  const KeptTrace kept =
      folder_.keep(configuration, example.invariant, file_name(example), example.trace);
  shown->commands = {command_for(configuration, example, kept)};
  if (ci_.wants_checks()) violated_.push_back({example.invariant, failure_of(*shown, kept.path)});
  if (!whole_screen) return output_.result(one_line(*shown));
  output_.result(screen(*shown, output_.color()));
  output_.result("\n");
}

void ExploreCommand::report(const Searched& searched, milliseconds time) {
  const Exploration& exploration = searched.exploration;
  bool is_first = true;
  for (const Counterexample& example : exploration.counterexamples) {
    report(searched, example, !output_.quiet() && (is_first || flags_.verbose));
    is_first = false;
  }
  if (output_.quiet()) return;
  output_.result(outcome(searched, plan_, why_ended(exploration)));
  tell_cost(searched, time);
}

void ExploreCommand::tell_cost(const Searched& searched, milliseconds time) const {
  const Exploration& exploration = searched.exploration;
  const SettleCounts& settle = exploration.settle;
  output_.note(
      fmt::format("  {} to depth {} in {}, {} states/s, {} bytes a state",
                  count_of(exploration.states, "state"), exploration.depth, print_time(time),
                  grouped(per_second(exploration.states, time)),
                  grouped(exploration.bytes / std::max<std::uint64_t>(1, exploration.states))));
  output_.note(fmt::format("  {} executed, {} left out: another order reaches the same",
                           count_of(exploration.steps, "step"), grouped(exploration.asleep)));
  output_.note(fmt::format("  settle: {} delivered, {} not: their end was known",
                           count_of(settle.executed, "message"),
                           grouped(settle.wanted - std::min(settle.executed, settle.wanted))));
}

// --- the end

void ExploreCommand::tell_sums(const Sums& sums) const {
  problems_.tell();
  if (interrupted())
    output_.note(fmt::format("tidemark: interrupted; to run it whole: {}", command(false)));
  else if (!problems_.unfinished.empty())
    output_.note(fmt::format("tidemark: to run it again: {}", command(false)));
  if (output_.quiet()) return;
  output_.result(fmt::format("{} in {} · two states with one key: probability {} · digest {}",
                             count_of(sums.states, "state"),
                             count_of(searches_.size(), "configuration"),
                             collision_odds(sums.states), print_digest(sums.digest.value())));
}

ExitCode ExploreCommand::finish() {
  Sums sums;
  for (const Searched& searched : searches_) {
    sums.digest.add(searched.exploration.digest);
    sums.states += searched.exploration.states;
    sums.is_broken = sums.is_broken || !searched.exploration.counterexamples.empty();
  }
  if (output_.wants_json()) output_.json(explore_json(searches_, plan_));
  tell_sums(sums);
  ci_.write();
  if (interrupted()) return interrupt_code();
  return first_of(!problems_.faults.empty(), sums.is_broken, !problems_.unfinished.empty(), false);
}

// --- flags

// `512M`: a number and K, M, G or T, powers of 1024; nothing if it is none, or too big a number.
std::optional<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::string_view kUnits = "KMGT";
  const auto unit = text.empty() ? kUnits.npos : kUnits.find(text.back());
  if (unit == kUnits.npos) return std::nullopt;
  const auto number = parse_number(text.substr(0, text.size() - 1));
  const std::size_t shift = 10 * (unit + 1);
  if (!number || *number == 0 || *number > ~std::uint64_t{0} >> shift) return std::nullopt;
  return *number << shift;
}

void set_memory(ExploreFlags& flags, const std::string& text) {
  const auto size = parse_size(text);
  if (!size) bad_usage("--memory: '{}' is no size, expected one such as 512M or 4G", text);
  flags.plan.memory = *size;
  flags.memory = text;
}

void set_reductions(ExploreFlags& flags, const std::string& text) {
  for (const NamedReduction& named : named_reductions())
    flags.plan.reductions.*named.is_on = text == "all";
  if (text == "all" || text == "none") return;
  std::vector<std::string_view> names;
  for (const NamedReduction& named : named_reductions()) names.push_back(named.name);
  for (const std::size_t place : parse_list("--reductions", "reduction", text, names))
    flags.plan.reductions.*named_reductions()[place].is_on = true;
}

void set_ending(ExploreFlags& flags, const std::string& text) {
  if (text != "settle" && text != "full-sync")
    bad_usage("--ending: '{}' is neither, expected settle or full-sync", text);
  flags.plan.ending = text == "settle" ? Ending::settle : Ending::full_sync;
}

void add_bound_flags(VerbFlags& verb, ExploreFlags& flags) {
  constexpr const char* kGroup = "Bounds: how often at most, in one trace";
  for (std::size_t i = 0; i < flags.bounds.size(); ++i) {
    const NamedBound& named = named_bounds()[i];
    verb.number(std::string(named.name), flags.bounds[i], 0,
                named.bounded == Bounded::edits ? kMostEdits : std::uint64_t{kMostOfABound},
                std::string(named.meaning))
        .usually(std::to_string(usual_bound(named, 0)))
        .group(kGroup);
  }
  verb.number("--clock-jump", flags.plan.search.clock_jump, 1, 1'000'000,
              "seconds by which a clock jumps, forth or back")
      .usually(std::to_string(flags.plan.search.clock_jump))
      .group(kGroup);
  verb.number("--steps", flags.plan.steps, 1, kMostSteps,
              "steps of a trace; without, until nothing new is left")
      .group(kGroup);
}

void add_search_flags(VerbFlags& verb, ExploreFlags& flags) {
  constexpr const char* kGroup = "Search";
  const auto text_flag = [&](const char* name, const char* type, auto set, const char* what,
                             std::string_view usual) {
    verb.text(
            name, type, [&flags, set](const std::string& text) { set(flags, text); }, what)
        .usually(std::string(usual))
        .group(kGroup);
  };
  add_invariants_flag(
      verb, [&flags](InvariantSet named) { flags.plan.watched = named; },
      "watch only these, a comma between; it ends when all are broken")
      .usually("all")
      .group(kGroup);
  text_flag("--ending", "WHAT", set_ending,
            "full-sync: one of every client ends each trace; does that heal?", "settle");
  text_flag("--reductions", "LIST", set_reductions,
            "what makes the space smaller: clients,objects,names,order,bounds; none", "all");
  add_jobs_flag(verb, [&flags](std::uint32_t jobs) { flags.jobs = jobs; }).group(kGroup);
  text_flag("--memory", "SIZE", set_memory, "what it may use: 512M, 4G", kMemory);
  add_time_flag(verb, flags.time, "so long at most, divided evenly: 60s, 10m, 2h").group(kGroup);
  verb.number("--compare-shrinker", flags.seeds, 1, 1'000'000,
              "under so many seeds, does fuzzing end at the shortest trace?")
      .group(kGroup);
}

}  // namespace

void add_explore(CommandLine& command) {
  const auto flags = std::make_shared<ExploreFlags>();
  VerbFlags verb =
      command.verb("explore", "try every interleaving up to bounds: a proof, or a shortest trace");
  verb.footer(kExploreExamples);
  add_engine_flags(verb, flags->engine, true);
  add_compare_flag(verb, flags->engine.compare_tombstones);
  add_world_flags(verb, flags->plan.search.scope, kMostClients, kMostObjects, kMostSettleRounds);
  add_faults_flag(verb, flags->faults, "one of each of these: lost,late,clock; none or all");
  add_bound_flags(verb, *flags);
  add_search_flags(verb, *flags);
  verb.toggle("--verbose", flags->verbose, "a screen for every finding").group("Output");
  add_common_flags(verb, flags->common, {kJson, kChecks, kFolder});
  add_ci_flags(verb, flags->ci);
  verb.find("--verbose").excludes(verb.find("--quiet"));
  verb.runs([flags] { return ExploreCommand(*flags).run(); });
}

}  // namespace tidemark::core
