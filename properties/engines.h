// Which engine a protocol names. The one place where engines are told apart: everything above is a
// template of the engine, or stands behind Runner and explore().
#pragma once

#include <utility>

#include "model/appsync.h"
#include "model/hardened_engine.h"
#include "model/simple_engine.h"
#include "properties/runner.h"
#include "sim/engine.h"
#include "sim/foreign.h"

namespace tidemark::core {

static_assert(Engine<AppSync>);
static_assert(Engine<Hardened>);
static_assert(Engine<Simple> && SendsChanges<Simple>);
static_assert(Engine<Foreign> && ReadsScenarios<Foreign> && LacksSteps<Foreign> &&
              MayHideMarks<Foreign>);

// Calls `use` with the engine of this protocol under this strategy, and returns what it returns.
template <class Use>
auto with_engine(const Protocol& protocol, const Strategy& strategy, Use use) {
  switch (protocol.algorithm) {
    case Algorithm::hardened:
      return use(Hardened(protocol, strategy));
    case Algorithm::simple:
      return use(Simple(protocol, strategy));
    case Algorithm::appsync:
      break;
  }
  return use(AppSync(protocol, strategy));
}

// The same of a configuration; an engine that no protocol names runs in this world of it.
template <class Use>
auto with_engine(const Configuration& configuration, std::uint32_t world, Use use) {
  if (auto hosted = configuration.spec->hosted()) return use(Foreign(std::move(hosted), world));
  return with_engine(configuration.protocol, configuration.strategy, use);
}

}  // namespace tidemark::core
