// The page's "simple synchronization algorithm": no counters, no conflicts, the whole list each
// time. It "is NOT incremental and does NOT support offline usage".
//
//   1. A cycle fetches "a list of all records from the server" and uploads nothing.
//   2. What is in the list is stored with fromServer=yes, whatever the device held of it. "The
//      device must delete all local records with fromServer=yes which are no longer in the list."
//   3. A record that is added or deleted on the device is sent "to the server immediately", in an
//      exchange of its own. What cannot be sent at once is not sent at all.
//   4. An add that was answered has fromServer=yes: our reading. By the page it waits for a list
//      that names the record, and there is none if the record is deleted elsewhere before.
//
// An edit on a device is stored there, and not sent: the page has no call for it.
#pragma once

#include <vector>

#include "model/change.h"
#include "model/fact.h"
#include "model/message.h"
#include "model/mutant.h"

namespace tidemark::core::simple {

struct ClientRecord {
  Object object;
  bool from_server = false;
  bool present = false;
  friend bool operator==(const ClientRecord&, const ClientRecord&) = default;
};

// One that is deleted stays, marked, and is in no list.
struct ServerRecord {
  Object object;
  bool present = false;
  friend bool operator==(const ServerRecord&, const ServerRecord&) = default;
};

//   download-request  nothing
//   download-reply    all live records
//   upload-request    the record that was added, or the guid and the mark of one that was deleted
//   upload-ack        nothing
struct Message {
  MessageKind kind = MessageKind::none;
  std::vector<Object> objects;

  void reset(MessageKind new_kind) {
    kind = new_kind;
    objects.clear();
  }
  friend bool operator==(const Message&, const Message&) = default;
};

struct Client {
  Table<ClientRecord> records;
  MessageKind awaited = MessageKind::none;
  // What the upload under way carried.
  Guid sent{};
  Value sent_value = kNoValue;

  void end_exchange() {
    awaited = MessageKind::none;
    sent = {};
    sent_value = kNoValue;
  }
  friend bool operator==(const Client&, const Client&) = default;
};

struct Server {
  Table<ServerRecord> records;
  friend bool operator==(const Server&, const Server&) = default;
};

void apply_change(Client& client, const Change& change, Timestamp now);
void apply_change(Server& server, const Change& change, Timestamp now);

// Writes the request for a change that was just applied. Returns whether there is one: an edit has
// none. Requires: no exchange is under way.
bool begin_change(Client& client, const Change& change, Message& request);

// Starts a cycle. Requires: no exchange is under way.
void begin_cycle(Client& client, Message& request);

void handle_request(Server& server, const Message& request, Timestamp now, Message& answer);

// Handles the awaited answer; the exchange ends with it. Tells upload_accepted.
void handle_answer(Client& client, const Message& answer, Mutant mutant, Facts& facts);

}  // namespace tidemark::core::simple
