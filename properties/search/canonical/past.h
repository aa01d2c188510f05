// A part of properties/search/canonical.h: what invariants may still read of what was.
#pragma once

namespace tidemark::core {

template <class E, class Sum>
void Canonical<E, Sum>::write_history() {
  for (std::uint8_t client = 1; client <= clients(); ++client) {
    const MessageKind kind = world_->in_flight({client});
    rest_.add(kind != MessageKind::none && !history_->counts({client}));
    if (watches(Invariant::integrity)) {
      const bool answered = kind != MessageKind::none &&
                            !world_->queue({client}, Lane::in_flight).front().to.is_server();
      rest_.add(answered ? history_->epoch() - history_->answer_epoch({client}) : 0);
    }
    write_remembered({client});
  }
  write_remembered(kServer);
  if (distinctions_.may_be_wiped) write_journal();
}

template <class E, class Sum>
void Canonical<E, Sum>::write_remembered(Replica replica) {
  RuleWriter remembered{*this, client_scales_[replica.number]};
  describe(*rules_, distinctions_.watched, remembered, replica, *world_, *history_);
}

// What is_excused() reads: which versions were replaced, on a message, by which others; and of
// those that no replica holds any more, in which order, and whether by a wipe, the last copy went.
template <class E, class Sum>
void Canonical<E, Sum>::write_journal() {
  const std::vector<Holding>& journal = history_->journal();
  std::array<std::array<std::int8_t, kMostVersions + 1>, kMostReplicas> held{};
  std::array<std::uint32_t, kMostVersions + 1> gone{};  // place in the journal, from 1
  const auto held_at = [&](Replica replica) {
    Mask mask = 0;
    for (std::uint32_t i = 1; i < versions_; ++i)
      if (held[replica.number][i] > 0) mask |= 1u << i;
    return mask;
  };
  const auto total = [&](Value value) {
    int sum = 0;
    for (const auto& each : held) sum += each[value.number];
    return sum;
  };
  for (std::size_t begin = 0, end = 0; begin < journal.size(); begin = end) {
    const bool on_message = journal[begin].cause == Cause::message;
    for (end = begin;
         end < journal.size() && journal[end].cause == journal[begin].cause &&
         (end == begin || (on_message && journal[end].message == journal[begin].message));
         ++end) {
      const Holding& change = journal[end];
      if (change.after != kNoValue) ++held[change.replica.number][change.after.number];
      if (change.before == kNoValue) continue;
      --held[change.replica.number][change.before.number];
      if (total(change.before) == 0)
        gone[change.before.number] = static_cast<std::uint32_t>(end + 1);
    }
    if (!on_message) continue;
    for (std::size_t i = begin; i < end; ++i) {
      const Holding& change = journal[i];
      if (change.before == kNoValue) continue;
      const bool moved =
          std::any_of(journal.begin() + static_cast<std::ptrdiff_t>(begin),
                      journal.begin() + static_cast<std::ptrdiff_t>(end),
                      [&](const Holding& other) { return other.after == change.before; });
      if (change.after == kNoValue)
        set_.push_back(std::uint64_t{ids_of(held_at(change.replica))} << 16 |
                       std::uint64_t{ids_[change.before.number]} << 8);
      else if (!moved)
        set_.push_back(std::uint64_t{1} << 63 | std::uint64_t{ids_[change.after.number]} << 16 |
                       std::uint64_t{ids_[change.before.number]} << 8);
    }
  }
  write_set(kJournal, rest_);
  write_departures(gone, total);
  rest_.add(history_->was_wiped());
}

// Departures of one kind that follow one another are a set.
template <class E, class Sum>
template <class Total_>
void Canonical<E, Sum>::write_departures(const std::array<std::uint32_t, kMostVersions + 1>& gone,
                                         const Total_& total) {
  std::array<std::pair<std::uint32_t, std::uint32_t>, kMostVersions + 1> departures;
  std::size_t count = 0;
  for (std::uint32_t i = 1; i < versions_; ++i)
    if (gone[i] != 0 && total(Value{i}) == 0) departures[count++] = {gone[i], i};
  std::sort(departures.begin(), departures.begin() + static_cast<std::ptrdiff_t>(count));
  Mask run = 0;
  bool run_is_wiped = false;
  for (std::size_t i = 0; i < count; ++i) {
    const Cause cause = history_->journal()[departures[i].first - 1].cause;
    const bool wiped = cause == Cause::reinstall || cause == Cause::restore;
    if (run != 0 && wiped != run_is_wiped) {
      rest_.add(std::uint64_t{ids_of(run)} << 1 | run_is_wiped);
      run = 0;
    }
    run_is_wiped = wiped;
    run |= 1u << departures[i].second;
  }
  rest_.add(std::uint64_t{ids_of(run)} << 1 | run_is_wiped);
}

template <class E, class Sum>
typename Canonical<E, Sum>::Total Canonical<E, Sum>::sum_up() {
  totals_.clear();
  for (std::uint32_t object = 0; object < world_->objects(); ++object)
    totals_.push_back(columns_[object].total());
  if (columns_alike_) std::sort(totals_.begin(), totals_.end());
  rest_.flush();
  for (const Total& each : totals_) rest_sum_.add(each);
  return rest_sum_.total();
}

}  // namespace tidemark::core
