// A conflict strategy of your own: both versions in, a decision out.
//
//   struct LowestPriceWins {
//     tidemark::Decision resolve(const tidemark::Conflict& conflict) const {
//       return price(conflict.local) <= price(conflict.server) ? conflict.local : conflict.server;
//     }
//   };
//
// "Conflict handling: making a choose between two versions of an object, when the object changed on
// the server and on the client since the last sync." A strategy decides object conflicts (one guid)
// and primary-key conflicts (one key, two guids). It sees what stands in Conflict and nothing else,
// and the same question has one answer: no clock, no randomness, no memory.
#pragma once

#include <array>
#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <variant>

#include <tidemark/words.h>

namespace tidemark {

// A version of an object, as a strategy and an invariant see it.
struct Object {
  std::string guid = {};
  std::string pk = {};
  std::string name = {};
  // What value= of a step gives; `v7`, the seventh version, where it gives nothing, as of
  // deletions.
  std::string value = {};
  bool isdeleted = false;
  Seconds timestamp_created = 0;
  Seconds timestamp_lastupdate = 0;
  friend bool operator==(const Object&, const Object&) = default;
};

// The properties that it has from its creation on.
inline constexpr std::array<std::string Object::*, 2> kProperties{&Object::pk, &Object::name};

struct Conflict {
  Object local;   // what the client holds, changed there since its last sync
  Object server;  // what the server sent

  // The same key, two guids; else one guid, two versions.
  bool is_primary_key_conflict() const { return local.guid != server.guid; }
};

// What a strategy makes of a conflict: one of the two versions, unchanged, or a merge.
class Decision {
 public:
  // This version is kept.
  Decision(Object version) : made_(std::move(version)) {}  // NOLINT: a version is a decision

  // A new version is made from both, and stored as a change made on this client: with the guid, key
  // and name of the server's version, and the client's time.
  static Decision merge(std::string value, bool isdeleted = false) {
    return Decision(Merge{std::move(value), isdeleted});
  }

  struct Merge {
    std::string value;
    bool isdeleted = false;
    friend bool operator==(const Merge&, const Merge&) = default;
  };
  // The version that is kept; null: it is a merge.
  const Object* kept() const { return std::get_if<Object>(&made_); }
  const Merge* merged() const { return std::get_if<Merge>(&made_); }
  friend bool operator==(const Decision&, const Decision&) = default;

 private:
  explicit Decision(Merge merge) : made_(std::move(merge)) {}
  std::variant<Object, Merge> made_;
};

// A strategy that is shown which side is which.
template <class S>
concept SidedStrategy = requires(const S& strategy, const Conflict& conflict) {
  { strategy.resolve(conflict) } -> std::convertible_to<Decision>;
};

// A strategy that declares itself symmetric, by not asking which side is local: it is handed the
// two versions in an order that does not depend on the sides.
template <class S>
concept SymmetricStrategy = requires(const S& strategy, const Object& version) {
  { strategy.resolve(version, version) } -> std::convertible_to<Decision>;
};

// Any strategy. What it is made from is copied, and shared by the copies of this.
class Strategy {
 public:
  template <class S>
  requires SidedStrategy<S> Strategy(S strategy)  // NOLINT: a strategy is a Strategy
      : Strategy(typeid(S), false,
                 [strategy = std::move(strategy)](const Conflict& conflict) -> Decision {
                   return strategy.resolve(conflict);
                 }) {}
  template <class S>
  requires(SymmetricStrategy<S> && !SidedStrategy<S>)
      Strategy(S strategy)  // NOLINT: a strategy is a Strategy
      : Strategy(typeid(S), true,
                 [strategy = std::move(strategy)](const Conflict& conflict) -> Decision {
                   return strategy.resolve(conflict.local, conflict.server);
                 }) {}

  // The name of its type, without namespaces: `LowestPriceWins`.
  const std::string& name() const { return name_; }
  bool is_symmetric() const { return is_symmetric_; }

  // Asks it; a symmetric one is shown the versions in its order. What it throws is passed on.
  Decision resolve(const Conflict& conflict) const;

 private:
  using Ask = std::function<Decision(const Conflict&)>;
  Strategy(const std::type_info& type, bool is_symmetric, Ask ask);

  std::string name_;
  bool is_symmetric_;
  std::shared_ptr<const Ask> ask_;
};

}  // namespace tidemark
