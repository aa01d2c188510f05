// one-object-per-key: at rest, at most one live object per primary key, on every replica.
#pragma once

#include "properties/history.h"
#include "properties/verdict.h"

namespace tidemark::core {

class OneObjectPerKey {
 public:
  template <class World>
  static void at_rest(const World& world, const History& history, Verdict& verdict) {
    for (std::uint8_t number = 0; number < world.replicas(); ++number)
      for (std::uint32_t guid = 1; guid < world.objects(); ++guid)
        for (std::uint32_t other = 0; other < guid; ++other) {
          const Object* a = world.find(Replica{number}, Guid{guid});
          if (a == nullptr || a->content.isdeleted) break;
          const Object* b = world.find(Replica{number}, Guid{other});
          if (b == nullptr || b->content.isdeleted || a->identity.pk != b->identity.pk) continue;
          return verdict.break_first(Invariant::one_object_per_key,
                                     {.kind = BreachKind::key_held_twice,
                                      .replica = Replica{number},
                                      .guid = Guid{guid},
                                      .value = a->content.value,
                                      .other = b->content.value,
                                      .step = static_cast<std::uint32_t>(world.step()),
                                      .round = history.round(),
                                      .at_rest = true});
        }
  }
};

}  // namespace tidemark::core
