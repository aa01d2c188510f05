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

// What a strategy reads, in bits, beside which version is whose. What it does not read, an
// exhaustive search may rename.
using Reads = std::uint8_t;
inline constexpr Reads kReadsNothing = 0;
inline constexpr Reads kReadsStamps = 1;          // timestamp_lastupdate
inline constexpr Reads kReadsCreationStamps = 2;  // timestamp_created
inline constexpr Reads kReadsTie = 4;             // what the protocol says of equal stamps
inline constexpr Reads kReadsContent = 8;         // guids, keys, names, values, what is deleted

// What it may decide, in bits.
using Outcomes = std::uint8_t;
constexpr Outcomes outcome_bit(Winner winner) {
  return static_cast<Outcomes>(1u << static_cast<unsigned>(winner));
}

struct NamedStrategy {
  std::string_view name;
  std::string_view meaning;
  Reads reads = kReadsNothing;
  Outcomes outcomes = 0;
  // `if_equal` wins a timestamp conflict of equal stamps. Null: who has this strategy decides.
  Decision (*decide)(const Conflict& conflict, Winner if_equal) = nullptr;
};
// The page's three, in the page's order.
std::span<const NamedStrategy> built_in_strategies();
// The built-in strategy of this name; null if there is none.
const NamedStrategy* find_strategy(std::string_view name);

// One of the page's three strategies, or the user's own.
struct Strategy {
  const NamedStrategy* row = find_strategy("server-priority");
  std::string name{row->name};
  std::function<Decision(const Conflict&)> decide;  // of the user's own

  bool is_own() const { return row->decide == nullptr; }
  bool reads(Reads what) const { return (row->reads & what) != 0; }
  bool may(Winner outcome) const { return (row->outcomes & outcome_bit(outcome)) != 0; }
  Decision resolve(const Conflict& conflict, Winner if_equal) const {
    return is_own() ? decide(conflict) : row->decide(conflict, if_equal);
  }
};
Strategy built_in(const NamedStrategy& named);
// Requires: a built-in strategy has this name.
Strategy built_in(std::string_view name);
// What it reads nobody knows, so it is taken to read everything.
Strategy own_strategy(std::string name, std::function<Decision(const Conflict&)> decide = nullptr);
// The built-in strategy of this name; else one that only has this name, of an engine that decides
// by itself.
Strategy strategy_named(std::string_view name);

}  // namespace tidemark::core
