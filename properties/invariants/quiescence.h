// quiescence: settle comes to rest within its bound. Meeting a world state for the second time is
// reported at once; so is an exchange that does not end.
#pragma once

#include "properties/court.h"

namespace tidemark::core {

class Quiescence {
 public:
  static constexpr std::string_view kName = "quiescence";
  static constexpr std::string_view kMeaning = "settle comes to rest within its bound";
  // Settle did not come to rest within its rounds / met a state again / an exchange did not end.
  static constexpr BreachKind kNoRest{"no-rest", false, false};
  static constexpr BreachKind kCircle{"circle", false, false};
  static constexpr BreachKind kExchangeWithoutEnd{.name = "exchange-without-end",
                                                  .names_object = false};

  template <class World>
  static void on(const Rested& rested, const Court<World>& court) {
    if (rested.rest == Rest::quiet) return;
    const bool circle = rested.rest == Rest::circle;
    court.break_first({.kind = circle ? &kCircle : &kNoRest});
  }

  template <class World>
  static void on(const ExchangeOverran& overran, const Court<World>& court) {
    court.break_first({.kind = &kExchangeWithoutEnd, .replica = overran.client});
  }
};

}  // namespace tidemark::core
