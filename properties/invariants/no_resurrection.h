// no-resurrection: a deleted object is alive again only through an undelete, a decision or merge of
// the strategy, or because its deletion is excused as under no-lost-update.
//
// Judged at rest, by replica: one that has held a deletion since it was last wiped holds the object
// live, and has held no live version to which a path leads from that deletion.
#pragma once

#include "properties/court.h"
#include "properties/invariants/no_lost_update.h"

namespace tidemark::core {

class NoResurrection {
 public:
  static constexpr std::string_view kName = "no-resurrection";
  static constexpr std::string_view kMeaning =
      "a deleted object is alive again only through an undelete or a strategy";
  // Replica held the deletion `other`, and holds `value` live.
  static constexpr BreachKind kResurrected{"resurrected"};

  template <class World>
  static void on(const Rested&, const Court<World>& court) {
    const auto& versions = court.world.versions();
    for (std::uint32_t number = 1; number < versions.size(); ++number) {
      if (!versions[number].isdeleted || !versions[number].by_app()) continue;
      for (std::uint8_t replica = 0; replica < court.world.replicas(); ++replica)
        check(Value{number}, Replica{replica}, court);
    }
  }

 private:
  template <class World>
  static void check(Value deletion, Replica replica, const Court<World>& court) {
    if (!(court.history.trail(deletion).held_by & bit_of(replica))) return;
    const Guid guid = court.world.versions()[deletion.number].guid;
    const Object* object = court.world.find(replica, guid);
    if (object == nullptr || object->content.isdeleted) return;
    if (is_lawful(deletion, replica, court.world, court.history)) return;
    court.break_first({.kind = &kResurrected,
                       .replica = replica,
                       .guid = guid,
                       .value = object->content.value,
                       .other = deletion});
  }

  template <class World>
  static bool is_lawful(Value deletion, Replica replica, const World& world,
                        const History& history) {
    const auto& versions = world.versions();
    const auto held_live = [&](std::size_t number) {
      return !versions[number].isdeleted &&
             (history.trail(Value{static_cast<std::uint32_t>(number)}).held_by & bit_of(replica));
    };
    // Nearly always an undelete right over it; a graph is built only where there is none.
    for (std::size_t number = deletion.number + 1; number < versions.size(); ++number)
      if (versions[number].over == deletion && held_live(number)) return true;
    const std::vector<bool> reachable =
        VersionGraph(versions, history.decisions()).reachable(deletion);
    for (std::size_t number = 1; number < versions.size(); ++number)
      if (reachable[number] && held_live(number)) return true;
    return history.was_wiped() && is_excused(history.journal(), reachable);
  }
};

}  // namespace tidemark::core
