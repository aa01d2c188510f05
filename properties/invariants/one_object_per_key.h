// one-object-per-key: at rest, at most one live object per primary key, on every replica.
#pragma once

#include "properties/court.h"

namespace tidemark::core {

class OneObjectPerKey {
 public:
  static constexpr std::string_view kName = "one-object-per-key";
  static constexpr std::string_view kMeaning =
      "at rest no replica holds two live objects with one primary key";
  // Replica holds `value` and `other` live under one key.
  static constexpr BreachKind kKeyHeldTwice{"key-held-twice"};

  template <class World>
  static void on(const Rested&, const Court<World>& court) {
    const World& world = court.world;
    for (std::uint8_t number = 0; number < world.replicas(); ++number)
      for (std::uint32_t guid = 1; guid < world.objects(); ++guid)
        for (std::uint32_t other = 0; other < guid; ++other) {
          const Object* a = world.find(Replica{number}, Guid{guid});
          if (a == nullptr || a->content.isdeleted) break;
          const Object* b = world.find(Replica{number}, Guid{other});
          if (b == nullptr || b->content.isdeleted || a->identity.pk != b->identity.pk) continue;
          return court.break_first({.kind = &kKeyHeldTwice,
                                    .replica = Replica{number},
                                    .guid = Guid{guid},
                                    .value = a->content.value,
                                    .other = b->content.value});
        }
  }
};

}  // namespace tidemark::core
