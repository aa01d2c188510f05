#include "adapter/wire.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>

namespace tidemark::core {
namespace {

constexpr std::string_view kObject =
    R"({"guid":"FC385707","pk":"room:100,date:2015-05-12","name":"booking","value":"90",)"
    R"("isdeleted":0,"timestamp_created":1400000000,"timestamp_lastupdate":1400000010})";

Object booking(WireTexts& texts) {
  return {
      texts.guid_of("FC385707"),
      Identity::of({texts.number_of(0, "room:100,date:2015-05-12"), texts.number_of(1, "booking")}),
      {texts.value_of("90"), false},
      {1400000000, 1400000010}};
}

Message of_kind(MessageKind kind) {
  Message message;
  message.kind = kind;
  return message;
}

// Replaces the first occurrence of a part, which must be there.
std::string with(std::string_view text, std::string_view part, std::string_view replacement) {
  std::string result(text);
  const auto place = result.find(part);
  EXPECT_NE(place, std::string::npos) << part;
  return result.replace(place, part.size(), replacement);
}

void expect_golden(const Message& message, std::string_view text, TextTable& texts) {
  EXPECT_EQ(encode(message, texts), text);
  Message decoded;
  EXPECT_EQ(decode(message.kind, text, texts, decoded), std::nullopt);
  EXPECT_EQ(decoded, message);
}

TEST(Wire, DownloadRequestIsAGetWithTheMark) {
  TextTable texts;
  Message message = of_kind(MessageKind::download_request);
  message.servercounter = {12345};
  expect_golden(message, "GET /list/12345", texts);
}

TEST(Wire, DownloadReplyIsObjectsAndResult) {
  TextTable texts;
  Message message = of_kind(MessageKind::download_reply);
  message.servercounter = {12350};
  message.objects = {booking(texts)};
  expect_golden(message,
                R"({"objects":[)" + std::string(kObject) +
                    R"(],"result":{"statuscode":1,"servercounter":12350}})",
                texts);
}

TEST(Wire, UploadRequestIsAPostOfObjects) {
  TextTable texts;
  Message message = of_kind(MessageKind::upload_request);
  message.objects = {booking(texts)};
  message.objects[0].content.isdeleted = true;
  expect_golden(
      message,
      R"(POST /update {"objects":[)" + with(kObject, R"("isdeleted":0)", R"("isdeleted":1)") + "]}",
      texts);
}

TEST(Wire, UploadRequestCarriesABaseForEachObjectWhereTheServerChecksIt) {
  TextTable texts;
  Message message = of_kind(MessageKind::upload_request);
  message.objects = {booking(texts), booking(texts)};
  message.objects[1].guid = texts.guid_of("0A11CE00");
  message.bases = {texts.value_of("100"), kNoValue};
  const std::string first = with(kObject, "0010}", R"(0010,"base":"100"})");
  const std::string second =
      with(with(kObject, "FC385707", "0A11CE00"), "0010}", R"(0010,"base":null})");
  expect_golden(message, R"(POST /update {"objects":[)" + first + "," + second + "]}", texts);
}

TEST(Wire, UploadAckIsAResult) {
  TextTable texts;
  Message message = of_kind(MessageKind::upload_ack);
  message.servercounter = {12351};
  expect_golden(message, R"({"result":{"statuscode":1,"servercounter":12351}})", texts);
  message.statuscode = StatusCode::nok;
  expect_golden(message, R"({"result":{"statuscode":0,"servercounter":12351}})", texts);
}

TEST(Wire, UploadAckNamesWhatItRefuses) {
  TextTable texts;
  Message message = of_kind(MessageKind::upload_ack);
  message.servercounter = {12351};
  message.refused = {texts.guid_of("FC385707")};
  expect_golden(message,
                R"({"result":{"statuscode":1,"servercounter":12351,"refused":["FC385707"]}})",
                texts);
}

TEST(Wire, ACallMayHaveAnyPathBeforeItsName) {
  TextTable texts;
  Message message;
  EXPECT_EQ(decode(MessageKind::download_request, "GET /api/list/booking/list/7", texts, message),
            std::nullopt);
  EXPECT_EQ(message.servercounter, ServerCounter{7});
  EXPECT_EQ(
      decode(MessageKind::upload_request, R"(POST /api/update {"objects":[]})", texts, message),
      std::nullopt);
}

TEST(Wire, FieldsOfAnotherEngineArePassedOver) {
  TextTable texts;
  Message message;
  EXPECT_EQ(decode(MessageKind::upload_ack,
                   R"({"epoch":3,"result":{"took_ms":2,"statuscode":1,"servercounter":4}})", texts,
                   message),
            std::nullopt);
  EXPECT_EQ(message.servercounter, ServerCounter{4});
}

TEST(Wire, TheLargestNumbersSurvive) {
  TextTable texts;
  Message message = of_kind(MessageKind::download_reply);
  message.servercounter = {std::numeric_limits<std::uint64_t>::max()};
  message.objects = {booking(texts)};
  message.objects[0].stamps.created = std::numeric_limits<Timestamp>::min();
  message.objects[0].stamps.lastupdate = std::numeric_limits<Timestamp>::max();
  Message decoded;
  EXPECT_EQ(decode(message.kind, encode(message, texts), texts, decoded), std::nullopt);
  EXPECT_EQ(decoded, message);
}

TEST(Wire, BytesThatAreNoUtf8AreReplacedNotThrown) {
  TextTable texts;
  Message message = of_kind(MessageKind::upload_request);
  message.objects = {booking(texts)};
  message.objects[0].content.value = texts.value_of("\xff");
  EXPECT_NE(encode(message, texts).find("\uFFFD"), std::string::npos);
}

// --- errors

struct BadInput {
  const char* what;
  MessageKind kind;
  std::string text;
  const char* error;
};

std::string reply(std::string_view object) {
  return R"({"objects":[)" + std::string(object) +
         R"(],"result":{"statuscode":1,"servercounter":3}})";
}
std::string reply_with(std::string_view part, std::string_view replacement) {
  return reply(with(kObject, part, replacement));
}
std::string upload(const std::string& first, const std::string& second) {
  return R"(POST /update {"objects":[)" + first + "," + second + "]}";
}

std::vector<BadInput> bad_inputs() {
  constexpr auto kGet = MessageKind::download_request;
  constexpr auto kReply = MessageKind::download_reply;
  constexpr auto kPost = MessageKind::upload_request;
  constexpr auto kAck = MessageKind::upload_ack;
  const std::string plain(kObject);
  const std::string based = with(kObject, "0010}", R"(0010,"base":"x"})");
  return {
      {"nothing awaited", MessageKind::none, "", "call: no message is awaited, expected none"},
      {"empty call", kGet, "",
       R"(call: "" is wrong here, expected GET …/list/ and a whole number from 0)"},
      {"wrong verb", kGet, "POST /list/1",
       R"(call: "POST /list/1" is wrong here, expected GET …/list/ and a whole number from 0)"},
      {"more words", kGet, "GET /x /list/1",
       R"(call: "GET /x /list/1" is wrong here, expected GET …/list/ and a whole number from 0)"},
      {"no mark", kGet, "GET /list/",
       R"(call: "" is wrong here, expected GET …/list/ and a whole number from 0)"},
      {"negative mark", kGet, "GET /list/-1",
       R"(call: "-1" is wrong here, expected GET …/list/ and a whole number from 0)"},
      {"mark of 65 bits", kGet, "GET /list/18446744073709551616",
       R"(call: "18446744073709551616" is wrong here, expected GET …/list/ and a whole number )"
       "from 0"},
      {"wrong call", kPost, R"(POST /list {"objects":[]})",
       R"(call: "POST /list {\"objects\":[]}" is wrong here, expected POST …/update and an object)"},
      {"no body", kPost, "POST /update",
       R"(call: "POST /update" is wrong here, expected POST …/update and an object)"},
      {"long call", kPost, std::string(100, 'x'),
       R"(call: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… is wrong here, expected POST …/update )"
       "and an object"},
      {"no JSON", kAck, "{\"result\":", "$: not JSON at byte 11, expected an object"},
      {"no UTF-8", kAck, "\"\xff\"", "$: not JSON at byte 2, expected an object"},
      {"no input", kReply, "", "$: not JSON at byte 1, expected an object"},
      {"huge number", kAck, "[1e999]",
       "$: a number is too large, expected numbers of at most 64 bits"},
      {"a list", kAck, "[]", "$: a list is wrong here, expected an object"},
      {"no result", kAck, "{}", "$.result: missing, expected this field"},
      {"no objects", kReply, "{}", "$.objects: missing, expected this field"},
      {"result is no object", kAck, R"({"result":7})",
       "$.result: 7 is wrong here, expected an object"},
      {"objects is no list", kReply, R"({"objects":{}})",
       "$.objects: an object is wrong here, expected a list"},
      {"an object is no object", kReply, R"({"objects":[null]})",
       "$.objects[0]: null is wrong here, expected an object"},
      {"statuscode 2", kAck, R"({"result":{"statuscode":2,"servercounter":3}})",
       "$.result.statuscode: 2 is wrong here, expected 0 or 1"},
      {"negative counter", kAck, R"({"result":{"statuscode":1,"servercounter":-3}})",
       "$.result.servercounter: -3 is wrong here, expected a whole number from 0"},
      {"counter as text", kAck, R"({"result":{"statuscode":1,"servercounter":"3"}})",
       R"($.result.servercounter: "3" is wrong here, expected a whole number from 0)"},
      {"refused is no list", kAck, R"({"result":{"statuscode":1,"servercounter":3,"refused":"a"}})",
       R"($.result.refused: "a" is wrong here, expected a list)"},
      {"refused names no guid", kAck,
       R"({"result":{"statuscode":1,"servercounter":3,"refused":["a",""]}})",
       R"($.result.refused[1]: "" is wrong here, expected a text that is not empty)"},
      {"no guid", kReply, reply_with(R"("guid":"FC385707",)", ""),
       "$.objects[0].guid: missing, expected this field"},
      {"empty guid", kReply, reply_with("FC385707", ""),
       R"($.objects[0].guid: "" is wrong here, expected a text that is not empty)"},
      {"value is no text", kReply, reply_with(R"("90")", "90"),
       "$.objects[0].value: 90 is wrong here, expected a text"},
      {"isdeleted is a truth", kReply, reply_with(R"("isdeleted":0)", R"("isdeleted":true)"),
       "$.objects[0].isdeleted: true is wrong here, expected 0 or 1"},
      {"isdeleted is a fraction", kReply, reply_with(R"("isdeleted":0)", R"("isdeleted":1.0)"),
       "$.objects[0].isdeleted: 1.0 is wrong here, expected 0 or 1"},
      {"half a second", kReply, reply_with("1400000010", "0.5"),
       "$.objects[0].timestamp_lastupdate: 0.5 is wrong here, expected whole seconds in 64 bits"},
      {"a stamp of 64 bits unsigned", kReply, reply_with("1400000000", "9223372036854775808"),
       "$.objects[0].timestamp_created: 9223372036854775808 is wrong here, expected whole seconds "
       "in 64 bits"},
      {"the counter travels", kReply, reply_with("0010}", R"(0010,"counter_lastupdate":1})"),
       "$.objects[0].counter_lastupdate: this counter never travels, expected no such field"},
      {"base is no text", kPost, upload(plain, with(based, R"("x")", "1")),
       "$.objects[1].base: the objects before have none, expected no such field"},
      {"base of the first only", kPost, upload(based, plain),
       "$.objects[1].base: missing, expected this field"},
      {"base is a number", kPost, upload(with(based, R"("x")", "1"), plain),
       "$.objects[0].base: 1 is wrong here, expected a text"},
  };
}

TEST(Wire, EveryErrorSaysWhereAndWhatWasExpectedAndChangesNothing) {
  for (const BadInput& bad : bad_inputs()) {
    TextTable texts;
    Message message = of_kind(MessageKind::upload_ack);
    message.servercounter = {77};
    const Message before = message;
    EXPECT_EQ(decode(bad.kind, bad.text, texts, message), bad.error) << bad.what;
    EXPECT_EQ(message, before) << bad.what;
    EXPECT_EQ(texts.size(), 0u) << bad.what;
  }
}

TEST(Wire, DeepNestingIsAnErrorNotACrash) {
  TextTable texts;
  Message message;
  EXPECT_TRUE(decode(MessageKind::upload_ack, std::string(1000000, '['), texts, message));
  const std::string closed = std::string(1000000, '[') + std::string(1000000, ']');
  EXPECT_EQ(decode(MessageKind::upload_ack, closed, texts, message),
            "$: a list is wrong here, expected an object");
}

// --- properties

constexpr std::uint32_t kIds = 4;

// WireTexts with quotes, braces, controls and letters of several bytes; ids below kIds of each
// kind.
TextTable awkward_texts() {
  constexpr std::string_view kTexts[kIds] = {"a", "\"}],\\", "room:100,date:2015-05-12",
                                             "\n\u00e9\U0001F30A"};
  TextTable texts;
  for (std::string_view text : kTexts) {
    texts.guid_of(text);
    for (std::size_t i = 0; i < Identity::kProperties; ++i) texts.number_of(i, text);
    texts.value_of(text);
  }
  return texts;
}

template <class T>
rc::Gen<T> any_id(std::uint32_t first = 0) {
  return rc::gen::map(rc::gen::inRange<std::uint32_t>(first, first + kIds),
                      [](std::uint32_t number) { return T{number}; });
}

rc::Gen<Object> any_object() {
  return rc::gen::build<Object>(
      rc::gen::set(&Object::guid, any_id<Guid>()),
      rc::gen::set(&Object::identity,
                   rc::gen::build<Identity>(rc::gen::set(&Identity::pk, any_id<Key>()),
                                            rc::gen::set(&Identity::name, any_id<Name>()))),
      rc::gen::set(&Object::content,
                   rc::gen::build<Content>(rc::gen::set(&Content::value, any_id<Value>(1)),
                                           rc::gen::set(&Content::isdeleted))),
      rc::gen::set(&Object::stamps, rc::gen::build<Stamps>(rc::gen::set(&Stamps::created),
                                                           rc::gen::set(&Stamps::lastupdate))));
}

// A message with exactly the fields that its kind has.
Message any_message() {
  Message message =
      of_kind(*rc::gen::element(MessageKind::download_request, MessageKind::download_reply,
                                MessageKind::upload_request, MessageKind::upload_ack));
  const bool request = is_request(message.kind);
  if (message.kind != MessageKind::upload_request)
    message.servercounter = {*rc::gen::arbitrary<std::uint64_t>()};
  if (!request) message.statuscode = *rc::gen::element(StatusCode::ok, StatusCode::nok);
  if (message.kind == MessageKind::download_reply || message.kind == MessageKind::upload_request)
    message.objects = *rc::gen::container<std::vector<Object>>(any_object());
  if (message.kind == MessageKind::upload_request && *rc::gen::arbitrary<bool>())
    message.bases = *rc::gen::container<std::vector<Value>>(
        message.objects.size(), rc::gen::oneOf(any_id<Value>(1), rc::gen::just(kNoValue)));
  if (message.kind == MessageKind::upload_ack)
    message.refused = *rc::gen::container<std::vector<Guid>>(any_id<Guid>());
  return message;
}

RC_GTEST_PROP(Wire, EveryMessageComesBackAsItWent, ()) {
  TextTable texts = awkward_texts();
  const Message message = any_message();
  Message decoded;
  const auto error = decode(message.kind, encode(message, texts), texts, decoded);
  RC_ASSERT(error.value_or("") == "");
  RC_ASSERT(decoded == message);
}

RC_GTEST_PROP(Wire, AnotherTableOfTextsReadsTheSameMessage, ()) {
  const TextTable sender = awkward_texts();
  const Message message = any_message();
  const std::string text = encode(message, sender);
  TextTable receiver;
  Message decoded;
  RC_ASSERT(!decode(message.kind, text, receiver, decoded));
  RC_ASSERT(encode(decoded, receiver) == text);
}

RC_GTEST_PROP(Wire, TheLocalCounterNeverTravels, ()) {
  RC_ASSERT(encode(any_message(), awkward_texts()).find("counter_lastupdate") == std::string::npos);
}

// A right text with a few bytes removed, doubled or replaced.
std::string damage(std::string text) {
  const int times = *rc::gen::inRange(1, 4);
  for (int i = 0; i < times && !text.empty(); ++i) {
    const auto place = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto count = *rc::gen::inRange<std::size_t>(0, 4);
    const auto replacement = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    text.replace(place, count, replacement.substr(0, 3));
  }
  return text;
}

RC_GTEST_PROP(Wire, ADamagedTextGivesAMessageOrAnError, ()) {
  TextTable texts = awkward_texts();
  const Message message = any_message();
  const std::string text = damage(encode(message, texts));
  Message decoded;
  const auto error = decode(message.kind, text, texts, decoded);
  RC_CLASSIFY(error.has_value(), "error");
  if (error)
    RC_ASSERT(error->find(", expected ") != std::string::npos);
  else
    RC_ASSERT(decoded.kind == message.kind);
}

RC_GTEST_PROP(Wire, AnyBytesGiveAMessageOrAnError, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  for (MessageKind kind :
       {MessageKind::none, MessageKind::download_request, MessageKind::download_reply,
        MessageKind::upload_request, MessageKind::upload_ack}) {
    TextTable texts;
    Message message;
    RC_ASSERT(decode(kind, text, texts, message).has_value());
  }
}

}  // namespace
}  // namespace tidemark::core
