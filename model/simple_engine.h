// The page's simple algorithm as the world drives it. It satisfies the Engine concept of
// sim/engine.h, sends changes at once, and knows nothing of the world.
#pragma once

#include "model/protocol.h"
#include "model/simple.h"
#include "model/strategy.h"

namespace tidemark::core {

class Simple {
 public:
  using Client = simple::Client;
  using Server = simple::Server;
  using Message = simple::Message;

  // "Since the app is assumed to be online all the time, conflict handling is not needed."
  Simple(const Protocol& protocol, const Strategy& /*strategy*/) : mutant_(protocol.mutant) {}

  void install(Client& client, std::uint32_t /*installation*/) const {
    client.records.clear();
    client.end_exchange();
  }
  void install(Server& server, std::uint32_t /*epoch*/) const { server.records.clear(); }
  void reinstall(Client& client, std::uint32_t installation) const {
    install(client, installation);
  }
  void backup(const Server& server, Server& saved) const { saved = server; }
  void restore(Server& server, const Server& saved, std::uint32_t /*epoch*/) const {
    server = saved;
  }

  template <class Replica>
  static bool takes_changes(const Replica& /*replica*/) {
    return true;
  }
  template <class Replica>
  void change(Replica& replica, const Change& change, Timestamp now) const {
    apply_change(replica, change, now);
  }
  bool begin_change(Client& client, const Change& change, Message& request) const {
    return simple::begin_change(client, change, request);
  }

  // Every list is whole, so a full sync is a sync.
  void begin(Client& client, bool /*full*/, Timestamp /*now*/, Message& request) const {
    begin_cycle(client, request);
  }
  void handle(Server& server, const Message& request, Timestamp now, Value /*fresh*/,
              Message& answer, Facts& /*facts*/) const {
    handle_request(server, request, now, answer);
  }
  bool handle(Client& client, const Message& answer, Timestamp /*now*/, Value /*fresh*/,
              Message& /*next*/, Facts& facts) const {
    handle_answer(client, answer, mutant_, facts);
    return false;
  }
  void handle_stale(Client& /*client*/, const Message& /*answer*/) const {}
  void end_exchange(Client& client) const { client.end_exchange(); }
  void crash(Client& client) const { client.end_exchange(); }

  static MessageKind kind(const Message& message) { return message.kind; }
  template <class Visit>
  static void for_each_object(const Message& message, Visit visit) {
    for (const Object& object : message.objects) visit(object);
  }
  template <class Replica>
  static const Object* find(const Replica& replica, Guid guid) {
    const auto* record = replica.records.find(guid);
    return record == nullptr ? nullptr : &record->object;
  }
  // There are no counters, and no marks.
  template <class Replica>
  static std::uint64_t counter(const Replica& /*replica*/) {
    return 0;
  }
  static std::uint64_t counter_lastsync(const Client& /*client*/) { return 0; }
  static std::uint64_t servercounter_lastsync(const Client& /*client*/) { return 0; }

  // ---- What an exhaustive search must know, to tell states that differ only by name from others.

  static constexpr bool compares_stamps() { return false; }
  static constexpr bool compares_creation_stamps() { return false; }
  static constexpr bool stores_time_of_sync() { return false; }
  static constexpr bool subtracts_counters() { return false; }
  static constexpr bool compares_guids_of_shared_keys() { return true; }
  static constexpr bool compares_writers() { return false; }
  static bool ignores_late(MessageKind kind) { return kind != MessageKind::upload_request; }
  static constexpr bool lost_downloads_matter() { return false; }

  // As of AppSync.
  template <class Describer>
  void describe(const Client& client, Describer& to) const {
    to.plain(static_cast<std::uint64_t>(client.awaited));
    client.records.for_each([&](const simple::ClientRecord& record) {
      to.record(record.object, ClientCounter{}, record.from_server);
    });
    if (client.sent_value != kNoValue) to.mention(client.sent, client.sent_value);
  }
  template <class Describer>
  void describe(const Server& server, Describer& to) const {
    server.records.for_each(
        [&](const simple::ServerRecord& record) { to.record(record.object, ServerCounter{}, 0); });
  }
  template <class Describer>
  void describe(const Message& message, Describer& to) const {
    for (const Object& object : message.objects) to.carried(object);
  }

  template <class Digest>
  static void digest(const Client& client, Digest& digest) {
    client.records.for_each([&](const simple::ClientRecord& record) {
      digest_object(record.object, record.from_server, digest);
    });
  }
  template <class Digest>
  static void digest(const Server& server, Digest& digest) {
    server.records.for_each(
        [&](const simple::ServerRecord& record) { digest_object(record.object, false, digest); });
  }

 private:
  template <class Digest>
  static void digest_object(const Object& object, bool from_server, Digest& digest) {
    digest.add(std::uint64_t{object.guid.number} << 32 | object.content.value.number);
    digest.add(static_cast<std::uint64_t>(object.stamps.lastupdate) << 2 |
               std::uint64_t{object.content.isdeleted} << 1 | std::uint64_t{from_server});
  }

  Mutant mutant_;
};

}  // namespace tidemark::core
