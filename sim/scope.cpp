#include "sim/scope.h"

#include <array>

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

std::string unknown(std::string_view name) {
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
    if (named == nullptr) return unknown(text.substr(begin, end - begin));
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

}  // namespace tidemark
