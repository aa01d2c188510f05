// no-redundant-transfer: a version is not delivered to a replica that holds it, or has held it
// since it was last wiped, if it had already travelled on that client's link, in either direction,
// in a download whose reply, or an upload whose answer, reached the waiting client.
//
// What does not count is in History: an exchange that began before the last full sync, crash or
// reinstall of the client, or restore of the server. A message that is late is not judged.
#pragma once

#include "properties/court.h"

namespace tidemark::core {

class NoRedundantTransfer {
 public:
  static constexpr std::string_view kName = "no-redundant-transfer";
  static constexpr std::string_view kMeaning =
      "no version is delivered again to a replica that knows it";
  // `value` was delivered to replica, which knew it; `other` is the number of the client whose link
  // it came on.
  static constexpr BreachKind kRedundant{.name = "redundant", .names_another = false};

  template <class World>
  static void on(const Carried& carried, const Court<World>& court) {
    const MessageEvent& message = court.history.arriving().message;
    if (message.late || carried.value.number >= court.world.versions().size()) return;
    const Trail& trail = court.history.trail(carried.value);
    if (!(trail.held_by & bit_of(carried.to))) return;
    if (!(trail.travelled & bit_of(message.client))) return;
    court.break_first({.kind = &kRedundant,
                       .replica = carried.to,
                       .guid = carried.guid,
                       .value = carried.value,
                       .other = Value{message.client.number}});
  }
};

}  // namespace tidemark::core
