// A part of properties/search/canonical.h: which versions still count, and how they hang together.
#pragma once

namespace tidemark::core {

// Ancestors by edit and merge edges; what a version reaches, by decisions too.
template <class E, class Sum>
void Canonical<E, Sum>::trace_ancestors() {
  std::fill_n(ancestors_.begin(), versions_, Mask{0});
  std::fill_n(reach_.begin(), versions_, Mask{0});
  for_each_descent(world_->versions(), [&](Value newer, Value older) {
    ancestors_[newer.number] |= ancestors_[older.number] | 1u << older.number;
  });
  for (std::uint32_t i = 1; i < versions_; ++i)
    for (Mask mask = ancestors_[i]; mask != 0; mask &= mask - 1)
      reach_[static_cast<std::uint32_t>(std::countr_zero(mask))] |= 1u << i;
  for (bool again = !history_->decisions().empty(); again;) {
    again = false;
    for (const DecisionEdge& edge : history_->decisions())
      for (std::uint32_t i = 1; i < versions_; ++i) {
        if (i != edge.over.number && !(reach_[i] >> edge.over.number & 1)) continue;
        const Mask more = reach_[i] | 1u << edge.kept.number | reach_[edge.kept.number];
        again = again || more != reach_[i];
        reach_[i] = more;
      }
  }
}

template <class E, class Sum>
typename Canonical<E, Sum>::Mask Canonical<E, Sum>::ids_of(Mask versions) const {
  Mask ids = 0;
  for (; versions != 0; versions &= versions - 1) {
    const auto version = static_cast<std::uint32_t>(std::countr_zero(versions));
    if (is_live(version)) ids |= 1u << (ids_[version] - 1);
  }
  return ids;
}

template <class E, class Sum>
void Canonical<E, Sum>::write_versions() {
  if (keeps_all_)
    for (std::uint32_t object = 0; object < world_->objects(); ++object)
      for (std::uint32_t i = 1; i < versions_; ++i)
        if (world_->versions()[i].guid.number == object) id_of({i}, {object});
  for (const Named& named : mentions_) {
    const std::uint32_t id = named.value.number < versions_ ? ids_[named.value.number] : 0;
    column(named.guid).add(word(kMention, named.place, id));
  }
  write_lineages();
  constexpr InvariantSet kOfVersions =
      invariant_bit(Invariant::no_lost_update) | invariant_bit(Invariant::no_resurrection) |
      invariant_bit(Invariant::no_redundant_transfer) | invariant_bit(Invariant::told) |
      invariant_bit(Invariant::integrity);
  if (!(distinctions_.watched & kOfVersions)) return;
  for (std::uint8_t client = 1; client <= clients(); ++client)
    if (world_->in_flight({client}) == MessageKind::upload_ack)
      for (const Value value : history_->uploading({client}))
        uploading_[value.number] |= 1u << client;
  trace_ancestors();
  // A tombstone may be made again as long as somebody holds what it was made of.
  for (std::size_t i = 0; i < live_.size(); ++i) {
    const Live live = live_[i];
    const Value tombstone = world_->versions()[live.version].buried_as;
    if (tombstone != kNoValue) id_of(tombstone, live.guid);
  }
  for (const Live& live : live_) write_version(live.version, column(live.guid));
  if (!keeps_all_) write_dead();
}

// Whose app made it counts only until that app saw it accepted.
template <class E, class Sum>
void Canonical<E, Sum>::write_version(std::uint32_t number, Sum& sum) {
  const Version& version = world_->versions()[number];
  const Trail& trail = history_->trail({number});
  const bool current =
      !version.writer.is_server() && version.installation == world_->installation(version.writer);
  const bool tells = watches(Invariant::told) && current && !trail.seen_accepted;
  const bool redundant = watches(Invariant::no_redundant_transfer);
  std::uint64_t what = std::uint64_t{ids_[number]} | std::uint64_t{version.isdeleted} << 8 |
                       std::uint64_t{version.by_app()} << 9 |
                       std::uint64_t{tells ? version.writer.number : 0u} << 10;
  if (redundant || keeps_all_) what |= std::uint64_t{trail.held_by} << 16;
  if (redundant)
    what |= std::uint64_t{trail.travelled} << 24 | std::uint64_t{uploading_[number]} << 32;
  if (watches(Invariant::no_resurrection) && version.isdeleted && version.by_app())
    what |= std::uint64_t{unlawful_holders(number)} << 40;
  sum.add(word(kVersion, 0, what));
  sum.add(std::uint64_t{ids_of(ancestors_[number])} << 32 | ids_of(reach_[number]));
  if (!columns_alike_) sum.add(word(kObject, 0, version.guid.number));
  if (version.buried_as != kNoValue) sum.add(word(kVersion, 1, ids_[version.buried_as.number]));
  if (version.kind != VersionKind::merge) return;
  sum.add(word(kMerge, ids_[version.over.number], ids_[version.over_too.number]));
}

// The guids of the deletions among some versions.
template <class E, class Sum>
typename Canonical<E, Sum>::Mask Canonical<E, Sum>::deleted_objects(Mask versions) const {
  Mask guids = 0;
  for (; versions != 0; versions &= versions - 1) {
    const Version& version =
        world_->versions()[static_cast<std::uint32_t>(std::countr_zero(versions))];
    if (version.isdeleted) guids |= 1u << version.guid.number;
  }
  return guids;
}

// Replicas that held a deletion and have held no live version to which a path leads from it.
template <class E, class Sum>
typename Canonical<E, Sum>::Mask Canonical<E, Sum>::unlawful_holders(std::uint32_t deletion) const {
  Mask holders = history_->trail({deletion}).held_by;
  for (Mask mask = reach_[deletion]; mask != 0; mask &= mask - 1) {
    const auto version = static_cast<std::uint32_t>(std::countr_zero(mask));
    if (!world_->versions()[version].isdeleted) holders &= ~history_->trail({version}).held_by;
  }
  return holders;
}

// Versions that nobody holds and no message carries. Nothing is written over them any more; what
// they still can do is to be lost. One that leads to a version of an app's that is live shares its
// fate; of the others it counts to which versions, and to the absence of which objects, they lead.
template <class E, class Sum>
void Canonical<E, Sum>::write_dead() {
  dead_.clear();
  for (std::uint32_t i = 1; i < versions_; ++i)
    if (!is_live(i) && world_->versions()[i].by_app()) dead_.push_back(i);
  if (dead_.empty()) return;
  for (std::uint32_t object = 0; object < world_->objects(); ++object) {
    if (watches(Invariant::no_lost_update)) write_dead_updates({object});
    if (watches(Invariant::no_resurrection)) write_dead_deletions({object});
  }
}

template <class E, class Sum>
void Canonical<E, Sum>::write_dead_updates(Guid guid) {
  for (const std::uint32_t dead : dead_) {
    if (world_->versions()[dead].guid != guid || shares_fate(dead)) continue;
    const Mask deleted = deleted_objects(reach_[dead] | 1u << dead);
    set_.push_back(std::uint64_t{ids_of(reach_[dead])} << 32 |
                   (columns_alike_ ? deleted != 0 : deleted));
  }
  // Who asks for one of two things asks for nothing more where one of them is asked for anyway.
  std::sort(set_.begin(), set_.end(),
            [](std::uint64_t a, std::uint64_t b) { return std::popcount(a) < std::popcount(b); });
  std::size_t kept = 0;
  for (const std::uint64_t wide : set_) {
    const bool asked_anyway =
        std::any_of(set_.begin(), set_.begin() + static_cast<std::ptrdiff_t>(kept),
                    [&](std::uint64_t narrow) { return (narrow & wide) == narrow; });
    if (!asked_anyway) set_[kept++] = wide;
  }
  set_.resize(kept);
  write_set(kUpdates, column(guid));
}

template <class E, class Sum>
void Canonical<E, Sum>::write_dead_deletions(Guid guid) {
  for (const std::uint32_t dead : dead_) {
    const Version& version = world_->versions()[dead];
    const Mask holders = version.isdeleted && version.guid == guid ? unlawful_holders(dead) : 0;
    if (holders != 0) set_.push_back(std::uint64_t{ids_of(reach_[dead])} << 32 | holders);
  }
  write_set(kDeletions, column(guid));
}

// Whether a version leads to a live one that an app wrote.
template <class E, class Sum>
bool Canonical<E, Sum>::shares_fate(std::uint32_t version) const {
  return std::any_of(live_.begin(), live_.end(), [&](const Live& live) {
    return (reach_[version] >> live.version & 1) && world_->versions()[live.version].by_app();
  });
}

template <class E, class Sum>
template <class Words>
void Canonical<E, Sum>::write_set(Tag tag, Words& words) {
  if (set_.empty()) return;
  std::sort(set_.begin(), set_.end());
  set_.erase(std::unique(set_.begin(), set_.end()), set_.end());
  words.add(word(tag, 0, set_.size()));
  for (const std::uint64_t each : set_) words.add(each);
  set_.clear();
}

}  // namespace tidemark::core
