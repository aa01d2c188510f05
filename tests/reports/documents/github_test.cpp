#include "reports/documents/github.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "tests/reports/documents/ci_documents.h"

namespace tidemark::core {
namespace {

using namespace ci_documents;

std::vector<std::string> lines_in(std::string_view text) {
  std::vector<std::string> lines(1);
  for (const char each : text) {
    if (each == '\n' || each == '\r')
      lines.emplace_back();
    else
      lines.back() += each;
  }
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

Checks with_findings(std::size_t number) {
  Checks checks = sample_checks();
  checks.suites.resize(1);
  checks.suites[0].checks[1].failures.assign(number, echo_failure());
  return checks;
}

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t sum = 0;
  for (auto place = text.find(part); place != text.npos; place = text.find(part, place + 1)) ++sum;
  return sum;
}

TEST(GitHub, IsWhatIsWritten) {
  expect_golden("annotations.txt", annotations(sample_checks()));
  expect_golden("summary.md", step_summary(sample_checks()));
}

TEST(GitHub, TenFindingsAreTenAnnotations) {
  EXPECT_EQ(lines_in(annotations(with_findings(10))).size(), 10u);
  EXPECT_FALSE(annotations(with_findings(10)).ends_with("more\n"));
}

TEST(GitHub, ElevenAreNineAndTwoMore) {
  const std::vector<std::string> lines = lines_in(annotations(with_findings(11)));
  ASSERT_EQ(lines.size(), 10u);
  EXPECT_TRUE(lines.back().ends_with("::and 2 more")) << lines.back();
}

TEST(GitHub, WhereEverythingHeldNothingIsAnnotated) {
  Checks checks = with_findings(1);
  checks.suites[0].checks.resize(1);
  EXPECT_EQ(annotations(checks), "");
}

TEST(GitHub, TheHeadlineIsOkOnlyWhereEveryRunProvesSomething) {
  const auto headline = [](Checks checks, std::vector<std::size_t> suites) {
    Checks chosen{checks.verb};
    for (const std::size_t each : suites) chosen.suites.push_back(checks.suites[each]);
    const std::string text = step_summary(chosen);
    return text.substr(0, text.find('\n'));
  };
  Checks checks = sample_checks();
  checks.suites.push_back(
      suite_of(configuration_of(trace_of(kEcho)), kAllInvariants, {}, {}, "held"));
  EXPECT_EQ(headline(checks, {3}), "### tidemark fuzz: ok");
  EXPECT_EQ(headline(checks, {3, 2}), "### tidemark fuzz: not proven");
  EXPECT_EQ(headline(checks, {3, 2, 0}), "### tidemark fuzz: FAIL");
  EXPECT_EQ(headline(checks, {3, 2, 0, 1}), "### tidemark fuzz: FAULT");
  EXPECT_EQ(headline(checks, {}), "### tidemark fuzz: not proven");
}

TEST(GitHub, NoTextAddsAnAnnotation) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const std::string text = annotations(hostile_checks(random));
    for (const std::string& line : lines_in(text))
      ASSERT_TRUE(line.starts_with("::error ") || line.starts_with("::warning "))
          << "seed " << seed << ": " << printable(line);
    ASSERT_EQ(lines_in(text).size(), 4u) << "seed " << seed;
  }
}

// Properties end at a comma, and all of them at `::`.
TEST(GitHub, PropertiesAreEscaped) {
  Checks checks = with_findings(1);
  Failure& failure = checks.suites[0].checks[1].failures[0];
  failure.file = "a,b:c%\n.trace";
  failure.verdict = "50 %, a::b\nc";
  const std::string line = annotations(checks);
  EXPECT_TRUE(line.starts_with("::error file=a%2Cb%3Ac%25%0A.trace,line=1,title=")) << line;
  EXPECT_NE(line.find("::50 %25, a::b c%0AReplay: "), line.npos) << line;
}

TEST(GitHub, ASummaryOfHundredsOfFindingsFits) {
  for (const std::size_t number : {0, 1, 20, 80, 900}) {
    const std::string text = step_summary(with_findings(number));
    EXPECT_LT(text.size(), kMostSummaryBytes) << number;
    EXPECT_EQ(occurrences(text, "<details>"), occurrences(text, "</details>"));
  }
  const std::string text = step_summary(with_findings(900));
  EXPECT_GT(text.size(), kMostSummaryBytes / 2) << "there is room for more";
  const auto shown = occurrences(text, "<details>");
  EXPECT_NE(text.find(fmt::format("\n{} more, left out here", count_of(900 - shown, "story"))),
            text.npos);
}

// What stands in no fence: in one, nothing is markup but the fence itself.
std::string outside_of_fences(const std::string& text) {
  std::string outside;
  std::string fence;
  for (const std::string& line : lines_in(text)) {
    if (fence.empty() && line.starts_with("```"))
      fence = line.substr(0, line.find_first_not_of('`'));
    else if (!fence.empty() && line == fence)
      fence.clear();
    else if (fence.empty())
      outside += line + "\n";
  }
  EXPECT_EQ(fence, "") << "a fence is open";
  return outside;
}

std::string without(std::string text, std::string_view part) {
  for (auto place = text.find(part); place != text.npos; place = text.find(part))
    text.erase(place, part.size());
  return text;
}

TEST(GitHub, NoTextBecomesMarkup) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const std::string text = step_summary(hostile_checks(random));
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + text);
    ASSERT_LT(text.size(), kMostSummaryBytes);
    std::string outside = outside_of_fences(text);
    for (const std::string_view own : {"<details><summary>", "</summary>", "</details>", "<code>",
                                       "</code>", "### tidemark fuzz"})
      outside = without(outside, own);
    for (const std::string_view markup : {"<", "`", "*", "[", "_", "@", "#\n", "\n#"})
      ASSERT_EQ(outside.find(markup), outside.npos) << markup;
    for (const std::string& line : lines_in(outside))
      ASSERT_EQ(occurrences(line, "|"), line.starts_with("|") ? 6u : 0u) << line;
  }
}

TEST(GitHub, NoTextBeginsAListOrABlockOfCode) {
  Checks checks = with_findings(1);
  for (const std::string_view text : {"1) one", "- one", "    one", "+ one", "===", "---"}) {
    checks.suites[0].totals = text;
    checks.suites[0].checks[1].failures[0].verdict = text;
    const std::string summary = step_summary(checks);
    EXPECT_EQ(summary.find("\n" + std::string(text)), summary.npos) << summary;
    EXPECT_EQ(summary.find("\n- " + std::string(text)), summary.npos) << summary;
  }
}

TEST(GitHub, ATextBetweenGuardsDoesNotHaveTheirToken) {
  const std::string text = "::error::injected\nsecond line";
  const std::vector<std::string> lines = lines_in(without_commands(text));
  ASSERT_EQ(lines.size(), 4u);
  ASSERT_TRUE(lines[0].starts_with("::stop-commands::tidemark-"));
  const std::string token = lines[0].substr(17);
  EXPECT_EQ(lines[3], "::" + token + "::");
  EXPECT_EQ(text.find(token), text.npos);
  EXPECT_EQ(lines_in(without_commands(text + "!"))[0] == lines[0], false);
  EXPECT_EQ(without_commands(""), "");
}

TEST(GitHub, DefusedTextHasNoCommandLeft) {
  EXPECT_EQ(defused("a ::error::b\n##[group]c"), "a : :error: :b\n## [group]c");
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const std::string text = defused(random_text(random) + ":::::###[[" + random_text(random));
    EXPECT_EQ(text.find("::"), text.npos);
    EXPECT_EQ(text.find("##["), text.npos);
  }
}

}  // namespace
}  // namespace tidemark::core
