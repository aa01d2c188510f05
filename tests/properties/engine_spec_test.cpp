// What is known of an engine before it runs, of both kinds that there are.
#include "properties/engine_spec.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "properties/promises.h"
#include "properties/runner.h"
#include "tests/properties/behind_the_door.h"

namespace tidemark::core {
namespace {

using Flag = std::pair<std::string, std::string>;

Configuration ours() { return configuration("guarded", {}, "client-priority"); }
Configuration theirs() { return behind_the_door(ours()); }

TEST(EngineSpec, OfAConfigurationIsThatOfItsProtocolIfNoneIsGiven) {
  const Configuration usual;
  EXPECT_FALSE(usual.spec->is_foreign());
  EXPECT_EQ(usual.spec->hosted(), nullptr);
  EXPECT_EQ(usual.spec->flag(usual), (Flag{"--protocol", "page"}));
}

TEST(EngineSpec, TracesAndCommandLinesNameAnEngineByItsKind) {
  EXPECT_FALSE(make_trace(ours(), {}).is_foreign);
  EXPECT_TRUE(make_trace(theirs(), {}).is_foreign);
  EXPECT_EQ(ours().spec->flag(ours()), (Flag{"--protocol", "guarded"}));
  EXPECT_EQ(theirs().spec->flag(theirs()).first, "--engine");
}

TEST(EngineSpec, ThatOfAProtocolFollowsTheHeadOfATraceAndAHostedEngineStaysWhatItIs) {
  const Trace trace = make_trace(configuration("reference", {}, "timestamp-priority"), {});
  Configuration protocol = ours();
  protocol.spec->follow(trace, protocol);
  EXPECT_EQ(protocol.protocol_name, "reference");
  EXPECT_EQ(protocol.protocol, find_protocol("reference")->protocol);
  EXPECT_EQ(protocol.strategy.name, "timestamp-priority");
  Configuration hosted = theirs();
  hosted.spec->follow(trace, hosted);
  EXPECT_EQ(hosted.protocol_name, "guarded");
  EXPECT_EQ(hosted.strategy.name, "client-priority");
}

TEST(EngineSpec, AHostedEnginePromisesAllThatItDoesNotExcuseInTheScopeOfWhatItHas) {
  Configuration hosted = theirs();
  hosted.judge.watched &= ~invariant_bit(Invariant::told);
  const Promise promise = hosted.spec->promise(hosted);
  EXPECT_EQ(promise.invariants, hosted.judge.watched);
  EXPECT_EQ(promise.scope, kAllFeatures & ~lacked_features(hosted.spec->traits()));
  EXPECT_EQ(ours().spec->promise(ours()).sentence, promise_of("guarded").sentence);
}

TEST(EngineSpec, OnlyAHostedEngineStandsBehindAnother) {
  int asked = 0;
  const auto wrap = [&](EngineSpec::Engines engine) {
    ++asked;
    return engine;
  };
  EXPECT_EQ(ours().spec->behind(wrap), protocol_spec());
  EXPECT_EQ(asked, 0);
  const Configuration hosted = theirs();
  EXPECT_EQ(hosted.spec->behind(wrap)->hosted(), hosted.spec->hosted());
  EXPECT_EQ(asked, 1);
}

TEST(EngineSpec, JobsRunToTheirEndOneAfterTheOtherWhereThereIsOneWorld) {
  std::vector<int> done;
  const std::vector<std::function<void()>> jobs{[&] { done.push_back(1); },
                                                [&] { done.push_back(2); }};
  ours().spec->side_by_side(jobs);
  EXPECT_EQ(done, (std::vector<int>{1, 2}));
}

}  // namespace
}  // namespace tidemark::core
