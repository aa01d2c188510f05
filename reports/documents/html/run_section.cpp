#include "reports/documents/html/run_section.h"

#include <fmt/format.h>

#include "base/text.h"
#include "properties/coverage.h"
#include "reports/documents/html/markup.h"
#include "reports/documents/html/tables.h"

namespace tidemark::core {
namespace {

std::string rate(std::uint64_t count, double seconds, std::string_view what) {
  if (seconds <= 0) return {};
  return fmt::format(
      "{} {}/s", grouped(static_cast<std::uint64_t>(static_cast<double>(count) / seconds)), what);
}

std::string never_reached(const PortionHead& head, const PortionResult& portion) {
  const std::vector<CoverageCell> missed = cells_missed(head, portion);
  if (missed.empty()) return "<p>Everything that is possible was reached.</p>\n";
  std::string items;
  for (const CoverageCell& cell : missed)
    items += element("li", escaped(fmt::format("{}, {}, {}", name_of(covered_steps()[cell.step]),
                                               name_of(cell.phase), name_of(cell.situation)))) +
             "\n";
  return element("details", element("summary", count_of(missed.size(), "cell") + " never reached") +
                                element("ul", "\n" + items)) +
         "\n";
}

std::string steps_of(const PortionHead& head, const PortionResult& portion) {
  const CoverageCounts& counts = *portion.coverage;
  std::vector<std::uint64_t> of_kind(kCoveredSteps);
  std::uint64_t all = 0;
  for (std::size_t step = 0; step < kCoveredSteps; ++step) {
    for (std::size_t phase = 0; phase < kPhases; ++phase)
      of_kind[step] += counts.steps(step, static_cast<Phase>(phase));
    all += of_kind[step];
  }
  std::vector<std::string> names{"step", "count", "share"};
  for (std::size_t i = 0; i < kSituations; ++i)
    names.emplace_back(name_of(static_cast<Situation>(i)));
  std::string rows;
  for (std::size_t step = 0; step < kCoveredSteps; ++step) {
    if (of_kind[step] == 0) continue;
    std::string cells =
        table_cell(grouped(of_kind[step])) + table_cell(print_share(of_kind[step], all));
    for (std::size_t i = 0; i < kSituations; ++i) {
      const std::uint64_t count = counts.steps(step, static_cast<Situation>(i));
      cells += table_cell(count == 0 ? "–" : grouped(count));
    }
    rows += table_row(name_of(covered_steps()[step]), cells);
  }
  return number_table(names, rows) + never_reached(head, portion);
}

}  // namespace

std::string run_numbers(const RunReport& report) {
  const std::uint64_t episodes = report.result.episodes();
  const std::uint64_t steps = report.result.effective_steps();
  const double seconds = report.times.seconds;
  std::string rows;
  for (std::size_t i = 0; i < report.head.portions.size(); ++i) {
    const PortionResult& portion = report.result.portions[i];
    const std::uint64_t tried = portion.effective_steps + portion.skipped_steps;
    rows += table_row(report.head.portions[i].name,
                      table_cell(grouped(portion.episodes)) +
                          table_cell(grouped(portion.broken_episodes)) +
                          table_cell(print_share(portion.broken_episodes, portion.episodes)) +
                          table_cell(grouped(portion.effective_steps)) +
                          table_cell(print_share(portion.skipped_steps, tried)) +
                          table_cell(print_digest(portion.digest)));
  }
  const std::string table = number_table(
      {"configuration", "episodes", "broken", "share", "steps", "skipped", "digest"}, rows);
  return element("p", fmt::format("{} and {} in {:.1f} s: {}, {}. Seed {}.",
                                  count_of(episodes, "episode"), count_of(steps, "step"), seconds,
                                  rate(episodes, seconds, "episodes"),
                                  rate(steps, seconds, "steps"), print_seed(report.head.seed))) +
         "\n" + wide("configurations", table) + "\n";
}

std::string run_tables(const RunReport& report) {
  std::string text = folded("marks", "Marks", mark_table(report, report.head.portions.size()));
  for (std::size_t i = 0; i < report.head.portions.size(); ++i)
    if (report.result.portions[i].coverage)
      text += folded(fmt::format("steps-{}", i + 1),
                     fmt::format("Steps of {}", escaped(report.head.portions[i].name)),
                     steps_of(report.head.portions[i], report.result.portions[i]));
  return text;
}

}  // namespace tidemark::core
