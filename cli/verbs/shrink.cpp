// tidemark shrink: from a failing trace to the simplest one that fails in the same way.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "cli/parts/options.h"
#include "cli/verbs/verbs.h"
#include "properties/campaign/fuzz.h"
#include "properties/campaign/trace_file.h"
#include "reports/json.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kShrinkExamples =
    "Examples:\n"
    "  tidemark shrink some.trace -o small.trace\n"
    "  tidemark shrink some.trace --invariant told\n"
    "\n"
    "Without --invariant: the first that the trace expects to be violated and that is, else the\n"
    "first that is. Exit codes: 0 shrunk, 2 nothing is broken, 5 the budget ended it (what was\n"
    "reached is written).";

struct ShrinkFlags {
  CommonFlags common;
  EngineFlags engine;  // only an adapter's, and what convergence compares
  ShrinkBudget budget;
  std::string file;
  std::optional<Invariant> invariant;
};

// The invariant to shrink for.
Invariant chosen(const ShrinkFlags& flags, const Trace& trace, const Verdict& verdict) {
  if (flags.invariant && verdict.broken(*flags.invariant)) return *flags.invariant;
  if (flags.invariant)
    throw BadInput{fmt::format("{}: {} is not violated, expected a trace that violates it",
                               shown_path(flags.file), name_of(*flags.invariant))};
  for (const Expectation& expectation : trace.expectations)
    if (const auto expected = find_invariant(expectation.invariant);
        expected && !expectation.holds && verdict.broken(*expected))
      return *expected;
  for (const NamedInvariant& named : invariants())
    if (verdict.broken(named.invariant)) return named.invariant;
  throw BadInput{fmt::format("{}: nothing is violated, expected a trace that violates an invariant",
                             shown_path(flags.file))};
}

// What the trace expected and still shows, and the invariant that it was shrunk for.
std::vector<Expectation> expectations_of(const Trace& before, Invariant invariant,
                                         const Verdict& after) {
  std::vector<Expectation> kept;
  for (const Expectation& expectation : before.expectations) {
    const auto named = find_invariant(expectation.invariant);
    if (named && after.broken(*named) != expectation.holds) kept.push_back(expectation);
  }
  const Expectation wanted{std::string(name_of(invariant)), false};
  if (std::find(kept.begin(), kept.end(), wanted) == kept.end()) kept.push_back(wanted);
  return kept;
}

// Comments of the head stay; those of steps stay where no step went.
std::vector<Comment> comments_of(const Trace& before, const Trace& after) {
  if (before.scenario == after.scenario && before.expectations == after.expectations)
    return before.comments;
  std::vector<Comment> kept;
  for (const Comment& comment : before.comments)
    if (comment.line < TraceLine::step) kept.push_back(comment);
  return kept;
}

Trace shrunk_trace(const Trace& before, const ShrinkResult& result, Invariant invariant,
                   const Configuration& configuration, Runner& runner) {
  Trace after = make_trace(configuration, result.scenario);
  after.expectations = expectations_of(before, invariant, runner.run(after.scenario).verdict);
  after.comments = comments_of(before, after);
  return after;
}

std::string summary(const Trace& before, const Trace& after, const ShrinkResult& result,
                    Invariant invariant) {
  return fmt::format("{}: {} to {}, {} to {}, {} tried, {}", name_of(invariant),
                     before.scenario.steps.size(), count_of(after.scenario.steps.size(), "step"),
                     before.scenario.clients, count_of(after.scenario.clients, "client"),
                     count_of(result.tried, "candidate"),
                     result.complete ? "1-minimal" : "not minimal: the budget ended it");
}

ExitCode run_shrink(const ShrinkFlags& flags) {
  const Output output(flags.common);
  const Trace before = load_trace(flags.file);
  const Configuration configuration = configuration_of(before, flags.engine);
  Runner runner(configuration);
  const Invariant invariant = chosen(flags, before, runner.run(before.scenario).verdict);
  const ShrinkResult result = shrink_for(runner, invariant, before.scenario, flags.budget);
  const Trace after = shrunk_trace(before, result, invariant, configuration, runner);
  const std::string told = summary(before, after, result, invariant);
  if (!output.out().wants(kTrace)) {
    output.result(print_trace(after));
    output.note(told);
  } else {
    output.out().write(kTrace, print_trace(after));
    if (!output.quiet())
      output.result(
          fmt::format("{}; written to {}", told,
                      printable(fmt::format("{}", fmt::join(output.out().files(kTrace), ", ")))));
  }
  output.json(shrink_json(before, after, result));
  return result.complete ? ExitCode::held : ExitCode::inconclusive;
}

}  // namespace

void add_shrink(CommandLine& command) {
  const auto flags = std::make_shared<ShrinkFlags>();
  VerbFlags verb = command.verb("shrink", "make a failing trace as simple as it can be");
  verb.footer(kShrinkExamples);
  verb.argument("FILE", flags->file, "a trace that fails; - is stdin").required();
  add_invariant_flag(verb, "--invariant", flags->invariant, "the invariant that must stay broken");
  add_budget_flag(verb, flags->budget);
  add_adapter_flags(verb, flags->engine);
  add_compare_flag(verb, flags->engine.compare_tombstones);
  add_common_flags(verb, flags->common, {kTrace, kJson});
  verb.runs([flags] { return run_shrink(*flags); });
}

}  // namespace tidemark::core
