// The client, called directly: what the page says of it, and what each value of each protocol
// option makes of it.
#include "model/client.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace tidemark::core {
namespace {

constexpr Guid kOne{0};
constexpr Guid kTwo{1};
constexpr Key kRoom{7};
constexpr Timestamp kEarlier = 1000;
constexpr Timestamp kNow = 2000;
constexpr Timestamp kLater = 3000;

Protocol with(std::string_view assignment, Protocol protocol = {}) {
  EXPECT_EQ(set_option(protocol, assignment), "");
  return protocol;
}

// A client whose server is the test.
class Phone {
 public:
  explicit Phone(Protocol protocol = {}, std::string_view strategy = "server-priority")
      : protocol_(protocol), strategy_(built_in(strategy)) {}
  Phone(Protocol protocol, Decision (*decide)(const Conflict&))
      : protocol_(protocol), strategy_(own_strategy("own", decide)) {}

  void create(Guid guid, Value value, Key key = kRoom) {
    apply_change(client, {ChangeKind::create, guid, {key, Name{guid.number}}, value}, kNow);
  }
  void edit(Guid guid, Value value) {
    apply_change(client, {.kind = ChangeKind::edit, .guid = guid, .value = value}, kNow);
  }
  void remove(Guid guid, Value value) {
    apply_change(client, {.kind = ChangeKind::remove, .guid = guid, .value = value}, kNow);
  }
  void begin(bool full = false) { begin_cycle(client, full, request, protocol_); }

  // Each returns whether a next request was written.
  bool download(std::vector<Object> objects, std::uint64_t servercounter) {
    Message reply;
    reply.reset(MessageKind::download_reply);
    reply.objects = std::move(objects);
    reply.servercounter = {servercounter};
    return handle(reply);
  }
  bool acknowledge(std::uint64_t servercounter, std::vector<Guid> refused = {},
                   StatusCode statuscode = StatusCode::ok) {
    Message ack;
    ack.reset(MessageKind::upload_ack);
    ack.servercounter = {servercounter};
    ack.refused = std::move(refused);
    ack.statuscode = statuscode;
    return handle(ack);
  }
  // A whole cycle, of which the server ends with this counter.
  void sync(std::vector<Object> objects, std::uint64_t servercounter) {
    begin();
    if (download(std::move(objects), servercounter))
      acknowledge(servercounter + request.objects.size());
  }

  const Object* find(Guid guid) const {
    const auto* record = client.records.find(guid);
    return record == nullptr ? nullptr : &record->object;
  }
  const Object& at(Guid guid) const { return client.records.find(guid)->object; }
  bool is_pending(Guid guid) const { return pending(client, *client.records.find(guid)); }
  std::size_t told(FactKind kind) const {
    std::size_t count = 0;
    for (const Fact& fact : facts) count += fact.kind == kind;
    return count;
  }

  Client client;
  Message request;
  Facts facts;

 private:
  bool handle(const Message& answer) {
    facts.clear();
    return handle_answer(client, answer, {protocol_, strategy_, kNow, Value{100}}, request, facts);
  }
  Protocol protocol_;
  Strategy strategy_;
};

Object from_server(Guid guid, Value value, Timestamp stamp = kEarlier, bool isdeleted = false,
                   Key key = kRoom) {
  return {guid, {key, Name{40 + guid.number}}, {value, isdeleted}, {kEarlier, stamp}};
}

// --- The page

// "The counter is increased on each object change (new object, update object, delete object)."
TEST(Client, CounterIsIncreasedOnEachChange) {
  Phone phone;
  phone.create(kOne, Value{1});
  EXPECT_EQ(phone.client.counter.number, 1u);
  phone.edit(kOne, Value{2});
  phone.remove(kOne, Value{3});
  EXPECT_EQ(phone.client.counter.number, 3u);
  EXPECT_EQ(phone.client.records.find(kOne)->counter_lastupdate.number, 3u);
}

// "The counter is not increased on the client, when an object is updated due to the sync process."
TEST(Client, CounterIsNotIncreasedBySync) {
  Phone phone;
  phone.sync({from_server(kOne, Value{1})}, 5);
  phone.sync({from_server(kOne, Value{2})}, 6);
  EXPECT_EQ(phone.client.counter.number, 0u);
  EXPECT_EQ(phone.at(kOne).content.value, Value{2});
}

// "When an object is deleted, its property isdeleted is set to 1, but the object is not physically
// deleted."
TEST(Client, DeletionIsSoft) {
  Phone phone;
  phone.create(kOne, Value{1});
  phone.remove(kOne, Value{2});
  ASSERT_NE(phone.find(kOne), nullptr);
  EXPECT_TRUE(phone.at(kOne).content.isdeleted);
}

TEST(Client, CreateSetsBothStampsAnEditOnlyTheLastUpdate) {
  Phone phone;
  apply_change(phone.client, {ChangeKind::create, kOne, {kRoom, Name{0}}, Value{1}}, kEarlier);
  EXPECT_EQ(phone.at(kOne).stamps.created, kEarlier);
  EXPECT_EQ(phone.at(kOne).stamps.lastupdate, kEarlier);
  phone.edit(kOne, Value{2});
  EXPECT_EQ(phone.at(kOne).stamps.created, kEarlier);
  EXPECT_EQ(phone.at(kOne).stamps.lastupdate, kNow);
}

// "The method syncFromServer() will ask the server for all data changes since
// servercounter_lastsync."
TEST(Client, CycleBeginsWithADownloadFromItsMark) {
  Phone phone;
  phone.sync({}, 12);
  phone.begin();
  EXPECT_EQ(phone.request.kind, MessageKind::download_request);
  EXPECT_EQ(phone.request.servercounter.number, 12u);
}

// "It simply has to reset its servercounter_lastsync and counter_lastsync to zero."
TEST(Client, FullSyncResetsBothMarks) {
  Phone phone;
  phone.create(kOne, Value{1});
  phone.sync({}, 12);
  ASSERT_EQ(phone.client.counter_lastsync.number, 1u);
  phone.begin(true);
  EXPECT_EQ(phone.request.servercounter.number, 0u);
  EXPECT_EQ(phone.client.servercounter_lastsync.number, 0u);
  EXPECT_EQ(phone.client.counter_lastsync.number, 0u);
  EXPECT_TRUE(phone.is_pending(kOne));
}

// "The client will fetch its objects with object.counter_lastupdate > counter_lastsync."
TEST(Client, UploadCarriesWhatChangedSinceTheLastUploadAndNothingElse) {
  Phone phone;
  phone.create(kOne, Value{1});
  phone.sync({}, 0);
  phone.create(kTwo, Value{2}, Key{8});
  phone.begin();
  ASSERT_TRUE(phone.download({}, 1));
  ASSERT_EQ(phone.request.objects.size(), 1u);
  EXPECT_EQ(phone.request.objects[0].guid, kTwo);
}

// "When the server confirms (result = ok), the client will update its counter_lastsync."
TEST(Client, RefusedBatchStaysPending) {
  Phone phone;
  phone.create(kOne, Value{1});
  phone.begin();
  phone.download({}, 0);
  EXPECT_FALSE(phone.acknowledge(1, {}, StatusCode::nok));
  EXPECT_TRUE(phone.is_pending(kOne));
  EXPECT_EQ(phone.client.exchange, Exchange{}) << "the exchange is over all the same";
  EXPECT_EQ(phone.told(FactKind::upload_accepted), 0u);
}

TEST(Client, AcknowledgementTellsWhatWasAccepted) {
  Phone phone;
  phone.create(kOne, Value{1});
  phone.create(kTwo, Value{2}, Key{8});
  phone.begin();
  phone.download({}, 0);
  phone.acknowledge(1, {kTwo});
  ASSERT_EQ(phone.told(FactKind::upload_accepted), 1u);
  EXPECT_EQ(phone.facts[0].local, Value{1});
}

TEST(Client, RefusedObjectStaysPendingThoughTheMarkMovedPastIt) {
  Phone phone;
  phone.create(kOne, Value{1});
  phone.create(kTwo, Value{2}, Key{8});
  phone.begin();
  phone.download({}, 0);
  phone.acknowledge(1, {kTwo});
  EXPECT_EQ(phone.client.counter_lastsync.number, 2u);
  EXPECT_FALSE(phone.is_pending(kOne));
  EXPECT_TRUE(phone.is_pending(kTwo));
}

TEST(Client, GivingUpEndsTheExchangeAndKeepsWhatIsStored) {
  Phone phone;
  phone.create(kOne, Value{1});
  phone.begin();
  phone.download({}, 4);
  end_exchange(phone.client);
  EXPECT_EQ(phone.client.exchange, Exchange{});
  EXPECT_EQ(phone.client.servercounter_lastsync.number, 4u);
  EXPECT_TRUE(phone.is_pending(kOne));
}

// --- Conflicts

TEST(Client, ObjectThatIsNotPendingIsReplacedWithoutAsking) {
  Phone phone({}, "client-priority");
  phone.sync({from_server(kOne, Value{1})}, 1);
  phone.sync({from_server(kOne, Value{2})}, 2);
  EXPECT_EQ(phone.at(kOne).content.value, Value{2});
  EXPECT_TRUE(phone.facts.empty());
}

TEST(Client, SameVersionIsNeverAConflict) {
  for (const NamedProtocol& named : named_protocols()) {
    Phone phone(named.protocol, [](const Conflict&) {
      ADD_FAILURE() << "a strategy was asked";
      return Decision::server_wins();
    });
    phone.create(kOne, Value{1});
    phone.begin();
    phone.download({phone.at(kOne)}, 1);
    EXPECT_TRUE(phone.facts.empty()) << named.name;
    EXPECT_EQ(phone.at(kOne).content.value, Value{1});
  }
}

TEST(Client, StrategySeesWhichVersionIsLocalAndWhichTheServers) {
  Phone phone({}, [](const Conflict& conflict) {
    EXPECT_EQ(conflict.kind, ConflictKind::object);
    EXPECT_EQ(conflict.local.content.value, Value{1});
    EXPECT_EQ(conflict.server.content.value, Value{2});
    return Decision::local_wins();
  });
  phone.create(kOne, Value{1});
  phone.begin();
  ASSERT_TRUE(phone.download({from_server(kOne, Value{2})}, 1));
  ASSERT_EQ(phone.told(FactKind::conflict_resolved), 1u);
  EXPECT_EQ(phone.facts[0].winner, Winner::local);
  EXPECT_EQ(phone.facts[0].kept, Value{1});
  EXPECT_EQ(phone.request.objects.at(0).content.value, Value{1}) << "the winner is uploaded";
}

TEST(Client, ServersVictoryTellsTheAppWhatItLost) {
  Phone phone;
  phone.create(kOne, Value{1});
  phone.begin();
  EXPECT_FALSE(phone.download({from_server(kOne, Value{2})}, 1)) << "nothing is left to upload";
  ASSERT_EQ(phone.told(FactKind::change_overwritten), 1u);
  EXPECT_EQ(phone.facts[1].local, Value{1});
  EXPECT_EQ(phone.facts[1].kept, Value{2});
}

TEST(Client, LaterTimestampWins) {
  for (const auto& [stamp, kept] : {std::pair{kEarlier, Value{1}}, std::pair{kLater, Value{2}}}) {
    Phone phone({}, "timestamp-priority");
    phone.create(kOne, Value{1});
    phone.begin();
    phone.download({from_server(kOne, Value{2}, stamp)}, 1);
    EXPECT_EQ(phone.at(kOne).content.value, kept);
  }
}

TEST(Client, MergeIsAChangeOfTheClientsOwn) {
  Phone phone({}, [](const Conflict&) { return Decision::merged(); });
  phone.create(kOne, Value{1});
  phone.begin();
  ASSERT_TRUE(phone.download({from_server(kOne, Value{2})}, 1));
  EXPECT_EQ(phone.at(kOne).content.value, Value{100}) << "the first fresh value";
  EXPECT_EQ(phone.client.counter.number, 2u);
  EXPECT_EQ(phone.client.records.find(kOne)->counter_lastupdate.number, 2u);
  EXPECT_EQ(phone.request.objects.at(0).content.value, Value{100});
  ASSERT_EQ(phone.told(FactKind::change_merged), 1u);
  EXPECT_EQ(phone.facts[1].kept, Value{100});
}

TEST(Client, EachMergeTakesAFreshValue) {
  Phone phone({}, [](const Conflict&) { return Decision::merged(true); });
  phone.create(kOne, Value{1});
  phone.create(kTwo, Value{2}, Key{8});
  phone.begin();
  phone.download(
      {from_server(kOne, Value{3}), from_server(kTwo, Value{4}, kEarlier, false, Key{8})}, 2);
  EXPECT_EQ(phone.at(kOne).content.value, Value{100});
  EXPECT_EQ(phone.at(kTwo).content.value, Value{101});
  EXPECT_TRUE(phone.at(kTwo).content.isdeleted) << "as the strategy said";
}

// --- upload-ack-moves-download-mark

// The client's servercounter_lastsync after one upload, of one object, that the server answers with
// this counter; it was 10 before.
std::uint64_t servercounter_lastsync_after(std::string_view option, std::uint64_t answered,
                                           std::vector<Guid> refused = {}) {
  Phone phone(with(option));
  phone.create(kOne, Value{1});
  phone.begin();
  phone.download({}, 10);
  phone.acknowledge(answered, std::move(refused));
  return phone.client.servercounter_lastsync.number;
}

TEST(ClientOption, UploadAckMovesDownloadMarkNever) {
  EXPECT_EQ(servercounter_lastsync_after("upload-ack-moves-download-mark=never", 11), 10u);
}
TEST(ClientOption, UploadAckMovesDownloadMarkAlwaysAlsoPastOthers) {
  EXPECT_EQ(servercounter_lastsync_after("upload-ack-moves-download-mark=always", 11), 11u);
  EXPECT_EQ(servercounter_lastsync_after("upload-ack-moves-download-mark=always", 12), 12u);
}
TEST(ClientOption, UploadAckMovesDownloadMarkIfAloneTellsByArithmetic) {
  constexpr const char* kOption = "upload-ack-moves-download-mark=if-alone";
  EXPECT_EQ(servercounter_lastsync_after(kOption, 11), 11u);
  EXPECT_EQ(servercounter_lastsync_after(kOption, 12), 10u) << "somebody else wrote";
}
TEST(ClientOption, UploadAckMovesDownloadMarkIfAloneCountsAcceptedObjectsOnly) {
  constexpr const char* kOption = "upload-ack-moves-download-mark=if-alone";
  EXPECT_EQ(servercounter_lastsync_after(kOption, 10, {kOne}), 10u);
  EXPECT_EQ(servercounter_lastsync_after(kOption, 11, {kOne}), 10u)
      << "ours was refused: the 11th is somebody else's";
}
TEST(ClientOption, RefusedBatchMovesNoMarkInAnyProtocol) {
  for (const NamedProtocol& named : named_protocols()) {
    Phone phone(named.protocol);
    phone.create(kOne, Value{1});
    phone.begin();
    phone.download({}, 10);
    phone.acknowledge(11, {}, StatusCode::nok);
    EXPECT_EQ(phone.client.servercounter_lastsync.number, 10u) << named.name;
    EXPECT_EQ(phone.client.counter_lastsync.number, 0u) << named.name;
  }
}

// --- upload-ack-covers

TEST(ClientOption, UploadAckCoversNowHidesAnEditMadeDuringTheUpload) {
  Phone phone(with("upload-ack-covers=now"));
  phone.create(kOne, Value{1});
  phone.begin();
  phone.download({}, 0);
  phone.edit(kOne, Value{2});
  phone.acknowledge(1);
  EXPECT_EQ(phone.client.counter_lastsync.number, 2u);
  EXPECT_FALSE(phone.is_pending(kOne));
}
TEST(ClientOption, UploadAckCoversBuiltLeavesAnEditMadeDuringTheUploadPending) {
  Phone phone(with("upload-ack-covers=built"));
  phone.create(kOne, Value{1});
  phone.begin();
  phone.download({}, 0);
  phone.edit(kOne, Value{2});
  phone.acknowledge(1);
  EXPECT_EQ(phone.client.counter_lastsync.number, 1u);
  EXPECT_TRUE(phone.is_pending(kOne));
}
TEST(ClientOption, UploadAckCoversBuiltIsNotMovedByAnEditMadeDuringTheDownload) {
  Phone phone(with("upload-ack-covers=built"));
  phone.begin();
  phone.create(kOne, Value{1});
  ASSERT_TRUE(phone.download({}, 0)) << "what was changed before the upload is built is in it";
  phone.acknowledge(1);
  EXPECT_FALSE(phone.is_pending(kOne));
}

// --- received-counter

TEST(ClientOption, ReceivedCounterZeroIsNotPendingNotEvenAfterAFullSync) {
  Phone phone(with("received-counter=zero"));
  phone.create(kTwo, Value{9}, Key{8});
  phone.begin();
  phone.download({from_server(kOne, Value{1})}, 1);
  EXPECT_FALSE(phone.is_pending(kOne));
  EXPECT_EQ(phone.request.objects.size(), 1u);
  phone.acknowledge(2);
  phone.begin(true);
  EXPECT_FALSE(phone.is_pending(kOne));
  EXPECT_TRUE(phone.is_pending(kTwo));
}
TEST(ClientOption, ReceivedCounterClientMakesANewObjectLookLikeTheClientsOwn) {
  Phone phone(with("received-counter=client"));
  phone.create(kTwo, Value{9}, Key{8});
  phone.begin();
  phone.download({from_server(kOne, Value{1})}, 1);
  EXPECT_EQ(phone.client.records.find(kOne)->counter_lastupdate, phone.client.counter);
  EXPECT_TRUE(phone.is_pending(kOne));
  EXPECT_EQ(phone.request.objects.size(), 2u) << "it is sent back";
}
TEST(ClientOption, ReceivedCounterClientLeavesAnExistingObjectItsOwn) {
  Phone phone(with("received-counter=client"));
  phone.create(kOne, Value{1});
  phone.sync({}, 0);
  phone.create(kTwo, Value{9}, Key{8});
  phone.begin();
  phone.download({from_server(kOne, Value{2})}, 2);
  EXPECT_EQ(phone.client.records.find(kOne)->counter_lastupdate.number, 1u);
  EXPECT_FALSE(phone.is_pending(kOne));
}
TEST(ClientOption, ReceivedCounterZeroMakesAnExistingObjectTheServers) {
  Phone phone(with("received-counter=zero"));
  phone.create(kOne, Value{1});
  phone.sync({}, 0);
  phone.sync({from_server(kOne, Value{2})}, 2);
  EXPECT_EQ(phone.client.records.find(kOne)->counter_lastupdate.number, 0u);
}

// --- overwritten-stays-pending

TEST(ClientOption, OverwrittenStaysPendingNo) {
  Phone phone(with("overwritten-stays-pending=no"));
  phone.create(kOne, Value{1});
  phone.begin();
  EXPECT_FALSE(phone.download({from_server(kOne, Value{2})}, 1));
  EXPECT_FALSE(phone.is_pending(kOne));
}
TEST(ClientOption, OverwrittenStaysPendingYesUploadsTheServersOwnVersion) {
  Phone phone(with("overwritten-stays-pending=yes"));
  phone.create(kOne, Value{1});
  phone.begin();
  ASSERT_TRUE(phone.download({from_server(kOne, Value{2})}, 1));
  EXPECT_TRUE(phone.is_pending(kOne));
  EXPECT_EQ(phone.request.objects.at(0).content.value, Value{2});
}
TEST(ClientOption, OverwrittenStaysPendingNoHoldsAlsoWithReceivedCounterClient) {
  Phone phone(with("overwritten-stays-pending=no", with("received-counter=client")));
  phone.create(kOne, Value{1});
  phone.begin();
  EXPECT_FALSE(phone.download({from_server(kOne, Value{2})}, 1));
}

// --- timestamps

TEST(ClientOption, TimestampsCarriedAreStored) {
  Phone phone(with("timestamps=carried"));
  phone.sync({from_server(kOne, Value{1}, kEarlier)}, 1);
  EXPECT_EQ(phone.at(kOne).stamps.lastupdate, kEarlier);
  phone.sync({from_server(kOne, Value{2}, kLater)}, 2);
  EXPECT_EQ(phone.at(kOne).stamps.lastupdate, kLater);
}
TEST(ClientOption, TimestampsLocalAreTheReceiversNowOfANewObject) {
  Phone phone(with("timestamps=local"));
  phone.sync({from_server(kOne, Value{1}, kEarlier)}, 1);
  EXPECT_EQ(phone.at(kOne).stamps.created, kNow);
  EXPECT_EQ(phone.at(kOne).stamps.lastupdate, kNow);
}
TEST(ClientOption, TimestampsLocalStayThoseOfAnExistingObject) {
  Phone phone(with("timestamps=local"));
  apply_change(phone.client, {ChangeKind::create, kOne, {kRoom, Name{0}}, Value{1}}, kEarlier);
  phone.sync({}, 0);
  phone.sync({from_server(kOne, Value{2}, kLater)}, 2);
  EXPECT_EQ(phone.at(kOne).content.value, Value{2});
  EXPECT_EQ(phone.at(kOne).stamps.lastupdate, kEarlier);
}
// The stamp of a version that was pending, made at kEarlier, when the server's later one wins.
Timestamp stamp_after_defeat(std::string_view option, std::string_view strategy) {
  Phone phone(with(option), strategy);
  apply_change(phone.client, {ChangeKind::create, kOne, {kRoom, Name{0}}, Value{1}}, kEarlier);
  phone.begin();
  phone.download({from_server(kOne, Value{2}, kLater)}, 1);
  EXPECT_EQ(phone.at(kOne).content.value, Value{2});
  return phone.at(kOne).stamps.lastupdate;
}
TEST(ClientOption, TimestampsLocalAreTheClientsNowAfterALostTimestampConflict) {
  EXPECT_EQ(stamp_after_defeat("timestamps=local", "timestamp-priority"), kNow);
  EXPECT_EQ(stamp_after_defeat("timestamps=local", "server-priority"), kEarlier);
  EXPECT_EQ(stamp_after_defeat("timestamps=carried", "timestamp-priority"), kLater);
}

// --- equal-timestamps

TEST(ClientOption, EqualTimestampsDecideForTheOneThatIsNamed) {
  for (const auto& [option, kept] : {std::pair{"equal-timestamps=server", Value{2}},
                                     std::pair{"equal-timestamps=client", Value{1}}}) {
    Phone phone(with(option), "timestamp-priority");
    phone.create(kOne, Value{1});
    phone.begin();
    phone.download({from_server(kOne, Value{2}, kNow)}, 1);
    EXPECT_EQ(phone.at(kOne).content.value, kept) << option;
    EXPECT_EQ(phone.facts[0].stamp_order, 0);
  }
}

// --- key-conflict

TEST(ClientOption, KeyConflictDropLoserOfThePendingLocalObject) {
  Phone phone(with("key-conflict=drop-loser"));
  phone.create(kOne, Value{1});
  phone.begin();
  EXPECT_FALSE(phone.download({from_server(kTwo, Value{2})}, 1)) << "the loser is not uploaded";
  EXPECT_EQ(phone.find(kOne), nullptr);
  EXPECT_EQ(phone.at(kTwo).content.value, Value{2});
  EXPECT_EQ(phone.at(kTwo).identity.name, Name{41}) << "the winner keeps its guid and its name";
  EXPECT_EQ(phone.facts.at(0).conflict, ConflictKind::primary_key);
  EXPECT_EQ(phone.facts.at(0).guid, kOne);
  EXPECT_EQ(phone.facts.at(0).server_guid, kTwo);
}
TEST(ClientOption, KeyConflictDropLoserOfTheIncomingObject) {
  Phone phone(with("key-conflict=drop-loser"), "client-priority");
  phone.create(kOne, Value{1});
  phone.begin();
  ASSERT_TRUE(phone.download({from_server(kTwo, Value{2})}, 1));
  EXPECT_EQ(phone.find(kTwo), nullptr);
  EXPECT_EQ(phone.request.objects.at(0).guid, kOne);
}
TEST(ClientOption, KeyConflictDropLoserAsksNobodyIfTheLocalObjectIsNotPending) {
  Phone phone(with("key-conflict=drop-loser"), "client-priority");
  phone.create(kOne, Value{1});
  phone.sync({}, 0);
  phone.sync({from_server(kTwo, Value{2})}, 2);
  EXPECT_EQ(phone.find(kOne), nullptr);
  EXPECT_EQ(phone.at(kTwo).content.value, Value{2});
  EXPECT_TRUE(phone.facts.empty());
}
TEST(ClientOption, KeyConflictTakeGuidGoesOnUnderTheIncomingGuid) {
  Phone phone(with("key-conflict=take-guid"), "client-priority");
  phone.create(kOne, Value{1});
  phone.begin();
  ASSERT_TRUE(phone.download({from_server(kTwo, Value{2})}, 1));
  EXPECT_EQ(phone.find(kOne), nullptr);
  EXPECT_EQ(phone.at(kTwo).content.value, Value{1});
  EXPECT_EQ(phone.at(kTwo).guid, kTwo);
  EXPECT_EQ(phone.request.objects.at(0).guid, kTwo);
  EXPECT_EQ(phone.facts.at(0).conflict, ConflictKind::primary_key);
}
TEST(ClientOption, KeyConflictTakeGuidCopiesValueAndDeletionOnly) {
  Phone phone(with("key-conflict=take-guid"));
  phone.create(kOne, Value{1});
  phone.begin();
  phone.download({from_server(kTwo, Value{2})}, 1);
  EXPECT_EQ(phone.at(kTwo).content.value, Value{2});
  EXPECT_EQ(phone.at(kTwo).identity.name, Name{0}) << "the local object's name stays";
}
TEST(Client, DifferentKeysAreNoConflict) {
  for (const NamedProtocol& named : named_protocols()) {
    Phone phone(named.protocol);
    phone.create(kOne, Value{1}, Key{8});
    phone.begin();
    phone.download({from_server(kTwo, Value{2})}, 1);
    EXPECT_NE(phone.find(kOne), nullptr) << named.name;
    EXPECT_TRUE(phone.facts.empty()) << named.name;
  }
}

// --- deleted-holds-key

TEST(ClientOption, DeletedHoldsKeyNoMakesNoConflictWithADeletedObject) {
  for (const char* conflict : {"key-conflict=take-guid", "key-conflict=drop-loser"}) {
    Phone phone(with("deleted-holds-key=no", with(conflict)));
    phone.create(kOne, Value{1});
    phone.remove(kOne, Value{2});
    phone.begin();
    phone.download({from_server(kTwo, Value{3})}, 1);
    EXPECT_NE(phone.find(kOne), nullptr) << conflict;
    EXPECT_NE(phone.find(kTwo), nullptr) << conflict;
    EXPECT_TRUE(phone.facts.empty()) << conflict;
  }
}
TEST(ClientOption, DeletedHoldsKeyYesMakesAConflictWithADeletedObject) {
  for (const char* conflict : {"key-conflict=take-guid", "key-conflict=drop-loser"}) {
    Phone phone(with("deleted-holds-key=yes", with(conflict)));
    phone.create(kOne, Value{1});
    phone.remove(kOne, Value{2});
    phone.begin();
    phone.download({from_server(kTwo, Value{3})}, 1);
    EXPECT_EQ(phone.find(kOne), nullptr) << conflict;
    EXPECT_EQ(phone.at(kTwo).content.value, Value{3}) << conflict;
    EXPECT_EQ(phone.told(FactKind::conflict_resolved), 1u) << conflict;
  }
}
TEST(Client, IncomingDeletionIsNoKeyConflictUnlessItHoldsItsKey) {
  for (const auto& [option, conflicts] :
       {std::pair{"deleted-holds-key=no", 0u}, std::pair{"deleted-holds-key=yes", 1u}}) {
    Phone phone(with(option), "client-priority");
    phone.create(kOne, Value{1});
    phone.begin();
    phone.download({from_server(kTwo, Value{2}, kLater, true)}, 1);
    EXPECT_EQ(phone.told(FactKind::conflict_resolved), conflicts) << option;
  }
}

// --- empty-upload

TEST(ClientOption, EmptyUploadNoEndsTheCycleAfterTheDownload) {
  Phone phone(with("empty-upload=no"));
  phone.begin();
  EXPECT_FALSE(phone.download({}, 3));
  EXPECT_EQ(phone.client.exchange, Exchange{});
}
TEST(ClientOption, EmptyUploadYesIsSentAndItsAckMovesTheMark) {
  Phone phone(with("empty-upload=yes", with("upload-ack-moves-download-mark=always")));
  phone.begin();
  ASSERT_TRUE(phone.download({}, 3));
  EXPECT_EQ(phone.request.kind, MessageKind::upload_request);
  EXPECT_TRUE(phone.request.objects.empty());
  phone.acknowledge(5);
  EXPECT_EQ(phone.client.servercounter_lastsync.number, 5u);
}

// --- server-check

TEST(ClientOption, ServerCheckNoneSendsNoBases) {
  Phone phone(with("server-check=none"));
  phone.create(kOne, Value{1});
  phone.begin();
  phone.download({}, 0);
  EXPECT_TRUE(phone.request.bases.empty());
}
TEST(ClientOption, ServerCheckBaseSendsWhatTheServerWasLastSeenToHold) {
  Phone phone(with("server-check=base"));
  phone.create(kOne, Value{1});
  phone.begin();
  phone.download({}, 0);
  EXPECT_EQ(phone.request.bases, std::vector{kNoValue}) << "nothing yet";
  phone.acknowledge(1);
  phone.edit(kOne, Value{2});
  phone.begin();
  phone.download({}, 1);
  EXPECT_EQ(phone.request.bases, std::vector{Value{1}}) << "what it was sent and accepted";
  phone.acknowledge(2);
  phone.sync({from_server(kOne, Value{3})}, 3);
  phone.edit(kOne, Value{4});
  phone.begin();
  phone.download({}, 3);
  EXPECT_EQ(phone.request.bases, std::vector{Value{3}}) << "what came down";
}
TEST(ClientOption, ServerCheckBaseOfALocalVictoryIsTheVersionThatLost) {
  Phone phone(with("server-check=base"), "client-priority");
  phone.create(kOne, Value{1});
  phone.begin();
  ASSERT_TRUE(phone.download({from_server(kOne, Value{2})}, 1));
  EXPECT_EQ(phone.request.bases, std::vector{Value{2}});
}

// --- cycle-order

TEST(ClientOption, CycleOrderUploadFirstDownloadsAfterTheAck) {
  Phone phone(with("cycle-order=upload-first"));
  phone.create(kOne, Value{1});
  phone.begin();
  EXPECT_EQ(phone.request.kind, MessageKind::upload_request);
  EXPECT_TRUE(phone.acknowledge(1));
  EXPECT_EQ(phone.request.kind, MessageKind::download_request);
  EXPECT_FALSE(phone.download({}, 1)) << "the cycle ends with the download";
  EXPECT_EQ(phone.client.exchange, Exchange{});
}
TEST(ClientOption, CycleOrderUploadFirstDownloadsAtOnceWhereNothingIsPending) {
  Phone phone(with("cycle-order=upload-first"));
  phone.begin();
  EXPECT_EQ(phone.request.kind, MessageKind::download_request);
}
TEST(ClientOption, CycleOrderUploadFirstDownloadsAlsoAfterARefusal) {
  Phone phone(with("cycle-order=upload-first"));
  phone.create(kOne, Value{1});
  phone.begin();
  EXPECT_TRUE(phone.acknowledge(1, {}, StatusCode::nok));
  EXPECT_TRUE(phone.is_pending(kOne));
}

}  // namespace
}  // namespace tidemark::core
