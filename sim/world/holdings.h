// A part of sim/world.h: what replicas hold, and which versions there are.
#pragma once

namespace tidemark::core {

// The versions that strategies made: merges, whose values the engine took in order; then the
// tombstones of key losers, which several replicas may make alike. Facts name tombstones by the
// value of the loser; from here on by their own.
template <Engine E>
void World<E>::register_versions(Replica teller) {
  name_buried();
  const auto known = [&](Value value) { return value.number < versions_.size(); };
  const auto add = [&](Version version) {
    version.writer = teller;
    version.installation = teller.is_server() ? 0 : link(teller).installation;
    version.step = static_cast<std::uint32_t>(step_);
    versions_.push_back(version);
  };
  for (const Fact& fact : work_.facts)
    if (fact.kind == FactKind::conflict_resolved && fact.winner == Winner::merge &&
        known(fact.local) && known(fact.server))
      add({.kind = VersionKind::merge,
           .guid = fact.kept_guid,
           .over = fact.local,
           .over_too = fact.server,
           .isdeleted = fact.merged_isdeleted});
  for (const Fact& fact : work_.facts) {
    if (fact.kind != FactKind::key_loser_buried || !known(fact.local)) continue;
    if (versions_[fact.local.number].buried_as != kNoValue) continue;
    versions_[fact.local.number].buried_as = {static_cast<std::uint32_t>(versions_.size())};
    add({.kind = VersionKind::buried,
         .guid = fact.guid,
         .buried_of = fact.local,
         .isdeleted = true});
  }
  name_buried();
}

template <Engine E>
void World<E>::name_buried() {
  const auto name = [&](bool& is_buried, Value& value) {
    if (!is_buried || value.number >= versions_.size()) return;
    const Value tombstone = versions_[value.number].buried_as;
    if (tombstone == kNoValue) return;
    value = tombstone;
    is_buried = false;
  };
  for (Fact& fact : work_.facts) {
    name(fact.local_is_buried, fact.local);
    name(fact.server_is_buried, fact.server);
    name(fact.kept_is_buried, fact.kept);
  }
}

// Registers the versions that strategies made, then passes the facts on.
template <Engine E>
template <class Observer>
void World<E>::tell_facts(Replica teller, Observer& observer) {
  if (work_.facts.empty()) return;
  register_versions(teller);
  for (std::uint32_t i = 0; i < work_.facts.size(); ++i) {
    const Fact& fact = work_.facts[i];
    digest_.add(std::uint64_t{static_cast<std::uint8_t>(fact.kind)} |
                std::uint64_t{static_cast<std::uint8_t>(fact.conflict)} << 8 |
                std::uint64_t{static_cast<std::uint8_t>(fact.winner)} << 16 |
                std::uint64_t{fact.local.number} << 32);
    digest_.add(std::uint64_t{fact.server.number} | std::uint64_t{fact.kept.number} << 32);
    emit(FactTold{teller, i}, observer);
  }
}

template <Engine E>
template <class Observer>
void World<E>::compare_holdings(Replica replica, Observer& observer) {
  for (std::uint32_t guid = 0; guid < objects_; ++guid)
    compare_holding(replica, Guid{guid}, observer);
}

template <Engine E>
template <class Observer>
void World<E>::compare_holding(Replica replica, Guid guid, Observer& observer) {
  const Object* object = find(replica, guid);
  const Shadow now = object == nullptr ? Shadow{}
                                       : Shadow{{version_of(*object), object->content.isdeleted},
                                                object->identity};
  Shadow& shadow = shadow_of(replica, guid);
  if (now == shadow) return;
  const Value before = shadow.content.value;
  shadow = now;
  if (replica.is_server()) ++server_writes_;
  emit(Held{replica, guid, now.content.value, before}, observer);
}

}  // namespace tidemark::core
