// The world: one server, its clients, their links, their clocks.
//
// World executes scenarios. It is a plain value: copying it forks the world, and become() does so
// without what the next step does not need. It draws no random number and reads no clock. Whoever
// wants to know what happens hands in an observer: anything with
//   void on(const Event&, const World&)
//
// Invariants:
// 1. A client has at most one exchange under way, and then exactly one message in flight.
// 2. Versions are numbered in the order in which they were written, from 1.
// 3. shadow(replica, guid) is what the engine held after the last event.
// 4. order() names each client that a step has named, in the order of appearance.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "model/fact.h"
#include "sim/engine.h"
#include "sim/event.h"
#include "sim/scenario.h"
#include "sim/version.h"

namespace tidemark::core {

inline constexpr Timestamp kWorldBegins = 1431388800;  // 2015-05-12 00:00:00 UTC
inline constexpr Timestamp kSecondsPerChange = 10;
inline constexpr std::uint32_t kMaxMessagesPerExchange = 64;

// How a run went, in numbers.
struct RunSummary {
  std::uint32_t effective_steps = 0;  // steps that did something, and messages settled
  std::uint32_t skipped_steps = 0;
  std::uint32_t settle_messages = 0;
  std::uint32_t settle_rounds = 0;
  Rest rest = Rest::quiet;
  std::uint64_t digest = 0;
  friend bool operator==(const RunSummary&, const RunSummary&) = default;
};

template <Engine EngineType>
class World {
 public:
  using Client = typename EngineType::Client;
  using Server = typename EngineType::Server;
  using Message = typename EngineType::Message;

  // The engine outlives the world.
  explicit World(const EngineType& engine) : engine_(&engine) {}

  // Executes a scenario from a new world on, and settles. The scenario outlives the run.
  template <class Observer>
  RunSummary run(const Scenario& scenario, Observer& observer) {
    begin(scenario, observer);
    for (std::size_t i = 0; i < scenario.steps.size(); ++i) apply(i, observer);
    return settle(observer);
  }

  // A new world, in which nothing has happened yet. Memory is kept.
  template <class Observer>
  void begin(const Scenario& scenario, Observer& observer) {
    reset(scenario);
    emit({.kind = EventKind::world_began}, observer);
  }

  // Executes the step at this place of the scenario. Returns whether it did something.
  template <class Observer>
  bool apply(std::size_t place, Observer& observer);

  // Brings the world to rest.
  template <class Observer>
  RunSummary settle(Observer& observer);

  // What settle() is made of. Late messages are gone and everyone is online;
  template <class Observer>
  void begin_settle(Observer& observer);
  // the first open exchange, in the order of the clients, is finished (false: none was open);
  template <class Observer>
  bool finish_open_exchange(Observer& observer);
  // a round of one whole sync each (false: no message carried an object, so this is the rest);
  template <class Observer>
  bool settle_round(Observer& observer);
  // the rest is told.
  template <class Observer>
  void come_to_rest(Rest rest, Observer& observer);

  // Forks: becomes a world in which the same happened as in `other`, and happens next.
  void become(const World& other);
  // The same, faster. Requires: this became `other`, which was not changed since, and then executed
  // steps.
  void return_to(const World& other);

  // A message with what the link knows of it.
  struct Letter {
    MessageKind kind = MessageKind::none;
    std::uint32_t number = 0;  // of the request: an answer has that of its request
    bool copied = false;       // the request was duplicated
    Message message{};
    friend void swap(Letter& a, Letter& b) noexcept {
      using std::swap;
      swap(a.kind, b.kind);
      swap(a.number, b.number);
      swap(a.copied, b.copied);
      swap(a.message, b.message);
    }
  };
  // What became of the first copy of a duplicated request.
  enum class FirstCopy : std::uint8_t { on_its_way, handled_last, handled_before_a_write };

  const EngineType& engine() const { return *engine_; }
  const Scenario& scenario() const { return *scenario_; }
  const Facts& facts() const { return facts_; }
  const std::vector<Version>& versions() const { return versions_; }
  const Server& server() const { return server_; }
  const Client& client(Replica replica) const { return links_[replica.number - 1].client; }
  bool online(Replica client) const { return link(client).online; }
  // The kind of the message in flight on this client's link; none: no exchange is under way.
  MessageKind in_flight(Replica client) const { return link(client).in_flight.kind; }
  const Letter& letter(Replica client) const { return link(client).in_flight; }
  // The one that became late first is in front.
  const std::deque<Letter>& late(Replica client) const { return link(client).late; }
  FirstCopy first_copy(const Letter& letter) const;
  // The server as it was saved last; null if it never was.
  const Server* backup() const { return has_backup_ ? &backup_ : nullptr; }
  bool created(Guid guid) const { return created_[guid.number] != 0; }
  // The clients as steps have named them so far; once settle began, all of them.
  const std::vector<Replica>& order() const { return order_; }
  std::uint32_t replicas() const { return static_cast<std::uint32_t>(links_.size()) + 1; }
  std::uint32_t objects() const { return objects_; }
  std::uint32_t installation(Replica client) const { return link(client).installation; }
  Timestamp time() const { return time_; }
  Timestamp clock(Replica replica) const {
    return time_ + (replica.is_server() ? server_skew_ : link(replica).skew);
  }
  std::size_t step() const { return step_; }
  // The version of an object as it is stored or travels.
  Value version_of(const Object& object) const {
    if (!object.isdeleted || object.value.number >= versions_.size()) return object.value;
    const Version& version = versions_[object.value.number];
    return version.buried_as == kNoValue ? object.value : version.buried_as;
  }
  // The version that a replica holds of an object; kNoValue: none.
  Value shadow(Replica replica, Guid guid) const {
    return shadow_[replica.number * objects_ + guid.number].value;
  }
  const Object* find(Replica replica, Guid guid) const {
    return replica.is_server() ? engine_->find(server_, guid)
                               : engine_->find(client(replica), guid);
  }
  const RunSummary& summary() const { return summary_; }
  // What a replica held of an object after the last event, as far as invariants speak of it.
  struct Shadow {
    Value value{};
    Key pk{};
    Name name{};
    std::uint32_t isdeleted = 0;
    // All four at once: nearly always all are equal.
    friend bool operator==(const Shadow& a, const Shadow& b) {
      return ((a.value.number ^ b.value.number) | (a.pk.number ^ b.pk.number) |
              (a.name.number ^ b.name.number) | (a.isdeleted ^ b.isdeleted)) == 0;
    }
  };
  const Shadow& seen_last(Replica replica, Guid guid) const {
    return shadow_[replica.number * objects_ + guid.number];
  }
  // The id of the next installation or epoch.
  std::uint32_t next_id() const { return next_id_; }
  // What the engine notes of this world.
  const auto& notes() const { return notes_; }

 private:
  struct Link {
    Client client{};
    Letter in_flight;
    std::deque<Letter> late;  // the one that became late first is in front
    std::uint32_t installation = 0;
    Timestamp skew = 0;
    bool online = true;

    void become(const Link& other) {
      client = other.client;
      in_flight.kind = other.in_flight.kind;
      if (in_flight.kind != MessageKind::none) in_flight = other.in_flight;
      if (!late.empty() || !other.late.empty()) late = other.late;
      installation = other.installation;
      skew = other.skew;
      online = other.online;
    }
  };
  // A copied request that was handled.
  struct Handled {
    std::uint32_t number;
    std::uint32_t writes;  // server_writes_ afterwards
  };

  void reset(const Scenario& scenario);
  Link& link(Replica client) {
    touch(client);
    return links_[client.number - 1];
  }
  void touch(Replica replica) { touched_ |= 1u << replica.number; }
  const Link& link(Replica client) const { return links_[client.number - 1]; }
  void use_notes() {
    if constexpr (TakesNotes<EngineType>) engine_->use(notes_);
  }
  Shadow& shadow_of(Replica replica, Guid guid) {
    return shadow_[replica.number * objects_ + guid.number];
  }

  template <class Observer>
  void emit(const Event& event, Observer& observer) {
    add(digest_, event);
    observer.on(event, std::as_const(*this));
  }
  template <class Observer>
  bool skip(SkipReason reason, Observer& observer) {
    emit({.kind = EventKind::step_skipped, .detail = static_cast<std::uint8_t>(reason)}, observer);
    return false;
  }

  template <class Observer>
  bool execute(const Step& step, Observer& observer);
  template <class Observer>
  bool change(const Step& step, Observer& observer);
  template <class Replica_>
  SkipReason refuses(const Replica_& replica, const Step& step) const;
  template <class Observer>
  void send_at_once(Replica client, const Change& made, Observer& observer);
  template <class Observer>
  bool cycle(Replica client, bool full, bool whole, MessageKind lose, Observer& observer);
  template <class Observer>
  void send_first_request(Replica client, Observer& observer);
  template <class Observer>
  void finish(Replica client, MessageKind lose, Observer& observer);
  template <class Observer>
  void deliver(Replica client, Observer& observer);
  template <class Observer>
  void deliver_request(Replica client, Observer& observer);
  template <class Observer>
  void deliver_answer(Replica client, Observer& observer);
  template <class Observer>
  void lose(Replica client, Observer& observer);
  template <class Observer>
  void end_exchange(Replica client, bool finished, Observer& observer);
  template <class Observer>
  bool arrive(Replica client, Observer& observer);
  template <class Observer>
  void handle_at_server(Replica client, const Letter& request, std::uint8_t arrival, Letter& answer,
                        Observer& observer);
  template <class Observer>
  void become_late(Replica client, bool copy, Observer& observer);
  template <class Observer>
  void cut(Replica client, EventKind kind, Observer& observer);
  template <class Observer>
  void restore(Observer& observer);
  template <class Observer>
  void announce(EventKind kind, Replica client, const Letter& letter, std::uint8_t arrival,
                Observer& observer);
  template <class Observer>
  void announce_carried(const Letter& letter, Observer& observer);
  void register_versions(Replica teller);
  void name_buried();
  template <class Observer>
  void tell_facts(Replica teller, Observer& observer);
  template <class Observer>
  void compare_holdings(Replica replica, Observer& observer);
  template <class Observer>
  void compare_holding(Replica replica, Guid guid, Observer& observer);
  template <class Observer>
  void whole_exchange(Replica client, Observer& observer);
  std::vector<Object> objects_at_server() const {
    std::vector<Object> objects;
    for (std::uint32_t guid = 0; guid < objects_; ++guid)
      if (const Object* object = engine_->find(server_, Guid{guid})) objects.push_back(*object);
    return objects;
  }
  std::uint64_t state_digest() const;
  void see_client(Replica client);

  const EngineType* engine_;
  const Scenario* scenario_ = nullptr;
  Server server_{};
  Server backup_{};
  [[no_unique_address]] typename NotesOf<EngineType>::Type notes_;
  bool has_backup_ = false;
  std::vector<Link> links_;
  std::vector<Version> versions_;
  std::vector<Shadow> shadow_;
  std::vector<std::uint8_t> created_;
  std::vector<Handled> handled_;
  std::vector<Replica> order_;
  std::uint32_t seen_ = 0;  // the clients in order_, one bit each
  std::uint32_t touched_ =
      ~0u;  // replicas that may differ from those of the world that this became
  std::vector<std::uint64_t> states_met_;
  Facts facts_;
  Letter arriving_;
  Client before_{};
  std::vector<Object> before_repeat_;
  Timestamp time_ = kWorldBegins;
  Timestamp server_skew_ = 0;
  std::uint32_t objects_ = 0;
  std::uint32_t next_id_ = 0;      // of installations and epochs
  std::uint32_t next_number_ = 0;  // of requests
  std::uint32_t server_writes_ = 0;
  std::size_t step_ = 0;
  bool carried_ = false;  // a message of this settle round carried an object
  bool settling_ = false;
  Digest digest_;
  RunSummary summary_;
};

// ---------------------------------------------------------------------------------------------

template <Engine E>
void World<E>::reset(const Scenario& scenario) {
  scenario_ = &scenario;
  objects_ = static_cast<std::uint32_t>(scenario.objects.size());
  next_id_ = next_number_ = server_writes_ = 0;
  time_ = kWorldBegins;
  server_skew_ = 0;
  step_ = 0;
  settling_ = false;
  has_backup_ = false;
  digest_ = {};
  summary_ = {};
  use_notes();
  if constexpr (ReadsScenarios<E>) engine_->read(scenario);
  engine_->install(server_, next_id_++);
  links_.resize(scenario.clients);
  for (Link& link : links_) {
    link.installation = next_id_++;
    engine_->install(link.client, link.installation);
    link.in_flight.kind = MessageKind::none;
    link.late.clear();
    link.skew = 0;
    link.online = true;
  }
  versions_.clear();
  versions_.emplace_back();
  shadow_.assign(std::size_t{objects_} * replicas(), Shadow{});
  created_.assign(objects_, 0);
  handled_.clear();
  facts_.clear();
  order_.clear();
  seen_ = 1;  // the server is no client
}

template <Engine E>
void World<E>::become(const World& other) {
  engine_ = other.engine_;
  scenario_ = other.scenario_;
  links_.resize(other.links_.size());
  touched_ = ~0u;
  return_to(other);
}

template <Engine E>
void World<E>::return_to(const World& other) {
  if (touched_ & 1) {
    server_ = other.server_;
    has_backup_ = other.has_backup_;
    if (has_backup_) backup_ = other.backup_;
  }
  for (std::size_t i = 0; i < links_.size(); ++i)
    if (touched_ >> (i + 1) & 1) links_[i].become(other.links_[i]);
  touched_ = 0;
  notes_ = other.notes_;
  versions_ = other.versions_;
  shadow_ = other.shadow_;
  created_ = other.created_;
  handled_ = other.handled_;
  order_ = other.order_;
  seen_ = other.seen_;
  time_ = other.time_;
  server_skew_ = other.server_skew_;
  objects_ = other.objects_;
  next_id_ = other.next_id_;
  next_number_ = other.next_number_;
  server_writes_ = other.server_writes_;
  step_ = other.step_;
  carried_ = other.carried_;
  settling_ = other.settling_;
  digest_ = other.digest_;
  summary_ = other.summary_;
}

template <Engine E>
void World<E>::see_client(Replica client) {
  const std::uint32_t bit = 1u << client.number;
  if (seen_ & bit) return;
  seen_ |= bit;
  order_.push_back(client);
}

template <Engine E>
typename World<E>::FirstCopy World<E>::first_copy(const Letter& letter) const {
  for (const Handled& handled : handled_)
    if (handled.number == letter.number)
      return handled.writes == server_writes_ ? FirstCopy::handled_last
                                              : FirstCopy::handled_before_a_write;
  return FirstCopy::on_its_way;
}

template <Engine E>
template <class Observer>
bool World<E>::apply(std::size_t place, Observer& observer) {
  step_ = place;
  use_notes();
  const Step& step = scenario_->steps[place];
  see_client(step.replica);
  emit({.kind = EventKind::step_began,
        .replica = step.replica,
        .message = step.lose,
        .detail = static_cast<std::uint8_t>(step.kind),
        .number = static_cast<std::uint32_t>(place)},
       observer);
  const bool did = execute(step, observer);
  ++(did ? summary_.effective_steps : summary_.skipped_steps);
  return did;
}

template <Engine E>
template <class Observer>
bool World<E>::execute(const Step& step, Observer& observer) {
  const Replica who = step.replica;
  if constexpr (LacksSteps<E>)
    if (engine_->lacks(step)) return skip(SkipReason::engine_lacks_it, observer);
  switch (step.kind) {
    case StepKind::create:
    case StepKind::edit:
    case StepKind::remove:
    case StepKind::undelete:
      return change(step, observer);
    case StepKind::sync:
    case StepKind::full_sync:
      return cycle(who, step.kind == StepKind::full_sync, true, step.lose, observer);
    case StepKind::begin:
    case StepKind::begin_full:
      return cycle(who, step.kind == StepKind::begin_full, false, MessageKind::none, observer);
    case StepKind::deliver:
    case StepKind::finish:
    case StepKind::drop:
    case StepKind::give_up:
    case StepKind::duplicate:
      if (in_flight(who) == MessageKind::none) return skip(SkipReason::nothing_in_flight, observer);
      if (step.kind == StepKind::deliver) deliver(who, observer);
      if (step.kind == StepKind::finish) finish(who, MessageKind::none, observer);
      if (step.kind == StepKind::drop) lose(who, observer);
      if (step.kind == StepKind::give_up) become_late(who, false, observer);
      if (step.kind == StepKind::duplicate) become_late(who, true, observer);
      return true;
    case StepKind::arrive:
      return arrive(who, observer);
    case StepKind::offline:
      if (!link(who).online) return skip(SkipReason::already_offline, observer);
      cut(who, EventKind::went_offline, observer);
      link(who).online = false;
      return true;
    case StepKind::online:
      if (link(who).online) return skip(SkipReason::already_online, observer);
      link(who).online = true;
      emit({.kind = EventKind::came_online, .replica = who}, observer);
      return true;
    case StepKind::clock:
      (who.is_server() ? server_skew_ : link(who).skew) += step.seconds;
      digest_.add(static_cast<std::uint64_t>(step.seconds));
      emit({.kind = EventKind::clock_jumped, .replica = who}, observer);
      return true;
    case StepKind::crash:
      cut(who, EventKind::crashed, observer);
      engine_->crash(link(who).client);
      return true;
    case StepKind::reinstall:
      cut(who, EventKind::reinstalled, observer);
      link(who).installation = next_id_++;
      engine_->reinstall(link(who).client, link(who).installation);
      compare_holdings(who, observer);
      return true;
    case StepKind::backup:
      touch(kServer);
      engine_->backup(server_, backup_);
      has_backup_ = true;
      emit({.kind = EventKind::backed_up}, observer);
      return true;
    case StepKind::restore:
      if (!has_backup_) return skip(SkipReason::no_backup, observer);
      restore(observer);
      return true;
  }
  return false;
}

template <Engine E>
template <class Replica_>
SkipReason World<E>::refuses(const Replica_& replica, const Step& step) const {
  if (!engine_->takes_changes(replica)) return SkipReason::not_changed_here;
  const Object* own = engine_->find(replica, Guid{step.object});
  Key key{};
  if (step.kind == StepKind::create) {
    if (created_[step.object]) return SkipReason::already_created;
    key = scenario_->key_of(step);
  } else if (step.kind == StepKind::undelete) {
    if (own == nullptr || !own->isdeleted) return SkipReason::not_held_deleted;
    key = own->pk;
  } else {
    return own != nullptr && !own->isdeleted ? SkipReason::none : SkipReason::not_held_live;
  }
  for (std::uint32_t guid = 0; guid < objects_; ++guid) {
    const Object* other = engine_->find(replica, Guid{guid});
    if (other != nullptr && !other->isdeleted && other->pk == key) return SkipReason::key_is_held;
  }
  return SkipReason::none;
}

template <Engine E>
template <class Observer>
bool World<E>::change(const Step& step, Observer& observer) {
  const Replica who = step.replica;
  const SkipReason reason =
      who.is_server() ? refuses(server_, step) : refuses(link(who).client, step);
  if (reason != SkipReason::none) return skip(reason, observer);
  time_ += kSecondsPerChange;
  const Guid guid{step.object};
  const Value value{static_cast<std::uint32_t>(versions_.size())};
  Change made{
      .kind = static_cast<ChangeKind>(step.kind), .guid = guid, .value = value, .text = step.value};
  if (step.kind == StepKind::create) {
    created_[step.object] = 1;
    made.pk = scenario_->key_of(step);
    made.name = scenario_->name_of(step);
  }
  Shadow& shadow = shadow_of(who, guid);
  const Value over = shadow.value;
  versions_.push_back({.kind = static_cast<VersionKind>(step.kind),
                       .writer = who,
                       .installation = who.is_server() ? 0 : link(who).installation,
                       .step = static_cast<std::uint32_t>(step_),
                       .guid = guid,
                       .over = over < value ? over : kNoValue,
                       .text = step.value,
                       .isdeleted = step.kind == StepKind::remove});
  if (who.is_server()) {
    touch(kServer);
    engine_->change(server_, made, clock(who));
    ++server_writes_;
  } else {
    engine_->change(link(who).client, made, clock(who));
  }
  if (step.kind == StepKind::create) shadow = {value, made.pk, made.name, 0};
  shadow.value = value;
  shadow.isdeleted = step.kind == StepKind::remove;
  emit({.kind = EventKind::written, .replica = who, .guid = guid, .value = value, .other = over},
       observer);
  compare_holding(who, guid, observer);
  if constexpr (SendsChanges<E>)
    if (!who.is_server()) send_at_once(who, made, observer);
  return true;
}

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

template <Engine E>
template <class Observer>
void World<E>::send_first_request(Replica client, Observer& observer) {
  Link& link = this->link(client);
  link.in_flight.kind = engine_->kind(link.in_flight.message);
  link.in_flight.number = next_number_++;
  link.in_flight.copied = false;
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
  if (is_request(in_flight(client)))
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
  answer.kind = engine_->kind(answer.message);
  answer.number = request.number;
  answer.copied = request.copied;
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
  link.in_flight.kind = more ? engine_->kind(link.in_flight.message) : MessageKind::none;
  link.in_flight.number = next_number_++;
  link.in_flight.copied = false;
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
  if (is_request(letter.kind)) {
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
          .detail = static_cast<std::uint8_t>(object.isdeleted),
          .guid = object.guid,
          .value = version_of(object)},
         observer);
  });
}

// The versions that strategies made: merges, whose values the engine took in order; then the
// tombstones of key losers, which several replicas may make alike. Facts name tombstones by the
// value of the loser; from here on by their own.
template <Engine E>
void World<E>::register_versions(Replica teller) {
  name_buried();
  const auto known = [&](Value value) { return value.number < versions_.size(); };
  const auto add = [&](Version version) {
    version.writer = teller;
    version.installation = teller.is_server() ? 0 : link(teller).installation;
    version.step = static_cast<std::uint32_t>(step_);
    versions_.push_back(version);
  };
  for (const Fact& fact : facts_)
    if (fact.kind == FactKind::conflict_resolved && fact.winner == Winner::merge &&
        known(fact.local) && known(fact.server))
      add({.kind = VersionKind::merge,
           .guid = fact.kept_guid,
           .over = fact.local,
           .over_too = fact.server,
           .isdeleted = fact.merged_isdeleted});
  for (const Fact& fact : facts_) {
    if (fact.kind != FactKind::key_loser_buried || !known(fact.local)) continue;
    if (versions_[fact.local.number].buried_as != kNoValue) continue;
    versions_[fact.local.number].buried_as = {static_cast<std::uint32_t>(versions_.size())};
    add({.kind = VersionKind::buried,
         .guid = fact.guid,
         .buried_of = fact.local,
         .isdeleted = true});
  }
  name_buried();
}

template <Engine E>
void World<E>::name_buried() {
  const auto name = [&](bool& is_buried, Value& value) {
    if (!is_buried || value.number >= versions_.size()) return;
    const Value tombstone = versions_[value.number].buried_as;
    if (tombstone == kNoValue) return;
    value = tombstone;
    is_buried = false;
  };
  for (Fact& fact : facts_) {
    name(fact.local_is_buried, fact.local);
    name(fact.server_is_buried, fact.server);
    name(fact.kept_is_buried, fact.kept);
  }
}

// Registers the versions that strategies made, then passes the facts on.
template <Engine E>
template <class Observer>
void World<E>::tell_facts(Replica teller, Observer& observer) {
  if (facts_.empty()) return;
  register_versions(teller);
  for (std::uint32_t i = 0; i < facts_.size(); ++i) {
    const Fact& fact = facts_[i];
    digest_.add(std::uint64_t{static_cast<std::uint8_t>(fact.kind)} |
                std::uint64_t{static_cast<std::uint8_t>(fact.conflict)} << 8 |
                std::uint64_t{static_cast<std::uint8_t>(fact.winner)} << 16 |
                std::uint64_t{fact.local.number} << 32);
    digest_.add(std::uint64_t{fact.server.number} | std::uint64_t{fact.kept.number} << 32);
    emit({.kind = EventKind::fact_told, .replica = teller, .number = i}, observer);
  }
}

template <Engine E>
template <class Observer>
void World<E>::compare_holdings(Replica replica, Observer& observer) {
  for (std::uint32_t guid = 0; guid < objects_; ++guid)
    compare_holding(replica, Guid{guid}, observer);
}

template <Engine E>
template <class Observer>
void World<E>::compare_holding(Replica replica, Guid guid, Observer& observer) {
  const Object* object = find(replica, guid);
  const Shadow now = object == nullptr
                         ? Shadow{}
                         : Shadow{version_of(*object), object->pk, object->name, object->isdeleted};
  Shadow& shadow = shadow_of(replica, guid);
  if (now == shadow) return;
  const Value other = shadow.value;
  shadow = now;
  if (replica.is_server()) ++server_writes_;
  emit({.kind = EventKind::held,
        .replica = replica,
        .guid = guid,
        .value = now.value,
        .other = other},
       observer);
}

template <Engine E>
template <class Observer>
void World<E>::whole_exchange(Replica client, Observer& observer) {
  if (in_flight(client) == MessageKind::none)
    cycle(client, false, true, MessageKind::none, observer);
  else
    finish(client, MessageKind::none, observer);
}

template <Engine E>
template <class Observer>
bool World<E>::settle_round(Observer& observer) {
  use_notes();
  carried_ = false;
  emit({.kind = EventKind::round_began, .number = ++summary_.settle_rounds}, observer);
  for (const Replica client : order_) whole_exchange(client, observer);
  return carried_;
}

template <Engine E>
template <class Observer>
void World<E>::begin_settle(Observer& observer) {
  settling_ = true;
  touched_ = ~0u;
  use_notes();
  step_ = scenario_->steps.size();
  emit({.kind = EventKind::settle_began}, observer);
  for (Link& link : links_) {
    link.late.clear();
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
    if (in_flight(client) == MessageKind::none) continue;
    finish(client, MessageKind::none, observer);
    return true;
  }
  return false;
}

template <Engine E>
template <class Observer>
void World<E>::come_to_rest(Rest rest, Observer& observer) {
  summary_.rest = rest;
  emit({.kind = EventKind::rested,
        .detail = static_cast<std::uint8_t>(rest),
        .number = summary_.settle_rounds},
       observer);
  summary_.digest = digest_.value();
}

template <Engine E>
template <class Observer>
RunSummary World<E>::settle(Observer& observer) {
  begin_settle(observer);
  while (finish_open_exchange(observer)) {
  }
  states_met_.assign(1, state_digest());
  Rest rest = Rest::out_of_rounds;
  const std::uint32_t bound = scenario_->settle_bound();
  while (summary_.settle_rounds < bound) {
    if (!settle_round(observer)) {
      rest = Rest::quiet;
      break;
    }
    const std::uint64_t state = state_digest();
    if (std::find(states_met_.begin(), states_met_.end(), state) != states_met_.end()) {
      rest = Rest::circle;
      break;
    }
    states_met_.push_back(state);
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
