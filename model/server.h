// The server: "not aware of the sync status of the clients".
#pragma once

#include "model/change.h"
#include "model/fact.h"
#include "model/message.h"
#include "model/protocol.h"

namespace tidemark::core {

// Invariant: every record's counter_lastupdate is at most `counter`, and no two are equal.
struct Server {
  ServerCounter counter;  // "increased on each change of an object", also by sync
  Table<Record<ServerCounter>> records;
  friend bool operator==(const Server&, const Server&) = default;
};

// A change in the web backend.
void apply_change(Server& server, const Change& change, Timestamp now);

// Handles a download-request or an upload-request and writes the answer. Tells upload_refused.
void handle_request(Server& server, const Message& request, const Protocol& protocol, Timestamp now,
                    Message& answer, Facts& facts);

}  // namespace tidemark::core
