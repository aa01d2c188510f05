// JSON documents name their schema, hold what was found, and are documented field by field.
#include "reports/json.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/reports/samples.h"

namespace tidemark {
namespace {

using nlohmann::json;

constexpr std::string_view kEcho =
    "tidemark-trace 1\ncreate A o1 value=\"100 EUR\"\nsync A\nedit A o1\n"
    "expect no-lost-update violated\nexpect convergence holds\n";

json replay_of_echo(bool events = false) {
  const Trace trace = trace_of(kEcho);
  return replay_json(trace, record(trace), events);
}

json fuzz_of_echo() {
  const Trace trace = trace_of(kEcho);
  FuzzResult result;
  result.episodes = 3;
  result.broken_episodes = 1;
  result.broken[static_cast<std::size_t>(Invariant::no_lost_update)] = 1;
  result.findings.push_back(finding_of(trace, Invariant::no_lost_update));
  result.missed_marks.push_back("merge");
  return fuzz_json(std::array{configuration_of(trace)}, std::array{result}, FuzzPlan{});
}

json shrink_of_echo() {
  const Trace trace = trace_of(kEcho);
  return shrink_json(trace, trace, finding_of(trace, Invariant::no_lost_update).shrunk);
}

TEST(Json, NamesItsSchema) {
  EXPECT_EQ(replay_of_echo()["schema"], "tidemark/replay/1");
  EXPECT_EQ(fuzz_of_echo()["schema"], "tidemark/fuzz/1");
  EXPECT_EQ(shrink_of_echo()["schema"], "tidemark/shrink/1");
  EXPECT_EQ(list_json()["schema"], "tidemark/list/1");
}

TEST(ReplayJson, TellsTheBreachAndWhereItIs) {
  const json document = replay_of_echo();
  EXPECT_EQ(document["holds"], false);
  const auto place = static_cast<std::size_t>(Invariant::no_lost_update);
  const json& breach = document["invariants"][place]["breach"];
  EXPECT_EQ(breach["kind"], "ancestor-chosen");
  EXPECT_EQ(breach["replica"], "A");
  EXPECT_EQ(breach["object"], "o1");
  EXPECT_EQ(breach["version"], 1);
  EXPECT_EQ(breach["other_version"], 2);
  EXPECT_EQ(breach["where"], "settle round 1");
  EXPECT_EQ(breach["step"], nullptr);
  EXPECT_EQ(document["at_rest"]["S"]["o1"], 1);
  EXPECT_EQ(document["versions"][0]["value"], "100 EUR");
  EXPECT_EQ(document["expectations"][0]["met"], true);
}

TEST(ReplayJson, HasEventsOnlyWhenAsked) {
  EXPECT_FALSE(replay_of_echo().contains("events"));
  const json events = replay_of_echo(true)["events"];
  EXPECT_EQ(events.front()["kind"], "world-began");
  EXPECT_EQ(events.back()["kind"], "rested");
}

TEST(FuzzJson, HoldsTheTraceOfAFinding) {
  const json finding = fuzz_of_echo()["configurations"][0]["findings"][0];
  EXPECT_EQ(trace_of(finding["trace"].get<std::string>()), trace_of(kEcho));
  EXPECT_EQ(finding["seed"], "0x5d1c9e07aabbccdd");
  EXPECT_EQ(finding["shrink"]["before"]["steps"], 38);
}

TEST(ListJson, ListsEveryInvariantAndMark) {
  EXPECT_EQ(list_json()["invariants"].size(), kInvariants);
  EXPECT_EQ(list_json()["marks"].size(), kMarks);
}

TEST(Json, ReplacesBytesThatAreNoText) {
  EXPECT_EQ(print_json({{"a", "\xff"}}), "{\n  \"a\": \"\xef\xbf\xbd\"\n}\n");
}

// Names of fields, but for those of maps: labels, replicas and options are data.
void collect_fields(const json& node, std::set<std::string>& fields) {
  if (node.is_array())
    for (const json& each : node) collect_fields(each, fields);
  if (!node.is_object()) return;
  for (const auto& [key, value] : node.items()) {
    fields.insert(key);
    const bool is_map = key == "at_rest" || (key == "options" && value.is_object());
    if (!is_map) collect_fields(value, fields);
  }
}

TEST(Json, EveryFieldIsDocumented) {
  std::ifstream file(std::string(TIDEMARK_SOURCE_DIR) + "/docs/JSON.md");
  const std::string docs{std::istreambuf_iterator<char>(file), {}};
  std::set<std::string> fields;
  for (const json& document : {replay_of_echo(true), fuzz_of_echo(), shrink_of_echo(), list_json()})
    collect_fields(document, fields);
  EXPECT_GT(fields.size(), 60u);
  for (const std::string& field : fields) {
    const bool named = docs.find("`" + field + "`") != std::string::npos ||
                       docs.find("." + field + "`") != std::string::npos;
    EXPECT_TRUE(named) << field;
  }
}

}  // namespace
}  // namespace tidemark
