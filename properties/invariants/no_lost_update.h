// no-lost-update: from every version that an app or the backend wrote, a path leads through the
// version graph to a version that the server holds at rest. A deletion also counts as held where
// the server does not hold the object.
//
// The same loss, caught where it happens (no-stale-overwrite): no replica, on receiving a message,
// replaces a version by one of its ancestors; no strategy is asked to choose between a version and
// its own ancestor with the ancestor winning. One finding; the first breach counts.
#pragma once

#include <vector>

#include "properties/court.h"

namespace tidemark::core {

// Whether a version is excused: the last replica that held it, or any version reachable from it,
// stopped holding it in a reinstall or restore, unless some replica had replaced it, on a message,
// by a version not reachable from it.
bool is_excused(const std::vector<Holding>& journal, const std::vector<bool>& reachable);

template <class World>
bool is_excused(Value version, const World& world, const History& history) {
  if (!history.was_wiped()) return false;
  const VersionGraph graph(world.versions(), history.decisions());
  return is_excused(history.journal(), graph.reachable(version));
}

class NoLostUpdate {
 public:
  static constexpr std::string_view kName = "no-lost-update";
  static constexpr std::string_view kMeaning =
      "every version that was written leads to one that the server holds at rest";
  // On a message, replica put `value` over `other`, which descends from it.
  static constexpr BreachKind kStaleOverwrite{"stale-overwrite"};
  // A strategy at replica was asked between `value` and `other`, which descends from it, and chose
  // `value`.
  static constexpr BreachKind kAncestorChosen{"ancestor-chosen"};
  // No path leads from `value` to what the server holds at rest.
  static constexpr BreachKind kLost{"lost"};

  template <class World>
  static void on(const Held& held, const Court<World>& court) {
    if (court.history.cause() != Cause::message || held.value == kNoValue) return;
    if (!is_ancestor(court.world.versions(), held.value, held.before)) return;
    court.break_first({.kind = &kStaleOverwrite,
                       .replica = held.replica,
                       .guid = held.guid,
                       .value = held.value,
                       .other = held.before});
  }

  template <class World>
  static void on(const FactTold& told, const Court<World>& court) {
    const Fact& fact = court.world.facts()[told.place];
    if (fact.kind != FactKind::conflict_resolved || fact.winner == Winner::merge) return;
    const Value lost = fact.winner == Winner::local ? fact.server : fact.local;
    if (!is_ancestor(court.world.versions(), fact.kept, lost)) return;
    court.break_first({.kind = &kAncestorChosen,
                       .replica = told.teller,
                       .guid = fact.guid,
                       .value = fact.kept,
                       .other = lost});
  }

  template <class World>
  void on(const Rested&, const Court<World>& court) {
    if (court.is_broken()) return;
    mark_safe(court.world, court.history);
    for (std::uint32_t number = 1; number < safe_.size(); ++number) {
      const Version& version = court.world.versions()[number];
      if (safe_[number] || !version.by_app()) continue;
      if (is_excused(Value{number}, court.world, court.history)) continue;
      return court.break_first({.kind = &kLost,
                                .replica = version.writer,
                                .guid = version.guid,
                                .value = Value{number}});
    }
  }

  // Nothing of one event is there at the next.
  template <class Form, class World>
  static void describe(Form&, Replica, const World&, const History&) {}

 private:
  // A version is safe if a path leads from it to what the server holds. Edit and merge edges lead
  // from lower to higher numbers, so one pass downwards follows them all; decisions may need more.
  template <class World>
  void mark_safe(const World& world, const History& history) {
    const auto& versions = world.versions();
    safe_.assign(versions.size(), 0);
    for (std::uint32_t guid = 0; guid < world.objects(); ++guid) {
      const Value held = world.shadow(kServer, Guid{guid});
      if (held.number < safe_.size()) safe_[held.number] = 1;
    }
    for (std::uint32_t number = 1; number < versions.size(); ++number)
      if (versions[number].isdeleted && world.shadow(kServer, versions[number].guid) == kNoValue)
        safe_[number] = 1;
    for (bool again = true; again;) {
      for_each_descent_back(
          versions, [&](Value newer, Value older) { safe_[older.number] |= safe_[newer.number]; });
      again = false;
      for (const DecisionEdge& decision : history.decisions()) {
        if (!safe_[decision.kept.number] || safe_[decision.over.number]) continue;
        safe_[decision.over.number] = 1;
        again = true;
      }
    }
  }

  std::vector<std::uint8_t> safe_;  // by value; written anew before it is read
};

}  // namespace tidemark::core
