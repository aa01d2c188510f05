// What happened to every version of a run: the part of the past that the invariants judge by.
//
// Judge tells it of every event, after the invariants have seen it.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "properties/version_graph.h"
#include "sim/ancestry.h"
#include "sim/world/summary.h"

namespace tidemark::core {

constexpr std::uint32_t bit_of(Replica replica) { return 1u << replica.number; }

// One version's past, in bits by replica.
struct Trail {
  std::uint32_t held_by = 0;    // holds it, or has held it since it was last wiped
  std::uint32_t travelled = 0;  // by client: on its link, in an exchange that counts
  std::uint32_t ack_lost = 0;   // by client: it was in an upload whose ack was lost
  bool seen_accepted = false;   // by the client that wrote it: in an answer, or downloaded
};

enum class Cause : std::uint8_t { app, message, reinstall, restore };

// A replica's record of an object changed from `before` to `after`; 0 is none.
struct Holding {
  Replica replica;
  Guid guid;
  Value before;
  Value after;
  Cause cause;
  std::uint32_t message;  // counts messages; holdings of one message change together
};

class History {
 public:
  // The message that is being handled now.
  struct Arriving {
    MessageEvent message;
    std::vector<std::pair<Guid, Value>> carried;
    std::vector<Holding> changed;  // what it changed at its receiver
  };

  // Where no client is ever reinstalled and no server restored, the journal is read by nobody.
  explicit History(bool keeps_journal = true) : keeps_journal_(keeps_journal) {}

  template <class World>
  void on(const WorldBegan& began, const World& world);
  template <class World>
  void on(const StepBegan&, const World&) {
    cause_ = Cause::app;
  }
  template <class World>
  void on(const Written& written, const World& world);
  template <class World>
  void on(const Held& held, const World& world);
  template <class World>
  void on(const CycleBegan& began, const World& world);
  template <class World>
  void on(const MessageArriving& message, const World& world);
  template <class World>
  void on(const Carried& carried, const World& world);
  template <class World>
  void on(const FactTold& told, const World& world);
  template <class World>
  void on(const MessageArrived& message, const World& world);
  template <class World>
  void on(const MessageLost& message, const World& world);
  template <class World>
  void on(const Crashed& crashed, const World&) {
    forget_travels(bit_of(crashed.client));
  }
  template <class World>
  void on(const Reinstalled& reinstalled, const World& world);
  template <class World>
  void on(const Restored& restored, const World& world);
  template <class World>
  void on(const RoundBegan& began, const World&) {
    round_ = began.round;
  }

  bool keeps_journal() const { return keeps_journal_; }

  const Trail& trail(Value value) const { return trails_[value.number]; }
  const Arriving& arriving() const { return arriving_; }
  const std::vector<DecisionEdge>& decisions() const { return decisions_; }
  const std::vector<Holding>& journal() const { return journal_; }
  Cause cause() const { return cause_; }
  // Whether a reinstall or a restore took anything away: without one no version is excused.
  bool was_wiped() const { return was_wiped_; }
  std::uint32_t round() const { return round_; }
  // Whether others changed the server between the download and the upload of this client.
  bool others_wrote_since_download(Replica client) const {
    return server_writes_ != exchange(client).server_writes;
  }
  // The epoch of the server in which the last request of this client was handled; 0 is the first.
  std::uint32_t answer_epoch(Replica client) const { return exchange(client).answer_epoch; }
  std::uint32_t epoch() const { return epoch_; }
  // Of the exchange of this client: whether what it carries counts as travelled, and the versions
  // in its upload.
  bool counts(Replica client) const { return exchange(client).counts; }
  const std::vector<Value>& uploading(Replica client) const { return exchange(client).uploading; }

 private:
  struct ExchangeTrail {
    std::vector<Value> uploading;  // in the upload under way, without those refused
    bool counts = true;            // for no-redundant-transfer
    std::uint32_t server_writes = 0;
    std::uint32_t answer_epoch = 0;
  };

  ExchangeTrail& exchange(Replica client) { return exchanges_[client.number - 1]; }
  const ExchangeTrail& exchange(Replica client) const { return exchanges_[client.number - 1]; }

  template <class World>
  void wiped(Replica replica, const World& world);
  template <class World>
  void see_accepted(Value value, Replica client, const World& world);
  void change(const Holding& holding);
  // An engine may name, or hold, a value that nobody wrote; integrity says so, the rest is spared.
  bool is_known(Value value) const { return value.number < trails_.size(); }
  void forget_travels(std::uint32_t clients) {
    for (Trail& trail : trails_) trail.travelled &= ~clients;
  }
  void travel(Value value, Replica client) {
    if (exchange(client).counts) trails_[value.number].travelled |= bit_of(client);
  }

  std::vector<Trail> trails_;  // by value
  std::vector<DecisionEdge> decisions_;
  std::vector<Holding> journal_;
  std::vector<ExchangeTrail> exchanges_;
  Arriving arriving_;
  Cause cause_ = Cause::app;
  bool keeps_journal_ = true;
  bool was_wiped_ = false;
  std::uint32_t messages_ = 0;
  std::uint32_t server_writes_ = 0;
  std::uint32_t epoch_ = 0;
  std::uint32_t round_ = 0;
};

template <class World>
void History::on(const WorldBegan& /*began*/, const World& world) {
  trails_.assign(1, {});
  decisions_.clear();
  journal_.clear();
  exchanges_.resize(world.replicas() - 1);
  for (ExchangeTrail& exchange : exchanges_) {
    exchange.uploading.clear();
    exchange.counts = true;
    exchange.server_writes = exchange.answer_epoch = 0;
  }
  cause_ = Cause::app;
  was_wiped_ = false;
  messages_ = server_writes_ = epoch_ = round_ = 0;
}

template <class World>
void History::on(const Written& written, const World& world) {
  trails_.resize(world.versions().size());
  change({written.replica, written.guid, written.over, written.value, cause_, messages_});
}

template <class World>
void History::on(const Held& held, const World& /*world*/) {
  change({held.replica, held.guid, held.before, held.value, cause_, messages_});
}

inline void History::change(const Holding& holding) {
  if (holding.replica.is_server()) ++server_writes_;
  was_wiped_ |= cause_ == Cause::reinstall || cause_ == Cause::restore;
  if (keeps_journal_) journal_.push_back(holding);
  if (cause_ == Cause::message) arriving_.changed.push_back(holding);
  if (is_known(holding.after)) trails_[holding.after.number].held_by |= bit_of(holding.replica);
}

template <class World>
void History::on(const CycleBegan& began, const World& /*world*/) {
  exchange(began.client).counts = true;
  if (began.full) forget_travels(bit_of(began.client));
}

template <class World>
void History::on(const Carried& carried, const World& /*world*/) {
  if (!is_known(carried.value)) return;
  arriving_.carried.push_back({carried.guid, carried.value});
  const MessageEvent& message = arriving_.message;
  if (message.kind == MessageKind::upload_request && !message.late)
    exchange(message.client).uploading.push_back(carried.value);
}

template <class World>
void History::on(const MessageLost& message, const World& /*world*/) {
  if (message.kind != MessageKind::upload_ack || message.late) return;
  for (const Value value : exchange(message.client).uploading)
    trails_[value.number].ack_lost |= bit_of(message.client);
}

template <class World>
void History::on(const Reinstalled& reinstalled, const World& world) {
  cause_ = Cause::reinstall;
  forget_travels(bit_of(reinstalled.client));
  wiped(reinstalled.client, world);
}

template <class World>
void History::on(const Restored& /*restored*/, const World& world) {
  cause_ = Cause::restore;
  ++epoch_;
  ++server_writes_;
  forget_travels(~0u);
  for (ExchangeTrail& each : exchanges_) each.counts = false;
  wiped(kServer, world);
}

// What a replica held before it was wiped counts no more; what it holds now does.
template <class World>
void History::wiped(Replica replica, const World& world) {
  for (Trail& trail : trails_) trail.held_by &= ~bit_of(replica);
  if (!replica.is_server()) return;
  for (std::uint32_t guid = 0; guid < world.objects(); ++guid)
    if (const Object* object = world.find(replica, Guid{guid});
        object != nullptr && is_known(world.version_of(*object)))
      trails_[world.version_of(*object).number].held_by |= bit_of(replica);
}

template <class World>
void History::on(const MessageArriving& message, const World& /*world*/) {
  cause_ = Cause::message;
  ++messages_;
  arriving_.message = message;
  arriving_.carried.clear();
  arriving_.changed.clear();
  if (message.kind == MessageKind::upload_request && !message.late)
    exchange(message.client).uploading.clear();
}

template <class World>
void History::on(const FactTold& told, const World& world) {
  const Fact& fact = world.facts()[told.place];
  switch (fact.kind) {
    case FactKind::conflict_resolved:
      trails_.resize(world.versions().size());
      if (!is_known(fact.local) || !is_known(fact.server)) break;
      if (fact.winner == Winner::merge || is_ancestor(world.versions(), fact.local, fact.server) ||
          is_ancestor(world.versions(), fact.server, fact.local))
        break;
      if (fact.winner == Winner::local)
        decisions_.push_back({fact.server, fact.local});
      else
        decisions_.push_back({fact.local, fact.server});
      break;
    case FactKind::key_loser_buried:
      trails_.resize(world.versions().size());
      if (is_known(fact.local) && is_known(fact.kept))
        decisions_.push_back({fact.local, fact.kept});
      break;
    case FactKind::upload_refused:
      if (const MessageEvent& message = arriving_.message; !message.late)
        std::erase(exchange(message.client).uploading, fact.local);
      break;
    case FactKind::upload_accepted:
      see_accepted(fact.local, told.teller, world);
      break;
    case FactKind::change_overwritten:
    case FactKind::change_merged:
      break;
  }
}

template <class World>
void History::see_accepted(Value value, Replica client, const World& world) {
  if (!is_known(value)) return;
  const Version& version = world.versions()[value.number];
  if (version.writer == client) trails_[value.number].seen_accepted = true;
}

template <class World>
void History::on(const MessageArrived& message, const World& world) {
  if (message.late) return;
  ExchangeTrail& exchange = this->exchange(message.client);
  if (message.to.is_server()) {
    exchange.answer_epoch = epoch_;
    if (message.kind == MessageKind::download_request) exchange.server_writes = server_writes_;
    return;
  }
  if (message.kind == MessageKind::upload_ack)
    for (const Value value : exchange.uploading) travel(value, message.client);
  for (const auto& [guid, value] : arriving_.carried) {
    travel(value, message.client);
    see_accepted(value, message.client, world);
  }
}

}  // namespace tidemark::core
