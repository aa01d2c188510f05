// A part of sim/world.h: messages are sent, arrive, become late and are lost.
#pragma once

namespace tidemark::core {

// As one whole exchange; where that cannot be, not at all.
template <Engine E>
template <class Observer>
void World<E>::send_at_once(Replica client, const Change& made, Observer& observer) {
  Link& link = this->link(client);
  if (!link.online || link.in_flight.kind != MessageKind::none) return;
  if (!engine_->begin_change(link.client, made, link.in_flight.message)) return;
  emit({.kind = EventKind::cycle_began, .replica = client}, observer);
  send_first_request(client, observer);
  finish(client, MessageKind::none, observer);
}

template <Engine E>
template <class Observer>
bool World<E>::cycle(Replica client, bool full, bool whole, MessageKind lost, Observer& observer) {
  Link& link = this->link(client);
  if (!link.online) return skip(SkipReason::offline, observer);
  if (link.in_flight.kind != MessageKind::none)
    return skip(SkipReason::exchange_under_way, observer);
  emit({.kind = EventKind::cycle_began,
        .replica = client,
        .detail = static_cast<std::uint8_t>(full)},
       observer);
  engine_->begin(link.client, full, clock(client), link.in_flight.message);
  send_first_request(client, observer);
  if (whole) finish(client, lost, observer);
  return true;
}

// A message that an engine wrote goes on its way.
template <Engine E>
void World<E>::seal(Letter& letter, Replica from, Replica to, std::uint32_t number, bool copied) {
  letter.kind = engine_->kind(letter.message);
  letter.from = from;
  letter.to = to;
  letter.number = number;
  letter.copied = copied;
}

template <Engine E>
template <class Observer>
void World<E>::send_first_request(Replica client, Observer& observer) {
  Link& link = this->link(client);
  seal(link.in_flight, client, kServer, next_number_++, false);
  announce(EventKind::message_sent, client, link.in_flight, kInTime, observer);
}

template <Engine E>
template <class Observer>
void World<E>::finish(Replica client, MessageKind lost, Observer& observer) {
  for (std::uint32_t i = 0; i < kMaxMessagesPerExchange; ++i) {
    const MessageKind kind = in_flight(client);
    if (kind == MessageKind::none) return;
    if (kind == lost) return lose(client, observer);
    deliver(client, observer);
  }
  if (in_flight(client) == MessageKind::none) return;
  emit({.kind = EventKind::exchange_overran, .replica = client}, observer);
  lose(client, observer);
}

template <Engine E>
template <class Observer>
void World<E>::deliver(Replica client, Observer& observer) {
  if (settling_) {
    ++summary_.effective_steps;
    ++summary_.settle_messages;
  }
  if (letter(client).to.is_server())
    deliver_request(client, observer);
  else
    deliver_answer(client, observer);
}

template <Engine E>
template <class Observer>
void World<E>::deliver_request(Replica client, Observer& observer) {
  Link& link = this->link(client);
  swap(arriving_, link.in_flight);
  handle_at_server(client, arriving_, arriving_.copied ? kCopied : kInTime, link.in_flight,
                   observer);
  announce(EventKind::message_sent, client, link.in_flight, kInTime, observer);
}

template <Engine E>
template <class Observer>
void World<E>::handle_at_server(Replica client, const Letter& request, std::uint8_t arrival,
                                Letter& answer, Observer& observer) {
  announce(EventKind::message_arriving, client, request, arrival, observer);
  announce_carried(request, observer);
  const auto first = std::find_if(handled_.begin(), handled_.end(), [&](const Handled& handled) {
    return handled.number == request.number;
  });
  const bool repeated = first != handled_.end() && first->writes == server_writes_;
  if (repeated) before_repeat_ = objects_at_server();
  facts_.clear();
  touch(kServer);
  engine_->handle(server_, request.message, clock(kServer),
                  Value{static_cast<std::uint32_t>(versions_.size())}, answer.message, facts_);
  seal(answer, kServer, request.from, request.number, request.copied);
  tell_facts(kServer, observer);
  compare_holdings(kServer, observer);
  if (repeated && before_repeat_ != objects_at_server())
    emit({.kind = EventKind::repeat_changed_server, .replica = client, .number = request.number},
         observer);
  if (request.copied && first == handled_.end())
    handled_.push_back({request.number, server_writes_});
  announce(EventKind::message_arrived, client, request, arrival, observer);
}

template <Engine E>
template <class Observer>
void World<E>::deliver_answer(Replica client, Observer& observer) {
  Link& link = this->link(client);
  swap(arriving_, link.in_flight);
  announce(EventKind::message_arriving, client, arriving_, kInTime, observer);
  announce_carried(arriving_, observer);
  facts_.clear();
  const bool more = engine_->handle(link.client, arriving_.message, clock(client),
                                    Value{static_cast<std::uint32_t>(versions_.size())},
                                    link.in_flight.message, facts_);
  seal(link.in_flight, client, kServer, next_number_++, false);
  if (!more) link.in_flight.kind = MessageKind::none;
  tell_facts(client, observer);
  compare_holdings(client, observer);
  announce(EventKind::message_arrived, client, arriving_, kInTime, observer);
  if (more)
    announce(EventKind::message_sent, client, link.in_flight, kInTime, observer);
  else
    end_exchange(client, true, observer);
}

template <Engine E>
template <class Observer>
void World<E>::lose(Replica client, Observer& observer) {
  announce(EventKind::message_lost, client, link(client).in_flight, kInTime, observer);
  end_exchange(client, false, observer);
}

template <Engine E>
template <class Observer>
void World<E>::end_exchange(Replica client, bool finished, Observer& observer) {
  link(client).in_flight.kind = MessageKind::none;
  engine_->end_exchange(link(client).client);
  emit({.kind = EventKind::exchange_ended,
        .replica = client,
        .detail = static_cast<std::uint8_t>(finished)},
       observer);
}

// "The client gives up waiting, but the message stays in the network", or a copy of it does.
template <Engine E>
template <class Observer>
void World<E>::become_late(Replica client, bool copy, Observer& observer) {
  Link& link = this->link(client);
  link.in_flight.copied |= copy;
  link.late.push_back(link.in_flight);
  announce(copy ? EventKind::message_copied : EventKind::message_became_late, client,
           link.in_flight, kInTime, observer);
  if (!copy) end_exchange(client, false, observer);
}

template <Engine E>
template <class Observer>
bool World<E>::arrive(Replica client, Observer& observer) {
  Link& link = this->link(client);
  if (link.late.empty()) return skip(SkipReason::nothing_late, observer);
  const Letter letter = std::move(link.late.front());
  link.late.pop_front();
  if (letter.to.is_server()) {
    const auto arrival = static_cast<std::uint8_t>(kLate | (letter.copied ? kCopied : 0));
    Letter answer;
    handle_at_server(client, letter, arrival, answer, observer);
    announce(EventKind::message_lost, client, answer, kLate, observer);
    return true;
  }
  announce(EventKind::message_arriving, client, letter, kLate, observer);
  facts_.clear();
  before_ = link.client;
  engine_->handle_stale(link.client, letter.message);
  compare_holdings(client, observer);
  if (!(before_ == link.client))
    emit({.kind = EventKind::stale_changed_client, .replica = client}, observer);
  announce(EventKind::message_arrived, client, letter, kLate, observer);
  return true;
}

// What is in flight is lost and the exchange ends, because of `kind`.
template <Engine E>
template <class Observer>
void World<E>::cut(Replica client, EventKind kind, Observer& observer) {
  emit({.kind = kind, .replica = client, .message = in_flight(client)}, observer);
  if (in_flight(client) != MessageKind::none) lose(client, observer);
}

template <Engine E>
template <class Observer>
void World<E>::restore(Observer& observer) {
  touch(kServer);
  engine_->restore(server_, backup_, next_id_++);
  emit({.kind = EventKind::restored}, observer);
  ++server_writes_;
  compare_holdings(kServer, observer);
}

template <Engine E>
template <class Observer>
void World<E>::announce(EventKind kind, Replica client, const Letter& letter, std::uint8_t arrival,
                        Observer& observer) {
  emit({.kind = kind,
        .replica = client,
        .message = letter.kind,
        .detail = arrival,
        .number = letter.number},
       observer);
}

template <Engine E>
template <class Observer>
void World<E>::announce_carried(const Letter& letter, Observer& observer) {
  engine_->for_each_object(letter.message, [&](const Object& object) {
    carried_ = true;
    emit({.kind = EventKind::carried,
          .detail = static_cast<std::uint8_t>(object.content.isdeleted),
          .guid = object.guid,
          .value = version_of(object)},
         observer);
  });
}

}  // namespace tidemark::core
