#include "reports/account.h"

#include <algorithm>

namespace tidemark::core {
namespace {

bool opens_passage(EventKind kind) {
  return kind == EventKind::step_began || kind == EventKind::settle_began ||
         kind == EventKind::round_began || kind == EventKind::rested;
}

// Whether an entry may begin with this event; the others belong to the entry before.
bool heads_entry(EventKind kind) {
  switch (kind) {
    case EventKind::step_skipped:
    case EventKind::written:
    case EventKind::clock_jumped:
    case EventKind::cycle_began:
    case EventKind::exchange_overran:
    case EventKind::went_offline:
    case EventKind::came_online:
    case EventKind::crashed:
    case EventKind::reinstalled:
    case EventKind::backed_up:
    case EventKind::restored:
      return true;
    default:
      return false;
  }
}

bool is_message(EventKind kind) {
  return kind == EventKind::message_sent || kind == EventKind::message_lost ||
         kind == EventKind::message_became_late || kind == EventKind::message_copied ||
         kind == EventKind::message_arriving;
}

bool is_same_message(const Event& a, const Event& b) {
  return a.message == b.message && a.number == b.number && a.replica == b.replica;
}

// --- whether an entry is what a breach is about

template <class Things, class Fits>
bool has_any(const Things& things, Fits fits) {
  return std::any_of(things.begin(), things.end(), fits);
}

bool put_over(const Entry& entry, const Breach& breach) {
  return has_any(entry.changes, [&](const HoldingChange& change) {
    return change.replica == breach.replica && change.guid == breach.guid &&
           change.after == breach.value && change.before == breach.other;
  });
}

bool chose(const Entry& entry, const Breach& breach) {
  return has_any(entry.facts, [&](const Fact& fact) {
    return fact.kind == FactKind::conflict_resolved && fact.kept == breach.value &&
           (fact.local == breach.other || fact.server == breach.other);
  });
}

bool delivered(const Entry& entry, const Breach& breach) {
  const Event& event = entry.head;
  return event.kind == EventKind::message_arriving && event.replica.number == breach.other.number &&
         event.message != MessageKind::upload_ack &&
         is_request(event.message) == breach.replica.is_server() && entry.carried &&
         has_any(*entry.carried, [&](const Item& item) {
           return item == Item{breach.guid, breach.value};
         });
}

bool gave_up(const Entry& entry, const Breach& breach) {
  return has_any(entry.changes,
                 [&](const HoldingChange& change) {
                   return change.replica == breach.replica && change.before == breach.value;
                 }) ||
         has_any(entry.facts, [&](const Fact& fact) { return fact.local == breach.value; });
}

bool ran_backwards(const Entry& entry, const Breach& breach) {
  return has_any(entry.tides, [&](const TideChange& change) {
    const Tide& before = change.before;
    const Tide& after = change.after;
    if (after.replica != breach.replica) return false;
    if (breach.kind == BreachKind::counter_backwards) return after.counter < before.counter;
    return after.counter_lastsync < before.counter_lastsync ||
           after.servercounter_lastsync < before.servercounter_lastsync;
  });
}

}  // namespace

// A cycle is quiet if it is a download of nothing, after which nothing is uploaded.
std::size_t end_of_quiet_cycle(const Passage& passage, std::size_t entry) {
  const auto& entries = passage.entries;
  if (entry + 2 >= entries.size() || entries[entry].head.kind != EventKind::cycle_began)
    return entry;
  const Entry& reply = entries[entry + 2];
  const bool alone =
      entry + 3 == entries.size() || entries[entry + 3].head.kind == EventKind::cycle_began;
  const bool quiet = alone && reply.head.kind == EventKind::message_arriving &&
                     reply.head.message == MessageKind::download_reply && reply.carried->empty() &&
                     reply.tides.empty() && reply.changes.empty() && entries[entry].tides.empty();
  return quiet ? entry + 2 : entry;
}

Account::Account(const Scenario& scenario, const Recording& recording)
    : scenario_(&scenario), recording_(&recording) {
  holdings_.assign(std::size_t{replicas()} * objects(), kNoValue);
  for (std::uint8_t replica = 0; replica < replicas(); ++replica)
    tides_.push_back({.replica = Replica{replica}});
  read_messages();
  for (std::size_t place = 0; place < recording.events.size(); ++place) read(place);
}

// What each message carried, wherever in the run it arrived.
void Account::read_messages() {
  std::vector<Item>* carried = nullptr;
  for (const Event& event : recording_->events) {
    if (event.kind == EventKind::message_arriving) {
      carried = &carried_[{event.message, event.number}];
      carried->clear();
    }
    if (event.kind == EventKind::carried) carried->push_back({event.guid, event.value});
  }
}

void Account::read(std::size_t place) {
  const Event& event = recording_->events[place];
  if (event.kind == EventKind::step_began) open(PassageKind::step, event.number, event);
  if (event.kind == EventKind::settle_began) open(PassageKind::open_exchanges, 0, event);
  if (event.kind == EventKind::round_began) open(PassageKind::round, event.number, event);
  if (event.kind == EventKind::rested) open(PassageKind::rest, event.number, event);
  if (is_message(event.kind)) read_message(place);
  if (heads_entry(event.kind)) add_entry(place);
  if (!passages_.empty() && !passages_.back().entries.empty()) {
    Entry& entry = passages_.back().entries.back();
    entry.end = place + 1;
    if (event.kind == EventKind::written || event.kind == EventKind::held)
      change_holding(entry, event);
    if (event.kind == EventKind::fact_told) add_fact(entry, recording_->facts[event.number]);
  }
  read_tides(place);
}

void Account::open(PassageKind kind, std::uint32_t number, const Event& event) {
  passages_.push_back({.kind = kind, .number = number, .head = event, .entries = {}});
}

Entry& Account::add_entry(std::size_t place) {
  Entry& entry = passages_.back().entries.emplace_back();
  entry.head = recording_->events[place];
  entry.begin = place;
  return entry;
}

void Account::read_message(std::size_t place) {
  const Event& event = recording_->events[place];
  if (event.kind == EventKind::message_sent && is_resolved_in_passage(place)) return;
  Entry& entry = add_entry(place);
  const bool ack = event.message == MessageKind::upload_ack;
  const MessageKind carrier = ack ? MessageKind::upload_request : event.message;
  if (const auto found = carried_.find({carrier, event.number}); found != carried_.end())
    entry.carried = found->second;
  if (ack) entry.refused = refused_[event.number];
  if (event.kind == EventKind::message_arriving && !ack) refused_[event.number].clear();
}

// Whether a message that was sent arrives, is lost or becomes late in the same passage.
bool Account::is_resolved_in_passage(std::size_t sent) const {
  const auto& events = recording_->events;
  for (std::size_t place = sent + 1; place < events.size(); ++place) {
    const Event& event = events[place];
    if (opens_passage(event.kind)) return false;
    const bool resolves = event.kind == EventKind::message_arriving ||
                          event.kind == EventKind::message_lost ||
                          event.kind == EventKind::message_became_late;
    if (resolves && is_same_message(event, events[sent])) return true;
  }
  return false;
}

void Account::add_fact(Entry& entry, const Fact& fact) {
  entry.facts.push_back(fact);
  if (fact.kind != FactKind::upload_refused) return;
  entry.refused.push_back({fact.guid, fact.local});
  refused_[entry.head.number] = entry.refused;
}

void Account::change_holding(Entry& entry, const Event& event) {
  entry.changes.push_back({event.replica, event.guid, event.other, event.value});
  holdings_[event.replica.number * objects() + event.guid.number] = event.value;
}

// What changed without an event of its own is seen at the next one; where that opens a passage, it
// belongs to the one before.
void Account::read_tides(std::size_t place) {
  const auto& tides = recording_->tides;
  for (; next_tide_ < tides.size() && tides[next_tide_].event == place; ++next_tide_) {
    const Tide& now = tides[next_tide_];
    const Tide before = std::exchange(tides_[now.replica.number], now);
    const auto owner = std::find_if(passages_.rbegin(), passages_.rend(),
                                    [](const Passage& each) { return !each.entries.empty(); });
    if (owner != passages_.rend()) owner->entries.back().tides.push_back({before, now});
  }
  const Event& event = recording_->events[place];
  if (event.kind == EventKind::message_sent && event.message == MessageKind::download_request)
    asked_since_[event.number] = tides_[event.replica.number].servercounter_lastsync;
}

std::optional<std::uint64_t> Account::asked_since(std::uint32_t number) const {
  if (!recording_->tells_servercounter_lastsync) return std::nullopt;
  const auto found = asked_since_.find(number);
  return found == asked_since_.end() ? 0 : found->second;
}

std::vector<Spot> Account::spots() const {
  std::vector<Spot> result;
  for (std::size_t passage = 0; passage < passages_.size(); ++passage)
    for (std::size_t entry = 0; entry < passages_[passage].entries.size(); ++entry)
      result.push_back({passage, entry});
  return result;
}

std::size_t Account::passage_of(const Breach& breach) const {
  const auto steps = scenario_->steps.size();
  const bool in_step = breach.step < steps;
  if (in_step) return breach.step;
  if (breach.at_rest) return passages_.size() - 1;
  return std::min<std::size_t>(steps + breach.round, passages_.size() - 1);
}

bool Account::has(EventKind kind, const Entry& entry) const {
  for (std::size_t place = entry.begin; place < entry.end; ++place)
    if (recording_->events[place].kind == kind) return true;
  return false;
}

bool Account::is_about(const Breach& breach, const Entry& entry) const {
  switch (breach.kind) {
    case BreachKind::stale_overwrite:
    case BreachKind::unwritten:
      return put_over(entry, breach);
    case BreachKind::ancestor_chosen:
      return chose(entry, breach);
    case BreachKind::redundant:
      return delivered(entry, breach);
    case BreachKind::exchange_without_end:
      return has(EventKind::exchange_overran, entry);
    case BreachKind::stale_answer_applied:
      return has(EventKind::stale_changed_client, entry);
    case BreachKind::repeat_not_idempotent:
      return has(EventKind::repeat_changed_server, entry);
    case BreachKind::counter_backwards:
    case BreachKind::mark_backwards:
      return ran_backwards(entry, breach);
    case BreachKind::not_told:
    case BreachKind::told_wrongly:
      return gave_up(entry, breach);
    default:
      return false;
  }
}

Spot Account::spot_of(const Breach& breach) const {
  const std::size_t place = passage_of(breach);
  const auto& entries = passages_[place].entries;
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return is_about(breach, entry); });
  if (found != entries.end()) return {place, static_cast<std::size_t>(found - entries.begin())};
  return {place, entries.empty() ? 0 : entries.size() - 1};
}

}  // namespace tidemark::core
