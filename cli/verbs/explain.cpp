// tidemark explain: why a trace is as it is, on one screen.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/files.h"
#include "base/text.h"
#include "cli/parts/options.h"
#include "cli/parts/traces.h"
#include "cli/verbs/verbs.h"
#include "reports/documents/explain_text.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kExplainExamples =
    "Examples:\n"
    "  tidemark explain found/no-lost-update-3f2a50b1c9d4.trace\n"
    "      what broke, what happens without each step, which values matter, where it went wrong\n"
    "\n"
    "All of it is found by running changed traces; the same trace gives the same bytes. Exit "
    "codes:\n"
    "1 when a property was violated.";

struct ExplainFlags {
  CommonFlags common;
  EngineFlags engine;
  std::string file;
  std::optional<Invariant> invariant;
};

std::string told(const Shown& about, const Output& output) {
  if (!about.invariant) return "nothing is broken; tidemark replay tells the story";
  const std::string text = explain_text(about, output.color());
  return output.quiet() ? text.substr(0, text.find('\n')) : text;
}

ExitCode run_explain(const ExplainFlags& flags) {
  const Output output(flags.common);
  Shown about = load_shown(flags.file, {}, flags.engine);
  if (flags.invariant && !about.run.verdict().broken(*flags.invariant))
    throw BadInput{fmt::format("{}: {} is not violated, expected a trace that violates it",
                               shown_path(flags.file), name_of(*flags.invariant))};
  if (flags.invariant) about.invariant = flags.invariant;
  about = with_anatomy(std::move(about));
  output.result(told(about, output));
  output.json(explain_json(about));
  return about.invariant ? ExitCode::violated : ExitCode::held;
}

}  // namespace

void add_explain(CommandLine& command) {
  const auto flags = std::make_shared<ExplainFlags>();
  VerbFlags verb =
      command.verb("explain", "what each step of a trace is needed for, and what matters");
  verb.footer(kExplainExamples);
  verb.argument("FILE", flags->file, "a trace; - is stdin").required();
  add_invariant_flag(verb, "--invariant", flags->invariant, "the broken invariant to explain");
  add_engine_flags(verb, flags->engine, false);
  add_compare_flag(verb, flags->engine.compare_tombstones);
  add_common_flags(verb, flags->common, {kJson});
  verb.runs([flags] { return run_explain(*flags); });
}

}  // namespace tidemark::core
