// The HTML report: what users wrote stays text, equal input gives equal bytes, and what a page
// shows of a run is bounded.
#include "reports/documents/html/report.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "properties/engines.h"
#include "reports/documents/html/layout.h"
#include "reports/documents/html/markup.h"
#include "reports/documents/html/scene.h"
#include "tests/reports/samples.h"
#include "tests/sim/hosted.h"

namespace tidemark::core {
namespace {

const std::vector<NamedLine> kEnvironment{{"version", "tidemark 0"}};

constexpr std::string_view kEcho =
    "tidemark-trace 1\n"
    "create A o1 value=\"100 EUR\"\n"
    "sync A\n"
    "edit A o1 value=\"120 EUR\"\n"
    "expect no-lost-update violated\n";

Shown shown_of(std::string_view text) {
  const Trace trace = trace_of(text);
  Shown made = show(configuration_of(trace), trace);
  made.commands = {{"replay", "tidemark replay found/some.trace"}};
  return made;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto place = text.find(part); place != std::string_view::npos;
       place = text.find(part, place + part.size()))
    ++found;
  return found;
}

// --- markup

TEST(Markup, NoTextBecomesMarkup) {
  EXPECT_EQ(escaped("<b a=\"1\" c='2'>&"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;");
}

TEST(Markup, ControlCharactersAreShownByTheirPictures) {
  EXPECT_EQ(escaped(std::string_view("\0\x1b\x7f\n", 4)), "␀␛␡\n");
}

TEST(Markup, WhatIsNoUtf8OrTurnsTheDirectionIsReplaced) {
  EXPECT_EQ(escaped("a\xff\xe2\x82"), "a���");
  EXPECT_EQ(escaped("\u202ex\u2066y\u0085z"), "�x�y�z");
  EXPECT_EQ(escaped("ünïcödé €"), "ünïcödé €");
}

TEST(Markup, NothingInAScriptEndsIt) {
  const std::string text = json_data({{"text", "</script><!--\xff"}});
  EXPECT_EQ(text.find('<'), std::string::npos) << text;
  EXPECT_NE(text.find("\\u003c/script>\\u003c!--"), std::string::npos) << text;
}

TEST(Markup, ThePolicyNamesTheHashOfWhatIsInThePage) {
  const std::string page = html_page("t", "", nullptr);
  EXPECT_NE(page.find("default-src 'none'; style-src 'sha256-"), std::string::npos);
  EXPECT_EQ(page.find("unsafe-inline"), std::string::npos);
}

// --- layout

TEST(Layout, ReadsFromTopToBottomAndIsTheSameEachTime) {
  const std::vector<LayoutEdge> edges{{0, 1}, {0, 2}, {1, 3}, {2, 3}};
  const Layout first = lay_out(4, edges, 100, 40);
  const Layout second = lay_out(4, edges, 100, 40);
  ASSERT_EQ(first.nodes.size(), 4u);
  EXPECT_LT(first.nodes[0].y, first.nodes[1].y);
  EXPECT_EQ(first.nodes[1].y, first.nodes[2].y);
  EXPECT_GE(std::abs(first.nodes[1].x - first.nodes[2].x), 100);
  EXPECT_LT(first.nodes[1].y, first.nodes[3].y);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(first.nodes[i].x, second.nodes[i].x);
    EXPECT_EQ(first.nodes[i].y, second.nodes[i].y);
    EXPECT_GE(first.edges[i].size(), 4u);
  }
}

TEST(Layout, OfNothingIsNothing) { EXPECT_TRUE(lay_out(0, {}, 100, 40).nodes.empty()); }

// --- pages

TEST(HtmlReport, OfEqualCasesIsEqual) {
  EXPECT_EQ(html_report(shown_of(kEcho), kEnvironment), html_report(shown_of(kEcho), kEnvironment));
}

TEST(HtmlReport, SaysWhereTheInvariantBroke) {
  const std::string page = html_report(shown_of(kEcho), kEnvironment);
  EXPECT_NE(page.find("<h1>no-lost-update</h1>"), std::string::npos);
  EXPECT_NE(page.find("data-first=\"round-1\""), std::string::npos);
  EXPECT_EQ(count(page, "class=\"ring\" cx"), 1u);
  EXPECT_EQ(count(page, "class=\"ring\" x"), 1u) << "of the lost version";
}

TEST(HtmlReport, OfARunThatHeldSaysSo) {
  const std::string page =
      html_report(shown_of("tidemark-trace 1\nprotocol hardened\ncreate A o1\nsync A\n"), {});
  EXPECT_NE(page.find("<h1>Everything held</h1>"), std::string::npos);
  EXPECT_EQ(count(page, "class=\"ring"), 0u);
}

TEST(HtmlReport, ShowsLostAndLateMessagesAndWhoIsOffline) {
  const std::string page = html_report(shown_of("tidemark-trace 1\n"
                                                "create A o1\n"
                                                "sync A lose=upload-ack\n"
                                                "begin B\ngive-up B\n"
                                                "offline A\nedit A o1\n"),
                                       {});
  EXPECT_EQ(count(page, "class=\"cross\""), 1u);
  EXPECT_EQ(count(page, "class=\"clock\""), 1u);
  EXPECT_EQ(count(page, "<title>A is offline</title>"), 1u);
}

// `page`, its counters kept from the harness.
struct Silent final : tidemark::Engine {
  std::shared_ptr<tidemark::Engine> inner =
      with_engine(find_protocol("page")->protocol, built_in("server-priority"),
                  [](auto engine) -> std::shared_ptr<tidemark::Engine> {
                    return std::make_shared<Hosted<decltype(engine)>>(std::move(engine), "page");
                  });
  const tidemark::Traits& traits() const override { return inner->traits(); }
  tidemark::Answer handle(const tidemark::Request& request) override {
    tidemark::Answer answer = inner->handle(request);
    answer.servercounter_lastsync.reset();
    return answer;
  }
};

TEST(HtmlReport, OfAnEngineThatDoesNotTellItsDownloadMarksLeavesThemOut) {
  EXPECT_NE(html_report(shown_of(kEcho), {}).find(">servercounter_lastsync<"), std::string::npos);
  const Trace trace = trace_of(kEcho);
  Configuration silent = configuration_of(trace);
  silent.spec = hosted_spec(std::make_shared<Silent>());
  EXPECT_EQ(html_report(show(silent, trace), {}).find("servercounter_lastsync"), std::string::npos);
}

TEST(HtmlReport, OfALongRunIsBoundedAndSaysWhatIsLeftOut) {
  std::string text = "tidemark-trace 1\nprotocol hardened\nclients 2\ncreate A o1\n";
  for (int i = 0; i < 5'000; ++i) text += i % 2 == 0 ? "edit A o1\n" : "sync A\n";
  const std::string page = html_report(shown_of(text), {});
  EXPECT_LT(page.size(), std::size_t{2'000'000});
  EXPECT_LE(count(page, "class=\"stop\""), kShownPassages);
  EXPECT_NE(page.find("are left out."), std::string::npos);
}

TEST(HtmlReport, PutsTheMinimalTraceBesideTheOriginal) {
  Shown about = shown_of(kEcho);
  about.original =
      Original{tidemark::core::Run(about.configuration,
                                   trace_of("tidemark-trace 1\nclients 3\n"
                                            "create A o1 value=\"100 EUR\"\ncrash B\ncrash C\n"
                                            "sync A\nedit A o1 value=\"120 EUR\"\n")),
               0x7};
  const std::string page = html_report(about, {});
  EXPECT_NE(page.find("<summary>2 steps removed</summary>"), std::string::npos);
  EXPECT_NE(page.find("original: 5 steps, 3 clients, 2 faults"), std::string::npos);
  EXPECT_NE(page.find("0x0000000000000007"), std::string::npos);
}

// --- many findings

TEST(HtmlReport, ARunInDoubtIsNotGreen) {
  RunReport report = run_of(shown_of(kEcho).configuration);
  EXPECT_EQ(html_report({}, &report, {}).find(">HELD</span>"), std::string::npos)
      << "no episode ran";
  report.vacuous.clear();
  EXPECT_NE(html_report({}, &report, {}).find(">HELD</span>"), std::string::npos);
  report.vacuous = {"no <mark>"};
  const std::string page = html_report({}, &report, {});
  EXPECT_EQ(page.find(">HELD</span>"), std::string::npos);
  EXPECT_NE(page.find(">IN DOUBT</span>"), std::string::npos);
  EXPECT_NE(page.find("vacuous: no &lt;mark&gt;"), std::string::npos);
}

TEST(HtmlReport, OfARunCountsItsGroupsAndLinksToThem) {
  const Shown about = shown_of(kEcho);
  RunReport report = run_that_found(about.run.trace(), *about.invariant);
  report.findings[0].fingerprint = about.fingerprint;
  report.times.seconds = 2;
  report.environment = kEnvironment;
  const std::string page = html_report({&about, 1}, &report, {});
  EXPECT_NE(page.find("<a href=\"#finding-1\">no-lost-update</a>"), std::string::npos);
  EXPECT_NE(page.find("<td class=\"count\">17</td>"), std::string::npos);
  EXPECT_NE(page.find("10 000 episodes/s, 300 000 steps/s"), std::string::npos);
  EXPECT_NE(page.find("id=\"finding-1-step-2\""), std::string::npos);
  EXPECT_NE(page.find(">tidemark 0<"), std::string::npos);
}

TEST(HtmlReport, OfMoreFindingsThanFitSaysHowManyAreShown) {
  const std::vector<Shown> cases(kShownFindings + 3, shown_of(kEcho));
  const std::string page = html_report(cases, nullptr, {});
  EXPECT_NE(page.find(" of 43 findings are shown in full"), std::string::npos);
  EXPECT_EQ(count(page, "<th scope=\"row\"><a href=\"#finding-") +
                count(page, "<th scope=\"row\">no-lost-update</th>"),
            kShownFindings + 3);
}

// --- golden files: the body of the page of each trace in tests/golden/reports

class HtmlGolden : public testing::TestWithParam<const char*> {};

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_P(HtmlGolden, ThePageIsWhatIsWritten) {
  const std::filesystem::path golden = std::filesystem::path(TIDEMARK_SOURCE_DIR) / "tests/golden";
  const std::string text = read(golden / "reports" / (std::string(GetParam()) + ".txt"));
  const std::string page = html_report(shown_of(text.substr(0, text.find("---- "))), kEnvironment);
  const std::string body =
      page.substr(page.find("<main>"), page.find("<script>") - page.find("<main>"));
  const auto file = golden / "html" / (std::string(GetParam()) + ".html");
  if (std::getenv("TIDEMARK_REWRITE_GOLDEN") != nullptr)
    std::ofstream(file, std::ios::binary) << body;
  else
    EXPECT_EQ(body, read(file));
}

INSTANTIATE_TEST_SUITE_P(Html, HtmlGolden,
                         testing::Values("page_echo_undoes_edit", "late_upload_over_newer"),
                         [](const auto& name) { return std::string(name.param); });

}  // namespace
}  // namespace tidemark::core
