// A finding fits one screen, whatever was found; colour changes no text.
#include "reports/screen.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "reports/story.h"
#include "tests/reports/samples.h"

namespace tidemark::core {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char each : text)
    if (each == '\n')
      lines.emplace_back();
    else
      lines.back() += each;
  lines.pop_back();
  return lines;
}

bool is_command(std::string_view line) {
  return line.starts_with("  replay ") || line.starts_with("  by seed ");
}

void expect_fits_screen(const std::string& text) {
  const auto lines = lines_of(text);
  EXPECT_LE(lines.size(), kScreenLines) << text;
  for (const std::string& line : lines) {
    EXPECT_TRUE(is_command(line) || columns(line) <= kReportColumns) << line << "\n\n" << text;
    EXPECT_FALSE(line.ends_with(' ')) << "'" << line << "'\n\n" << text;
  }
}

void expect_narrow(const std::string& text) {
  for (const std::string& line : lines_of(text)) {
    EXPECT_LE(columns(line), kReportColumns) << line;
    EXPECT_FALSE(line.ends_with(' ')) << "'" << line << "'\n\n" << text;
  }
}

struct Named {
  std::string_view protocol;
  std::string_view strategy;
};
constexpr Named kCases[] = {{"page", "server-priority"},         {"page", "client-priority"},
                            {"reference", "timestamp-priority"}, {"reference", "client-priority"},
                            {"guarded", "server-priority"},      {"guarded", "client-priority"}};

Configuration configuration_of(const Named& each) {
  return {.protocol_name = std::string(each.protocol),
          .options = {},
          .protocol = find_protocol(each.protocol)->protocol,
          .strategy = built_in(each.strategy),
          .judge = {}};
}

// Calls `visit(trace, invariant, recording)` for all that is broken in so many random scenarios.
template <class Visit>
int for_each_failure(const Scope& scope, std::uint64_t seeds, Visit visit) {
  int failures = 0;
  Generator generator(scope);
  for (const Named& each : kCases) {
    const Configuration configuration = configuration_of(each);
    Runner runner(configuration.protocol, configuration.strategy);
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      const Scenario scenario = generator.generate(seed);
      const Trace trace = make_trace(configuration, scenario);
      const Recording recording = runner.record(scenario);
      for (const NamedInvariant& named : invariants()) {
        if (!recording.outcome.verdict.broken(named.invariant)) continue;
        visit(trace, named.invariant, recording);
        ++failures;
      }
    }
  }
  return failures;
}

TEST(Screen, FitsWhateverFailsInAFewSteps) {
  const int failures =
      for_each_failure({.clients = 3, .steps = 10}, 120,
                       [](const Trace& trace, Invariant invariant, const Recording&) {
                         expect_fits_screen(screen_of(trace, invariant));
                       });
  EXPECT_GT(failures, 300);
}

TEST(Screen, FitsWhateverFailsInManyStepsOnManyClients) {
  const int failures =
      for_each_failure({.clients = 9, .objects = 6, .steps = 60}, 12,
                       [](const Trace& trace, Invariant invariant, const Recording&) {
                         expect_fits_screen(screen_of(trace, invariant));
                       });
  EXPECT_GT(failures, 30);
}

TEST(Screen, ColourChangesNoText) {
  for_each_failure({.clients = 3, .steps = 12}, 20,
                   [](const Trace& trace, Invariant invariant, const Recording&) {
                     const std::string colored = screen_of(trace, invariant, true);
                     EXPECT_NE(colored, without_color(colored));
                     EXPECT_EQ(without_color(colored), screen_of(trace, invariant));
                   });
}

TEST(Story, IsNarrowAndColourChangesNoText) {
  for_each_failure({.clients = 4, .objects = 5, .steps = 40}, 12,
                   [](const Trace& trace, Invariant, const Recording& recording) {
                     const std::string plain = story(trace, recording, {.all_state = true});
                     expect_narrow(plain);
                     EXPECT_EQ(
                         without_color(story(trace, recording, {.color = true, .all_state = true})),
                         plain);
                   });
}

TEST(Story, MarksEveryBreachAtOnePlace) {
  for_each_failure({.clients = 3, .steps = 20}, 20,
                   [](const Trace& trace, Invariant invariant, const Recording& recording) {
                     const std::string text = story(trace, recording, {});
                     const std::string mark =
                         "<-- " + std::string(name_of(invariant)) + " broken: ";
                     const auto first = text.find(mark);
                     ASSERT_NE(first, std::string::npos) << text;
                     EXPECT_EQ(text.find(mark, first + 1), std::string::npos) << text;
                   });
}

// What shrinking leaves is short enough to be shown whole.
TEST(Screen, ShowsEveryStepOfAMinimalTrace) {
  int shown = 0;
  for (const Named& each : kCases) {
    const Configuration configuration = configuration_of(each);
    Runner runner(configuration.protocol, configuration.strategy);
    Generator generator({.clients = 3, .steps = 25});
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      const Scenario scenario = generator.generate(seed);
      const Verdict verdict = runner.run(scenario).verdict;
      for (const NamedInvariant& named : invariants()) {
        if (!verdict.broken(named.invariant)) continue;
        const Scenario minimal =
            shrink_for(runner, named.invariant, scenario, {.runs = 1'000}).scenario;
        if (minimal.steps.size() > 8) continue;
        const std::string text = screen_of(make_trace(configuration, minimal), named.invariant);
        expect_fits_screen(text);
        EXPECT_EQ(text.find("more step"), std::string::npos) << text;
        ++shown;
      }
    }
  }
  EXPECT_GT(shown, 40);
}

constexpr std::string_view kEcho =
    "tidemark-trace 1\ncreate A o1\nsync A\nedit A o1\nexpect no-lost-update violated\n";

TEST(Screen, KeepsCommandsWholeHoweverLong) {
  Shown about = shown_finding(trace_of(kEcho), Invariant::no_lost_update);
  const std::string command = "tidemark replay " + std::string(200, 'x') + ".trace";
  about.commands = {{"replay", command}};
  const std::string text = screen(about, false);
  EXPECT_NE(text.find("  replay    " + command + "\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("by seed"), std::string::npos) << text;
}

TEST(Screen, LeavesOutTheMiddleOfALongTraceAndSaysHowMuch) {
  std::string text(kEcho.substr(0, kEcho.find("edit")));
  for (int i = 0; i < 40; ++i) text += "clock B +1\n";
  const Trace trace = trace_of(text + "edit A o1\n");
  const std::string screen = screen_of(trace, Invariant::no_lost_update);
  expect_fits_screen(screen);
  EXPECT_NE(screen.find("… 33 more steps\n"), std::string::npos) << screen;
  EXPECT_NE(screen.find(">>"), std::string::npos) << screen;
}

TEST(OneLine, NamesInvariantLengthAndCommand) {
  Shown about = shown_finding(trace_of(kEcho), Invariant::no_lost_update);
  about.commands = {{"replay", "tidemark replay a.trace"}, {"by seed", "tidemark replay"}};
  EXPECT_EQ(one_line(about),
            "FAIL no-lost-update          3 steps  from 17 episodes  3f2a91c2d0ab  tidemark replay "
            "a.trace");
}

TEST(Totals, AreOneLine) {
  RunReport report = run_of(configuration_of(kCases[0]));
  PortionResult& counts = report.result.portions.front();
  counts.episodes = 20'000;
  counts.effective_steps = 2'134'567;
  counts.digest = 0x9c41;
  EXPECT_EQ(totals(report, 0),
            "page, server-priority: 20 000 episodes, 2.1 M steps, all held, digest "
            "0000000000009c41");
  counts.broken_episodes = 12'034;
  EXPECT_EQ(totals(report, 0),
            "page, server-priority: 20 000 episodes, 2.1 M steps, 12 034 broken, digest "
            "0000000000009c41");
}

TEST(MarksTable, SaysWhichRequiredMarkWasNeverReached) {
  RunReport report = run_of(configuration_of(kCases[0]));
  PortionResult& counts = report.result.portions.front();
  counts.marks.fill(1'234);
  counts.marks[static_cast<std::size_t>(Mark::own_echo)] = 0;
  counts.episodes = kEpisodesThatRequireMarks;
  const std::string table = marks_table(report, 0, false);
  expect_narrow(table);
  EXPECT_EQ(lines_of(table).size(), kMarks + 1);
  EXPECT_NE(table.find("own-echo                                   0  required  NEVER REACHED"),
            std::string::npos)
      << table;
  EXPECT_EQ(without_color(marks_table(report, 0, true)), table);
  counts.episodes = kEpisodesThatRequireMarks - 1;
  EXPECT_EQ(marks_table(report, 0, false).find("required  NEVER"), std::string::npos);
}

}  // namespace
}  // namespace tidemark::core
