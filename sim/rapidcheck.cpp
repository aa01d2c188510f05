#include "sim/rapidcheck.h"

#include <algorithm>
#include <memory>

#include "sim/trace.h"

namespace tidemark::core {

rc::Gen<Scenario> scenarios(const Scope& scope) {
  return rc::Gen<Scenario>([scope](const rc::Random& random, int size) {
    rc::Random drawn(random);
    Scope scaled = scope;
    scaled.steps = 1 + (scope.steps - 1) * static_cast<std::uint32_t>(std::min(size, 100)) / 100;
    const FeatureSet may_use = features(scope);
    return rc::shrinkable::shrinkRecur(
        Generator(scaled).generate(drawn.next()),
        [may_use](const Scenario& scenario) { return simpler(scenario, may_use); });
  });
}

void showValue(const Scenario& scenario, std::ostream& stream) {
  stream << "clients " << int{scenario.clients} << '\n';
  for (const Step& step : scenario.steps) stream << print_step(scenario, step) << '\n';
}

}  // namespace tidemark::core
