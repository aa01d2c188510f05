// A client: "the mobile app (device) always initiates the sync", downloads first, uploads second,
// and handles conflicts.
#pragma once

#include <vector>

#include "model/change.h"
#include "model/fact.h"
#include "model/message.h"
#include "model/protocol.h"
#include "model/strategy.h"

namespace tidemark::core {

// The exchange under way with the server. Not stored: a crash ends it.
struct Exchange {
  struct Sent {
    Guid guid;
    Value value;
    friend constexpr bool operator==(const Sent&, const Sent&) = default;
  };
  MessageKind awaited = MessageKind::none;  // download_reply, upload_ack, or none: no exchange
  ClientCounter built;                      // the client's counter when the upload was built
  std::vector<Sent> sent;                   // what the upload carried

  void end() {
    awaited = MessageKind::none;
    built = {};
    sent.clear();
  }
  friend bool operator==(const Exchange&, const Exchange&) = default;
};

struct Client {
  ClientCounter counter;  // increased "only when an object is changed directly on the client"
  // "Counter_lastsync: value of the local counter of the client on the last sync TO the server."
  ClientCounter counter_lastsync;
  // "Servercounter_lastsync: value of the counter on the server, on the last sync FROM the server."
  ServerCounter servercounter_lastsync;
  Table<Record<ClientCounter>> records;
  Exchange exchange;
  friend bool operator==(const Client&, const Client&) = default;
};

// What a client may use while it handles an answer.
struct ClientInput {
  const Protocol& protocol;
  const Strategy& strategy;
  Timestamp now;
  Value fresh;  // this value, and all above it, were never written
};

// "A conflict occurs when the server sends an updated object and on the client
// object.counter_lastupdate > counter_lastsync": the server did not yet receive this change.
inline bool pending(const Client& client, const Record<ClientCounter>& record) {
  return record.counter_lastupdate > client.counter_lastsync || record.refused;
}

// A change by the app, online or not, also while an exchange is under way.
void apply_change(Client& client, const Change& change, Timestamp now);

// Starts a cycle: writes the download-request; under cycle-order=upload-first the upload-request,
// if there is anything to send. A full sync "simply has to reset its servercounter_lastsync and
// counter_lastsync to zero". Requires: no exchange is under way.
void begin_cycle(Client& client, bool full, Message& request, const Protocol& protocol);

// Handles the awaited answer. Returns whether a next request was written. Each merge uses up one
// fresh value, in order. Tells conflict_resolved, change_overwritten, change_merged,
// upload_accepted.
bool handle_answer(Client& client, const Message& answer, const ClientInput& input,
                   Message& request, Facts& facts);

// The client gives up waiting, or is killed: the exchange ends, what is stored stays.
inline void end_exchange(Client& client) { client.exchange.end(); }

}  // namespace tidemark::core
