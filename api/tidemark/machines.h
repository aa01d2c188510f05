// An engine of your own in C++: a server and a client, two state machines, become a
// tidemark::Engine.
//
//   struct Server {
//     void change(const tidemark::Change& change, tidemark::Seconds now);      // in the backend
//     tidemark::Answer handle(const tidemark::Message& request, tidemark::Seconds now);
//     std::vector<tidemark::Held> holds() const;
//   };
//   struct Client {
//     void change(const tidemark::Change& change, tidemark::Seconds now);      // by the app
//     tidemark::Answer start(bool full, tidemark::Seconds now);                // a cycle starts
//     tidemark::Answer handle(const tidemark::Message& answer, tidemark::Seconds now);
//     void give_up();
//     std::vector<tidemark::Held> holds() const;
//   };
//   tidemark::holds(tidemark::make_engine<Client, Server>({.name = "mine"}));
//
// Both are plain values: they are copied for a backup, and made anew when they are installed.
// Answers need no `holds`: it is asked for after each request. What travels is theirs:
// Message::body is a std::any of a value of their own, which may come late, and twice.
//
// A type may also have, and is otherwise treated as told:
//   Client: a constructor from (ReplicaName, std::uint32_t installation)   else Client{}
//   Client: void handle_stale(const Message& answer)                       else nothing happens
//   Client: void crash()                                                   else give_up()
//   Server: void restored(std::uint32_t epoch)                             else nothing happens
#pragma once

#include <concepts>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <tidemark/engine.h>

namespace tidemark {

template <class S>
concept ServerMachine = std::copyable<S> && std::default_initializable<S> &&
    requires(S& server, const S& const_server, const Change& change, const Message& request,
             Seconds now) {
  server.change(change, now);
  { server.handle(request, now) } -> std::same_as<Answer>;
  { const_server.holds() } -> std::same_as<std::vector<Held>>;
};

template <class C>
concept ClientMachine = std::copyable<C> &&
    (std::default_initializable<C> ||
     std::constructible_from<C, ReplicaName, std::uint32_t>)&&requires(C& client,
                                                                       const C& const_client,
                                                                       const Change& change,
                                                                       const Message& answer,
                                                                       Seconds now, bool full) {
  client.change(change, now);
  { client.start(full, now) } -> std::same_as<Answer>;
  { client.handle(answer, now) } -> std::same_as<Answer>;
  client.give_up();
  { const_client.holds() } -> std::same_as<std::vector<Held>>;
};

template <ClientMachine Client, ServerMachine Server>
class Machines final : public Engine {
 public:
  explicit Machines(Traits traits) : traits_(std::move(traits)) {}

  const Traits& traits() const override { return traits_; }

  Answer handle(const Request& request) override {
    World& world = worlds_[request.world];
    if (request.operation == Operation::begin) return begin(world, request.clients);
    if (request.at == kServerName) return with_holdings(world.server, serve(world, request));
    Client& client = world.clients.at(request.at);
    return with_holdings(client, act(client, request));
  }

 private:
  struct World {
    Server server{};
    Server saved{};
    std::map<ReplicaName, Client> clients;
  };

  static Client install(ReplicaName name, std::uint32_t installation) {
    if constexpr (std::constructible_from<Client, ReplicaName, std::uint32_t>)
      return Client(name, installation);
    else
      return Client{};
  }

  static Answer begin(World& world, std::uint8_t clients) {
    world = {};
    ReplicaName name = 'A';
    for (std::uint32_t id = 1; id <= clients; ++id, ++name) {
      if (name == kServerName) ++name;
      world.clients.insert_or_assign(name, install(name, id));
    }
    return {};
  }

  static Answer serve(World& world, const Request& request) {
    switch (request.operation) {
      case Operation::change:
        world.server.change(*request.change, request.now);
        break;
      case Operation::request:
        return world.server.handle(*request.message, request.now);
      case Operation::backup:
        world.saved = world.server;
        break;
      case Operation::restore:
        world.server = world.saved;
        if constexpr (requires { world.server.restored(request.id); })
          world.server.restored(request.id);
        break;
      default:
        break;
    }
    return {};
  }

  static Answer act(Client& client, const Request& request) {
    switch (request.operation) {
      case Operation::change:
        client.change(*request.change, request.now);
        break;
      case Operation::start:
        return client.start(request.full, request.now);
      case Operation::answer:
        return client.handle(*request.message, request.now);
      case Operation::stale:
        if constexpr (requires { client.handle_stale(*request.message); })
          client.handle_stale(*request.message);
        break;
      case Operation::give_up:
        client.give_up();
        break;
      case Operation::crash:
        if constexpr (requires { client.crash(); })
          client.crash();
        else
          client.give_up();
        break;
      case Operation::reinstall:
        client = install(request.at, request.id);
        break;
      default:
        break;
    }
    return {};
  }

  template <class Replica>
  static Answer with_holdings(const Replica& replica, Answer answer) {
    answer.holds = replica.holds();
    return answer;
  }

  Traits traits_;
  std::map<std::uint32_t, World> worlds_;
};

template <ClientMachine Client, ServerMachine Server>
std::shared_ptr<Engine> make_engine(Traits traits) {
  return std::make_shared<Machines<Client, Server>>(std::move(traits));
}

}  // namespace tidemark
