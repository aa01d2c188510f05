// Links: what the network has of the messages of one client and the server.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>

#include "model/message.h"
#include "sim/step.h"

namespace tidemark::core {

// A message with what the network knows of it.
template <class Message>
struct LetterOf {
  MessageKind kind = MessageKind::none;
  Replica from{};
  Replica to{};
  std::uint32_t number = 0;  // of the request: an answer has that of its request
  bool copied = false;       // the request was duplicated
  Message message{};

  friend void swap(LetterOf& a, LetterOf& b) noexcept {
    using std::swap;
    swap(a.kind, b.kind);
    swap(a.from, b.from);
    swap(a.to, b.to);
    swap(a.number, b.number);
    swap(a.copied, b.copied);
    swap(a.message, b.message);
  }
};

template <class Client, class Message>
struct LinkOf {
  Client client{};
  LetterOf<Message> in_flight;
  std::deque<LetterOf<Message>> late;  // the one that became late first is in front
  std::uint32_t installation = 0;
  Timestamp skew = 0;
  bool online = true;

  void become(const LinkOf& other) {
    client = other.client;
    in_flight.kind = other.in_flight.kind;
    if (in_flight.kind != MessageKind::none) in_flight = other.in_flight;
    if (!late.empty() || !other.late.empty()) late = other.late;
    installation = other.installation;
    skew = other.skew;
    online = other.online;
  }
};

}  // namespace tidemark::core
