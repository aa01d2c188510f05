// tidemark report: traces, and the campaign that found them, as one page.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "cli/parts/cases.h"
#include "cli/parts/environment.h"
#include "cli/parts/options.h"
#include "cli/parts/values.h"
#include "cli/verbs/verbs.h"
#include "reports/documents/html/report.h"
#include "sim/trace_words.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kReportExamples =
    "Examples:\n"
    "  tidemark fuzz --out found; tidemark report found -o report.html\n"
    "  tidemark report tests/traces/findings -o findings.html\n"
    "\n"
    "Each trace is run again. Where a folder has the campaign.json of the run that found them, "
    "the\n"
    "page tells of the campaign too. Exit codes: 0 written, whatever the traces show.";

constexpr std::size_t kMaxCampaignBytes = std::size_t{256} * 1024 * 1024;

struct ReportFlags {
  EngineFlags engine;
  std::vector<std::string> paths;
  std::string out;
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
    if (cases_.empty() && !campaign_)
      throw BadInput{fmt::format("{}: no trace, expected a folder with *.trace, or such a file",
                                 flags_.paths.front())};
    write_file(flags_.out, html_report(cases_, campaign_ ? &*campaign_ : nullptr, environment()));
    return ExitCode::held;
  }

 private:
  void add(const std::string& path) {
    if (!is_folder(path)) return add_trace(path, nullptr);
    const std::optional<Campaign> campaign = campaign_of(path);
    if (campaign && campaign_)
      throw BadInput{fmt::format("{}: a second campaign, expected one", path)};
    for (const std::string& file : traces_in(path))
      add_trace(file, campaign ? &*campaign : nullptr);
    if (campaign) campaign_ = campaign;
  }

  static std::optional<Campaign> campaign_of(const std::string& folder) {
    const std::string path = (std::filesystem::path(folder) / kCampaignFile).string();
    if (!std::filesystem::exists(path)) return std::nullopt;
    std::string problem;
    std::optional<Campaign> campaign = read_campaign(read_file(path, kMaxCampaignBytes), problem);
    if (!campaign) throw BadInput{fmt::format("{}: {}", path, problem)};
    return campaign;
  }

  void add_trace(const std::string& file, const Campaign* campaign) {
    Case& added = cases_.emplace_back(case_for_page(load_case(file, {}, flags_.engine)));
    if (!campaign) return;
    const auto found = campaign->traces.find(std::filesystem::path(file).filename().string());
    if (found == campaign->traces.end()) return;
    added.found = found->second.found;
    added.passes = found->second.passes;
    add_original(found->second, file, added);
  }

  static void add_original(const FoundTrace& found, const std::string& file, Case& added) {
    Trace original;
    if (const auto error = parse_trace(found.original, invariant_names(), original))
      throw BadInput{fmt::format("{}: the original of {} is no trace: line {}: {}", kCampaignFile,
                                 file, error->line, error->message)};
    added.original =
        Original{run_trace(added.configuration, std::move(original)), parse_number(found.seed)};
  }

  const ReportFlags& flags_;
  std::vector<Case> cases_;
  std::optional<Campaign> campaign_;
};

ExitCode run_report(const ReportFlags& flags) {
  require_writable_file(flags.out);
  return Report(flags).run();
}

}  // namespace

void add_report(CommandLine& command) {
  const auto flags = std::make_shared<ReportFlags>();
  VerbFlags verb = command.verb("report", "traces and their campaign as one HTML page");
  verb.footer(kReportExamples);
  verb.arguments("PATH", flags->paths, "folders of traces as fuzz --out leaves them, or traces")
      .required();
  verb.text("-o,--out", "FILE", flags->out, "where to write the page").required();
  add_engine_flags(verb, flags->engine, false);
  add_compare_flag(verb, flags->engine.compare_tombstones);
  verb.runs([flags] { return run_report(*flags); });
}

}  // namespace tidemark::core
