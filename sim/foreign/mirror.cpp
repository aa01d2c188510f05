// What replicas are said to hold, and messages to carry.
#include "sim/foreign.h"

#include <utility>

#include "sim/foreign/fault.h"

namespace tidemark::core {
namespace {

MessageKind kind_of(tidemark::MessageKind kind) {
  return static_cast<MessageKind>(static_cast<std::uint8_t>(kind) + 1);
}

}  // namespace

std::optional<Foreign::Row> Foreign::row_of(const tidemark::Held& held) const {
  const Guid guid = texts().guid(held.guid);
  const Value value = texts().value_of(guid, held.value, held.isdeleted);
  if (value == kNoValue) return std::nullopt;
  const Identity& created = texts().created(guid).identity;
  Identity::Numbers numbers = created.numbers();
  const auto given = texts().scenario().texts_of(created);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::optional<std::string>& text = held.*kObjectProperties[i].held;
    if (text && *text != given[i]) numbers[i] = texts().property(i, *text);
  }
  return Row{.object = {.guid = guid,
                        .identity = Identity::of(numbers),
                        .content = {value, held.isdeleted}},
             .present = true};
}

void Foreign::absorb(const Answer& answer, Holder& replica) const {
  replica.counter = answer.counter.value_or(replica.counter);
  replica.counter_lastsync = answer.counter_lastsync.value_or(replica.counter_lastsync);
  replica.servercounter_lastsync =
      answer.servercounter_lastsync.value_or(replica.servercounter_lastsync);
  replica.tells_servercounter_lastsync |= answer.servercounter_lastsync.has_value();
  if (!answer.holds) return;
  replica.rows.clear();
  for (const tidemark::Held& held : *answer.holds) {
    const std::optional<Row> row = row_of(held);
    if (!row) continue;
    if (replica.rows.find(row->object.guid) != nullptr)
      fault("holds: guid '{}' is there twice", held.guid);
    replica.rows.at(row->object.guid) = *row;
  }
}

Foreign::Message Foreign::message_of(tidemark::Message&& message, Replica client) const {
  Message made{.kind = kind_of(message.kind), .client = client};
  for (const tidemark::Version& version : message.objects) {
    const Guid guid = texts().guid(version.guid);
    const Value value = texts().value_of(guid, version.value, version.isdeleted);
    if (value == kNoValue) continue;
    made.objects.push_back({.guid = guid, .content = {value, version.isdeleted}});
  }
  made.original = std::make_shared<const tidemark::Message>(std::move(message));
  if (states_ == States::kept && made.body() == nullptr)
    fault("send.body: it is no std::string, expected one of an engine that snapshots");
  return made;
}

void Foreign::digest(const Holder& replica, Digest& digest) const {
  if (!replica.state) return digest.add(texts().count_digests());
  digest.add(*replica.state);
  digest.add(replica.state->size());
}

}  // namespace tidemark::core
