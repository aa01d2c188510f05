// Invariants by name, and what a run is found to be: the first breach of each.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/object.h"
#include "sim/step.h"

namespace tidemark::core {

enum class Invariant : std::uint8_t {
  no_lost_update,
  convergence,
  one_object_per_key,
  no_resurrection,
  quiescence,
  no_redundant_transfer,
  integrity,
  told
};
inline constexpr std::size_t kInvariants = 8;
// Behind these come invariants of the user's own, as a configuration numbers them
// (properties/own.h).
inline constexpr std::size_t kMostInvariants = 32;
constexpr Invariant own_invariant(std::size_t place) {
  return static_cast<Invariant>(kInvariants + place);
}

struct NamedInvariant {
  Invariant invariant;
  std::string_view name;
  std::string_view meaning;
};
// One bit an invariant.
using InvariantSet = std::uint32_t;
constexpr InvariantSet invariant_bit(Invariant invariant) {
  return InvariantSet{1} << static_cast<unsigned>(invariant);
}
inline constexpr InvariantSet kAllInvariants = (InvariantSet{1} << kInvariants) - 1;

std::span<const NamedInvariant, kInvariants> invariants();
std::string_view name_of(Invariant invariant);
std::optional<Invariant> find_invariant(std::string_view name);
std::span<const std::string_view> invariant_names();

// In which way an invariant was broken. What `replica`, `value` and `other` of a Breach mean.
enum class BreachKind : std::uint8_t {
  // convergence: replica holds `value` (0: no live object), the server `other`.
  diverged,
  // no-lost-update: on a message, replica put `value` over `other`, which descends from it.
  stale_overwrite,
  // no-lost-update: a strategy at replica was asked between `value` and `other`, which descends
  // from it, and chose `value`.
  ancestor_chosen,
  // no-lost-update: no path leads from `value` to what the server holds at rest.
  lost,
  // one-object-per-key: replica holds `value` and `other` live under one key.
  key_held_twice,
  // no-resurrection: replica held the deletion `other`, and holds `value` live.
  resurrected,
  // quiescence: settle did not come to rest within its rounds / met a state again / an exchange
  // did not end.
  no_rest,
  circle,
  exchange_without_end,
  // no-redundant-transfer: `value` was delivered to replica, which knew it.
  redundant,
  // integrity: replica holds `value`, which nobody wrote so (its value, key, name or deletion).
  unwritten,
  // integrity: a counter / a mark of replica ran backwards.
  counter_backwards,
  mark_backwards,
  // integrity: an answer not waited for changed the client / a repeated request the server.
  stale_answer_applied,
  repeat_not_idempotent,
  // told: replica gave up `value` of its own app without telling / told of `value` wrongly.
  not_told,
  told_wrongly,
  // An invariant of the user's own: what is wrong is Verdict::text_of().
  own
};

// The first breach of an invariant in a run.
struct Breach {
  BreachKind kind = BreachKind::diverged;
  Replica replica{};
  Guid guid{};
  Value value{};
  Value other{};
  std::uint32_t step = 0;   // its place; the number of steps: in settle
  std::uint32_t round = 0;  // of settle; 0: none
  bool at_rest = false;     // judged after the last round
  std::uint8_t own = 0;     // of an invariant of the user's own: its place among those
  friend bool operator==(const Breach&, const Breach&) = default;
};

class Verdict {
 public:
  // Forgets all breaches; the others of the invariants are not looked at from here on.
  void clear(InvariantSet watched) {
    broken_ = 0;
    watched_ = watched;
    own_.clear();
  }
  // Only the first breach of each invariant counts.
  void break_first(Invariant invariant, const Breach& breach) {
    if (broken(invariant) || !(watched_ & invariant_bit(invariant))) return;
    broken_ |= invariant_bit(invariant);
    breaches_[static_cast<std::size_t>(invariant)] = breach;
  }
  // The same of an invariant of the user's own, with what is wrong in words.
  void break_own(std::uint8_t place, Breach breach, std::string text) {
    if (broken(own_invariant(place))) return;
    broken_ |= invariant_bit(own_invariant(place));
    breach.kind = BreachKind::own;
    breach.own = place;
    own_.push_back({breach, std::move(text)});
  }
  bool holds() const { return broken_ == 0; }
  bool broken(Invariant invariant) const { return broken_ & invariant_bit(invariant); }
  // Requires: broken(invariant).
  const Breach& breach(Invariant invariant) const {
    const auto place = static_cast<std::size_t>(invariant);
    return place < kInvariants ? breaches_[place] : own(place - kInvariants).breach;
  }
  // Of the breach of an invariant of the user's own: what is wrong.
  const std::string& text_of(const Breach& breach) const { return own(breach.own).text; }
  // One bit per broken invariant, in the order of the enumerators.
  InvariantSet bits() const { return broken_; }

 private:
  struct OwnBreach {
    Breach breach;
    std::string text;
  };
  const OwnBreach& own(std::size_t place) const {
    return *std::find_if(own_.begin(), own_.end(),
                         [&](const OwnBreach& each) { return each.breach.own == place; });
  }

  InvariantSet broken_ = 0;
  InvariantSet watched_ = kAllInvariants;
  std::array<Breach, kInvariants> breaches_;
  std::vector<OwnBreach> own_;
};

}  // namespace tidemark::core
