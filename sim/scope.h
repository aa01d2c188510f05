// The scope of a search: how many clients, objects and steps, and what may happen to them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/feature.h"
#include "sim/scenario.h"

namespace tidemark::core {

struct Scope {
  std::uint8_t clients = 3;   // 1 to kMaxClients
  std::uint32_t objects = 3;  // at least 1
  std::uint32_t steps = 40;   // drawn per scenario
  // The switches: scope_switches() tells what they mean.
  bool backend = true;
  bool shared_keys = true;
  bool deletes = true;
  bool interleave = true;
  bool client_changes = true;
  bool client_edits = true;
  bool turns = false;
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

// A switch of a scope. Flags, documents, and what a scope grants are made from these rows.
struct ScopeSwitch {
  std::string_view name;  // of its flag: `shared-keys`
  std::string_view meaning;
  bool Scope::*member;
  FeatureSet feature;  // that it grants, or where it restricts, takes away
  bool restricts = false;
  bool Scope::*under = nullptr;  // without which it grants nothing
  std::string_view lack = {};    // the word of an engine's `lacks` that takes the feature away
};
std::span<const ScopeSwitch> scope_switches();

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
