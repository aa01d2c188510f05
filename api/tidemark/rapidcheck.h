// RapidCheck's face: scenarios that RapidCheck draws, and that shrink as Tidemark shrinks.
//
//   RC_GTEST_PROP(LowestPriceWins, Holds, ()) {
//     const tidemark::Options scope{.clients = 2};
//     tidemark::require(tidemark::holds_in(*tidemark::scenarios(scope), LowestPriceWins{}, scope));
//   }
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <ostream>

#include <tidemark/tidemark.h>

namespace tidemark {

// Random scenarios of a scope. RapidCheck's size, 0 to 100, scales the number of steps.
inline rc::Gen<Scenario> scenarios(const Options& scope) {
  struct Simpler {
    std::function<std::unique_ptr<Scenario>()> next;  // a copy goes on where this is
    rc::Maybe<Scenario> operator()() {
      const std::unique_ptr<Scenario> found = next();
      return found ? rc::Maybe<Scenario>(*found) : rc::Maybe<Scenario>(rc::Nothing);
    }
  };
  return rc::Gen<Scenario>([scope](const rc::Random& random, int size) {
    rc::Random drawn(random);
    Options scaled = scope;
    scaled.steps = 1 + (scope.steps - 1) * static_cast<std::uint32_t>(std::min(size, 100)) / 100;
    return rc::shrinkable::shrinkRecur(
        Scenario::draw(scaled, drawn.next()), [scope](const Scenario& scenario) {
          return rc::makeSeq<Simpler>(Simpler{scenario.simpler(scope)});
        });
  });
}

inline void showValue(const Scenario& scenario, std::ostream& stream) { stream << scenario.text(); }

// Fails the property under way with the report of what is broken.
inline void require(const Result& result) {
  if (!result) RC_FAIL(result.message());
}

}  // namespace tidemark
