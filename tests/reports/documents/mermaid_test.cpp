// That Mermaid itself takes the diagrams, tests/mermaid/ asks it.
#include "reports/documents/mermaid.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "reports/documents/exports.h"
#include "tests/reports/documents/ci_documents.h"

namespace tidemark::core {
namespace {

using namespace ci_documents;

std::size_t arrows_in(const std::string& text) {
  std::size_t sum = 0;
  for (auto place = text.find("\n"); place != text.npos; place = text.find("\n", place + 1)) {
    const std::string line = text.substr(place + 1, text.find('\n', place + 1) - place - 1);
    const auto head = line.find_first_not_of(' ');
    if (head != line.npos && head + 1 < line.size() && line[head + 1] == '-') ++sum;
  }
  return sum;
}

Shown with_value(const std::string& value) {
  Trace trace = trace_of(kEcho);
  trace.scenario.texts = {value};
  trace.scenario.steps[0].value = 1;
  return show(configuration_of(trace), trace);
}

// `a#59;b` as `ab`.
std::string without_entities(const std::string& text) {
  std::string rest;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto end = text.find_first_not_of("0123456789", i + 1);
    const bool is_entity = text[i] == '#' && end != text.npos && end > i + 1 && text[end] == ';';
    if (is_entity)
      i = end;
    else
      rest += text[i];
  }
  return rest;
}

TEST(Mermaid, IsWhatIsWritten) {
  expect_golden("echo.mmd", mermaid(shown_of(kEcho)));
  expect_golden("faults.mmd", mermaid(shown_of("tidemark-trace 1\n"
                                               "create A o1 value=\"100; EUR\"\n"
                                               "sync A lose=upload-ack\n"
                                               "begin B\n"
                                               "deliver B\n"
                                               "give-up B\n"
                                               "edit A o1\n"
                                               "arrive B\n"
                                               "edit A o1\n"
                                               "begin A\n"
                                               "duplicate A\n"
                                               "finish A\n"
                                               "offline B\n"
                                               "sync B\n")));
  expect_golden("holds.mmd", mermaid(shown_of("tidemark-trace 1\ncreate S o1\nexpect holds\n")));
}

TEST(Mermaid, TheBreachStandsAtTheEndInAFrame) {
  const std::string text = mermaid(shown_of(kEcho));
  EXPECT_NE(text.find("rect rgb(255, 214, 214)\n    Note over A,S: no-lost-update violated: "),
            text.npos);
  EXPECT_TRUE(text.ends_with("  end\n"));
}

TEST(Mermaid, ALongRunIsCutDownAndSaysSo) {
  std::string trace = "tidemark-trace 1\nprotocol hardened\nclients 3\n";
  for (int i = 0; i < 200; ++i) trace += "create A o" + std::to_string(i) + "\nsync A\nsync B\n";
  const std::string text = mermaid(shown_of(trace));
  EXPECT_LE(arrows_in(text), kMostArrows);
  EXPECT_GT(arrows_in(text), kMostArrows / 2);
  EXPECT_LT(text.size(), kMostMermaidBytes);
  EXPECT_NE(text.find("that changed nothing left out"), text.npos) << text;
  EXPECT_NE(text.find("messages left out"), text.npos) << text;
}

TEST(Mermaid, StepsWithoutMessagesAreCutDownToo) {
  std::string trace = "tidemark-trace 1\n";
  for (int i = 0; i < 3000; ++i) trace += "clock A +1\n";
  const std::string text = mermaid(shown_of(trace));
  EXPECT_LT(text.size(), kMostMermaidBytes);
  EXPECT_NE(text.find("steps left out"), text.npos) << text;
}

TEST(Mermaid, NoTextOutgrowsWhatMermaidDraws) {
  std::string trace = "tidemark-trace 1\nclients 25\n";
  for (int i = 0; i < 200; ++i)
    trace += "create A o" + std::to_string(i) + " value=\"" + std::string(3000, ';') + "\"\n";
  EXPECT_LT(mermaid(shown_of(trace)).size(), kMostMermaidBytes);
}

TEST(Mermaid, NoTextIsSyntax) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const std::string text = mermaid(with_value("x" + random_text(random)));
    EXPECT_EQ(without_entities(text).find_first_of(";#"), text.npos) << text;
    for (const std::string_view syntax : {"%%", "`", "<s", "$$", "{", "\r", "\x1b"})
      EXPECT_EQ(text.find(syntax), text.npos) << "seed " << seed << "\n" << printable(text);
    const auto lines = [](const std::string& all) {
      return std::count(all.begin(), all.end(), '\n');
    };
    EXPECT_EQ(lines(text), lines(mermaid(with_value("xx")))) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tidemark::core
