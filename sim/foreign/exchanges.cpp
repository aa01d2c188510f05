// Exchanges of an engine of somebody else's, message by message.
#include "sim/foreign.h"

#include <utility>

#include "sim/foreign/fault.h"

namespace tidemark::core {
namespace {

constexpr MessageKind answer_to(MessageKind request) {
  return static_cast<MessageKind>(static_cast<std::uint8_t>(request) + 1);
}

}  // namespace

void Foreign::begin(Client& client, bool full, Timestamp now, Message& request) const {
  Answer answer = act(client, {.operation = Operation::start, .now = now, .full = full});
  if (!answer.send) fault("start: the answer has no 'send', expected the first request");
  request = message_of(std::move(*answer.send), client.replica);
  if (!is_request(request.kind))
    fault("start: send.kind is '{}', expected a request", message_name(request.kind));
  client.exchanging = true;
  absorb(answer, client);
}

void Foreign::handle(Server& server, const Message& request, Timestamp now, Value fresh,
                     Message& answer, Facts& facts) const {
  Answer came = act(server, {.operation = Operation::request,
                             .from = replica_name(request.client),
                             .now = now,
                             .message = request.original.get()});
  const MessageKind expected = answer_to(request.kind);
  if (!came.send) fault("request: the answer has no 'send', expected the answer to it");
  answer = message_of(std::move(*came.send), request.client);
  if (answer.kind != expected)
    fault("request: send.kind is '{}', expected '{}'", message_name(answer.kind),
          message_name(expected));
  const Holder before = server;
  tell(came, before, request, fresh, facts);
  absorb(came, server);
  tell_buried(server, facts);
  if (infers_ && rule_ == nullptr) infer(before, server, request, facts);
}

bool Foreign::handle(Client& client, const Message& answer, Timestamp now, Value fresh,
                     Message& next, Facts& facts) const {
  Answer came =
      act(client, {.operation = Operation::answer, .now = now, .message = answer.original.get()});
  const Holder before = client;
  tell(came, before, answer, fresh, facts);
  absorb(came, client);
  tell_buried(client, facts);
  if (infers_) infer(before, client, answer, facts);
  client.exchanging = came.send.has_value();
  if (!came.send) return false;
  next = message_of(std::move(*came.send), client.replica);
  if (!is_request(next.kind))
    fault("answer: send.kind is '{}', expected a request", message_name(next.kind));
  return true;
}

void Foreign::handle_stale(Client& client, const Message& answer) const {
  absorb(act(client, {.operation = Operation::stale, .message = answer.original.get()}), client);
}

// The client itself knows when its exchange came to its end.
void Foreign::end_exchange(Client& client) const {
  if (!std::exchange(client.exchanging, false)) return;
  absorb(act(client, {.operation = Operation::give_up}), client);
}

void Foreign::crash(Client& client) const {
  client.exchanging = false;
  absorb(act(client, {.operation = Operation::crash}), client);
}

}  // namespace tidemark::core
