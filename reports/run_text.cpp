// A run as text: the verdict, its findings, its portions.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "reports/run_report.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kTextFindings = 40;

std::string where_of(const Finding& finding, const RunReport& report) {
  if (!finding.is_seen()) return "baseline " + finding.baseline;
  std::string where = report.head.portions.at(finding.episodes.begin()->first).name;
  if (finding.episodes.size() > 1)
    where += fmt::format(" and {} more", finding.episodes.size() - 1);
  return where;
}

std::string text_of(const Finding& finding, const RunReport& report, const RunPlace& place) {
  const std::string steps =
      finding.is_seen() ? count_of(finding.simplest.trace.scenario.steps.size(), "step") : "";
  std::string text =
      fmt::format("{:<9}  {}  {:>8}  {}  {}\n", name_of(finding.status), finding.name(), steps,
                  count_of(finding.all_episodes(), "episode"), where_of(finding, report));
  for (const std::string& each : finding.unmet)
    text += hang("           ", fmt::format("{}: {}", finding.baseline, each));
  if (!finding.is_bad() || !finding.is_seen()) return text;
  text += hang("           ", finding.simplest.sentence);
  return text + "           " + replay_of(finding, report, place) + "\n";
}

std::string portions_table(const RunReport& report) {
  std::size_t width = 13;
  for (const PortionHead& each : report.head.portions) width = std::max(width, columns(each.name));
  std::string text = pad("configuration", width) +
                     "      episodes      broken  marks missed      cells  repeated\n";
  for (std::size_t i = 0; i < report.head.portions.size(); ++i) {
    const PortionHead& head = report.head.portions[i];
    const PortionResult& portion = report.result.portions[i];
    text += fmt::format("{}  {:>12}  {:>10}  {:>12}  {:>9}  {:>8}\n", pad(head.name, width),
                        grouped(portion.episodes), grouped(portion.broken_episodes),
                        report.missed_marks[i].size(),
                        fmt::format("{}/{}", cells_reached(portion), cells_possible(head)),
                        grouped(portion.repeated));
  }
  return text;
}

std::string_view verdict_word(const RunReport& report) {
  switch (exit_code_of(report)) {
    case 0:
      return "HELD";
    case 1:
      return "FAIL";
    case 3:
      return "FAULT";
    default:
      return "IN DOUBT";
  }
}

}  // namespace

std::string run_headline(const RunReport& report) {
  std::string text = fmt::format("{} night {}: {}\n", verdict_word(report), report.head.night,
                                 run_sentence(report));
  for (const std::string& each : report.problems()) text += hang("  ", each);
  return text;
}

std::string run_text(const RunReport& report, const RunPlace& place) {
  std::string text;
  for (std::size_t i = 0; i < report.findings.size() && i < kTextFindings; ++i)
    text += text_of(report.findings[i], report, place);
  if (report.findings.size() > kTextFindings)
    text += fmt::format("and {} more, in {}index.html\n", report.findings.size() - kTextFindings,
                        place.folder);
  text += (text.empty() ? "" : "\n") + portions_table(report) + "\n";
  return text + fmt::format("corpus: {}; {} reached that it lacks · digest {}\n",
                            count_of(report.head.corpus, "trace"),
                            count_of(report.new_landmarks, "landmark"),
                            print_digest(report.result.digest()));
}

}  // namespace tidemark::core
