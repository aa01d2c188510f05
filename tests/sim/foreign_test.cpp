// Engines of other people: our own come through the same door, and come out the same.
#include "sim/foreign.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "properties/campaign/fuzz.h"
#include "properties/engines.h"
#include "sim/generator.h"
#include "tests/episode.h"
#include "tests/sim/hosted.h"

namespace tidemark::core {
namespace {

std::shared_ptr<tidemark::Engine> hosted(const std::string& protocol, const Strategy& strategy) {
  return with_engine(find_protocol(protocol)->protocol, strategy,
                     [&](auto engine) -> std::shared_ptr<tidemark::Engine> {
                       return std::make_shared<Hosted<decltype(engine)>>(std::move(engine),
                                                                         protocol);
                     });
}

Configuration behind_the_door(const std::string& protocol, const Strategy& strategy) {
  Configuration configuration{.protocol_name = protocol, .strategy = strategy};
  configuration.spec = hosted_spec(hosted(protocol, strategy));
  return configuration;
}

// All that happened and all that was found; where one goes in a circle, the other need not know.
void expect_the_same(const std::string& protocol, const Strategy& strategy) {
  Configuration direct{.protocol_name = protocol,
                       .protocol = find_protocol(protocol)->protocol,
                       .strategy = strategy};
  Runner ours(direct);
  Runner theirs(behind_the_door(protocol, strategy));
  Generator generator(Scope{});
  int compared = 0;
  for (std::uint64_t index = 0; index < 400; ++index) {
    const Scenario& scenario = generator.generate(seed_of(17, index));
    Recording a = ours.record(scenario);
    Recording b = theirs.record(scenario);
    if (a.outcome.summary.rest != Rest::quiet) continue;
    ++compared;
    a.outcome.summary.digest = b.outcome.summary.digest = 0;  // facts come in another order
    EXPECT_EQ(findings(a.outcome.verdict), findings(b.outcome.verdict))
        << protocol << ", seed " << index;
    ASSERT_EQ(a.outcome.summary, b.outcome.summary) << protocol << ", seed " << index;
  }
  EXPECT_GT(compared, 100) << protocol;
}

TEST(Foreign, OurProtocolsComeOutTheSameBehindTheDoor) {
  for (const char* protocol : {"page", "reference", "guarded", "hardened"})
    for (const NamedStrategy& strategy : built_in_strategies())
      expect_the_same(protocol, built_in(strategy));
}

// Merges are versions that the engine names.
TEST(Foreign, MergesComeOutTheSameBehindTheDoor) {
  const Strategy merges =
      own_strategy("merges", [](const Conflict&) { return Decision::merged(); });
  expect_the_same("hardened", merges);
}

// An engine that answers nothing but what a test puts in its mouth.
struct Scripted final : tidemark::Engine {
  Traits own{.name = "scripted", .strategy = "server-priority"};
  std::vector<Answer> answers;
  std::vector<Operation> asked;

  const Traits& traits() const override { return own; }
  Answer handle(const Request& request) override {
    asked.push_back(request.operation);
    if (request.operation == Operation::begin || answers.empty()) return {};
    Answer answer = std::move(answers.front());
    answers.erase(answers.begin());
    return answer;
  }
};

std::string fault_of(std::vector<Answer> answers, std::string_view steps) {
  const auto engine = std::make_shared<Scripted>();
  engine->answers = std::move(answers);
  Configuration configuration{.protocol_name = "scripted"};
  configuration.spec = hosted_spec(engine);
  try {
    Runner(configuration).run(trace_of(std::string(steps)).scenario);
  } catch (const EngineFault& fault) {
    return fault.what();
  }
  return "none";
}

TEST(Foreign, WhatNoEngineMayAnswerIsAFault) {
  const Answer holds_o1{.holds = {{{.guid = "o1", .value = "v1"}}}};
  EXPECT_EQ(fault_of({{}}, "create A o1"),
            "change: the answer has no 'holds', expected all that is held now");
  EXPECT_EQ(fault_of({{.holds = {{{.guid = "o9", .value = "v1"}}}}}, "create A o1"),
            "guid 'o9': no object of that guid was created in this world");
  EXPECT_EQ(fault_of({{.holds = {{{.guid = "o1", .value = "v1"}, {.guid = "o1", .value = "v1"}}}}},
                     "create A o1"),
            "holds: guid 'o1' is there twice");
  EXPECT_EQ(fault_of({holds_o1, {}}, "create A o1; begin A"),
            "start: the answer has no 'send', expected the first request");
  EXPECT_EQ(fault_of({holds_o1, {.send = {{.kind = tidemark::MessageKind::upload_ack}}}},
                     "create A o1; begin A"),
            "start: send.kind is 'upload-ack', expected a request");
  EXPECT_EQ(fault_of({holds_o1,
                      {.send = {{.kind = tidemark::MessageKind::download_request}}},
                      {.send = {{.kind = tidemark::MessageKind::upload_ack}}}},
                     "create A o1; begin A; deliver A"),
            "request: send.kind is 'upload-ack', expected 'download-reply'");
  EXPECT_EQ(fault_of({holds_o1,
                      {.send = {{.kind = tidemark::MessageKind::download_request}}},
                      {.send = {{.kind = tidemark::MessageKind::download_reply}},
                       .decisions = {{.guid = "o1", .local = "v1", .server = "v8"}}}},
                     "create A o1; begin A; deliver A"),
            "decisions: server: 'v8' was never written in this world");
}

// A value that nobody wrote is a finding, and no fault.
TEST(Foreign, AnInventedValueBreaksIntegrity) {
  const auto engine = std::make_shared<Scripted>();
  engine->answers = {{.holds = {{{.guid = "o1", .value = "made up"}}}}};
  Configuration configuration{.protocol_name = "scripted"};
  configuration.spec = hosted_spec(engine);
  Trace trace = trace_of("create A o1; offline A");
  Runner runner(configuration);
  try {
    runner.run(trace.scenario);
  } catch (const EngineFault&) {  // in settle it has nothing more to say
  }
  EXPECT_EQ(engine->asked.front(), Operation::begin);
  EXPECT_EQ(engine->asked[1], Operation::change);
}

// --- what is not done, and what is inferred

TEST(Foreign, StepsThatAnEngineLacksAreNoOps) {
  auto engine = std::make_shared<Scripted>();
  engine->own.lacks = {"crash", "backend", "undelete", "lost"};
  const Foreign foreign(engine);
  Texts texts;
  foreign.use(texts);
  const Trace trace = trace_of("create S o1; crash A; sync A lose=upload-ack; create A o1; sync A");
  foreign.read(trace.scenario);
  std::vector<bool> lacking;
  for (const Step& step : trace.scenario.steps) lacking.push_back(foreign.lacks(step));
  EXPECT_EQ(lacking, (std::vector<bool>{true, true, true, false, false}));
}

// Our engines, but what they decide is kept from the harness.
struct Silent final : tidemark::Engine {
  std::shared_ptr<tidemark::Engine> inner;
  Traits own;
  Silent(std::shared_ptr<tidemark::Engine> engine, std::string strategy)
      : inner(std::move(engine)), own(inner->traits()) {
    own.reports_decisions = false;
    own.strategy = std::move(strategy);
  }
  const Traits& traits() const override { return own; }
  Answer handle(const Request& request) override {
    Answer answer = inner->handle(request);
    answer.decisions.clear();
    return answer;
  }
};

// How many of these episodes break no-lost-update.
int lost_updates(const std::string& protocol, std::string_view strategy,
                 const std::string& claimed) {
  Configuration configuration{.protocol_name = protocol};
  configuration.spec =
      hosted_spec(std::make_shared<Silent>(hosted(protocol, built_in(strategy)), claimed));
  Runner runner(configuration);
  Scope scope;
  scope.shared_keys = false;  // what is inferred of key conflicts is not exact
  scope.faults = fault_bit(Fault::lost) | fault_bit(Fault::offline);
  Generator generator(scope);
  int lost = 0;
  for (std::uint64_t index = 0; index < 300; ++index)
    lost += runner.run(generator.generate(seed_of(23, index)))
                .verdict.broken(Invariant::no_lost_update);
  return lost;
}

TEST(Foreign, DecisionsThatFollowTheDeclaredRuleLoseNothing) {
  EXPECT_EQ(lost_updates("hardened", "server-priority", "server-priority"), 0);
  EXPECT_EQ(lost_updates("hardened", "client-priority", "client-priority"), 0);
}

TEST(Foreign, DecisionsAgainstTheDeclaredRuleAreLostUpdates) {
  EXPECT_GT(lost_updates("hardened", "client-priority", "server-priority"), 0);
  EXPECT_GT(lost_updates("hardened", "server-priority", "client-priority"), 0);
}

TEST(Foreign, WithoutARuleOnlyWhatNoRuleExcusesIsFound) {
  EXPECT_EQ(lost_updates("hardened", "client-priority", "own"), 0);
  EXPECT_GT(lost_updates("page", "server-priority", "own"), 0);
}

}  // namespace
}  // namespace tidemark::core
