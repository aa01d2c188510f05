// Conflict strategies: which of two versions is kept.
//
// "Conflict handling: making a choose between two versions of an object, when the object changed on
// the server and on the client since the last sync." The same strategies decide primary-key
// conflicts. A strategy is deterministic and sees what stands in Conflict, nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "model/object.h"

namespace tidemark::core {

enum class ConflictKind : std::uint8_t {
  object,      // same guid, two versions
  primary_key  // same primary key, two guids
};

struct Conflict {
  ConflictKind kind;
  const Object& local;   // what the client holds, changed there since its last sync
  const Object& server;  // what the server sent
};

enum class Winner : std::uint8_t { local, server, merge };

struct Decision {
  Winner winner = Winner::server;
  bool merged_isdeleted = false;  // of a merge: whether it is a deletion
  static constexpr Decision local_wins() { return {Winner::local, false}; }
  static constexpr Decision server_wins() { return {Winner::server, false}; }
  // A new version made from both. It is stored as a change made on this client.
  static constexpr Decision merged(bool isdeleted = false) { return {Winner::merge, isdeleted}; }
};

enum class StrategyKind : std::uint8_t {
  server_priority,
  client_priority,
  timestamp_priority,
  own
};

// One of the page's three strategies, or the user's own.
struct Strategy {
  StrategyKind kind = StrategyKind::server_priority;
  std::string name = "server-priority";
  std::function<Decision(const Conflict&)> decide;  // of the user's own

  // `if_equal` wins a timestamp conflict of equal stamps.
  Decision resolve(const Conflict& conflict, Winner if_equal) const {
    switch (kind) {
      case StrategyKind::server_priority:
        return Decision::server_wins();
      case StrategyKind::client_priority:
        return Decision::local_wins();
      case StrategyKind::timestamp_priority:
        return later_wins(conflict, if_equal);
      case StrategyKind::own:
        break;
    }
    return decide(conflict);
  }

 private:
  static Decision later_wins(const Conflict& conflict, Winner if_equal) {
    const Timestamp local = conflict.local.stamps.lastupdate;
    const Timestamp server = conflict.server.stamps.lastupdate;
    if (local == server) return {if_equal, false};
    return local > server ? Decision::local_wins() : Decision::server_wins();
  }
};

struct NamedStrategy {
  StrategyKind kind;
  std::string_view name;
  std::string_view meaning;
};
// The page's three, in the page's order.
std::span<const NamedStrategy> built_in_strategies();
Strategy built_in(StrategyKind kind);
// The built-in strategy of this name; else one that only has this name, of an engine that decides
// by itself.
Strategy strategy_named(std::string_view name);
// The built-in strategy of this name; null if there is none.
const NamedStrategy* find_strategy(std::string_view name);

}  // namespace tidemark::core
