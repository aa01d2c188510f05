// The appSync engine as the world drives it: one implementation, its protocol and its strategy.
// It satisfies the Engine concept of sim/engine.h and knows nothing of the world.
#pragma once

#include <utility>

#include "model/client.h"
#include "model/server.h"

namespace tidemark::core {

class AppSync {
 public:
  using Client = tidemark::core::Client;
  using Server = tidemark::core::Server;
  using Message = tidemark::core::Message;

  AppSync(Protocol protocol, Strategy strategy)
      : protocol_(protocol), strategy_(std::move(strategy)) {}

  const Protocol& protocol() const { return protocol_; }
  const Strategy& strategy() const { return strategy_; }

  // The state of a new installation and of a new server. Memory is kept.
  void install(Client& client, std::uint32_t /*installation*/) const {
    client.counter = client.counter_lastsync = {};
    client.servercounter_lastsync = {};
    client.records.clear();
    client.exchange.end();
  }
  void install(Server& server, std::uint32_t /*epoch*/) const {
    server.counter = {};
    server.records.clear();
  }
  void backup(const Server& server, Server& saved) const { saved = server; }
  void restore(Server& server, const Server& saved, std::uint32_t /*epoch*/) const {
    server = saved;
  }

  void reinstall(Client& client, std::uint32_t installation) const {
    install(client, installation);
  }

  template <class Replica>
  static bool takes_changes(const Replica& /*replica*/) {
    return true;
  }
  template <class Replica>
  void change(Replica& replica, const Change& change, Timestamp now) const {
    apply_change(replica, change, now);
  }

  void begin(Client& client, bool full, Timestamp /*now*/, Message& request) const {
    begin_cycle(client, full, request, protocol_);
  }
  void handle(Server& server, const Message& request, Timestamp now, Value /*fresh*/,
              Message& answer, Facts& facts) const {
    handle_request(server, request, protocol_, now, answer, facts);
  }
  // Returns whether `next` holds a request to send.
  bool handle(Client& client, const Message& answer, Timestamp now, Value fresh, Message& next,
              Facts& facts) const {
    return handle_answer(client, answer, {protocol_, strategy_, now, fresh}, next, facts);
  }
  // An answer that the client no longer waits for.
  void handle_stale(Client& /*client*/, const Message& /*answer*/) const {}
  void end_exchange(Client& client) const { tidemark::core::end_exchange(client); }
  void crash(Client& client) const { tidemark::core::end_exchange(client); }

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
  // Counters for the invariants that speak of them.
  static std::uint64_t counter(const Client& client) { return client.counter.number; }
  static std::uint64_t counter(const Server& server) { return server.counter.number; }
  static std::uint64_t counter_lastsync(const Client& client) {
    return client.counter_lastsync.number;
  }
  static std::uint64_t servercounter_lastsync(const Client& client) {
    return client.servercounter_lastsync.number;
  }

  // ---- What an exhaustive search must know, to tell states that differ only by name from others.

  // Which stamps of two versions may be compared, and whether a sync stores the time.
  bool compares_stamps() const { return strategy_.reads(kReadsStamps); }
  bool compares_creation_stamps() const { return strategy_.reads(kReadsCreationStamps); }
  bool stores_time_of_sync() const {
    return protocol_.timestamps == Timestamps::local || strategy_.may(Winner::merge);
  }
  // Whether server counters are subtracted, not only compared: the guard counts accepted objects.
  bool subtracts_counters() const {
    return protocol_.upload_ack_moves_download_mark == UploadAckMovesDownloadMark::if_alone;
  }
  // Objects are handled in the order of their guids, and that matters only where two have one key.
  // Clients and installations are never compared.
  static constexpr bool compares_guids_of_shared_keys() { return true; }
  // Versions have no ids that could be compared.
  static constexpr bool compares_writers() { return false; }
  // A late answer is ignored, and a late download-request changes nothing at the server.
  static bool ignores_late(MessageKind kind) { return kind != MessageKind::upload_request; }

  // Of a cycle that gets no further than its download-reply nothing is left, if it begins with
  // that.
  bool lost_downloads_matter() const { return protocol_.cycle_order == CycleOrder::upload_first; }

  // Describes all that the behaviour depends on, to anything with
  //   plain(uint64), mark(Counter): a counter that others are compared with,
  //   record(const Object&, Counter, flags), carried(const Object&),
  //   mention(Guid, Value): a version that is named and not held.
  template <class Describer>
  void describe(const Client& client, Describer& to) const {
    const bool covers_built = protocol_.upload_ack_covers == UploadAckCovers::built;
    to.mark(client.counter);
    to.mark(client.counter_lastsync);
    to.mark(client.servercounter_lastsync);
    to.plain(static_cast<std::uint64_t>(client.exchange.awaited));
    if (client.exchange.awaited == MessageKind::upload_ack && covers_built)
      to.mark(client.exchange.built);
    describe_records(client.records, to);
    for (const Exchange::Sent& sent : client.exchange.sent) to.mention(sent.guid, sent.value);
  }
  template <class Describer>
  void describe(const Server& server, Describer& to) const {
    to.mark(server.counter);
    describe_records(server.records, to);
  }
  template <class Describer>
  void describe(const Message& message, Describer& to) const {
    const bool unread_counter =
        message.kind == MessageKind::upload_ack &&
        protocol_.upload_ack_moves_download_mark == UploadAckMovesDownloadMark::never;
    to.plain(static_cast<std::uint64_t>(message.statuscode));
    if (message.kind != MessageKind::upload_request && !unread_counter)
      to.mark(message.servercounter);
    for (const Object& object : message.objects) to.carried(object);
    for (std::size_t i = 0; i < message.bases.size(); ++i)
      to.mention(message.objects[i].guid, message.bases[i]);
    for (const Guid guid : message.refused) to.mention(guid, kNoValue);
  }

  // Adds to `digest`, anything with add(uint64), all that the replica's behaviour depends on.
  template <class Digest>
  static void digest(const Client& client, Digest& digest) {
    digest.add(client.counter.number);
    digest.add(client.counter_lastsync.number);
    digest.add(client.servercounter_lastsync.number);
    digest.add(static_cast<std::uint64_t>(client.exchange.awaited));
    digest_records(client.records, digest);
  }
  template <class Digest>
  static void digest(const Server& server, Digest& digest) {
    digest.add(server.counter.number);
    digest_records(server.records, digest);
  }

 private:
  template <class Counter, class Describer>
  void describe_records(const Table<Record<Counter>>& records, Describer& to) const {
    records.for_each([&](const Record<Counter>& record) {
      to.record(record.object, record.counter_lastupdate, record.refused);
      if (protocol_.server_check == ServerCheck::base) to.mention(record.object.guid, record.base);
    });
  }
  template <class Counter, class Digest>
  static void digest_records(const Table<Record<Counter>>& records, Digest& digest) {
    records.for_each([&](const Record<Counter>& record) {
      const Object& object = record.object;
      const std::uint64_t flags = std::uint64_t{record.base.number} << 2 |
                                  std::uint64_t{object.content.isdeleted} << 1 |
                                  std::uint64_t{record.refused};
      digest.add((std::uint64_t{object.guid.number} << 32 | object.content.value.number) *
                     0x9e3779b97f4a7c15u +
                 hashed(object.identity) * 0xbf58476d1ce4e5b9u +
                 static_cast<std::uint64_t>(object.stamps.created) * 0x94d049bb133111ebu +
                 static_cast<std::uint64_t>(object.stamps.lastupdate) * 0xd6e8feb86659fd93u +
                 record.counter_lastupdate.number * 0xff51afd7ed558ccdu +
                 flags * 0xc4ceb9fe1a85ec53u);
    });
  }

  Protocol protocol_;
  Strategy strategy_;
};

}  // namespace tidemark::core
