#include "cli/parts/night.h"
#include "cli/parts/command_name.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "base/files.h"
#include "base/text.h"
#include "cli/parts/environment.h"
#include "cli/parts/findings.h"
#include "cli/parts/options.h"
#include "cli/parts/traces.h"
#include "cli/parts/values.h"
#include "properties/campaign/trace_file.h"
#include "reports/documents/history.h"
#include "reports/documents/html/night_page.h"
#include "reports/documents/html/report.h"
#include "reports/documents/run_document.h"
#include "reports/json.h"
#include "reports/screen.h"

namespace tidemark::core {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMostShardBytes = std::size_t{256} * 1024 * 1024;
constexpr std::size_t kMostPages = 20;  // some 50 KB each

std::string in(const std::string& folder, const std::string& name) {
  return (fs::path(folder) / name).string();
}

// Its traces are in a folder of their own.
RunPlace place_of_night(const std::string& folder) {
  RunPlace place = place_of(folder);
  place.traces += "findings/";
  return place;
}

std::string read_if_there(const std::string& path) {
  return fs::exists(path) ? read_file(path, kMostShardBytes) : std::string();
}

// What of a night is kept in its folder. Where a file cannot be written that is told, and the
// others are.
class NightFolder {
 public:
  NightFolder(const RunReport& report, const std::string& folder)
      : report_(report), folder_(folder) {}

  void write() {
    keep(in(folder_, std::string(kRunFile)),
         [&] { return print_json(run_json(report_, Clock::left_out)); });
    write_findings();
    const std::string history = in(folder_, "history.jsonl");
    Nights before;
    keep(history, [&] {
      const std::string text = read_if_there(history);
      before = read_history(text);
      return with_night(text, report_);
    });
    for (const std::string& each : before.problems) Output::error(history + ": " + each);
    keep(in(folder_, "index.html"),
         [&] { return night_page(report_, before.nights, place_of_night(folder_), with_files()); });
  }
  void write_findings() {
    std::size_t pages = 0;
    for (const Finding& each : report_.findings)
      if (each.is_seen()) write_finding(each, pages++ < kMostPages);
  }
  bool is_whole() const { return is_whole_; }

 private:
  template <class Make>
  void keep(const std::string& path, Make make) {
    try {
      make_folder(fs::path(path).parent_path().string());
      write_file(path, make());
    } catch (const BadInput& bad) {
      Output::error(printable(bad.line));
      is_whole_ = false;
    }
  }

  std::string trace_path(const Finding& finding, std::string_view kind) const {
    return in(folder_, fmt::format("findings/{}{}.trace", finding.name(), kind));
  }

  // From night to night the simplest trace stays, and the one that was found first.
  void write_finding(const Finding& finding, bool with_page) {
    const Trace& simplest = finding.simplest.trace;
    const std::string path = trace_path(finding, "");
    if (const auto earlier = trace_at(path);
        !earlier || is_simpler(simplest.scenario, earlier->scenario))
      keep(path, [&] { return print_trace(simplest); });
    const std::string oldest = trace_path(finding, ".oldest");
    if (!trace_at(oldest)) keep(oldest, [&] { return print_trace(finding.oldest.trace); });
    const auto kept = trace_at(path);
    if (with_page && kept && !kept->is_foreign)
      keep(in(folder_, fmt::format("findings/{}.html", finding.name())), [&] {
        return html_report(shown_for_page(load_shown(path, {}, EngineFlags{})), environment());
      });
  }
  static std::optional<Trace> trace_at(const std::string& path) {
    try {
      if (fs::exists(path)) return load_trace(path);
    } catch (const BadInput& bad) {
      Output::error(printable(bad.line));
    }
    return std::nullopt;
  }

  // The findings that have a page.
  std::set<std::string> with_files() const {
    std::set<std::string> names;
    for (const Finding& each : report_.findings)
      if (fs::exists(in(folder_, fmt::format("findings/{}.html", each.name()))))
        names.insert(each.name());
    return names;
  }

  const RunReport& report_;
  const std::string& folder_;
  bool is_whole_ = true;
};

// The first new finding on a screen, where its protocol is ours.
void show_first(const RunReport& report, const RunPlace& place, const Output& output) {
  for (const Finding& each : report.findings) {
    if (!each.is_bad() || !each.is_seen() || each.simplest.trace.is_foreign) continue;
    const Configuration configuration = configuration_of(each.simplest.trace, EngineFlags{});
    const std::optional<Shown> shown = show(configuration, each, report, place);
    if (!shown) continue;
    output.result(screen(*shown, output.color()));
    output.result("\n");
    return;
  }
}

ExitCode tell(const RunReport& report, const std::string& folder, const Output& output,
              CiReport& ci) {
  const RunPlace place = place_of_night(folder);
  output.result(run_headline(report));
  output.result("\n");
  if (!output.quiet()) show_first(report, place, output);
  output.result(run_text(report, place));
  if (output.wants_json()) output.json(run_json(report, Clock::left_out));
  if (ci.wants_checks())
    for (Suite& each : suites_of(report, place, {})) ci.add(std::move(each));
  output.release();
  ci.write();
  return static_cast<ExitCode>(exit_code_of(report));
}

}  // namespace

std::string shard_path(const std::string& folder, const Shard& shard) {
  return in(folder, fmt::format("shards/{}-of-{}.json", shard.index, shard.count));
}
std::string times_path(const std::string& folder, const Shard& shard) {
  return in(folder, fmt::format("shards/{}-of-{}.times", shard.index, shard.count));
}

void write_shard(const std::string& folder, const ShardDocument& document, const RunTimes& times) {
  make_folder(in(folder, "shards"));
  write_file(shard_path(folder, document.result.shard), print_shard(document));
  json slow = json::array();
  for (const TimedEpisode& each : times.slow) slow.push_back({each.episode, each.nanoseconds});
  write_file(times_path(folder, document.result.shard),
             print_json({{"began", times.began}, {"seconds", times.seconds}, {"slow", slow}}));
}

ShardDocument load_shard(const std::string& path) {
  std::string problem;
  std::optional<ShardDocument> document = read_shard(read_file(path, kMostShardBytes), problem);
  if (!document) throw BadInput{fmt::format("{}:1: {}", shown_path(path), problem)};
  return *std::move(document);
}

RunTimes load_times(const std::string& path) {
  try {
    const json in = json::parse(read_if_there(path));
    RunTimes times{in.at("began"), in.at("seconds"), {}};
    for (const json& each : in.at("slow")) times.slow.push_back({each.at(0), each.at(1)});
    return times;
  } catch (const std::exception&) {
    return {};
  }
}

std::uint32_t last_night(const std::string& folder) {
  const Nights nights = read_history(read_if_there(in(folder, "history.jsonl")));
  return nights.nights.empty() ? 0 : nights.nights.back().night;
}

std::string now_in_utc() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

ExitCode leave_night(const std::vector<ShardDocument>& shards, const RunTimes& times,
                     const std::string& folder, const Output& output, CiReport& ci) {
  RunReport report = report_of(shards);
  report.times = times;
  report.environment = environment();
  NightFolder night(report, folder);
  night.write();
  const ExitCode code = tell(report, folder, output, ci);
  return night.is_whole() || code != ExitCode::held ? code : ExitCode::bad_input;
}

ExitCode leave_shard(const ShardDocument& shard, const std::string& folder, const Output& output,
                     CiReport& ci) {
  const RunReport report = report_of_part(shard);
  NightFolder(report, folder).write_findings();
  return tell(report, folder, output, ci);
}

}  // namespace tidemark::core
