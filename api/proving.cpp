#include "api/proving.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/exit_code.h"
#include "base/files.h"
#include "base/text.h"
#include "properties/campaign/trace_file.h"
#include "reports/screen.h"
#include "reports/words.h"
#include "sim/shape.h"

namespace tidemark::core {
namespace {

Result result(ExitCode code, std::string message) {
  return {static_cast<int>(code), std::move(message)};
}

template <class Number>
void check_range(std::string_view name, Number number, std::uint64_t low, std::uint64_t high) {
  if (number < low || number > high)
    bad_usage("Options::{} is {}, expected {} to {}", name, number, low, high);
}

// A strategy of the user's own, in the engine that the options name.
Configuration configuration_around(const tidemark::Strategy& strategy, const Options& options) {
  const NamedProtocol* named = find_protocol(options.protocol);
  if (named == nullptr)
    bad_usage(
        "Options::protocol: unknown protocol '{}', expected one that 'tidemark list "
        "protocols' shows",
        options.protocol);
  Configuration configuration{.protocol_name = options.protocol,
                              .protocol = named->protocol,
                              .strategy = own_strategy(strategy.name())};
  for (const std::string& option : options.set)
    if (const std::string problem = set_option(configuration.protocol, option); !problem.empty())
      bad_usage("Options::set: {}", problem);
  configuration.options = differing_options(named->protocol, configuration.protocol);
  return configuration;
}

InvariantSet named_set(const std::vector<std::string>& names) {
  InvariantSet set = 0;
  for (const std::string& name : names) {
    const auto invariant = find_invariant(name);
    if (!invariant)
      bad_usage(
          "Options::judge: unknown invariant '{}', expected one that 'tidemark list "
          "invariants' shows",
          name);
    set |= invariant_bit(*invariant);
  }
  return set;
}

bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
  });
}

// An engine whose answers are watched for.
class AttendedEngine final : public tidemark::Engine {
 public:
  AttendedEngine(std::shared_ptr<tidemark::Engine> engine, std::shared_ptr<Attendant> attendant)
      : engine_(std::move(engine)), attendant_(std::move(attendant)) {}

  const Traits& traits() const override { return engine_->traits(); }
  std::vector<std::string> transcript() const override { return engine_->transcript(); }
  // When a world begins, the scenario is not known yet.
  Answer handle(const Request& request) override {
    if (request.operation == Operation::begin) return engine_->handle(request);
    const Open open{*attendant_};
    return engine_->handle(request);
  }

 private:
  struct Open {
    Attendant& attendant;
    explicit Open(Attendant& by) : attendant(by) { attendant.asking(); }
    ~Open() { attendant.answered(); }
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;
  };
  std::shared_ptr<tidemark::Engine> engine_;
  std::shared_ptr<Attendant> attendant_;
};

}  // namespace

Scope scope_of(const Options& options) {
  check_range("clients", options.clients, 1, kMaxClients);
  check_range("objects", options.objects, 1, kMaxObjects);
  check_range("steps", options.steps, 1, kMaxSteps);
  Scope scope{.clients = options.clients,
              .objects = options.objects,
              .steps = options.steps,
              .backend = options.backend,
              .shared_keys = options.shared_keys,
              .deletes = options.deletes,
              .interleave = options.interleave,
              .values = options.values,
              .keys = options.keys};
  if (const std::string problem = parse_faults(options.faults, scope.faults); !problem.empty())
    bad_usage("Options::faults: {}", problem);
  return scope;
}

Proving::Proving(const tidemark::Strategy& strategy, const Options& options)
    : Proving(configuration_around(strategy, options), strategy, options) {}

Proving::Proving(std::shared_ptr<tidemark::Engine> engine, const Options& options)
    : Proving(configuration_of(std::move(engine)), std::nullopt, options) {}

Proving::Proving(const Options& options) : Proving(Configuration{}, std::nullopt, options) {}

Proving::Proving(Configuration configuration, std::optional<tidemark::Strategy> strategy,
                 const Options& options)
    : options_(options),
      subject_(strategy ? strategy->name() : configuration.protocol_name),
      configuration_(std::move(configuration)) {
  const auto watchdog = std::make_shared<Watchdog>(
      options.episode_limit, [this](const Scenario& scenario) { bark(scenario); });
  configuration_.spec = configuration_.spec->behind([&](EngineSpec::Engines engine) {
    return std::make_shared<AttendedEngine>(std::move(engine), watchdog);
  });
  configuration_.own = std::make_shared<const Own>(Own{.strategy = std::move(strategy),
                                                       .invariants = options.invariants,
                                                       .marks = options.marks,
                                                       .attendant = watchdog});
  configuration_.judge.compare_tombstones = options.compare_tombstones;
  const Promise promise = configuration_.spec->promise(configuration_);
  configuration_.judge.watched =
      options.judge.empty() ? promise.judged() : named_set(options.judge);
  scope_ = within(scope_of(options), promise.scope);
  name_invariants();
  check_texts();
}

void Proving::name_invariants() {
  names_ = invariant_names(configuration_);
  if (names_.size() > kMostInvariants)
    bad_usage("{} invariants, expected at most {}", names_.size(), kMostInvariants);
  for (auto name = names_.begin() + kInvariants; name != names_.end(); ++name) {
    if (!is_name(*name))
      bad_usage("an invariant has the name '{}', expected small letters, digits and dashes", *name);
    if (std::find(names_.begin(), name, *name) != name)
      bad_usage("two invariants have the name '{}', expected names that differ", *name);
  }
}

// Whether a trace can say all that would be drawn.
void Proving::check_texts() const {
  Scenario scenario;
  scenario.clients = 1;
  const auto create = [&](const std::string& key, const std::string& value) {
    scenario.objects.push_back(fmt::format("o{}", scenario.objects.size() + 1));
    scenario.steps.push_back({.kind = StepKind::create,
                              .replica = {1},
                              .object = static_cast<std::uint32_t>(scenario.objects.size() - 1),
                              .pk = scenario.intern(key),
                              .value = scenario.intern(value)});
  };
  for (const std::string& key : options_.keys) create(key, {});
  for (const std::string& value : options_.values) create({}, value);
  Trace read;
  const std::string text = print_trace(make_trace(configuration_, scenario));
  if (const auto error = parse_trace(text, core::invariant_names(), read, true))
    bad_usage("Options::keys or Options::values: {}", error->message);
}

FuzzPlan Proving::plan() const {
  FuzzPlan plan;
  plan.scope = scope_;
  plan.canary = usual_canary(scope_);
  plan.seed = options_.seed;
  plan.episodes = options_.episodes;
  if (!configuration_.spec->is_known()) plan.require_marks = RequireMarks::never;
  return plan;
}

// --- what is run ---

Result Proving::episodes() { return verdict_on(fuzz(configuration_, plan(), nullptr)); }

Result Proving::episode(std::uint64_t seed) {
  Runner runner(configuration_);
  const Scenario scenario = Generator(scope_).generate(seed);
  const Verdict verdict = runner.run(scenario).verdict;
  RunResult one{.portions = std::vector<PortionResult>(1)};
  PortionResult& counts = one.portions.front();
  counts.episodes = 1;
  counts.contradiction = runner.contradiction();
  counts.canary_tries = 1;  // one episode proves nothing of them
  for (const Invariant invariant : broken(verdict, nullptr)) {
    counts.broken[static_cast<std::size_t>(invariant)] = counts.broken_episodes = 1;
    ShrinkResult shrunk = shrink_for(runner, invariant, scenario, {.may_use = features(scope_)});
    Sighting sighting = sighting_of(configuration_, seed, scenario, std::move(shrunk));
    sighting.trace.expectations = {{name_of(invariant), false}};
    one.add(seen_once(name_of(invariant), std::move(sighting)));
  }
  return verdict_on(std::move(one));
}

Result Proving::trace(const std::string& path) {
  return replay(read(read_trace_file(path), path), path, how_to_replay(path));
}

Result Proving::trace(const TraceText& trace) {
  return replay(read(trace.text, "<trace>"), "the trace in the source",
                "tidemark replay -, and the trace on its stdin");
}

Trace Proving::read(const std::string& text, const std::string& origin) const {
  const std::vector<std::string_view> names(names_.begin(), names_.end());
  const bool is_ours = !configuration_.spec->is_foreign() && !configuration_.own->strategy;
  Trace trace = parse_named_trace(text, origin, names, !is_ours);
  if (trace.is_foreign && !configuration_.spec->is_foreign())
    throw BadInput{fmt::format("{}: it runs on the engine '{}', expected that engine beside it",
                               shown_path(origin), trace.protocol)};
  return trace;
}

Result Proving::replay(const Trace& trace, const std::string& origin, const std::string& how) {
  configuration_.judge.watched = kAllInvariants;
  configuration_.spec->follow(trace, configuration_);
  return report(trace, true, origin, how);
}

Result Proving::scenario(const Scenario& scenario) {
  return report(make_trace(configuration_, scenario), false, "a scenario",
                how_to_replay("a scenario"));
}

// What is broken, of that of which a trace speaks; of all, where it speaks of none.
std::vector<Invariant> Proving::broken(const Verdict& verdict, const Trace* trace) const {
  const auto counts = [&](const std::string& name) {
    const auto speaks_of = [&](const Expectation& each) {
      return each.invariant.empty() || each.invariant == name;
    };
    return trace == nullptr || trace->expectations.empty() ||
           std::any_of(trace->expectations.begin(), trace->expectations.end(), speaks_of);
  };
  std::vector<Invariant> broken;
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (verdict.broken(static_cast<Invariant>(i)) && counts(names_[i]))
      broken.push_back(static_cast<Invariant>(i));
  return broken;
}

// --- what came of it ---

Result Proving::verdict_on(RunResult result_of_run) const {
  RunHead head;
  head.seed = options_.seed;
  head.portions = {head_of({.name = {}, .configuration = configuration_, .plan = plan()})};
  const RunReport run = report_of({.head = std::move(head), .result = std::move(result_of_run)});
  const PortionResult& counts = run.result.portions.front();
  if (!counts.faults.empty())
    return result(ExitCode::fault,
                  fmt::format("fault of the engine: {}", counts.faults.front().what));
  if (!counts.contradiction.empty())
    return result(ExitCode::violated,
                  fmt::format("FAIL deterministic  {}\n  {}", configuration_name(configuration_),
                              counts.contradiction));
  if (counts.nondeterministic.count > 0)
    return result(ExitCode::fault,
                  fmt::format("an episode ran otherwise the second time; paste: TIDEMARK_SEED={}",
                              print_seed(*seed_of(run.head, counts.nondeterministic.first[0]))));
  if (!run.findings.empty()) return result(ExitCode::violated, report(run));
  if (!counts.has_caught_canary())
    return result(ExitCode::fault,
                  "the canary was not caught: nothing that was judged is to be "
                  "trusted");
  if (counts.episodes == 0) return result(ExitCode::vacuous, "vacuous: no episode ran");
  if (!run.missed_marks.front().empty())
    return result(ExitCode::vacuous, fmt::format("vacuous: in {} never reached {}",
                                                 count_of(counts.episodes, "episode"),
                                                 fmt::join(run.missed_marks.front(), ", ")));
  return result(ExitCode::held, totals(run, 0));
}

std::string Proving::report(const RunReport& run) const {
  std::string text;
  for (std::size_t i = 0; i < run.findings.size(); ++i)
    text += (i == 1 ? "\nand also\n" : "") + report(run.findings[i], run, i == 0);
  return text;
}

std::string Proving::report(const Finding& finding, const RunReport& run, bool whole_screen) const {
  const std::string path = keep(finding);
  const std::string seed = print_seed(*finding.simplest.seed);
  std::optional<Shown> shown = show(configuration_, finding, run, {});
  if (!shown)
    return fmt::format("{} was broken by seed {}, and then it was not\n", finding.invariant, seed);
  shown->commands.clear();
  if (!path.empty()) shown->commands.push_back({"replay", how_to_replay(path)});
  shown->commands.push_back(
      {"by seed", fmt::format("TIDEMARK_SEED={} runs this episode alone", seed)});
  if (!whole_screen) return one_line(*shown) + "\n";
  return screen(*shown, false) + (path.empty() ? "\n" + print_trace(finding.simplest.trace) : "");
}

Result Proving::report(const Trace& trace, bool is_expected, const std::string& origin,
                       const std::string& how) const {
  Shown shown{.configuration = configuration_,
              .run = Run(configuration_, trace),
              .found = count_of(trace.scenario.steps.size(), "step"),
              .found_briefly = "replayed",
              .origin = {"of", printable(origin)},
              .commands = {{"replay", how}}};
  std::string text;
  for (const Invariant invariant : broken(shown.run.verdict(), is_expected ? &trace : nullptr)) {
    shown.invariant = invariant;
    shown.fingerprint = fingerprint(name_of(invariant), trace.scenario);
    text += text.empty() ? screen(shown, false) : "\n" + one_line(shown);
  }
  if (!text.empty()) return result(ExitCode::violated, text);
  return result(ExitCode::held,
                fmt::format("{}: held in {}", configuration_name(configuration_), origin));
}

// Writes the trace of a finding; returns its path, or nothing where none is asked for.
std::string Proving::keep(const Finding& finding) const {
  if (options_.out.empty()) return {};
  const std::string path = fmt::format("{}{}{}", options_.out,
                                       options_.out.ends_with('/') ? "" : "/", finding.file_name());
  make_folder(options_.out);
  write_file(path, print_trace(finding.simplest.trace));
  return path;
}

std::string Proving::how_to_replay(const std::string& path) const {
  const std::string subject = configuration_.spec->is_foreign() ? ", engine"
                              : configuration_.own->strategy    ? ", " + subject_ + "{}"
                                                                : "";
  return fmt::format("tidemark::replays(\"{}\"{})", path, subject);
}

void Proving::bark(const Scenario& scenario) const {
  const std::string text = fmt::format(
      "tidemark: fault: {} has not answered for {} ms, in this episode:\n{}", subject_,
      options_.episode_limit.count(), print_trace(make_trace(configuration_, scenario)));
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
  _exit(static_cast<int>(ExitCode::fault));
}

}  // namespace tidemark::core
