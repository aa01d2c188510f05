#include "adapter/json_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "sim/foreign.h"
#include "sim/trace.h"
#include "sim/trace_words.h"

namespace tidemark::core {
namespace {

using Json = nlohmann::ordered_json;
using std::string_view;

constexpr std::array<string_view, 4> kMessageKinds{"download-request", "download-reply",
                                                   "upload-request", "upload-ack"};
constexpr std::array<string_view, 4> kChangeKinds{"create", "edit", "delete", "undelete"};
constexpr std::array<string_view, 13> kOperations{
    "begin", "change",    "start",  "request", "answer", "stale", "give-up",
    "crash", "reinstall", "backup", "restore", "save",   "load"};
constexpr std::array<string_view, 3> kKept{"local", "server", "merge"};
constexpr std::array<string_view, 15> kLacks{"backend",     "deletes",   "undelete",  "edits",
                                             "shared-keys", "lost",      "late",      "duplicate",
                                             "offline",     "clock",     "crash",     "reinstall",
                                             "restore",     "full-sync", "interleave"};

// Of lists and objects in one another: what reads them calls itself for each.
constexpr std::size_t kMaxDepth = 100;

template <class Enum>
constexpr std::size_t place(Enum value) {
  return static_cast<std::size_t>(value);
}

// --- Writing ---

void add_text(std::string& line, string_view text) {
  const bool plain = std::none_of(text.begin(), text.end(), [](char character) {
    return static_cast<unsigned char>(character) < 0x20 || character == '"' || character == '\\' ||
           static_cast<unsigned char>(character) >= 0x7f;
  });
  if (plain)
    line.append(1, '"').append(text).append(1, '"');
  else
    line += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void add_field(std::string& line, string_view name, string_view text) {
  line.append(",\"").append(name).append("\":");
  add_text(line, text);
}
void add_number(std::string& line, string_view name, std::int64_t number) {
  fmt::format_to(std::back_inserter(line), ",\"{}\":{}", name, number);
}

void add_message(std::string& line, string_view name, const tidemark::Message& message) {
  const auto* body = std::any_cast<std::string>(&message.body);
  line.append(",\"")
      .append(name)
      .append("\":{\"kind\":\"")
      .append(kMessageKinds[place(message.kind)]);
  line.append("\",\"body\":").append(body == nullptr ? "null" : *body);
  line += ",\"objects\":[";
  for (const tidemark::Version& version : message.objects) {
    if (&version != &message.objects.front()) line += ',';
    line += "{\"guid\":";
    add_text(line, version.guid);
    add_field(line, "value", version.value);
    if (version.isdeleted) line += ",\"isdeleted\":true";
    line += '}';
  }
  line += "]}";
}

void add_begin(std::string& line, std::uint8_t clients) {
  line += ",\"clients\":[";
  std::string ids = "\"S\":0";
  for (std::uint8_t number = 1; number <= clients; ++number) {
    const char name = replica_name(Replica{number});
    fmt::format_to(std::back_inserter(line), "{}\"{}\"", number > 1 ? "," : "", name);
    fmt::format_to(std::back_inserter(ids), ",\"{}\":{}", name, number);
  }
  line.append("],\"ids\":{").append(ids).append("}");
}

void add_change(std::string& line, const tidemark::Change& change) {
  add_field(line, "change", kChangeKinds[place(change.kind)]);
  add_field(line, "guid", change.guid);
  if (change.kind == tidemark::ChangeKind::create)
    for (const ObjectProperty& property : kObjectProperties)
      add_field(line, property.name, change.*property.given);
  add_field(line, "value", change.value);
}

// --- Reading ---

template <class... Arguments>
[[noreturn]] void garbage(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw EngineFault("garbage: " + fmt::format(format, std::forward<Arguments>(arguments)...));
}

// As text, for a message of ours or to be handed back: keys stay in their order, spaces go.
std::string text_of(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The beginning of what the adapter wrote, fit for a message: any byte may be in it.
std::string cited(string_view text) {
  std::string fit = excerpt(text);
  for (std::size_t i = 0; i < fit.size();) {
    const std::size_t size = character_size(string_view(fit).substr(i));
    const auto byte = static_cast<unsigned char>(fit[i]);
    if (size == 0 || byte < 0x20 || byte == 0x7f) fit[i] = '?';
    i += std::max<std::size_t>(size, 1);
  }
  return fit;
}

// What a value is, for a message.
std::string shown(const Json& value) { return cited(text_of(value)); }

// An object whose fields are asked for by name; `path` says where it stands in the answer.
class Fields {
 public:
  Fields(const Json& json, std::string path) : json_(json), path_(std::move(path)) {
    if (!json.is_object()) garbage("{}: {}, expected an object", path_, shown(json));
  }

  const Json* find(const char* name) const {
    const auto found = json_.find(name);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  std::string at(string_view name) const { return fmt::format("{}.{}", path_, name); }

  std::optional<std::string> text(const char* name) const {
    const Json* found = find(name);
    if (found == nullptr) return std::nullopt;
    if (!found->is_string()) garbage("{}: {}, expected a string", at(name), shown(*found));
    return found->get<std::string>();
  }
  std::string needed(const char* name) const {
    auto found = text(name);
    if (!found) garbage("{}: missing, expected a string", at(name));
    return *std::move(found);
  }
  bool flag(const char* name) const {
    const Json* found = find(name);
    if (found == nullptr) return false;
    if (!found->is_boolean()) garbage("{}: {}, expected true or false", at(name), shown(*found));
    return found->get<bool>();
  }
  std::optional<std::uint64_t> number(const char* name) const {
    const Json* found = find(name);
    if (found == nullptr) return std::nullopt;
    if (!found->is_number_unsigned())
      garbage("{}: {}, expected a whole number that is not negative", at(name), shown(*found));
    return found->get<std::uint64_t>();
  }
  template <std::size_t N>
  std::size_t word(const char* name, const std::array<string_view, N>& words) const {
    const std::string found = needed(name);
    const auto match = std::find(words.begin(), words.end(), found);
    if (match == words.end())
      garbage("{}: '{}', expected one of: {}", at(name), cited(found), fmt::join(words, ", "));
    return static_cast<std::size_t>(match - words.begin());
  }
  // Reads each element of a list, which may be left out.
  template <class Read>
  void each(const char* name, Read read) const {
    const Json* found = find(name);
    if (found == nullptr) return;
    if (!found->is_array()) garbage("{}: {}, expected a list", at(name), shown(*found));
    for (std::size_t i = 0; i < found->size(); ++i)
      read((*found)[i], fmt::format("{}[{}]", at(name), i));
  }

 private:
  const Json& json_;
  std::string path_;
};

tidemark::Version version_of(const Json& json, std::string path) {
  const Fields fields(json, std::move(path));
  const bool isdeleted = fields.flag("isdeleted");
  return {.guid = fields.needed("guid"),
          .value = isdeleted ? fields.text("value").value_or("") : fields.needed("value"),
          .isdeleted = isdeleted};
}

tidemark::Held held_of(const Json& json, std::string path) {
  const Fields fields(json, path);
  tidemark::Version version = version_of(json, std::move(path));
  tidemark::Held held{.guid = std::move(version.guid),
                      .value = std::move(version.value),
                      .isdeleted = version.isdeleted};
  for (const ObjectProperty& property : kObjectProperties)
    held.*property.held = fields.text(property.name);
  return held;
}

tidemark::Message message_of(const Json& json, std::string path) {
  const Fields fields(json, std::move(path));
  tidemark::Message message{
      .kind = static_cast<tidemark::MessageKind>(fields.word("kind", kMessageKinds))};
  const Json* body = fields.find("body");
  message.body = body == nullptr ? std::string("null") : text_of(*body);
  fields.each("objects", [&](const Json& one, std::string where) {
    message.objects.push_back(version_of(one, std::move(where)));
  });
  return message;
}

Decided decided_of(const Json& json, std::string path) {
  const Fields fields(json, std::move(path));
  Decided decided{.guid = fields.needed("guid"),
                  .local = fields.needed("local"),
                  .server_guid = fields.text("server_guid"),
                  .server = fields.needed("server"),
                  .kept = static_cast<Kept>(fields.word("kept", kKept))};
  if (decided.kept != Kept::merge) return decided;
  decided.merged = fields.needed("value");
  decided.merged_isdeleted = fields.flag("isdeleted");
  return decided;
}

Told told_of(const Json& json, std::string path) {
  const Fields fields(json, std::move(path));
  return {.guid = fields.needed("guid"),
          .value = fields.needed("value"),
          .kept_guid = fields.text("kept_guid"),
          .kept = fields.needed("kept"),
          .merged = fields.flag("merged")};
}

// How deep lists and objects stand in one another. Of what is no JSON it is at least as deep as a
// parser would come.
std::size_t depth_of(string_view line) {
  std::size_t depth = 0, deepest = 0;
  bool is_quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (is_quoted && line[i] == '\\')
      ++i;
    else if (line[i] == '"')
      is_quoted = !is_quoted;
    else if (!is_quoted && (line[i] == '[' || line[i] == '{'))
      deepest = std::max(deepest, ++depth);
    else if (!is_quoted && (line[i] == ']' || line[i] == '}') && depth > 0)
      --depth;
  }
  return deepest;
}

// Throws what the adapter says itself.
Json parse_line(string_view line) {
  if (depth_of(line) > kMaxDepth)
    garbage("'{}' is nested too deep, expected at most {} lists and objects in one another",
            cited(line), kMaxDepth);
  Json json = Json::parse(line, nullptr, false);
  if (json.is_discarded()) garbage("'{}' is no JSON, expected one JSON object a line", cited(line));
  if (!json.is_object()) garbage("'{}', expected one JSON object a line", cited(line));
  if (const auto error = json.find("error"); error != json.end() && !error->is_null())
    throw EngineFault("error: the adapter says: " + shown(*error));
  return json;
}

std::vector<std::string> words_of(const Fields& fields, const char* name,
                                  const std::vector<string_view>& known) {
  std::vector<std::string> words;
  fields.each(name, [&](const Json& one, const std::string& where) {
    if (!one.is_string() ||
        std::find(known.begin(), known.end(), one.get<std::string>()) == known.end())
      garbage("{}: {}, expected one of: {}", where, shown(one), fmt::join(known, ", "));
    words.push_back(one.get<std::string>());
  });
  return words;
}

constexpr std::array<string_view, 4> kStrategies{"server-priority", "client-priority",
                                                 "timestamp-priority", "own"};
constexpr std::array<string_view, 2> kDecisions{"inferred", "reported"};
constexpr std::array<string_view, 10> kExcuses{"deletes-win",
                                               "tombstone-values",
                                               "convergence",
                                               "no-lost-update",
                                               "no-redundant-transfer",
                                               "one-object-per-key",
                                               "no-resurrection",
                                               "quiescence",
                                               "integrity",
                                               "told"};

}  // namespace

std::string print_hello(const std::optional<std::string>& strategy) {
  std::string line = fmt::format("{{\"op\":\"hello\",\"tidemark\":{}", kAdapterVersion);
  if (strategy) add_field(line, "strategy", *strategy);
  return line + "}";
}

std::string print_request(const tidemark::Request& request) {
  std::string line;
  line.reserve(256);
  fmt::format_to(std::back_inserter(line), "{{\"op\":\"{}\",\"world\":{}",
                 kOperations[place(request.operation)], request.world);
  if (request.operation == Operation::begin) {
    add_begin(line, request.clients);
    return line + "}";
  }
  add_field(line, "at", string_view(&request.at, 1));
  switch (request.operation) {
    case Operation::change:
      add_change(line, *request.change);
      add_number(line, "now", request.now);
      break;
    case Operation::start:
      line.append(",\"full\":").append(request.full ? "true" : "false");
      add_number(line, "now", request.now);
      break;
    case Operation::request:
      add_field(line, "from", string_view(&request.from, 1));
      [[fallthrough]];
    case Operation::answer:
      add_message(line, "message", *request.message);
      add_number(line, "now", request.now);
      break;
    case Operation::stale:
      add_message(line, "message", *request.message);
      break;
    case Operation::reinstall:
    case Operation::restore:
      add_number(line, "id", request.id);
      break;
    case Operation::load:
      line.append(",\"state\":").append(*request.state);
      break;
    default:
      break;
  }
  return line + "}";
}

Traits parse_hello(string_view line) {
  const Json json = parse_line(line);
  const Fields fields(json, "hello");
  const auto version = fields.number("tidemark");
  if (version != static_cast<std::uint64_t>(kAdapterVersion))
    throw EngineFault(fmt::format(
        "version: hello is answered with \"tidemark\": {}, expected {}",
        fields.find("tidemark") == nullptr ? "nothing" : shown(*fields.find("tidemark")),
        kAdapterVersion));
  Traits traits{.name = fields.needed("name"), .version = fields.text("version").value_or("")};
  if (!is_engine_name(traits.name))
    garbage("hello.name: '{}', expected letters, digits, '.', '_' and '-', at most {}",
            cited(traits.name), kMaxLabelCharacters);
  const std::uint64_t worlds = fields.number("worlds").value_or(1);
  if (worlds < 1 || worlds > kMaxWorlds)
    garbage("hello.worlds: {}, expected 1 to {}", worlds, kMaxWorlds);
  traits.worlds = static_cast<std::uint32_t>(worlds);
  if (fields.find("strategy") != nullptr)
    traits.strategy = kStrategies[fields.word("strategy", kStrategies)];
  if (fields.find("decisions") != nullptr)
    traits.reports_decisions = fields.word("decisions", kDecisions) == 1;
  traits.lacks = words_of(fields, "lacks", {kLacks.begin(), kLacks.end()});
  traits.excuses = words_of(fields, "excuses", {kExcuses.begin(), kExcuses.end()});
  traits.snapshots = fields.flag("snapshot");
  return traits;
}

Answer parse_answer(string_view line) {
  const Json json = parse_line(line);
  const Fields fields(json, "answer");
  Answer answer;
  if (const Json* send = fields.find("send")) answer.send = message_of(*send, fields.at("send"));
  if (fields.find("holds") != nullptr) answer.holds.emplace();
  fields.each("holds", [&](const Json& one, std::string where) {
    answer.holds->push_back(held_of(one, std::move(where)));
  });
  fields.each("decisions", [&](const Json& one, std::string where) {
    answer.decisions.push_back(decided_of(one, std::move(where)));
  });
  fields.each("told", [&](const Json& one, std::string where) {
    answer.told.push_back(told_of(one, std::move(where)));
  });
  fields.each("accepted", [&](const Json& one, std::string where) {
    answer.accepted.push_back(version_of(one, std::move(where)));
  });
  fields.each("refused", [&](const Json& one, std::string where) {
    answer.refused.push_back(version_of(one, std::move(where)));
  });
  answer.counter = fields.number("counter");
  answer.counter_lastsync = fields.number("counter_lastsync");
  answer.servercounter_lastsync = fields.number("servercounter_lastsync");
  if (const auto state = json.find("state"); state != json.end()) answer.state = text_of(*state);
  return answer;
}

}  // namespace tidemark::core
