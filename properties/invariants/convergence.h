// convergence: at rest every client and the server hold the same live objects: guid, pk, name,
// value. A deleted object and an absent one are the same; unless tombstones are to be compared too.
#pragma once

#include "properties/history.h"
#include "properties/verdict.h"

namespace tidemark::core {

class Convergence {
 public:
  template <class World>
  static void at_rest(const World& world, const History& history, bool tombstones,
                      Verdict& verdict) {
    for (std::uint8_t number = 1; number < world.replicas(); ++number)
      for (std::uint32_t guid = 0; guid < world.objects(); ++guid) {
        const Object* at_client = visible(world.find(Replica{number}, Guid{guid}), tombstones);
        const Object* at_server = visible(world.find(kServer, Guid{guid}), tombstones);
        if (same(at_client, at_server)) continue;
        return verdict.break_first(Invariant::convergence,
                                   {.kind = BreachKind::diverged,
                                    .replica = Replica{number},
                                    .guid = Guid{guid},
                                    .value = at_client ? at_client->content.value : kNoValue,
                                    .other = at_server ? at_server->content.value : kNoValue,
                                    .step = static_cast<std::uint32_t>(world.step()),
                                    .round = history.round(),
                                    .at_rest = true});
      }
  }

 private:
  static const Object* visible(const Object* object, bool tombstones) {
    return object != nullptr && object->content.isdeleted && !tombstones ? nullptr : object;
  }
  static bool same(const Object* a, const Object* b) {
    if (a == nullptr || b == nullptr) return a == b;
    return a->content == b->content && a->identity == b->identity;
  }
};

}  // namespace tidemark::core
