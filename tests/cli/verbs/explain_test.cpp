// tidemark explain.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/cli.h"

namespace tidemark::core {
namespace {

const std::string kBroken =
    "tidemark-trace 1\nprotocol guarded\nstrategy server-priority\nclients 2\n"
    "create A o1\nsync A lose=upload-ack\nedit A o1\n";

TEST_F(Cli, ExplainsAMinimalTraceInFortyLines) {
  write("x.trace", kBroken);
  const Ran ran = tidemark("explain x.trace");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err, "");
  EXPECT_LT(lines_of(ran.out).size(), 40u);
  EXPECT_TRUE(has(ran.out, "no-lost-update is broken  guarded, server-priority\n")) << ran.out;
  EXPECT_TRUE(has(ran.out, "   2 sync A lose=upload-ack")) << ran.out;
  EXPECT_TRUE(has(ran.out, "it holds; o1 ends as step 3 wrote it\n")) << ran.out;
  EXPECT_TRUE(has(ran.out, "It goes wrong in step ")) << ran.out;
  EXPECT_EQ(tidemark("explain x.trace").out, ran.out) << "the same trace, the same bytes";
}

TEST_F(Cli, ExplainsTheInvariantThatIsAskedFor) {
  write("x.trace", kBroken);
  const Ran ran = tidemark("explain --invariant no-redundant-transfer x.trace");
  EXPECT_EQ(ran.code, 2) << ran.out;
  EXPECT_EQ(ran.err,
            "x.trace: no-redundant-transfer is not violated, expected a trace that violates it\n");
  EXPECT_TRUE(has(tidemark("explain --invariant no-lost-updat x.trace").err,
                  "unknown invariant 'no-lost-updat', did you mean 'no-lost-update'?"));
}

TEST_F(Cli, ExplainSaysThatNothingIsBroken) {
  write("x.trace", "tidemark-trace 1\nprotocol hardened\nclients 1\ncreate A o1\n");
  const Ran ran = tidemark("explain x.trace");
  EXPECT_EQ(ran.code, 0);
  EXPECT_TRUE(has(ran.out, "nothing is broken; tidemark replay tells the story\n")) << ran.out;
}

TEST_F(Cli, ExplainsQuietlyInOneLine) {
  write("x.trace", kBroken);
  EXPECT_EQ(tidemark("explain -q x.trace").out,
            "no-lost-update is broken  guarded, server-priority\n");
}

TEST_F(Cli, WhatIsExplainedSteersNoTerminal) {
  write("x.trace",
        "tidemark-trace 1\nprotocol guarded\nclients 2\ncreate A o1 "
        "value=\"a\\xC2\\x9B31m\\xE2\\x80\\xAE\"\nsync A lose=upload-ack\nedit A o1\n");
  const Ran ran = tidemark("explain x.trace");
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_FALSE(has(ran.out, "\xC2\x9B"));
  EXPECT_TRUE(has(ran.out, "value=a?31m? of step 1 does not matter")) << ran.out;
}

TEST_F(Cli, ExplainSaysWhatItDidNotTry) {
  std::string many = kBroken;
  for (int i = 0; i < 100; ++i) many += "clock B +1\n";
  write("x.trace", many);
  EXPECT_TRUE(has(tidemark("explain x.trace").out, "  Of more than 100 steps, ")) << many;
}

TEST_F(Cli, ExplainsAsJson) {
  write("x.trace", kBroken);
  const Ran ran = tidemark("explain --out - x.trace");
  EXPECT_EQ(ran.code, 1);
  const auto document = nlohmann::json::parse(ran.out);
  EXPECT_EQ(document["schema"], "tidemark/explain/1");
  EXPECT_EQ(document["without"].size(), 3u);
  EXPECT_EQ(document["without"][1]["broken"], false);
  EXPECT_EQ(document["details"][0]["kind"], "lost-message");
  EXPECT_EQ(document["details"][0]["steps"], nlohmann::json::array({2}));
  EXPECT_EQ(document["prefixes"].size(), 4u);
  EXPECT_EQ(document["prefixes"][3]["share"], 1);
}

TEST_F(Cli, ExplainTakesAnotherProtocol) {
  write("x.trace", kBroken);
  EXPECT_EQ(tidemark("explain --protocol hardened x.trace").code, 0);
}

}  // namespace
}  // namespace tidemark::core
