// Expands the states of a level: every step that may happen there, and what becomes of it. What
// threads share of a search, and what each does.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "properties/search/path.h"
#include "sim/state_table.h"

namespace tidemark::core::search {

// What all threads of a search share.
template <class E>
struct Shared {
  const E& engine;
  const ExplorePlan& plan;
  Alphabet alphabet;
  Distinctions distinctions;
  JudgeOptions judge;
  Levels levels;
  std::vector<Fresh> last;  // of the last level
  PackedBounds bounds;
  std::array<StateTable, kShards> visited;
  SettleMemory settled;
  InvariantSet open = 0;  // watched, and not yet broken
};

// The observer of a search: the judge, and what became of the messages.
struct SearchObserver {
  Judge& judge;
  bool lost = false;
  std::uint32_t arrived = 0;
  template <EventType Event_, class World>
  void on(const Event_& event, const World& world) {
    if constexpr (std::is_same_v<Event_, MessageLost>) lost = true;
    if constexpr (std::is_same_v<Event_, MessageArrived>) ++arrived;
    judge.on(event, world);
  }
};

// Expands states. One a thread.
template <class E>
class Worker {
 public:
  explicit Worker(Shared<E>& shared)
      : shared_(shared),
        scenario_(shared.alphabet.empty_scenario()),
        canonical_(shared.engine, shared.distinctions),
        settling_(shared.engine, shared.distinctions, shared.settled),
        next_(shared.engine, shared.judge) {
    path_.push_back(std::make_unique<Position<E>>(shared.engine, shared.judge));
    Position<E>& root = *path_.front();
    root.left = shared.plan.search.bounds;
    scenario_.steps.resize(1);
    root.world.begin(scenario_, root.judge);
    places_.push_back(0);
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Judges settle from a state of the last level, and executes its steps if they are wanted.
  void expand(std::uint32_t index, bool steps_too, Chunk& chunk) {
    const auto level = static_cast<std::uint32_t>(shared_.levels.size() - 1);
    const Position<E>& here = stand_at(level, index);
    const Fresh& fresh = shared_.last[index];
    const typename Settling<E>::Start start{here.world, here.judge,
                                            begins_to_settle(here) ? &fresh.canonical : nullptr};
    const Replica first = start.form != nullptr ? first_open(here.world) : kServer;
    std::optional<InvariantSet> settled;
    went_on_ = nullptr;
    if (steps_too)
      shared_.alphabet.steps(here.world, here.past.naming, here.left, steps_);
    else
      steps_.clear();
    for (const Step& step : steps_) {
      const std::uint8_t footprint = shared_.alphabet.footprint(here.world, here.past.naming, step);
      if (is_asleep(step, footprint, fresh.asleep)) {
        ++slept_;
        continue;
      }
      const SearchObserver seen =
          take_step(here, step, index, level, sleep_after(step, footprint, fresh.asleep), chunk);
      if (step.kind != StepKind::finish || step.replica != first) continue;
      // So does settle begin.
      const StateKey form = next_form_.canonical;
      const typename Settling<E>::Finished finished{
          next_.judge.verdict().bits(), seen.arrived, {next_.world, next_.judge, &form}};
      settled = settling_.broken_from(start, &finished);
    }
    if (!settled) settled = settling_.broken_from(start);
    if (shared_.plan.ending == Ending::settle)
      sight(*settled, {.steps = level, .level = level, .index = index, .step = {}}, chunk);
    else
      judge_full_syncs(here, *settled, level, index, chunk);
  }

  // What a path to a state of a level is followed by where it ends with full syncs.
  std::vector<Step> steps_of_ending(std::uint32_t level, std::uint32_t index) {
    return steps_of_ending(stand_at(level, index).world);
  }

  Form root_form() { return form_of(*path_.front()); }
  const SettleCounts& settle_counts() const { return settling_.counts(); }
  const Healing& healing() const { return healing_; }
  std::uint64_t executed() const { return executed_; }
  std::uint64_t slept() const { return slept_; }

 private:
  // Stands in a state: goes on from the nearest one of its path in which this worker still stands.
  Position<E>& stand_at(std::uint32_t level, std::uint32_t index) {
    if (level < places_.size() && places_[level] == index) return *path_[level];
    const Node& node = shared_.levels[level][index];
    const Position<E>& parent = stand_at(level - 1, node.parent);
    if (path_.size() == level)
      path_.push_back(std::make_unique<Position<E>>(shared_.engine, shared_.judge));
    places_.resize(level);
    places_.push_back(index);
    Position<E>& here = *path_[level];
    here.begin_as(parent);
    step_on(here, decode(node.step, shared_.plan.search.clock_jump), level - 1);
    return here;
  }

  // Executes a step as the one at `place` of the path.
  SearchObserver step_on(Position<E>& position, const Step& step, std::uint32_t place) {
    if (scenario_.steps.size() <= place) scenario_.steps.resize(place + 1);
    scenario_.steps[place] = step;
    SearchObserver observer{position.judge};
    position.world.apply(place, observer);
    position.left.take(step);
    Alphabet::take(step, position.past.naming);
    if (shared_.plan.ending == Ending::full_sync)
      position.past.lost |= position.judge.verdict().broken(Invariant::no_lost_update);
    return observer;
  }

  // Whether the step that led to next_ was the beginning of this one.
  bool goes_on(const Step& step) const {
    return went_on_ != nullptr && went_on_->replica == step.replica &&
           went_on_->kind == row_of(step.kind).begins_as && step.lose == MessageKind::none;
  }

  // Executes a step, from the beginning or from where the one before left it.
  SearchObserver execute(const Position<E>& here, const Step& step, std::uint32_t level) {
    ++executed_;
    if (!goes_on(step)) {
      next_.begin_as(here);
      went_on_ = &step;
      return step_on(next_, step, level);
    }
    went_on_ = nullptr;
    SearchObserver seen{next_.judge, false, arrived_};
    if (!next_.world.exchanging(step.replica)) return seen;
    seen.arrived +=
        step_on(next_, {.kind = StepKind::finish, .replica = step.replica}, level).arrived;
    return seen;
  }

  SearchObserver take_step(const Position<E>& here, const Step& step, std::uint32_t index,
                           std::uint32_t level, Sleep asleep, Chunk& chunk) {
    const bool is_same = goes_on(step) && !next_.world.exchanging(step.replica);
    const SearchObserver seen = execute(here, step, level);
    arrived_ = seen.arrived;
    if (is_same) return seen;  // it ended with its beginning, which was a step itself
    // A cycle that never sends the message that is to be lost is whole, and was taken as such.
    if (step.lose != MessageKind::none && !seen.lost) return seen;
    const StepCode code = encode(step);
    if (shared_.plan.ending == Ending::settle)
      sight(next_.judge.verdict().bits(),
            {.steps = level + 1, .level = level, .index = index, .step = code}, chunk);
    next_form_ = form_of(next_);
    // What changes nothing but leaves less is no way on.
    if (next_form_ == Form{shared_.last[index].canonical, here.past}) return seen;
    const StateKey key = key_of(next_form_);
    const std::uint32_t left = next_.left.packed(shared_.plan.search.bounds);
    if (!shared_.visited[key.high % kShards].covers(key, left, shared_.bounds))
      chunk.candidates.push_back({key, next_form_.canonical, asleep, {index, code}, left, false});
    return seen;
  }

  // Whether settle changes nothing at once: no message is late, and everyone online and named.
  bool begins_to_settle(const Position<E>& position) const {
    const World<E>& world = position.world;
    // Where clocks jump, stamps are told apart otherwise while more changes may come.
    const bool stamps_differ =
        shared_.engine.compares_stamps() && shared_.plan.search.bounds.any(Bounded::clock);
    if (stamps_differ || world.order().size() + 1 < world.replicas()) return false;
    return std::all_of(world.order().begin(), world.order().end(), [&](Replica client) {
      return world.late(client).empty() && world.online(client);
    });
  }
  // The client whose exchange settle finishes first; the server: none is open.
  static Replica first_open(const World<E>& world) {
    for (const Replica client : world.order())
      if (world.exchanging(client)) return client;
    return kServer;
  }

  // Everyone online and every exchange finished, as settle has it; then the full syncs, in its
  // order.
  static std::vector<Step> steps_of_ending(const World<E>& world) {
    std::vector<Replica> clients = world.order();
    for (std::uint8_t number = 1; number < world.replicas(); ++number)
      if (std::find(clients.begin(), clients.end(), Replica{number}) == clients.end())
        clients.push_back({number});
    std::vector<Step> steps;
    for (const Replica client : clients) {
      if (!world.online(client)) steps.push_back({.kind = StepKind::online, .replica = client});
      if (world.exchanging(client)) steps.push_back({.kind = StepKind::finish, .replica = client});
    }
    for (const Replica client : clients)
      steps.push_back({.kind = StepKind::full_sync, .replica = client});
    return steps;
  }

  void judge_full_syncs(const Position<E>& here, InvariantSet without, std::uint32_t level,
                        std::uint32_t index, Chunk& chunk) {
    const std::vector<Step> ending = steps_of_ending(here.world);
    next_.begin_as(here);
    for (std::uint32_t i = 0; i < ending.size(); ++i) {
      scenario_.steps.resize(std::max<std::size_t>(scenario_.steps.size(), level + i + 1));
      scenario_.steps[level + i] = ending[i];
      next_.world.apply(level + i, next_.judge);
    }
    const InvariantSet with =
        next_.judge.verdict().bits() | settling_.broken_from({next_.world, next_.judge});
    constexpr InvariantSet kDiverged = invariant_bit(Invariant::convergence);
    constexpr InvariantSet kLost = invariant_bit(Invariant::no_lost_update);
    const bool diverges = without & kDiverged;
    const bool keeps = !here.past.lost && !(without & kLost);
    healing_.diverging += diverges;
    healing_.healed += diverges && !(with & kDiverged);
    healing_.keeping += keeps;
    healing_.destroyed += keeps && (with & kLost);
    sight(with & ((diverges ? kDiverged : 0) | (keeps ? kLost : 0)),
          {.steps = level + static_cast<std::uint32_t>(ending.size()),
           .level = level,
           .index = index,
           .step = {}},
          chunk);
  }

  Form form_of(const Position<E>& position) {
    const Bounds& left = position.left;
    const auto jump = static_cast<std::uint64_t>(shared_.plan.search.clock_jump);
    const Future future{
        .clocks_stand = !left.any(Bounded::clock),
        .stamp_reach = std::uint64_t{kSecondsPerChange} * left.left(Bounded::edits) +
                       jump * left.left(Bounded::clock) + 1};
    return {canonical_.of(position.world, position.judge, future), position.past};
  }

  void sight(InvariantSet broken, const Sighting& sighting, Chunk& chunk) const {
    for (broken &= shared_.open; broken != 0; broken &= broken - 1)
      keep_first(chunk.sightings[static_cast<std::size_t>(std::countr_zero(broken))], sighting);
  }

  // ---- Of steps that touch nothing in common, the one of the lower replica is executed first; the
  // other order is asleep (Godefroid's sleep sets).

  static bool may_sleep(std::uint8_t footprint) { return footprint < kSleepClasses; }
  static Sleep bit(std::uint8_t replica, std::uint8_t sleep_class) {
    return Sleep{1} << (replica * kSleepClasses + sleep_class);
  }
  static bool is_asleep(const Step& step, std::uint8_t footprint, Sleep asleep) {
    return may_sleep(footprint) && (asleep & bit(step.replica.number, footprint));
  }
  Sleep sleep_after(const Step& step, std::uint8_t footprint, Sleep asleep) const {
    if (!shared_.plan.reductions.order) return 0;
    const unsigned place = step.replica.number * kSleepClasses;
    const Sleep lower = (Sleep{1} << place) - 1;
    const Sleep own = Sleep{(1u << kSleepClasses) - 1} << place;
    return quiet_[footprint] & (lower | asleep) & ~own;
  }
  // For each footprint the sleep classes, of any replica, that touch nothing of it.
  static std::array<Sleep, kFootprints> quiet_classes() {
    std::array<Sleep, kFootprints> quiet{};
    for (std::uint8_t footprint = 0; footprint < kFootprints; ++footprint)
      for (std::uint8_t replica = 0; replica < 8; ++replica)
        for (std::uint8_t other = 0; other < kSleepClasses; ++other)
          if (!interfere(other, footprint)) quiet[footprint] |= bit(replica, other);
    return quiet;
  }

  const std::array<Sleep, kFootprints> quiet_ = quiet_classes();
  Shared<E>& shared_;
  Scenario scenario_;  // the path on which this worker stands
  Canonical<E> canonical_;
  Settling<E> settling_;
  std::vector<std::unique_ptr<Position<E>>> path_;  // by level
  std::vector<std::uint32_t> places_;               // in their levels
  Position<E> next_;
  Form next_form_;
  const Step* went_on_ = nullptr;  // what led to next_, where it may be the beginning of another
  std::uint32_t arrived_ = 0;      // messages, on the way to next_
  std::vector<Step> steps_;
  std::uint64_t executed_ = 0;
  std::uint64_t slept_ = 0;
  Healing healing_;
};

}  // namespace tidemark::core::search
