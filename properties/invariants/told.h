// told: when a message makes a client give up a version that its own app wrote there and that it
// has not yet seen accepted, for one that does not descend from it, an event names both. Never
// where no such version was given up.
#pragma once

#include "properties/court.h"

namespace tidemark::core {

class Told {
 public:
  static constexpr std::string_view kName = "told";
  static constexpr std::string_view kMeaning =
      "a client that gives up its app's own version says so, and only then";
  // Replica gave up `value` of its own app without telling / told of `value` wrongly.
  static constexpr BreachKind kNotTold{"not-told"};
  static constexpr BreachKind kToldWrongly{"told-wrongly"};

  // Before History counts what the message carried as seen.
  template <class World>
  static void on(const MessageArrived& message, const Court<World>& court) {
    if (message.to.is_server()) return;
    const World& world = court.world;
    const History& history = court.history;
    for (const Holding& change : history.arriving().changed)
      if (given_up(change.before, world, history) && !told_of(change.before, world, history))
        court.break_first({.kind = &kNotTold,
                           .replica = message.client,
                           .guid = change.guid,
                           .value = change.before,
                           .other = change.after});
    if (message.late) return;
    for (const Fact& fact : world.facts())
      if (is_telling(fact) && !rightly(fact, world, history))
        court.break_first({.kind = &kToldWrongly,
                           .replica = message.client,
                           .guid = fact.guid,
                           .value = fact.local,
                           .other = fact.kept});
  }

 private:
  static bool is_telling(const Fact& fact) {
    return fact.kind == FactKind::change_overwritten || fact.kind == FactKind::change_merged;
  }

  // A version of this client's own, not yet seen accepted, that it no longer holds.
  template <class World>
  static bool own_and_gone(Value value, bool merges_too, const World& world,
                           const History& history) {
    if (value == kNoValue || value.number >= world.versions().size()) return false;
    const Version& version = world.versions()[value.number];
    const Replica client = history.arriving().message.client;
    if (version.writer != client || version.installation != world.installation(client))
      return false;
    if (!version.by_app() && !merges_too) return false;
    return !history.trail(value).seen_accepted && !holds_descendant(value, false, world, client);
  }

  template <class World>
  static bool given_up(Value value, const World& world, const History& history) {
    return own_and_gone(value, false, world, history) &&
           !holds_descendant(value, true, world, history.arriving().message.client);
  }

  // Whether the client holds this version, or, if asked for, one that descends from it.
  template <class World>
  static bool holds_descendant(Value value, bool descendants, const World& world, Replica client) {
    for (std::uint32_t guid = 0; guid < world.objects(); ++guid) {
      const Value now = world.shadow(client, Guid{guid});
      if (now == value) return true;
      if (descendants && is_ancestor(world.versions(), value, now)) return true;
    }
    return false;
  }

  template <class World>
  static bool told_of(Value value, const World& world, const History& history) {
    for (const Fact& fact : world.facts())
      if (is_telling(fact) && fact.local == value && names_what_was_kept(fact, world, history))
        return true;
    return false;
  }

  template <class World>
  static bool rightly(const Fact& fact, const World& world, const History& history) {
    return own_and_gone(fact.local, true, world, history) &&
           names_what_was_kept(fact, world, history);
  }

  // The version named as kept is held now under the guid that is named with it, came so with this
  // message, or was so given up in turn; and a merge made of the version given up is told as one.
  template <class World>
  static bool names_what_was_kept(const Fact& fact, const World& world, const History& history) {
    if (fact.kept.number >= world.versions().size()) return false;
    const Version& kept = world.versions()[fact.kept.number];
    const bool merged = is_made_here(kept, world, history) &&
                        (kept.over == fact.local || kept.over_too == fact.local);
    if (merged != (fact.kind == FactKind::change_merged)) return false;
    if (fact.kept_guid.number < world.objects() &&
        world.shadow(history.arriving().message.client, fact.kept_guid) == fact.kept)
      return true;
    for (const auto& [guid, value] : history.arriving().carried)
      if (guid == fact.kept_guid && value == fact.kept) return true;
    return is_given_up_in_turn(fact, world);
  }

  // A merge that another client made may be told as what it is there: another version.
  template <class World>
  static bool is_made_here(const Version& version, const World& world, const History& history) {
    const Replica client = history.arriving().message.client;
    return version.kind == VersionKind::merge && version.writer == client &&
           version.installation == world.installation(client);
  }

  // What was kept may lose, or be merged, in the same message: so a decision, or the app, was told.
  template <class World>
  static bool is_given_up_in_turn(const Fact& fact, const World& world) {
    for (const Fact& next : world.facts()) {
      const bool decided = next.kind == FactKind::conflict_resolved && next.winner != Winner::local;
      if ((decided || is_telling(next)) && next.local == fact.kept && next.guid == fact.kept_guid)
        return true;
    }
    return false;
  }
};

}  // namespace tidemark::core
