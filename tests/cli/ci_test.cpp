// What verbs leave for CI, and that no environment but that of a service changes anything.
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/adapter/puppet.h"
#include "tests/cli/cli.h"

namespace tidemark::core {
namespace {

constexpr const char* kBroken = "fuzz --episodes 200 --strategy server-priority --quiet";
constexpr const char* kWrong =
    "tidemark-trace 1\ncreate A o1 value=\"##[error]injected ::error::injected\"\nexpect holds\n";
constexpr const char* kRight = "tidemark-trace 1\nprotocol guarded\ncreate A o1\nexpect holds\n";

std::string flag_of_engine(const std::vector<std::string>& words) {
  return " --engine \"" + puppet(words) + "\"";
}

class Ci : public Cli {
 protected:
  bool fits(const std::string& file, const std::string& dialect) const {
    return shell("xmllint --noout --schema " TIDEMARK_SOURCE_DIR "/tests/reports/documents/junit-" +
                 dialect + ".xsd " + file)
               .code == 0;
  }
};

// The lines that GitHub takes for commands: none of those between guards.
std::vector<std::string> commands_to_github(const std::string& log) {
  std::vector<std::string> commands;
  std::string token;
  for (const std::string& line : lines_of(log)) {
    constexpr std::string_view kStop = "::stop-commands::";
    if (!token.empty()) {
      if (line == "::" + token + "::") token.clear();
    } else if (line.starts_with(kStop)) {
      token = line.substr(kStop.size());
    } else if (has(line, "##[") ||
               line.substr(std::min(line.find_first_not_of(' '), line.size())).starts_with("::")) {
      commands.push_back(line);
    }
  }
  EXPECT_EQ(token, "") << "commands are stopped for good";
  return commands;
}

// --- JUnit ---

TEST_F(Ci, EachVerbThatChecksWritesJUnitInBothDialects) {
  write("right.trace", kRight);
  for (const char* dialect : {"common", "strict"}) {
    for (const std::string& run :
         {std::string(kBroken) + " --out found", std::string("explore --edits 2 --quiet"),
          std::string("replay --check right.trace --quiet")}) {
      const Ran with = tidemark(run + " --out r.xml --junit-dialect " + dialect);
      const Ran without = tidemark(run);
      EXPECT_EQ(with.code, without.code) << run;
      EXPECT_EQ(with.out, without.out) << run;
      EXPECT_TRUE(fits("r.xml", dialect)) << run << "\n" << content("r.xml");
    }
  }
}

TEST_F(Ci, AViolationIsAFailureWithTheFileThatShowsIt) {
  tidemark(std::string(kBroken) + " --out found --out r.xml");
  const std::string xml = content("r.xml");
  EXPECT_TRUE(has(xml, "<failure type=\"no-lost-update\"")) << xml;
  EXPECT_TRUE(has(xml, "name=\"no-lost-update\" file=\"found/no-lost-update-")) << xml;
  EXPECT_TRUE(has(xml, "[[ATTACHMENT|found/no-lost-update-")) << xml;
  EXPECT_TRUE(has(xml, "errors=\"0\""));
}

TEST_F(Ci, TheSameCommandWritesTheSameJUnit) {
  tidemark(std::string(kBroken) + " --out a.xml");
  tidemark(std::string(kBroken) + " --out b.xml");
  EXPECT_EQ(content("a.xml"), content("b.xml"));
}

TEST_F(Ci, WhatARunDoesNotProveIsSkipped) {
  const Ran ran = tidemark("fuzz --episodes 0 --out r.xml");
  EXPECT_EQ(ran.code, 4);
  EXPECT_TRUE(has(content("r.xml"), "failures=\"0\" errors=\"0\" skipped=\"9\""))
      << content("r.xml");
}

TEST_F(Ci, AFaultOfTheEngineIsAnError) {
  const Ran ran = tidemark("fuzz --episodes 100 --out r.xml" + flag_of_engine({"crash@300"}));
  EXPECT_EQ(ran.code, 3) << ran.err;
  EXPECT_TRUE(has(content("r.xml"), "<error type=\"fault\"")) << content("r.xml");
  EXPECT_TRUE(fits("r.xml", "common"));
}

TEST_F(Ci, AFaultThatEndsARunIsReportedToo) {
  const std::string some =
      "tidemark-trace 1\nengine puppet\nstrategy own\nclients 1\ncreate A o1\n";
  write("some.trace", some + "expect holds\n");
  std::string longer = some;
  for (int i = 0; i < 50; ++i) longer += "edit A o1\n";
  write("longer.trace", longer);
  const Ran ran =
      tidemark("replay --check some.trace longer.trace --out r.xml" + flag_of_engine({"crash@50"}));
  EXPECT_EQ(ran.code, 3) << ran.err;
  EXPECT_TRUE(has(content("r.xml"), "<error type=\"fault\"")) << content("r.xml");
  EXPECT_TRUE(
      has(content("r.xml"), "<testcase classname=\"tidemark.replay.traces\" name=\"some.trace\""))
      << "what was checked before is lost";
}

TEST_F(Ci, WhatAnInterruptedRunDidNotBreakIsSkipped) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe(pipe_ends.data()), 0);
  const Running run({TIDEMARK_BINARY, "fuzz", "--protocol", "hardened", "--for", "1h", "--out",
                     (work() / "r.xml").string()},
                    open("/dev/null", O_WRONLY), pipe_ends[1]);
  read_some(pipe_ends[0]);  // what it says before it begins
  run.signal(SIGINT);
  read_rest(pipe_ends[0]);
  close(pipe_ends[0]);
  EXPECT_EQ(run.wait(), 130);
  EXPECT_TRUE(has(content("r.xml"), "<skipped message=\"the run was interrupted\""));
  EXPECT_TRUE(has(content("r.xml"), "failures=\"0\" errors=\"0\" skipped=\"9\""))
      << content("r.xml");
}

TEST_F(Ci, FlagsThatMeanNothingAreRefused) {
  write("right.trace", kRight);
  expect_refused("fuzz --junit-dialect strict", "--junit-dialect requires --out FILE.xml");
  expect_refused("fuzz --out r.xml --junit-dialect loose", "expected one of: common, strict");
  expect_refused("fuzz --out nowhere/r.xml", "nowhere");
  expect_refused("fuzz --ci gitbub", "did you mean 'github'?");
  expect_refused("replay right.trace --out r.xml", "--out FILE.xml requires --check");
  expect_refused("replay right.trace --ci github", "--check");
}

// --- GitHub ---

TEST_F(Ci, GitHubIsShownAtMostTenAnnotationsBehindTheResults) {
  const Ran ran = tidemark_on("GITHUB_ACTIONS=true", "fuzz --episodes 300");
  EXPECT_EQ(ran.code, 1);
  const std::vector<std::string> commands = commands_to_github(ran.out);
  ASSERT_EQ(commands.size(), 10u);
  EXPECT_TRUE(commands[0].starts_with("::error title=no-lost-update%2C page%2C server-priority"))
      << commands[0];
  EXPECT_TRUE(commands[9].ends_with(" more")) << commands[9];
  EXPECT_EQ(lines_of(ran.out).back(), commands[9]);
}

TEST_F(Ci, TheResultsAreThoseOfAnyOtherRun) {
  const std::string plain = tidemark(kBroken).out;
  const std::string on_github = tidemark_on("GITHUB_ACTIONS=true", kBroken).out;
  EXPECT_TRUE(has(on_github, "\n" + plain)) << on_github;
  EXPECT_EQ(
      tidemark_on("GITHUB_ACTIONS=true GITLAB_CI=true", std::string(kBroken) + " --ci none").out,
      plain);
  EXPECT_EQ(tidemark_on("GITHUB_ACTIONS=false", kBroken).out, plain);
}

TEST_F(Ci, TheSummaryIsAppended) {
  write("summary.md", "of another step\n");
  tidemark_on("GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=summary.md", kBroken);
  const std::string text = content("summary.md");
  EXPECT_TRUE(text.starts_with("of another step\n### tidemark fuzz: FAIL\n")) << text;
  EXPECT_TRUE(has(text, "```mermaid\nsequenceDiagram\n")) << text;
}

TEST_F(Ci, ASummaryThatCannotBeWrittenChangesNoExitCode) {
  const Ran ran = tidemark_on("GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=nowhere/s.md", kBroken);
  EXPECT_EQ(ran.code, 1);
  EXPECT_TRUE(has(ran.err, "nowhere/s.md: cannot be appended to")) << ran.err;
}

TEST_F(Ci, ATraceThatDoesNotShowWhatItExpectsIsAnnotatedInItsFile) {
  write("wrong.trace", kWrong);
  write("right.trace", kRight);
  const Ran ran = tidemark("replay --check wrong.trace right.trace --ci github");
  const std::vector<std::string> commands = commands_to_github(ran.out);
  ASSERT_EQ(commands.size(), 1u) << ran.out;
  EXPECT_TRUE(commands[0].starts_with("::error file=wrong.trace,line=3,title=wrong.trace"))
      << commands[0];
}

// Texts of traces, names of files and commands of engines stand on both streams.
TEST_F(Ci, NoTextOfAUserIsACommandToGitHub) {
  const std::string name = "::error::injected ##[error]injected.trace";
  write(name, kWrong);
  for (const std::string& run : {"replay --check '" + name + "' --ci github",
                                 "replay --check '" + name + "' --ci github --out -",
                                 "replay --check '" + name + "' --ci github --quiet"}) {
    const Ran ran = tidemark(run);
    EXPECT_EQ(ran.code, 1) << ran.err;
    const auto to_github =
        has(run, "--out -") ? commands_to_github(ran.err) : commands_to_github(ran.out);
    EXPECT_EQ(to_github.size(), 1u) << ran.out << ran.err;
    const auto others =
        has(run, "--out -") ? commands_to_github(ran.out) : commands_to_github(ran.err);
    EXPECT_EQ(others.size(), 0u) << ran.out << ran.err;
    if (has(run, "--out -")) {
      EXPECT_TRUE(has(nlohmann::json::parse(ran.out).dump(), "##[error]injected"));
    }
  }
  write("bad.trace", "tidemark-trace 1\n##[error]injected\n::error::injected\n");
  const Ran bad = tidemark("replay --check bad.trace --ci github");
  EXPECT_EQ(bad.code, 2);
  EXPECT_EQ(commands_to_github(bad.err).size(), 0u) << bad.err;
  const Ran engine = tidemark("fuzz --episodes 1 --ci github --engine 'echo ::error::injected'");
  EXPECT_EQ(commands_to_github(engine.err).size(), 0u) << engine.err;
}

// --- GitLab ---

TEST_F(Ci, GitLabIsShownScreensInSections) {
  const Ran ran = tidemark_on("GITLAB_CI=true", "fuzz --episodes 200 --strategy server-priority");
  EXPECT_TRUE(ran.out.starts_with("\x1b[0Ksection_start:")) << ran.out;
  EXPECT_TRUE(has(ran.out, "[collapsed=true]\r\x1b[0KFAIL no-redundant-transfer")) << ran.out;
  EXPECT_FALSE(has(ran.out, "::error"));
  write("wrong.trace", kWrong);
  EXPECT_FALSE(has(tidemark_on("GITLAB_CI=true", "replay --check wrong.trace").out, "section"));
}

}  // namespace
}  // namespace tidemark::core
