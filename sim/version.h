// Versions: what one create, edit, delete, undelete or merge wrote, and the tombstones that losers
// of primary-key conflicts became.
#pragma once

#include <array>
#include <cstdint>

#include "model/change.h"
#include "sim/step.h"

namespace tidemark::core {

enum class VersionKind : std::uint8_t { create, edit, remove, undelete, merge, buried };

// A version is named by its value: the place in World::versions(). Place 0 is no version.
struct Version {
  VersionKind kind = VersionKind::create;
  Replica writer{};                // where the app wrote it, or the strategy made it
  std::uint32_t installation = 0;  // of the writer, if a client
  std::uint32_t step = 0;          // the place of the step that wrote it
  Guid guid{};
  Value over{};       // what it was written over; of a merge, the local version
  Value over_too{};   // of a merge, the server's version
  TextId text = 0;    // value= of the step
  Value buried_as{};  // the tombstone that it became as the loser of a primary-key conflict
  Value buried_of{};  // of such a tombstone: the loser, whose value it carries on
  bool isdeleted = false;

  // kNoValue: none, or only one.
  std::array<Value, 2> made_from() const { return {over, over_too}; }
  // Not made by sync.
  bool by_app() const { return kind <= VersionKind::undelete; }
};

}  // namespace tidemark::core
