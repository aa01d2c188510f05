// What a run is found to be: the first breach of each invariant that was broken.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/object.h"
#include "sim/step.h"

namespace tidemark::core {

// By number. Which there are says properties/invariants/list.h.
enum class Invariant : std::uint8_t;
inline constexpr std::size_t kMostInvariants = 32;

// One bit an invariant.
using InvariantSet = std::uint32_t;
constexpr InvariantSet invariant_bit(Invariant invariant) {
  return InvariantSet{1} << static_cast<unsigned>(invariant);
}

// In which way an invariant was broken: each has its own kinds, told apart by their addresses, and
// says what `replica`, `value` and `other` of a Breach mean.
struct BreachKind {
  std::string_view name;
  bool names_replica = true;
  bool names_object = true;   // its guid, and versions of it
  bool names_another = true;  // `other` is a version, if it is anything
};

// The first breach of an invariant in a run.
struct Breach {
  const BreachKind* kind = nullptr;
  Replica replica{};
  Guid guid{};
  Value value{};
  Value other{};
  std::uint32_t step = 0;   // its place; the number of steps: in settle
  std::uint32_t round = 0;  // of settle; 0: none
  bool at_rest = false;     // judged after the last round
  Invariant invariant{};
  friend bool operator==(const Breach&, const Breach&) = default;
};

class Verdict {
 public:
  // Forgets all breaches; the others of the invariants are not looked at from here on.
  void clear(InvariantSet watched) {
    broken_ = 0;
    watched_ = watched;
    broken_so_.clear();
  }
  // Only the first breach of each invariant counts. `text`: what is wrong, in the user's words, of
  // an invariant of the user's own.
  void break_first(Invariant invariant, Breach breach, std::string text = {}) {
    if (broken(invariant) || !(watched_ & invariant_bit(invariant))) return;
    broken_ |= invariant_bit(invariant);
    breach.invariant = invariant;
    broken_so_.push_back({breach, std::move(text)});
  }
  bool holds() const { return broken_ == 0; }
  bool broken(Invariant invariant) const { return broken_ & invariant_bit(invariant); }
  // Requires: broken(invariant).
  const Breach& breach(Invariant invariant) const { return found(invariant).breach; }
  // Of the breach of an invariant of the user's own: what is wrong.
  const std::string& text_of(const Breach& breach) const { return found(breach.invariant).text; }
  // One bit per broken invariant, by number.
  InvariantSet bits() const { return broken_; }

 private:
  struct Found {
    Breach breach;
    std::string text;
  };
  const Found& found(Invariant invariant) const {
    return *std::find_if(broken_so_.begin(), broken_so_.end(),
                         [&](const Found& each) { return each.breach.invariant == invariant; });
  }

  InvariantSet broken_ = 0;
  InvariantSet watched_ = ~InvariantSet{0};
  std::vector<Found> broken_so_;  // in the order in which they were
};

}  // namespace tidemark::core
