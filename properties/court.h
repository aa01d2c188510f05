// What an invariant judges an event by, and where it says what is broken.
#pragma once

#include "properties/history.h"
#include "properties/verdict.h"

namespace tidemark::core {

template <class World>
struct Court {
  const World& world;
  const History& history;  // up to this event
  bool compare_tombstones;
  bool at_rest;  // the event is the last of the run
  Invariant invariant;
  Verdict& verdict;

  bool is_broken() const { return verdict.broken(invariant); }
  // The first breach counts. When it happened is filled in.
  void break_first(Breach breach) const {
    breach.step = static_cast<std::uint32_t>(world.step());
    breach.round = history.round();
    breach.at_rest = at_rest;
    verdict.break_first(invariant, breach);
  }
};

}  // namespace tidemark::core
