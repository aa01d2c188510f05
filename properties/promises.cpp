#include "properties/promises.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/foreign.h"

namespace tidemark::core {
namespace {

using I = Invariant;

template <class... Each>
constexpr InvariantSet all_of(Each... each) {
  return (invariant_bit(each) | ...);
}
constexpr FeatureSet kRestores = fault_bit(Fault::restore);
// Where changes of an app meet no server, or an exchange that is under way.
constexpr FeatureSet kUnsent = fault_bit(Fault::offline) | fault_bit(Fault::late) |
                               fault_bit(Fault::duplicate) | kUsesInterleaving;

constexpr std::array kPromises{
    Promise{"page", 0, kAllFeatures, "nothing; all is judged"},
    Promise{"reference", 0, kAllFeatures, "nothing; all is judged"},
    Promise{"guarded", 0, kAllFeatures, "nothing; all is judged"},
    Promise{"hardened", kAllInvariants, kAllFeatures, "everything, whatever happens"},
    Promise{"multi-way", kAllInvariants, kAllFeatures, "everything, whatever happens"},
    Promise{"two-way", kAllInvariants, kAllFeatures & ~kUsesAnyTurn,
            "everything, where the backend and at most one app make changes between two cycles of "
            "that app"},
    Promise{"one-way-down", kAllInvariants, kAllFeatures & ~(kRestores | kUsesClientChanges),
            "everything, where only the backend makes changes and the server is never restored: "
            "its clients cannot give back what it lost"},
    Promise{"one-way-up", all_of(I::no_lost_update, I::no_redundant_transfer, I::quiescence),
            kAllFeatures & ~(kUsesBackend | kUsesSharedKeys),
            "no-lost-update at the server, no-redundant-transfer and quiescence, where only apps "
            "make changes, each to objects and keys of its own"},
    Promise{"simple", all_of(I::convergence, I::integrity),
            kAllFeatures & ~(kUnsent | kUsesClientEdits),
            "convergence and integrity, where apps create and delete, online and with no exchange "
            "under way, and the backend does as it likes"},
};

}  // namespace

std::span<const Promise> promises() { return kPromises; }

const Promise& promise_of(std::string_view protocol) {
  return *std::find_if(kPromises.begin(), kPromises.end(),
                       [&](const Promise& each) { return each.protocol == protocol; });
}

}  // namespace tidemark::core
