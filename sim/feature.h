// Features: what a scenario may make use of. A scope grants some of them, an engine may lack some,
// and the shrinker adds none.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

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

// What an exhaustive search counts. Syncs that end well are not counted.
enum class Bounded : std::uint8_t {
  edits,  // create, edit, delete and undelete together
  lost,   // from here on one a fault, in their order
  late,
  duplicates,
  offline,
  clock,
  crashes,
  reinstalls,
  restores,
  full,
  backups  // as many as restores
};
inline constexpr std::size_t kBounded = kFaults + 2;
constexpr Bounded bound_of(Fault fault) {
  return static_cast<Bounded>(static_cast<std::size_t>(fault) + 1);
}

struct NamedFault {
  Fault fault;
  std::string_view name;
  std::string_view meaning;
  std::string_view bound;    // the flag of its bound
  std::string_view bounded;  // what that counts
};
inline constexpr std::array<NamedFault, kFaults> kNamedFaults{{
    {Fault::lost, "lost", "a message is lost", "--lost", "lost messages"},
    {Fault::late, "late", "a client gives up waiting; the message arrives later", "--late",
     "messages that become late"},
    {Fault::duplicate, "duplicate", "a message arrives twice", "--duplicates",
     "messages that are copied"},
    {Fault::offline, "offline", "a link is cut for a while", "--offline", "cuts of a link"},
    {Fault::clock, "clock", "a replica's clock jumps", "--clock", "jumps of a clock"},
    {Fault::crash, "crash", "an app is killed; what it stored stays", "--crashes", "crashes"},
    {Fault::reinstall, "reinstall", "an app is installed anew, without its data", "--reinstalls",
     "reinstallations"},
    {Fault::restore, "restore", "the server's data comes back from a backup", "--restores",
     "restores of the server, and as many backups"},
    {Fault::full_sync, "full-sync", "a client sets both marks to zero and syncs", "--full",
     "full syncs"},
}};

// The fault of this name; null if there is none.
const NamedFault* find_fault(std::string_view name);
// Reads `lost,late` (also `none`, `all`). Returns what is wrong, or nothing.
std::string parse_faults(std::string_view text, FaultSet& faults);
// Writes what parse_faults reads, shortest.
std::string print_faults(FaultSet faults);

// The faults, and in the bits above them the other switches of a scope.
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

}  // namespace tidemark::core
