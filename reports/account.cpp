#include "reports/account.h"

#include <algorithm>

#include "base/overloaded.h"
#include "reports/breach_words.h"

namespace tidemark::core {
namespace {

bool opens_passage(const Event& event) {
  return is<StepBegan, SettleBegan, RoundBegan, Rested>(event);
}

// Whether an entry may begin with this event; the others belong to the entry before. That of a
// message is begun elsewhere.
bool heads_entry(const Event& event) {
  return is<StepSkipped, Written, ClockJumped, CycleBegan, ExchangeOverran, WentOffline, CameOnline,
            Crashed, Reinstalled, BackedUp, Restored>(event);
}

bool is_same_message(const MessageEvent& a, const MessageEvent& b) {
  return a.kind == b.kind && a.number == b.number && a.client == b.client;
}

}  // namespace

// A cycle is quiet if it is a download of nothing, after which nothing is uploaded.
std::size_t end_of_quiet_cycle(const Passage& passage, std::size_t entry) {
  const auto& entries = passage.entries;
  if (entry + 2 >= entries.size() || !is<CycleBegan>(entries[entry].head)) return entry;
  const Entry& reply = entries[entry + 2];
  const bool alone = entry + 3 == entries.size() || is<CycleBegan>(entries[entry + 3].head);
  const bool quiet = alone && is<MessageArriving>(reply.head) &&
                     reply.message()->kind == MessageKind::download_reply &&
                     reply.carried->empty() && reply.tides.empty() && reply.changes.empty() &&
                     entries[entry].tides.empty();
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
    if (const auto* message = std::get_if<MessageArriving>(&event)) {
      carried = &carried_[{message->kind, message->number}];
      carried->clear();
    }
    if (const auto* item = std::get_if<Carried>(&event))
      carried->push_back({item->guid, item->value});
  }
}

void Account::read(std::size_t place) {
  const Event& event = recording_->events[place];
  std::visit(Overloaded{
                 [&](const StepBegan& began) { open(PassageKind::step, began.place, event); },
                 [&](const SettleBegan&) { open(PassageKind::open_exchanges, 0, event); },
                 [&](const RoundBegan& began) { open(PassageKind::round, began.round, event); },
                 [&](const Rested& rested) { open(PassageKind::rest, rested.rounds, event); },
                 [](const auto&) {},
             },
             event);
  if (message_in(event) != nullptr && !is<MessageArrived>(event)) read_message(place);
  if (heads_entry(event)) add_entry(place);
  if (!passages_.empty() && !passages_.back().entries.empty()) {
    passages_.back().entries.back().end = place + 1;
    read_effect(event);
  }
  read_tides(place);
}

void Account::read_effect(const Event& event) {
  std::visit(Overloaded{
                 [&](const Written& written) {
                   change_holding({written.replica, written.guid, written.over, written.value});
                 },
                 [&](const Held& held) {
                   change_holding({held.replica, held.guid, held.before, held.value});
                 },
                 [&](const FactTold& told) {
                   add_fact(passages_.back().entries.back(), recording_->facts[told.place]);
                 },
                 [](const auto&) {},
             },
             event);
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
  const MessageEvent& message = *message_in(event);
  if (is<MessageSent>(event) && is_resolved_in_passage(place)) return;
  Entry& entry = add_entry(place);
  const bool ack = message.kind == MessageKind::upload_ack;
  const MessageKind carrier = ack ? MessageKind::upload_request : message.kind;
  if (const auto found = carried_.find({carrier, message.number}); found != carried_.end())
    entry.carried = found->second;
  if (ack) entry.refused = refused_[message.number];
  if (is<MessageArriving>(event) && !ack) refused_[message.number].clear();
}

// Whether a message that was sent arrives, is lost or becomes late in the same passage.
bool Account::is_resolved_in_passage(std::size_t sent) const {
  const auto& events = recording_->events;
  for (std::size_t place = sent + 1; place < events.size(); ++place) {
    const Event& event = events[place];
    if (opens_passage(event)) return false;
    if (is<MessageArriving, MessageLost, MessageBecameLate>(event) &&
        is_same_message(*message_in(event), *message_in(events[sent])))
      return true;
  }
  return false;
}

void Account::add_fact(Entry& entry, const Fact& fact) {
  entry.facts.push_back(fact);
  if (fact.kind != FactKind::upload_refused) return;
  entry.refused.push_back({fact.guid, fact.local});
  refused_[entry.message()->number] = entry.refused;
}

void Account::change_holding(const HoldingChange& change) {
  passages_.back().entries.back().changes.push_back(change);
  holdings_[change.replica.number * objects() + change.guid.number] = change.after;
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
  const auto* sent = std::get_if<MessageSent>(&recording_->events[place]);
  if (sent != nullptr && sent->kind == MessageKind::download_request)
    asked_since_[sent->number] = tides_[sent->client.number].servercounter_lastsync;
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

Spot Account::spot_of(const Breach& breach) const {
  const std::size_t place = passage_of(breach);
  const auto words = words_for(breach, *this);
  const auto& entries = passages_[place].entries;
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return words->is_about(entry); });
  if (found != entries.end()) return {place, static_cast<std::size_t>(found - entries.begin())};
  return {place, entries.empty() ? 0 : entries.size() - 1};
}

}  // namespace tidemark::core
