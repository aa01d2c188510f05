// no-resurrection: a deleted object is alive again only through an undelete, a decision or merge of
// the strategy, or because its deletion is excused as under no-lost-update.
//
// Judged at rest, by replica: one that has held a deletion since it was last wiped holds the object
// live, and has held no live version to which a path leads from that deletion.
#pragma once

#include "properties/history.h"
#include "properties/invariants/no_lost_update.h"
#include "properties/verdict.h"

namespace tidemark::core {

class NoResurrection {
 public:
  template <class World>
  static void at_rest(const World& world, const History& history, Verdict& verdict) {
    const auto& versions = world.versions();
    for (std::uint32_t number = 1; number < versions.size(); ++number) {
      if (!versions[number].isdeleted || !versions[number].by_app()) continue;
      for (std::uint8_t replica = 0; replica < world.replicas(); ++replica)
        check(Value{number}, Replica{replica}, world, history, verdict);
    }
  }

 private:
  template <class World>
  static void check(Value deletion, Replica replica, const World& world, const History& history,
                    Verdict& verdict) {
    if (!(history.trail(deletion).held_by & bit_of(replica))) return;
    const Guid guid = world.versions()[deletion.number].guid;
    const Object* object = world.find(replica, guid);
    if (object == nullptr || object->content.isdeleted) return;
    if (is_lawful(deletion, replica, world, history)) return;
    verdict.break_first(Invariant::no_resurrection,
                        {.kind = BreachKind::resurrected,
                         .replica = replica,
                         .guid = guid,
                         .value = object->content.value,
                         .other = deletion,
                         .step = static_cast<std::uint32_t>(world.step()),
                         .round = history.round(),
                         .at_rest = true});
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
