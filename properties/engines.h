// Which engine a protocol names. The one place where engines are told apart: everything above is a
// template of the engine, or stands behind Runner and explore().
#pragma once

#include "model/appsync.h"
#include "model/hardened_engine.h"
#include "model/simple_engine.h"
#include "sim/engine.h"

namespace tidemark {

static_assert(Engine<AppSync>);
static_assert(Engine<Hardened>);
static_assert(Engine<Simple> && SendsChanges<Simple>);

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

}  // namespace tidemark
