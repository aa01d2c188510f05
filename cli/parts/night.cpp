#include "cli/parts/night.h"
#include "cli/parts/command_name.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/text.h"
#include "cli/parts/cases.h"
#include "cli/parts/environment.h"
#include "cli/parts/findings.h"
#include "cli/parts/options.h"
#include "cli/parts/values.h"
#include "properties/campaign/trace_file.h"
#include "reports/documents/history.h"
#include "reports/documents/html/morning.h"
#include "reports/documents/html/report.h"
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

NightPlace place_of(const std::string& folder) {
  return {command_name(), folder_prefix(folder), shell_quoted};
}

std::string read_if_there(const std::string& path) {
  return fs::exists(path) ? read_file(path, kMostShardBytes) : std::string();
}

// What of a night is kept in its folder. Where a file cannot be written that is told, and the
// others are.
class NightFolder {
 public:
  NightFolder(const NightReport& report, const ShardTimes& times, const std::string& folder)
      : report_(report), times_(times), folder_(folder) {}

  void write() {
    keep(in(folder_, "report.json"), [&] { return print_json(night_json(report_)); });
    write_findings();
    const Night night = night_of();
    const std::string history = in(folder_, "history.jsonl");
    Nights before;
    keep(history, [&] {
      const std::string text = read_if_there(history);
      before = read_history(text);
      return with_night(text, history_of(night));
    });
    for (const std::string& each : before.problems) Output::error(history + ": " + each);
    keep(in(folder_, "index.html"),
         [&] { return morning_page(night, before.nights, environment()); });
  }
  void write_findings() {
    std::size_t pages = 0;
    for (const ReportedFinding& each : report_.findings)
      if (each.found) write_finding(each, pages++ < kMostPages);
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

  std::string trace_path(const ReportedFinding& finding, std::string_view kind) const {
    return in(folder_, fmt::format("findings/{}{}.trace", finding.name, kind));
  }

  // From night to night the simplest trace stays, and the one that was found first.
  void write_finding(const ReportedFinding& finding, bool with_page) {
    const Trace& simplest = finding.found->simplest.trace;
    const std::string path = trace_path(finding, "");
    if (const auto earlier = trace_at(path);
        !earlier || is_simpler(simplest.scenario, earlier->scenario))
      keep(path, [&] { return print_trace(simplest); });
    const std::string oldest = trace_path(finding, ".oldest");
    if (!trace_at(oldest)) keep(oldest, [&] { return print_trace(finding.found->oldest.trace); });
    const auto kept = trace_at(path);
    if (with_page && kept && !kept->is_foreign)
      keep(in(folder_, fmt::format("findings/{}.html", finding.name)), [&] {
        return html_report(case_for_page(load_case(path, {}, EngineFlags{})), environment());
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

  Night night_of() const {
    Night night{.number = report_.head.night,
                .began = times_.began,
                .commit = report_.head.commit,
                .seed = report_.head.seed,
                .campaign = key_of_file(report_.head),
                .exit_code = exit_code_of(report_),
                .seconds = times_.seconds,
                .faults = report_.faults};
    for (const auto* lines : {&report_.unshrunk, &report_.unfinished, &report_.vacuous})
      night.doubts.insert(night.doubts.end(), lines->begin(), lines->end());
    for (const ReportedFinding& each : report_.findings) night.findings.push_back(page_of(each));
    for (std::size_t i = 0; i < report_.head.portions.size(); ++i) {
      night.configurations.push_back(page_of(i));
      night.cells_reached += cells_reached(report_.result.portions[i]);
      night.cells_possible += report_.head.portions[i].cells;
    }
    for (const TimedEpisode& each : times_.slow) night.slow.push_back(page_of(each));
    night.corpus = {report_.head.corpus, report_.new_landmarks};
    return night;
  }

  NightFinding page_of(const ReportedFinding& finding) const {
    NightFinding page{.name = finding.name, .status = finding.status};
    page.has_files = fs::exists(in(folder_, fmt::format("findings/{}.html", finding.name)));
    if (!finding.unmet.empty()) page.sentence = finding.baseline + ": " + finding.unmet.front();
    if (!finding.found) return page;
    page.sentence = finding.found->simplest.sentence;
    page.steps = finding.found->simplest.trace.scenario.steps.size();
    page.episodes = finding.found->all_episodes();
    for (const auto& [portion, count] : finding.found->episodes)
      page.configurations.push_back(report_.head.portions.at(portion).name);
    page.command = replay_of(finding, report_.head, place_of(folder_));
    return page;
  }

  NightConfiguration page_of(std::size_t place) const {
    const PortionHead& head = report_.head.portions[place];
    const PortionResult& portion = report_.result.portions[place];
    NightConfiguration page{
        .name = head.name,
        .episodes = portion.episodes,
        .broken_episodes = portion.broken_episodes,
        .steps = portion.effective_steps,
        .repeated = portion.repeated,
        .canary = fmt::format("{}, {} of {}", head.canary, grouped(portion.canaries_caught),
                              grouped(portion.canary_episodes)),
        .digest = print_digest(portion.digest),
        .missed_marks = report_.missed_marks[place]};
    for (const NamedMark& named : marks()) {
      const std::string name(named.name);
      const auto has = [&](const std::vector<std::string>& names) {
        return std::find(names.begin(), names.end(), name) != names.end();
      };
      page.marks.push_back({name, portion.marks[static_cast<std::size_t>(named.mark)],
                            has(head.marks) || has(head.marks_of_many)});
    }
    return page;
  }

  SlowEpisode page_of(const TimedEpisode& slow) const {
    std::vector<std::uint32_t> weights;
    for (const PortionHead& each : report_.head.portions) weights.push_back(each.weight);
    const Schedule::Place place = Schedule(weights).place_of(slow.episode);
    const PortionHead& head = report_.head.portions.at(place.portion);
    SlowEpisode page{.episode = slow.episode,
                     .seconds = static_cast<double>(slow.nanoseconds) / 1e9,
                     .configuration = head.name,
                     .command = {}};
    const auto seed = parse_number(head.seed);
    if (seed && place.index >= head.given)
      page.command = fmt::format("{} replay --seed {} {}", command_name(),
                                 print_seed(seed_of(*seed, place.index)), head.replay);
    return page;
  }

  const NightReport& report_;
  const ShardTimes& times_;
  const std::string& folder_;
  bool is_whole_ = true;
};

// The first new finding on a screen, where its protocol is ours.
void show_first(const NightReport& report, const std::string& folder, const Output& output) {
  for (const ReportedFinding& each : report.findings) {
    if (!each.is_bad() || !each.found || each.found->simplest.trace.is_foreign) continue;
    const ShrunkEpisode& simplest = each.found->simplest;
    const Configuration configuration = configuration_of(simplest.trace, EngineFlags{});
    const Run run = run_trace(configuration, simplest.trace);
    const std::optional<Invariant> invariant = find_invariant(each.invariant);
    if (!invariant || !run.verdict().broken(*invariant)) continue;
    output.result(screen(
        {.invariant = *invariant,
         .configuration = configuration,
         .scenario = simplest.trace.scenario,
         .recording = run.recording,
         .fingerprint = each.found->fingerprint,
         .found = fmt::format("episode {}  {}", simplest.episode, name_of(each.status)),
         .found_briefly = {},
         .origin = {"shrunk", fmt::format("{} -> {}", simplest.steps_before,
                                          count_of(simplest.trace.scenario.steps.size(), "step"))},
         .commands = {{"replay", replay_of(each, report.head, place_of(folder))}}},
        output.color()));
    output.result("\n");
    return;
  }
}

ExitCode tell(const NightReport& report, const std::string& folder, const Output& output,
              CiReport& ci) {
  output.result(night_headline(report));
  output.result("\n");
  if (!output.quiet()) show_first(report, folder, output);
  output.result(night_text(report, place_of(folder)));
  if (output.wants_json()) output.json(night_json(report));
  if (ci.wants_checks())
    for (Suite& each : suites_of(report, place_of(folder))) ci.add(std::move(each));
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

void write_shard(const std::string& folder, const ShardDocument& document,
                 const ShardTimes& times) {
  make_folder(in(folder, "shards"));
  write_file(shard_path(folder, document.result.shard), print_shard_document(document));
  json slow = json::array();
  for (const TimedEpisode& each : times.slow) slow.push_back({each.episode, each.nanoseconds});
  write_file(times_path(folder, document.result.shard),
             print_json({{"began", times.began}, {"seconds", times.seconds}, {"slow", slow}}));
}

ShardDocument read_shard(const std::string& path) {
  std::string problem;
  std::optional<ShardDocument> document = read_shard_document(read_file(path, kMostShardBytes), problem);
  if (!document) throw BadInput{fmt::format("{}:1: {}", shown_path(path), problem)};
  return *std::move(document);
}

ShardTimes read_times(const std::string& path) {
  try {
    const json in = json::parse(read_if_there(path));
    ShardTimes times{in.at("began"), in.at("seconds"), {}};
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

ExitCode leave_night(const std::vector<ShardDocument>& shards, const ShardTimes& times,
                     const std::string& folder, const Output& output, CiReport& ci) {
  const NightReport report = report_night(shards);
  NightFolder night(report, times, folder);
  night.write();
  const ExitCode code = tell(report, folder, output, ci);
  return night.is_whole() || code != ExitCode::held ? code : ExitCode::bad_input;
}

ExitCode leave_shard(const ShardDocument& shard, const std::string& folder, const Output& output,
                     CiReport& ci) {
  const NightReport report = report_shard(shard);
  const ShardTimes times;
  NightFolder(report, times, folder).write_findings();
  return tell(report, folder, output, ci);
}

}  // namespace tidemark::core
