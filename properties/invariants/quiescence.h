// quiescence: settle comes to rest within its bound. Meeting a world state for the second time is
// reported at once; so is an exchange that does not end.
#pragma once

#include "properties/history.h"
#include "properties/verdict.h"

namespace tidemark::core {

class Quiescence {
 public:
  template <class World>
  static void at_rest(const Event& rested, const World& world, const History& history,
                      Verdict& verdict) {
    const auto rest = static_cast<Rest>(rested.detail);
    if (rest == Rest::quiet) return;
    verdict.break_first(Invariant::quiescence,
                        {.kind = rest == Rest::circle ? BreachKind::circle : BreachKind::no_rest,
                         .step = static_cast<std::uint32_t>(world.step()),
                         .round = history.round(),
                         .at_rest = true});
  }

  template <class World>
  static void on_overrun(const Event& event, const World& world, const History& history,
                         Verdict& verdict) {
    verdict.break_first(Invariant::quiescence, {.kind = BreachKind::exchange_without_end,
                                                .replica = event.replica,
                                                .step = static_cast<std::uint32_t>(world.step()),
                                                .round = history.round()});
  }
};

}  // namespace tidemark::core
