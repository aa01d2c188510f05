// Every mark by two episodes: one that reaches it and one that nearly does.
#include "properties/marks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>

#include "properties/runner.h"
#include "sim/generator.h"
#include "tests/episode.h"
#include "tests/properties/configurations.h"

namespace tidemark::core {
namespace {

using M = Mark;

// Two episodes, on `guarded` unless they say otherwise.
struct Pair {
  Mark mark;
  const char* reaches;
  const char* nearly;
};

constexpr Pair kPairs[] = {
    {M::object_conflict, "create S o1; sync A; edit A o1; edit S o1; sync A",
     "create S o1; sync A; edit S o1; sync A"},
    {M::object_conflict_local_wins,
     "strategy client-priority; create S o1; sync A; edit A o1; edit S o1; sync A",
     "strategy server-priority; create S o1; sync A; edit A o1; edit S o1; sync A"},
    {M::object_conflict_server_wins,
     "strategy timestamp-priority; create S o1; sync A; edit A o1; edit S o1; sync A",
     "strategy timestamp-priority; create S o1; sync A; edit S o1; edit A o1; sync A"},
    {M::key_conflict, "create A o1 pk=k; create S o2 pk=k; sync A",
     "create A o1 pk=k; create S o2 pk=l; sync A"},
    {M::key_conflict_local_wins,
     "strategy client-priority; create A o1 pk=k; create S o2 pk=k; sync A",
     "strategy server-priority; create A o1 pk=k; create S o2 pk=k; sync A"},
    {M::key_conflict_server_wins,
     "strategy timestamp-priority; create A o1 pk=k; create S o2 pk=k; sync A",
     "protocol reference; strategy timestamp-priority; create S o2 pk=k; create A o1 pk=k; sync A"},
    {M::equal_timestamps, "create S o1; sync A; edit A o1; clock S -10; edit S o1; sync A",
     "create S o1; sync A; edit A o1; clock S -9; edit S o1; sync A"},
    {M::clock_misled, "create S o1; sync A; edit A o1; clock S -11; edit S o1; sync A",
     "create S o1; sync A; edit A o1; clock S -10; edit S o1; sync A"},
    {M::delete_against_edit, "create S o1; sync A; delete A o1; edit S o1; sync A",
     "create S o1; sync A; delete A o1; delete S o1; sync A"},
    {M::delete_against_delete, "create S o1; sync A; delete A o1; delete S o1; sync A",
     "create S o1; sync A; edit A o1; delete S o1; sync A"},
    {M::deletion_downloaded, "create S o1; sync A; delete S o1; sync A",
     "clients 1; create S o1; sync A; delete A o1; sync A"},
    {M::undelete, "create A o1; delete A o1; undelete A o1",
     "create A o1; undelete A o1; delete A o1"},
    {M::key_reused_after_delete, "create A o1 pk=k; delete A o1; create A o2 pk=k",
     "create A o1 pk=k; delete A o1; create B o2 pk=k"},
    {M::own_echo, "protocol page; create A o1; sync A", "protocol guarded; create A o1; sync A"},
    {M::received_then_edited, "create S o1; sync A; edit A o1", "create A o1; sync A; edit A o1"},
    {M::edit_during_download, "create A o1; begin A; deliver A; edit A o1",
     "create A o1; begin A; deliver A; deliver A; edit A o1"},
    {M::edit_during_upload, "create A o1; begin A; deliver A; deliver A; edit A o1",
     "create A o1; begin A; deliver A; edit A o1"},
    {M::edit_while_offline, "create A o1; offline A; edit A o1",
     "create A o1; offline B; edit A o1"},
    {M::backend_change_during_exchange, "begin A; create S o1", "begin A; finish A; create S o1"},
    {M::other_writer_between, "create A o1; begin A; deliver A; create S o2; finish A",
     "create A o1; begin A; create S o2; finish A"},
    {M::upload_request_lost, "create A o1; sync A lose=upload-request",
     "create A o1; sync A lose=upload-ack"},
    {M::upload_ack_lost, "create A o1; begin A; deliver A; deliver A; deliver A; crash A",
     "create A o1; begin A; deliver A; deliver A; crash A"},
    {M::upload_ack_lost_then_retried,
     "protocol reference; create A o1; sync A lose=upload-ack; sync A",
     "protocol reference; create A o1; sync A lose=upload-request; sync A"},
    {M::download_reply_lost, "create S o1; sync A lose=download-reply",
     "create S o1; sync A lose=download-request"},
    {M::late_download_request, "begin A; give-up A; arrive A", "begin A; give-up A"},
    {M::late_upload, "create A o1; begin A; deliver A; deliver A; give-up A; arrive A",
     "create A o1; begin A; deliver A; deliver A; give-up A; sync A"},
    {M::late_upload_after_newer,
     "create A o1; begin A; deliver A; deliver A; give-up A; edit A o1; sync A; arrive A",
     "create A o1; begin A; deliver A; deliver A; give-up A; edit A o1; arrive A; sync A"},
    {M::late_answer, "begin A; deliver A; give-up A; arrive A",
     "begin A; give-up A; begin A; deliver A; arrive A; deliver A"},
    {M::upload_repeated,
     "create A o1; begin A; deliver A; deliver A; duplicate A; finish A;arrive A",
     "create A o1; begin A; deliver A; deliver A; give-up A; arrive A"},
    {M::upload_refused, "strategy client-priority; create A o1 pk=k; create S o2 pk=k; sync A",
     "protocol page; strategy client-priority; create A o1 pk=k; create S o2 pk=k; sync A"},
    {M::full_sync_with_pending, "create A o1; full-sync A", "create A o1; sync A; full-sync A"},
    {M::full_sync_with_nothing_pending, "create A o1; sync A; full-sync A",
     "create A o1; sync A; edit A o1; full-sync A"},
    {M::offline_during_exchange, "begin A; offline A", "begin A; finish A; offline A"},
    {M::crash_during_exchange, "begin A; crash A", "begin B; crash A"},
    {M::reinstall_with_pending, "create A o1; sync A; edit A o1; reinstall A",
     "create A o1; sync A; reinstall A"},
    {M::restore_undid_writes, "backup S; create S o1; restore S",
     "create S o1; backup S; restore S"},
    {M::settle_over_three_rounds,
     "protocol reference; create A o1 pk=k; sync A; sync B; delete A o1; create A o2 pk=k",
     "protocol page; create A o1"},
};

std::uint64_t count_of(Mark mark, const std::string& text,
                       Decision (*decide)(const Conflict&) = nullptr) {
  const bool named = text.find("protocol ") != std::string::npos;
  const std::string trace = (named ? "" : "protocol guarded;") + text;
  AppSync engine = engine_of(trace_of(trace));
  if (decide != nullptr) engine = {engine.protocol(), own_strategy("own", decide)};
  EpisodeOn<AppSync> episode(trace, engine);
  return episode.judge().marks().counts()[static_cast<std::size_t>(mark)];
}

std::string_view name_of(Mark mark) { return marks()[static_cast<std::size_t>(mark)].name; }

TEST(Marks, EachIsReachedByItsEpisode) {
  for (const Pair& pair : kPairs)
    EXPECT_GE(count_of(pair.mark, pair.reaches), 1u) << name_of(pair.mark);
}

TEST(Marks, NoneIsReachedByAnEpisodeThatNearlyDoes) {
  for (const Pair& pair : kPairs)
    EXPECT_EQ(count_of(pair.mark, pair.nearly), 0u) << name_of(pair.mark);
}

// A strategy of the user's own: the traces name built-in ones only.
TEST(Marks, MergeIsReachedByAMergeAndNotByAChoice) {
  constexpr const char* kConflict = "create S o1; sync A; edit A o1; edit S o1; sync A";
  EXPECT_EQ(count_of(M::merge, kConflict, [](const Conflict&) { return Decision::merged(); }), 1u);
  EXPECT_EQ(count_of(M::merge, kConflict, [](const Conflict&) { return Decision::local_wins(); }),
            0u);
}

TEST(Marks, EveryMarkIsTested) {
  for (const NamedMark& named : marks())
    EXPECT_EQ(std::count_if(std::begin(kPairs), std::end(kPairs),
                            [&](const Pair& pair) { return pair.mark == named.mark; }),
              named.mark == M::merge ? 0 : 1)
        << named.name;
}

TEST(Marks, TableIsInTheOrderOfTheEnumerators) {
  for (std::size_t i = 0; i < kMarks; ++i) EXPECT_EQ(marks()[i].mark, static_cast<Mark>(i));
}

TEST(Marks, CountsAddUpOverRuns) {
  const Trace trace = trace_of("protocol guarded; create A o1; sync A lose=upload-ack");
  const AppSync engine = engine_of(trace);
  World<AppSync> world(engine);
  Judge judge;
  for (int i = 0; i < 3; ++i) world.run(trace.scenario, judge);
  EXPECT_EQ(judge.marks().counts()[static_cast<std::size_t>(M::upload_ack_lost)], 3u);
  judge.marks().clear();
  EXPECT_EQ(judge.marks().counts(), MarkCounts{});
}

// --- What a campaign is held to

// The marks that a campaign over this scope is held to and did not reach.
std::string missed(const Scope& scope, const Protocol& protocol, std::string_view strategy) {
  Runner runner(protocol, built_in(strategy));
  Generator generator(scope);
  for (std::uint64_t seed = 0; seed < kEpisodesThatRequireMarks; ++seed)
    runner.run(generator.generate(seed));
  std::string names;
  for (const NamedMark& mark : marks())
    if (is_granted(mark, scope, protocol, built_in(strategy)) &&
        runner.marks()[static_cast<std::size_t>(mark.mark)] == 0)
      names.append(names.empty() ? "" : ", ").append(mark.name);
  return names;
}

// Those that promise nothing or everything; the others have scopes of their own.
#if defined(TIDEMARK_SLOW_BUILD)
constexpr std::array kJudgedEverywhere{"guarded", "hardened"};
#else
constexpr std::array kJudgedEverywhere{"page", "reference", "guarded", "hardened"};
#endif

void expect_none_missed(const Scope& scope, const std::string& what) {
  for (const char* protocol : kJudgedEverywhere)
    for (const NamedStrategy& strategy : built_in_strategies())
      EXPECT_EQ(missed(scope, find_protocol(protocol)->protocol, strategy.name), "")
          << protocol << ", " << strategy.name << ", " << what;
}

// A mark that a campaign is held to but cannot reach would make it vacuous for ever.
TEST(RequiredMarks, AreThoseOfCampaignsOfEnoughAndLongEnoughEpisodes) {
  EXPECT_FALSE(requires_marks(kEpisodesThatRequireMarks - 1, {}));
  EXPECT_TRUE(requires_marks(kEpisodesThatRequireMarks, {}));
  EXPECT_FALSE(requires_marks(kEpisodesThatRequireMarks, {.steps = kStepsThatRequireMarks - 1}));
  EXPECT_TRUE(requires_marks(kEpisodesThatRequireMarks, {.steps = kStepsThatRequireMarks}));
}
TEST(RequiredMarks, AreReachedWithinTheEpisodesThatRequireThem) {
  expect_none_missed({}, "all faults");
  expect_none_missed({.clients = 2, .objects = 2}, "two clients, two objects");
}
TEST(RequiredMarks, AreReachedWithEachFaultAlone) {
#ifdef TIDEMARK_SLOW_BUILD
  const auto faults = std::span(kNamedFaults).first(3);
#else
  const auto faults = kNamedFaults;
#endif
  for (const NamedFault& fault : faults) {
    const Scope scope{.faults = fault_bit(fault.fault)};
    expect_none_missed(scope, std::string(fault.name));
  }
}
TEST(RequiredMarks, AreReachedWithoutEachKindOfStep) {
  expect_none_missed({.backend = false}, "no backend");
  expect_none_missed({.shared_keys = false}, "no shared keys");
  expect_none_missed({.deletes = false}, "no deletes");
  expect_none_missed({.interleave = false}, "no interleaving");
  expect_none_missed({.faults = 0}, "no faults");
}
TEST(RequiredMarks, AreReachedInTheNarrowestScopes) {
  expect_none_missed({.clients = 2,
                      .objects = 1,
                      .backend = false,
                      .shared_keys = false,
                      .deletes = false,
                      .interleave = false,
                      .faults = 0},
                     "two clients, one object, nothing else");
  expect_none_missed({.clients = 1, .objects = 1}, "one client, one object");
}

}  // namespace
}  // namespace tidemark::core
