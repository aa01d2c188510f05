// Events: everything that happens in the world, in the past tense and in order. Invariants, marks,
// stories and the digest read them.
//
// Each is a type of its own. A listener has an `on` for each type that it wants to hear of,
//   template <class World> void on(const Held& held, const World& world);
// and is told of no other: `tell` decides that where it is compiled. `on(const Event&, …)` hears of
// all that have no `on` of their own, `on(const MessageEvent&, …)` of all messages.
//
// To add one: its type, with name and fields(), and a place in Event; behind the others, since
// digests have its number in them.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <variant>

#include "base/digest.h"
#include "model/object.h"
#include "sim/step.h"

namespace tidemark::core {

enum class Rest : std::uint8_t {
  quiet,         // a round in which no message carried an object
  circle,        // the world met a state for the second time
  out_of_rounds  // the bound of settle was hit
};

// What an event says, in fields that all have: so the digest adds it up, and JSON tells it.
struct EventFields {
  Replica replica{};
  MessageKind message = MessageKind::none;
  std::uint8_t detail = 0;
  std::uint32_t number = 0;
  Guid guid{};
  Value value{};
  Value other{};
};

// --- runs and steps

// The first event of a run.
struct WorldBegan {
  static constexpr std::string_view kName = "world-began";
  constexpr EventFields fields() const { return {}; }
  friend bool operator==(const WorldBegan&, const WorldBegan&) = default;
};

struct StepBegan {
  static constexpr std::string_view kName = "step-began";
  Replica replica{};
  StepKind kind{};
  MessageKind lose = MessageKind::none;
  std::uint32_t place = 0;  // in the scenario
  constexpr EventFields fields() const {
    return {.replica = replica,
            .message = lose,
            .detail = static_cast<std::uint8_t>(kind),
            .number = place};
  }
  friend bool operator==(const StepBegan&, const StepBegan&) = default;
};

// The step does nothing.
struct StepSkipped {
  static constexpr std::string_view kName = "step-skipped";
  SkipReason reason{};
  constexpr EventFields fields() const { return {.detail = static_cast<std::uint8_t>(reason)}; }
  friend bool operator==(const StepSkipped&, const StepSkipped&) = default;
};

// --- what replicas hold. kNoValue: nothing

// By an app or in the backend.
struct Written {
  static constexpr std::string_view kName = "written";
  Replica replica{};
  Guid guid{};
  Value value{};
  Value over{};
  constexpr EventFields fields() const {
    return {.replica = replica, .guid = guid, .value = value, .other = over};
  }
  friend bool operator==(const Written&, const Written&) = default;
};

// A replica holds `value` where it held `before`.
struct Held {
  static constexpr std::string_view kName = "held";
  Replica replica{};
  Guid guid{};
  Value value{};
  Value before{};
  constexpr EventFields fields() const {
    return {.replica = replica, .guid = guid, .value = value, .other = before};
  }
  friend bool operator==(const Held&, const Held&) = default;
};

// --- exchanges and their messages

// By a step, or since a change is sent at once.
struct CycleBegan {
  static constexpr std::string_view kName = "cycle-began";
  Replica client{};
  bool full = false;  // a full sync
  constexpr EventFields fields() const { return {.replica = client, .detail = full}; }
  friend bool operator==(const CycleBegan&, const CycleBegan&) = default;
};

// Of a message, wherever it is told of.
struct MessageEvent {
  Replica client{};  // whose link it is on
  Replica from{};
  Replica to{};
  MessageKind kind = MessageKind::none;
  std::uint32_t number = 0;  // of the request: an answer has that of its request
  bool late = false;         // from the late messages of the link: the client no longer waits
  bool copied = false;       // a request of which another copy exists or existed
  constexpr EventFields fields() const {
    return {.replica = client, .message = kind, .detail = late, .number = number};
  }
  friend bool operator==(const MessageEvent&, const MessageEvent&) = default;
};

struct MessageSent : MessageEvent {
  static constexpr std::string_view kName = "message-sent";
  friend bool operator==(const MessageSent&, const MessageSent&) = default;
};

struct MessageLost : MessageEvent {
  static constexpr std::string_view kName = "message-lost";
  friend bool operator==(const MessageLost&, const MessageLost&) = default;
};

// The client gave up, the message stays in the network.
struct MessageBecameLate : MessageEvent {
  static constexpr std::string_view kName = "message-became-late";
  friend bool operator==(const MessageBecameLate&, const MessageBecameLate&) = default;
};

// The copy became late.
struct MessageCopied : MessageEvent {
  static constexpr std::string_view kName = "message-copied";
  friend bool operator==(const MessageCopied&, const MessageCopied&) = default;
};

// Before it is handled.
struct MessageArriving : MessageEvent {
  static constexpr std::string_view kName = "message-arriving";
  constexpr EventFields fields() const {
    EventFields fields = MessageEvent::fields();
    fields.detail = static_cast<std::uint8_t>(late | copied << 1);
    return fields;
  }
  friend bool operator==(const MessageArriving&, const MessageArriving&) = default;
};

// After it was handled.
struct MessageArrived : MessageEvent {
  static constexpr std::string_view kName = "message-arrived";
  constexpr EventFields fields() const { return MessageArriving{*this}.fields(); }
  friend bool operator==(const MessageArrived&, const MessageArrived&) = default;
};

// In a message that is arriving.
struct Carried {
  static constexpr std::string_view kName = "carried";
  Replica to{};
  Guid guid{};
  Value value{};
  bool isdeleted = false;
  constexpr EventFields fields() const {
    return {.detail = isdeleted, .guid = guid, .value = value};
  }
  friend bool operator==(const Carried&, const Carried&) = default;
};

// An engine told a fact.
struct FactTold {
  static constexpr std::string_view kName = "fact-told";
  Replica teller{};
  std::uint32_t place = 0;  // in World::facts(); of an event that was recorded, in Recording::facts
  constexpr EventFields fields() const { return {.replica = teller, .number = place}; }
  friend bool operator==(const FactTold&, const FactTold&) = default;
};

// An answer that was not waited for changed the client.
struct StaleChangedClient {
  static constexpr std::string_view kName = "stale-changed-client";
  Replica client{};
  constexpr EventFields fields() const { return {.replica = client}; }
  friend bool operator==(const StaleChangedClient&, const StaleChangedClient&) = default;
};

// A second copy of a request changed the server's objects.
struct RepeatChangedServer {
  static constexpr std::string_view kName = "repeat-changed-server";
  Replica client{};
  std::uint32_t number = 0;  // of the request
  constexpr EventFields fields() const { return {.replica = client, .number = number}; }
  friend bool operator==(const RepeatChangedServer&, const RepeatChangedServer&) = default;
};

struct ExchangeEnded {
  static constexpr std::string_view kName = "exchange-ended";
  Replica client{};
  bool finished = false;  // it came to its end; else it was given up
  constexpr EventFields fields() const { return {.replica = client, .detail = finished}; }
  friend bool operator==(const ExchangeEnded&, const ExchangeEnded&) = default;
};

// More messages than kMaxMessagesPerExchange.
struct ExchangeOverran {
  static constexpr std::string_view kName = "exchange-overran";
  Replica client{};
  constexpr EventFields fields() const { return {.replica = client}; }
  friend bool operator==(const ExchangeOverran&, const ExchangeOverran&) = default;
};

// --- faults, and what ends them

// An exchange that was under way is cut off where `in_flight` was.
struct WentOffline {
  static constexpr std::string_view kName = "went-offline";
  Replica client{};
  MessageKind in_flight = MessageKind::none;
  constexpr EventFields fields() const { return {.replica = client, .message = in_flight}; }
  friend bool operator==(const WentOffline&, const WentOffline&) = default;
};

struct CameOnline {
  static constexpr std::string_view kName = "came-online";
  Replica client{};
  constexpr EventFields fields() const { return {.replica = client}; }
  friend bool operator==(const CameOnline&, const CameOnline&) = default;
};

struct Crashed {
  static constexpr std::string_view kName = "crashed";
  Replica client{};
  MessageKind in_flight = MessageKind::none;  // as above
  constexpr EventFields fields() const { return {.replica = client, .message = in_flight}; }
  friend bool operator==(const Crashed&, const Crashed&) = default;
};

struct Reinstalled {
  static constexpr std::string_view kName = "reinstalled";
  Replica client{};
  MessageKind in_flight = MessageKind::none;  // as above
  constexpr EventFields fields() const { return {.replica = client, .message = in_flight}; }
  friend bool operator==(const Reinstalled&, const Reinstalled&) = default;
};

struct ClockJumped {
  static constexpr std::string_view kName = "clock-jumped";
  Replica replica{};
  constexpr EventFields fields() const { return {.replica = replica}; }
  friend bool operator==(const ClockJumped&, const ClockJumped&) = default;
};

struct BackedUp {
  static constexpr std::string_view kName = "backed-up";
  constexpr EventFields fields() const { return {}; }
  friend bool operator==(const BackedUp&, const BackedUp&) = default;
};

struct Restored {
  static constexpr std::string_view kName = "restored";
  constexpr EventFields fields() const { return {}; }
  friend bool operator==(const Restored&, const Restored&) = default;
};

// --- settle

struct SettleBegan {
  static constexpr std::string_view kName = "settle-began";
  constexpr EventFields fields() const { return {}; }
  friend bool operator==(const SettleBegan&, const SettleBegan&) = default;
};

struct RoundBegan {
  static constexpr std::string_view kName = "round-began";
  std::uint32_t round = 0;  // from 1
  constexpr EventFields fields() const { return {.number = round}; }
  friend bool operator==(const RoundBegan&, const RoundBegan&) = default;
};

struct Rested {
  static constexpr std::string_view kName = "rested";
  Rest rest{};
  std::uint32_t rounds = 0;
  constexpr EventFields fields() const {
    return {.detail = static_cast<std::uint8_t>(rest), .number = rounds};
  }
  friend bool operator==(const Rested&, const Rested&) = default;
};

// --- any of them

using Event =
    std::variant<WorldBegan, StepBegan, StepSkipped, Written, ClockJumped, CycleBegan, MessageSent,
                 MessageLost, MessageBecameLate, MessageCopied, MessageArriving, MessageArrived,
                 Carried, FactTold, Held, StaleChangedClient, RepeatChangedServer, ExchangeEnded,
                 ExchangeOverran, WentOffline, CameOnline, Crashed, Reinstalled, BackedUp, Restored,
                 SettleBegan, RoundBegan, Rested>;
inline constexpr std::size_t kEventTypes = std::variant_size_v<Event>;

template <class E, class Events>
struct PlaceAmong;
template <class E, class... Events>
struct PlaceAmong<E, std::variant<Events...>> {
  static constexpr std::size_t kPlace = [] {
    std::size_t place = 0;
    static_cast<void>(((std::is_same_v<E, Events> || (++place, false)) || ...));
    return place;
  }();
};
// The number of a type of events; kEventTypes of what is none.
template <class E>
inline constexpr std::size_t kNumberOf = PlaceAmong<E, Event>::kPlace;

template <class E>
concept EventType = kNumberOf<E> < kEventTypes;

template <class E, class... Es>
inline constexpr bool is_one_of = (std::is_same_v<E, Es> || ...);

template <class... Es>
constexpr bool is(const Event& event) {
  return (std::holds_alternative<Es>(event) || ...);
}
constexpr EventFields fields_of(const Event& event) {
  return std::visit([](const auto& each) { return each.fields(); }, event);
}
constexpr std::string_view name_of(const Event& event) {
  return std::visit([](const auto& each) { return each.kName; }, event);
}
// Whom it happened to: of a message the client whose link it is on.
constexpr Replica replica_of(const Event& event) { return fields_of(event).replica; }
// Null: it is about no message.
constexpr const MessageEvent* message_in(const Event& event) {
  return std::visit(
      [](const auto& each) -> const MessageEvent* {
        if constexpr (std::derived_from<std::remove_cvref_t<decltype(each)>, MessageEvent>)
          return &each;
        else
          return nullptr;
      },
      event);
}

// Whether a listener hears of events of this type.
template <class Listener, class E, class... Context>
concept Hears = requires(Listener& listener, const E& event, Context&... context) {
  listener.on(event, context...);
};

// Tells a listener of an event, if it wants to hear of it, with what it is to see it by.
template <EventType E, class Listener, class... Context>
constexpr void tell(const E& event, Listener& listener, Context&... context) {
  if constexpr (Hears<Listener, E, Context...>) listener.on(event, context...);
}

// One step of the digest: its words are mixed side by side first.
template <EventType E>
constexpr void add(Digest& digest, const E& event) {
  const EventFields fields = event.fields();
  const std::uint64_t what =
      std::uint64_t{kNumberOf<E>} | std::uint64_t{fields.replica.number} << 8 |
      std::uint64_t{static_cast<std::uint8_t>(fields.message)} << 16 |
      std::uint64_t{fields.detail} << 24 | std::uint64_t{fields.number} << 32;
  const std::uint64_t of_what = std::uint64_t{fields.guid.number} ^
                                std::uint64_t{fields.value.number} << 20 ^
                                std::uint64_t{fields.other.number} << 42;
  digest.add(what + of_what * 0xd6e8feb86659fd93u);
}

}  // namespace tidemark::core
