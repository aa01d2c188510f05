// The judge: watches a run and finds, for every invariant, its first breach.
//
// A violation does not end a run. The invariants are in properties/invariants/list.h: each hears of
// an event before History does.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "properties/court.h"
#include "properties/history.h"
#include "properties/invariants/list.h"
#include "properties/marks.h"
#include "properties/verdict.h"

namespace tidemark::core {

struct JudgeOptions {
  InvariantSet watched = kAllInvariants;  // the others are never found broken
  bool compare_tombstones = false;        // convergence demands equal tombstones too
  bool count_marks = true;
  bool may_be_wiped = true;  // false: no client is ever reinstalled, no server restored
};

class Judge {
 public:
  explicit Judge(JudgeOptions options = {}) : options_(options), history_(options.may_be_wiped) {}

  template <EventType E, class World>
  void on(const E& event, const World& world) {
    if constexpr (std::is_same_v<E, WorldBegan>) forget_breaches();
    if (options_.count_marks) tell(event, marks_, world, history_);
    judge(event, world, std::make_index_sequence<kInvariants>());
    tell(event, history_, world);
  }

  const Verdict& verdict() const { return verdict_; }
  Verdict& verdict() { return verdict_; }
  const History& history() const { return history_; }
  const Rules& rules() const { return rules_; }
  Marks& marks() { return marks_; }

  // From here on, as if nothing had been broken so far.
  void forget_breaches() { verdict_.clear(options_.watched | ~kAllInvariants); }

 private:
  template <class E, class World, std::size_t... kPlaces>
  void judge(const E& event, const World& world, std::index_sequence<kPlaces...> /*places*/) {
    (ask<kPlaces>(event, world), ...);
  }

  template <std::size_t kPlace, class E, class World>
  void ask(const E& event, const World& world) {
    const Court<World> court{.world = world,
                             .history = history_,
                             .compare_tombstones = options_.compare_tombstones,
                             .at_rest = std::is_same_v<E, Rested>,
                             .invariant = static_cast<Invariant>(kPlace),
                             .verdict = verdict_};
    tell(event, std::get<kPlace>(rules_), court);
  }

  JudgeOptions options_;
  Verdict verdict_;
  History history_;
  Rules rules_;
  Marks marks_;
};

}  // namespace tidemark::core
