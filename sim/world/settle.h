// A part of sim/world.h: how a world comes to rest.
#pragma once

namespace tidemark::core {

template <Engine E>
template <class Observer>
void World<E>::whole_exchange(Replica client, Observer& observer) {
  if (!exchanging(client)) begin_cycle(client, false, observer);
  finish(client, MessageKind::none, observer);
}

template <Engine E>
template <class Observer>
bool World<E>::settle_round(Observer& observer) {
  use_notes();
  carried_ = false;
  emit(RoundBegan{++summary_.settle_rounds}, observer);
  for (const Replica client : order_) whole_exchange(client, observer);
  return carried_;
}

template <Engine E>
template <class Observer>
void World<E>::begin_settle(Observer& observer) {
  settling_ = true;
  use_notes();
  step_ = scenario_->steps.size();
  emit(SettleBegan{}, observer);
  for (Link& link : links_) {
    link.lane(Lane::late).clear();
    link.online = true;
  }
  // "The order is that in which the clients first appear in the scenario, then the others."
  for (std::uint8_t client = 1; client < replicas(); ++client) see_client({client});
}

template <Engine E>
template <class Observer>
bool World<E>::finish_open_exchange(Observer& observer) {
  use_notes();
  for (const Replica client : order_) {
    if (!exchanging(client)) continue;
    finish(client, MessageKind::none, observer);
    return true;
  }
  return false;
}

template <Engine E>
template <class Observer>
void World<E>::come_to_rest(Rest rest, Observer& observer) {
  summary_.rest = rest;
  emit(Rested{rest, summary_.settle_rounds}, observer);
  summary_.digest = digest_.value();
}

template <Engine E>
template <class Observer>
RunSummary World<E>::settle(Observer& observer) {
  begin_settle(observer);
  while (finish_open_exchange(observer)) {
  }
  work_.states_met.assign(1, state_digest());
  Rest rest = Rest::out_of_rounds;
  const std::uint32_t bound = scenario_->settle_bound();
  while (summary_.settle_rounds < bound) {
    if (!settle_round(observer)) {
      rest = Rest::quiet;
      break;
    }
    const std::uint64_t state = state_digest();
    if (std::find(work_.states_met.begin(), work_.states_met.end(), state) !=
        work_.states_met.end()) {
      rest = Rest::circle;
      break;
    }
    work_.states_met.push_back(state);
  }
  come_to_rest(rest, observer);
  return summary_;
}

// Between two rounds nothing is in flight, and clocks stand still: the engines are the state.
template <Engine E>
std::uint64_t World<E>::state_digest() const {
  Digest digest;
  engine_->digest(server_, digest);
  for (const Link& link : links_) engine_->digest(link.client, digest);
  return digest.value();
}

}  // namespace tidemark::core
