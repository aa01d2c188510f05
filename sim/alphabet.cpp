#include "sim/alphabet.h"

#include <fmt/format.h>

namespace tidemark::core {

Scenario Alphabet::empty_scenario() const {
  Scenario scenario;
  scenario.clients = scope_.scope.clients;
  for (std::uint32_t object = 0; object < scope_.scope.objects; ++object)
    scenario.objects.push_back(fmt::format("o{}", object + 1));
  for (std::uint8_t key = 0; key < most_keys(); ++key)
    scenario.texts.push_back(fmt::format("k{}", key + 1));
  scenario.settle_rounds = scope_.scope.settle_rounds;
  scenario.settle_rounds = scenario.settle_bound();
  return scenario;
}

void Alphabet::take(const Step& step, Naming& naming) {
  if (!names_object(step.kind)) return;
  naming.objects = std::max(naming.objects, static_cast<std::uint8_t>(step.object + 1));
  naming.keys = std::max(naming.keys, static_cast<std::uint8_t>(step.pk));
}

}  // namespace tidemark::core
