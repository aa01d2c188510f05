// The printed test fails while the bug is there, holds once it is gone, and is C++ whatever the
// trace says.
#include <tidemark/tidemark.h>

#include <cctype>
#include <regex>

#include "reports/documents/exports.h"
#include "tests/reports/documents/shown.h"

namespace tidemark::core {
namespace {

// What the raw literal of a test means.
std::string trace_in(const std::string& test) {
  const auto begin = test.find("R\"");
  const auto open = test.find('(', begin);
  const std::string end = ")" + test.substr(begin + 2, open - begin - 2) + "\"";
  const auto close = test.find(end, open);
  EXPECT_EQ(test.substr(close + end.size(), 3), "};\n") << test;
  return test.substr(open + 1, close - open - 1);
}

TEST(Gtest, FailsWhileTheBugIsThereOnEveryRegressionTrace) {
  for (const auto& [file, about] : shown_traces()) {
    const Result result = replays(TraceText{trace_in(gtest_test(about))});
    EXPECT_EQ(result.exit_code(), about.invariant ? 1 : 0) << file << "\n" << result.message();
  }
}

// The traces of what the page's protocols get wrong, on the one that gets it right.
TEST(Gtest, HoldsOnceTheProtocolIsMended) {
  std::size_t mended = 0;
  for (const auto& [file, about] : shown_traces()) {
    if (!about.invariant || !about.run.trace().options.empty()) continue;
    std::string trace = trace_in(gtest_test(about));
    trace = std::regex_replace(trace, std::regex("\nprotocol (page|reference|guarded)\n"),
                               "\nprotocol hardened\n");
    if (trace.find("\nprotocol hardened\n") == std::string::npos ||
        trace.find("\nmutate ") != std::string::npos)
      continue;
    const Result result = replays(TraceText{trace});
    EXPECT_TRUE(result) << file << "\n" << result.message();
    ++mended;
  }
  EXPECT_GE(mended, 30u);
}

TEST(Gtest, IsNamedAfterTheInvariantAndTheFingerprint) {
  const Shown about = shown_of("tidemark-trace 1\ncreate A o1\nsync A\nedit A o1\n");
  EXPECT_NE(gtest_test(about).find("TEST(NoLostUpdate, HoldsIn" + about.fingerprint + ") {\n"),
            std::string::npos);
}

TEST(Gtest, ExpectsAllToHoldWhereNothingIsBroken) {
  const std::string test =
      gtest_test(shown_of("tidemark-trace 1\nprotocol hardened\ncreate A o1\n"));
  EXPECT_TRUE(std::regex_search(test, std::regex("TEST\\(EveryInvariant, HoldsIn[0-9a-f]{16}\\)")));
  EXPECT_TRUE(trace_in(test).ends_with("expect holds\n"));
}

TEST(Gtest, SpeaksOfItsOwnInvariantAlone) {
  const std::string trace = trace_in(
      gtest_test(shown_of("tidemark-trace 1\ncreate A o1\nsync A\nedit A o1\n"
                          "expect no-redundant-transfer violated\nexpect convergence holds\n")));
  EXPECT_TRUE(trace.ends_with("edit A o1\nexpect no-redundant-transfer holds\n")) << trace;
}

TEST(Gtest, KeepsTheTraceInItsLiteralWhateverItSays) {
  const Shown about = shown_of(kHostile);
  const std::string test = gtest_test(about);
  EXPECT_EQ(trace_of(trace_in(test)).scenario, about.run.scenario());
  EXPECT_NE(test.find("R\"trace1("), std::string::npos) << test;  // `)"` stands in a comment
}

// A backslash at its end would take the next line into the comment.
TEST(Gtest, HasNoCommentThatGoesOnInTheNextLine) {
  std::size_t mended = 0;
  for (std::string label = "o1"; label.size() < 20; label += "x") {
    const std::string test = gtest_test(
        shown_of("tidemark-trace 1\nprotocol page\nset empty-upload=yes\ncreate A " + label +
                 "\nsync A\nedit A " + label + R"( value="\\ \\ \\ \\ \\ \\ \\")" + "\n"));
    const std::string comments = test.substr(0, test.find("TEST("));
    EXPECT_EQ(comments.find("\\\n"), std::string::npos) << comments;
    mended += comments.find("\\.\n") != std::string::npos;
  }
  EXPECT_GT(mended, 0u) << "no line was broken behind a backslash";
}

TEST(Gtest, GivesWhatTheTraceDoesNotSay) {
  Shown about = shown_of("tidemark-trace 1\ncreate A o1\nsync A\nedit A o1\n");
  about.configuration.judge.compare_tombstones = true;
  EXPECT_NE(gtest_test(about).find("replays(trace, {.compare_tombstones = true})"),
            std::string::npos);
  about.configuration.strategy = own_strategy("Mine");
  EXPECT_NE(gtest_test(about).find("replays(trace, Mine{}, "), std::string::npos);
}

}  // namespace
}  // namespace tidemark::core
