// The page in the morning: the verdict is that of the night, what is urgent comes first, texts of
// users stay text, and the page stays small.
#include "reports/documents/html/night_page.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "tests/reports/documents/nights.h"
#include "tests/reports/documents/shown.h"

namespace tidemark::core {
namespace {

const RunPlace kPlace{"tidemark", "", "findings/",
                      [](std::string_view word) { return std::string(word); }};

// All findings but those that were fixed have files.
std::set<std::string> files_of(const RunReport& report) {
  std::set<std::string> names;
  for (const Finding& each : report.findings)
    if (each.status != FindingStatus::fixed) names.insert(each.name());
  return names;
}
std::string page_of(const RunReport& report, const std::vector<HistoryNight>& history = {}) {
  return night_page(report, history, kPlace, files_of(report));
}
bool has(const std::string& page, std::string_view text) {
  return page.find(text) != std::string::npos;
}
std::size_t count(const std::string& page, std::string_view text) {
  std::size_t found = 0;
  for (auto at = page.find(text); at != std::string::npos; at = page.find(text, at + 1)) ++found;
  return found;
}
RunReport night_with(FindingStatus status) {
  RunReport report;
  report.head.night = 3;
  report.times.seconds = 1;
  report.findings = {finding_named("told-0", status)};
  return report;
}

// --- the verdict

TEST(Morning, TheVerdictIsWhatIsMostUrgent) {
  RunReport night;
  EXPECT_TRUE(has(page_of(night), ">HELD</span>"));
  night.unfinished = {"shard 1 of 2 is missing"};
  EXPECT_TRUE(has(page_of(night), ">IN DOUBT</span>"));
  night.findings = {finding_named("a-1", FindingStatus::fresh)};
  EXPECT_TRUE(has(page_of(night), ">NEW FINDINGS</span>"));
  night.findings.push_back(finding_named("b-1", FindingStatus::regressed));
  EXPECT_TRUE(has(page_of(night), ">REGRESSED</span>"));
  night.faults = {"two runs differ"};
  EXPECT_TRUE(has(page_of(night), ">FAULT</span>"));
  EXPECT_EQ(count(page_of(night), "class=\"badge"), 1u);
}

TEST(Morning, KnownAndFixedFindingsAreHeld) {
  EXPECT_EQ(verdict_of(night_with(FindingStatus::known)), RunVerdict::held);
  EXPECT_EQ(verdict_of(night_with(FindingStatus::fixed)), RunVerdict::held);
}

TEST(Morning, OneSentenceCountsFindingsAndEpisodes) {
  EXPECT_EQ(night_sentence(sample_night()),
            "1 regressed finding, 1 new, 1 known, 1 fixed; 12 400 000 episodes of 4 configurations "
            "in 2 h 5 min");
  RunReport nothing;
  nothing.times.seconds = 41.26;
  EXPECT_EQ(night_sentence(nothing), "no findings; 0 episodes of 0 configurations in 41.3 s");
  RunReport night = night_with(FindingStatus::known);
  night.times.seconds = 7'200;
  EXPECT_EQ(night_sentence(night), "1 known finding; 0 episodes of 0 configurations in 2 h");
}

TEST(Morning, EachDoubtIsTold) {
  const std::string page = page_of(sample_night());
  for (const std::string& doubt : sample_night().doubts()) EXPECT_TRUE(has(page, doubt)) << doubt;
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
  const RunReport night = night_with(FindingStatus::known);
  EXPECT_EQ(count(page_of(night), "href=\"findings/told-0.html\""), 1u);
  EXPECT_EQ(count(night_page(night, {}, kPlace, {}), "href="), 0u);
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
  RunReport night;
  add_portion(night, {"page", 1, 1, 1, 1});
  night.findings = {seen_finding("told-0", FindingStatus::fresh, {{0, 1}}, 1, "x")};
  std::string& flags = night.head.portions[0].flags;
  flags = "'a \"b\" <c>' " + std::string(1'500, 'x');
  EXPECT_TRUE(
      has(page_of(night),
          "<code>tidemark replay findings/told-0.trace &#39;a &quot;b&quot; &lt;c&gt;&#39; " +
              std::string(1'500, 'x') + "</code>"));
  flags += std::string(1'000, 'x');
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
  RunReport night = sample_night();
  night.result.portions[0].coverage.reset();
  auto nights = sample_nights();
  EXPECT_TRUE(has(page_of(night, nights), ">–</b>")) << "only this night has none";
  for (HistoryNight& each : nights) each.cells_possible = 0;
  EXPECT_FALSE(has(page_of(night, nights), "cells reached"));
}

TEST(Morning, NumbersThatStayTheSameAreALineToo) {
  HistoryNight before = row_of(sample_night());
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

RunReport hostile_night() {
  RunReport night;
  night.head.night = 2;
  night.head.commit = kHostile;
  night.times = {kHostile, 5, {{1, 2}}};
  night.faults = night.unfinished = {kHostile};
  add_portion(night, {kHostile, 1, 1, 1, 1});
  night.head.portions[0].own_marks = {kHostile};
  night.head.portions[0].canary = kHostile;
  night.head.portions[0].flags = night.head.portions[0].replay = kHostile;
  night.missed_marks[0] = {kHostile};
  for (const FindingStatus status : {FindingStatus::fresh, FindingStatus::known,
                                     FindingStatus::fixed, FindingStatus::regressed}) {
    night.findings.push_back(seen_finding("x-1", status, {{0, 1}}, 1, kHostile));
    night.findings.back().invariant = night.findings.back().fingerprint = kHostile;
  }
  night.environment = {{kHostile, kHostile}};
  return night;
}

TEST(Morning, NoTextBecomesMarkupOrLeadsElsewhere) {
  HistoryNight before = row_of(hostile_night());
  before.night = 1;
  before.verdict = kHostile;
  const std::string page = page_of(hostile_night(), {before});
  EXPECT_EQ(count(page, "<script"), 2u) << "the data, and the script of the page";
  EXPECT_FALSE(has(page, "alert(1)</"));
  EXPECT_FALSE(has(page, "\" onx"));
  EXPECT_FALSE(has(page, "' onx"));
  EXPECT_EQ(page.find_first_of("\xff\x01"), std::string::npos);
  EXPECT_EQ(count(page, "href="), count(page, "href=\"findings/%3Cscript%3Ealert%281%29%3C%2F"));
}

// So many of everything, with texts as long as they come.
RunReport huge_night(std::size_t findings, std::size_t length) {
  RunReport night;
  night.head.night = 400;
  night.times.seconds = 7'200;
  const std::string text(length, '"');
  for (std::size_t i = 0; i < 100; ++i) {
    add_portion(night, {text, 1, 1, 1, 1});
    night.head.portions.back().canary = night.head.portions.back().replay = text;
    night.times.slow.push_back({i, 1'000'000'000});
    night.unfinished.push_back(text);
  }
  night.head.portions.front().flags = text;
  for (std::size_t i = 0; i < findings; ++i)
    night.findings.push_back(seen_finding(fmt::format("no-lost-update-{:012x}", i),
                                          static_cast<FindingStatus>(i % 4),
                                          {{0, i}, {1, 1}, {2, 1}, {3, 1}}, 9, text));
  return night;
}

TEST(Morning, StaysSmallAndSaysWhatIsLeftOut) {
  for (const std::size_t length : {60u, 300u, 3'000u}) {
    const RunReport night = huge_night(500, length);
    const HistoryNight row = row_of(night);
    std::vector<HistoryNight> nights;
    for (std::uint32_t number = 35; number < 400; ++number) {
      nights.push_back(row);
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
  RunReport night = sample_night();
  night.environment = {{"version", "tidemark 0"}, {"compiler", "a compiler"}};
  const std::string page = page_of(night, sample_nights());
  const std::string body =
      page.substr(page.find("<main>"), page.find("<script>") - page.find("<main>"));
  const auto file = fs::path(TIDEMARK_SOURCE_DIR) / "tests/golden/html/night_page.html";
  if (std::getenv("TIDEMARK_REWRITE_GOLDEN") != nullptr)
    std::ofstream(file, std::ios::binary) << body;
  else
    EXPECT_EQ(body, text_of(file));
}

}  // namespace
}  // namespace tidemark::core
