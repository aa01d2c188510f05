// The world: one server, its clients, their links, their clocks.
//
// World executes scenarios. It is a plain value: copying it forks the world. It draws no random
// number and reads no clock. Whoever wants to know what happens hands in an observer, which
// hears of the events that it has an `on` for (sim/event.h): anything with
//   void on(const Held&, const World&)
//
// Invariants:
// 1. A client has at most one exchange under way, and then exactly one message in flight.
// 2. Versions are numbered in the order in which they were written, from 1.
// 3. shadow(replica, guid) is what the engine held after the last event.
// 4. order() names each client that a step has named, in the order of appearance.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/uncopied.h"
#include "model/fact.h"
#include "sim/engine.h"
#include "sim/event.h"
#include "sim/scenario.h"
#include "sim/version.h"
#include "sim/world/link.h"
#include "sim/world/summary.h"

namespace tidemark::core {

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
    emit(WorldBegan{}, observer);
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

  // Why the step would do nothing in this world; none: it would do something.
  SkipReason refusal(const Step& step) const;

  using Letter = LetterOf<Message>;
  // What became of the first copy of a duplicated request.
  enum class FirstCopy : std::uint8_t { on_its_way, handled_last, handled_before_a_write };

  const EngineType& engine() const { return *engine_; }
  const Scenario& scenario() const { return *scenario_; }
  const Facts& facts() const { return work_.facts; }
  const std::vector<Version>& versions() const { return versions_; }
  const Server& server() const { return server_; }
  const Client& client(Replica replica) const { return links_[replica.number - 1].client; }
  bool online(Replica client) const { return link(client).online; }
  // The messages in a queue of this client's link, the first one in front.
  const Queue<Letter>& queue(Replica client, Lane lane) const { return link(client).lane(lane); }
  // The kind of the message in flight on it; none: there is none.
  MessageKind in_flight(Replica client) const {
    const Queue<Letter>& letters = queue(client, Lane::in_flight);
    return letters.empty() ? MessageKind::none : letters.front().kind;
  }
  const Queue<Letter>& late(Replica client) const { return queue(client, Lane::late); }
  // Whether an exchange of this client is under way.
  bool exchanging(Replica client) const { return !queue(client, Lane::in_flight).empty(); }
  // The message that a step is about; null: there is none, or it is about none.
  const Letter* letter_of(const Step& step) const {
    const std::optional<Lane> lane = row_of(step.kind).lane;
    if (!lane || queue(step.replica, *lane).empty()) return nullptr;
    return &queue(step.replica, *lane).front();
  }
  FirstCopy first_copy(const Letter& letter) const;
  // The server as it was saved last; null if it never was.
  const Server* backup() const { return backup_ ? &*backup_ : nullptr; }
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
    if (!object.content.isdeleted || object.content.value.number >= versions_.size())
      return object.content.value;
    const Version& version = versions_[object.content.value.number];
    return version.buried_as == kNoValue ? object.content.value : version.buried_as;
  }
  // The version that a replica holds of an object; kNoValue: none.
  Value shadow(Replica replica, Guid guid) const {
    return shadow_[replica.number * objects_ + guid.number].content.value;
  }
  const Object* find(Replica replica, Guid guid) const {
    return replica.is_server() ? engine_->find(server_, guid)
                               : engine_->find(client(replica), guid);
  }
  const RunSummary& summary() const { return summary_; }
  // What a replica held of an object after the last event, as far as invariants speak of it.
  struct Shadow {
    Content content{};  // by its version
    Identity identity{};
    friend bool operator==(const Shadow&, const Shadow&) = default;
  };
  const Shadow& seen_last(Replica replica, Guid guid) const {
    return shadow_[replica.number * objects_ + guid.number];
  }
  // The id of the next installation or epoch.
  std::uint32_t next_id() const { return next_id_; }
  // What the engine notes of this world.
  const auto& notes() const { return notes_; }

 private:
  using Link = LinkOf<Client, Message>;
  // A copied request that was handled.
  struct Handled {
    std::uint32_t number;
    std::uint32_t writes;  // server_writes_ afterwards
  };

  void reset(const Scenario& scenario);
  // What is worked with while a message, or settle, is under way.
  struct Work {
    Facts facts;
    Letter arriving;
    Letter reply;
    Client before{};
    std::vector<Object> before_repeat;
    std::vector<std::uint64_t> states_met;
  };

  Link& link(Replica client) { return links_[client.number - 1]; }
  const Link& link(Replica client) const { return links_[client.number - 1]; }
  void use_notes() {
    if constexpr (TakesNotes<EngineType>) engine_->use(notes_);
  }
  Shadow& shadow_of(Replica replica, Guid guid) {
    return shadow_[replica.number * objects_ + guid.number];
  }

  template <EventType E, class Observer>
  void emit(const E& event, Observer& observer) {
    add(digest_, event);
    tell(event, observer, std::as_const(*this));
  }
  template <class Observer>
  bool execute(const Step& step, Observer& observer);
  template <class Observer>
  void change(const Step& step, Observer& observer);
  bool holds(SkipReason reason, const Step& step) const;
  bool is_key_held(const Step& step) const;
  template <class Observer>
  void send_at_once(Replica client, const Change& made, Observer& observer);
  template <class Observer>
  void begin_cycle(Replica client, bool full, Observer& observer);
  void seal(Replica from, Replica to, std::uint32_t number, bool copied);
  template <class Observer>
  void send(Replica client, Observer& observer);
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
  void arrive(Replica client, Observer& observer);
  template <class Observer>
  void handle_at_server(Replica client, bool late, Observer& observer);
  template <class Observer>
  void become_late(Replica client, bool copy, Observer& observer);
  template <class Cut, class Observer>
  void cut(Replica client, Observer& observer);
  template <class Observer>
  void restore(Observer& observer);
  template <class Told, class Observer>
  void announce(Replica client, const Letter& letter, bool late, Observer& observer);
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
  std::optional<Server> backup_;
  [[no_unique_address]] typename NotesOf<EngineType>::Type notes_;
  std::vector<Link> links_;
  std::vector<Version> versions_;
  std::vector<Shadow> shadow_;
  std::vector<std::uint8_t> created_;
  std::vector<Handled> handled_;
  std::vector<Replica> order_;
  std::uint32_t seen_ = 0;  // the clients in order_, one bit each
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
  Uncopied<Work> work_;
};

}  // namespace tidemark::core

#include "sim/world/exchange.h"
#include "sim/world/holdings.h"
#include "sim/world/settle.h"
#include "sim/world/steps.h"
