#include "sim/features.h"

#include <algorithm>
#include <vector>

namespace tidemark::core {
namespace {

// Whose turn it is to make changes, as far as the steps alone tell.
class Turns {
 public:
  // Returns whether the step is a change by a client whose turn it is not.
  bool breaks(const Step& step) {
    const std::uint32_t who = 1u << step.replica.number;
    if (step.replica.is_server()) return false;
    if (is_change(step.kind)) return !takes(step.replica);
    if (step.kind == StepKind::offline) offline_ |= who;
    if (step.kind == StepKind::online) offline_ &= ~who;
    switch (row_of(step.kind).exchange) {
      case InExchange::whole:
        if (step.lose == MessageKind::none && !((offline_ | open_) & who)) synced(step.replica);
        break;
      case InExchange::begins:
        open_ |= who;
        break;
      case InExchange::finishes:
      case InExchange::ends:
      case InExchange::cuts:
        open_ &= ~who;
        break;
      case InExchange::moves:
      case InExchange::nothing:
        break;
    }
    return false;
  }

 private:
  bool takes(Replica client) {
    const bool may = holder_ == kServer || holder_ == client || (ready_ >> client.number & 1);
    if (may) holder_ = client;
    given_ = false;
    ready_ = 0;
    return may;
  }
  void synced(Replica client) {
    if (client == holder_)
      given_ = true;
    else if (given_)
      ready_ |= 1u << client.number;
  }

  Replica holder_ = kServer;  // the server: nobody's yet
  bool given_ = false;        // the holder ran a whole sync since its last change
  std::uint32_t ready_ = 0;   // who did so after that, one bit each
  std::uint32_t open_ = 0;    // who may have an exchange under way
  std::uint32_t offline_ = 0;
};

}  // namespace

FeatureSet features(const Step& step) {
  const StepRow& row = row_of(step.kind);
  const bool by_server = step.replica.is_server();
  FeatureSet used = by_server ? row.uses & ~kUsesClientEdits : row.uses;
  if (is_change(step.kind)) used |= by_server ? kUsesBackend : kUsesClientChanges;
  if (step.lose != MessageKind::none) used |= fault_bit(Fault::lost);
  if (row.takes(StepPart::key) && step.pk == 0) used |= kUsesNoKeys;
  if (row.takes(StepPart::value) && step.value == 0) used |= kUsesNoValues;
  return used;
}

FeatureSet features(const Scenario& scenario) {
  FeatureSet used = 0;
  std::vector<std::uint32_t> keys(scenario.texts.size() + 1, 0);
  for (const Step& step : scenario.steps) {
    used |= features(step);
    if (step.pk != 0 && ++keys[step.pk] == 2) used |= kUsesSharedKeys;
  }
  return keeps_turns(scenario) ? used : used | kUsesAnyTurn;
}

bool keeps_turns(const Scenario& scenario) {
  Turns turns;
  return std::none_of(scenario.steps.begin(), scenario.steps.end(),
                      [&](const Step& step) { return turns.breaks(step); });
}

}  // namespace tidemark::core
