// An account of a run: the events of a recording, regrouped as a reader thinks of them.
//
// A run is a list of passages: one for each step, one for the exchanges that settle finds open, one
// for each round of settle, one for the rest that it comes to. A passage is a list of entries: one
// thing that happened, with all that it caused at its receiver.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "properties/runner.h"
#include "sim/scenario.h"

namespace tidemark::core {

// An object as a message carries it.
struct Item {
  Guid guid;
  Value value;
  friend bool operator==(const Item&, const Item&) = default;
};

// What a replica holds of an object changed; kNoValue is nothing.
struct HoldingChange {
  Replica replica;
  Guid guid;
  Value before;
  Value after;
};

struct TideChange {
  Tide before;
  Tide after;
};

struct Entry {
  // What happened. Of messages: MessageSent where the message is left in flight, MessageLost,
  // MessageBecameLate, MessageCopied, or MessageArriving with all that it did.
  Event head;
  std::size_t begin = 0;  // the first of its events, by place in Recording::events
  std::size_t end = 0;    // behind the last
  // Of a message: what it carried; of an upload-ack: what its request did. Nothing: not known,
  // since the message never arrived.
  std::optional<std::vector<Item>> carried;
  std::vector<Item> refused;  // of them, by the server; of upload-request and upload-ack
  std::vector<Fact> facts;
  std::vector<HoldingChange> changes;
  std::vector<TideChange> tides;

  // The message that it is about; null: none.
  const MessageEvent* message() const { return message_in(head); }
  bool is_late() const { return message() != nullptr && message()->late; }
  // Of a message the client whose link it is on.
  Replica replica() const { return replica_of(head); }
  // Where its effects are: of a message, at its receiver.
  Replica place() const { return message() == nullptr ? replica() : message()->to; }
};

enum class PassageKind : std::uint8_t { step, open_exchanges, round, rest };

struct Passage {
  PassageKind kind = PassageKind::step;
  std::uint32_t number = 0;  // of a step: its place; of a round: counted from 1
  Event head;
  std::vector<Entry> entries;
};

// The last entry of a cycle in which nothing was carried and nothing happened; else the same.
std::size_t end_of_quiet_cycle(const Passage& passage, std::size_t entry);

// Where in an account.
struct Spot {
  std::size_t passage = 0;
  std::size_t entry = 0;
  friend auto operator<=>(const Spot&, const Spot&) = default;
};

class Account {
 public:
  // The scenario and the recording outlive the account.
  Account(const Scenario& scenario, const Recording& recording);

  const Scenario& scenario() const { return *scenario_; }
  const Recording& recording() const { return *recording_; }
  const std::vector<Passage>& passages() const { return passages_; }
  const Passage& passage(Spot spot) const { return passages_[spot.passage]; }
  const Entry& entry(Spot spot) const { return passages_[spot.passage].entries[spot.entry]; }
  std::uint32_t replicas() const { return scenario_->clients + 1u; }
  std::uint32_t objects() const { return static_cast<std::uint32_t>(scenario_->objects.size()); }

  // What all replicas hold at rest, by replica and object; and one of them.
  const std::vector<Value>& at_rest() const { return holdings_; }
  Value at_rest(Replica replica, Guid guid) const {
    return holdings_[replica.number * objects() + guid.number];
  }
  // Where a breach happened: the entry that it is about, the rest where it was judged there.
  Spot spot_of(const Breach& breach) const;
  // Whether an event of this type is among those of an entry.
  template <EventType E>
  bool has(const Entry& entry) const {
    const auto begin = recording_->events.begin();
    return std::any_of(begin + static_cast<std::ptrdiff_t>(entry.begin),
                       begin + static_cast<std::ptrdiff_t>(entry.end), is<E>);
  }
  // All spots, in order.
  std::vector<Spot> spots() const;
  // servercounter_lastsync as the download-request of this number carried it; nothing of an engine
  // that does not tell it.
  std::optional<std::uint64_t> asked_since(std::uint32_t number) const;

 private:
  using MessageName = std::pair<MessageKind, std::uint32_t>;

  void read_messages();
  void read(std::size_t place);
  void read_effect(const Event& event);
  void open(PassageKind kind, std::uint32_t number, const Event& event);
  Entry& add_entry(std::size_t place);
  void read_message(std::size_t place);
  void add_fact(Entry& entry, const Fact& fact);
  void change_holding(const HoldingChange& change);
  void read_tides(std::size_t place);
  bool is_resolved_in_passage(std::size_t sent) const;
  std::size_t passage_of(const Breach& breach) const;

  const Scenario* scenario_;
  const Recording* recording_;
  std::vector<Passage> passages_;
  std::vector<Value> holdings_;
  std::vector<Tide> tides_;
  std::size_t next_tide_ = 0;
  std::map<MessageName, std::vector<Item>> carried_;
  std::map<std::uint32_t, std::vector<Item>> refused_;  // by number of the request, so far
  std::map<std::uint32_t, std::uint64_t> asked_since_;  // by number
};

}  // namespace tidemark::core
