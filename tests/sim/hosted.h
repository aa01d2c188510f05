// One of our own engines behind tidemark::Engine: the door that engines of other people come
// through. If asked for, it snapshots: states and messages are kept in tables, and their places
// there handed out as texts, one for all that are equal.
#pragma once

#include <tidemark/engine.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "model/change.h"
#include "model/fact.h"
#include "sim/step.h"

namespace tidemark::core {

// Values by text: `s0`, `s1` … Equal ones have one text.
template <class Value>
class TextTable {
 public:
  // Values that are equal have equal hashes.
  std::string text(Value value, std::uint64_t hash) {
    std::vector<std::size_t>& places = by_hash_[hash];
    for (const std::size_t place : places)
      if (values_[place] == value) return "s" + std::to_string(place);
    places.push_back(values_.size());
    values_.push_back(std::move(value));
    return "s" + std::to_string(places.back());
  }
  const Value& at(const std::string& text) const { return values_.at(std::stoul(text.substr(1))); }

 private:
  std::vector<Value> values_;
  std::map<std::uint64_t, std::vector<std::size_t>> by_hash_;
};

template <class E>
class Hosted final : public tidemark::Engine {
 public:
  Hosted(E engine, std::string name, std::uint32_t worlds = 1, bool snapshots = false)
      : engine_(std::move(engine)),
        traits_{.name = std::move(name),
                .worlds = worlds,
                .reports_decisions = true,
                .snapshots = snapshots} {}

  const Traits& traits() const override { return traits_; }

  Answer handle(const Request& request) override {
    World& world = worlds_[request.world];
    answer_ = {};
    switch (request.operation) {
      case Operation::begin:
        begin(world, request.clients);
        break;
      case Operation::change:
        change(world, request);
        break;
      case Operation::start:
        start(world, request);
        break;
      case Operation::request:
        serve(world, request);
        break;
      case Operation::answer:
        receive(world, request);
        break;
      case Operation::stale:
        engine_.handle_stale(client(world, request), message(request));
        break;
      case Operation::give_up:
        engine_.end_exchange(client(world, request));
        break;
      case Operation::crash:
        engine_.crash(client(world, request));
        break;
      case Operation::reinstall:
        engine_.reinstall(client(world, request), request.id);
        break;
      case Operation::backup:
        engine_.backup(world.server, world.saved);
        break;
      case Operation::restore:
        engine_.restore(world.server, world.saved, request.id);
        break;
      case Operation::save:
        answer_.state = save(world, request);
        return std::move(answer_);
      case Operation::load:
        load(world, request);
        return std::move(answer_);
    }
    if (request.operation != Operation::begin) report(world, request.at);
    return std::move(answer_);
  }

 private:
  struct World {
    typename E::Server server{};
    typename E::Server saved{};
    std::vector<typename E::Client> clients;
    std::vector<std::string> guids, keys, names;
    std::vector<std::string> values{""};  // from 1
    TextTable<typename E::Server> server_states;
    TextTable<typename E::Client> client_states;
    TextTable<typename E::Message> messages;
  };

  static std::uint32_t place(std::vector<std::string>& texts, const std::string& text) {
    for (std::uint32_t i = 0; i < texts.size(); ++i)
      if (texts[i] == text) return i;
    texts.push_back(text);
    return static_cast<std::uint32_t>(texts.size() - 1);
  }
  typename E::Client& client(World& world, const Request& request) {
    return world.clients[find_replica(request.at)->number - 1u];
  }
  const typename E::Message& message(const Request& request) {
    const std::any& body = request.message->body;
    return traits_.snapshots
               ? worlds_[request.world].messages.at(std::any_cast<const std::string&>(body))
               : std::any_cast<const typename E::Message&>(body);
  }

  template <class Replica_>
  std::uint64_t hash_of(const Replica_& replica) const {
    Digest digest;
    engine_.digest(replica, digest);
    return digest.value();
  }
  std::string save(World& world, const Request& request) {
    if (request.at == kServerName)
      return world.server_states.text(world.server, hash_of(world.server));
    const typename E::Client& saved = client(world, request);
    return world.client_states.text(saved, hash_of(saved));
  }
  void load(World& world, const Request& request) {
    if (request.at == kServerName)
      world.server = world.server_states.at(*request.state);
    else
      client(world, request) = world.client_states.at(*request.state);
  }

  // The labels of traces are o1, o2 …: their order does not hang on which was met first.
  std::uint32_t place_of_guid(World& world, const std::string& label) const {
    if (!traits_.snapshots) return place(world.guids, label);
    const auto number = static_cast<std::uint32_t>(std::stoul(label.substr(1)));
    if (world.guids.size() < number) world.guids.resize(number);
    world.guids[number - 1] = label;
    return number - 1;
  }

  void begin(World& world, std::uint8_t clients) {
    world = {};
    world.clients.resize(clients);
    engine_.install(world.server, 0);
    for (std::uint32_t i = 0; i < clients; ++i) engine_.install(world.clients[i], i + 1);
  }

  void change(World& world, const Request& request) {
    const tidemark::Change& made = *request.change;
    const Change change{.kind = static_cast<ChangeKind>(made.kind),
                        .guid = {place_of_guid(world, made.guid)},
                        .identity = {{place(world.keys, made.pk)}, {place(world.names, made.name)}},
                        .value = {place(world.values, made.value)}};
    if (request.at == kServerName)
      engine_.change(world.server, change, request.now);
    else
      engine_.change(client(world, request), change, request.now);
  }

  void start(World& world, const Request& request) {
    typename E::Message next;
    engine_.begin(client(world, request), request.full, request.now, next);
    send(world, std::move(next));
  }
  void serve(World& world, const Request& request) {
    typename E::Message next;
    facts_.clear();
    engine_.handle(world.server, message(request), request.now, fresh(world), next, facts_);
    tell(world);
    send(world, std::move(next));
  }
  void receive(World& world, const Request& request) {
    typename E::Message next;
    facts_.clear();
    const bool more = engine_.handle(client(world, request), message(request), request.now,
                                     fresh(world), next, facts_);
    tell(world);
    if (more) send(world, std::move(next));
  }
  static Value fresh(const World& world) {
    return {static_cast<std::uint32_t>(world.values.size())};
  }

  void send(World& world, typename E::Message&& next) {
    tidemark::Message sent{
        .kind = static_cast<tidemark::MessageKind>(static_cast<int>(engine_.kind(next)) - 1)};
    engine_.for_each_object(next, [&](const Object& object) {
      sent.objects.push_back({world.guids[object.guid.number],
                              world.values[object.content.value.number], object.content.isdeleted});
    });
    if (traits_.snapshots)
      sent.body = world.messages.text(std::move(next), sent.objects.size());
    else
      sent.body = std::move(next);
    answer_.send = std::move(sent);
  }

  void tell(World& world) {
    for (const Fact& fact : facts_) {
      if (fact.kind == FactKind::conflict_resolved && fact.winner == Winner::merge)
        world.values.push_back("merge" + std::to_string(world.values.size()));
      const auto value = [&](Value of) { return world.values[of.number]; };
      const auto guid = [&](Guid of) { return world.guids[of.number]; };
      switch (fact.kind) {
        case FactKind::conflict_resolved:
          answer_.decisions.push_back({.guid = guid(fact.guid),
                                       .local = value(fact.local),
                                       .server_guid = guid(fact.server_guid),
                                       .server = value(fact.server),
                                       .kept = static_cast<Kept>(fact.winner),
                                       .merged = value(fact.kept),
                                       .merged_isdeleted = fact.merged_isdeleted});
          break;
        case FactKind::change_overwritten:
        case FactKind::change_merged:
          answer_.told.push_back({.guid = guid(fact.guid),
                                  .value = value(fact.local),
                                  .kept_guid = guid(fact.kept_guid),
                                  .kept = value(fact.kept),
                                  .merged = fact.kind == FactKind::change_merged});
          break;
        case FactKind::upload_accepted:
          answer_.accepted.push_back({guid(fact.guid), value(fact.local), fact.local_is_buried});
          break;
        case FactKind::upload_refused:
          answer_.refused.push_back({guid(fact.guid), value(fact.local), fact.local_is_buried});
          break;
        case FactKind::key_loser_buried:
          break;
      }
    }
  }

  void report(const World& world, ReplicaName at) {
    answer_.holds.emplace();
    const auto add = [&](const Object* object) {
      if (object == nullptr) return;
      answer_.holds->push_back({.guid = world.guids[object->guid.number],
                                .pk = world.keys[object->identity.pk.number],
                                .name = world.names[object->identity.name.number],
                                .value = world.values[object->content.value.number],
                                .isdeleted = object->content.isdeleted});
    };
    const Replica replica = *find_replica(at);
    for (std::uint32_t guid = 0; guid < world.guids.size(); ++guid)
      add(replica.is_server() ? engine_.find(world.server, Guid{guid})
                              : engine_.find(world.clients[replica.number - 1u], Guid{guid}));
    if (replica.is_server()) {
      answer_.counter = engine_.counter(world.server);
      return;
    }
    const typename E::Client& client = world.clients[replica.number - 1u];
    answer_.counter = engine_.counter(client);
    answer_.counter_lastsync = engine_.counter_lastsync(client);
    answer_.servercounter_lastsync = engine_.servercounter_lastsync(client);
  }

  E engine_;
  Traits traits_;
  std::map<std::uint32_t, World> worlds_;
  Answer answer_;
  Facts facts_;
};

}  // namespace tidemark::core
