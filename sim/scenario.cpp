#include "sim/scenario.h"

#include "sim/interner.h"

namespace tidemark::core {
namespace {

bool is_in_order(const Scenario& scenario) {
  std::uint32_t next = 0;
  for (const Step& step : scenario.steps) {
    if (!names_object(step.kind)) continue;
    if (step.object > next) return false;
    next = std::max(next, step.object + 1);
  }
  return next == scenario.objects.size();
}

}  // namespace

void order_objects(Scenario& scenario) {
  if (is_in_order(scenario)) return;
  std::vector<std::uint32_t> places(scenario.objects.size(), 0);  // from 1; 0: not seen yet
  std::vector<std::string> labels;
  for (Step& step : scenario.steps) {
    if (!names_object(step.kind)) continue;
    std::uint32_t& place = places[step.object];
    if (place == 0) {
      labels.push_back(std::move(scenario.objects[step.object]));
      place = static_cast<std::uint32_t>(labels.size());
    }
    step.object = place - 1;
  }
  scenario.objects = std::move(labels);
}

Scenario compacted(const Scenario& scenario) {
  Scenario result;
  result.clients = scenario.clients;
  result.settle_rounds = scenario.settle_rounds;
  Interner objects;
  Interner texts;
  for (Step step : scenario.steps) {
    if (names_object(step.kind)) step.object = objects.id(scenario.objects[step.object]) - 1;
    for (const StepText& each : kStepTexts) step.*each.id = texts.id(scenario.text(step.*each.id));
    result.steps.push_back(step);
  }
  result.objects = objects.take();
  result.texts = texts.take();
  return result;
}

}  // namespace tidemark::core
