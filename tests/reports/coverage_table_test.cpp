// The table of what was covered: what each of its words stands for.
#include "reports/coverage_table.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "base/text.h"

namespace tidemark::core {
namespace {

// Every possible cell was reached but those of one step.
CoverageCounts all_but(std::size_t step) {
  CoverageCounts counts;
  for (const CoverageCell& cell : coverage_cells())
    if (cell.step != step && find_impossibility(cell) == nullptr)
      for (int i = 0; i < 1'234; ++i)
        counts.add(cell.step, cell.phase, 1u << static_cast<unsigned>(cell.situation));
  return counts;
}

const std::size_t kEdit = place_of(StepKind::edit, Replica{1});

// The one line that begins so; the second time, the other table's.
std::string line(const std::string& table, const std::string& beginning, int time = 1) {
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(beginning) && --time == 0) return line;
  return "no such line";
}

TEST(CoverageTable, ShowsStepsByPhaseAndBySituation) {
  const std::string table = coverage_table(all_but(kEdit), {}, {}, false);
  EXPECT_EQ(line(table, "deliver "),
            "deliver                               -       -     9 872     9 872   9 872   9 872");
  EXPECT_EQ(line(table, "deliver ", 2),
            "deliver                           4 936   4 936   4 936   4 936       4 936    4 936"
            "   4 936   4 936");
  EXPECT_EQ(line(table, "restore S "),
            "restore S                                 8 638                                       "
            "9 872");
  EXPECT_EQ(line(table, "edit "),
            "edit                              NEVER   NEVER     NEVER     NEVER   NEVER   NEVER");
}

TEST(CoverageTable, NamesTheCellsThatWereNeverReached) {
  CoverageCounts counts = all_but(kEdit);
  counts.add(kEdit, Phase::upload_ack, 1u << static_cast<unsigned>(Situation::calm));
  const std::string table = coverage_table(counts, {}, {}, false);
  EXPECT_EQ(line(table, "  never: edit, idle"), "  never: edit, idle");
  EXPECT_EQ(line(table, "  never: edit, upload-ack"),
            "  never: edit, upload-ack: late-upload, late-other, ack-lost, reinstalled, restored, "
            "clock-apart,");
  EXPECT_EQ(line(table, "  never: delete"), "no such line");
}

TEST(CoverageTable, SaysWhatIsImpossibleAndWhy) {
  EXPECT_EQ(line(coverage_table({}, {}, {}, false), "  impossible: arrive"),
            "  impossible: arrive; calm: nothing is late, so it is a no-op");
}

TEST(CoverageTable, LeavesOutWhatTheScopeDoesNotGrant) {
  const Scope scope{.backend = false, .deletes = false, .faults = 0};
  const std::string table = coverage_table({}, scope, {}, false);
  for (const char* step : {"delete ", "create S ", "clock ", "sync lose=upload-ack "})
    EXPECT_EQ(line(table, step), "no such line") << step;
  EXPECT_EQ(line(table, "begin "),
            "begin                                 -   NEVER         -         -       -       -");
}

TEST(CoverageTable, AddsUpToAllCells) {
  EXPECT_EQ(line(coverage_table(all_but(kEdit), {}, {}, false), "1 408 cells"),
            "1 408 cells by step, phase and situation: 711 reached, 46 never, 651 impossible, 0 "
            "out of scope");
}

TEST(CoverageTable, IsNarrowAndTheSameTextInColour) {
  const CoverageCounts counts = all_but(kEdit);
  const std::string table = coverage_table(counts, {}, {}, false);
  std::istringstream lines(table);
  for (std::string each; std::getline(lines, each);)
    EXPECT_LE(columns(each), kReportColumns) << each;
  EXPECT_EQ(without_color(coverage_table(counts, {}, {}, true)), table);
  EXPECT_NE(coverage_table(counts, {}, {}, true), table);
}

}  // namespace
}  // namespace tidemark::core
