#include "reports/coverage_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>
#include <vector>

#include "base/text.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kStepWidth = 31;
constexpr std::size_t kNarrowest = 8;
constexpr std::string_view kNever = "NEVER";

struct Column {
  std::string_view name;
  std::function<bool(const CoverageCell&)> has;
  std::function<std::uint64_t(std::size_t step)> count;

  // A name of two words has the second one below the first.
  std::string_view first_word() const { return name.substr(0, name.find('-') + 1); }
  std::string_view last_word() const { return name.substr(first_word().size()); }
  std::size_t width() const {
    return std::max({kNarrowest, first_word().size() + 1, last_word().size() + 1});
  }
};

class CoverageTable {
 public:
  CoverageTable(const CoverageCounts& counts, const Scope& scope, const Protocol& protocol,
                bool color)
      : counts_(counts), scope_(scope), protocol_(protocol), paint_(color) {}

  std::string draw() {
    draw_table("steps by phase", phases());
    text_ += "\n";
    draw_table("steps by situation", situations());
    text_ += "\n";
    draw_sums();
    draw_never();
    draw_impossible();
    return std::move(text_);
  }

 private:
  static constexpr std::size_t kReaches = 4;
  using Reaches = std::array<std::size_t, kReaches>;

  std::vector<Column> phases() const;
  std::vector<Column> situations() const;
  Reaches reaches(const std::function<bool(const CoverageCell&)>& has) const;
  static std::size_t count(const Reaches& reaches, Reach reach) {
    return reaches[static_cast<std::size_t>(reach)];
  }
  bool is_in_scope(std::size_t step) const;

  void draw_table(std::string_view title, const std::vector<Column>& columns);
  void draw_head(std::string_view title, const std::vector<Column>& columns);
  void draw_row(std::size_t step, const std::vector<Column>& columns);
  std::string cell(std::size_t step, const Column& column) const;
  void draw_sums();
  void draw_never();
  void draw_never(std::size_t step, Phase phase);
  void draw_impossible();

  const CoverageCounts& counts_;
  const Scope& scope_;
  const Protocol& protocol_;
  Paint paint_;
  std::string text_;
};

std::vector<Column> CoverageTable::phases() const {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < kPhases; ++i) {
    const auto phase = static_cast<Phase>(i);
    columns.push_back({name_of(phase),
                       [phase](const CoverageCell& cell) { return cell.phase == phase; },
                       [this, phase](std::size_t step) { return counts_.steps(step, phase); }});
  }
  return columns;
}

std::vector<Column> CoverageTable::situations() const {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < kSituations; ++i) {
    const auto situation = static_cast<Situation>(i);
    columns.push_back(
        {name_of(situation),
         [situation](const CoverageCell& cell) { return cell.situation == situation; },
         [this, situation](std::size_t step) { return counts_.steps(step, situation); }});
  }
  return columns;
}

CoverageTable::Reaches CoverageTable::reaches(
    const std::function<bool(const CoverageCell&)>& has) const {
  Reaches reaches{};
  for (const CoverageCell& cell : coverage_cells())
    if (has(cell)) ++reaches[static_cast<std::size_t>(reach_of(cell, counts_, scope_, protocol_))];
  return reaches;
}

bool CoverageTable::is_in_scope(std::size_t step) const {
  const Reaches all = reaches([&](const CoverageCell& cell) { return cell.step == step; });
  return count(all, Reach::reached) + count(all, Reach::never) > 0;
}

void CoverageTable::draw_table(std::string_view title, const std::vector<Column>& columns) {
  draw_head(title, columns);
  for (std::size_t step = 0; step < kCoveredSteps; ++step)
    if (is_in_scope(step)) draw_row(step, columns);
}

void CoverageTable::draw_head(std::string_view title, const std::vector<Column>& columns) {
  std::string above(kStepWidth, ' ');
  std::string below = pad(title, kStepWidth);
  for (const Column& column : columns) {
    above += fmt::format("{:>{}}", column.first_word(), column.width());
    below += fmt::format("{:>{}}", column.last_word(), column.width());
  }
  text_ += paint_(Style::strong, above) + "\n" + paint_(Style::strong, below) + "\n";
}

void CoverageTable::draw_row(std::size_t step, const std::vector<Column>& columns) {
  std::string line = pad(name_of(covered_steps()[step]), kStepWidth);
  bool never = false;
  for (const Column& column : columns) {
    const std::string text = cell(step, column);
    never = never || text == kNever;
    line += fmt::format("{:>{}}", text, column.width());
  }
  line.erase(line.find_last_not_of(' ') + 1);
  text_ += paint_(never ? Style::bad : Style::plain, line) + "\n";
}

std::string CoverageTable::cell(std::size_t step, const Column& column) const {
  if (const std::uint64_t number = column.count(step); number > 0) return rounded(number);
  const Reaches all =
      reaches([&](const CoverageCell& cell) { return cell.step == step && column.has(cell); });
  if (count(all, Reach::never) > 0) return std::string(kNever);
  return count(all, Reach::impossible) > 0 && count(all, Reach::out_of_scope) == 0 ? "-" : "";
}

void CoverageTable::draw_sums() {
  const Reaches all = reaches([](const CoverageCell&) { return true; });
  text_ += fmt::format(
      "{} by step, phase and situation: {} reached, {} never, {} impossible, {} out of "
      "scope\n",
      count_of(coverage_cells().size(), "cell"), grouped(count(all, Reach::reached)),
      grouped(count(all, Reach::never)), grouped(count(all, Reach::impossible)),
      grouped(count(all, Reach::out_of_scope)));
}

void CoverageTable::draw_never() {
  for (std::size_t step = 0; step < kCoveredSteps; ++step)
    for (std::size_t phase = 0; phase < kPhases; ++phase)
      draw_never(step, static_cast<Phase>(phase));
}

void CoverageTable::draw_never(std::size_t step, Phase phase) {
  std::string situations;
  for (const CoverageCell& cell : coverage_cells()) {
    if (cell.step != step || cell.phase != phase) continue;
    if (reach_of(cell, counts_, scope_, protocol_) == Reach::never)
      situations.append(situations.empty() ? "" : ", ").append(name_of(cell.situation));
  }
  if (situations.empty()) return;
  const std::string what = fmt::format("{}, {}", name_of(covered_steps()[step]), name_of(phase));
  text_ += hang("  never: ", counts_.steps(step, phase) == 0 ? what : what + ": " + situations);
}

void CoverageTable::draw_impossible() {
  for (const Impossibility& each : impossibilities())
    text_ += hang("  impossible: ", fmt::format("{}: {}", print_cells(each), each.reason));
}

}  // namespace

std::string coverage_table(const CoverageCounts& counts, const Scope& scope,
                           const Protocol& protocol, bool color) {
  return CoverageTable(counts, scope, protocol, color).draw();
}

}  // namespace tidemark::core
