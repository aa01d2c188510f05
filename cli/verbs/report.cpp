// tidemark report: traces, and the run that found them, as one page.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "cli/parts/environment.h"
#include "cli/parts/options.h"
#include "cli/parts/traces.h"
#include "cli/parts/values.h"
#include "cli/verbs/verbs.h"
#include "reports/documents/html/report.h"
#include "reports/documents/run_document.h"
#include "sim/trace_words.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kReportExamples =
    "Examples:\n"
    "  tidemark fuzz --out found; tidemark report found -o report.html\n"
    "  tidemark report tests/traces/findings -o findings.html\n"
    "\n"
    "Each trace is run again. Where a folder has the report.json of the run that found them, the\n"
    "page tells of the run too. Exit codes: 0 written, whatever the traces show.";

constexpr std::size_t kMostBytes = std::size_t{256} * 1024 * 1024;

struct ReportFlags {
  EngineFlags engine;
  std::vector<std::string> paths;
  OutPaths out;
};

bool is_folder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

class Report {
 public:
  explicit Report(const ReportFlags& flags) : flags_(flags) {}

  ExitCode run() {
    for (const std::string& path : flags_.paths) add(path);
    if (all_.empty() && !run_)
      throw BadInput{fmt::format("{}: no trace, expected a folder with *.trace, or such a file",
                                 flags_.paths.front())};
    flags_.out.write(kPage, html_report(all_, run_ ? &*run_ : nullptr, environment()));
    return ExitCode::held;
  }

 private:
  void add(const std::string& path) {
    if (!is_folder(path)) return add_trace(path, nullptr);
    const std::optional<RunReport> run = run_of(path);
    if (run && run_) throw BadInput{fmt::format("{}: a second run, expected one", path)};
    for (const std::string& file : traces_in(path)) add_trace(file, run ? &*run : nullptr);
    if (run) run_ = run;
  }

  static std::optional<RunReport> run_of(const std::string& folder) {
    const std::string path = (std::filesystem::path(folder) / kRunFile).string();
    if (!std::filesystem::exists(path)) return std::nullopt;
    std::string problem;
    std::optional<RunReport> run = read_run(read_file(path, kMostBytes), problem);
    if (!run) throw BadInput{fmt::format("{}: {}", path, problem)};
    return run;
  }

  void add_trace(const std::string& file, const RunReport* run) {
    Shown shown = shown_for_page(load_shown(file, {}, flags_.engine));
    if (run != nullptr)
      for (const Finding& each : run->findings)
        if (each.is_seen() && std::filesystem::path(file).filename() == each.file_name()) {
          shown.found = share_of(each, *run);
          shown.passes = each.simplest.passes;
          shown = with_original(std::move(shown), each);
        }
    all_.push_back(std::move(shown));
  }

  const ReportFlags& flags_;
  std::vector<Shown> all_;
  std::optional<RunReport> run_;
};

ExitCode run_report(const ReportFlags& flags) {
  flags.out.require_writable();
  return Report(flags).run();
}

}  // namespace

void add_report(CommandLine& command) {
  const auto flags = std::make_shared<ReportFlags>();
  VerbFlags verb = command.verb("report", "traces and their run as one HTML page");
  verb.footer(kReportExamples);
  verb.arguments("PATH", flags->paths, "folders of traces as fuzz --out leaves them, or traces")
      .required();
  add_out_flag(verb, flags->out, {kPage}).required();
  add_engine_flags(verb, flags->engine, false);
  add_compare_flag(verb, flags->engine.compare_tombstones);
  verb.runs([flags] { return run_report(*flags); });
}

}  // namespace tidemark::core
