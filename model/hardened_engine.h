// The hardened protocol as the world drives it. It satisfies the Engine concept of sim/engine.h and
// knows nothing of the world.
#pragma once

#include <utility>

#include "model/hardened.h"

namespace tidemark::core {

class Hardened {
 public:
  using Client = hardened::Client;
  using Server = hardened::Server;
  using Message = hardened::Message;
  using Lineage = tidemark::core::Lineage;

  Hardened(const Protocol& protocol, Strategy strategy)
      : rules_{protocol.sync_type, hardened_defect(protocol.mutant)},
        strategy_(std::move(strategy)) {}

  const Strategy& strategy() const { return strategy_; }

  void install(Client& client, std::uint32_t installation) const {
    client.writer = installation;
    hardened::reinstall(client, installation, rules_);
  }
  void install(Server& server, std::uint32_t epoch) const {
    server.epoch = epoch;
    server.counter = {};
    server.records.clear();
  }
  void reinstall(Client& client, std::uint32_t installation) const {
    hardened::reinstall(client, installation, rules_);
  }
  void backup(const Server& server, Server& saved) const { saved = server; }
  void restore(Server& server, const Server& saved, std::uint32_t epoch) const {
    const std::uint32_t before = server.epoch;
    server = saved;
    server.epoch = rules_.is(Mutant::restore_keeps_epoch) ? before : epoch;
  }

  bool takes_changes(const Client& /*client*/) const {
    return rules_.sync_type != SyncType::one_way_down;
  }
  bool takes_changes(const Server& /*server*/) const {
    return rules_.sync_type != SyncType::one_way_up;
  }
  template <class Replica>
  void change(Replica& replica, const Change& change, Timestamp now) const {
    apply_change(replica, change, now, rules_);
  }

  void begin(Client& client, bool full, Timestamp /*now*/, Message& request) const {
    begin_cycle(client, full, request, rules_);
  }
  void handle(Server& server, const Message& request, Timestamp /*now*/, Value /*fresh*/,
              Message& answer, Facts& facts) const {
    handle_request(server, request, answer, facts, rules_);
  }
  bool handle(Client& client, const Message& answer, Timestamp now, Value fresh, Message& next,
              Facts& facts) const {
    return handle_answer(client, answer, {rules_, strategy_, now, fresh}, next, facts);
  }
  void handle_stale(Client& client, const Message& answer) const {
    hardened::handle_stale(client, answer, rules_);
  }
  void end_exchange(Client& client) const { client.exchange.end(); }
  void crash(Client& client) const { hardened::crash(client, rules_); }

  static MessageKind kind(const Message& message) { return message.kind; }
  template <class Visit>
  static void for_each_object(const Message& message, Visit visit) {
    for (const hardened::VersionedObject& each : message.objects) visit(each.object);
  }
  template <class Replica>
  static const Object* find(const Replica& replica, Guid guid) {
    const auto* record = replica.records.find(guid);
    return record == nullptr ? nullptr : &record->object;
  }
  static std::uint64_t counter(const Client& client) { return client.counter.number; }
  static std::uint64_t counter(const Server& server) { return server.counter.number; }
  // What was uploaded is a flag of each object: there is no such mark.
  static std::uint64_t counter_lastsync(const Client& /*client*/) { return 0; }
  static std::uint64_t servercounter_lastsync(const Client& client) {
    return client.servercounter_lastsync.number;
  }

  // ---- What an exhaustive search must know, to tell states that differ only by name from others.

  bool compares_stamps() const {
    return strategy_.reads(kReadsStamps) || rules_.is(Mutant::later_stamp_accepted) ||
           rules_.is(Mutant::filters_by_edit_time);
  }
  bool compares_creation_stamps() const { return strategy_.reads(kReadsCreationStamps); }
  bool stores_time_of_sync() const { return strategy_.may(Winner::merge); }
  static bool subtracts_counters() { return false; }
  static constexpr bool compares_guids_of_shared_keys() { return true; }
  // Of two versions with equal stamps the greater id wins, and ids name installations.
  bool compares_writers() const { return strategy_.reads(kReadsTie); }
  bool ignores_late(MessageKind kind) const {
    return kind != MessageKind::upload_request && !rules_.is(Mutant::late_answer_applied) &&
           !rules_.is(Mutant::late_answer_moves_mark);
  }
  static constexpr bool lost_downloads_matter() { return false; }

  // As of AppSync, and
  //   token(uint64): a name that is compared for equality alone,
  //   writer(uint32), exact(uint64): the writer of what is written next, and its counter,
  //   version(const Object&, id), lineage(Guid, const Lineage&): of the object just described.
  template <class Describer>
  void describe(const Client& client, Describer& to) const {
    to.token(client.epoch);
    to.mark(client.servercounter_lastsync);
    to.writer(client.writer);
    to.exact(client.counter.number);
    to.plain(static_cast<std::uint64_t>(client.exchange.awaited));
    client.records.for_each([&](const hardened::ClientRecord& record) {
      to.record(record.object, ClientCounter{}, record.pending | record.unseen << 1);
      describe_version(record, to);
    });
    for (const auto& sent : client.exchange.sent)
      to.mention(sent.guid, sent.value, sent.version.is_buried());
  }
  template <class Describer>
  void describe(const Server& server, Describer& to) const {
    to.token(server.epoch);
    to.mark(server.counter);
    to.writer(server.epoch);
    server.records.for_each([&](const hardened::ServerRecord& record) {
      to.record(record.object, record.counter_lastupdate, 0);
      describe_version(record, to);
    });
  }
  template <class Describer>
  void describe(const Message& message, Describer& to) const {
    to.token(message.epoch);
    if (message.kind != MessageKind::none) to.mark(message.servercounter);
    for (const hardened::VersionedObject& each : message.objects) {
      to.carried(each.object);
      describe_version(each, to);
    }
    for (const Guid guid : message.refused) to.mention(guid, kNoValue);
  }

  static std::uint64_t word(VersionId id) { return std::uint64_t{id.writer} << 32 | id.number; }
  static bool includes(const Lineage& lineage, std::uint64_t version) {
    return lineage.includes(
        {static_cast<std::uint32_t>(version >> 32), static_cast<std::uint32_t>(version)});
  }

  template <class Digest>
  static void digest(const Client& client, Digest& digest) {
    digest.add(std::uint64_t{client.epoch} << 32 | client.writer);
    digest.add(client.counter.number);
    digest.add(client.servercounter_lastsync.number);
    client.records.for_each([&](const hardened::ClientRecord& record) {
      digest_object(record, std::uint64_t{record.pending} | std::uint64_t{record.unseen} << 1,
                    digest);
    });
  }
  template <class Digest>
  static void digest(const Server& server, Digest& digest) {
    digest.add(std::uint64_t{server.epoch} << 32);
    digest.add(server.counter.number);
    server.records.for_each([&](const hardened::ServerRecord& record) {
      digest_object(record, record.counter_lastupdate.number, digest);
    });
  }

 private:
  template <class Describer>
  static void describe_version(const hardened::VersionedObject& each, Describer& to) {
    to.version(each.object, word(each.version));
    to.lineage(each.object.guid, each.lineage);
  }
  template <class Digest>
  static void digest_object(const hardened::VersionedObject& each, std::uint64_t state,
                            Digest& digest) {
    const Object& object = each.object;
    digest.add(std::uint64_t{object.guid.number} << 32 | object.content.value.number);
    digest.add(static_cast<std::uint64_t>(object.stamps.lastupdate) << 1 |
               object.content.isdeleted);
    digest.add(state);
    each.lineage.for_each([&](VersionId id) { digest.add(word(id)); });
  }

  hardened::Rules rules_;
  Strategy strategy_;
};

}  // namespace tidemark::core
