// A part of sim/world.h: messages are sent, arrive, become late and are lost.
#pragma once

namespace tidemark::core {

// As one whole exchange; where that cannot be, not at all.
template <Engine E>
template <class Observer>
void World<E>::send_at_once(Replica client, const Change& made, Observer& observer) {
  if (!online(client) || exchanging(client)) return;
  if (!engine_->begin_change(link(client).client, made, work_.reply.message)) return;
  emit(CycleBegan{client}, observer);
  send_first_request(client, observer);
  finish(client, MessageKind::none, observer);
}

template <Engine E>
template <class Observer>
void World<E>::begin_cycle(Replica client, bool full, Observer& observer) {
  emit(CycleBegan{client, full}, observer);
  engine_->begin(link(client).client, full, clock(client), work_.reply.message);
  send_first_request(client, observer);
}

// What an engine wrote as a reply is a message from here on.
template <Engine E>
void World<E>::seal(Replica from, Replica to, std::uint32_t number, bool copied) {
  Letter& reply = work_.reply;
  reply.kind = engine_->kind(reply.message);
  reply.from = from;
  reply.to = to;
  reply.number = number;
  reply.copied = copied;
}

// The reply goes on its way.
template <Engine E>
template <class Observer>
void World<E>::send(Replica client, Observer& observer) {
  Letter& letter = link(client).lane(Lane::in_flight).add();
  swap(letter, work_.reply);
  announce<MessageSent>(client, letter, false, observer);
}

template <Engine E>
template <class Observer>
void World<E>::send_first_request(Replica client, Observer& observer) {
  seal(client, kServer, next_number_++, false);
  send(client, observer);
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
  emit(ExchangeOverran{client}, observer);
  lose(client, observer);
}

template <Engine E>
template <class Observer>
void World<E>::deliver(Replica client, Observer& observer) {
  if (settling_) {
    ++summary_.effective_steps;
    ++summary_.settle_messages;
  }
  link(client).lane(Lane::in_flight).take(work_.arriving);
  if (work_.arriving.to.is_server())
    deliver_request(client, observer);
  else
    deliver_answer(client, observer);
}

template <Engine E>
template <class Observer>
void World<E>::deliver_request(Replica client, Observer& observer) {
  handle_at_server(client, false, observer);
  send(client, observer);
}

// The request that arrives is handled, and the reply is the answer.
template <Engine E>
template <class Observer>
void World<E>::handle_at_server(Replica client, bool late, Observer& observer) {
  const Letter& request = work_.arriving;
  announce<MessageArriving>(client, request, late, observer);
  announce_carried(request, observer);
  const auto first = std::find_if(handled_.begin(), handled_.end(), [&](const Handled& handled) {
    return handled.number == request.number;
  });
  const bool repeated = first != handled_.end() && first->writes == server_writes_;
  if (repeated) work_.before_repeat = objects_at_server();
  work_.facts.clear();
  engine_->handle(server_, request.message, clock(kServer),
                  Value{static_cast<std::uint32_t>(versions_.size())}, work_.reply.message,
                  work_.facts);
  seal(kServer, request.from, request.number, request.copied);
  tell_facts(kServer, observer);
  compare_holdings(kServer, observer);
  if (repeated && work_.before_repeat != objects_at_server())
    emit(RepeatChangedServer{client, request.number}, observer);
  if (request.copied && first == handled_.end())
    handled_.push_back({request.number, server_writes_});
  announce<MessageArrived>(client, request, late, observer);
}

template <Engine E>
template <class Observer>
void World<E>::deliver_answer(Replica client, Observer& observer) {
  const Letter& answer = work_.arriving;
  announce<MessageArriving>(client, answer, false, observer);
  announce_carried(answer, observer);
  work_.facts.clear();
  const bool more = engine_->handle(link(client).client, answer.message, clock(client),
                                    Value{static_cast<std::uint32_t>(versions_.size())},
                                    work_.reply.message, work_.facts);
  seal(client, kServer, next_number_++, false);
  tell_facts(client, observer);
  compare_holdings(client, observer);
  announce<MessageArrived>(client, answer, false, observer);
  if (more)
    send(client, observer);
  else
    end_exchange(client, true, observer);
}

template <Engine E>
template <class Observer>
void World<E>::lose(Replica client, Observer& observer) {
  announce<MessageLost>(client, link(client).lane(Lane::in_flight).front(), false, observer);
  end_exchange(client, false, observer);
}

template <Engine E>
template <class Observer>
void World<E>::end_exchange(Replica client, bool finished, Observer& observer) {
  link(client).lane(Lane::in_flight).clear();
  engine_->end_exchange(link(client).client);
  emit(ExchangeEnded{client, finished}, observer);
}

// "The client gives up waiting, but the message stays in the network", or a copy of it does.
template <Engine E>
template <class Observer>
void World<E>::become_late(Replica client, bool copy, Observer& observer) {
  Letter& letter = link(client).lane(Lane::in_flight).front();
  letter.copied |= copy;
  link(client).lane(Lane::late).add() = letter;
  if (copy) return announce<MessageCopied>(client, letter, false, observer);
  announce<MessageBecameLate>(client, letter, false, observer);
  end_exchange(client, false, observer);
}

template <Engine E>
template <class Observer>
void World<E>::arrive(Replica client, Observer& observer) {
  const Letter& letter = work_.arriving;
  link(client).lane(Lane::late).take(work_.arriving);
  if (letter.to.is_server()) {
    handle_at_server(client, true, observer);
    return announce<MessageLost>(client, work_.reply, true, observer);
  }
  announce<MessageArriving>(client, letter, true, observer);
  work_.facts.clear();
  work_.before = link(client).client;
  engine_->handle_stale(link(client).client, letter.message);
  compare_holdings(client, observer);
  if (!(work_.before == link(client).client)) emit(StaleChangedClient{client}, observer);
  announce<MessageArrived>(client, letter, true, observer);
}

// What is in flight is lost and the exchange ends.
template <Engine E>
template <class Cut, class Observer>
void World<E>::cut(Replica client, Observer& observer) {
  emit(Cut{client, in_flight(client)}, observer);
  if (exchanging(client)) lose(client, observer);
}

template <Engine E>
template <class Observer>
void World<E>::restore(Observer& observer) {
  engine_->restore(server_, *backup_, next_id_++);
  emit(Restored{}, observer);
  ++server_writes_;
  compare_holdings(kServer, observer);
}

template <Engine E>
template <class Told, class Observer>
void World<E>::announce(Replica client, const Letter& letter, bool late, Observer& observer) {
  emit(Told{{.client = client,
             .from = letter.from,
             .to = letter.to,
             .kind = letter.kind,
             .number = letter.number,
             .late = late,
             .copied = letter.to.is_server() && letter.copied}},
       observer);
}

template <Engine E>
template <class Observer>
void World<E>::announce_carried(const Letter& letter, Observer& observer) {
  engine_->for_each_object(letter.message, [&](const Object& object) {
    carried_ = true;
    emit(Carried{letter.to, object.guid, version_of(object), object.content.isdeleted}, observer);
  });
}

}  // namespace tidemark::core
