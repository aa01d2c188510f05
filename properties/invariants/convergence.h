// convergence: at rest every client and the server hold the same live objects: guid, pk, name,
// value. A deleted object and an absent one are the same; unless tombstones are to be compared too.
#pragma once

#include "properties/court.h"

namespace tidemark::core {

class Convergence {
 public:
  static constexpr std::string_view kName = "convergence";
  static constexpr std::string_view kMeaning =
      "at rest every client holds the live objects that the server holds";
  // The client `replica` holds `value` (0: no live object), the server `other`.
  static constexpr BreachKind kDiverged{"diverged"};

  template <class World>
  static void on(const Rested&, const Court<World>& court) {
    const World& world = court.world;
    const bool tombstones = court.compare_tombstones;
    for (std::uint8_t number = 1; number < world.replicas(); ++number)
      for (std::uint32_t guid = 0; guid < world.objects(); ++guid) {
        const Object* at_client = visible(world.find(Replica{number}, Guid{guid}), tombstones);
        const Object* at_server = visible(world.find(kServer, Guid{guid}), tombstones);
        if (same(at_client, at_server)) continue;
        return court.break_first({.kind = &kDiverged,
                                  .replica = Replica{number},
                                  .guid = Guid{guid},
                                  .value = at_client ? at_client->content.value : kNoValue,
                                  .other = at_server ? at_server->content.value : kNoValue});
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
