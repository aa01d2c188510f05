// tidemark export: gives a trace to other programs, in their forms.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "cli/parts/options.h"
#include "cli/parts/traces.h"
#include "cli/parts/values.h"
#include "cli/verbs/verbs.h"
#include "reports/documents/exports.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kExportExamples =
    "Examples:\n"
    "  tidemark export --to gtest some.trace\n"
    "  tidemark export --to dot some.trace | dot -Tsvg > graph.svg\n"
    "  tidemark export --to shiviz small.trace --original some.trace -o shiviz.log\n"
    "\n"
    "Exit codes: 0 written, whatever the trace shows.";

struct ExportFlags {
  EngineFlags engine;
  const Export* form = nullptr;
  std::string file;
  std::string original;
  CommonFlags common;
};

void set_form(ExportFlags& flags, const std::string& name) {
  std::vector<std::string_view> names;
  for (const Export& each : exports()) {
    names.push_back(each.name);
    if (each.name == name) flags.form = &each;
  }
  if (!flags.form) bad_usage("--to: {}", unknown_name("form", name, names));
}

ExitCode run_export(const ExportFlags& flags) {
  const Output output(flags.common);
  const std::string text = flags.form->write(load_shown(flags.file, flags.original, flags.engine));
  if (output.out().all().empty()) output.result(text);
  output.out().write(kAnyFile, text);
  return ExitCode::held;
}

std::string forms() {
  std::string text = "Forms:\n";
  for (const Export& each : exports()) text += hang("  " + pad(each.name, 10), each.meaning);
  return text;
}

}  // namespace

void add_export(CommandLine& command) {
  const auto flags = std::make_shared<ExportFlags>();
  VerbFlags verb = command.verb("export", "give a trace to other programs, in their forms");
  verb.footer(forms() + "\n" + std::string(kExportExamples));
  verb.argument("FILE", flags->file, "a trace; - is stdin").required();
  verb.text(
          "--to", "FORM",
          [flags = flags.get()](const std::string& name) { set_form(*flags, name); },
          "the form, one of those below")
      .required();
  verb.text("--original", "FILE", flags->original, "the trace that FILE was shrunk from");
  add_out_flag(verb, flags->common.out, {kAnyFile});
  add_engine_flags(verb, flags->engine, false);
  add_compare_flag(verb, flags->engine.compare_tombstones);
  verb.runs([flags] { return run_export(*flags); });
}

}  // namespace tidemark::core
