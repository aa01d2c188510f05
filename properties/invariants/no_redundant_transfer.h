// no-redundant-transfer: a version is not delivered to a replica that holds it, or has held it
// since it was last wiped, if it had already travelled on that client's link, in either direction,
// in a download whose reply, or an upload whose answer, reached the waiting client.
//
// What does not count is in History: an exchange that began before the last full sync, crash or
// reinstall of the client, or restore of the server. A message that is late is not judged.
#pragma once

#include "properties/history.h"
#include "properties/verdict.h"

namespace tidemark::core {

class NoRedundantTransfer {
 public:
  template <class World>
  static void on_carried(const Event& carried, const World& world, const History& history,
                         Verdict& verdict) {
    const History::Arriving& message = history.arriving();
    if (message.late || carried.value.number >= world.versions().size()) return;
    const Trail& trail = history.trail(carried.value);
    if (!(trail.held_by & bit_of(message.receiver()))) return;
    if (!(trail.travelled & bit_of(message.client))) return;
    verdict.break_first(Invariant::no_redundant_transfer,
                        {.kind = BreachKind::redundant,
                         .replica = message.receiver(),
                         .guid = carried.guid,
                         .value = carried.value,
                         .other = Value{message.client.number},
                         .step = static_cast<std::uint32_t>(world.step()),
                         .round = history.round()});
  }
};

}  // namespace tidemark::core
