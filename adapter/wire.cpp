#include "adapter/wire.h"

#include <tidemark/engine.h>

#include <array>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace tidemark::core {
namespace {

static_assert(kObjectProperties.size() == Identity::kProperties);

using Tree = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;  // writes fields in the page's order

constexpr std::string_view kGet = "GET ";
constexpr std::string_view kPost = "POST ";
constexpr std::string_view kList = "/list/";
constexpr std::string_view kUpdate = "/update";
constexpr std::size_t kMaxShown = 40;  // characters of a wrong input in an error

// --- encode

OrderedJson object_json(const Object& object, const WireTexts& texts) {
  OrderedJson json{{"guid", texts.text_of(object.guid)}};
  const Identity::Numbers numbers = object.identity.numbers();
  for (std::size_t i = 0; i < numbers.size(); ++i)
    json[kObjectProperties[i].name] = texts.text_of(i, numbers[i]);
  json["value"] = texts.text_of(object.content.value);
  json["isdeleted"] = object.content.isdeleted ? 1 : 0;
  json["timestamp_created"] = object.stamps.created;
  json["timestamp_lastupdate"] = object.stamps.lastupdate;
  return json;
}

OrderedJson objects_json(const Message& message, const WireTexts& texts) {
  OrderedJson objects = OrderedJson::array();
  for (const Object& object : message.objects) objects.push_back(object_json(object, texts));
  for (std::size_t i = 0; i < message.bases.size(); ++i) {
    OrderedJson& base = objects[i]["base"];
    if (message.bases[i] != kNoValue) base = texts.text_of(message.bases[i]);
  }
  return objects;
}

OrderedJson result_json(const Message& message, const WireTexts& texts) {
  OrderedJson result{{"statuscode", message.statuscode == StatusCode::ok ? 1 : 0},
                     {"servercounter", message.servercounter.number}};
  for (Guid guid : message.refused) result["refused"].push_back(texts.text_of(guid));
  return result;
}

std::string dump(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

// --- encode, the hardened protocol

std::string version_text(VersionId id) {
  return std::to_string(id.writer) + "." + std::to_string(id.number / 2) +
         (id.is_buried() ? "!" : "");
}

OrderedJson versioned_json(const hardened::VersionedObject& each, const WireTexts& texts) {
  OrderedJson json = object_json(each.object, texts);
  json["version"] = version_text(each.version);
  OrderedJson& lineage = json["lineage"] = OrderedJson::object();
  each.lineage.for_each([&](VersionId id) {
    if (id.is_buried())
      json["buried"].push_back(version_text(id));
    else
      lineage[std::to_string(id.writer)] = id.number / 2;
  });
  return json;
}

OrderedJson versioned_list(const hardened::Message& message, const WireTexts& texts) {
  OrderedJson objects = OrderedJson::array();
  for (const auto& each : message.objects) objects.push_back(versioned_json(each, texts));
  return objects;
}

OrderedJson result_json(const hardened::Message& message, const WireTexts& texts) {
  OrderedJson result{
      {"statuscode", 1}, {"servercounter", message.servercounter.number}, {"epoch", message.epoch}};
  for (Guid guid : message.refused) result["refused"].push_back(texts.text_of(guid));
  return result;
}

// --- decode

struct Failure {
  std::string text;
};

[[noreturn]] void fail(const std::string& where, const std::string& wrong,
                       std::string_view expected) {
  throw Failure{where + ": " + wrong + ", expected " + std::string(expected)};
}

std::string shown_text(std::string_view text) {
  std::string all = Tree(text).dump(-1, ' ', true, Tree::error_handler_t::replace);
  return all.size() <= kMaxShown ? all : all.substr(0, kMaxShown) + "…";
}

std::string as_read(const Tree& json) {
  if (json.is_structured()) return json.is_array() ? "a list" : "an object";
  return json.is_string() ? shown_text(json.get_ref<const std::string&>()) : json.dump();
}

// A place in the input: the JSON there, and its path.
class Place {
 public:
  explicit Place(const Tree& json) : json_(json), path_("$") {}

  Place field(const char* name) const {
    const auto found = structured(Tree::value_t::object, "an object").find(name);
    const std::string path = path_ + "." + name;
    if (found == json_.end()) fail(path, "missing", "this field");
    return {*found, path};
  }
  bool has(const char* name) const { return json_.contains(name); }
  bool is_null() const { return json_.is_null(); }

  template <class Visit>
  void for_each(Visit visit) const {
    const Tree& list = structured(Tree::value_t::array, "a list");
    for (std::size_t i = 0; i < list.size(); ++i)
      visit(Place(list[i], path_ + "[" + std::to_string(i) + "]"));
  }

  std::string text() const {
    if (!json_.is_string()) wrong("a text");
    return json_.get<std::string>();
  }
  std::string guid() const {
    if (!json_.is_string() || text().empty()) wrong("a text that is not empty");
    return text();
  }
  std::uint64_t counter() const {
    if (!json_.is_number_unsigned()) wrong("a whole number from 0");
    return json_.get<std::uint64_t>();
  }
  Timestamp seconds() const {
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<Timestamp>::max());
    if (!json_.is_number_integer() ||
        (json_.is_number_unsigned() && json_.get<std::uint64_t>() > kMax))
      wrong("whole seconds in 64 bits");
    return json_.get<Timestamp>();
  }
  bool bit() const {
    if (!json_.is_number_integer() || (json_ != 0 && json_ != 1)) wrong("0 or 1");
    return json_ == 1;
  }

  [[noreturn]] void wrong(std::string_view expected) const {
    fail(path_, as_read(json_) + " is wrong here", expected);
  }
  [[noreturn]] void unwelcome(const std::string& why) const { fail(path_, why, "no such field"); }

 private:
  Place(const Tree& json, std::string path) : json_(json), path_(std::move(path)) {}

  const Tree& structured(Tree::value_t type, std::string_view expected) const {
    if (json_.type() != type) wrong(expected);
    return json_;
  }

  const Tree& json_;
  std::string path_;
};

// A message whose texts are not ids yet: nothing becomes known before all of it is right.
struct RawObject {
  std::string guid, value;
  std::array<std::string, Identity::kProperties> properties;
  std::optional<std::string> base;
  Object object;
};
struct RawMessage {
  Message message;
  std::vector<RawObject> objects;
  std::vector<std::string> refused;
  bool has_bases = false;
};

RawObject read_object(const Place& place) {
  RawObject raw;
  raw.guid = place.field("guid").guid();
  for (std::size_t i = 0; i < raw.properties.size(); ++i)
    raw.properties[i] = place.field(kObjectProperties[i].name).text();
  raw.value = place.field("value").text();
  raw.object.content.isdeleted = place.field("isdeleted").bit();
  raw.object.stamps.created = place.field("timestamp_created").seconds();
  raw.object.stamps.lastupdate = place.field("timestamp_lastupdate").seconds();
  if (place.has("counter_lastupdate"))
    place.field("counter_lastupdate").unwelcome("this counter never travels");
  return raw;
}

// All objects of an upload have a base, or none: a protocol sends it, or does not.
void read_base(const Place& place, RawMessage& raw) {
  const bool first = raw.objects.size() == 1;
  const bool given = place.has("base");
  if (first) raw.has_bases = given;
  if (!given && raw.has_bases) place.field("base");
  if (!given) return;
  const Place base = place.field("base");
  if (!raw.has_bases) base.unwelcome("the objects before have none");
  if (!base.is_null()) raw.objects.back().base = base.text();
}

void read_objects(const Place& body, RawMessage& raw) {
  const bool upload = raw.message.kind == MessageKind::upload_request;
  body.field("objects").for_each([&](const Place& place) {
    raw.objects.push_back(read_object(place));
    if (upload) read_base(place, raw);
  });
}

void read_result(const Place& body, RawMessage& raw) {
  const Place result = body.field("result");
  raw.message.statuscode = result.field("statuscode").bit() ? StatusCode::ok : StatusCode::nok;
  raw.message.servercounter = {result.field("servercounter").counter()};
  if (raw.message.kind != MessageKind::upload_ack || !result.has("refused")) return;
  result.field("refused").for_each(
      [&](const Place& place) { raw.refused.push_back(place.guid()); });
}

void read_get(std::string_view text, RawMessage& raw) {
  constexpr std::string_view kExpected = "GET …/list/ and a whole number from 0";
  const auto list = text.rfind(kList);
  if (!text.starts_with(kGet) || list == std::string_view::npos ||
      text.find(' ', kGet.size()) != std::string_view::npos)
    fail("call", shown_text(text) + " is wrong here", kExpected);
  const std::string_view number = text.substr(list + kList.size());
  const char* const end = number.data() + number.size();
  const auto [rest, error] = std::from_chars(number.data(), end, raw.message.servercounter.number);
  if (error != std::errc{} || rest != end)
    fail("call", shown_text(number) + " is wrong here", kExpected);
}

// What follows `POST …/update`.
std::string_view posted(std::string_view text) {
  const auto space = text.find(' ', kPost.size());
  if (!text.starts_with(kPost) || space == std::string_view::npos ||
      !text.substr(0, space).ends_with(kUpdate))
    fail("call", shown_text(text) + " is wrong here", "POST …/update and an object");
  return text.substr(space + 1);
}

Tree parse(std::string_view text) {
  try {
    return Tree::parse(text);
  } catch (const Tree::parse_error& error) {
    fail("$", "not JSON at byte " + std::to_string(error.byte), "an object");
  } catch (const Tree::out_of_range&) {
    fail("$", "a number is too large", "numbers of at most 64 bits");
  }
}

RawMessage read(MessageKind expected, std::string_view text) {
  RawMessage raw;
  raw.message.kind = expected;
  switch (expected) {
    case MessageKind::none:
      fail("call", "no message is awaited", "none");
    case MessageKind::download_request:
      read_get(text, raw);
      return raw;
    case MessageKind::upload_request:
      text = posted(text);
      break;
    case MessageKind::download_reply:
    case MessageKind::upload_ack:
      break;
  }
  const Tree json = parse(text);
  if (expected != MessageKind::upload_ack) read_objects(Place(json), raw);
  if (expected != MessageKind::upload_request) read_result(Place(json), raw);
  return raw;
}

Message intern(RawMessage& raw, WireTexts& texts) {
  Message& message = raw.message;
  for (RawObject& each : raw.objects) {
    each.object.guid = texts.guid_of(each.guid);
    Identity::Numbers numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i)
      numbers[i] = texts.number_of(i, each.properties[i]);
    each.object.identity = Identity::of(numbers);
    each.object.content.value = texts.value_of(each.value);
    message.objects.push_back(each.object);
    if (raw.has_bases) message.bases.push_back(each.base ? texts.value_of(*each.base) : kNoValue);
  }
  for (const std::string& guid : raw.refused) message.refused.push_back(texts.guid_of(guid));
  return std::move(message);
}

}  // namespace

std::uint32_t TextTable::Column::intern(std::string_view text) {
  const auto found = numbers.find(text);
  if (found != numbers.end()) return found->second;
  const auto number = static_cast<std::uint32_t>(texts.size());
  numbers.emplace(text, number);
  texts.emplace_back(text);
  return number;
}

std::string encode(const Message& message, const WireTexts& texts) {
  switch (message.kind) {
    case MessageKind::none:
      break;
    case MessageKind::download_request:
      return "GET /list/" + std::to_string(message.servercounter.number);
    case MessageKind::download_reply:
      return dump(
          {{"objects", objects_json(message, texts)}, {"result", result_json(message, texts)}});
    case MessageKind::upload_request:
      return "POST /update " + dump({{"objects", objects_json(message, texts)}});
    case MessageKind::upload_ack:
      return dump({{"result", result_json(message, texts)}});
  }
  return {};
}

std::string encode(const hardened::Message& message, const WireTexts& texts) {
  const std::string mark = std::to_string(message.servercounter.number);
  const bool knows_epoch = message.epoch != hardened::kNoEpoch;
  OrderedJson body = OrderedJson::object();
  switch (message.kind) {
    case MessageKind::none:
      return {};
    case MessageKind::download_request:
      return "GET /list/" + mark + (knows_epoch ? "?epoch=" + std::to_string(message.epoch) : "");
    case MessageKind::upload_request:
      if (knows_epoch) body["epoch"] = message.epoch;
      body["servercounter"] = message.servercounter.number;
      body["objects"] = versioned_list(message, texts);
      return "POST /update " + dump(body);
    case MessageKind::download_reply:
    case MessageKind::upload_ack:
      break;
  }
  if (message.kind == MessageKind::download_reply || !message.objects.empty())
    body["objects"] = versioned_list(message, texts);
  body["result"] = result_json(message, texts);
  return dump(body);
}

std::optional<std::string> decode(MessageKind expected, std::string_view text, WireTexts& texts,
                                  Message& message) {
  try {
    RawMessage raw = read(expected, text);
    message = intern(raw, texts);
    return std::nullopt;
  } catch (const Failure& failure) {
    return failure.text;
  }
}

}  // namespace tidemark::core
