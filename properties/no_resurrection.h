// no-resurrection: a deleted object is alive again only through an undelete, a decision or merge of
// the strategy, or because its deletion is excused as under no-lost-update.
//
// Judged at rest, by replica: one that has held a deletion since it was last wiped holds the object
// live, and no path leads from that deletion to a live version.
#pragma once

#include "properties/history.h"
#include "properties/no_lost_update.h"
#include "properties/verdict.h"

namespace tidemark {

class NoResurrection {
 public:
  template <class World>
  static void at_rest(const World& world, const History& history, Verdict& verdict) {
    const auto& versions = world.versions();
    for (std::uint32_t number = 1; number < versions.size(); ++number) {
      const Version& deletion = versions[number];
      if (!deletion.isdeleted || !deletion.by_app()) continue;
      const Value value{number};
      const Replica where = alive_again_at(value, deletion.guid, world, history);
      if (where.number == world.replicas() || is_lawful(value, world, history)) continue;
      return verdict.break_first(Invariant::no_resurrection,
                                 {.kind = BreachKind::resurrected,
                                  .replica = where,
                                  .guid = deletion.guid,
                                  .value = world.shadow(where, deletion.guid),
                                  .other = value,
                                  .step = static_cast<std::uint32_t>(world.step()),
                                  .round = history.round(),
                                  .at_rest = true});
    }
  }

 private:
  // The first replica that held the deletion and holds the object live; if none, one past the last.
  template <class World>
  static Replica alive_again_at(Value deletion, Guid guid, const World& world,
                                const History& history) {
    Replica replica{0};
    for (; replica.number < world.replicas(); ++replica.number) {
      if (!(history.trail(deletion).held_by & bit_of(replica))) continue;
      const Object* object = world.find(replica, guid);
      if (object != nullptr && !object->isdeleted) break;
    }
    return replica;
  }

  template <class World>
  static bool is_lawful(Value deletion, const World& world, const History& history) {
    const auto& versions = world.versions();
    for (std::size_t number = deletion.number + 1; number < versions.size(); ++number)
      if (versions[number].over == deletion && !versions[number].isdeleted) return true;
    const std::vector<bool> reachable =
        VersionGraph(versions, history.decisions()).reachable(deletion);
    for (std::size_t number = 1; number < versions.size(); ++number)
      if (reachable[number] && !versions[number].isdeleted) return true;
    return is_excused(history.journal(), reachable);
  }
};

}  // namespace tidemark
