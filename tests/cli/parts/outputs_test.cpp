// --out: what is written where, by the ending; which verb writes what; and what is refused.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/cli/cli.h"

namespace tidemark::core {
namespace {

using nlohmann::json;
using Names = std::vector<std::string>;

constexpr const char* kEchoOut =
    "tidemark-trace 1\ncreate A o1\nsync A\nedit A o1\nexpect no-lost-update violated\n";
constexpr const char* kFuzzOut = "fuzz --strategy server-priority --clients 1 --episodes 20 ";

TEST_F(Cli, TheEndingOfAPathSaysWhatIsWrittenThere) {
  const Ran ran =
      tidemark(std::string(kFuzzOut) + "--out p.html -o d.json -o c.xml -o s.md -o found");
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_TRUE(content("p.html").starts_with("<!DOCTYPE html>"));
  EXPECT_TRUE(json::parse(content("d.json")).contains("schema"));
  EXPECT_TRUE(content("c.xml").starts_with("<?xml"));
  EXPECT_TRUE(has(content("s.md"), "checks violated"));
  EXPECT_TRUE(has(content("s.md"), "no-lost-update"));
  EXPECT_TRUE(fs::is_directory(work() / "found"));
}

TEST_F(Cli, OneEndingMayBeWantedTwice) {
  tidemark(std::string(kFuzzOut) + "-o a.json -o b.json -o c.xml -o d.xml");
  EXPECT_EQ(content("a.json"), content("b.json"));
  EXPECT_EQ(content("c.xml"), content("d.xml"));
  EXPECT_EQ(files(), (Names{"a.json", "b.json", "c.xml", "d.xml"}));
}

TEST_F(Cli, AFolderThatIsThereIsAFolderHoweverItEnds) {
  fs::create_directory(work() / "found.json");
  tidemark(std::string(kFuzzOut) + "-o found.json");
  EXPECT_FALSE(fs::is_empty(work() / "found.json"));
}

TEST_F(Cli, AnEndingThatIsNotKnownIsThatOfAFolder) {
  tidemark(std::string(kFuzzOut) + "-o found.d");
  EXPECT_TRUE(fs::is_directory(work() / "found.d"));
}

TEST_F(Cli, JsonOnStdoutLeavesTheRestToStderr) {
  const Ran ran = tidemark(std::string(kFuzzOut) + "-o - -o r.json");
  EXPECT_EQ(ran.out, content("r.json"));
  EXPECT_TRUE(has(ran.err, "FAIL no-redundant-transfer"));
}

TEST_F(Cli, AStoryIsATraceToo) {
  write("echo.trace", kEchoOut);
  EXPECT_EQ(tidemark("replay echo.trace -o copy.trace").code, 1);
  EXPECT_EQ(content("copy.trace"), tidemark("export --to trace echo.trace").out);
  const std::string seed = "replay --seed 7 --protocol reference ";
  tidemark(seed + "-o seed.trace");
  EXPECT_EQ(content("seed.trace"), tidemark(seed + "--print-trace").out);
}

TEST_F(Cli, AnExportIsWrittenToAnyFile) {
  write("echo.trace", kEchoOut);
  EXPECT_EQ(tidemark("export --to dot echo.trace -o graph").out, "");
  EXPECT_EQ(content("graph"), tidemark("export --to dot echo.trace").out);
  EXPECT_EQ(content("graph"), tidemark("export --to dot echo.trace -o -").out);
}

TEST_F(Cli, WhatAVerbDoesNotWriteIsRefused) {
  const std::vector<std::pair<std::string, std::string_view>> kRefused{
      {"list -o x.html", "'x.html' would be a page, which 'list' does not write, expected"},
      {"list -o x", "'x' would be a folder, which 'list' does not write, expected a path that"},
      {"list -o x", "expected a path that ends in .json, or -"},
      {"doctor -o x.xml", "would be checks as JUnit XML, which 'doctor' does not write"},
      {"fuzz -o x.trace", "would be a trace, which 'fuzz' does not write, expected a folder, or"},
      {"explore -o x.html", "would be a page, which 'explore' does not write"},
      {"campaign c.toml -o x.trace", "would be a trace, which 'campaign' does not write"},
      {"merge night -o x.html", "would be a page, which 'merge' does not write"},
      {"mutants -o x.md", "would be a summary, which 'mutants' does not write"},
      {"explain x.trace -o x.md", "would be a summary, which 'explain' does not write"},
      {"shrink x.trace -o x", "would be a folder, which 'shrink' does not write"},
      {"replay x.trace -o found", "would be a folder, which 'replay' does not write"},
      {"report found -o -", "would be a document on stdout, which 'report' does not write"},
      {"report found -o x.json", "would be a document, which 'report' does not write"},
      {"corpus merge c.toml c -o x.json", "would be a document, which 'corpus merge' does not"},
      {"adapter check true -o x", "would be a folder, which 'adapter check' does not write"},
      {"adapter compare true --protocol page -o x.md", "which 'adapter compare' does not write"},
      {"triage list -o x.json", "-o"},
  };
  for (const auto& [arguments, said] : kRefused) expect_refused(arguments, said);
}

TEST_F(Cli, PathsThatMeanNothingAreRefused) {
  write("echo.trace", kEchoOut);
  expect_refused("fuzz --out ''", "--out: '' is no path, expected a folder, or a path");
  expect_refused("fuzz -o a -o b", "'b' is a second folder beside 'a', expected one");
  expect_refused("fuzz -o a.json -o ./a.json", "'a.json' and './a.json' are one place");
  expect_refused("list -o - -o -", "'-' and '-' are one place");
  expect_refused("merge night -o x.json", "--out: expected the folder of the night");
  expect_refused("corpus merge c.toml c", "--out: expected the folder of the new corpus");
  expect_refused("replay echo.trace -o x.md", "--out FILE.md requires --check");
  expect_refused("replay --check echo.trace -o x.trace", "--check excludes --out FILE.trace");
  expect_refused("fuzz -o nowhere/a.md", "nowhere/a.md: cannot be written");
  for (const char* old : {"fuzz --json x", "fuzz --html x", "fuzz --junit x", "replay --html x"})
    expect_refused(old, "unknown flag '--");
}

}  // namespace
}  // namespace tidemark::core
