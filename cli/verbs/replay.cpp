// tidemark replay: runs a trace, or the episode of a seed, and tells its story; or checks that
// traces show what they expect.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "cli/parts/ci.h"
#include "cli/parts/command_name.h"
#include "cli/parts/environment.h"
#include "cli/parts/options.h"
#include "cli/parts/traces.h"
#include "cli/verbs/verbs.h"
#include "properties/campaign/fuzz.h"
#include "properties/campaign/trace_file.h"
#include "reports/documents/html/report.h"
#include "reports/json.h"
#include "reports/story.h"
#include "reports/words.h"
#include "sim/shape.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kReplayExamples =
    "Examples:\n"
    "  tidemark replay found/no-lost-update-3f2a50b1c9d4.trace\n"
    "  tidemark replay some.trace --strategy client-priority\n"
    "      the same steps under another strategy\n"
    "  tidemark replay --seed 0x5d1c9e07 --protocol reference --clients 2\n"
    "      the episode of a seed; give the flags of the run that found it\n"
    "  tidemark replay --seed 0x5d1c9e07 --shrink convergence --print-trace > small.trace\n"
    "  tidemark replay some.trace --out some.html\n"
    "      the same as a page that needs no network: a diagram to step through\n"
    "  tidemark replay --check tests/traces/*.trace\n"
    "      the regression run: exit 0 exactly when every trace shows what it expects\n"
    "\n"
    "Exit codes: 1 when a property was violated, whatever the trace expects; with --check, when a\n"
    "trace does not show what it expects.";

struct ReplayFlags {
  CommonFlags common;
  CiFlags ci;
  EngineFlags engine;
  Scope scope;
  ShrinkBudget budget;
  std::vector<std::string> files;
  std::string original;
  std::optional<std::uint64_t> seed;
  std::optional<Invariant> shrink;
  bool check = false;
  bool print_trace = false;
  bool swarm = false;
  bool all_state = false;
};

// --- one run ---

// One line for each invariant that a run broke.
std::string broken_lines(const Run& run) {
  const Account account(run.scenario(), run.recording());
  std::string lines;
  for (const NamedInvariant& named : invariants())
    if (run.verdict().broken(named.invariant))
      lines += fmt::format("{}: {}\n", named.name,
                           sentence(run.verdict().breach(named.invariant), account));
  return lines;
}

ExitCode tell(const Shown& about, const ReplayFlags& flags, const Output& output) {
  const Run& run = about.run;
  if (output.out().wants(kPage))
    output.out().write(kPage, html_report(shown_for_page(about), environment()));
  output.out().write(kTrace, print_trace(run.trace()));
  if (flags.print_trace)
    output.result(print_trace(run.trace()));
  else if (output.quiet())
    output.result(broken_lines(run));
  else
    output.result(story(run.trace(), run.recording(),
                        {.color = output.color(), .all_state = flags.all_state}));
  output.json(replay_json(run.trace(), run.recording()));
  return run.verdict().holds() ? ExitCode::held : ExitCode::violated;
}

ExitCode replay_file(const ReplayFlags& flags, const Output& output) {
  if (flags.files.size() > 1)
    bad_usage("{} files are given, expected one, or --check for several", flags.files.size());
  return tell(load_shown(flags.files.front(), flags.original, flags.engine), flags, output);
}

// --- the episode of a seed ---

// Under the seed's name the first `wanted` invariant is shrunk for.
Scenario shrunk(const Scenario& scenario, const Configuration& configuration,
                const ReplayFlags& flags, const Output& output) {
  Runner runner(configuration);
  if (!runner.run(scenario).verdict.broken(*flags.shrink))
    bad_usage("--shrink: this episode does not break {}, expected one that does",
              name_of(*flags.shrink));
  ShrinkBudget budget = flags.budget;
  budget.may_use = features(flags.scope);
  ShrinkResult result = shrink_for(runner, *flags.shrink, scenario, budget);
  if (!result.complete)
    output.note(fmt::format("the budget of {} runs ended the shrinking early", flags.budget.runs));
  return std::move(result.scenario);
}

ExitCode replay_seed(const ReplayFlags& flags, const Output& output) {
  const Configuration configuration = configurations_of(flags.engine, "server-priority").front();
  Generator generator(flags.scope);
  Scenario scenario = generator.generate(*flags.seed);
  if (flags.swarm) output.note(print_swarm(generator.swarm()));
  if (flags.shrink) scenario = shrunk(scenario, configuration, flags, output);
  Shown about = show(configuration, make_trace(configuration, scenario));
  about.run.expect(shown_by(about.run.verdict()));
  if (flags.shrink) {
    about.run.expect({{std::string(name_of(*flags.shrink)), false}});
    about.invariant = flags.shrink;
    about.fingerprint = fingerprint(name_of(*flags.shrink), scenario);
  }
  about.commands = {
      {"replay", seed_command(configuration, flags.scope, *flags.seed) +
                     (flags.shrink ? fmt::format(" --shrink {}", name_of(*flags.shrink)) : "")}};
  return tell(about, flags, output);
}

// --- the regression run ---

// Where a trace says what it expects, counted from 1; 1 if it is in no file.
std::size_t line_of_expectation(const std::string& file) {
  if (file == "-") return 1;
  std::istringstream lines(read_file(file, kMaxTraceBytes));
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number)
    if (std::string word; std::istringstream(line) >> word && word == "expect") return number;
  return 1;
}

class CheckCommand {
 public:
  CheckCommand(const ReplayFlags& flags, Output& output)
      : flags_(flags),
        output_(output),
        ci_(flags.ci, "replay", output, ResultsAre::lines),
        suite_(ci_.add({"traces", {}, {}})) {}

  ExitCode run() {
    return ci_.reporting_faults([this] { return run_all(); });
  }

 private:
  ExitCode run_all() {
    std::vector<Trace> traces;  // all are read before the first runs
    for (const std::string& file : flags_.files) traces.push_back(load_trace(file));
    for (std::size_t i = 0; i < traces.size(); ++i) check(flags_.files[i], traces[i]);
    suite_.totals =
        fmt::format("{} checked, {} as expected, {} not", count_of(traces.size(), "trace"),
                    grouped(traces.size() - failed_), grouped(failed_));
    if (!output_.quiet()) output_.result(suite_.totals);
    output_.json({{"schema", "tidemark/check/1"},
                  {"checked", traces.size()},
                  {"failed", failed_},
                  {"traces", documents_}});
    ci_.write();
    return failed_ == 0 ? ExitCode::held : ExitCode::violated;
  }

  void check(const std::string& file, const Trace& trace) {
    Shown about = shown_of(trace, flags_.engine);
    const Run& run = about.run;
    const std::vector<std::string> unmet = unmet_by(run);
    const std::string paste = fmt::format("{} replay {}", command_name(), shell_quoted(file));
    failed_ += unmet.empty() ? 0 : 1;
    for (const std::string& each : unmet)
      output_.result(fmt::format("FAIL {}: {}; paste: {}", shown_path(file), each, paste));
    if (unmet.empty() && !output_.quiet())
      output_.result(fmt::format("ok   {}{}", shown_path(file),
                                 trace.expectations.empty() ? " (it expects nothing)" : ""));
    if (output_.wants_json()) add_document(file, run, unmet);
    about.commands = {{"replay", paste}};
    if (ci_.wants_checks()) add_check(file, about, unmet);
  }

  void add_check(const std::string& file, const Shown& about,
                 const std::vector<std::string>& unmet) {
    suite_.checks.push_back(check_of(about, shown_path(file), file == "-" ? "" : file, unmet));
    for (Failure& failure : suite_.checks.back().failures) failure.line = line_of_expectation(file);
  }

  void add_document(const std::string& file, const Run& run,
                    const std::vector<std::string>& unmet) {
    nlohmann::json document{{"file", file}, {"as_expected", unmet.empty()}, {"unmet", unmet}};
    document["replay"] = replay_json(run.trace(), run.recording());
    documents_.push_back(std::move(document));
  }

  const ReplayFlags& flags_;
  Output& output_;
  CiReport ci_;
  Suite& suite_;
  std::size_t failed_ = 0;
  nlohmann::json documents_ = nlohmann::json::array();
};

// A story is a page, or a trace; what traces are compared with are checks.
void check_outputs(const ReplayFlags& flags) {
  const OutPaths& out = flags.common.out;
  for (const OutEnding each : {kPage, kTrace})
    if (flags.check && out.wants(each)) bad_usage("--check excludes --out FILE{}", each);
  for (const CheckForm& form : kCheckForms)
    if (!flags.check && out.wants(form.ending))
      bad_usage("--out FILE{} requires --check", form.ending);
  if (!flags.original.empty() && !out.wants(kPage))
    bad_usage("--original requires --out FILE{}", kPage);
}

ExitCode run_replay(const ReplayFlags& flags) {
  if (flags.seed && !flags.files.empty())
    bad_usage("both a trace and --seed are given, expected one of them");
  if (!flags.seed && flags.files.empty())
    bad_usage("nothing to replay, expected a trace file or --seed");
  check_outputs(flags);
  Output output(flags.common);
  if (flags.seed) return replay_seed(flags, output);
  return flags.check ? CheckCommand(flags, output).run() : replay_file(flags, output);
}

// Flags that speak of the episode of a seed, and of nothing else.
void add_seed_flags(VerbFlags& verb, ReplayFlags& flags) {
  constexpr const char* kGroup = "Episode of a seed";
  AddedFlag seed = add_seed_flag(verb, flags.seed, "the seed of one episode, instead of a file");
  AddedFlag shrink = add_invariant_flag(verb, "--shrink", flags.shrink,
                                        "tell the smallest episode that breaks this");
  AddedFlags needing{
      shrink, add_budget_flag(verb, flags.budget).needs(shrink),
      verb.toggle("--print-trace", flags.print_trace, "print it as a trace, not as a story"),
      verb.toggle("--swarm", flags.swarm, "what the seed chose, on stderr")};
  seed.group(kGroup);
  for (AddedFlag option : needing) option.group(kGroup).needs(seed);
  for (AddedFlag option : add_scope_flags(verb, flags.scope)) option.needs(seed);
}

}  // namespace

void add_replay(CommandLine& command) {
  const auto flags = std::make_shared<ReplayFlags>();
  VerbFlags verb = command.verb("replay", "tell the story of a trace or a seed; check traces");
  verb.footer(kReplayExamples);
  verb.arguments("FILE", flags->files, "a trace; - is stdin");
  AddedFlag check = verb.toggle("--check", flags->check, "compare with what each trace expects");
  AddedFlag all_state =
      verb.toggle("--all-state", flags->all_state, "all that every replica holds, after each step");
  const AddedFlags engine = add_engine_flags(verb, flags->engine, false);
  add_compare_flag(verb, flags->engine.compare_tombstones);
  add_seed_flags(verb, *flags);
  verb.text("--original", "FILE", flags->original,
            "the trace that FILE was shrunk from, for a page")
      .excludes(verb.find("--seed"));
  add_common_flags(verb, flags->common, {kPage, kJson, kChecks, kTrace});
  for (AddedFlag option : add_ci_flags(verb, flags->ci)) option.needs(check);
  for (AddedFlag option : engine)
    if (!option.name().starts_with("--engine")) check.excludes(option);
  check.excludes(verb.find("--seed"));
  for (AddedFlag option : {check, verb.find("--quiet"), verb.find("--print-trace")})
    all_state.excludes(option);
  verb.runs([flags] { return run_replay(*flags); });
}

}  // namespace tidemark::core
