// The server, called directly: what the page says of it, and what each value of each protocol
// option makes of it.
#include "model/server.h"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>
#include <vector>

namespace tidemark::core {
namespace {

constexpr Guid kOne{0};
constexpr Guid kTwo{1};
constexpr Guid kThree{2};
constexpr Key kRoom{7};
constexpr Timestamp kEarlier = 1000;
constexpr Timestamp kNow = 2000;
constexpr Timestamp kLater = 3000;

Protocol with(std::string_view assignment, Protocol protocol = {}) {
  EXPECT_EQ(set_option(protocol, assignment), "");
  return protocol;
}

Object object(Guid guid, Value value, Key key, bool isdeleted = false) {
  return {guid, {key, Name{guid.number}}, {value, isdeleted}, {kEarlier, kLater}};
}
Object own_key(Guid guid, Value value) { return object(guid, value, Key{guid.number}); }
Object with_room(Guid guid, Value value) { return object(guid, value, kRoom); }

// A server whose clients are the test.
class Backend {
 public:
  explicit Backend(Protocol protocol = {}) : protocol_(protocol) {}

  void create(Guid guid, Value value, Key key) {
    apply_change(server, {ChangeKind::create, guid, {key, Name{guid.number}}, value}, kNow);
  }
  void remove(Guid guid, Value value) {
    apply_change(server, {.kind = ChangeKind::remove, .guid = guid, .value = value}, kNow);
  }
  const Message& download(std::uint64_t mark) {
    Message request;
    request.reset(MessageKind::download_request);
    request.servercounter = {mark};
    return handle(request);
  }
  const Message& upload(std::vector<Object> objects, std::vector<Value> bases = {}) {
    Message request;
    request.reset(MessageKind::upload_request);
    request.objects = std::move(objects);
    request.bases = std::move(bases);
    return handle(request);
  }
  const Object* find(Guid guid) const {
    const auto* record = server.records.find(guid);
    return record == nullptr ? nullptr : &record->object;
  }
  const Object& at(Guid guid) const { return find(guid)[0]; }

  Server server;
  Facts facts;

 private:
  const Message& handle(const Message& request) {
    facts.clear();
    handle_request(server, request, protocol_, kNow, answer_, facts);
    return answer_;
  }
  Protocol protocol_;
  Message answer_;
};

// --- The page

// "The server will answer this request by fetching all objects with object.counter_lastupdate >
// servercounter_lastsync … The server will also send its current counter."
TEST(Server, DownloadCarriesWhatChangedAfterTheMarkAndTheCounter) {
  Backend backend;
  backend.upload({own_key(kOne, Value{1}), own_key(kTwo, Value{2}), own_key(kThree, Value{3})});
  const Message& reply = backend.download(2);
  EXPECT_EQ(reply.kind, MessageKind::download_reply);
  EXPECT_EQ(reply.servercounter.number, 3u);
  ASSERT_EQ(reply.objects.size(), 1u);
  EXPECT_EQ(reply.objects[0].guid, kThree);
}
TEST(Server, DownloadFromTheCountersOwnPlaceIsEmpty) {
  Backend backend;
  backend.upload({own_key(kOne, Value{1})});
  EXPECT_EQ(backend.download(0).objects.size(), 1u);
  EXPECT_TRUE(backend.download(1).objects.empty());
}
// "On the server however, the counter is also increased when an object is changed due to the sync
// process."
TEST(Server, CounterIsIncreasedOnEachChangeAlsoBySync) {
  Backend backend;
  backend.create(kOne, Value{1}, kRoom);
  EXPECT_EQ(backend.server.counter.number, 1u);
  EXPECT_EQ(
      backend.upload({with_room(kOne, Value{2}), own_key(kTwo, Value{3})}).servercounter.number,
      3u);
  EXPECT_EQ(backend.server.records.find(kOne)->counter_lastupdate.number, 2u);
  EXPECT_EQ(backend.server.records.find(kTwo)->counter_lastupdate.number, 3u);
}
TEST(Server, DeletionIsSoftAndTravels) {
  Backend backend;
  backend.create(kOne, Value{1}, kRoom);
  backend.remove(kOne, Value{2});
  const Message& reply = backend.download(1);
  ASSERT_EQ(reply.objects.size(), 1u);
  EXPECT_TRUE(reply.objects[0].content.isdeleted);
}
// "When … the server receives an object with a new (unknown) guid, it will create a new object … In
// case the guid is already known, the object in the local database will be updated."
TEST(Server, UploadCreatesTheUnknownAndUpdatesTheKnown) {
  Backend backend;
  backend.upload({own_key(kOne, Value{1})});
  EXPECT_EQ(backend.at(kOne), own_key(kOne, Value{1}));
  Object changed = object(kOne, Value{2}, Key{99}, true);
  backend.upload({changed});
  EXPECT_EQ(backend.at(kOne).content.value, Value{2});
  EXPECT_TRUE(backend.at(kOne).content.isdeleted);
  EXPECT_EQ(backend.at(kOne).identity.pk, Key{kOne.number}) << "a key is set at creation";
}
TEST(Server, LastUploadWins) {
  Backend backend;
  backend.upload({own_key(kOne, Value{1})});
  backend.upload({own_key(kOne, Value{2})});
  EXPECT_EQ(backend.upload({own_key(kOne, Value{3})}).statuscode, StatusCode::ok);
  EXPECT_EQ(backend.at(kOne).content.value, Value{3});
}
TEST(Server, RepeatedUploadLeavesTheObjectsAsTheFirstOneDid) {
  for (const NamedProtocol& named : named_protocols()) {
    Backend backend(named.protocol);
    backend.upload({own_key(kOne, Value{1}), own_key(kTwo, Value{2})});
    const Object one = backend.at(kOne);
    backend.upload({own_key(kOne, Value{1}), own_key(kTwo, Value{2})});
    EXPECT_EQ(backend.at(kOne), one) << named.name;
  }
}

// --- upload-key-clash

struct Clash {
  StatusCode statuscode;
  std::size_t refused;
  bool rival_stored;
  bool other_stored;
  std::size_t told;
};
Clash clash(std::string_view option) {
  Backend backend(with(option));
  backend.create(kOne, Value{1}, kRoom);
  const Message& ack = backend.upload({with_room(kTwo, Value{2}), own_key(kThree, Value{3})});
  return {ack.statuscode, ack.refused.size(), backend.find(kTwo) != nullptr,
          backend.find(kThree) != nullptr, backend.facts.size()};
}
TEST(ServerOption, UploadKeyClashAddStoresBesideTheOther) {
  const Clash found = clash("upload-key-clash=add");
  EXPECT_EQ(found.statuscode, StatusCode::ok);
  EXPECT_TRUE(found.rival_stored);
  EXPECT_EQ(found.told, 0u);
}
TEST(ServerOption, UploadKeyClashSkipRefuseBatchAppliesTheOthersAndAnswersNok) {
  const Clash found = clash("upload-key-clash=skip-refuse-batch");
  EXPECT_EQ(found.statuscode, StatusCode::nok);
  EXPECT_EQ(found.refused, 0u);
  EXPECT_FALSE(found.rival_stored);
  EXPECT_TRUE(found.other_stored);
  EXPECT_EQ(found.told, 1u);
}
TEST(ServerOption, UploadKeyClashSkipAnswerEachNamesTheRefused) {
  const Clash found = clash("upload-key-clash=skip-answer-each");
  EXPECT_EQ(found.statuscode, StatusCode::ok);
  EXPECT_EQ(found.refused, 1u);
  EXPECT_FALSE(found.rival_stored);
  EXPECT_TRUE(found.other_stored);
  EXPECT_EQ(found.told, 1u);
}
TEST(ServerOption, UploadKeyClashIsOfTwoGuidsOnly) {
  Backend backend(with("upload-key-clash=skip-answer-each"));
  backend.create(kOne, Value{1}, kRoom);
  EXPECT_TRUE(backend.upload({with_room(kOne, Value{2})}).refused.empty()) << "an update";
  EXPECT_TRUE(backend.upload({own_key(kTwo, Value{3})}).refused.empty()) << "another key";
}
TEST(ServerOption, UploadKeyClashIsFoundWithinOneBatch) {
  Backend backend(with("upload-key-clash=skip-answer-each"));
  const Message& ack = backend.upload({with_room(kOne, Value{1}), with_room(kTwo, Value{2})});
  EXPECT_EQ(ack.refused, std::vector{kTwo});
}
TEST(ServerOption, RefusedObjectMovesNoCounter) {
  Backend backend(with("upload-key-clash=skip-answer-each"));
  backend.create(kOne, Value{1}, kRoom);
  EXPECT_EQ(backend.upload({with_room(kTwo, Value{2})}).servercounter.number, 1u);
}

// --- deleted-holds-key

TEST(ServerOption, DeletedHoldsKeyNoFreesTheKeyOfADeletedObject) {
  Backend backend(with("deleted-holds-key=no", with("upload-key-clash=skip-answer-each")));
  backend.create(kOne, Value{1}, kRoom);
  backend.remove(kOne, Value{2});
  EXPECT_TRUE(backend.upload({with_room(kTwo, Value{3})}).refused.empty());
  EXPECT_EQ(backend.upload({with_room(kOne, Value{4})}).refused, std::vector{kOne})
      << "alive again it clashes with the new holder";
}
TEST(ServerOption, DeletedHoldsKeyYesRefusesTheKeyOfADeletedObject) {
  Backend backend(with("deleted-holds-key=yes", with("upload-key-clash=skip-answer-each")));
  backend.create(kOne, Value{1}, kRoom);
  backend.remove(kOne, Value{2});
  EXPECT_EQ(backend.upload({with_room(kTwo, Value{3})}).refused, std::vector{kTwo});
  EXPECT_TRUE(backend.upload({with_room(kOne, Value{4})}).refused.empty());
}
TEST(ServerOption, DeletedHoldsKeyNoTakesADeletionOfTheRival) {
  Backend backend(with("deleted-holds-key=no", with("upload-key-clash=skip-answer-each")));
  backend.create(kOne, Value{1}, kRoom);
  EXPECT_TRUE(backend.upload({object(kTwo, Value{2}, kRoom, true)}).refused.empty());
}

// --- timestamps

TEST(ServerOption, TimestampsCarriedAreStored) {
  Backend backend(with("timestamps=carried"));
  backend.upload({own_key(kOne, Value{1})});
  EXPECT_EQ(backend.at(kOne).stamps.created, kEarlier);
  EXPECT_EQ(backend.at(kOne).stamps.lastupdate, kLater);
}
TEST(ServerOption, TimestampsLocalAreTheServersNowOfANewObjectAndStay) {
  Backend backend(with("timestamps=local"));
  backend.upload({own_key(kOne, Value{1})});
  EXPECT_EQ(backend.at(kOne).stamps.created, kNow);
  EXPECT_EQ(backend.at(kOne).stamps.lastupdate, kNow);
  backend.upload({own_key(kOne, Value{2})});
  EXPECT_EQ(backend.at(kOne).content.value, Value{2});
  EXPECT_EQ(backend.at(kOne).stamps.lastupdate, kNow) << "an existing one keeps its stamps";
}

// --- server-check

TEST(ServerOption, ServerCheckNoneOverwritesWhatTheClientNeverSaw) {
  Backend backend(with("server-check=none"));
  backend.create(kOne, Value{1}, kRoom);
  EXPECT_TRUE(backend.upload({with_room(kOne, Value{2})}).refused.empty());
  EXPECT_EQ(backend.at(kOne).content.value, Value{2});
}
TEST(ServerOption, ServerCheckBaseRefusesAnUploadOverAnotherVersion) {
  Backend backend(with("server-check=base"));
  backend.create(kOne, Value{1}, kRoom);
  EXPECT_EQ(backend.upload({with_room(kOne, Value{2})}, {kNoValue}).refused, std::vector{kOne});
  EXPECT_EQ(backend.at(kOne).content.value, Value{1});
  EXPECT_EQ(backend.facts.at(0).kind, FactKind::upload_refused);
}
TEST(ServerOption, ServerCheckBaseTakesAnUploadOverTheVersionThatTheClientSaw) {
  Backend backend(with("server-check=base"));
  backend.create(kOne, Value{1}, kRoom);
  EXPECT_TRUE(backend.upload({with_room(kOne, Value{2})}, {Value{1}}).refused.empty());
  EXPECT_EQ(backend.at(kOne).content.value, Value{2});
}
TEST(ServerOption, ServerCheckBaseTakesWhatTheServerHoldsAlready) {
  Backend backend(with("server-check=base"));
  backend.upload({own_key(kOne, Value{1})}, {kNoValue});
  EXPECT_TRUE(backend.upload({own_key(kOne, Value{1})}, {kNoValue}).refused.empty())
      << "its answer was lost, and it is sent again";
}
TEST(ServerOption, ServerCheckBaseTakesAnUnknownGuid) {
  Backend backend(with("server-check=base"));
  EXPECT_TRUE(backend.upload({own_key(kOne, Value{2})}, {Value{1}}).refused.empty());
  EXPECT_EQ(backend.at(kOne).content.value, Value{2});
}

}  // namespace
}  // namespace tidemark::core
