// Steps: what can happen in the world. A scenario is a list of them.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/message.h"

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
  MessageKind lose = MessageKind::none;  // sync, full-sync
  std::uint32_t object = 0;              // create, edit, delete, undelete: place in objects
  TextId pk = 0;                         // create; 0: a key of its own
  TextId name = 0;                       // create; 0: the label of the object
  TextId value = 0;                      // create, edit, undelete
  std::int64_t seconds = 0;              // clock
  friend constexpr auto operator<=>(const Step&, const Step&) = default;
};

// What a kind of step takes, how it is written, and what it means.
struct StepGrammar {
  StepKind kind;
  std::string_view name;
  bool takes_server;  // may be S
  bool takes_client;  // may be a client
  bool takes_object;
  bool takes_key;  // pk=, name=
  bool takes_value;
  bool takes_lose;
  std::string_view meaning;
};
std::span<const StepGrammar, kStepKinds> step_grammar();
const StepGrammar& grammar(StepKind kind);

constexpr bool is_change(StepKind kind) { return kind <= StepKind::undelete; }

// The four messages by name, as `lose=` takes them: download-request … upload-ack.
std::string_view message_name(MessageKind kind);
std::optional<MessageKind> find_message(std::string_view name);

}  // namespace tidemark::core
