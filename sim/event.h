// Events: everything that happens in the world, in the past tense and in order. Invariants, marks,
// stories and the digest read them.
#pragma once

#include <bit>
#include <cstdint>

#include "base/digest.h"
#include "model/object.h"
#include "sim/step.h"

namespace tidemark::core {

enum class EventKind : std::uint8_t {
  world_began,            // the first of a run
  step_began,             // number: its place in the scenario
  step_skipped,           // a no-op. detail: SkipReason
  written,                // replica, guid: value was written over `other`
  clock_jumped,           // replica
  cycle_began,            // replica. detail: 1 for a full sync. So is a change that is sent at once
  message_sent,           // replica: the client of the link; message, number: of the request
  message_lost,           // as message_sent, and the next five
  message_became_late,    // the client gave up, the message stays in the network
  message_copied,         // the copy became late
  message_arriving,       // before it is handled. detail: Arrival
  message_arrived,        // after it was handled. detail: Arrival
  carried,                // in a message that is arriving: guid, value. detail: 1 for a tombstone
  fact_told,              // an engine told a fact. number: its place in World::facts()
  held,                   // replica, guid: holds `value` (0: nothing) where it held `other`
  stale_changed_client,   // replica: an answer not waited for changed the client
  repeat_changed_server,  // replica: a second copy of a request changed the server's objects
  exchange_ended,         // replica. detail: 1 if it came to its end, 0 if it was given up
  exchange_overran,       // replica: more messages than kMaxMessagesPerExchange
  went_offline,
  came_online,
  crashed,
  reinstalled,
  backed_up,
  restored,
  settle_began,
  round_began,  // number: from 1
  rested        // number: rounds; detail: Rest
};

// A set of kinds of events, one bit each.
template <class... Kinds>
constexpr std::uint64_t events(Kinds... kinds) {
  return ((std::uint64_t{1} << static_cast<unsigned>(kinds)) | ...);
}

// How a message arrives: bits.
enum Arrival : std::uint8_t {
  kInTime = 0,
  kLate = 1,   // from the late messages of the link: the client no longer waits
  kCopied = 2  // a request of which another copy exists or existed
};

enum class Rest : std::uint8_t {
  quiet,         // a round in which no message carried an object
  circle,        // the world met a state for the second time
  out_of_rounds  // the bound of settle was hit
};

struct Event {
  EventKind kind = EventKind::step_began;
  Replica replica{};
  MessageKind message = MessageKind::none;
  std::uint8_t detail = 0;
  std::uint32_t number = 0;
  Guid guid{};
  Value value{};
  Value other{};
  friend constexpr auto operator<=>(const Event&, const Event&) = default;
};

// One step of the digest: its words are mixed side by side first.
constexpr void add(Digest& digest, const Event& event) {
  const std::uint64_t what = std::uint64_t{static_cast<std::uint8_t>(event.kind)} |
                             std::uint64_t{event.replica.number} << 8 |
                             std::uint64_t{static_cast<std::uint8_t>(event.message)} << 16 |
                             std::uint64_t{event.detail} << 24 | std::uint64_t{event.number} << 32;
  const std::uint64_t of_what = std::uint64_t{event.guid.number} ^
                                std::uint64_t{event.value.number} << 20 ^
                                std::uint64_t{event.other.number} << 42;
  digest.add(what + of_what * 0xd6e8feb86659fd93u);
}

}  // namespace tidemark::core
