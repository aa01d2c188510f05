// The page's own claims: its nine unit tests ("Unit testing for your synchronization algorithm")
// and its four assumptions, each on every protocol and strategy of which its sentence is true.
// Where one is false, a test of its own shows how.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/server.h"
#include "tests/episode.h"

namespace tidemark::core {
namespace {

struct Setting {
  std::string protocol;
  std::string strategy;
};

std::vector<Setting> all_settings() {
  std::vector<Setting> settings;
  for (const char* protocol : {"page", "reference", "guarded"})
    for (const NamedStrategy& named : built_in_strategies())
      settings.push_back({protocol, std::string(named.name)});
  return settings;
}

void PrintTo(const Setting& setting, std::ostream* out) {
  *out << setting.protocol << " with " << setting.strategy;
}

// All settings but those of which a sentence is false.
std::vector<Setting> all_settings_but(bool (*is_false)(const Setting&)) {
  std::vector<Setting> settings = all_settings();
  std::erase_if(settings, is_false);
  return settings;
}

std::string head(const Setting& setting) {
  return "protocol " + setting.protocol + ";strategy " + setting.strategy + ";";
}

Episode after(const std::string& protocol, const std::string& strategy, const std::string& steps) {
  return Episode(head({protocol, strategy}) + steps, Until::last_step);
}

std::string test_name(const testing::TestParamInfo<Setting>& info) {
  std::string name = info.param.protocol + "_" + info.param.strategy;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

class Page : public testing::TestWithParam<Setting> {
 protected:
  // The world as the steps left it; nothing is settled, what was not synced is not there.
  Episode after(const std::string& steps) const {
    return Episode(head(GetParam()) + steps, Until::last_step);
  }
  bool decides_by(const std::string& strategy) const { return GetParam().strategy == strategy; }
};
INSTANTIATE_TEST_SUITE_P(EveryEngine, Page, testing::ValuesIn(all_settings()), test_name);

using PageOwnUpdates = Page;
INSTANTIATE_TEST_SUITE_P(WithoutEcho, PageOwnUpdates,
                         testing::ValuesIn(all_settings_but([](const Setting& setting) {
                           return setting.protocol == "page" &&
                                  setting.strategy == "server-priority";
                         })),
                         test_name);

using PageNoEcho = Page;
INSTANTIATE_TEST_SUITE_P(WithoutEcho, PageNoEcho,
                         testing::ValuesIn(all_settings_but([](const Setting& setting) {
                           return setting.protocol == "page";
                         })),
                         test_name);

using PageKeyConflicts = Page;
INSTANTIATE_TEST_SUITE_P(Settled, PageKeyConflicts,
                         testing::ValuesIn(all_settings_but([](const Setting& setting) {
                           return setting.protocol != "reference" &&
                                  setting.strategy == "client-priority";
                         })),
                         test_name);

// --- "The appSync code implements following unit tests"

// 1. "Sync from server to client: new objects and object updates (updates from both client and
// server)"
TEST_P(Page, Test1SyncFromServerToClientBringsNewObjects) {
  EXPECT_EQ(after("create S o1 value=new; sync A").held("o1"), "S new, A new, B nothing");
}
TEST_P(Page, Test1SyncFromServerToClientBringsUpdatesByTheServer) {
  const Episode episode = after("create S o1; sync A; edit S o1 value=update; sync A");
  EXPECT_EQ(episode.held('A', "o1"), "update");
}
TEST_P(Page, Test1SyncFromServerToClientBringsUpdatesByAClient) {
  const Episode episode =
      after("create S o1; sync A; sync B; edit B o1 value=update; sync B; sync A");
  EXPECT_EQ(episode.held("o1"), "S update, A update, B update");
}

// 2. "Sync from client to server: new objects and object updates (updates from both client and
// server)"
TEST_P(Page, Test2SyncFromClientToServerBringsNewObjects) {
  EXPECT_EQ(after("create A o1 value=new; sync A").held('S', "o1"), "new");
}
TEST_P(Page, Test2SyncFromClientToServerBringsUpdatesOfWhatTheServerMade) {
  EXPECT_EQ(after("create S o1; sync A; edit A o1 value=update; sync A").held('S', "o1"), "update");
}
TEST_P(PageOwnUpdates, Test2SyncFromClientToServerBringsUpdatesOfWhatTheClientMade) {
  EXPECT_EQ(after("create A o1; sync A; edit A o1 value=update; sync A").held('S', "o1"), "update");
}
// The page's contradiction at work: the client's own first version comes back and, with
// server-priority, wins over the update.
TEST(PageLiterally, LosesAnUpdateToTheEchoOfTheVersionBeforeIt) {
  const Episode episode = after("page", "server-priority",
                                "create A o1 value=new; sync A; edit A o1 value=update; sync A");
  EXPECT_EQ(episode.held("o1"), "S new, A new, B nothing");
  EXPECT_EQ(episode.found(Invariant::no_lost_update), "ancestor chosen at A in step 4");
}
TEST_P(Page, Test2ServersUpdateGoesOnToTheServerAfterTheClientsNext) {
  const Episode episode =
      after("create S o1; sync A; edit S o1; sync A; edit A o1 value=last; sync A");
  EXPECT_EQ(episode.held("o1"), "S last, A last, B nothing");
}

// 3. "Sync from client A to server to other client B"
TEST_P(Page, Test3SyncFromClientAToServerToOtherClientB) {
  EXPECT_EQ(after("create A o1 value=new; sync A; sync B").held("o1"), "S new, A new, B new");
}

// 4. "No unneeded syncing: e.g. client syncs update to server, client syncs a second time and
// receives its own update again, this should not occur"
TEST_P(PageNoEcho, Test4NoUnneededSyncing) {
  const Episode episode = after("create A o1; sync A; edit A o1; sync A; sync A");
  EXPECT_EQ(episode.delivered('A'), 0u);
  EXPECT_EQ(episode.delivered('S'), 2u) << "once for each change";
  EXPECT_EQ(episode.found(Invariant::no_redundant_transfer), "holds");
}
// "When the server confirms … the client will update its counter_lastsync": nothing is said of
// servercounter_lastsync, so told literally the page breaks its own test.
TEST(PageLiterally, ReceivesItsOwnUpdateAgain) {
  for (const NamedStrategy& strategy : built_in_strategies()) {
    const Episode episode = after("page", std::string(strategy.name), "create A o1;sync A;sync A");
    EXPECT_EQ(episode.delivered('A'), 1u) << strategy.name;
    EXPECT_EQ(episode.found(Invariant::no_redundant_transfer), "redundant at A in step 3");
  }
}

// 5. "Syncing of deleted objects (with soft delete: isdeleted=1)"
TEST_P(Page, Test5SyncingOfAnObjectDeletedOnTheServer) {
  const Episode episode = after("create S o1; sync A; delete S o1; sync A");
  EXPECT_EQ(episode.held("o1"), "S -v2, A -v2, B nothing");
}
TEST_P(Page, Test5SyncingOfAnObjectDeletedOnAClient) {
  const Episode episode = after("create S o1; sync A; sync B; delete A o1; sync A; sync B");
  EXPECT_EQ(episode.held("o1"), "S -v2, A -v2, B -v2");
}
TEST_P(Page, Test5SyncingOfAnObjectUndeletedOnAClient) {
  const Episode episode =
      after("create S o1; sync A; delete S o1; sync A; undelete A o1 value=again; sync A");
  EXPECT_EQ(episode.held("o1"), "S again, A again, B nothing");
}

// 6. "Syncing with conflict handling: object is updated on client and on server and then syncing
// takes place"
TEST_P(Page, Test6ConflictIsDecidedByTheStrategyWhenTheServersUpdateIsLater) {
  const Episode episode =
      after("create S o1; sync A; edit A o1 value=mine; edit S o1 value=theirs; sync A");
  const bool mine = decides_by("client-priority");
  EXPECT_EQ(episode.held("o1"),
            mine ? "S mine, A mine, B nothing" : "S theirs, A theirs, B nothing");
}
TEST_P(Page, Test6ConflictIsDecidedByTheStrategyWhenTheClientsUpdateIsLater) {
  const Episode episode =
      after("create S o1; sync A; edit S o1 value=theirs; edit A o1 value=mine; sync A");
  const bool theirs = decides_by("server-priority");
  EXPECT_EQ(episode.held("o1"),
            theirs ? "S theirs, A theirs, B nothing" : "S mine, A mine, B nothing");
}
TEST_P(Page, Test6AppIsToldOfTheOverwriting) {
  const Episode episode = after("create S o1; sync A; edit A o1; edit S o1; sync A");
  const bool overwritten = !decides_by("client-priority");
  EXPECT_EQ(
      std::count_if(episode.facts().begin(), episode.facts().end(),
                    [](const Fact& fact) { return fact.kind == FactKind::change_overwritten; }),
      overwritten ? 1 : 0);
}

// 7. "Syncing with primary key conflict: object with same PK is created both on client and on
// server and then syncing takes place"
constexpr const char* kKeyOnServerAndClient =
    "create A o1 pk=room:100 name=booking value=mine;"
    "create S o2 pk=room:100 name=booking value=theirs; sync A";

TEST_P(PageKeyConflicts, Test7KeyConflictBetweenClientAndServer) {
  const bool client_wins = decides_by("client-priority");
  const Episode episode = after(kKeyOnServerAndClient);
  EXPECT_EQ(episode.held("o1"), "S nothing, A nothing, B nothing");
  EXPECT_EQ(episode.held("o2"),
            client_wins ? "S mine, A mine, B nothing" : "S theirs, A theirs, B nothing");
}
// The loser leaves the client, but the server keeps it: it never learns of the decision.
TEST(PageLiterally, KeyConflictThatTheClientWinsLeavesBothOnTheServer) {
  const Episode episode = after("page", "client-priority", kKeyOnServerAndClient);
  EXPECT_EQ(episode.held("o1"), "S mine, A mine, B nothing");
  EXPECT_EQ(episode.held("o2"), "S theirs, A nothing, B nothing");
}
TEST(PageGuarded, KeyConflictThatTheClientWinsIsRefusedByTheServer) {
  const Episode episode = after("guarded", "client-priority", kKeyOnServerAndClient);
  EXPECT_EQ(episode.held("o1"), "S nothing, A mine, B nothing");
  EXPECT_EQ(episode.held("o2"), "S theirs, A nothing, B nothing");
}

// 8. "Syncing with primary key conflict: object with same PK is created on client A and client B
// and then syncing takes place (2 full cycles): object should now be identical on all clients and
// on server". B creates first, so that timestamp-priority decides for the server's.
constexpr const char* kKeyOnTwoClients =
    "create B o2 pk=room:100 name=booking value=second;"
    "create A o1 pk=room:100 name=booking value=first; sync A; sync B; sync A; sync B";

TEST_P(PageKeyConflicts, Test8KeyConflictBetweenTwoClientsIsIdenticalAfterTwoCycles) {
  const bool second_wins = decides_by("client-priority");
  const Episode episode = after(kKeyOnTwoClients);
  EXPECT_EQ(episode.held("o1"),
            second_wins ? "S second, A second, B second" : "S first, A first, B first");
  EXPECT_EQ(episode.held("o2"), "S nothing, A nothing, B nothing");
}
// take-guid copies "only value and isdeleted": an object that took another's guid keeps its name.
TEST(PageReference, KeyConflictLeavesTwoNamesBehind) {
  for (const NamedStrategy& strategy : built_in_strategies()) {
    const Episode episode("protocol reference; strategy " + std::string(strategy.name) +
                          "; create A o1 pk=k name=apples; create B o2 pk=k name=pears");
    ASSERT_NE(episode.find('B', "o1"), nullptr);
    EXPECT_EQ(episode.find('B', "o1")->content.value, episode.find('S', "o1")->content.value);
    EXPECT_NE(episode.find('B', "o1")->identity.name, episode.find('S', "o1")->identity.name);
    EXPECT_EQ(episode.found(Invariant::convergence), "diverged at B at rest");
  }
}

// 9. "Full sync, with locally created objects that are not synced yet (meaning full sync of both
// existing and new objects) from server to client and from client to server"
TEST_P(Page, Test9FullSyncFromServerToClientAndFromClientToServer) {
  const Episode episode = after(
      "create S o1 value=old; sync A; create S o2 value=theirs; create A o3 value=mine;"
      "full-sync A");
  EXPECT_EQ(episode.held("o1"), "S old, A old, B nothing");
  EXPECT_EQ(episode.held("o2"), "S theirs, A theirs, B nothing");
  EXPECT_EQ(episode.held("o3"), "S mine, A mine, B nothing");
  EXPECT_EQ(episode.delivered('A'), 3u) << "the existing object once more, and the new one";
}

// --- "Assumptions made in appSync example code"

constexpr const char* kBusyRun =
    "create A o1; create S o2; sync A; edit S o2; sync B; edit B o1; edit A o1; delete A o2;"
    "begin B; deliver B; sync A; finish B; sync A lose=upload-ack; full-sync B";

// 1. "Mobile app (device) always initiates the sync, not the server."
TEST_P(Page, Assumption1ServerSendsNothingUnasked) {
  const Episode episode = after(kBusyRun);
  bool asked = false;
  for (const Event& event : episode.events()) {
    if (is<MessageArrived>(event)) asked = message_in(event)->to.is_server();
    const auto* sent = std::get_if<MessageSent>(&event);
    if (sent == nullptr || sent->to.is_server()) continue;
    EXPECT_TRUE(asked) << message_name(sent->kind);
    asked = false;
  }
  EXPECT_EQ(after("create S o1; edit S o1").count<MessageSent>(), 0u);
}

// 2. "The mobile app handles conflicts, not the server."
TEST_P(Page, Assumption2OnlyClientsResolveConflicts) {
  const Episode episode = after(kBusyRun);
  for (const Event& event : episode.events())
    EXPECT_FALSE(is<FactTold>(event) && replica_of(event).is_server());
  EXPECT_TRUE(std::any_of(episode.facts().begin(), episode.facts().end(), [](const Fact& fact) {
    return fact.kind == FactKind::conflict_resolved;
  })) << "there was a conflict";
}

// 3. "Mobile app always syncs from server to app first ("downloading" new data), and then from app
// to server ("uploading" new data)."
TEST_P(Page, Assumption3DownloadComesFirst) {
  std::vector<MessageKind> downloaded(3, MessageKind::none);
  const Episode episode = after(kBusyRun);
  std::size_t uploads = 0;
  for (const Event& event : episode.events()) {
    MessageKind& last = downloaded[replica_of(event).number];
    if (is<CycleBegan>(event)) last = MessageKind::none;
    const auto* sent = std::get_if<MessageSent>(&event);
    if (sent == nullptr) continue;
    const auto before = static_cast<MessageKind>(static_cast<int>(sent->kind) - 1);
    EXPECT_EQ(last, before) << message_name(sent->kind);
    last = sent->kind;
    uploads += sent->kind == MessageKind::upload_request;
  }
  EXPECT_GE(uploads, 2u);
}

// 4. "The server is not aware of the sync status of the clients, the clients must each keep track
// of which data they have already synced and which not."
TEST_P(Page, Assumption4DownloadLeavesTheServerAsItWas) {
  const Protocol protocol = find_protocol(GetParam().protocol)->protocol;
  Server server;
  apply_change(server, {ChangeKind::create, Guid{0}, {Key{0}, Name{0}}, Value{1}}, 100);
  const Server before = server;
  Message request, first, second;
  request.reset(MessageKind::download_request);
  Facts facts;
  handle_request(server, request, protocol, 110, first, facts);
  handle_request(server, request, protocol, 120, second, facts);
  EXPECT_EQ(server, before);
  EXPECT_EQ(first, second) << "the answer depends on the mark in the request and on nothing else";
  EXPECT_EQ(first.objects.size(), 1u);
}
TEST_P(Page, Assumption4ReinstalledClientIsGivenEverythingAgain) {
  const Episode episode = after("create S o1 value=old; sync A; reinstall A; sync A");
  EXPECT_EQ(episode.held('A', "o1"), "old");
}

}  // namespace
}  // namespace tidemark::core
