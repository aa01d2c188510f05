#include "sim/bounds.h"

namespace tidemark {
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

// What a step is counted as, one bit each.
constexpr unsigned bit(Bounded bounded) { return 1u << static_cast<unsigned>(bounded); }

unsigned counted(const Step& step) {
  const unsigned lost = step.lose == MessageKind::none ? 0 : bit(B::lost);
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

}  // namespace

std::span<const NamedBound, kBounded - 1> named_bounds() { return kNamed; }

bool Bounds::allows(const Step& step) const {
  const unsigned needed = counted(step);
  for (std::size_t i = 0; i < kBounded; ++i)
    if ((needed >> i & 1) && left_[i] == 0) return false;
  return true;
}

void Bounds::take(const Step& step) {
  const unsigned needed = counted(step);
  for (std::size_t i = 0; i < kBounded; ++i) left_[i] -= static_cast<std::uint8_t>(needed >> i & 1);
}

std::uint64_t Bounds::packed() const {
  std::uint64_t word = 0;
  for (const std::uint8_t left : left_) word = word << 5 | left;
  return word;
}

}  // namespace tidemark
