// Facts: what an engine tells the world about a step it has just made, in the past tense.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "model/object.h"
#include "model/strategy.h"

namespace tidemark::core {

enum class FactKind : std::uint8_t {
  // A strategy was asked and chose `kept`. Client.
  conflict_resolved,
  // The app was told that its version `local` was given up for `kept`, under `kept_guid`. Client.
  // ("In many cases a conflict requires informing the user.")
  change_overwritten,
  // The app was told that its version `local` went into the merge `kept`. Client.
  change_merged,
  // The client learned from an answer that the server took its version `local`. Client.
  upload_accepted,
  // The server did not take the uploaded version `local`. Server.
  upload_refused,
  // The loser `local` of a primary-key conflict became a tombstone with its own value. Client.
  key_loser_buried
};

struct Fact {
  FactKind kind = FactKind::conflict_resolved;
  ConflictKind conflict = ConflictKind::object;
  Winner winner = Winner::server;
  // timestamp_lastupdate of the local version against the server's: negative, 0 or positive.
  std::int8_t stamp_order = 0;
  Guid guid{};         // of `local`
  Guid server_guid{};  // of `server`; another than `guid` in a primary-key conflict
  Guid kept_guid{};    // of `kept`
  Value local = kNoValue;
  Value server = kNoValue;
  Value kept = kNoValue;
  bool merged_isdeleted = false;  // of a merge: whether it is a deletion
  // Whether it is not the version of this value, but the tombstone that became of it as a key
  // loser.
  bool local_is_buried = false;
  bool server_is_buried = false;
  bool kept_is_buried = false;
};

using Facts = std::vector<Fact>;

// Fact::stamp_order of two stamps, and of two versions.
constexpr std::int8_t stamp_order(Timestamp local, Timestamp server) {
  const auto order = local <=> server;
  return order < 0 ? std::int8_t{-1} : order > 0 ? std::int8_t{1} : std::int8_t{0};
}
constexpr std::int8_t stamp_order(const Object& local, const Object& server) {
  return stamp_order(local.stamps.lastupdate, server.stamps.lastupdate);
}

}  // namespace tidemark::core
