// The page in the morning: the verdict is that of the night, what is urgent comes first, texts of
// users stay text, and the page stays small.
#include "reports/documents/html/morning.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "tests/reports/documents/cases.h"
#include "tests/reports/documents/nights.h"

namespace tidemark::core {
namespace {

const std::vector<NamedLine> kEnvironment{{"version", "tidemark 0"}, {"compiler", "a compiler"}};

std::string page_of(const Night& night, const std::vector<HistoryNight>& history = {}) {
  return morning_page(night, history, kEnvironment);
}
bool has(const std::string& page, std::string_view text) {
  return page.find(text) != std::string::npos;
}
std::size_t count(const std::string& page, std::string_view text) {
  std::size_t found = 0;
  for (auto at = page.find(text); at != std::string::npos; at = page.find(text, at + 1)) ++found;
  return found;
}
Night night_with(FindingStatus status) {
  Night night{.number = 3, .seconds = 1};
  night.findings = {{.name = "told-0", .status = status, .sentence = "x", .command = "replay x"}};
  return night;
}

// --- the verdict

TEST(Morning, TheVerdictIsWhatIsMostUrgent) {
  Night night{.number = 1};
  EXPECT_TRUE(has(page_of(night), ">HELD</span>"));
  night.doubts = {"shard 1 of 2 is missing"};
  EXPECT_TRUE(has(page_of(night), ">IN DOUBT</span>"));
  night.findings = {{.name = "a", .status = FindingStatus::fresh}};
  EXPECT_TRUE(has(page_of(night), ">NEW FINDINGS</span>"));
  night.findings.push_back({.name = "b", .status = FindingStatus::regressed});
  EXPECT_TRUE(has(page_of(night), ">REGRESSED</span>"));
  night.faults = {"two runs differ"};
  EXPECT_TRUE(has(page_of(night), ">FAULT</span>"));
  EXPECT_EQ(count(page_of(night), "class=\"badge"), 1u);
}

TEST(Morning, KnownAndFixedFindingsAreHeld) {
  EXPECT_EQ(verdict_of(night_with(FindingStatus::known)), NightVerdict::held);
  EXPECT_EQ(verdict_of(night_with(FindingStatus::fixed)), NightVerdict::held);
}

TEST(Morning, OneSentenceCountsFindingsAndEpisodes) {
  EXPECT_EQ(sentence_of(sample_night()),
            "1 regressed finding, 1 new, 1 known, 1 fixed; 12 400 000 episodes of 3 configurations "
            "in 2 h 5 min");
  EXPECT_EQ(sentence_of({.seconds = 41.26}),
            "no findings; 0 episodes of 0 configurations in 41.3 s");
  Night night = night_with(FindingStatus::known);
  night.seconds = 7'200;
  EXPECT_EQ(sentence_of(night), "1 known finding; 0 episodes of 0 configurations in 2 h");
}

TEST(Morning, EachDoubtIsTold) {
  const std::string page = page_of(sample_night());
  for (const std::string& doubt : sample_night().doubts) EXPECT_TRUE(has(page, doubt)) << doubt;
}

// --- as a line of the history

TEST(Morning, TheNightIsALineOfTheHistory) {
  const HistoryNight line = history_of(sample_night());
  EXPECT_EQ(line.night, 17u);
  EXPECT_EQ(line.verdict, "regressed");
  EXPECT_EQ(line.exit_code, 1);
  EXPECT_EQ(line.episodes, 12'400'000u);
  EXPECT_EQ(line.broken_episodes, 4'117u);
  EXPECT_EQ(line.corpus, 56u);
  EXPECT_EQ(line.marks.at("restored"), 15u);
  EXPECT_EQ(line.missed_marks, std::vector<std::string>{"restored"});
  EXPECT_EQ(line.findings.at(kOldFinding), (HistoryFinding{FindingStatus::known, 431}));
  EXPECT_EQ(line.findings.at(kRepairedFinding), (HistoryFinding{FindingStatus::fixed, 0}));
}

// --- findings

TEST(Morning, WhatIsRegressedOrNewComesFirst) {
  const std::string page = page_of(sample_night());
  const auto regressed = page.find("href=\"findings/" + kReturningFinding + ".html\"");
  const auto fresh = page.find("href=\"findings/" + kNewFinding + ".html\"");
  const auto known = page.find("href=\"findings/" + kOldFinding + ".html\"");
  ASSERT_NE(known, std::string::npos);
  EXPECT_LT(regressed, fresh);
  EXPECT_LT(fresh, known);
  EXPECT_TRUE(has(page, "href=\"findings/" + kNewFinding + ".trace\""));
}

TEST(Morning, AStatusIsAWordAndAShape) {
  for (const auto& [status, shown] :
       {std::pair(FindingStatus::fresh, "● new"), std::pair(FindingStatus::known, "○ known"),
        std::pair(FindingStatus::regressed, "▲ regressed"),
        std::pair(FindingStatus::fixed, "✓ 1 fixed")})
    EXPECT_TRUE(has(page_of(night_with(status)), shown)) << shown;
}

TEST(Morning, AFindingWithoutFilesHasNoLink) {
  Night night = night_with(FindingStatus::known);
  EXPECT_EQ(count(page_of(night), "href=\"findings/told-0.html\""), 1u);
  night.findings[0].has_files = false;
  EXPECT_EQ(count(page_of(night), "href="), 0u);
}

TEST(Morning, SaysWhenAFindingWasFirstAndLastSeen) {
  const std::string page = page_of(sample_night(), sample_nights());
  const std::string seen = page.substr(page.find("<b><a href=\"findings/" + kReturningFinding));
  const std::string row = seen.substr(0, seen.find("</tr>"));
  EXPECT_TRUE(has(row, ">night 1<br><span class=\"soft\">2026-11-01</span>"));
  EXPECT_TRUE(has(row,
                  ">night 17<br><span class=\"soft\">2026-11-17</span><br><span "
                  "class=\"soft\">1a2b3c4d</span>"));
  const std::string fixed = page.substr(page.find("id=\"fixed\""));
  EXPECT_TRUE(has(fixed.substr(0, fixed.find("</tbody>")), ">night 4<br>"));
  EXPECT_TRUE(has(fixed.substr(0, fixed.find("</tbody>")), ">night 8<br>"));
}

TEST(Morning, TheCommandIsWholeAndNoOther) {
  Night night = night_with(FindingStatus::fresh);
  night.findings[0].command = "tidemark replay 'a \"b\" <c>.trace' " + std::string(1'500, 'x');
  EXPECT_TRUE(
      has(page_of(night), "<code>tidemark replay &#39;a &quot;b&quot; &lt;c&gt;.trace&#39; " +
                              std::string(1'500, 'x') + "</code>"));
  night.findings[0].command += std::string(1'000, 'x');
  EXPECT_FALSE(has(page_of(night), "<code>"));
  EXPECT_TRUE(has(page_of(night), "the command has 2.5 KB, and stands in report.json"));
}

// --- nights

TEST(Morning, TheGridHasACellANight) {
  const std::string page = page_of(sample_night(), sample_nights());
  const std::string grid = page.substr(page.find("class=\"grid\""));
  const std::string head = grid.substr(0, grid.find("</thead>"));
  EXPECT_EQ(count(head, "<th scope=\"col\""), 17u) << "16 nights, and the findings";
  EXPECT_EQ(count(head, ">7<"), 0u);
  EXPECT_TRUE(has(grid, "title=\"night 17: regressed\">▲<"));
  EXPECT_TRUE(has(grid, "title=\"night 17: new, 17 episodes\">●<"));
  EXPECT_TRUE(has(grid, "title=\"night 16: known, 496 episodes\">○<"));
  EXPECT_TRUE(has(grid, "title=\"night 9: fixed\">✓<"));
  EXPECT_TRUE(has(grid, "<td>·</td>"));
  EXPECT_TRUE(has(grid, kRareFinding)) << "it was not seen this night, but before";
}

TEST(Morning, TheGridLeavesOutWhatWasFixedAllTheTime) {
  auto nights = sample_nights();
  nights.erase(nights.begin(), nights.begin() + 8);
  const std::string page = page_of(sample_night(), nights);
  EXPECT_EQ(count(page.substr(page.find("class=\"grid\"")), kRepairedFinding), 0u);
}

TEST(Morning, WithOneNightThereIsNoTrend) {
  const std::string page = page_of(sample_night());
  EXPECT_FALSE(has(page, "<svg"));
  EXPECT_FALSE(has(page, "class=\"grid\""));
  EXPECT_TRUE(has(page_of(sample_night(), sample_nights()), "<svg"));
}

TEST(Morning, NightsThatCameLaterCountNot) {
  auto nights = sample_nights();
  nights.push_back(sample_line(17));
  nights.push_back(sample_line(18));
  EXPECT_EQ(page_of(sample_night(), nights), page_of(sample_night(), sample_nights()));
}

TEST(Morning, ATrendIsAPictureThatIsToldInWords) {
  const std::string page = page_of(sample_night(), sample_nights());
  EXPECT_EQ(count(page, "<figure>"), 5u);
  EXPECT_TRUE(has(page,
                  "aria-label=\"cells reached, night 1 to 17: 88.0 % to 96.4 %, in the last one "
                  "96.4 %\""));
  EXPECT_EQ(count(page, "class=\"change\""), 5u) << "night 6 is of another campaign";
  EXPECT_TRUE(has(page, "the campaign changed"));
}

TEST(Morning, CoverageThatWasNotCountedIsNotDrawn) {
  Night night = sample_night();
  night.cells_possible = 0;
  auto nights = sample_nights();
  EXPECT_TRUE(has(page_of(night, nights), ">–</b>")) << "only this night has none";
  for (HistoryNight& each : nights) each.cells_possible = 0;
  EXPECT_FALSE(has(page_of(night, nights), "cells reached"));
}

TEST(Morning, NumbersThatStayTheSameAreALineToo) {
  HistoryNight before = history_of(sample_night());
  before.night = 16;
  EXPECT_TRUE(has(page_of(sample_night(), {before}), "class=\"line\" d=\"M5 30L15 30\""));
}

TEST(Morning, NumbersOf64BitsAreShownToo) {
  HistoryNight before = sample_line(3);
  before.episodes = std::numeric_limits<std::uint64_t>::max();
  before.seconds = 1e-300;
  EXPECT_TRUE(has(page_of(sample_night(), {before}), "0 to 10000000000.0 G"));
}

// --- this night

TEST(Morning, AMarkThatWasMissedIsToldInItsConfiguration) {
  const std::string page = page_of(sample_night());
  EXPECT_EQ(count(page, "✗ never reached"), 1u);
  EXPECT_TRUE(has(page, "<td>12</td><td>3</td><td class=\"broken\">✗ never reached</td>"));
}

TEST(Morning, SaysWhatTheCorpusLacks) {
  EXPECT_TRUE(
      has(page_of(sample_night()), "56 traces; 3 landmarks reached that none of them reaches"));
}

// --- texts, sizes, bytes

TEST(Morning, OfEqualNightsIsEqual) {
  EXPECT_EQ(page_of(sample_night(), sample_nights()), page_of(sample_night(), sample_nights()));
}

const std::string kHostile = "<script>alert(1)</script>\"' onx=]]>\x01\xff\u202e&";

Night hostile_night() {
  Night night{.number = 2,
              .began = kHostile,
              .commit = kHostile,
              .seed = kHostile,
              .campaign = kHostile,
              .seconds = 5};
  night.faults = night.doubts = {kHostile};
  for (const FindingStatus status :
       {FindingStatus::fresh, FindingStatus::known, FindingStatus::fixed, FindingStatus::regressed})
    night.findings.push_back({.name = kHostile,
                              .status = status,
                              .sentence = kHostile,
                              .configurations = {kHostile},
                              .command = kHostile});
  night.configurations = {
      {kHostile, 1, 1, 1, 1, kHostile, kHostile, {{kHostile, 1, true}}, {kHostile}}};
  night.slow = {{1, 2, kHostile, kHostile}};
  return night;
}

TEST(Morning, NoTextBecomesMarkupOrLeadsElsewhere) {
  HistoryNight before = history_of(hostile_night());
  before.night = 1;
  before.verdict = kHostile;
  const std::string page = morning_page(hostile_night(), std::vector{before},
                                        std::vector<NamedLine>{{kHostile, kHostile}});
  EXPECT_EQ(count(page, "<script"), 2u) << "the data, and the script of the page";
  EXPECT_FALSE(has(page, "alert(1)</"));
  EXPECT_FALSE(has(page, "\" onx"));
  EXPECT_FALSE(has(page, "' onx"));
  EXPECT_EQ(page.find_first_of("\xff\x01"), std::string::npos);
  EXPECT_EQ(count(page, "href="), count(page, "href=\"findings/%3Cscript%3Ealert%281%29%3C%2F"));
}

// So many of everything, with texts as long as they come.
Night huge_night(std::size_t findings, std::size_t length) {
  Night night{.number = 400, .seconds = 7'200};
  const std::string text(length, '"');
  for (std::size_t i = 0; i < findings; ++i)
    night.findings.push_back({.name = fmt::format("no-lost-update-{:012x}", i),
                              .status = static_cast<FindingStatus>(i % 4),
                              .sentence = text,
                              .steps = 9,
                              .episodes = i,
                              .configurations = {text, text, text, text},
                              .command = text});
  for (std::size_t i = 0; i < 100; ++i) {
    night.configurations.push_back({text, 1, 1, 1, 1, text, text, {}, {}});
    for (int mark = 0; mark < 40; ++mark)
      night.configurations.back().marks.push_back({fmt::format("mark-{}", mark), 7, true});
    night.slow.push_back({i, 1, text, text});
    night.doubts.push_back(text);
  }
  return night;
}

TEST(Morning, StaysSmallAndSaysWhatIsLeftOut) {
  for (const std::size_t length : {60u, 300u, 3'000u}) {
    const Night night = huge_night(500, length);
    std::vector<HistoryNight> nights;
    for (std::uint32_t number = 35; number < 400; ++number) {
      nights.push_back(history_of(night));
      nights.back().night = number;
      nights.back().verdict = std::string(length, '<');
    }
    const std::string page = page_of(night, nights);
    EXPECT_LT(page.size(), 400'000u) << length;
    EXPECT_TRUE(has(page, " of 375 findings are left out")) << length;
    EXPECT_TRUE(has(page, " of 366 nights are left out")) << length;
    EXPECT_TRUE(has(page, "Of 366 nights the last 365 are shown.")) << length;
    EXPECT_TRUE(has(page, " of 100 configurations are left out")) << length;
  }
}

// --- the golden file, which the browser test opens too

TEST(Morning, ThePageIsWhatIsWritten) {
  const std::string page = page_of(sample_night(), sample_nights());
  const std::string body =
      page.substr(page.find("<main>"), page.find("<script>") - page.find("<main>"));
  const auto file = fs::path(TIDEMARK_SOURCE_DIR) / "tests/golden/html/morning.html";
  if (std::getenv("TIDEMARK_REWRITE_GOLDEN") != nullptr)
    std::ofstream(file, std::ios::binary) << body;
  else
    EXPECT_EQ(body, text_of(file));
}

}  // namespace
}  // namespace tidemark::core
