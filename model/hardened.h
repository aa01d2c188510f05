// The hardened protocol: the page's shape, extended until every invariant holds under every step.
// The client initiates, downloads first and uploads second; two counters; the server keeps nothing
// of its clients. docs/PROTOCOL.md gives each rule with the trace that fails without it.
//
//   1. Every write has an id, and every object carries which ids it incorporates: its lineage.
//   2. "Newer" means: the other's id is in my lineage. Where neither is newer the strategy decides;
//      its decision joins both lineages and makes no new id.
//   3. The server takes an upload only over what the upload incorporates, object by object.
//   4. The answer to an upload carries what others changed since the client's mark, and moves it.
//   5. Pending is a flag of each object; an answer clears it for the version that was sent.
//   6. One live object a primary key, at the server too. The loser of a primary-key conflict
//      becomes a tombstone of its own version, which yields to any version that it does not know.
//   7. A restored server has a new epoch. Who comes with another epoch is answered in full, and
//      gives back what the server lacks.
//
// The same engine serves the page's other sync types: see SyncType.
#pragma once

#include <vector>

#include "model/change.h"
#include "model/fact.h"
#include "model/lineage.h"
#include "model/message.h"
#include "model/mutant.h"
#include "model/protocol.h"
#include "model/strategy.h"

namespace tidemark::core::hardened {

inline constexpr std::uint32_t kNoEpoch = ~std::uint32_t{0};

// An object as it travels and as it is stored.
struct VersionedObject {
  Object object;
  VersionId version;
  Lineage lineage;  // includes `version`
  friend bool operator==(const VersionedObject&, const VersionedObject&) = default;
};

struct ClientRecord : VersionedObject {
  bool pending = false;  // the server is not known to hold this version
  bool unseen = false;   // written here, and not yet seen accepted: the app is told of its loss
  bool present = false;
  friend bool operator==(const ClientRecord&, const ClientRecord&) = default;
};

struct ServerRecord : VersionedObject {
  ServerCounter counter_lastupdate;
  bool present = false;
  friend bool operator==(const ServerRecord&, const ServerRecord&) = default;
};

// The messages of a cycle; the page's fields keep their meaning.
//   download-request  epoch, servercounter: the client's mark
//   download-reply    epoch, servercounter: now, objects
//   upload-request    epoch, servercounter: the client's mark, objects
//   upload-ack        epoch, servercounter: now, refused, objects: what others changed
struct Message {
  MessageKind kind = MessageKind::none;
  std::uint32_t epoch = kNoEpoch;  // of the server, as the sender knows it
  ServerCounter servercounter;
  std::vector<VersionedObject> objects;
  std::vector<Guid> refused;

  void reset(MessageKind new_kind) {
    kind = new_kind;
    epoch = kNoEpoch;
    servercounter = {};
    objects.clear();
    refused.clear();
  }
  friend bool operator==(const Message&, const Message&) = default;
};

// The exchange under way with the server. Not stored: a crash ends it.
struct Exchange {
  struct Sent {
    Guid guid;
    VersionId version;
    Value value;
    friend constexpr bool operator==(const Sent&, const Sent&) = default;
  };
  MessageKind awaited = MessageKind::none;
  std::vector<Sent> sent;  // what the upload carried

  void end() {
    awaited = MessageKind::none;
    sent.clear();
  }
  friend bool operator==(const Exchange&, const Exchange&) = default;
};

struct Client {
  std::uint32_t writer = 0;        // this installation
  ClientCounter counter;           // increased by changes of the app, and by merges
  std::uint32_t epoch = kNoEpoch;  // of the server, when the mark was set
  ServerCounter servercounter_lastsync;
  Table<ClientRecord> records;
  Exchange exchange;
  friend bool operator==(const Client&, const Client&) = default;
};

// Invariant: at most one live object has a given primary key.
struct Server {
  std::uint32_t epoch = 0;  // also the writer of what the web backend changes
  ServerCounter counter;
  Table<ServerRecord> records;
  friend bool operator==(const Server&, const Server&) = default;
};

// How an engine departs from the protocol above.
struct Rules {
  SyncType sync_type = SyncType::multi_way;
  Mutant mutant = Mutant::none;
  bool is(Mutant which) const { return mutant == which; }
};

struct ClientInput {
  const Rules& rules;
  const Strategy& strategy;
  Timestamp now;
  Value fresh;  // this value, and all above it, were never written
};

// A change by the app, online or not, also while an exchange is under way; in the web backend.
void apply_change(Client& client, const Change& change, Timestamp now, const Rules& rules);
void apply_change(Server& server, const Change& change, Timestamp now, const Rules& rules);

// Starts a cycle: writes the first request. A full sync forgets the mark and the epoch.
// Requires: no exchange is under way.
void begin_cycle(Client& client, bool full, Message& request, const Rules& rules);

// Handles a request and writes the answer. Tells upload_refused.
void handle_request(Server& server, const Message& request, Message& answer, Facts& facts,
                    const Rules& rules);

// Handles the awaited answer. Returns whether a next request was written. Each merge uses up one
// fresh value, in order. Tells conflict_resolved, change_overwritten, change_merged,
// upload_accepted, key_loser_buried.
bool handle_answer(Client& client, const Message& answer, const ClientInput& input,
                   Message& request, Facts& facts);

// An answer that the client no longer waits for, a crash, a reinstall: nothing but what a mutant
// does.
void handle_stale(Client& client, const Message& answer, const Rules& rules);
void crash(Client& client, const Rules& rules);
void reinstall(Client& client, std::uint32_t installation, const Rules& rules);

}  // namespace tidemark::core::hardened
