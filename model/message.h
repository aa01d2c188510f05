// The four messages of a cycle, as the page's REST calls carry them.
//
//   download-request  GET  …/list/{servercounter_lastsync}
//   download-reply    {objects:[…], result:{statuscode, servercounter}}
//   upload-request    POST …/update {objects:[…]}
//   upload-ack        {result:{statuscode, servercounter}}
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "model/object.h"

namespace tidemark::core {

enum class MessageKind : std::uint8_t {
  none,
  download_request,
  download_reply,
  upload_request,
  upload_ack
};

enum class StatusCode : std::uint8_t { ok, nok };

// One type for all four, so that a link can reuse one buffer. A field that a kind does not name
// below is empty.
struct Message {
  MessageKind kind = MessageKind::none;
  // download-request: servercounter_lastsync of the client, the mark to start from.
  // download-reply, upload-ack: the counter of the server when it answered.
  ServerCounter servercounter;
  StatusCode statuscode = StatusCode::ok;  // download-reply, upload-ack
  std::vector<Object> objects;             // download-reply, upload-request
  std::vector<Value> bases;                // upload-request, server-check=base: one per object
  std::vector<Guid> refused;               // upload-ack, where the answer is for each object

  // Empties the message and keeps its memory.
  void reset(MessageKind new_kind) {
    kind = new_kind;
    servercounter = {};
    statuscode = StatusCode::ok;
    objects.clear();
    bases.clear();
    refused.clear();
  }
  friend void swap(Message& a, Message& b) noexcept {
    std::swap(a.kind, b.kind);
    std::swap(a.servercounter, b.servercounter);
    std::swap(a.statuscode, b.statuscode);
    a.objects.swap(b.objects);
    a.bases.swap(b.bases);
    a.refused.swap(b.refused);
  }
  friend bool operator==(const Message&, const Message&) = default;
};

constexpr bool is_request(MessageKind kind) {
  return kind == MessageKind::download_request || kind == MessageKind::upload_request;
}

}  // namespace tidemark::core
