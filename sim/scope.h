// The scope of a search: how many clients, objects and steps, and what may happen to them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/scenario.h"

namespace tidemark::core {

// Kinds of fault, as `--faults` names them.
enum class Fault : std::uint8_t {
  lost,       // sync lose=…, drop
  late,       // give-up, arrive
  duplicate,  // duplicate, arrive
  offline,
  clock,
  crash,
  reinstall,
  restore,   // backup, restore
  full_sync  // full-sync, begin-full
};
inline constexpr std::size_t kFaults = 9;
using FaultSet = std::uint16_t;  // one bit a kind
constexpr FaultSet fault_bit(Fault fault) {
  return static_cast<FaultSet>(1u << static_cast<unsigned>(fault));
}
inline constexpr FaultSet kAllFaults = (1u << kFaults) - 1;

struct NamedFault {
  Fault fault;
  std::string_view name;
  std::string_view meaning;
};
std::span<const NamedFault, kFaults> named_faults();

// Reads `lost,late` (also `none`, `all`). Returns what is wrong, or nothing.
std::string parse_faults(std::string_view text, FaultSet& faults);
// Writes what parse_faults reads, shortest.
std::string print_faults(FaultSet faults);

struct Scope {
  std::uint8_t clients = 3;    // 1 to kMaxClients
  std::uint32_t objects = 3;   // at least 1
  std::uint32_t steps = 40;    // drawn per scenario
  bool backend = true;         // S makes changes of its own
  bool shared_keys = true;     // objects may share a primary key
  bool deletes = true;         // delete and undelete
  bool interleave = true;      // cycles message by message
  bool client_changes = true;  // apps make changes
  bool client_edits = true;    // also edits and undeletes; else they only create and delete
  bool turns = false;          // one client at a time makes changes, see keeps_turns()
  FaultSet faults = kAllFaults;
  std::optional<std::uint32_t> settle_rounds{};
  // Texts that are drawn: what apps write (none: no text), and primary keys. Where objects share no
  // keys, each of the first objects has one of these.
  std::vector<std::string> values = {};
  std::vector<std::string> keys = {};

  // Late and duplicated messages exist only where cycles are told message by message.
  FaultSet reachable_faults() const {
    const FaultSet interleaved = fault_bit(Fault::late) | fault_bit(Fault::duplicate);
    return interleave ? faults : static_cast<FaultSet>(faults & ~interleaved);
  }
  bool has(Fault fault) const { return reachable_faults() & fault_bit(fault); }
  friend bool operator==(const Scope&, const Scope&) = default;
};

// What a scenario makes use of: the faults, and in the bits above them the other switches of a
// scope.
using FeatureSet = std::uint32_t;
inline constexpr FeatureSet kUsesBackend = 1u << kFaults;
inline constexpr FeatureSet kUsesDeletes = 2u << kFaults;
inline constexpr FeatureSet kUsesInterleaving = 4u << kFaults;
inline constexpr FeatureSet kUsesSharedKeys = 8u << kFaults;
inline constexpr FeatureSet kUsesClientChanges = 16u << kFaults;
inline constexpr FeatureSet kUsesClientEdits = 32u << kFaults;
inline constexpr FeatureSet kUsesAnyTurn = 64u << kFaults;
inline constexpr FeatureSet kUsesNoKeys = 128u << kFaults;    // objects without a pk=
inline constexpr FeatureSet kUsesNoValues = 256u << kFaults;  // changes without a value=
inline constexpr FeatureSet kAllFeatures = (512u << kFaults) - 1;
// What a scenario may always make use of, unless a scope forbids it.
inline constexpr FeatureSet kUsesAtWill =
    kUsesClientChanges | kUsesClientEdits | kUsesAnyTurn | kUsesNoKeys | kUsesNoValues;
FeatureSet features(const Scenario& scenario);
// The same of one step; of shared keys and of turns one step says nothing.
FeatureSet features(const Step& step);
// What the scenarios of a scope may make use of.
FeatureSet features(const Scope& scope);
// What a word of an engine's `lacks` takes away (docs/ADAPTERS.md); nothing: no feature of its own.
FeatureSet features_named(std::string_view word);
// The part of a scope that makes use of nothing else than these.
Scope within(Scope scope, FeatureSet allowed);

// Whether one client at a time makes changes: the turn passes from one to another only where the
// old one, after its last change, ran a whole sync, and then the new one did. Of the web backend it
// says nothing.
bool keeps_turns(const Scenario& scenario);

}  // namespace tidemark::core
