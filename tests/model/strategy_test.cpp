// Strategies are rows; what is known of one is in its row, wherever that stands.
#include "model/strategy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "model/appsync.h"
#include "model/hardened_engine.h"
#include "properties/runner.h"
#include "sim/generator.h"
#include "tests/properties/configurations.h"

namespace tidemark::core {
namespace {

// What an exhaustive search asks of an engine.
template <class E>
std::vector<bool> answers(const E& engine) {
  return {engine.compares_stamps(), engine.compares_creation_stamps(), engine.stores_time_of_sync(),
          engine.compares_writers()};
}

using Bools = std::vector<bool>;
Bools appsync_asked_under(const Strategy& strategy) { return answers(AppSync({}, strategy)); }
Bools hardened_asked_under(const Strategy& strategy) {
  return answers(Hardened(find_protocol("hardened")->protocol, strategy));
}

TEST(Strategy, WhatASearchMayRenameFollowsFromWhatTheRowReads) {
  for (const std::string_view sides : {"server-priority", "client-priority"}) {
    EXPECT_EQ(appsync_asked_under(built_in(sides)), Bools({false, false, false, false})) << sides;
    EXPECT_EQ(hardened_asked_under(built_in(sides)), Bools({false, false, false, false})) << sides;
  }
  const Strategy stamps = built_in("timestamp-priority");
  EXPECT_EQ(appsync_asked_under(stamps), Bools({true, false, false, false}));
  EXPECT_EQ(hardened_asked_under(stamps), Bools({true, false, false, true}));
  EXPECT_EQ(appsync_asked_under(own_strategy("own")), Bools({true, true, true, false}));
  EXPECT_EQ(hardened_asked_under(own_strategy("own")), Bools({true, true, true, false}));
}

TEST(Strategy, RowsInAnotherOrderAreTheSameStrategies) {
  const auto rows = built_in_strategies();
  std::vector<NamedStrategy> others(rows.begin(), rows.end());
  std::reverse(others.begin(), others.end());
  for (const NamedStrategy& other : others) {
    const Strategy here = built_in(other.name);
    const Strategy there = built_in(other);
    EXPECT_EQ(appsync_asked_under(here), appsync_asked_under(there)) << other.name;
    EXPECT_EQ(hardened_asked_under(here), hardened_asked_under(there)) << other.name;
    Configuration configuration = tidemark::core::configuration("page", {}, other.name);
    Runner from_here(configuration);
    configuration.strategy = there;
    Runner from_there(configuration);
    Generator generator(Scope{});
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      const Scenario& scenario = generator.generate(seed);
      EXPECT_EQ(from_here.run(scenario).summary.digest, from_there.run(scenario).summary.digest)
          << other.name << ", seed " << seed;
    }
  }
}

// A row that reads nothing decides by the sides alone, one without ties by what it is shown.
TEST(Strategy, DecidesByWhatItSaysThatItReads) {
  for (const NamedStrategy& named : built_in_strategies()) {
    const Object early{.guid = {1}, .stamps = {.created = 1, .lastupdate = 1}};
    const Object late{.guid = {1}, .stamps = {.created = 2, .lastupdate = 2}};
    const auto winner = [&](const Object& local, const Object& server, Winner if_equal) {
      return named.decide({ConflictKind::object, local, server}, if_equal).winner;
    };
    const bool by_stamps = winner(early, late, Winner::local) != winner(late, early, Winner::local);
    const bool by_tie = winner(early, early, Winner::local) != winner(early, early, Winner::server);
    EXPECT_EQ(by_stamps, (named.reads & kReadsStamps) != 0) << named.name;
    EXPECT_EQ(by_tie, (named.reads & kReadsTie) != 0) << named.name;
    for (const Object* local : {&early, &late})
      for (const Object* server : {&early, &late})
        for (const Winner if_equal : {Winner::local, Winner::server})
          EXPECT_TRUE(named.outcomes & outcome_bit(winner(*local, *server, if_equal)))
              << named.name;
  }
}

}  // namespace
}  // namespace tidemark::core
