// The scope of a search: how many clients, objects and steps, and what may happen to them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::core {

// --- features: what a scenario may make use of. A scope grants some of them, an engine may lack
// some, and the shrinker adds none

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

// --- scopes

struct Scope {
  std::uint8_t clients = 3;   // 1 to kMaxClients
  std::uint32_t objects = 3;  // at least 1
  std::uint32_t steps = 40;   // drawn per scenario
  // The switches: kScopeSwitches tells what they mean.
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
inline constexpr std::array<ScopeSwitch, 7> kScopeSwitches{{
    {.name = "backend",
     .meaning = "the web backend makes changes of its own",
     .member = &Scope::backend,
     .feature = kUsesBackend,
     .lack = "backend"},
    {.name = "shared-keys",
     .meaning = "objects may have one primary key",
     .member = &Scope::shared_keys,
     .feature = kUsesSharedKeys,
     .lack = "shared-keys"},
    {.name = "deletes",
     .meaning = "objects are deleted and undeleted",
     .member = &Scope::deletes,
     .feature = kUsesDeletes,
     .lack = "deletes"},
    {.name = "interleave",
     .meaning = "cycles happen message by message",
     .member = &Scope::interleave,
     .feature = kUsesInterleaving,
     .lack = "interleave"},
    {.name = "client-changes",
     .meaning = "apps make changes",
     .member = &Scope::client_changes,
     .feature = kUsesClientChanges},
    {.name = "client-edits",
     .meaning = "… also edits and undeletes, not only creates and deletes",
     .member = &Scope::client_edits,
     .feature = kUsesClientEdits,
     .under = &Scope::client_changes,
     .lack = "edits"},
    {.name = "turns",
     .meaning = "one client at a time makes changes, with syncs between them",
     .member = &Scope::turns,
     .feature = kUsesAnyTurn,
     .restricts = true,
     .under = &Scope::client_changes},
}};

// What the scenarios of a scope may make use of.
FeatureSet features(const Scope& scope);
// What a word of an engine's `lacks` takes away (docs/ADAPTERS.md); nothing: no feature of its own.
FeatureSet features_named(std::string_view word);
// The part of a scope that makes use of nothing else than these.
Scope within(Scope scope, FeatureSet allowed);

}  // namespace tidemark::core
