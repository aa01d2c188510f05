// An adapter that does as it should, and one that fails in each of the ways of docs/ADAPTERS.md.
#include "adapter/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "properties/campaign/fuzz.h"
#include "sim/foreign.h"
#include "tests/adapter/puppet.h"

namespace tidemark::core {
namespace {

using Jobs = std::vector<std::function<void()>>;

constexpr decltype(AdapterOptions::timeout) kPatience{400};
constexpr const char* kCrash =
    "crash: the program ended with exit code 7 while an answer was expected";

const tidemark::Change kFirstChange{.guid = "o1", .pk = "k", .name = "o1", .value = "v1"};
const Request kBegin{.operation = Operation::begin, .clients = 2};
const Request kChange{.operation = Operation::change, .at = 'A', .now = 7, .change = &kFirstChange};

std::string fault_when(const std::function<void()>& act) {
  try {
    act();
  } catch (const EngineFault& fault) {
    return fault.what();
  }
  return "none";
}

Request in_world(std::uint32_t world, Request request) {
  request.world = world;
  return request;
}

// Only of one that will be silent little is waited for.
AdapterOptions started_by(const std::vector<std::string>& words) {
  AdapterOptions options{.command = puppet(words)};
  for (const std::string& word : words)
    if (word.starts_with("silent")) options.timeout = kPatience;
  return options;
}

// --- one that does as it should

TEST(Adapter, ItIsKnownByWhatItSaysInHello) {
  const Adapter adapter({.command = puppet({"worlds=16"})});
  EXPECT_EQ(adapter.traits().name, "puppet");
  EXPECT_EQ(adapter.traits().worlds, 16u);
  EXPECT_EQ(adapter.traits().lacks, std::vector<std::string>{"shared-keys"});
  EXPECT_EQ(adapter.requests(), 1u);
}

TEST(Adapter, ItAnswersWhatItIsAsked) {
  Adapter adapter({.command = puppet(), .strategy = "own"});
  EXPECT_FALSE(adapter.handle(kBegin).holds.has_value());
  EXPECT_EQ(*adapter.handle(kChange).holds,
            (std::vector<tidemark::Held>{{.guid = "o1", .pk = "k", .name = "o1", .value = "v1"}}));
  EXPECT_EQ(adapter.requests(), 3u);
}

// --- faults

struct Faulty {
  std::string word;
  std::string fault;
};

// At the third request: after hello and begin.
const std::vector<Faulty>& faulty() {
  static const std::vector<Faulty> all{
      {"crash@3", kCrash},
      {"killed@3", "crash: the program was ended by signal 9 while an answer was expected"},
      {"silent@3", "hang: no answer within 400 ms"},
      {"say@3=Traceback (most recent call last):",
       "garbage: 'Traceback (most recent call last):' is no JSON, expected one JSON object a line"},
      {R"(say@3=["holds"])", R"(garbage: '["holds"]', expected one JSON object a line)"},
      {R"(say@3={"holds":[{"guid":7}]})", "garbage: answer.holds[0].guid: 7, expected a string"},
      {"refuses=change", R"(error: the adapter says: "no change here")"}};
  return all;
}

TEST(Adapter, EveryFaultIsToldByItsNameAndEndsTheProgram) {
  for (const Faulty& each : faulty()) {
    Adapter adapter(started_by({each.word}));
    adapter.handle(kBegin);
    EXPECT_EQ(fault_when([&] { adapter.handle(kChange); }), each.fault);
    EXPECT_EQ(fault_when([&] { adapter.handle(kChange); }), "the program was ended: " + each.fault);
  }
}

TEST(Adapter, AfterAFaultAWorldBeginsInAFreshProgram) {
  for (const Faulty& each : faulty()) {
    const Marker marker;
    if (each.word.starts_with("refuses")) continue;  // a fresh one does so again
    Adapter adapter(started_by({marker.word(), each.word}));
    adapter.handle(kBegin);
    EXPECT_EQ(fault_when([&] { adapter.handle(kChange); }), each.fault);
    EXPECT_TRUE(marker.is_there());
    EXPECT_EQ(fault_when([&] { adapter.handle(kBegin); }), "none");
    EXPECT_EQ(adapter.handle(kChange).holds->size(), 1u) << each.word;
  }
}

TEST(Adapter, AFaultInHelloEndsTheRunBeforeItBegins) {
  for (const Faulty& each : std::vector<Faulty>{
           {"crash@1", kCrash},
           {R"(say@1={"tidemark":2,"name":"puppet"})",
            R"(version: hello is answered with "tidemark": 2, expected 1)"},
           {"say@1={}", R"(version: hello is answered with "tidemark": nothing, expected 1)"},
           {R"(say@1={"tidemark":1,"name":"puppet","worlds":1000})",
            "garbage: hello.worlds: 1000, expected 1 to 256"}})
    EXPECT_EQ(fault_when([&] { Adapter(started_by({each.word})); }), each.fault);
}

TEST(Adapter, AStrategyThatItDoesNotHaveIsAnError) {
  EXPECT_EQ(fault_when([] { Adapter({.command = puppet(), .strategy = "server-priority"}); }),
            R"(error: the adapter says: "newest wins, nothing else")");
}

// --- the transcript

std::vector<std::string> transcript_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const EngineFault& fault) {
    return fault.transcript;
  }
  return {"no fault"};
}

TEST(Adapter, AFaultShowsTheLastLinesAndWhatStandsInStandardError) {
  Adapter adapter({.command = "echo low on memory >&2; echo very low >&2; " + puppet({"crash@4"})});
  adapter.handle(kBegin);
  adapter.handle(kChange);
  const Request backup{.operation = Operation::backup};
  EXPECT_EQ(
      transcript_of([&] { adapter.handle(backup); }),
      (std::vector<std::string>{
          R"(> {"op":"hello","tidemark":1})",
          R"(< {"decisions":"reported","excuses":["told"],"lacks":["shared-keys"],"name":"puppet","strategy":"own","tidemark":1,"version":"1.0","worlds":1})",
          R"(> {"op":"begin","world":0,"clients":["A","B"],"ids":{"S":0,"A":1,"B":2}})", "< {}",
          R"(> {"op":"change","world":0,"at":"A","change":"create","guid":"o1","pk":"k","name":"o1","value":"v1","now":7})",
          R"(< {"holds":[{"guid":"o1","isdeleted":false,"name":"o1","pk":"k","stamp":7,"value":"v1"}]})",
          R"(> {"op":"backup","world":0,"at":"S"})", "! low on memory", "! very low"}));
}

TEST(Adapter, TheLineThatIsWrongStandsInTheTranscript) {
  Adapter adapter({.command = puppet({"say@2=oops"})});
  EXPECT_EQ(transcript_of([&] { adapter.handle(kBegin); }).back(), "< oops");
  EXPECT_EQ(transcript_of([] { Adapter({.command = puppet({"say@1=oops"})}); }).back(), "< oops");
}

TEST(Adapter, OfManyLinesTheLastTwelveAreShownAndOfALongLineItsBeginning) {
  Adapter adapter({.command = puppet({"crash@40"})});
  tidemark::Change change = kFirstChange;
  change.value.assign(1000, 'v');
  Request request = kChange;
  request.change = &change;
  adapter.handle(kBegin);
  for (int i = 0; i < 30; ++i) adapter.handle(request);
  ASSERT_EQ(adapter.transcript().size(), 12u);
  EXPECT_TRUE(adapter.transcript().front().starts_with("> {\"op\":\"change\""));
  EXPECT_EQ(adapter.transcript().front().size(), 2 + 400 + std::string("…").size());
  EXPECT_TRUE(adapter.transcript().front().ends_with("vvv…"));
  EXPECT_TRUE(adapter.transcript().back().starts_with("< {\"holds\""));
}

TEST(Adapter, AFreshProgramBeginsANewTranscript) {
  const Marker marker;
  Adapter adapter({.command = puppet({marker.word(), "crash@3"})});
  adapter.handle(kBegin);
  EXPECT_EQ(fault_when([&] { adapter.handle(kChange); }), kCrash);
  adapter.handle(kBegin);
  EXPECT_EQ(adapter.transcript().size(), 4u);
  EXPECT_EQ(adapter.requests(), 5u) << "those of both programs";
}

// --- side by side

// It answers only when two have asked: whoever waits for one answer before the next request waits
// for ever.
constexpr const char* kAnswersTwoAtOnce =
    R"(read hello; echo '{"tidemark":1,"name":"two","worlds":2}'; )"
    R"(while read first && read second; do echo '{"counter":1}'; echo '{"counter":2}'; done)";

TEST(Adapter, WhileOneWaitsTheOthersGoOnAndEachGetsItsOwnAnswer) {
  Adapter adapter({.command = kAnswersTwoAtOnce});
  std::vector<std::vector<std::uint64_t>> heard(2);
  Jobs jobs;
  for (std::uint32_t world : {0u, 1u})
    jobs.emplace_back([&, world] {
      for (int i = 0; i < 3; ++i)
        heard[world].push_back(adapter.handle(in_world(world, kBegin)).counter.value());
    });
  adapter.side_by_side(jobs);
  EXPECT_EQ(heard, (std::vector<std::vector<std::uint64_t>>{{1, 1, 1}, {2, 2, 2}}));
}

TEST(Adapter, AnAdapterThatWaitsForTwoHangsWithOne) {
  Adapter adapter({.command = kAnswersTwoAtOnce, .timeout = kPatience});
  EXPECT_EQ(fault_when([&] { adapter.handle(kBegin); }), "hang: no answer within 400 ms");
}

TEST(Adapter, OneThatEndsBeforeTheOthersIsMissedByNobody) {
  Adapter adapter({.command = puppet({"worlds=8"})});
  std::vector<int> done(8);
  Jobs jobs;
  for (std::uint32_t world = 0; world < 8; ++world)
    jobs.emplace_back([&, world] {
      adapter.handle(in_world(world, kBegin));
      for (std::uint32_t i = 0; i < world; ++i, ++done[world])
        EXPECT_EQ(adapter.handle(in_world(world, kChange)).holds->size(), 1u);
    });
  adapter.side_by_side(jobs);
  EXPECT_EQ(done, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(adapter.handle(in_world(3, kChange)).holds->size(), 1u) << "and then alone";
}

TEST(Adapter, AFaultIsToldToAllThatAreUnderWay) {
  for (const Faulty& each : std::vector<Faulty>{
           {"crash@7", kCrash},
           {"silent@7", "hang: no answer within 400 ms"},
           {R"(say@7={"counter":-1})",
            "garbage: answer.counter: -1, expected a whole number that is not negative"}}) {
    Adapter adapter(started_by({"worlds=4", each.word}));
    std::vector<std::string> faults(4);
    Jobs jobs;
    for (std::uint32_t world = 0; world < 4; ++world)
      jobs.emplace_back([&, world] {
        faults[world] = fault_when([&] {
          adapter.handle(in_world(world, kBegin));
          for (;;) adapter.handle(in_world(world, kChange));
        });
      });
    adapter.side_by_side(jobs);
    EXPECT_EQ(std::count(faults.begin(), faults.end(), each.fault) +
                  std::count(faults.begin(), faults.end(), "the program was ended: " + each.fault),
              4)
        << each.word << ": " << faults[0] << ", " << faults[3];
    EXPECT_EQ(fault_when([&] { adapter.handle(kBegin); }), "none");
  }
}

TEST(Adapter, WhatAJobThrowsComesOutWhenAllAreDone) {
  Adapter adapter({.command = puppet({"worlds=3"})});
  int done = 0;
  const auto well = [&] {
    adapter.handle(kBegin);
    adapter.handle(kChange);
    ++done;
  };
  const Jobs jobs{well,
                  [&] {
                    adapter.handle(in_world(1, kBegin));
                    throw EngineFault("of the second");
                  },
                  [&] {
                    adapter.handle(in_world(2, kBegin));
                    throw std::runtime_error("of the third");
                  }};
  EXPECT_EQ(fault_when([&] { adapter.side_by_side(jobs); }), "of the second");
  EXPECT_EQ(done, 1);
  EXPECT_EQ(fault_when([&] { adapter.side_by_side(Jobs{well}); }), "none");
  EXPECT_EQ(done, 2);
}

// What reads a line calls itself for each list in another, and a job has a stack of its own.
TEST(Adapter, TheDeepestAnswerIsReadSideBySide) {
  const std::string deepest = std::string(98, '[') + std::string(98, ']');
  Adapter adapter(
      {.command = puppet({R"(say@2={"send":{"kind":"upload-ack","body":)" + deepest + "}}"})});
  std::string body;
  adapter.side_by_side(
      Jobs{[&] { body = std::any_cast<std::string>(adapter.handle(kBegin).send.value().body); }});
  EXPECT_EQ(body, deepest);
}

TEST(Adapter, AProgramThatDoesNotStartAgainIsAFaultOfEachJob) {
  const Marker marker;
  Adapter adapter({.command = "test -e " + quoted(marker.path()) + " && exit 9; " +
                              puppet({marker.word(), "crash@2"})});
  EXPECT_EQ(fault_when([&] { adapter.handle(kBegin); }), kCrash);
  std::vector<std::string> faults(2);
  Jobs jobs;
  for (std::string& fault : faults)
    jobs.emplace_back([&] { fault = fault_when([&] { adapter.handle(kBegin); }); });
  adapter.side_by_side(jobs);
  for (const std::string& fault : faults)
    EXPECT_EQ(fault,
              "the program was ended: crash: the program ended with exit code 9 while an answer "
              "was expected");
}

// --- fuzzing

// An adapter, so many worlds of which may be under way.
class BesideSpec final : public HostedSpec {
 public:
  BesideSpec(std::shared_ptr<Adapter> adapter, std::uint32_t worlds)
      : HostedSpec(adapter), adapter_(std::move(adapter)), worlds_(worlds) {}
  std::uint32_t worlds() const override { return worlds_; }
  void side_by_side(Jobs jobs) const override { adapter_->side_by_side(jobs); }

 private:
  std::shared_ptr<Adapter> adapter_;
  std::uint32_t worlds_;
};

Configuration driven_by(const std::shared_ptr<Adapter>& adapter, std::uint32_t worlds) {
  const Traits& traits = adapter->traits();
  Configuration configuration{.protocol_name = traits.name,
                              .strategy = strategy_named(traits.strategy)};
  configuration.judge.watched &= ~invariant_bit(Invariant::told);
  configuration.spec = std::make_shared<const BesideSpec>(adapter, worlds);
  return configuration;
}

RunResult fuzzed(const std::vector<std::string>& words, std::uint32_t worlds,
                 std::uint64_t episodes) {
  const auto adapter = std::make_shared<Adapter>(started_by(words));
  FuzzPlan plan;
  plan.scope = within(Scope{}, kAllFeatures & ~lacked_features(adapter->traits()));
  plan.seed = 7;
  plan.episodes = episodes;
  plan.require_marks = RequireMarks::never;
  plan.budget.runs = 200;
  plan.shrink_most = 1;
  return fuzz(driven_by(adapter, worlds), plan, nullptr);
}

TEST(Adapter, ASoundEngineHoldsInEveryEpisode) {
  const RunResult result = fuzzed({"worlds=16"}, 16, 150);
  EXPECT_EQ(result.portions[0].episodes, 150u);
  EXPECT_EQ(result.portions[0].broken_episodes, 0u);
  EXPECT_GT(result.portions[0].effective_steps, 3000u);
  EXPECT_TRUE(result.portions[0].faults.empty());
  EXPECT_TRUE(result.portions[0].nondeterministic.count == 0);
}

// The last batch is not full.
TEST(Adapter, WorldsSideBySideGiveTheSameAsOneAfterTheOther) {
  const RunResult alone = fuzzed({"worlds=16"}, 1, 40);
  for (const std::uint32_t worlds : {2u, 16u}) {
    const RunResult beside = fuzzed({"worlds=16"}, worlds, 40);
    EXPECT_EQ(beside.digest(), alone.digest()) << worlds;
    EXPECT_EQ(beside.portions[0].episodes, alone.portions[0].episodes);
    EXPECT_EQ(beside.portions[0].effective_steps, alone.portions[0].effective_steps);
  }
  EXPECT_NE(fuzzed({"careless"}, 1, 40).digest(), alone.digest());
}

TEST(Adapter, ACarelessEngineIsFoundOutSideBySideAsAlone) {
  const RunResult alone = fuzzed({"careless"}, 1, 60);
  const RunResult beside = fuzzed({"careless", "worlds=16"}, 16, 60);
  ASSERT_FALSE(alone.findings.empty());
  EXPECT_FALSE(alone.findings_of("no-lost-update").empty());
  EXPECT_EQ(beside.digest(), alone.digest());
  EXPECT_EQ(beside.portions[0].broken, alone.portions[0].broken);
  ASSERT_EQ(beside.findings.size(), alone.findings.size());
  for (const auto& [name, finding] : alone.findings)
    EXPECT_TRUE(beside.findings.at(name).simplest.trace == finding.simplest.trace) << name;
}

TEST(Adapter, AfterAFaultTheRunGoesOnWithTheNextEpisode) {
  for (const char* word : {"crash@500", "say@500=oops"}) {
    const Marker marker;
    const RunResult result = fuzzed({marker.word(), word}, 1, 25);
    ASSERT_EQ(result.portions[0].faults.size(), 1u) << word;
    EXPECT_EQ(result.portions[0].episodes, 24u);
    EXPECT_EQ(result.portions[0].broken_episodes, 0u);
    EXPECT_EQ(result.portions[0].faults[0].transcript.size(), 12u);
  }
}

TEST(Adapter, AFaultOfSeveralWorldsThatOneWorldDoesNotShowIsToldAsThat) {
  const Marker marker;
  const RunResult result = fuzzed({"worlds=16", marker.word(), "crash@500"}, 16, 40);
  ASSERT_EQ(result.portions[0].faults.size(), 1u);
  EXPECT_EQ(result.portions[0].faults[0].what,
            std::string("with several worlds under way, and not with one: ") + kCrash);
  EXPECT_FALSE(result.portions[0].faults[0].transcript.empty());
  EXPECT_EQ(result.portions[0].episodes, 40u) << "each was run again, alone";
  EXPECT_EQ(result.digest(), fuzzed({"worlds=16"}, 16, 40).digest());
}

// It may not be to blame: who takes memory from others ends them with signal 9.
TEST(Adapter, AnEngineThatIsKilledCountsNeitherWay) {
  const Marker marker;
  const RunResult alone = fuzzed({marker.word(), "killed@500"}, 1, 25);
  EXPECT_TRUE(alone.portions[0].faults.empty());
  EXPECT_EQ(alone.portions[0].lost.count, 1u);
  EXPECT_EQ(alone.portions[0].episodes, 24u);
  EXPECT_EQ(alone.portions[0].broken_episodes, 0u);
  const Marker another;
  const RunResult beside = fuzzed({"worlds=16", another.word(), "killed@500"}, 16, 40);
  EXPECT_TRUE(beside.portions[0].faults.empty());
  EXPECT_EQ(beside.portions[0].episodes, 40u) << "each was run again, alone";
}

// In the process of its own.
class Greedy final : public tidemark::Engine {
 public:
  const tidemark::Traits& traits() const override { return traits_; }
  tidemark::Answer handle(const tidemark::Request&) override { throw std::bad_alloc(); }

 private:
  tidemark::Traits traits_;
};

TEST(Adapter, AnEpisodeThatRunsOutOfMemoryCountsNeitherWay) {
  FuzzPlan plan;
  plan.episodes = 5;
  plan.require_marks = RequireMarks::never;
  Configuration greedy;
  greedy.spec = hosted_spec(std::make_shared<Greedy>());
  const RunResult result = fuzz(greedy, plan, nullptr);
  EXPECT_EQ(result.portions[0].lost.count, 5u);
  EXPECT_EQ(result.portions[0].episodes, 0u);
  EXPECT_EQ(result.portions[0].broken_episodes, 0u);
  EXPECT_TRUE(result.portions[0].faults.empty());
}

TEST(Adapter, TheThirdFaultEndsTheRun) {
  const RunResult result = fuzzed({"crash@200"}, 1, 1000);
  EXPECT_EQ(result.portions[0].faults.size(), kMostFaults);
  EXPECT_GT(result.portions[0].episodes, 3u);
  EXPECT_LT(result.portions[0].episodes, 100u);
}

std::vector<std::uint64_t> seeds_of(const std::vector<FaultyEpisode>& faults) {
  std::vector<std::uint64_t> seeds;
  for (const FaultyEpisode& each : faults) seeds.push_back(each.seed);
  return seeds;
}

TEST(Adapter, AFaultIsToldOfTheEpisodeThatHasIt) {
  const RunResult alone = fuzzed({"worlds=16", "refuses=restore"}, 1, 200);
  const RunResult beside = fuzzed({"worlds=16", "refuses=restore"}, 16, 200);
  ASSERT_EQ(alone.portions[0].faults.size(), kMostFaults);
  EXPECT_EQ(seeds_of(beside.portions[0].faults), seeds_of(alone.portions[0].faults));
  EXPECT_EQ(beside.portions[0].faults[0].what, R"(error: the adapter says: "no restore here")");
  EXPECT_EQ(beside.portions[0].episodes, alone.portions[0].episodes);
  EXPECT_EQ(beside.digest(), alone.digest());
}

TEST(Adapter, AnEngineThatRemembersOtherEpisodesIsToldOfAsNondeterministic) {
  EXPECT_GT(fuzzed({"moody"}, 1, 1).portions[0].nondeterministic.count, 0u);
  EXPECT_GT(fuzzed({"moody", "worlds=16"}, 16, 16).portions[0].nondeterministic.count, 0u);
}

}  // namespace
}  // namespace tidemark::core
