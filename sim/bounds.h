// Bounds: how often each kind of step may happen in one scenario, so that an exhaustive search is
// over a finite space.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sim/step.h"

namespace tidemark::core {

inline constexpr std::uint8_t kMostOfABound = 15;
inline constexpr unsigned kMostPackedBits = 32;

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
  std::uint8_t left(Bounded bounded) const { return left_[place_of(bounded)]; }
  void set(Bounded bounded, std::uint8_t number) {
    left_[place_of(bounded)] = number;
    if (bounded == Bounded::restores) set(Bounded::backups, number);
  }
  bool any(Bounded bounded) const { return left(bounded) > 0; }
  // Whether this step may still happen.
  bool allows(const Step& step) const;
  // Counts a step that happens. Requires: allows(step).
  void take(const Step& step);
  // What is left as one number, in as many bits as `most` needs; one bit above each number is free.
  std::uint32_t packed(const Bounds& most) const;
  // How many bits that are.
  static unsigned packed_bits(const Bounds& most);
  // The free bits.
  static std::uint32_t free_bits(const Bounds& most);
  friend bool operator==(const Bounds&, const Bounds&) = default;

 private:
  static constexpr std::size_t place_of(Bounded bounded) {
    return static_cast<std::size_t>(bounded);
  }

  std::array<std::uint8_t, kBounded> left_{};
};

}  // namespace tidemark::core
