#include "sim/bounds.h"

#include <algorithm>
#include <bit>

namespace tidemark::core {
namespace {

constexpr std::array<NamedBound, kBounded - 1> kNamed = [] {
  std::array<NamedBound, kBounded - 1> named{
      {{Bounded::edits, "--edits", std::nullopt,
        "changes by the app and the backend, all together"}}};
  for (const NamedFault& each : kNamedFaults) {
    const Bounded bounded = bound_of(each.fault);
    named[static_cast<std::size_t>(bounded)] = {bounded, each.bound, each.fault, each.bounded};
  }
  return named;
}();

// Calls `count` with each bound that a step counts against.
template <class Count>
void for_each_counted(const Step& step, Count count) {
  if (const std::optional<Bounded> bound = row_of(step.kind).bound) count(*bound);
  if (step.lose != MessageKind::none) count(Bounded::lost);
}

}  // namespace

std::span<const NamedBound, kBounded - 1> named_bounds() { return kNamed; }

bool Bounds::allows(const Step& step) const {
  bool allowed = true;
  for_each_counted(step, [&](Bounded bounded) { allowed = allowed && any(bounded); });
  return allowed;
}

void Bounds::take(const Step& step) {
  for_each_counted(step, [&](Bounded bounded) { --left_[place_of(bounded)]; });
}

namespace {

// Bits of one bound, the free one included; none where nothing is granted.
unsigned bits_of(const Bounds& most, std::size_t bounded) {
  const unsigned number = most.left(static_cast<Bounded>(bounded));
  return number == 0 ? 0 : static_cast<unsigned>(std::bit_width(number)) + 1;
}

}  // namespace

std::uint32_t Bounds::packed(const Bounds& most) const {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < kBounded; ++i)
    word = word << bits_of(most, i) | left(static_cast<Bounded>(i));
  return word;
}

unsigned Bounds::packed_bits(const Bounds& most) {
  unsigned bits = 0;
  for (std::size_t i = 0; i < kBounded; ++i) bits += bits_of(most, i);
  return bits;
}

std::uint32_t Bounds::free_bits(const Bounds& most) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < kBounded; ++i) {
    const unsigned bits = bits_of(most, i);
    word = word << bits | (bits == 0 ? 0u : 1u << (bits - 1));
  }
  return word;
}

}  // namespace tidemark::core
