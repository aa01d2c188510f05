// Invariants and marks of your own, over all that replicas hold.
//
//   const auto no_double_booking = tidemark::at_rest(
//       "no-double-booking", [](const tidemark::World& world) -> tidemark::Broken {
//         std::set<std::string> taken;
//         for (const tidemark::Object& booking : world.live(tidemark::kServerName))
//           if (!taken.insert(room_and_date(booking)).second)
//             return booking.pk + " is booked twice";
//         return {};
//       });
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tidemark/engine.h>
#include <tidemark/strategy.h>
#include <tidemark/words.h>

namespace tidemark {

// All that can be seen of a world from outside, at one moment.
class World {
 public:
  virtual ~World() = default;

  // S, then A, B …
  virtual std::vector<ReplicaName> replicas() const = 0;
  // All that a replica holds, deleted objects too, in the order in which steps named them first.
  virtual std::vector<Object> holds(ReplicaName replica) const = 0;
  // The same without what is deleted.
  std::vector<Object> live(ReplicaName replica) const {
    std::vector<Object> objects = holds(replica);
    std::erase_if(objects, [](const Object& object) { return object.isdeleted; });
    return objects;
  }
  virtual bool is_online(ReplicaName client) const = 0;
  virtual Seconds clock(ReplicaName replica) const = 0;
  // What a client has told its app so far, values as in Object.
  virtual std::vector<Told> told(ReplicaName client) const = 0;
};

// What is wrong, in a few words; nothing: it holds.
using Broken = std::optional<std::string>;

enum class When : std::uint8_t {
  always,  // after every change, every message that arrived, every reinstall and restore
  at_rest  // after settle
};

// A claim that must be true of every run, beside the built-in ones.
struct Invariant {
  std::string name;  // as traces and reports call it: small letters, digits, dashes
  When when = When::at_rest;
  std::function<Broken(const World&)> broken;
};

inline Invariant always(std::string name, std::function<Broken(const World&)> broken) {
  return {std::move(name), When::always, std::move(broken)};
}
inline Invariant at_rest(std::string name, std::function<Broken(const World&)> broken) {
  return {std::move(name), When::at_rest, std::move(broken)};
}

// Something interesting that some run must reach, or the campaign proved nothing about it. Looked
// at whenever an `always` is; counted at most once a run.
struct Mark {
  std::string name;
  std::function<bool(const World&)> is_reached;
};

inline Mark sometimes(std::string name, std::function<bool(const World&)> is_reached) {
  return {std::move(name), std::move(is_reached)};
}

}  // namespace tidemark
