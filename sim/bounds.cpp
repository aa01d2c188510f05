#include "sim/bounds.h"

#include <array>
#include <bit>

namespace tidemark::core {
namespace {

using B = Bounded;

constexpr std::array<NamedBound, kBounded - 1> kNamed{{
    {B::edits, "--edits", std::nullopt, "changes by the app and the backend, all together"},
    {B::lost, "--lost", Fault::lost, "lost messages"},
    {B::late, "--late", Fault::late, "messages that become late"},
    {B::duplicates, "--duplicates", Fault::duplicate, "messages that are copied"},
    {B::offline, "--offline", Fault::offline, "cuts of a link"},
    {B::clock, "--clock", Fault::clock, "jumps of a clock"},
    {B::crashes, "--crashes", Fault::crash, "crashes"},
    {B::reinstalls, "--reinstalls", Fault::reinstall, "reinstallations"},
    {B::restores, "--restores", Fault::restore, "restores of the server, and as many backups"},
    {B::full, "--full", Fault::full_sync, "full syncs"},
}};

}  // namespace

std::span<const NamedBound, kBounded - 1> named_bounds() { return kNamed; }

// What a step takes, one of each.
std::uint64_t Bounds::counted(const Step& step) {
  const auto bit = [](Bounded bounded) { return std::uint64_t{1} << shift(bounded); };
  const std::uint64_t lost = step.lose == MessageKind::none ? 0 : bit(B::lost);
  switch (step.kind) {
    case StepKind::create:
    case StepKind::edit:
    case StepKind::remove:
    case StepKind::undelete:
      return bit(B::edits);
    case StepKind::sync:
      return lost;
    case StepKind::full_sync:
      return lost | bit(B::full);
    case StepKind::begin_full:
      return bit(B::full);
    case StepKind::drop:
      return bit(B::lost);
    case StepKind::give_up:
      return bit(B::late);
    case StepKind::duplicate:
      return bit(B::duplicates);
    case StepKind::offline:
      return bit(B::offline);
    case StepKind::clock:
      return bit(B::clock);
    case StepKind::crash:
      return bit(B::crashes);
    case StepKind::reinstall:
      return bit(B::reinstalls);
    case StepKind::backup:
      return bit(B::backups);
    case StepKind::restore:
      return bit(B::restores);
    case StepKind::begin:
    case StepKind::deliver:
    case StepKind::finish:
    case StepKind::arrive:
    case StepKind::online:
      return 0;
  }
  return 0;
}

// The highest bit of each number, set beforehand, is borrowed where there is nothing left to take.
bool Bounds::allows(const Step& step) const {
  constexpr std::uint64_t kHighest = [] {
    std::uint64_t bits = 0;
    for (unsigned i = 0; i < kBounded; ++i) bits |= std::uint64_t{1} << (kBits * i + kBits - 1);
    return bits;
  }();
  return (((left_ | kHighest) - counted(step)) & kHighest) == kHighest;
}

void Bounds::take(const Step& step) { left_ -= counted(step); }

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
