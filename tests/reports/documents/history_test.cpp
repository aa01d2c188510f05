// The history of a campaign: it comes back as it was written, and no line that is none costs
// another one.
#include "reports/documents/history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/random.h"
#include "tests/reports/documents/nights.h"
#include "tests/reports/documents/shown.h"

namespace tidemark::core {
namespace {

std::string lines_of(const std::vector<RunReport>& nights) {
  std::string text;
  for (const RunReport& each : nights) text += print_history_line(each);
  return text;
}

// A line with one field changed.
std::string with(const char* field, const nlohmann::json& value) {
  nlohmann::json line = nlohmann::json::parse(print_history_line(sample_report(3)));
  line[nlohmann::json::json_pointer(field)] = value;
  return line.dump() + "\n";
}

std::string problem_of(const std::string& text) {
  const Nights read = read_history(text);
  EXPECT_TRUE(read.nights.empty()) << text;
  return read.problems.size() == 1 ? read.problems[0] : "no problem, or several";
}

TEST(HistoryFile, ComesBackAsItWasWritten) {
  const Nights read = read_history(lines_of(sample_reports()));
  EXPECT_EQ(read.nights, sample_nights());
  EXPECT_TRUE(read.problems.empty());
}

TEST(HistoryFile, SaysWhatTheNightCameTo) {
  const HistoryNight night = row_of(sample_night());
  EXPECT_EQ(night.night, 17u);
  EXPECT_EQ(night.began, "2026-11-17T02:17:00Z");
  EXPECT_EQ(night.seed, "0x5d1c9e0702170017");
  EXPECT_EQ(night.verdict, "regressed");
  EXPECT_EQ(night.exit_code, 1);
  EXPECT_EQ(night.seconds, 7'500);
  EXPECT_EQ(night.episodes, 12'400'000u);
  EXPECT_EQ(night.broken_episodes, 4'117u);
  EXPECT_EQ(night.steps, 370'500'000u);
  EXPECT_EQ(night.repeated, 12'400u);
  EXPECT_EQ(night.cells_reached, 771u);
  EXPECT_EQ(night.cells_possible, 800u);
  EXPECT_EQ(night.corpus, 56u);
  EXPECT_EQ(night.marks.at("restore-undid-writes"), 15u);
  EXPECT_EQ(night.missed_marks, std::vector<std::string>{"restore-undid-writes"});
  EXPECT_EQ(night.findings.at(kOldFinding), (HistoryFinding{FindingStatus::known, 431}));
  EXPECT_EQ(night.findings.at(kRepairedFinding), (HistoryFinding{FindingStatus::fixed, 0}));
}

TEST(HistoryFile, KeepsNumbersOf64Bits) {
  RunReport report = sample_report(3);
  report.result.portions[0].episodes = std::numeric_limits<std::uint64_t>::max();
  report.head.night = std::numeric_limits<std::uint32_t>::max();
  report.times.seconds = 0.1;
  const HistoryNight night = row_of(report);
  EXPECT_EQ(night.episodes, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(night.night, std::numeric_limits<std::uint32_t>::max());
  EXPECT_EQ(night.seconds, 0.1);
}

TEST(HistoryFile, OfNothingIsNothing) {
  for (const std::string text : {"", "\n", "  \r\n\n"}) {
    EXPECT_TRUE(read_history(text).nights.empty());
    EXPECT_TRUE(read_history(text).problems.empty());
  }
}

TEST(HistoryFile, IsReadByTheNumbersOfItsNights) {
  std::vector<RunReport> reports = sample_reports();
  std::reverse(reports.begin(), reports.end());
  EXPECT_EQ(read_history(lines_of(reports)).nights, sample_nights());
}

TEST(HistoryFile, OfANightThatWasMergedAgainTheLaterLineCounts) {
  RunReport again = sample_report(3);
  again.result.portions[0].episodes += 1;
  const Nights read = read_history(lines_of({sample_report(3), sample_report(4), again}));
  EXPECT_EQ(read.nights, (std::vector{row_of(again), sample_line(4)}));
}

TEST(HistoryFile, TellsALineThatIsTornAndKeepsTheOthers) {
  const std::string text = lines_of({sample_report(1), sample_report(2)});
  const Nights read = read_history(text.substr(0, text.size() - 30));
  EXPECT_EQ(read.nights, std::vector{sample_line(1)});
  EXPECT_EQ(read.problems,
            std::vector<std::string>{"line 2: it ends in the middle, expected a document "
                                     "tidemark/history/1"});
}

TEST(HistoryFile, ANightBehindATornLineIsRead) {
  const std::string text = lines_of({sample_report(1), sample_report(2)});
  const Nights read = read_history(with_night(text.substr(0, text.size() - 30), sample_report(3)));
  EXPECT_EQ(read.nights, (std::vector{sample_line(1), sample_line(3)}));
  EXPECT_EQ(read.problems.size(), 1u);
}

TEST(HistoryFile, ANightMoreIsALineMore) {
  EXPECT_EQ(with_night("", sample_report(1)), print_history_line(sample_report(1)));
  EXPECT_EQ(with_night(print_history_line(sample_report(1)), sample_report(2)),
            lines_of({sample_report(1), sample_report(2)}));
}

TEST(HistoryFile, TellsWhatIsWrongWithALine) {
  const std::string expected = ", expected a document tidemark/history/1";
  EXPECT_EQ(problem_of("{}\n"), "line 1: 'schema' is missing" + expected);
  EXPECT_EQ(problem_of("[]\n"), "line 1: it is another document" + expected);
  EXPECT_EQ(problem_of("\nnight 3\n"), "line 2: it is no JSON" + expected);
  EXPECT_EQ(problem_of("{\"schema\": \"tidemark/history/9\"}\n"),
            "line 1: it is another document" + expected);
  EXPECT_EQ(problem_of(with("/episodes", -1)), "line 1: 'episodes' is no count" + expected);
  EXPECT_EQ(problem_of(with("/episodes", 1.5)), "line 1: 'episodes' is no count" + expected);
  EXPECT_EQ(problem_of(with("/night", 1ull << 32)), "line 1: 'night' is no count" + expected);
  EXPECT_EQ(problem_of(with("/exit_code", 256)), "line 1: 'exit_code' is no count" + expected);
  EXPECT_EQ(problem_of(with("/seconds", -1)), "line 1: 'seconds' is no time" + expected);
  EXPECT_EQ(problem_of(with("/marks/restore-undid-writes", "7")),
            "line 1: 'restore-undid-writes' is no count" + expected);
  EXPECT_EQ(problem_of(with("/missed_marks", {1})),
            "line 1: 'missed_marks' is no list of texts" + expected);
  EXPECT_EQ(problem_of(with("/findings/told-6251c4892e18/status", "odd\x1b\n")),
            "line 1: 'odd?"
            "?' is no status" +
                expected);
  EXPECT_EQ(problem_of(with("/cells", 7)), "line 1: 'cells' is no object" + expected);
}

TEST(HistoryFile, EveryFieldIsNeeded) {
  const nlohmann::json whole = nlohmann::json::parse(print_history_line(sample_report(3)));
  for (const auto& [name, value] : whole.items()) {
    nlohmann::json without = whole;
    without.erase(name);
    EXPECT_EQ(problem_of(without.dump()).find("line 1: '" + name + "' is missing"), 0u) << name;
  }
}

TEST(HistoryFile, PassesOverWhatALaterVersionAdds) {
  const Nights read = read_history(with("/unheard-of", {{"a", {1, 2}}}));
  EXPECT_EQ(read.nights, std::vector{sample_line(3)});
}

TEST(HistoryFile, ATextOfAnyBytesStaysOnItsLine) {
  RunReport night = sample_report(3);
  night.head.commit = "a\nb\r\x01\xff</script>\"";
  night.missed_marks[0] = {"\xc3"};
  const std::string line = print_history_line(night);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  const Nights read = read_history(line);
  ASSERT_EQ(read.nights.size(), 1u);
  EXPECT_EQ(read.nights[0].commit, "a\nb\r\x01\uFFFD</script>\"");
}

TEST(HistoryFile, OfStatusesEachHasItsName) {
  for (const auto status :
       {FindingStatus::fresh, FindingStatus::known, FindingStatus::fixed, FindingStatus::regressed})
    EXPECT_EQ(find_finding_status(name_of(status)), status);
  EXPECT_EQ(find_finding_status("fresh"), std::nullopt);
}

// --- lines that something has damaged

// Three bytes at most are changed: too few for the number of one night to become that of another.
std::string damaged(std::string line, Random& random) {
  const std::size_t times = 1 + random.below(3);
  for (std::size_t i = 0; i < times && !line.empty(); ++i) {
    const std::size_t place = random.below(line.size());
    const char byte = static_cast<char>(random.below(256));
    switch (random.below(4)) {
      case 0:
        line[place] = byte == '\n' ? ' ' : byte;
        break;
      case 1:
        line.insert(place, 1, byte == '\n' ? '{' : byte);
        break;
      case 2:
        line.erase(place, 1);
        break;
      default:
        line.resize(place);
    }
  }
  return line;
}

TEST(HistoryFile, ALineThatIsDamagedCostsNoOther) {
  std::vector<std::string> lines;
  std::vector<HistoryNight> nights;
  for (const std::uint32_t number : {1111u, 2222u, 3333u, 4444u, 5555u}) {
    RunReport report = sample_report(number % 10);
    report.head.night = number;
    nights.push_back(row_of(report));
    lines.push_back(print_history_line(report));
    lines.back().pop_back();
  }
  Random random(7);
  std::size_t told = 0;
  for (int trial = 0; trial < 1'000; ++trial) {
    const std::size_t hit = random.below(nights.size());
    std::string text;
    for (std::size_t i = 0; i < nights.size(); ++i)
      text += (i == hit ? damaged(lines[i], random) : lines[i]) + "\n";
    const Nights read = read_history(text);
    told += read.problems.size();
    for (std::size_t i = 0; i < nights.size(); ++i)
      EXPECT_TRUE(i == hit ||
                  std::find(read.nights.begin(), read.nights.end(), nights[i]) != read.nights.end())
          << text;
  }
  EXPECT_GT(told, 300u) << "hardly a line was damaged";
}

TEST(HistoryFile, AFileThatIsCutAnywhereKeepsItsWholeLines) {
  const auto nights = sample_nights();
  const std::string text = lines_of(sample_reports());
  for (std::size_t size = 0; size < text.size(); size += 7) {
    const std::string_view rest = std::string_view(text).substr(0, size);
    const auto lines = static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '\n'));
    const Nights read = read_history(rest);
    ASSERT_GE(read.nights.size(), lines);
    EXPECT_TRUE(std::equal(nights.begin(), nights.begin() + static_cast<std::ptrdiff_t>(lines),
                           read.nights.begin()));
  }
}

// tests/schemas/validate.py holds this file to docs/schemas/history.schema.json.
TEST(HistoryFile, IsWhatIsWritten) {
  const auto file = fs::path(TIDEMARK_SOURCE_DIR) / "tests/golden/documents/history.jsonl";
  const std::string text = lines_of(sample_reports()) + print_history_line(sample_night());
  if (std::getenv("TIDEMARK_REWRITE_GOLDEN") != nullptr)
    std::ofstream(file, std::ios::binary) << text;
  else
    EXPECT_EQ(text, text_of(file));
}

}  // namespace
}  // namespace tidemark::core
