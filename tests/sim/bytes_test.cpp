#include "sim/bytes.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "base/digest.h"
#include "base/random.h"
#include "properties/campaign/episode_bytes.h"
#include "tests/episode.h"

namespace tidemark::core {
namespace {

std::vector<std::uint8_t> random_bytes(std::uint64_t seed) {
  Random random(seed);
  std::vector<std::uint8_t> bytes(random.below(kMostBytes + 20));
  for (std::uint8_t& each : bytes) each = static_cast<std::uint8_t>(random.next());
  return bytes;
}

TEST(Bytes, AnyAreATraceThatCanBeWritten) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const Trace trace = trace_of_bytes(random_bytes(seed));
    const Trace again = trace_of(print_trace(trace));
    EXPECT_EQ(again.scenario, trace.scenario) << print_trace(trace);
    EXPECT_LE(trace.scenario.steps.size(), kMostStepsInBytes);
  }
}

TEST(Bytes, NoneAreAnEmptyEpisode) {
  EXPECT_TRUE(scenario_of({}).steps.empty());
  EXPECT_EQ(trace_of_bytes({}).strategy, "server-priority");
  EXPECT_TRUE(scenario_of(std::vector<std::uint8_t>{0, 1, 7}).steps.empty()) << "half a step";
}

TEST(Bytes, ReachEveryKindOfStepAndEveryStrategy) {
  std::set<StepKind> kinds;
  std::set<std::string> strategies;
  std::set<MessageKind> lost;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Trace trace = trace_of_bytes(random_bytes(seed));
    strategies.insert(trace.strategy);
    for (const Step& step : trace.scenario.steps) {
      kinds.insert(step.kind);
      lost.insert(step.lose);
    }
  }
  EXPECT_EQ(kinds.size(), kStepKinds);
  EXPECT_EQ(strategies.size(), built_in_strategies().size());
  EXPECT_EQ(lost.size(), 5u);
}

// A corpus stays what it is.
TEST(Bytes, AreTheSameScenarioOnEveryBuild) {
  const std::vector<std::uint8_t> bytes{1, 1, 0x20, 0x04, 0x04, 0x10, 0x21, 0x00, 0x10, 0x00};
  EXPECT_EQ(print_trace(trace_of_bytes(bytes)),
            "tidemark-trace 1\nprotocol hardened\nstrategy client-priority\nclients 2\n"
            "settle-rounds 18\ncreate A o1 pk=k1\nsync A lose=upload-ack\nedit A o1\n"
            "clock S -10\nexpect holds\n");
}

// Behind it an engine would change bytes that say nothing.
TEST(Bytes, OptionsOfTheFuzzerEndWhereBytesEnd) {
  std::ifstream options(TIDEMARK_SOURCE_DIR "/tests/fuzz/episode_fuzzer.options");
  const std::string text{std::istreambuf_iterator<char>(options), {}};
  EXPECT_EQ(text, "[libfuzzer]\nmax_len = " + std::to_string(kMostBytes) + "\n");
}

TEST(Bytes, ArtifactsAreKnownByTheirNames) {
  const std::string hash(40, 'a');
  EXPECT_TRUE(is_artifact("crash-" + hash));
  EXPECT_TRUE(is_artifact("slow-unit-" + hash));
  EXPECT_FALSE(is_artifact("crash-" + hash + ".trace"));
  EXPECT_FALSE(is_artifact("crash-" + std::string(40, 'g')));
  EXPECT_FALSE(is_artifact("crash-abc"));
  EXPECT_FALSE(is_artifact("trace-" + hash));
  EXPECT_FALSE(is_artifact(hash));
  EXPECT_TRUE(is_artifact("id:000000,sig:06,src:000003,time:17,execs:94,op:havoc,rep:2"));
  EXPECT_TRUE(is_artifact("id:000012,time:0,execs:0,orig:ack_lost")) << "of the queue";
  EXPECT_FALSE(is_artifact("id:000000"));
  EXPECT_FALSE(is_artifact("id:00000,sig:06"));
  EXPECT_FALSE(is_artifact("id:0000000,sig:06"));
  EXPECT_FALSE(is_artifact("id:00000x,sig:06"));
  EXPECT_FALSE(is_artifact("id:"));
  EXPECT_FALSE(is_artifact(""));
}

}  // namespace
}  // namespace tidemark::core
