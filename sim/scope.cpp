#include "sim/scope.h"

#include <algorithm>
#include <array>
#include <vector>

namespace tidemark {
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

FeatureSet feature(const Step& step) {
  const FeatureSet lost = step.lose == MessageKind::none ? 0 : fault_bit(Fault::lost);
  switch (step.kind) {
    case StepKind::create:
    case StepKind::edit:
      return step.replica.is_server() ? kUsesBackend : 0;
    case StepKind::remove:
    case StepKind::undelete:
      return kUsesDeletes | (step.replica.is_server() ? kUsesBackend : 0);
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

FeatureSet features(const Scenario& scenario) {
  FeatureSet used = 0;
  std::vector<std::uint32_t> keys(scenario.texts.size() + 1, 0);
  for (const Step& step : scenario.steps) {
    used |= feature(step);
    if (step.pk != 0 && ++keys[step.pk] == 2) used |= kUsesSharedKeys;
  }
  return used;
}

FeatureSet features(const Scope& scope) {
  FeatureSet granted = scope.reachable_faults();
  if (scope.backend) granted |= kUsesBackend;
  if (scope.deletes) granted |= kUsesDeletes;
  if (scope.interleave) granted |= kUsesInterleaving;
  if (scope.shared_keys) granted |= kUsesSharedKeys;
  return granted;
}

}  // namespace tidemark
