#include "sim/scope.h"

#include <algorithm>

namespace tidemark::core {
namespace {

std::string wrong(std::string_view name) {
  if (name == "none" || name == "all")
    return "'" + std::string(name) + "' beside other faults, expected it alone";
  std::string text = "unknown fault '" + std::string(name) + "', expected none, all, or some of: ";
  for (const NamedFault& named : kNamedFaults)
    text.append(named.fault == Fault::lost ? "" : ", ").append(named.name);
  return text;
}

}  // namespace

const NamedFault* find_fault(std::string_view name) {
  for (const NamedFault& named : kNamedFaults)
    if (named.name == name) return &named;
  return nullptr;
}

std::string parse_faults(std::string_view text, FaultSet& faults) {
  if (text == "none" || text == "all") {
    faults = text == "all" ? kAllFaults : FaultSet{0};
    return {};
  }
  FaultSet read = 0;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const NamedFault* named = find_fault(text.substr(begin, end - begin));
    if (named == nullptr) return wrong(text.substr(begin, end - begin));
    read |= fault_bit(named->fault);
    begin = end + 1;
  }
  faults = read;
  return {};
}

std::string print_faults(FaultSet faults) {
  if (faults == 0) return "none";
  if (faults == kAllFaults) return "all";
  std::string text;
  for (const NamedFault& named : kNamedFaults)
    if (faults & fault_bit(named.fault)) text.append(text.empty() ? "" : ",").append(named.name);
  return text;
}

FeatureSet features(const Scope& scope) {
  FeatureSet granted = scope.reachable_faults();
  for (const ScopeSwitch& each : kScopeSwitches)
    if (scope.*each.member != each.restricts && (each.under == nullptr || scope.*each.under))
      granted |= each.feature;
  if (scope.clients == 1) granted &= ~kUsesAnyTurn;
  if (scope.keys.empty() || !scope.shared_keys) granted |= kUsesNoKeys;
  if (scope.values.empty()) granted |= kUsesNoValues;
  return granted;
}

FeatureSet features_named(std::string_view word) {
  for (const ScopeSwitch& each : kScopeSwitches)
    if (!each.lack.empty() && each.lack == word) return each.feature;
  const NamedFault* named = find_fault(word);
  return named == nullptr ? 0 : fault_bit(named->fault);
}

Scope within(Scope scope, FeatureSet allowed) {
  scope.faults &= static_cast<FaultSet>(allowed & kAllFaults);
  for (const ScopeSwitch& each : kScopeSwitches)
    if (!(allowed & each.feature)) scope.*each.member = each.restricts;
  return scope;
}

}  // namespace tidemark::core
