#include "sim/scope.h"

#include <algorithm>
#include <array>
#include <vector>

namespace tidemark::core {
namespace {

constexpr std::array<NamedFault, kFaults> kNamed{{
    {Fault::lost, "lost", "a message is lost"},
    {Fault::late, "late", "a client gives up waiting; the message arrives later"},
    {Fault::duplicate, "duplicate", "a message arrives twice"},
    {Fault::offline, "offline", "a link is cut for a while"},
    {Fault::clock, "clock", "a replica's clock jumps"},
    {Fault::crash, "crash", "an app is killed; what it stored stays"},
    {Fault::reinstall, "reinstall", "an app is installed anew, without its data"},
    {Fault::restore, "restore", "the server's data comes back from a backup"},
    {Fault::full_sync, "full-sync", "a client sets both marks to zero and syncs"},
}};

const NamedFault* find_fault(std::string_view name) {
  for (const NamedFault& named : kNamed)
    if (named.name == name) return &named;
  return nullptr;
}

// Whose turn it is to make changes, as far as the steps alone tell.
class Turns {
 public:
  // Returns whether the step is a change by a client whose turn it is not.
  bool breaks(const Step& step) {
    const std::uint32_t who = 1u << step.replica.number;
    if (step.replica.is_server()) return false;
    if (is_change(step.kind)) return !takes(step.replica);
    switch (step.kind) {
      case StepKind::sync:
      case StepKind::full_sync:
        if (step.lose == MessageKind::none && !((offline_ | open_) & who)) synced(step.replica);
        return false;
      case StepKind::begin:
      case StepKind::begin_full:
        open_ |= who;
        return false;
      case StepKind::offline:
        offline_ |= who;
        break;
      case StepKind::online:
        offline_ &= ~who;
        return false;
      case StepKind::finish:
      case StepKind::drop:
      case StepKind::give_up:
      case StepKind::crash:
      case StepKind::reinstall:
        break;
      default:
        return false;
    }
    open_ &= ~who;
    return false;
  }

 private:
  bool takes(Replica client) {
    const bool may = holder_ == kServer || holder_ == client || (ready_ >> client.number & 1);
    if (may) holder_ = client;
    given_ = false;
    ready_ = 0;
    return may;
  }
  void synced(Replica client) {
    if (client == holder_)
      given_ = true;
    else if (given_)
      ready_ |= 1u << client.number;
  }

  Replica holder_ = kServer;  // the server: nobody's yet
  bool given_ = false;        // the holder ran a whole sync since its last change
  std::uint32_t ready_ = 0;   // who did so after that, one bit each
  std::uint32_t open_ = 0;    // who may have an exchange under way
  std::uint32_t offline_ = 0;
};

std::string wrong(std::string_view name) {
  if (name == "none" || name == "all")
    return "'" + std::string(name) + "' beside other faults, expected it alone";
  std::string text = "unknown fault '" + std::string(name) + "', expected none, all, or some of: ";
  for (const NamedFault& named : kNamed)
    text.append(named.fault == Fault::lost ? "" : ", ").append(named.name);
  return text;
}

}  // namespace

std::span<const NamedFault, kFaults> named_faults() { return kNamed; }

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
  for (const NamedFault& named : kNamed)
    if (faults & fault_bit(named.fault)) text.append(text.empty() ? "" : ",").append(named.name);
  return text;
}

FeatureSet features(const Step& step) {
  const FeatureSet lost = step.lose == MessageKind::none ? 0 : fault_bit(Fault::lost);
  const FeatureSet changes = step.replica.is_server() ? kUsesBackend : kUsesClientChanges;
  const FeatureSet edits = step.replica.is_server() ? 0 : kUsesClientEdits;
  const FeatureSet key = step.pk == 0 ? kUsesNoKeys : 0;
  const FeatureSet value = step.value == 0 ? kUsesNoValues : 0;
  switch (step.kind) {
    case StepKind::create:
      return changes | key | value;
    case StepKind::edit:
      return changes | edits | value;
    case StepKind::remove:
      return changes | kUsesDeletes;
    case StepKind::undelete:
      return changes | edits | kUsesDeletes | value;
    case StepKind::sync:
      return lost;
    case StepKind::full_sync:
      return lost | fault_bit(Fault::full_sync);
    case StepKind::begin_full:
      return kUsesInterleaving | fault_bit(Fault::full_sync);
    case StepKind::begin:
    case StepKind::deliver:
    case StepKind::finish:
      return kUsesInterleaving;
    case StepKind::drop:
      return kUsesInterleaving | fault_bit(Fault::lost);
    case StepKind::give_up:
      return kUsesInterleaving | fault_bit(Fault::late);
    case StepKind::arrive:
      return kUsesInterleaving;
    case StepKind::duplicate:
      return kUsesInterleaving | fault_bit(Fault::duplicate);
    case StepKind::offline:
    case StepKind::online:
      return fault_bit(Fault::offline);
    case StepKind::clock:
      return fault_bit(Fault::clock);
    case StepKind::crash:
      return fault_bit(Fault::crash);
    case StepKind::reinstall:
      return fault_bit(Fault::reinstall);
    case StepKind::backup:
    case StepKind::restore:
      return fault_bit(Fault::restore);
  }
  return 0;
}

FeatureSet features(const Scenario& scenario) {
  FeatureSet used = 0;
  std::vector<std::uint32_t> keys(scenario.texts.size() + 1, 0);
  for (const Step& step : scenario.steps) {
    used |= features(step);
    if (step.pk != 0 && ++keys[step.pk] == 2) used |= kUsesSharedKeys;
  }
  return keeps_turns(scenario) ? used : used | kUsesAnyTurn;
}

bool keeps_turns(const Scenario& scenario) {
  Turns turns;
  return std::none_of(scenario.steps.begin(), scenario.steps.end(),
                      [&](const Step& step) { return turns.breaks(step); });
}

FeatureSet features(const Scope& scope) {
  FeatureSet granted = scope.reachable_faults();
  if (scope.backend) granted |= kUsesBackend;
  if (scope.deletes) granted |= kUsesDeletes;
  if (scope.interleave) granted |= kUsesInterleaving;
  if (scope.shared_keys) granted |= kUsesSharedKeys;
  if (scope.client_changes) granted |= kUsesClientChanges;
  if (scope.client_changes && scope.client_edits) granted |= kUsesClientEdits;
  if (scope.keys.empty() || !scope.shared_keys) granted |= kUsesNoKeys;
  if (scope.values.empty()) granted |= kUsesNoValues;
  if (scope.client_changes && !scope.turns && scope.clients > 1) granted |= kUsesAnyTurn;
  return granted;
}

FeatureSet features_named(std::string_view word) {
  if (word == "backend") return kUsesBackend;
  if (word == "deletes") return kUsesDeletes;
  if (word == "interleave") return kUsesInterleaving;
  if (word == "shared-keys") return kUsesSharedKeys;
  if (word == "edits") return kUsesClientEdits;
  const NamedFault* named = find_fault(word);
  return named == nullptr ? 0 : fault_bit(named->fault);
}

Scope within(Scope scope, FeatureSet allowed) {
  scope.faults &= static_cast<FaultSet>(allowed & kAllFaults);
  scope.backend = scope.backend && (allowed & kUsesBackend);
  scope.deletes = scope.deletes && (allowed & kUsesDeletes);
  scope.interleave = scope.interleave && (allowed & kUsesInterleaving);
  scope.shared_keys = scope.shared_keys && (allowed & kUsesSharedKeys);
  scope.client_changes = scope.client_changes && (allowed & kUsesClientChanges);
  scope.client_edits = scope.client_edits && (allowed & kUsesClientEdits);
  scope.turns = scope.turns || !(allowed & kUsesAnyTurn);
  return scope;
}

}  // namespace tidemark::core
