// tidemark fuzz: random episodes under each strategy; what breaks is shrunk, grouped and shown.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "cli/parts/ci.h"
#include "cli/parts/command_name.h"
#include "cli/parts/configuration_flags.h"
#include "cli/parts/environment.h"
#include "cli/parts/findings.h"
#include "cli/parts/interrupt.h"
#include "cli/parts/options.h"
#include "cli/parts/progress.h"
#include "cli/parts/traces.h"
#include "cli/parts/version.h"
#include "cli/verbs/verbs.h"
#include "properties/campaign/campaign.h"
#include "properties/promises.h"
#include "reports/coverage_table.h"
#include "reports/documents/checks.h"
#include "reports/documents/html/report.h"
#include "reports/documents/run_document.h"
#include "reports/json.h"
#include "reports/screen.h"
#include "reports/terminal_text.h"
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
    "otherwise; 'tidemark list protocols' has the promises. Each invariant has a line to paste: "
    "it\n"
    "replays the simplest failure; with -q, each bug has one. The same command gives the same "
    "bytes\n"
    "on stdout, unless --for ends it.";

struct FuzzFlags {
  CommonFlags common;
  CiFlags ci;
  ConfigurationFlags configuration;
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> episodes;
  TimeFlag time;
  bool marks = false;
  bool verbose = false;

  FuzzFlags() { plan().jobs = usual_jobs(); }
  FuzzPlan& plan() { return configuration.plan; }
};

class FuzzCommand final : public RunWatch {
 public:
  // The scope of these flags may become narrower.
  explicit FuzzCommand(FuzzFlags& flags);
  ExitCode run() {
    return ci_.reporting_faults([this] { return run_all(); });
  }

  bool go_on(const RunProgress& now) override {
    progress_->show([&](milliseconds elapsed) { return episodes_line(goal_, now, elapsed); });
    return !interrupted() && !limit_.is_over(0);
  }
  std::string sentence_of(const Portion& portion, const Scenario& minimal,
                          Invariant invariant) override {
    return tidemark::core::sentence_of(portion.configuration, minimal, invariant);
  }

 private:
  ExitCode run_all();
  void announce() const;
  void tell_promise() const;
  RunPlan plan() const;
  RunHead head() const;
  RunResult run_episodes();
  void tell_waiting(const RunResult& result) const;

  void show_findings();
  void tell_findings() const;
  TextFormat format() const { return {report_columns(), output_.color()}; }
  void tell_portions() const;
  void tell_episodes(const PortionResult& portion) const;
  void tell_problems() const;
  void tell_sums() const;
  std::optional<Shown> shown_of(const Finding& finding);
  void keep_run();
  ExitCode finish();
  Flags search_flags() const;
  std::string command() const;
  const std::vector<Configuration>& configurations() const { return configured_.configurations; }

  FuzzFlags flags_;
  Output output_;
  CiReport ci_;
  Configured configured_;
  RunPlan plan_;
  RunReport report_;
  ShownFindings shown_;
  TraceFolder folder_;
  TimeLimit limit_;
  EpisodeGoal goal_;
  std::unique_ptr<Progress> progress_;
};

FuzzCommand::FuzzCommand(FuzzFlags& flags)
    : flags_(flags),
      output_(flags.common),
      ci_(flags.ci, "fuzz", output_, ResultsAre::screens),
      configured_(configure(flags.configuration)),
      folder_(flags.common.out.folder()),
      limit_(flags.time.limit, 1) {
  configured_.plan.seed = flags.seed.value_or(kDefaultSeed);
  if (flags.episodes) configured_.plan.episodes = *flags.episodes;
  plan_ = plan();
  const std::string one = configuration_name(configurations().front());
  goal_ = {
      .label = plan_.portions.size() == 1 ? one : count_of(plan_.portions.size(), "configuration"),
      .episodes = plan_.episodes.value_or(0) * plan_.portions.size(),
      .time = flags.time.limit};
}

// A portion each strategy, all alike.
RunPlan FuzzCommand::plan() const {
  RunPlan plan{.portions = {},
               .episodes = configured_.plan.episodes,
               .of_each = true,
               .shrinks = Shrinks::first,
               .jobs = configured_.plan.jobs};
  if (!flags_.episodes && flags_.time.limit) plan.episodes.reset();
  for (const Configuration& each : configurations()) {
    plan.portions.push_back(
        {.name = configuration_name(each), .configuration = each, .plan = configured_.plan});
  }
  return plan;
}

RunHead FuzzCommand::head() const {
  RunHead head{.version = version_line(),
               .commit = {},
               .seed = configured_.plan.seed,
               .episodes = plan_.episodes,
               .of_each = true,
               .portions = {},
               .baseline = {},
               .corpus_digest = {}};
  for (const Portion& each : plan_.portions)
    head.portions.push_back(head_of(each, fuzz_flags(each.configuration, configured_)));
  return head;
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
  const Flags out = out_flags_of(output_.out());
  flags.insert(flags.end(), out.begin(), out.end());
  return flags;
}

// The command that repeats the run: what differs from the defaults.
std::string FuzzCommand::command() const {
  Flags flags = flags_of(configurations().front());
  for (Flag& flag : flags)
    if (flag.name == "--strategy" && configurations().size() > 1) flag = {flag.name, "all", true};
  for (const Flags& more : {flags_of(configured_.plan.scope), search_flags()})
    flags.insert(flags.end(), more.begin(), more.end());
  return fmt::format("{} fuzz {}", command_name(), print_flags(flags, false));
}

void FuzzCommand::announce() const {
  output_.note(fmt::format("{}, seed {}", version_line(), print_seed(configured_.plan.seed)));
  output_.note(command());
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

RunResult FuzzCommand::run_episodes() {
  progress_ = std::make_unique<Progress>(!output_.quiet());
  RunResult result = core::run(plan_, *this);
  progress_.reset();
  tell_waiting(result);
  return result;
}

// How fast an adapter was, and whether it was the one that was waited for.
void FuzzCommand::tell_waiting(const RunResult& result) const {
  const auto waiting = configurations().front().spec->waiting();
  if (!waiting) return;
  const milliseconds elapsed = limit_.elapsed();
  const double ran = std::max(1.0, static_cast<double>(elapsed.count()));
  output_.note(fmt::format(
      "{} requests, {} steps/s, {} requests/s, {:.0f} % of the time spent waiting for "
      "the adapter",
      grouped(waiting->requests), grouped(per_second(result.effective_steps(), elapsed)),
      grouped(per_second(waiting->requests, elapsed)),
      std::min(100.0, 100'000 * waiting->seconds / ran)));
}

ExitCode FuzzCommand::run_all() {
  catch_interrupts();
  announce();
  RunOutcome outcome{.head = head(), .result = run_episodes()};
  if (interrupted()) outcome.unfinished.emplace_back("the run was interrupted");
  report_ = report_of(std::move(outcome));
  report_.times.seconds = std::chrono::duration<double>(limit_.elapsed()).count();
  report_.environment = environment();
  show_findings();
  tell_findings();
  tell_portions();
  return finish();
}

// A finding whose trace could be kept is replayed by that, any other one by its seed.
std::optional<Shown> FuzzCommand::shown_of(const Finding& finding) {
  const Configuration& configuration = plan_.portions[finding.simplest.portion].configuration;
  const std::optional<Invariant> invariant = find_invariant(finding.invariant);
  const KeptTrace kept =
      folder_.keep(configuration, *invariant, finding.file_name(), finding.simplest.trace);
  const RunPlace place = place_of(kept.path.empty() ? "" : output_.out().folder());
  return shown_again(show(configuration, finding, report_, place), finding.invariant,
                     by_seed(finding, report_, place), report_.faults);
}

// Each bug is shown once, whoever has it.
void FuzzCommand::show_findings() {
  for (const Finding& finding : report_.findings)
    if (std::optional<Shown> shown = shown_of(finding))
      shown_.emplace(finding.name(), *std::move(shown));
}

void FuzzCommand::tell_findings() const {
  for (const Finding& finding : report_.findings) {
    const auto shown = shown_.find(finding.name());
    if (shown == shown_.end()) continue;
    if (output_.quiet()) output_.result(one_line(shown->second));
    if (flags_.verbose)
      output_.result(screen(shown->second, output_.color(), report_columns()) + "\n");
  }
  if (!output_.quiet())
    output_.result(bugs_text(report_, flags_.verbose ? ShownFindings{} : shown_, format()));
}

void FuzzCommand::tell_portions() const {
  if (output_.quiet()) return;
  for (std::size_t i = 0; i < plan_.portions.size(); ++i) {
    const Portion& portion = plan_.portions[i];
    const auto& coverage = report_.result.portions[i].coverage;
    if (flags_.marks || coverage) output_.result("\n" + portion.name);
    if (flags_.marks) output_.result(marks_table(report_, i, output_.color()));
    if (coverage)
      output_.result(coverage_table(*coverage, portion.plan.scope, portion.configuration.protocol,
                                    output_.color()));
  }
  output_.result("\n" + portions_text(report_, format()));
}

// Which episodes are to be looked at again.
void FuzzCommand::tell_episodes(const PortionResult& portion) const {
  std::set<std::uint64_t> episodes;
  for (const FaultyEpisode& each : portion.faults) episodes.insert(each.episode);
  for (const auto* told : {&portion.nondeterministic, &portion.lost})
    episodes.insert(told->first.begin(), told->first.end());
  for (const std::uint64_t each : episodes)
    Output::error(fmt::format("tidemark: episode {} again; paste: {}", each,
                              by_seed(each, report_, place_of({}))));
}

void FuzzCommand::tell_problems() const {
  for (const PortionResult& portion : report_.result.portions) {
    for (const FaultyEpisode& each : portion.faults) tell_fault(each.what, each.transcript);
    tell_episodes(portion);
  }
  for (const std::string& each : report_.problems()) Output::error("tidemark: " + printable(each));
  if (interrupted())
    output_.note(fmt::format("tidemark: interrupted; to run it whole: {}", command()));
  else if (!report_.unfinished.empty() || !report_.vacuous.empty())
    output_.note(fmt::format("tidemark: to run it again: {}", command()));
}

void FuzzCommand::tell_sums() const {
  const milliseconds elapsed = limit_.elapsed();
  const RunResult& result = report_.result;
  output_.note(fmt::format("{}, {} episodes/s", print_time(elapsed),
                           grouped(per_second(result.episodes(), elapsed))));
  tell_problems();
  if (output_.quiet()) return;
  output_.result(fmt::format("{} in {}: {} held, {} violated · digest {}",
                             count_of(result.episodes(), "episode"),
                             count_of(result.portions.size(), "configuration"),
                             grouped(result.episodes() - result.broken_episodes()),
                             grouped(result.broken_episodes()), print_digest(result.digest())));
  output_.result(last_line(report_, output_.out().all()));
}

void FuzzCommand::keep_run() {
  folder_.keep_document(kRunFile, print_json(run_json(report_, Clock::told)));
  if (!output_.out().wants(kPage)) return;
  std::vector<Shown> all;
  for (const Finding& each : report_.findings)
    if (const auto found = shown_.find(each.name()); found != shown_.end())
      all.push_back(with_original(shown_for_page(found->second), each));
  output_.out().write(kPage, html_report(all, &report_, environment()));
}

ExitCode FuzzCommand::finish() {
  if (output_.wants_json()) output_.json(run_json(report_, Clock::left_out));
  keep_run();
  tell_sums();
  if (ci_.wants_checks())
    for (Suite& each : suites_of(report_, place_of(output_.out().folder()), shown_))
      ci_.add(std::move(each));
  output_.release();
  ci_.write();
  return interrupted() ? interrupt_code() : static_cast<ExitCode>(exit_code_of(report_));
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
  AddedFlag verbose =
      verb.toggle("--verbose", flags->verbose, "a screen for every finding").group("Output");
  AddedFlag marks =
      verb.toggle("--marks", flags->marks, "what was reached, and how often").group("Output");
  AddedFlag coverage = verb.toggle("--coverage", flags->plan().coverage,
                                   "which steps were tried in which phase and situation")
                           .group("Output");
  add_common_flags(verb, flags->common, {kPage, kJson, kChecks, kFolder});
  add_ci_flags(verb, flags->ci);
  for (AddedFlag option : {verbose, marks, coverage}) option.excludes(verb.find("--quiet"));
  verb.runs([flags] { return FuzzCommand(*flags).run(); });
}

}  // namespace tidemark::core
