// The judge: watches a run and finds, for every invariant, its first breach.
//
// A violation does not end a run. To add an invariant: a file of its own beside this one, an
// enumerator and a name in verdict.h, and its calls here.
#pragma once

#include "properties/history.h"
#include "properties/invariants/convergence.h"
#include "properties/invariants/integrity.h"
#include "properties/invariants/no_lost_update.h"
#include "properties/invariants/no_redundant_transfer.h"
#include "properties/invariants/no_resurrection.h"
#include "properties/invariants/one_object_per_key.h"
#include "properties/invariants/quiescence.h"
#include "properties/invariants/told.h"
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
  explicit Judge(JudgeOptions options = {}) : options_(options) {}

  template <class World>
  void on(const Event& event, const World& world) {
    if (event.kind == EventKind::world_began) return begin(world);
    const std::uint64_t kind = events(event.kind);
    if ((kind & kMarked) && options_.count_marks) marks_.on(event, world, history_);
    if (kind & kJudged) judge(event, world);
    if (kind & kRemembered) history_.on(event, world);
  }

  const Verdict& verdict() const { return verdict_; }
  Verdict& verdict() { return verdict_; }
  const History& history() const { return history_; }
  const Integrity& integrity() const { return integrity_; }
  Marks& marks() { return marks_; }

  // Becomes a judge who saw the same as `other` and has found nothing yet.
  void become(const Judge& other) {
    options_ = other.options_;
    verdict_.clear(options_.watched);
    history_.become(other.history_);
    integrity_ = other.integrity_;
  }
  // From here on, as if nothing had been broken so far.
  void forget_breaches() { verdict_.clear(options_.watched); }

 private:
  // The events that are looked at at all: most of a run's are not.
  using K = EventKind;
  static constexpr std::uint64_t kMarked =
      events(K::written, K::fact_told, K::carried, K::message_arriving, K::message_lost, K::held,
             K::cycle_began, K::went_offline, K::crashed, K::reinstalled, K::rested);
  static constexpr std::uint64_t kJudged =
      events(K::written, K::fact_told, K::carried, K::held, K::message_arrived, K::cycle_began,
             K::reinstalled, K::restored, K::stale_changed_client, K::repeat_changed_server,
             K::exchange_overran, K::rested);
  static constexpr std::uint64_t kRemembered =
      events(K::step_began, K::written, K::cycle_began, K::message_arriving, K::carried,
             K::fact_told, K::held, K::message_arrived, K::message_lost, K::crashed, K::reinstalled,
             K::restored, K::round_began);

  template <class World>
  void begin(const World& world) {
    verdict_.clear(options_.watched);
    history_.keep_journal(options_.may_be_wiped);
    history_.reset(world);
    integrity_.reset(world);
  }

  template <class World>
  void judge(const Event& event, const World& world) {
    switch (event.kind) {
      case EventKind::carried:
        return NoRedundantTransfer::on_carried(event, world, history_, verdict_);
      case EventKind::fact_told:
        return NoLostUpdate::on_fact(event, world, history_, verdict_);
      case EventKind::held:
        NoLostUpdate::on_held(event, world, history_, verdict_);
        break;
      case EventKind::message_arrived:
        Told::on_arrived(world, history_, verdict_);
        break;
      case EventKind::exchange_overran:
        return Quiescence::on_overrun(event, world, history_, verdict_);
      case EventKind::rested:
        return at_rest(event, world);
      default:
        break;
    }
    integrity_.on(event, world, history_, verdict_);
  }

  template <class World>
  void at_rest(const Event& event, const World& world) {
    Quiescence::at_rest(event, world, history_, verdict_);
    Convergence::at_rest(world, history_, options_.compare_tombstones, verdict_);
    no_lost_update_.at_rest(world, history_, verdict_);
    OneObjectPerKey::at_rest(world, history_, verdict_);
    NoResurrection::at_rest(world, history_, verdict_);
  }

  JudgeOptions options_;
  Verdict verdict_;
  History history_;
  Integrity integrity_;
  NoLostUpdate no_lost_update_;
  Marks marks_;
};

}  // namespace tidemark::core
