#include "reports/documents/run_document.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/reports/samples.h"

namespace tidemark::core {
namespace {

using nlohmann::json;

constexpr std::string_view kEcho =
    "tidemark-trace 1\ncreate A o1 value=\"100 EUR\"\nsync A\nedit A o1\n"
    "expect no-lost-update violated\n";

RunReport echo_run() {
  RunReport report = run_that_found(trace_of(kEcho), Invariant::no_lost_update);
  report.findings[0].simplest.passes = {{"sweep", 40, 12, 5}, {"chunks", 7, 2, 3}};
  PortionResult& counts = report.result.portions.front();
  counts.coverage.emplace().add(0, Phase::idle, 1);
  counts.nondeterministic.add(7);
  counts.faults = {{3, "what\n\"", {"> a", "< b"}, 9}};
  counts.fault_count = 1;
  report.missed_marks.front() = {"merge"};
  report.vacuous = {"page, server-priority never reached merge"};
  report.times = {"2026-11-17T02:17:00Z", 12.5, {{5, 9'000}}};
  report.environment = {{"version", "tidemark 0"}};
  return report;
}

TEST(RunDocument, ComesBackAsItWasWritten) {
  const std::string text = run_json(echo_run(), Clock::told).dump();
  std::string problem;
  const auto read = read_run(text, problem);
  ASSERT_TRUE(read) << problem;
  EXPECT_EQ(run_json(*read, Clock::told).dump(), text);
  EXPECT_EQ(read->times.seconds, 12.5);
  ASSERT_EQ(read->findings.size(), 1u);
  EXPECT_EQ(share_of(read->findings[0], *read), "431 of 20 000 episodes");
  EXPECT_EQ(read->findings[0].simplest.passes.at(1).name, "chunks");
  EXPECT_EQ(read->findings[0].simplest.original.steps.size(), 38u);
  EXPECT_EQ(read->findings[0].simplest.trace, trace_of(kEcho));
}

TEST(RunDocument, WithoutAClockSaysNoTimeAndNoEnvironment) {
  const json document = run_json(echo_run(), Clock::left_out);
  EXPECT_EQ(document["times"], nullptr);
  EXPECT_TRUE(document["environment"].empty());
}

TEST(RunDocument, TellsWhatWasFoundAndWhatItMeans) {
  const json document = run_json(echo_run(), Clock::left_out);
  EXPECT_EQ(document["schema"], "tidemark/run/1");
  EXPECT_EQ(document["exit_code"], 1);
  EXPECT_EQ(document["verdict"], "new findings");
  EXPECT_EQ(document["problems"]["vacuous"].size(), 1u);
  const json& finding = document["findings"][0];
  EXPECT_EQ(finding["name"], "no-lost-update-3f2a91c2d0ab");
  EXPECT_EQ(finding["configurations"]["page, server-priority"], 17);
  EXPECT_EQ(trace_of(finding["simplest"]["trace"].get<std::string>()), trace_of(kEcho));
  EXPECT_EQ(finding["simplest"]["seed"], "0x5d1c9e07aabbccdd");
  EXPECT_EQ(finding["simplest"]["steps_before"], 38);
}

TEST(RunDocument, TellsWhatWasCoveredWhereThatWasCounted) {
  const json coverage = run_json(echo_run(), Clock::left_out)["configurations"][0]["coverage"];
  EXPECT_EQ(coverage["steps"], json({{"create", {{"idle", 1}}}}));
  EXPECT_EQ(coverage["situations"], json({{"create", {{"idle", {{"calm", 1}}}}}}));
  EXPECT_EQ(coverage["never_reached"][0], "create, offline, calm");
  EXPECT_EQ(coverage["reached"], 1);
  EXPECT_EQ(coverage["possible"], coverage["never_reached"].size() + 1);
  RunReport unasked = echo_run();
  unasked.result.portions.front().coverage.reset();
  EXPECT_EQ(run_json(unasked, Clock::left_out)["configurations"][0]["coverage"], nullptr);
}

TEST(RunDocument, OfAnythingElseIsRefusedWithWhatWasExpected) {
  const json whole = run_json(echo_run(), Clock::told);
  const auto refusal = [](const std::string& text) {
    std::string problem;
    EXPECT_FALSE(read_run(text, problem)) << text.substr(0, 80);
    EXPECT_EQ(problem.find('\n'), std::string::npos) << problem;
    EXPECT_NE(problem.find(", expected a document tidemark/run/1"), std::string::npos);
    return problem;
  };
  refusal("");
  refusal("[]");
  refusal(whole.dump().substr(0, 500));
  for (const char* name : {"schema", "plan", "problems", "findings", "configurations", "times"}) {
    json without = whole;
    without.erase(name);
    EXPECT_NE(refusal(without.dump()).find(name), std::string::npos);
  }
  json other = whole;
  other["schema"] = "tidemark/run/9";
  EXPECT_NE(refusal(other.dump()).find("tidemark/run/9"), std::string::npos);
  other = whole;
  other["configurations"][0]["episodes"] = -1;
  EXPECT_NE(refusal(other.dump()).find("'episodes' is no count"), std::string::npos);
  other = whole;
  other["findings"][0]["simplest"]["configuration"] = "another";
  EXPECT_NE(refusal(other.dump()).find("'another' is no configuration"), std::string::npos);
}

}  // namespace
}  // namespace tidemark::core
