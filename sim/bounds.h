// Bounds: how often each kind of step may happen in one scenario, so that an exhaustive search is
// over a finite space.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sim/scope.h"

namespace tidemark {

// What is counted. Syncs that end well are not.
enum class Bounded : std::uint8_t {
  edits,       // create, edit, delete and undelete together
  lost,        // sync lose=…, full-sync lose=…, drop
  late,        // give-up
  duplicates,  // duplicate
  offline,     // offline
  clock,       // clock
  crashes,     // crash
  reinstalls,  // reinstall
  restores,    // restore
  full,        // full-sync, begin-full
  backups      // backup; as many as restores
};
inline constexpr std::size_t kBounded = 11;
inline constexpr std::uint8_t kMostOfABound = 15;

struct NamedBound {
  Bounded bounded;
  std::string_view name;       // of its flag
  std::optional<Fault> fault;  // that grants one of each; none for edits
  std::string_view meaning;
};
// All but backups, which follow restores.
std::span<const NamedBound, kBounded - 1> named_bounds();

class Bounds {
 public:
  std::uint8_t left(Bounded bounded) const { return left_[static_cast<std::size_t>(bounded)]; }
  void set(Bounded bounded, std::uint8_t number) {
    left_[static_cast<std::size_t>(bounded)] = number;
    if (bounded == Bounded::restores) set(Bounded::backups, number);
  }
  bool any(Bounded bounded) const { return left(bounded) > 0; }
  // Whether this step may still happen.
  bool allows(const Step& step) const;
  // Counts a step that happens. Requires: allows(step).
  void take(const Step& step);
  // All of them as one number.
  std::uint64_t packed() const;
  friend bool operator==(const Bounds&, const Bounds&) = default;

 private:
  std::array<std::uint8_t, kBounded> left_{};
};

}  // namespace tidemark
