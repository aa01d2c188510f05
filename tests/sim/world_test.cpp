// The world: when each step is a no-op, what each fault does, how settle goes, and that a run is
// the same however it is executed.
#include "sim/world.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/generator.h"
#include "tests/episode.h"

namespace tidemark::core {
namespace {

constexpr Replica A{1};
constexpr Replica B{2};
constexpr Guid kOne{0};
constexpr Guid kTwo{1};

struct Events {
  std::vector<Event> list;
  template <class World>
  void on(const Event& event, const World&) {
    list.push_back(event);
  }
  template <EventType Type>
  std::size_t count() const {
    return static_cast<std::size_t>(std::count_if(list.begin(), list.end(), is<Type>));
  }
};

// An engine that keeps the fresh ids which it is handed.
class Numbered : public AppSync {
 public:
  struct Client : tidemark::core::Client {
    std::uint32_t installation = 0;
    friend bool operator==(const Client&, const Client&) = default;
  };
  struct Server : tidemark::core::Server {
    std::uint32_t epoch = 0;
  };
  using AppSync::AppSync;
  void install(Client& client, std::uint32_t installation) const {
    AppSync::install(client, installation);
    client.installation = installation;
  }
  void install(Server& server, std::uint32_t epoch) const {
    AppSync::install(server, epoch);
    server.epoch = epoch;
  }
  void reinstall(Client& client, std::uint32_t installation) const {
    install(client, installation);
  }
  void backup(const Server& server, Server& saved) const { saved = server; }
  void restore(Server& server, const Server& saved, std::uint32_t epoch) const {
    server = saved;
    server.epoch = epoch;
  }
};

// A world into which the steps of a trace are played, one after the other.
class Stage {
 public:
  explicit Stage(std::string_view text)
      : trace_(trace_of(text)), engine_(trace_.engine, engine_of(trace_).strategy()) {
    world.begin(trace_.scenario, events);
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  std::size_t steps() const { return trace_.scenario.steps.size(); }
  // Each returns whether the last step played did something.
  bool play(std::size_t count) {
    bool did = false;
    for (; count > 0; --count) did = world.apply(next_++, events);
    return did;
  }
  bool play_all() { return play(steps() - next_); }
  RunSummary settle() { return world.settle(events); }
  const std::string& step_text() { return text_ = print_step(trace_.scenario, step()); }

  Value held(Replica replica, Guid guid) const {
    const Object* object = world.find(replica, guid);
    return object == nullptr ? kNoValue : object->content.value;
  }

 private:
  const Step& step() const { return trace_.scenario.steps[next_ - 1]; }
  Trace trace_;
  Numbered engine_;
  std::size_t next_ = 0;
  std::string text_;

 public:
  World<Numbered> world{engine_};
  Events events;
};

// All of a world that a no-op must leave alone.
struct State {
  Numbered::Server server;
  std::vector<Numbered::Client> clients;
  std::vector<MessageKind> in_flight;
  std::vector<std::size_t> late;
  std::vector<bool> online;
  std::vector<Timestamp> clocks;
  std::size_t versions;
};
State state_of(const World<Numbered>& world) {
  State state{world.server(), {}, {}, {}, {}, {world.clock(kServer)}, world.versions().size()};
  for (std::uint8_t number = 1; number < world.replicas(); ++number) {
    const Replica client{number};
    state.clients.push_back(world.client(client));
    state.in_flight.push_back(world.in_flight(client));
    state.late.push_back(world.late(client).size());
    state.online.push_back(world.online(client));
    state.clocks.push_back(world.clock(client));
  }
  return state;
}
void expect_same(const State& a, const State& b) {
  EXPECT_EQ(static_cast<const Server&>(a.server), b.server);
  EXPECT_EQ(a.clients, b.clients);
  EXPECT_EQ(a.in_flight, b.in_flight);
  EXPECT_EQ(a.late, b.late);
  EXPECT_EQ(a.online, b.online);
  EXPECT_EQ(a.clocks, b.clocks);
  EXPECT_EQ(a.versions, b.versions);
}

// --- Preconditions: of each step, when it does something and why it does not

struct Precondition {
  const char* steps;  // the last one is tested
  SkipReason reason;  // none: it does something
};

constexpr auto kDoes = SkipReason::none;
constexpr Precondition kPreconditions[] = {
    {"create A o1", kDoes},
    {"create S o1", kDoes},
    {"create A o1; create A o1", SkipReason::already_created},
    {"create A o1; create B o1", SkipReason::already_created},
    {"create A o1; create S o1", SkipReason::already_created},
    {"create A o1; delete A o1; create A o1", SkipReason::already_created},
    {"create A o1; reinstall A; create A o1", SkipReason::already_created},
    {"create A o1 pk=k; create A o2 pk=k", SkipReason::key_is_held},
    {"create S o1 pk=k; create S o2 pk=k", SkipReason::key_is_held},
    {"create B o1 pk=k; sync B; sync A; create A o2 pk=k", SkipReason::key_is_held},
    {"create A o1 pk=k; create A o2 pk=l", kDoes},
    {"create A o1 pk=k; create B o2 pk=k", kDoes},
    {"create A o1 pk=k; delete A o1; create A o2 pk=k", kDoes},
    {"create A o1 pk=k; create A o2 pk=k; create B o2 pk=k", kDoes},
    {"offline A; create A o1", kDoes},
    {"begin A; create A o1", kDoes},

    {"create A o1; edit A o1", kDoes},
    {"create S o1; edit S o1", kDoes},
    {"edit A o1", SkipReason::not_held_live},
    {"create A o1; edit B o1", SkipReason::not_held_live},
    {"create A o1; edit S o1", SkipReason::not_held_live},
    {"create A o1; delete A o1; edit A o1", SkipReason::not_held_live},
    {"create A o1; sync A; edit S o1", kDoes},

    {"create A o1; delete A o1", kDoes},
    {"delete A o1", SkipReason::not_held_live},
    {"create A o1; delete B o1", SkipReason::not_held_live},
    {"create A o1; delete A o1; delete A o1", SkipReason::not_held_live},

    {"create A o1; delete A o1; undelete A o1", kDoes},
    {"create S o1; delete S o1; undelete S o1", kDoes},
    {"undelete A o1", SkipReason::not_held_deleted},
    {"create A o1; undelete A o1", SkipReason::not_held_deleted},
    {"create A o1; delete A o1; undelete B o1", SkipReason::not_held_deleted},
    {"create A o1 pk=k; delete A o1; create A o2 pk=k; undelete A o1", SkipReason::key_is_held},
    {"create A o1 pk=k; delete A o1; create A o2 pk=k; delete A o2; undelete A o1", kDoes},

    {"sync A", kDoes},
    {"offline A; sync A", SkipReason::offline},
    {"offline B; sync A", kDoes},
    {"offline A; online A; sync A", kDoes},
    {"begin A; sync A", SkipReason::exchange_under_way},
    {"begin B; sync A", kDoes},
    {"begin A; give-up A; sync A", kDoes},
    {"begin A; sync A lose=upload-ack", SkipReason::exchange_under_way},
    {"full-sync A", kDoes},
    {"offline A; full-sync A", SkipReason::offline},
    {"begin A; full-sync A", SkipReason::exchange_under_way},
    {"begin A", kDoes},
    {"offline A; begin A", SkipReason::offline},
    {"begin A; begin A", SkipReason::exchange_under_way},
    {"begin-full A", kDoes},
    {"offline A; begin-full A", SkipReason::offline},
    {"begin A; begin-full A", SkipReason::exchange_under_way},

    {"deliver A", SkipReason::nothing_in_flight},
    {"begin A; deliver A", kDoes},
    {"begin B; deliver A", SkipReason::nothing_in_flight},
    {"begin A; deliver A; deliver A; deliver A", SkipReason::nothing_in_flight},
    {"create A o1; begin A; deliver A; deliver A; deliver A; deliver A", kDoes},
    {"finish A", SkipReason::nothing_in_flight},
    {"begin A; finish A", kDoes},
    {"begin A; finish A; finish A", SkipReason::nothing_in_flight},
    {"drop A", SkipReason::nothing_in_flight},
    {"begin A; drop A", kDoes},
    {"begin A; drop A; drop A", SkipReason::nothing_in_flight},
    {"give-up A", SkipReason::nothing_in_flight},
    {"begin A; give-up A", kDoes},
    {"begin A; give-up A; give-up A", SkipReason::nothing_in_flight},
    {"duplicate A", SkipReason::nothing_in_flight},
    {"begin A; duplicate A", kDoes},
    {"begin A; duplicate A; duplicate A", kDoes},

    {"arrive A", SkipReason::nothing_late},
    {"begin A; arrive A", SkipReason::nothing_late},
    {"begin A; give-up A; arrive A", kDoes},
    {"begin A; give-up A; arrive A; arrive A", SkipReason::nothing_late},
    {"begin A; give-up A; arrive B", SkipReason::nothing_late},
    {"begin A; duplicate A; arrive A", kDoes},
    {"begin A; give-up A; offline A; arrive A", kDoes},

    {"offline A", kDoes},
    {"offline A; offline A", SkipReason::already_offline},
    {"offline A; offline B", kDoes},
    {"online A", SkipReason::already_online},
    {"offline A; online A", kDoes},
    {"offline A; online A; online A", SkipReason::already_online},
    {"offline A; reinstall A; online A", kDoes},

    {"clock A +3600", kDoes},
    {"clock S -3600", kDoes},
    {"crash A", kDoes},
    {"crash A; crash A", kDoes},
    {"offline A; crash A", kDoes},
    {"reinstall A", kDoes},
    {"backup S", kDoes},
    {"backup S; backup S", kDoes},
    {"restore S", SkipReason::no_backup},
    {"backup S; restore S", kDoes},
    {"backup S; restore S; restore S", kDoes},
};

TEST(World, StepDoesSomethingExactlyWhenItsPreconditionHolds) {
  for (const Precondition& each : kPreconditions) {
    Stage stage(each.steps);
    EXPECT_EQ(stage.play_all(), each.reason == kDoes) << each.steps;
    const auto* skipped = std::get_if<StepSkipped>(&stage.events.list.back());
    EXPECT_EQ(skipped != nullptr ? skipped->reason : kDoes, each.reason) << each.steps;
  }
}

TEST(World, TellsBeforehandWhyAStepWouldDoNothingAndIsLeftAsItIs) {
  for (const Precondition& each : kPreconditions) {
    SCOPED_TRACE(each.steps);
    Stage stage(each.steps);
    stage.play(stage.steps() - 1);
    const State before = state_of(stage.world);
    const std::size_t events = stage.events.list.size();
    const Scenario& scenario = stage.world.scenario();
    EXPECT_EQ(stage.world.refusal(scenario.steps.back()), each.reason);
    expect_same(before, state_of(stage.world));
    EXPECT_EQ(stage.events.list.size(), events);
  }
}

TEST(World, SkippedStepChangesNothingAndSaysWhy) {
  for (const Precondition& each : kPreconditions) {
    if (each.reason == kDoes) continue;
    SCOPED_TRACE(each.steps);
    Stage stage(each.steps);
    stage.play(stage.steps() - 1);
    const State before = state_of(stage.world);
    const std::size_t events = stage.events.list.size();
    stage.play(1);
    expect_same(before, state_of(stage.world));
    ASSERT_EQ(stage.events.list.size(), events + 2);
    EXPECT_TRUE(is<StepBegan>(stage.events.list[events]));
    EXPECT_TRUE(is<StepSkipped>(stage.events.list[events + 1]));
  }
}

TEST(World, SummaryCountsEffectiveAndSkippedSteps) {
  Stage stage("create A o1; create A o1; deliver A; edit A o1; sync A");
  stage.play_all();
  EXPECT_EQ(stage.world.summary().effective_steps, 3u);
  EXPECT_EQ(stage.world.summary().skipped_steps, 2u);
}

TEST(World, EveryKindOfStepIsTestedBothWaysWhereBothExist) {
  std::array<bool, kStepKinds> done{};
  std::array<bool, kStepKinds> skipped{};
  for (const Precondition& each : kPreconditions) {
    const StepKind kind = trace_of(each.steps).scenario.steps.back().kind;
    (each.reason == kDoes ? done : skipped)[static_cast<std::size_t>(kind)] = true;
  }
  for (const StepRow& row : kStepRows) {
    const bool always = row.refused_by.front() == SkipReason::none;
    EXPECT_TRUE(done[static_cast<std::size_t>(row.kind)]) << row.name;
    EXPECT_EQ(skipped[static_cast<std::size_t>(row.kind)], !always) << row.name;
  }
}

// --- Changes

TEST(World, ChangeWritesAValueNeverWrittenBefore) {
  Stage stage("create A o1 value=x; edit A o1 value=x; delete A o1; undelete A o1; create S o2");
  stage.play_all();
  const auto& versions = stage.world.versions();
  ASSERT_EQ(versions.size(), 6u) << "and place 0, which is no version";
  for (std::uint32_t number = 2; number <= 4; ++number)
    EXPECT_EQ(versions[number].over, Value{number - 1});
  EXPECT_EQ(versions[3].kind, VersionKind::remove);
  EXPECT_TRUE(versions[3].isdeleted);
  EXPECT_EQ(stage.held(A, kOne), Value{4});
  EXPECT_EQ(stage.held(kServer, kTwo), Value{5});
}

TEST(World, KeyAndNameDefaultToTheObjectsOwn) {
  Stage stage("create A o1; create A o2; create A o3 pk=k name=n");
  stage.play_all();
  EXPECT_NE(stage.world.find(A, kOne)->identity.pk, stage.world.find(A, kTwo)->identity.pk);
  const Scenario& scenario = stage.world.scenario();
  EXPECT_EQ(scenario.name_text(stage.world.find(A, kTwo)->identity.name), "o2");
  EXPECT_EQ(scenario.key_text(stage.world.find(A, Guid{2})->identity.pk), "k");
  EXPECT_EQ(scenario.name_text(stage.world.find(A, Guid{2})->identity.name), "n");
}

// --- Time

TEST(World, TimeMovesOnByTenSecondsBeforeEveryEffectiveChangeAndNothingElse) {
  Stage stage(
      "create A o1; edit A o1; delete A o1; undelete A o1; create A o1; edit B o1; sync A;"
      "full-sync A; begin A; duplicate A; deliver A; give-up A; arrive A; arrive A; begin A; drop "
      "A;"
      "begin-full A; finish A; offline A; online A; crash A; backup S; restore S; reinstall B");
  Timestamp expected = kWorldBegins;
  EXPECT_EQ(stage.world.clock(kServer), expected);
  for (std::size_t i = 0; i < stage.steps(); ++i) {
    stage.play(1);
    if (i < 4) expected += kSecondsPerChange;
    EXPECT_EQ(stage.world.clock(kServer), expected) << stage.step_text();
    EXPECT_EQ(stage.world.clock(A), expected) << stage.step_text();
  }
  stage.settle();
  EXPECT_EQ(stage.world.clock(kServer), expected);
}

TEST(World, ChangeIsStampedWithTheTimeThatMovedOnBeforeIt) {
  Stage stage("create A o1; edit A o1");
  stage.play_all();
  EXPECT_EQ(stage.world.find(A, kOne)->stamps.created, kWorldBegins + 10);
  EXPECT_EQ(stage.world.find(A, kOne)->stamps.lastupdate, kWorldBegins + 20);
}

TEST(World, ClockJumpsOfOneReplicaAddUpAndMoveNoOther) {
  Stage stage("clock A +3600; clock A -100; clock S -7; create A o1; create S o2");
  stage.play(3);
  EXPECT_EQ(stage.world.clock(A), kWorldBegins + 3500);
  EXPECT_EQ(stage.world.clock(kServer), kWorldBegins - 7);
  EXPECT_EQ(stage.world.clock(B), kWorldBegins);
  stage.play_all();
  EXPECT_EQ(stage.world.find(A, kOne)->stamps.created, kWorldBegins + 3510);
  EXPECT_EQ(stage.world.find(kServer, kTwo)->stamps.created, kWorldBegins + 13);
}

// --- Exchanges and faults

TEST(World, DeliverMovesAnExchangeOnByOneMessage) {
  Stage stage("create A o1; begin A; deliver A; deliver A; deliver A; deliver A");
  stage.play(2);
  for (const MessageKind kind :
       {MessageKind::download_request, MessageKind::download_reply, MessageKind::upload_request,
        MessageKind::upload_ack, MessageKind::none}) {
    EXPECT_EQ(stage.world.in_flight(A), kind);
    if (kind != MessageKind::none) stage.play(1);
  }
  EXPECT_EQ(stage.events.list.back(), Event(ExchangeEnded{A, true}));
}

TEST(World, FinishDeliversUntilTheExchangeIsOverFromAnyMessageOn) {
  for (const char* delivered : {"", "deliver A;", "deliver A; deliver A;"}) {
    Stage stage(std::string("create A o1; begin A;") + delivered + "finish A");
    stage.play_all();
    EXPECT_EQ(stage.world.in_flight(A), MessageKind::none) << delivered;
    EXPECT_EQ(stage.held(kServer, kOne), Value{1}) << delivered;
  }
}

TEST(World, SyncIsBeginAndFinish) {
  Stage at_once("create A o1; create S o2; sync A");
  Stage in_two("create A o1; create S o2; begin A; finish A");
  at_once.play_all();
  in_two.play_all();
  expect_same(state_of(at_once.world), state_of(in_two.world));
}

TEST(World, FullSyncStartsFromBothMarksAtZero) {
  Stage stage("create A o1; create S o2; sync A; sync A; begin-full A");
  stage.play_all();
  EXPECT_EQ(stage.world.client(A).counter_lastsync.number, 0u);
  EXPECT_EQ(stage.world.client(A).servercounter_lastsync.number, 0u);
}

// What a loss at each message leaves: whether the client has o2 of the server, the server o1 of the
// client, and the client knows that.
struct Loss {
  const char* lose;
  const char* by_hand;  // the same with drop
  bool downloaded;
  bool uploaded;
  bool acknowledged;
};
constexpr Loss kLosses[] = {
    {"download-request", "begin A; drop A", false, false, false},
    {"download-reply", "begin A; deliver A; drop A", false, false, false},
    {"upload-request", "begin A; deliver A; deliver A; drop A", true, false, false},
    {"upload-ack", "begin A; deliver A; deliver A; deliver A; drop A", true, true, false},
};

TEST(World, LostMessageEndsTheExchangeAndLeavesWhatHadArrived) {
  for (const Loss& loss : kLosses)
    for (const std::string& cycle :
         {std::string("sync A lose=") + loss.lose, std::string(loss.by_hand)}) {
      Stage stage("create A o1; create S o2;" + cycle);
      EXPECT_TRUE(stage.play_all()) << cycle;
      EXPECT_EQ(stage.held(A, kTwo) != kNoValue, loss.downloaded) << cycle;
      EXPECT_EQ(stage.held(kServer, kOne) != kNoValue, loss.uploaded) << cycle;
      EXPECT_EQ(stage.world.client(A).counter_lastsync.number == 1, loss.acknowledged) << cycle;
      EXPECT_EQ(stage.world.in_flight(A), MessageKind::none) << cycle;
      EXPECT_EQ(stage.world.client(A).exchange, Exchange{}) << cycle << ": the client gave up";
      EXPECT_EQ(stage.world.late(A).size(), 0u) << cycle;
    }
}

TEST(World, CycleThatNeverSendsTheMessageToLoseIsWhole) {
  Stage stage("create S o1; sync A lose=upload-ack");
  EXPECT_TRUE(stage.play_all());
  EXPECT_EQ(stage.held(A, kOne), Value{1});
  EXPECT_EQ(stage.events.count<MessageLost>(), 0u);
  EXPECT_EQ(stage.events.list.back(), Event(ExchangeEnded{A, true}));
}

TEST(World, GivingUpLeavesTheMessageInTheNetwork) {
  Stage stage("create A o1; begin A; deliver A; deliver A; give-up A; arrive A");
  stage.play(5);
  EXPECT_EQ(stage.world.in_flight(A), MessageKind::none);
  EXPECT_EQ(stage.world.late(A).size(), 1u);
  EXPECT_EQ(stage.world.client(A).exchange, Exchange{});
  EXPECT_EQ(stage.held(kServer, kOne), kNoValue);
  stage.play(1);
  EXPECT_EQ(stage.held(kServer, kOne), Value{1}) << "the request is handled";
  EXPECT_EQ(stage.world.in_flight(A), MessageKind::none) << "and its answer is lost";
  EXPECT_EQ(stage.world.late(A).size(), 0u);
  EXPECT_EQ(stage.world.client(A).counter_lastsync.number, 0u);
}

TEST(World, LateAnswerLeavesTheClientAsItWas) {
  Stage stage("create S o1; begin A; deliver A; give-up A; arrive A");
  stage.play(4);
  const Numbered::Client before = stage.world.client(A);
  EXPECT_TRUE(stage.play(1));
  EXPECT_EQ(stage.world.client(A), before);
  EXPECT_EQ(stage.world.late(A).size(), 0u);
}

TEST(World, LateAnswerDoesNotAnswerTheNextExchange) {
  Stage stage("create S o1; begin A; deliver A; give-up A; edit S o1; begin A; arrive A; finish A");
  stage.play(7);
  EXPECT_EQ(stage.world.in_flight(A), MessageKind::download_request);
  EXPECT_EQ(stage.held(A, kOne), kNoValue);
  stage.play(1);
  EXPECT_EQ(stage.held(A, kOne), Value{2});
}

TEST(World, LateMessagesArriveInTheOrderInWhichTheyBecameLate) {
  Stage stage(
      "create A o1; begin A; deliver A; deliver A; duplicate A; give-up A;"
      "begin A; give-up A; arrive A; arrive A; arrive A");
  stage.play(8);
  EXPECT_EQ(stage.world.late(A).size(), 3u);
  std::vector<MessageKind> arrived;
  for (int i = 0; i < 3; ++i) {
    const std::size_t from = stage.events.list.size();
    stage.play(1);
    arrived.push_back(message_in(stage.events.list.at(from + 1))->kind);
  }
  EXPECT_EQ(arrived, (std::vector{MessageKind::upload_request, MessageKind::upload_request,
                                  MessageKind::download_request}));
}

TEST(World, DuplicateLeavesTheMessageInFlightAndACopyLate) {
  Stage stage("create A o1; begin A; deliver A; deliver A; duplicate A; finish A; arrive A");
  stage.play(5);
  EXPECT_EQ(stage.world.in_flight(A), MessageKind::upload_request);
  EXPECT_EQ(stage.world.late(A).size(), 1u);
  stage.play(1);
  EXPECT_EQ(stage.world.server().counter.number, 1u);
  stage.play(1);
  EXPECT_EQ(stage.world.server().counter.number, 2u) << "the copy is handled too";
}

TEST(World, OfflineLosesWhatIsInFlightAndKeepsWhatIsLate) {
  Stage stage("create A o1; begin A; duplicate A; deliver A; offline A; sync A; online A; sync A");
  stage.play(5);
  EXPECT_FALSE(stage.world.online(A));
  EXPECT_EQ(stage.world.in_flight(A), MessageKind::none);
  EXPECT_EQ(stage.world.client(A).exchange, Exchange{});
  EXPECT_EQ(stage.world.late(A).size(), 1u);
  EXPECT_FALSE(stage.play(1)) << "syncs are no-ops until online";
  EXPECT_TRUE(stage.play(2));
  EXPECT_EQ(stage.held(kServer, kOne), Value{1});
}

TEST(World, CrashEndsTheExchangeAndKeepsWhatIsStored) {
  Stage stage(
      "create A o1; create S o2; begin A; duplicate A; deliver A; deliver A; crash A; sync A");
  stage.play(7);
  EXPECT_EQ(stage.world.in_flight(A), MessageKind::none);
  EXPECT_EQ(stage.world.client(A).exchange, Exchange{});
  EXPECT_EQ(stage.held(A, kOne), Value{1});
  EXPECT_EQ(stage.held(A, kTwo), Value{2});
  EXPECT_EQ(stage.world.client(A).servercounter_lastsync.number, 1u);
  EXPECT_EQ(stage.world.late(A).size(), 1u);
  EXPECT_TRUE(stage.play(1));
}

TEST(World, ReinstallTakesAllOfTheClientsDataUnderAFreshId) {
  Stage stage("create A o1; create S o2; sync A; begin A; duplicate A; reinstall A");
  const std::uint32_t installation = stage.world.client(A).installation;
  stage.play_all();
  EXPECT_EQ(stage.world.in_flight(A), MessageKind::none);
  EXPECT_EQ(stage.held(A, kOne), kNoValue);
  EXPECT_EQ(stage.held(A, kTwo), kNoValue);
  EXPECT_EQ(stage.world.shadow(A, kOne), kNoValue);
  EXPECT_EQ(stage.world.client(A).counter.number, 0u);
  EXPECT_EQ(stage.world.client(A).servercounter_lastsync.number, 0u);
  EXPECT_EQ(stage.world.late(A).size(), 1u);
  EXPECT_NE(stage.world.client(A).installation, installation);
  EXPECT_EQ(stage.world.client(A).installation, stage.world.installation(A));
}

TEST(World, IdsOfInstallationsAndEpochsAreNeverUsedTwice) {
  Stage stage("reinstall A; backup S; restore S; reinstall B; restore S; reinstall A");
  std::vector<std::uint32_t> ids{stage.world.server().epoch, stage.world.installation(A),
                                 stage.world.installation(B)};
  for (std::size_t i = 0; i < stage.steps(); ++i) {
    stage.play(1);
    if (i == 1) continue;
    const bool restored = i == 2 || i == 4;
    const std::uint32_t id =
        restored ? stage.world.server().epoch : stage.world.installation(i == 3 ? B : A);
    EXPECT_EQ(std::count(ids.begin(), ids.end(), id), 0) << stage.step_text();
    ids.push_back(id);
  }
}

TEST(World, RestoreBringsTheServersDataBackAndLeavesMessagesInFlight) {
  Stage stage(
      "create A o1; sync A; backup S; edit A o1; create B o2; begin B; deliver B; begin A;"
      "restore S; create S o3; restore S");
  stage.play(8);
  stage.play(1);
  EXPECT_EQ(stage.held(kServer, kOne), Value{1});
  EXPECT_EQ(stage.world.server().counter.number, 1u);
  EXPECT_EQ(stage.world.in_flight(A), MessageKind::download_request);
  EXPECT_EQ(stage.world.in_flight(B), MessageKind::download_reply);
  stage.play(2);
  EXPECT_EQ(stage.held(kServer, Guid{2}), kNoValue) << "the same backup serves again";
}

TEST(World, LaterBackupReplacesTheFirst) {
  Stage stage("create S o1; backup S; edit S o1; backup S; edit S o1; restore S");
  stage.play_all();
  EXPECT_EQ(stage.held(kServer, kOne), Value{2});
}

TEST(World, ShadowIsWhatTheEngineHolds) {
  Stage stage(
      "create A o1; create S o2; sync A; backup S; edit B o1; sync B; delete B o2; sync B;"
      "begin A; deliver A; deliver A; restore S; finish A; reinstall B; full-sync A; sync B");
  for (std::size_t i = 0; i < stage.steps(); ++i) {
    stage.play(1);
    for (std::uint8_t number = 0; number < stage.world.replicas(); ++number)
      for (std::uint32_t guid = 0; guid < stage.world.objects(); ++guid)
        EXPECT_EQ(stage.world.shadow(Replica{number}, Guid{guid}),
                  stage.held(Replica{number}, Guid{guid}))
            << stage.step_text();
  }
}

// --- Settle

TEST(Settle, LateMessagesAreGone) {
  Stage stage("create A o1; begin A; deliver A; deliver A; give-up A; reinstall A");
  stage.play_all();
  stage.settle();
  EXPECT_EQ(stage.world.late(A).size(), 0u);
  EXPECT_EQ(stage.held(kServer, kOne), kNoValue) << "it did not arrive any more";
}

TEST(Settle, EveryoneIsOnline) {
  Stage stage("create A o1; offline A; offline B");
  stage.play_all();
  stage.settle();
  EXPECT_TRUE(stage.world.online(A));
  EXPECT_EQ(stage.held(B, kOne), Value{1});
}

// The clients that got a message in the settle phase and before its first round, or in a round.
std::vector<Replica> order_of_exchanges(const Events& events, std::uint32_t in_round) {
  std::vector<Replica> order;
  bool settling = false;
  std::uint32_t round = 0;
  for (const Event& event : events.list) {
    settling |= is<SettleBegan>(event);
    if (const auto* began = std::get_if<RoundBegan>(&event)) round = began->round;
    if (settling && round == in_round && is<ExchangeEnded>(event))
      order.push_back(replica_of(event));
  }
  return order;
}

TEST(Settle, OpenExchangesAreFinishedBeforeTheFirstRoundInTheOrderOfAppearance) {
  Stage stage("clients 4; create S o1; begin C; begin A; deliver A");
  stage.play_all();
  stage.settle();
  EXPECT_EQ(order_of_exchanges(stage.events, 0), (std::vector{Replica{3}, A}));
}

TEST(Settle, ClientsGoInTheOrderInWhichTheyAppearThenTheOthers) {
  Stage stage("clients 4; create S o1; offline D; create B o2");
  stage.play_all();
  stage.settle();
  EXPECT_EQ(order_of_exchanges(stage.events, 1), (std::vector{Replica{4}, B, A, Replica{3}}));
}

TEST(Settle, RestsAfterTheFirstRoundInWhichNoMessageCarriedAnObject) {
  Stage quiet("create A o1; sync A; sync A; sync B");
  quiet.play_all();
  EXPECT_EQ(quiet.settle().settle_rounds, 1u);
  Stage busy("protocol guarded; create A o1");
  busy.play_all();
  const RunSummary summary = busy.settle();
  EXPECT_EQ(summary.rest, Rest::quiet);
  EXPECT_EQ(summary.settle_rounds, 2u) << "one that carries, one that does not";
}

TEST(Settle, ObjectThatOnlyAnOpenExchangeCarriedIsNoReasonForAnotherRound) {
  Stage stage("protocol guarded; clients 1; create A o1; begin A; deliver A");
  stage.play_all();
  EXPECT_EQ(stage.settle().settle_rounds, 1u);
}

// The server refuses one object of the batch for ever, and stores the other again each time.
constexpr const char* kRestless =
    "protocol reference; create A o1 pk=k; sync A; sync B; delete A o1; create A o2 pk=k";

TEST(Settle, BoundIsEightAndFourAClientAndTwoAnObject) {
  Stage stage(kRestless);
  stage.play_all();
  const RunSummary summary = stage.settle();
  EXPECT_EQ(summary.rest, Rest::out_of_rounds);
  EXPECT_EQ(summary.settle_rounds, 8u + 4 * 2 + 2 * 2);
}

TEST(Settle, BoundCanBeAskedFor) {
  Stage stage(std::string("settle-rounds 3;") + kRestless);
  stage.play_all();
  EXPECT_EQ(stage.settle().settle_rounds, 3u);
}

// A's object is refused in every round, and nothing moves: the state before the first round is met
// again after it.
TEST(Settle, StateMetForTheSecondTimeEndsItAtOnce) {
  Stage stage(
      "protocol guarded; strategy client-priority; create A o1 pk=k; sync A; create B o2 pk=k;"
      "sync B; sync B");
  stage.play_all();
  const RunSummary summary = stage.settle();
  EXPECT_EQ(summary.rest, Rest::circle);
  EXPECT_EQ(summary.settle_rounds, 1u);
}

TEST(Settle, MessagesCountAsEffectiveSteps) {
  Stage stage("protocol guarded; clients 1; create A o1");
  stage.play_all();
  const RunSummary summary = stage.settle();
  EXPECT_EQ(summary.settle_messages, 6u) << "four, then two of an idle cycle";
  EXPECT_EQ(summary.effective_steps, 7u);
}

// --- Runs are values

const Scope kWild{.clients = 3, .objects = 3, .steps = 40};
constexpr std::uint64_t kRuns = 300;

template <class Run>
void for_wild_scenarios(Run run) {
  for (const NamedProtocol& named : named_protocols()) {
    if (named.protocol.algorithm != Algorithm::appsync) continue;
    const AppSync engine(named.protocol, built_in("timestamp-priority"));
    Generator generator(kWild);
    for (std::uint64_t seed = 0; seed < kRuns; ++seed) run(engine, generator.generate(seed));
  }
}

TEST(World, ExecutingTwiceGivesTheSameDigestInOldAndInNewMemory) {
  for_wild_scenarios([](const AppSync& engine, const Scenario& scenario) {
    World<AppSync> reused(engine);
    World<AppSync> again(engine);
    Events first, second, third;
    const RunSummary summary = reused.run(scenario, first);
    EXPECT_EQ(reused.run(scenario, second), summary);
    EXPECT_EQ(again.run(scenario, third), summary);
    EXPECT_EQ(first.list, second.list);
    EXPECT_EQ(first.list, third.list);
  });
}

TEST(World, RunLeavesNothingBehindForTheNext) {
  const AppSync engine(find_protocol("reference")->protocol, built_in("client-priority"));
  World<AppSync> used(engine);
  Generator generator(kWild);
  for (std::uint64_t seed = 0; seed < kRuns; ++seed) {
    const Scenario& scenario = generator.generate(seed);
    World<AppSync> fresh(engine);
    Events of_used, of_fresh;
    EXPECT_EQ(used.run(scenario, of_used), fresh.run(scenario, of_fresh)) << "seed " << seed;
  }
}

TEST(World, DigestTellsRunsApart) {
  const auto digest = [](std::string_view text) {
    Stage stage(text);
    stage.play_all();
    return stage.settle().digest;
  };
  const std::uint64_t base = digest("create A o1; sync A");
  EXPECT_EQ(base, digest("create A o1; sync A"));
  for (const char* other :
       {"create B o1; sync A", "create A o1; sync B", "create A o1", "create A o1; full-sync A",
        "create A o1; sync A lose=upload-ack", "create A o1; sync A; clock A +1"})
    EXPECT_NE(base, digest(other)) << other;
  EXPECT_NE(digest("clock A +1"), digest("clock A +2"));
}

TEST(World, ForkGoesOnLikeTheWorldThatItWasCopiedFrom) {
  for_wild_scenarios([](const AppSync& engine, const Scenario& scenario) {
    World<AppSync> world(engine);
    Events events;
    world.begin(scenario, events);
    const std::size_t middle = scenario.steps.size() / 2;
    for (std::size_t i = 0; i < middle; ++i) world.apply(i, events);
    World<AppSync> fork = world;
    Events of_fork = events;
    const auto finish = [&](World<AppSync>& each, Events& seen) {
      for (std::size_t i = middle; i < scenario.steps.size(); ++i) each.apply(i, seen);
      return each.settle(seen);
    };
    const RunSummary summary = finish(world, events);
    EXPECT_EQ(finish(fork, of_fork), summary);
    EXPECT_EQ(of_fork.list, events.list);
  });
}

TEST(World, ForkDoesNotTouchTheWorldThatItWasCopiedFrom) {
  Stage stage("create A o1; begin A; deliver A; deliver A; give-up A; backup S; edit A o1; sync A");
  stage.play(6);
  const State before = state_of(stage.world);
  World<Numbered> fork = stage.world;
  Events events;
  fork.apply(6, events);
  fork.apply(7, events);
  fork.settle(events);
  expect_same(before, state_of(stage.world));
}

}  // namespace
}  // namespace tidemark::core
