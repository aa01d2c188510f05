// tidemark fuzz: random episodes under each strategy; what breaks is shrunk, grouped and shown.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/parts/cases.h"
#include "cli/parts/ci.h"
#include "cli/parts/command_name.h"
#include "cli/parts/configuration_flags.h"
#include "cli/parts/environment.h"
#include "cli/parts/findings.h"
#include "cli/parts/interrupt.h"
#include "cli/parts/options.h"
#include "cli/parts/progress.h"
#include "cli/parts/version.h"
#include "cli/verbs/verbs.h"
#include "properties/campaign/fuzz.h"
#include "properties/promises.h"
#include "reports/coverage_table.h"
#include "reports/documents/html/report.h"
#include "reports/json.h"
#include "reports/screen.h"
#include "reports/search.h"
#include "reports/words.h"
#include "sim/foreign.h"

namespace tidemark::core {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kFuzzExamples =
    "Examples:\n"
    "  tidemark fuzz\n"
    "      the protocol page under each built-in strategy, 20 000 episodes each\n"
    "  tidemark fuzz --protocol reference --for 60s --faults lost,late,clock --out found\n"
    "      as much as a minute gives; each bug as a trace in found/\n"
    "  tidemark fuzz --protocol guarded --set equal-timestamps=client --strategy "
    "timestamp-priority\n"
    "\n"
    "What a protocol promises is judged, in the scope in which it promises it, unless flags say\n"
    "otherwise; 'tidemark list protocols' has the promises. Each finding ends with a line to "
    "paste:\n"
    "it replays the failure. The same command gives the same bytes on stdout, unless --for ends "
    "it.";

struct FuzzFlags {
  CommonFlags common;
  CiFlags ci;
  ConfigurationFlags configuration;
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> episodes;
  TimeFlag time;
  std::string out;
  std::string html;
  bool marks = false;
  bool verbose = false;

  FuzzFlags() { plan().jobs = usual_jobs(); }
  FuzzPlan& plan() { return configuration.plan; }
};

// Over all configurations.
struct Sums {
  Digest digest;
  std::uint64_t episodes = 0;
  std::uint64_t broken = 0;
};

class FuzzCommand {
 public:
  // The scope of these flags may become narrower.
  explicit FuzzCommand(FuzzFlags& flags);
  ExitCode run() {
    return ci_.reporting_faults([this] { return run_all(); });
  }

 private:
  ExitCode run_all();
  void announce() const;
  void tell_promise() const;
  FuzzResult run_one(const Configuration& configuration);
  void tell_waiting(const Waiting& waiting, const FuzzResult& result, milliseconds elapsed) const;
  void check_faults(const Configuration& configuration, const FuzzResult& result);

  void report(const Configuration& configuration, const FuzzResult& result);
  void report(const Configuration& configuration, const FuzzResult& result, const Finding& finding,
              bool whole_screen);
  void check_nondeterminism(const Configuration& configuration, const FuzzResult& result);
  void check_canary(const Configuration& configuration, const FuzzResult& result);
  void check_promises(const Configuration& configuration, const FuzzResult& result);
  std::vector<NamedLine> commands_for(const Configuration& configuration, const Finding& finding,
                                      const KeptTrace& kept) const;
  void keep_case(const Configuration& configuration, const Finding& finding,
                 const Violation& violation);
  void keep_campaign(std::span<const Configuration> ran);
  std::vector<std::string> doubts() const;
  ExitCode finish();
  void tell_problems() const;
  void tell_sums(const Sums& sums) const;
  Flags search_flags() const;
  std::string command(bool all) const;
  const std::vector<Configuration>& configurations() const { return configured_.configurations; }

  FuzzFlags flags_;
  Output output_;
  CiReport ci_;
  Configured configured_;
  std::vector<FuzzResult> results_;
  std::vector<Found> found_;  // of the configuration under way, for CI
  Problems problems_;
  TraceFolder folder_;
  std::vector<Case> cases_;  // for --html
  std::set<std::string> files_;
  TimeLimit limit_;
};

FuzzCommand::FuzzCommand(FuzzFlags& flags)
    : flags_(flags),
      output_(flags.common),
      ci_(flags.ci, "fuzz", output_, ResultsAre::screens),
      configured_(configure(flags.configuration)),
      folder_(flags.out),
      limit_(flags.time.limit, configurations().size()) {
  FuzzPlan& plan = configured_.plan;
  plan.seed = flags.seed.value_or(kDefaultSeed);
  if (flags.episodes)
    plan.episodes = *flags.episodes;
  else if (flags.time.limit)
    plan.episodes = std::numeric_limits<std::uint64_t>::max();
}

Flags FuzzCommand::search_flags() const {
  const FuzzPlan& plan = configured_.plan;
  Flags flags{{"--seed", print_seed(plan.seed), false}};
  if (flags_.episodes || !flags_.time.limit)
    flags.push_back({"--episodes", std::to_string(plan.episodes), !flags_.episodes});
  if (flags_.time.limit) flags.push_back({"--for", flags_.time.text, false});
  flags.push_back({"--shrink-most", std::to_string(plan.shrink_most),
                   plan.shrink_most == FuzzPlan{}.shrink_most});
  const Flags judged = judge_flags_of(configured_);
  flags.insert(flags.end(), judged.begin(), judged.end());
  if (!flags_.out.empty()) flags.push_back({"--out", flags_.out, false});
  return flags;
}

// The whole command, so that the log of a run is enough to repeat it.
std::string FuzzCommand::command(bool all) const {
  Flags flags = flags_of(configurations().front());
  for (Flag& flag : flags)
    if (flag.name == "--strategy" && configurations().size() > 1) flag.value = "all";
  const Scope promised = within(Scope{}, configured_.promise.scope);
  for (const Flags& more : {flags_of(configured_.plan.scope, promised), search_flags()})
    flags.insert(flags.end(), more.begin(), more.end());
  return fmt::format("{} fuzz {}", command_name(), print_flags(flags, all));
}

void FuzzCommand::announce() const {
  output_.note(fmt::format("{}, seed {}", version_line(), print_seed(configured_.plan.seed)));
  output_.note(command(true));
  note_unreachable(output_, configured_.plan.scope);
  tell_promise();
}

void FuzzCommand::tell_promise() const {
  for (const Configuration& configuration : configurations())
    if (const std::string line = configuration.spec->line(); !line.empty()) output_.note(line);
  if (configured_.promise.sentence.empty()) return;
  const Scope& scope = configured_.plan.scope;
  output_.note(
      fmt::format("{} promises {}", configured_.promise.protocol, configured_.promise.sentence));
  const std::string beyond =
      print_flags(flags_of(scope, within(scope, configured_.promise.scope)), false);
  if (!beyond.empty()) output_.note("beyond that promise: " + beyond);
}

FuzzResult FuzzCommand::run_one(const Configuration& configuration) {
  const std::size_t part = results_.size();
  const EpisodeGoal goal{.label = configuration_name(configuration),
                         .episodes = configured_.plan.episodes,
                         .time = limit_.left(part)};
  Progress progress(!output_.quiet());
  FuzzPlan plan = configured_.plan;
  const milliseconds began = limit_.elapsed();
  FuzzResult result = fuzz(configuration, plan, [&](const FuzzProgress& now) {
    progress.show([&](milliseconds elapsed) { return episodes_line(goal, now, elapsed); });
    return !interrupted() && !limit_.is_over(part);
  });
  if (const auto waiting = configuration.spec->waiting())
    tell_waiting(*waiting, result, limit_.elapsed() - began);
  return result;
}

// How fast an adapter was, and whether it was the one that was waited for.
void FuzzCommand::tell_waiting(const Waiting& waiting, const FuzzResult& result,
                               milliseconds elapsed) const {
  const double ran = std::max(1.0, static_cast<double>(elapsed.count()));
  output_.note(
      fmt::format("{} requests, {} steps/s, {} requests/s, {:.0f} % of the time spent waiting for "
                  "the adapter",
                  grouped(waiting.requests), grouped(per_second(result.effective_steps, elapsed)),
                  grouped(per_second(waiting.requests, elapsed)),
                  std::min(100.0, 100'000 * waiting.seconds / ran)));
}

ExitCode FuzzCommand::run_all() {
  require_page_file(flags_.html);
  catch_interrupts();
  announce();
  for (const Configuration& configuration : configurations()) {
    const Problems before = problems_;
    results_.push_back(run_one(configuration));
    check_faults(configuration, results_.back());
    check_nondeterminism(configuration, results_.back());
    check_canary(configuration, results_.back());
    check_promises(configuration, results_.back());
    report(configuration, results_.back());
    ci_.add(suite_of(configuration, configuration.judge.watched, std::exchange(found_, {}),
                     doubts_of(problems_.since(before)), totals(configuration, results_.back())));
    output_.release();
    if (interrupted()) break;
  }
  return finish();
}

void FuzzCommand::check_faults(const Configuration& configuration, const FuzzResult& result) {
  for (const FaultyEpisode& each : result.faults) {
    tell_fault(each.what, each.transcript);
    problems_.faults.push_back(
        fmt::format("{}; paste: {}", each.what,
                    seed_command(configuration, configured_.plan.scope, each.seed)));
  }
}

void FuzzCommand::check_nondeterminism(const Configuration& configuration,
                                       const FuzzResult& result) {
  for (const std::uint64_t seed : result.nondeterministic_seeds)
    problems_.faults.push_back(
        fmt::format("an episode ran otherwise the second time; paste: {}",
                    seed_command(configuration, configured_.plan.scope, seed)));
}

void FuzzCommand::check_canary(const Configuration& configuration, const FuzzResult& result) {
  if (result.canaries_caught > 0) return;
  problems_.faults.push_back(fmt::format(
      "{}: the canary {} was not caught in {}: nothing that was judged is to be trusted",
      configuration_name(configuration), name_of(configured_.plan.canary),
      count_of(result.canary_episodes, "episode")));
}

void FuzzCommand::check_promises(const Configuration& configuration, const FuzzResult& result) {
  const std::string name = configuration_name(configuration);
  if (!result.lost_seeds.empty())
    problems_.unfinished.push_back(fmt::format(
        "{}: memory or the engine was taken from {}, which count neither way; paste: {}", name,
        count_of(result.lost_seeds.size(), "episode"),
        seed_command(configuration, configured_.plan.scope, result.lost_seeds.front())));
  if (result.episodes == 0) problems_.vacuous.push_back(name + " ran no episode");
  const bool promised = flags_.episodes || !flags_.time.limit;
  if (promised && result.episodes < configured_.plan.episodes)
    problems_.unfinished.push_back(fmt::format("{} ran {} of {} episodes", name,
                                               grouped(result.episodes),
                                               grouped(configured_.plan.episodes)));
  if (!result.missed_marks.empty() && result.episodes > 0)
    problems_.vacuous.push_back(
        fmt::format("{} never reached {}", name, fmt::join(result.missed_marks, ", ")));
}

// The file replays the finding if there is one, else its seed does.
std::vector<NamedLine> FuzzCommand::commands_for(const Configuration& configuration,
                                                 const Finding& finding,
                                                 const KeptTrace& kept) const {
  const std::string by_seed = seed_command(configuration, configured_.plan.scope, finding.seed);
  std::string replay = kept.command;
  if (replay.empty()) replay = fmt::format("{} --shrink {}", by_seed, name_of(finding.invariant));
  return {{"replay", replay}, {"by seed", by_seed}};
}

// Strategies often share a bug: the first that has it is shown.
void FuzzCommand::keep_case(const Configuration& configuration, const Finding& finding,
                            const Violation& violation) {
  if (!files_.insert(file_name(finding)).second) return;
  Case kept = case_for_page({.configuration = configuration,
                             .run = {finding.trace, violation.recording},
                             .invariant = finding.invariant,
                             .fingerprint = finding.fingerprint,
                             .found = violation.found,
                             .passes = finding.shrunk.passes,
                             .commands = violation.commands});
  kept.original =
      Original{run_trace(configuration, make_trace(configuration, finding.original)), finding.seed};
  cases_.push_back(std::move(kept));
}

void FuzzCommand::report(const Configuration& configuration, const FuzzResult& result,
                         const Finding& finding, bool whole_screen) {
  const Recording recording =
      record_twice(configuration, finding.trace.scenario, finding.invariant,
                   seed_command(configuration, configured_.plan.scope, finding.seed), problems_);
  Violation violation = violation_of(finding, configuration, recording, result.episodes,
                                     result.broken[static_cast<std::size_t>(finding.invariant)]);
  const KeptTrace kept =
      folder_.keep(configuration, finding.invariant, file_name(finding), finding.trace);
  violation.commands = commands_for(configuration, finding, kept);
  if (ci_.wants_checks()) found_.push_back({finding.invariant, shown(violation, kept.path)});
  if (!flags_.html.empty()) keep_case(configuration, finding, violation);
  if (!whole_screen) return output_.result(one_line(violation));
  output_.result(screen(violation, output_.color()));
  output_.result("\n");
}

void FuzzCommand::report(const Configuration& configuration, const FuzzResult& result) {
  for (std::size_t i = 0; i < result.findings.size(); ++i)
    report(configuration, result, result.findings[i],
           !output_.quiet() && (i == 0 || flags_.verbose));
  if (output_.quiet()) return;
  if (flags_.marks)
    output_.result(marks_table(result.marks, configured_.plan.scope, configuration,
                               result.marks_are_required, output_.color()));
  output_.result(totals(configuration, result));
  if (result.coverage)
    output_.result(coverage_table(*result.coverage, configured_.plan.scope, configuration.protocol,
                                  output_.color()));
}

void FuzzCommand::tell_problems() const {
  problems_.tell();
  if (interrupted())
    output_.note(fmt::format("tidemark: interrupted; to run it whole: {}", command(false)));
  else if (!problems_.unfinished.empty() || !problems_.vacuous.empty())
    output_.note(fmt::format("tidemark: to run it again: {}", command(false)));
}

void FuzzCommand::tell_sums(const Sums& sums) const {
  const milliseconds elapsed = limit_.elapsed();
  output_.note(fmt::format("{}, {} episodes/s", print_time(elapsed),
                           grouped(per_second(sums.episodes, elapsed))));
  tell_problems();
  if (output_.quiet()) return;
  output_.result(
      fmt::format("{} in {}: {} held, {} violated · digest {}", count_of(sums.episodes, "episode"),
                  count_of(results_.size(), "configuration"), grouped(sums.episodes - sums.broken),
                  grouped(sums.broken), print_digest(sums.digest.value())));
}

// Why what was not broken need not hold.
std::vector<std::string> FuzzCommand::doubts() const {
  Problems problems = problems_;
  if (interrupted()) problems.unfinished.emplace_back("the run was interrupted");
  return problems.lines();
}

// A page has the findings as the traces that are kept of them, each once.
void FuzzCommand::keep_campaign(std::span<const Configuration> ran) {
  const double seconds = std::chrono::duration<double>(limit_.elapsed()).count();
  const std::string document =
      print_json(campaign_json(ran, results_, configured_.plan, seconds, environment(), doubts()));
  folder_.keep_document(kCampaignFile, document);
  if (flags_.html.empty()) return;
  std::string problem;
  const std::optional<Campaign> campaign = read_campaign(document, problem);
  write_file(flags_.html, html_report(cases_, &*campaign, environment()));
}

ExitCode FuzzCommand::finish() {
  Sums sums;
  for (const FuzzResult& result : results_) {
    sums.digest.add(result.digest);
    sums.episodes += result.episodes;
    sums.broken += result.broken_episodes;
  }
  const std::span<const Configuration> ran(configurations().data(), results_.size());
  if (output_.wants_json()) output_.json(fuzz_json(ran, results_, configured_.plan));
  if (!flags_.out.empty() || !flags_.html.empty()) keep_campaign(ran);
  tell_sums(sums);
  ci_.write();
  if (interrupted()) return interrupt_code();
  return first_of(!problems_.faults.empty(), sums.broken > 0, !problems_.unfinished.empty(),
                  !problems_.vacuous.empty());
}

void add_search_flags(VerbFlags& verb, FuzzFlags& flags) {
  constexpr const char* kGroup = "Search";
  verb.number("--episodes", flags.episodes, 0, std::uint64_t{1} << 62,
              "how many episodes each strategy gets")
      .usually(std::to_string(flags.plan().episodes))
      .group(kGroup);
  add_time_flag(verb, flags.time, "so long, divided evenly; episodes as many as it gives")
      .group(kGroup);
  add_seed_flag(verb, flags.seed, "decides everything; decimal or 0x…")
      .usually(std::to_string(kDefaultSeed))
      .group(kGroup);
  verb.number("--shrink-most", flags.plan().shrink_most, 1,
              std::numeric_limits<std::uint32_t>::max(),
              "of each invariant, so many failures are shrunk")
      .usually(std::to_string(flags.plan().shrink_most))
      .group(kGroup);
  add_jobs_flag(verb, [&flags](std::uint32_t jobs) { flags.plan().jobs = jobs; }).group(kGroup);
}

}  // namespace

void add_fuzz(CommandLine& command) {
  const auto flags = std::make_shared<FuzzFlags>();
  VerbFlags verb = command.verb("fuzz", "run random episodes and show what breaks");
  verb.footer(kFuzzExamples);
  add_configuration_flags(verb, flags->configuration);
  add_search_flags(verb, *flags);
  add_out_flag(verb, flags->out);
  verb.text("--html", "FILE", flags->html, "the campaign and its findings as a page")
      .group("Output");
  AddedFlag verbose =
      verb.toggle("--verbose", flags->verbose, "a screen for every finding").group("Output");
  AddedFlag marks =
      verb.toggle("--marks", flags->marks, "what was reached, and how often").group("Output");
  AddedFlag coverage = verb.toggle("--coverage", flags->plan().coverage,
                                   "which steps were tried in which phase and situation")
                           .group("Output");
  add_common_flags(verb, flags->common);
  add_ci_flags(verb, flags->ci);
  for (AddedFlag option : {verbose, marks, coverage}) option.excludes(verb.find("--quiet"));
  verb.runs([flags] { return FuzzCommand(*flags).run(); });
}

}  // namespace tidemark::core
