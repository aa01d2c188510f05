// Steps: what can happen in the world. A scenario is a list of them, and each kind is a row of
// kStepRows: all that the rest of the harness asks of a kind stands there.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/message.h"
#include "sim/scope.h"

namespace tidemark::core {

// The server or one client. Clients are named A, B, C… without S, which is the server.
struct Replica {
  std::uint8_t number = 0;  // 0: the server; 1…: clients
  constexpr bool is_server() const { return number == 0; }
  friend constexpr auto operator<=>(Replica, Replica) = default;
};
inline constexpr Replica kServer{0};
inline constexpr std::uint8_t kMaxClients = 25;  // A … Z without S

char replica_name(Replica replica);
std::optional<Replica> find_replica(char name);

// The four messages by name, as `lose=` takes them: download-request … upload-ack.
std::string_view message_name(MessageKind kind);
std::optional<MessageKind> find_message(std::string_view name);

enum class StepKind : std::uint8_t {
  create,
  edit,
  remove,  // written `delete`
  undelete,
  sync,
  full_sync,
  begin,
  begin_full,
  deliver,
  finish,
  drop,
  give_up,
  arrive,
  duplicate,
  offline,
  online,
  clock,
  crash,
  reinstall,
  backup,
  restore
};
inline constexpr std::size_t kStepKinds = 21;

// A text in Scenario::texts, by its place counted from 1; 0: none given.
using TextId = std::uint32_t;

// One step. A field that the kind does not use is zero.
struct Step {
  StepKind kind = StepKind::create;
  Replica replica{};
  MessageKind lose = MessageKind::none;
  std::uint32_t object = 0;  // place in objects
  TextId pk = 0;             // 0: a key of its own
  TextId name = 0;           // 0: the label of the object
  TextId value = 0;
  std::int64_t seconds = 0;
  friend constexpr auto operator<=>(const Step&, const Step&) = default;
};

// What a line of a trace may say of a step.
enum class StepPart : std::uint8_t { server, client, object, seconds, key, value, lose };
template <class... Parts>
constexpr std::uint8_t parts(Parts... each) {
  return static_cast<std::uint8_t>(((1u << static_cast<unsigned>(each)) | ...));
}

// The texts that a step may give, in the order of a trace's line. Who copies, weighs, numbers,
// prints or reads them all asks here.
struct StepText {
  std::string_view name;
  StepPart part;
  TextId Step::*id;
};
inline constexpr std::array<StepText, 3> kStepTexts{{{"pk", StepPart::key, &Step::pk},
                                                     {"name", StepPart::key, &Step::name},
                                                     {"value", StepPart::value, &Step::value}}};

// The queues of messages that a link has.
enum class Lane : std::uint8_t {
  in_flight,  // of the exchange under way
  late        // nobody waits for them; the one that became late first is in front
};
inline constexpr std::size_t kLanes = 2;

// What a step is to the exchange of its client.
enum class InExchange : std::uint8_t {
  nothing,
  whole,     // all of it, from its begin to its end
  begins,    //
  moves,     // one message on
  finishes,  // to its end
  ends,      // gives it up
  cuts       // ends it, if there is one
};

// What a step touches beside the link and the client of its replica.
enum Footprint : std::uint8_t {
  kTouchesNothing = 0,
  kTouchesServer = 1,     // reads or changes it
  kMovesTime = 2,         // world time goes on
  kReadsTime = 4,         // a sync stores the time
  kNamesAnew = 8,         // a client or an object for the first time
  kTouchesAll = 16,       // a restore; where wipes count, all that changes a holding
  kFootprints = 32,       // so many footprints there are of the above
  kTouchesReceiver = 32,  // of the message that it moves
  kChangesHoldings = 64   // of some replica
};

// Why a step is a no-op.
enum class SkipReason : std::uint8_t {
  none,
  already_created,
  key_is_held,
  not_held_live,
  not_held_deleted,
  offline,
  exchange_under_way,
  nothing_in_flight,
  nothing_late,
  already_offline,
  already_online,
  no_backup,
  not_changed_here,  // of this engine, that replica's app changes nothing
  engine_lacks_it    // a step that the engine does not have
};
inline constexpr std::size_t kSkipReasons = 14;

// A reason in words, {0} the replica, {1} the object; and where it holds whatever else there is: in
// which phases of the client (properties/coverage.h), and wherever none of its messages is late.
struct SkipRow {
  SkipReason reason;
  std::string_view words;
  std::uint8_t phases = 0;  // one bit each: offline, idle, then each message that is in flight
  bool none_late = false;
  std::string_view brief = {};
};
inline constexpr std::uint8_t kPhaseOffline = 1;
inline constexpr std::uint8_t kPhaseIdle = 2;
inline constexpr std::uint8_t kPhasesInFlight = 60;
inline constexpr std::array<SkipRow, kSkipReasons> kSkipRows = [] {
  using R = SkipReason;
  return std::array<SkipRow, kSkipReasons>{{
      {R::none, ""},
      {R::already_created, "{1} was created before"},
      {R::key_is_held, "{0} holds another live object with this key"},
      {R::not_held_live, "{0} does not hold {1}, or holds it deleted"},
      {R::not_held_deleted, "{0} does not hold {1} deleted"},
      {R::offline, "{0} is offline", kPhaseOffline, false, "offline"},
      {R::exchange_under_way, "an exchange of {0} is under way", kPhasesInFlight, false,
       "an exchange is under way"},
      {R::nothing_in_flight, "no message of {0} is in flight", kPhaseOffline | kPhaseIdle, false,
       "nothing is in flight"},
      {R::nothing_late, "no message of {0} is late", 0, true, "nothing is late"},
      {R::already_offline, "{0} is offline already", kPhaseOffline, false, "already so"},
      {R::already_online, "{0} is online already", kPhaseIdle | kPhasesInFlight, false,
       "already so"},
      {R::no_backup, "there is no backup"},
      {R::not_changed_here, "of this engine {0} takes no changes"},
      {R::engine_lacks_it, "the engine has no such step"},
  }};
}();

// A kind of step. What is left out is not so.
struct StepRow {
  StepKind kind;
  std::string_view name;
  std::uint8_t parts;                 // that it takes
  FeatureSet uses = 0;                // beside what its parts use: features(step)
  std::optional<Bounded> bound = {};  // of a search, that it counts against
  InExchange exchange = InExchange::nothing;
  std::optional<StepKind> begins_as = {};  // what leads to the same and may be gone on with
  std::optional<Lane> lane = {};           // whose first message it is about
  std::uint8_t touches = kTouchesNothing;
  std::uint8_t weight;  // less is simpler: no fault beats a fault, a whole cycle its parts
  std::array<SkipReason, 3> refused_by = {};  // in this order, after what the engine lacks
  std::string_view meaning;

  constexpr bool takes(StepPart part) const { return parts >> static_cast<unsigned>(part) & 1; }
  constexpr bool is_of(Replica replica) const {
    return takes(replica.is_server() ? StepPart::server : StepPart::client);
  }
  constexpr bool may_be_refused_by(SkipReason reason) const {
    return std::find(refused_by.begin(), refused_by.end(), reason) != refused_by.end();
  }
};

inline constexpr std::array<StepRow, kStepKinds> kStepRows = [] {
  using K = StepKind;
  using P = StepPart;
  using B = Bounded;
  using X = InExchange;
  using R = SkipReason;
  constexpr std::uint8_t kClient = parts(P::client);
  constexpr std::uint8_t kServerOnly = parts(P::server);
  constexpr std::uint8_t kChange = parts(P::server, P::client, P::object);
  constexpr std::uint8_t kCycle = kTouchesServer | kReadsTime | kChangesHoldings;
  constexpr std::uint8_t kMoves = kTouchesReceiver | kReadsTime | kChangesHoldings;
  return std::array<StepRow, kStepKinds>{{
      {.kind = K::create,
       .name = "create",
       .parts = kChange | parts(P::key, P::value),
       .bound = B::edits,
       .touches = kMovesTime | kNamesAnew | kChangesHoldings,
       .weight = 1,
       .refused_by = {R::not_changed_here, R::already_created, R::key_is_held},
       .meaning = "the app, or the web backend, makes a new object"},
      {.kind = K::edit,
       .name = "edit",
       .parts = kChange | parts(P::value),
       .uses = kUsesClientEdits,
       .bound = B::edits,
       .touches = kMovesTime | kChangesHoldings,
       .weight = 1,
       .refused_by = {R::not_changed_here, R::not_held_live},
       .meaning = "the app, or the web backend, changes an object's value"},
      {.kind = K::remove,
       .name = "delete",
       .parts = kChange,
       .uses = kUsesDeletes,
       .bound = B::edits,
       .touches = kMovesTime | kChangesHoldings,
       .weight = 3,
       .refused_by = {R::not_changed_here, R::not_held_live},
       .meaning = "the app, or the web backend, deletes an object"},
      {.kind = K::undelete,
       .name = "undelete",
       .parts = kChange | parts(P::value),
       .uses = kUsesDeletes | kUsesClientEdits,
       .bound = B::edits,
       .touches = kMovesTime | kChangesHoldings,
       .weight = 4,
       .refused_by = {R::not_changed_here, R::not_held_deleted, R::key_is_held},
       .meaning = "a deleted object is made alive again"},
      {.kind = K::sync,
       .name = "sync",
       .parts = kClient | parts(P::lose),
       .exchange = X::whole,
       .begins_as = K::begin,
       .touches = kCycle,
       .weight = 2,
       .refused_by = {R::offline, R::exchange_under_way},
       .meaning = "one whole cycle: download, then upload"},
      {.kind = K::full_sync,
       .name = "full-sync",
       .parts = kClient | parts(P::lose),
       .uses = fault_bit(Fault::full_sync),
       .bound = B::full,
       .exchange = X::whole,
       .begins_as = K::begin_full,
       .touches = kCycle,
       .weight = 4,
       .refused_by = {R::offline, R::exchange_under_way},
       .meaning = "both marks to zero, then a whole cycle"},
      {.kind = K::begin,
       .name = "begin",
       .parts = kClient,
       .uses = kUsesInterleaving,
       .exchange = X::begins,
       .weight = 5,
       .refused_by = {R::offline, R::exchange_under_way},
       .meaning = "a cycle starts; its first message is in flight"},
      {.kind = K::begin_full,
       .name = "begin-full",
       .parts = kClient,
       .uses = kUsesInterleaving | fault_bit(Fault::full_sync),
       .bound = B::full,
       .exchange = X::begins,
       .weight = 7,
       .refused_by = {R::offline, R::exchange_under_way},
       .meaning = "both marks to zero, then as begin"},
      {.kind = K::deliver,
       .name = "deliver",
       .parts = kClient,
       .uses = kUsesInterleaving,
       .exchange = X::moves,
       .lane = Lane::in_flight,
       .touches = kMoves,
       .weight = 5,
       .refused_by = {R::nothing_in_flight},
       .meaning = "the message in flight on the link arrives"},
      {.kind = K::finish,
       .name = "finish",
       .parts = kClient,
       .uses = kUsesInterleaving,
       .exchange = X::finishes,
       .begins_as = K::deliver,
       .lane = Lane::in_flight,
       .touches = kCycle,
       .weight = 4,
       .refused_by = {R::nothing_in_flight},
       .meaning = "deliver until the exchange is over"},
      {.kind = K::drop,
       .name = "drop",
       .parts = kClient,
       .uses = kUsesInterleaving | fault_bit(Fault::lost),
       .bound = B::lost,
       .exchange = X::ends,
       .lane = Lane::in_flight,
       .weight = 7,
       .refused_by = {R::nothing_in_flight},
       .meaning = "the message in flight is lost; the client gives up"},
      {.kind = K::give_up,
       .name = "give-up",
       .parts = kClient,
       .uses = kUsesInterleaving | fault_bit(Fault::late),
       .bound = B::late,
       .exchange = X::ends,
       .lane = Lane::in_flight,
       .weight = 9,
       .refused_by = {R::nothing_in_flight},
       .meaning = "the client gives up; the message becomes late"},
      {.kind = K::arrive,
       .name = "arrive",
       .parts = kClient,
       .uses = kUsesInterleaving,
       .lane = Lane::late,
       .touches = kMoves,
       .weight = 9,
       .refused_by = {R::nothing_late},
       .meaning = "the message that became late first arrives"},
      {.kind = K::duplicate,
       .name = "duplicate",
       .parts = kClient,
       .uses = kUsesInterleaving | fault_bit(Fault::duplicate),
       .bound = B::duplicates,
       .lane = Lane::in_flight,
       .weight = 9,
       .refused_by = {R::nothing_in_flight},
       .meaning = "a copy of the message in flight becomes late"},
      {.kind = K::offline,
       .name = "offline",
       .parts = kClient,
       .uses = fault_bit(Fault::offline),
       .bound = B::offline,
       .exchange = X::cuts,
       .weight = 7,
       .refused_by = {R::already_offline},
       .meaning = "the link is cut; what is in flight is lost"},
      {.kind = K::online,
       .name = "online",
       .parts = kClient,
       .uses = fault_bit(Fault::offline),
       .weight = 3,
       .refused_by = {R::already_online},
       .meaning = "the link is back"},
      {.kind = K::clock,
       .name = "clock",
       .parts = parts(P::server, P::client, P::seconds),
       .uses = fault_bit(Fault::clock),
       .bound = B::clock,
       .weight = 7,
       .meaning = "the replica's clock jumps by so many seconds"},
      {.kind = K::crash,
       .name = "crash",
       .parts = kClient,
       .uses = fault_bit(Fault::crash),
       .bound = B::crashes,
       .exchange = X::cuts,
       .weight = 8,
       .meaning = "the app is killed; what is stored stays"},
      {.kind = K::reinstall,
       .name = "reinstall",
       .parts = kClient,
       .uses = fault_bit(Fault::reinstall),
       .bound = B::reinstalls,
       .exchange = X::cuts,
       .touches = kChangesHoldings,
       .weight = 9,
       .meaning = "as crash; then the client's data is gone"},
      {.kind = K::backup,
       .name = "backup",
       .parts = kServerOnly,
       .uses = fault_bit(Fault::restore),
       .bound = B::backups,
       .weight = 5,
       .meaning = "the server's data is saved"},
      {.kind = K::restore,
       .name = "restore",
       .parts = kServerOnly,
       .uses = fault_bit(Fault::restore),
       .bound = B::restores,
       .touches = kTouchesAll | kChangesHoldings,
       .weight = 8,
       .refused_by = {R::no_backup},
       .meaning = "the server's data is what was saved last"},
  }};
}();
constexpr const StepRow& row_of(StepKind kind) { return kStepRows[static_cast<std::size_t>(kind)]; }

// The kind that begins as this one does; itself where there is none.
constexpr StepKind whole_of(StepKind kind) {
  for (const StepRow& row : kStepRows)
    if (row.begins_as == kind) return row.kind;
  return kind;
}

constexpr bool is_change(StepKind kind) { return kind <= StepKind::undelete; }
constexpr bool names_object(StepKind kind) { return row_of(kind).takes(StepPart::object); }
// Whether a step is a fault, or makes one.
constexpr bool is_fault(const Step& step) {
  const std::optional<Bounded> bound = row_of(step.kind).bound;
  return step.lose != MessageKind::none ||
         (bound && *bound != Bounded::edits && *bound != Bounded::backups);
}

}  // namespace tidemark::core
