// Pages, as the command writes them: whole or not at all, and the same each time.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/cli/cli.h"

namespace tidemark::core {
namespace {

constexpr const char* kEchoTrace =
    "tidemark-trace 1\ncreate A o1\nsync A\nedit A o1\nexpect no-lost-update violated\n";

TEST_F(Cli, ReplayWritesAPageBesideItsStory) {
  write("echo.trace", kEchoTrace);
  const Ran ran = tidemark("replay echo.trace --out echo.html");
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_EQ(ran.out, tidemark("replay echo.trace").out);
  const std::string page = content("echo.html");
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>"));
  EXPECT_TRUE(has(page, "replay echo.trace</code>"));
  tidemark("replay echo.trace --out again.html");
  EXPECT_EQ(content("again.html"), page);
}

TEST_F(Cli, ThePageOfASeedReplaysByThatSeed) {
  const Ran ran = tidemark("replay --seed 0x5e41ab087439611e --shrink no-lost-update --out a.html");
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_TRUE(has(content("a.html"), "replay --seed 0x5e41ab087439611e"));
  EXPECT_TRUE(has(content("a.html"), "<h1>no-lost-update</h1>"));
}

TEST_F(Cli, FlagsOfPagesThatHaveNoMeaningAreRefused) {
  write("echo.trace", kEchoTrace);
  write("calm.trace", "tidemark-trace 1\nprotocol hardened\ncreate A o1\n");
  expect_refused("replay echo.trace --original echo.trace", "--original requires --out FILE.html");
  expect_refused("replay --check echo.trace --out a.html", "--check excludes --out FILE.html");
  expect_refused("replay echo.trace --original calm.trace --out a.html",
                 "expected the trace that echo.trace was shrunk from");
  expect_refused("report echo.trace", "--out");
  expect_refused("report missing -o a.html", "missing");
  expect_refused("report echo.trace -o nowhere/a.html", "nowhere/a.html");
}

TEST_F(Cli, FuzzLeavesARunThatReportReadsBack) {
  const Ran ran =
      tidemark("fuzz --strategy server-priority --episodes 200 --out found --out a.html");
  EXPECT_EQ(ran.code, 1) << ran.err;
  const auto run = nlohmann::json::parse(content("found/report.json"));
  EXPECT_EQ(run.at("schema"), "tidemark/run/1");
  EXPECT_GT(run.at("findings").size(), 3u);
  EXPECT_GT(run.at("times").at("seconds"), 0);
  EXPECT_EQ(tidemark("report found -o b.html").code, 0);
  for (const char* page : {"a.html", "b.html"}) {
    EXPECT_TRUE(has(content(page), "200 episodes and ")) << page;
    EXPECT_TRUE(has(content(page), "id=\"finding-1-shrinking\"")) << page;
    EXPECT_TRUE(has(content(page), "id=\"finding-1-original\"")) << page;
  }
}

TEST_F(Cli, AFolderWithoutARunIsReportedAllTheSame) {
  fs::create_directory(work() / "found");
  write("found/echo.trace", kEchoTrace);
  EXPECT_EQ(tidemark("report found -o a.html").code, 0);
  EXPECT_TRUE(has(content("a.html"), "<h1>1 finding</h1>"));
}

TEST_F(Cli, ARunThatIsNoneIsRefusedByItsName) {
  fs::create_directory(work() / "found");
  write("found/echo.trace", kEchoTrace);
  write("found/report.json", "{\"schema\": \"tidemark/run/1\"}");
  expect_refused("report found -o a.html", "found/report.json: ");
}

}  // namespace
}  // namespace tidemark::core
