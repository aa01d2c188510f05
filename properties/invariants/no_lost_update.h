// no-lost-update: from every version that an app or the backend wrote, a path leads through the
// version graph to a version that the server holds at rest. A deletion also counts as held where
// the server does not hold the object.
//
// The same loss, caught where it happens (no-stale-overwrite): no replica, on receiving a message,
// replaces a version by one of its ancestors; no strategy is asked to choose between a version and
// its own ancestor with the ancestor winning. One finding; the first breach counts.
#pragma once

#include <vector>

#include "properties/history.h"
#include "properties/verdict.h"

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
  template <class World>
  static void on_held(const Event& event, const World& world, const History& history,
                      Verdict& verdict) {
    if (history.cause() != Cause::message || event.value == kNoValue) return;
    if (is_ancestor(world.versions(), event.value, event.other))
      break_at(BreachKind::stale_overwrite, event, world, history, verdict);
  }

  template <class World>
  static void on_fact(const Event& told, const World& world, const History& history,
                      Verdict& verdict) {
    const Fact& fact = world.facts()[told.number];
    if (fact.kind != FactKind::conflict_resolved || fact.winner == Winner::merge) return;
    const Value lost = fact.winner == Winner::local ? fact.server : fact.local;
    if (!is_ancestor(world.versions(), fact.kept, lost)) return;
    const Event event{
        .replica = told.replica, .guid = fact.guid, .value = fact.kept, .other = lost};
    break_at(BreachKind::ancestor_chosen, event, world, history, verdict);
  }

  template <class World>
  void at_rest(const World& world, const History& history, Verdict& verdict) {
    if (verdict.broken(Invariant::no_lost_update)) return;
    mark_safe(world, history);
    for (std::uint32_t number = 1; number < safe_.size(); ++number) {
      const Version& version = world.versions()[number];
      if (safe_[number] || !version.by_app()) continue;
      if (is_excused(Value{number}, world, history)) continue;
      const Event event{.replica = version.writer, .guid = version.guid, .value = Value{number}};
      return break_at(BreachKind::lost, event, world, history, verdict);
    }
  }

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
      for (std::size_t number = versions.size(); number-- > 1;) {
        if (!safe_[number]) continue;
        safe_[versions[number].over.number] = 1;
        safe_[versions[number].over_too.number] = 1;
      }
      again = false;
      for (const DecisionEdge& decision : history.decisions()) {
        if (!safe_[decision.kept.number] || safe_[decision.over.number]) continue;
        safe_[decision.over.number] = 1;
        again = true;
      }
    }
  }

  template <class World>
  static void break_at(BreachKind kind, const Event& event, const World& world,
                       const History& history, Verdict& verdict) {
    verdict.break_first(Invariant::no_lost_update,
                        {.kind = kind,
                         .replica = event.replica,
                         .guid = event.guid,
                         .value = event.value,
                         .other = event.other,
                         .step = static_cast<std::uint32_t>(world.step()),
                         .round = history.round(),
                         .at_rest = kind == BreachKind::lost});
  }

  std::vector<std::uint8_t> safe_;  // by value
};

}  // namespace tidemark::core
