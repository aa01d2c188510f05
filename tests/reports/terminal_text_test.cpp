// What a run of fuzz says on a terminal. tests/golden/terminal/WIDTH.txt have it at three widths;
// TIDEMARK_REWRITE_GOLDEN=1 in the environment writes them anew. Rewrite one only with the
// difference read, and say in the commit why it changed.
#include "reports/terminal_text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "reports/words.h"
#include "tests/reports/samples.h"

namespace tidemark::core {
namespace {

class TellingWatch final : public RunWatch {
  std::string sentence_of(const Portion& portion, const Scenario& minimal,
                          Invariant invariant) override {
    return core::sentence_of(portion.configuration, minimal, invariant);
  }
};

struct ToldRun {
  RunReport report;
  std::map<std::string, Shown> shown;
};

// 300 episodes of the page's protocol under each of its strategies.
ToldRun told_run() {
  RunPlan plan{.portions = {}, .episodes = 300, .of_each = true, .shrinks = Shrinks::first};
  RunHead head;
  for (const auto& strategy : built_in_strategies()) {
    const Configuration configuration{.strategy = built_in(strategy.name)};
    plan.portions.push_back(
        {.name = configuration_name(configuration), .configuration = configuration, .plan = {}});
    head.portions.push_back(head_of(plan.portions.back()));
    head.portions.back().replay = fmt::format("--strategy {}", strategy.name);
  }
  TellingWatch watch;
  ToldRun told{report_of({.head = std::move(head), .result = run(plan, watch)}), {}};
  const RunPlace place{"tidemark", "", "", [](std::string_view word) { return std::string(word); }};
  for (const Finding& each : told.report.findings)
    told.shown.emplace(
        each.name(),
        show(plan.portions[each.simplest.portion].configuration, each, told.report, place).value());
  return told;
}

const ToldRun& the_run() {
  static const ToldRun kRun = told_run();
  return kRun;
}

std::string text_of_terminal(std::size_t width) {
  const TextFormat format{.columns = width};
  return bugs_text(the_run().report, the_run().shown, format) + "\n" +
         portions_text(the_run().report, format) + last_line(the_run().report, {}) + "\n";
}

std::vector<std::string> lines_of_terminal(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class TerminalText : public testing::TestWithParam<std::size_t> {};

TEST_P(TerminalText, IsAsItsGoldenFile) {
  const std::string path =
      fmt::format("{}/tests/golden/terminal/{}.txt", TIDEMARK_SOURCE_DIR, GetParam());
  if (std::getenv("TIDEMARK_REWRITE_GOLDEN") != nullptr)
    std::ofstream(path) << text_of_terminal(GetParam());
  std::ifstream file(path);
  EXPECT_EQ(text_of_terminal(GetParam()), std::string(std::istreambuf_iterator<char>(file), {}));
}

TEST_P(TerminalText, OnlyCommandsAreWider) {
  for (const std::string& line : lines_of_terminal(text_of_terminal(GetParam())))
    if (line.find("tidemark replay") == std::string::npos) {
      EXPECT_LE(columns(line), GetParam()) << line;
    }
}

TEST_P(TerminalText, CommandsAreWhole) {
  std::size_t commands = 0;
  for (const std::string& line : lines_of_terminal(text_of_terminal(GetParam())))
    if (const auto begin = line.find("tidemark replay"); begin != std::string::npos) {
      ++commands;
      const bool is_known =
          line.starts_with("  by seed") ||
          std::any_of(the_run().shown.begin(), the_run().shown.end(), [&](const auto& each) {
            return each.second.commands.front().text == line.substr(begin);
          });
      EXPECT_TRUE(is_known) << line;
    }
  EXPECT_EQ(commands, broken_invariants(the_run().report).size() + 1);
}

INSTANTIATE_TEST_SUITE_P(Widths, TerminalText, testing::Values(80, 100, 120));

TEST(BrokenInvariants, TheCommonestIsFirstAndItsSimplestBug) {
  const auto all = broken_invariants(the_run().report);
  ASSERT_GT(all.size(), 3u);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GE(all[i - 1].broken, all[i].broken);
  for (const BrokenInvariant& each : all)
    for (const Finding* bug : each.bugs)
      EXPECT_LE(each.bugs.front()->simplest.trace.scenario.steps.size(),
                bug->simplest.trace.scenario.steps.size());
}

TEST(BrokenInvariants, CountsAreOfAllEpisodesThatBrokeThem) {
  RunReport report = the_run().report;
  std::uint64_t broken = 0;
  for (const PortionResult& each : report.result.portions)
    broken += each.broken[static_cast<std::size_t>(Invariant::no_lost_update)];
  for (const BrokenInvariant& each : broken_invariants(report))
    if (each.name == "no-lost-update") {
      EXPECT_EQ(each.broken, broken);
      EXPECT_EQ(each.episodes, 900u);
    }
}

TEST(BrokenInvariants, TheUsersOwnComeFirst) {
  RunReport report = the_run().report;
  report.head.portions.front().invariants.emplace_back("no-double-booking");
  report.head.portions.front().judged = ~InvariantSet{0};
  report.findings.back().invariant = "no-double-booking";
  EXPECT_EQ(broken_invariants(report).front().name, "no-double-booking");
}

TEST(LastLine, SaysWhatWasWrittenOrHow) {
  const RunReport& report = the_run().report;
  EXPECT_TRUE(last_line(report, {}).ends_with("in 1 step; --out found/ writes each"));
  EXPECT_TRUE(last_line(report, {"found", "r.json"}).ends_with("; written: found, r.json"));
  RunReport held = report;
  held.findings.clear();
  EXPECT_EQ(last_line(held, {}), "all held in 900 episodes");
}

}  // namespace
}  // namespace tidemark::core
