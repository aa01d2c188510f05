// The search behind explore(), of any engine. Instantiated per engine, and slow to compile: one
// engine that is not ours has a file of its own, explore_foreign.cpp.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "properties/search/explore.h"
#include "properties/search/settling.h"
#include "sim/shape.h"
#include "sim/state_table.h"

namespace tidemark::core {

// The same of an engine that no protocol names. Requires: it snapshots.
Exploration explore_foreign(const Configuration& configuration, const ExplorePlan& plan,
                            const ExploreWatch& watch);

namespace search {

inline constexpr std::size_t kShards = 64;
inline constexpr std::size_t kStatesPerChunk = 256;
inline constexpr std::uint8_t kSleepClasses = 8;  // footprints of which steps may sleep

using Sleep = std::uint64_t;  // for each replica, one bit a sleep class

// ---- paths

// A step in 32 bits.
using StepCode = std::uint32_t;

inline StepCode encode(const Step& step) {
  return static_cast<StepCode>(step.kind) | std::uint32_t{step.replica.number} << 5 |
         static_cast<std::uint32_t>(step.lose) << 10 | step.object << 13 | step.pk << 19 |
         std::uint32_t{step.seconds < 0} << 31;
}

inline Step decode(StepCode code, Timestamp clock_jump) {
  Step step{.kind = static_cast<StepKind>(code & 31),
            .replica = {static_cast<std::uint8_t>(code >> 5 & 31)},
            .lose = static_cast<MessageKind>(code >> 10 & 7),
            .object = code >> 13 & 63,
            .pk = code >> 19 & 31};
  if (step.kind == StepKind::clock) step.seconds = code >> 31 ? -clock_jump : clock_jump;
  return step;
}

// How a state was first reached: from a state of the level above, by a step.
struct Node {
  std::uint32_t parent;
  StepCode step;
};
using Levels = std::vector<std::vector<Node>>;

// What a search remembers of a path beside its world.
struct Past {
  Naming naming;
  bool lost = false;  // an update; only where that is asked: Ending::full_sync
  friend bool operator==(const Past&, const Past&) = default;
};

// A state as the search stands in it.
template <class E>
struct Position {
  explicit Position(const E& engine, JudgeOptions options) : world(engine), judge(options) {}

  // The same, of which nothing was found to be broken so far.
  void begin_as(const Position& other) {
    *this = other;
    judge.forget_breaches();
  }

  World<E> world;
  Judge judge;
  Bounds left;
  Past past;
};

// A state without what is left of the bounds.
struct Form {
  StateKey canonical;
  Past past;
  friend bool operator==(const Form&, const Form&) = default;
};
inline StateKey key_of(const Form& form) {
  KeySum sum;
  sum.add(form.canonical);
  const Naming& naming = form.past.naming;
  sum.add(naming.objects | std::uint64_t{naming.keys} << 8 | std::uint64_t{form.past.lost} << 16);
  return sum.total();
}

// A state that was reached from a level, not yet known to be new.
struct Candidate {
  StateKey key;  // of its form
  StateKey canonical;
  Sleep asleep;
  Node node;
  std::uint32_t left;  // packed
  bool is_new;
};
// What is kept of a state of the last level.
struct Fresh {
  StateKey canonical;
  Sleep asleep;
};

// Where an invariant was broken first: by a step from a state, or by settle.
struct Sighting {
  static constexpr std::uint32_t kNowhere = ~std::uint32_t{0};
  std::uint32_t steps = kNowhere;
  std::uint32_t level = 0;  // of the state
  std::uint32_t index = 0;
  std::optional<StepCode> step;  // none: settle
};
using Sightings = std::array<Sighting, kInvariants>;

// In the order in which one thread alone would see them.
inline void keep_first(Sighting& first, const Sighting& other) {
  if (other.steps < first.steps) first = other;
}

// What came of some states that follow one another in their level.
struct Chunk {
  std::vector<Candidate> candidates;
  std::vector<std::uint32_t> by_shard;  // places of candidates
  std::array<std::uint32_t, kShards + 1> shard_begins{};
  Sightings sightings;

  std::size_t bytes() const {
    return candidates.capacity() * sizeof(Candidate) + by_shard.capacity() * sizeof(std::uint32_t);
  }
  void sort_by_shard() {
    shard_begins.fill(0);
    for (const Candidate& each : candidates) ++shard_begins[each.key.high % kShards + 1];
    for (std::size_t i = 0; i < kShards; ++i) shard_begins[i + 1] += shard_begins[i];
    auto next = shard_begins;
    by_shard.resize(candidates.size());
    for (std::uint32_t i = 0; i < candidates.size(); ++i)
      by_shard[next[candidates[i].key.high % kShards]++] = i;
  }
};

// ---- the search

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

template <class E>
class Explorer {
 public:
  Explorer(E engine, const Configuration& configuration, const ExplorePlan& plan,
           const ExploreWatch& watch)
      : configuration_(configuration),
        plan_(plan),
        watch_(watch),
        engine_(std::move(engine)),
        shared_{.engine = engine_,
                .plan = plan,
                .alphabet = Alphabet(plan.search, alphabet_options()),
                .distinctions = distinctions(),
                .judge = {.watched = configuration.judge.watched,
                          .compare_tombstones = configuration.judge.compare_tombstones,
                          .count_marks = false,
                          .may_be_wiped = may_be_wiped()},
                .levels = {},
                .last = {},
                .bounds = {.guards = Bounds::free_bits(plan.search.bounds),
                           .exact = !plan.reductions.bounds},
                .visited = {},
                .settled = {},
                .open = plan.watched & configuration.judge.watched} {
    for (unsigned i = 0; i < std::max(1u, plan.jobs); ++i)
      workers_.push_back(std::make_unique<Worker<E>>(shared_));
  }

  Exploration run() {
    add_root();
    while (true) {
      const auto level = static_cast<std::uint32_t>(shared_.levels.size() - 1);
      const bool is_last = plan_.steps && level == *plan_.steps;
      if (!expand_level(!is_last)) break;
      result_.depth = level;
      note_sightings();
      // What full syncs heal and destroy is counted over all states.
      if (shared_.open == 0 && plan_.ending == Ending::settle) {
        result_.end = ExploreEnd::all_broken;
        break;
      }
      if (is_last) {
        result_.end = ExploreEnd::step_bound;
        break;
      }
      add_level();
      if (shared_.levels.back().empty()) {
        result_.end = ExploreEnd::exhausted;
        break;
      }
    }
    sum_up();
    return std::move(result_);
  }

 private:
  bool may_be_wiped() const {
    return plan_.search.bounds.any(Bounded::reinstalls) ||
           plan_.search.bounds.any(Bounded::restores);
  }
  Alphabet::Options alphabet_options() const {
    return {
        .clients_alike = plan_.reductions.clients && !ids_are_compared(),
        .stamps_matter = engine_.compares_stamps(),
        .sync_stores_time = engine_.stores_time_of_sync(),
        .lost_downloads_matter = engine_.lost_downloads_matter(),
        .guids_matter = plan_.search.scope.shared_keys && engine_.compares_guids_of_shared_keys(),
        .may_be_wiped = may_be_wiped()};
  }
  // Only stamps that are equal make a strategy ask which version has the greater id.
  bool ids_are_compared() const {
    return engine_.compares_writers() && plan_.search.bounds.any(Bounded::clock);
  }
  Distinctions distinctions() const {
    // A planted defect may compare what the engine never does.
    const bool is_sound = configuration_.protocol.mutant == Mutant::none;
    return {.watched = plan_.watched,
            .rename = plan_.reductions.names && is_sound,
            .ids_are_compared = ids_are_compared(),
            .objects_alike = plan_.reductions.objects,
            .may_be_wiped = may_be_wiped(),
            .shared_keys = plan_.search.scope.shared_keys && plan_.search.scope.objects > 1};
  }

  void add_root() {
    const Form form = workers_.front()->root_form();
    const StateKey key = key_of(form);
    const Bounds& most = plan_.search.bounds;
    shared_.visited[key.high % kShards].insert(key, most.packed(most), shared_.bounds);
    shared_.levels.push_back({Node{0, 0}});
    shared_.last.assign(1, {form.canonical, 0});
    note_level(mix(key.high));
  }

  void note_level(std::uint64_t digest) {
    const std::uint64_t states = shared_.levels.back().size();
    if (states == 0) return;
    result_.levels.push_back(states);
    result_.states += states;
    result_.digest += digest;
  }

  // Runs `work` on each thread. What one throws is thrown when all have ended.
  template <class Work>
  void on_threads(const Work& work) {
    std::vector<std::exception_ptr> thrown(workers_.size());
    const auto run = [&](std::size_t i) {
      try {
        work(*workers_[i]);
      } catch (...) {
        thrown[i] = std::current_exception();
      }
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < workers_.size(); ++i) threads.emplace_back(run, i);
    run(0);
    for (std::thread& thread : threads) thread.join();
    for (const std::exception_ptr& each : thrown)
      if (each) std::rethrow_exception(each);
  }

  // Returns whether the level was expanded to its end.
  bool expand_level(bool steps_too) {
    const std::size_t states = shared_.levels.back().size();
    chunks_.clear();
    chunks_.resize((states + kStatesPerChunk - 1) / kStatesPerChunk);
    std::atomic<std::size_t> next{0};
    std::atomic<bool> go_on{true};
    expanded_ = chunk_bytes_ = 0;
    on_threads([&](Worker<E>& worker) {
      for (std::size_t i = next++; i < chunks_.size() && go_on; i = next++) {
        const std::size_t begin = i * kStatesPerChunk;
        const std::size_t end = std::min(begin + kStatesPerChunk, states);
        for (std::size_t index = begin; index < end; ++index)
          worker.expand(static_cast<std::uint32_t>(index), steps_too, chunks_[i]);
        chunks_[i].candidates.shrink_to_fit();
        chunks_[i].sort_by_shard();
        if (!may_go_on(end - begin, chunks_[i].bytes())) go_on = false;
      }
    });
    for (const Chunk& chunk : chunks_)
      for (std::size_t i = 0; i < kInvariants; ++i) keep_first(sightings_[i], chunk.sightings[i]);
    return go_on;
  }

  bool may_go_on(std::size_t states, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    expanded_ += states;
    chunk_bytes_ += bytes;
    const std::uint64_t used = bytes_in_use();
    result_.bytes = std::max(result_.bytes, used);
    if (used > plan_.memory) {
      result_.end = ExploreEnd::memory_bound;
      return false;
    }
    if (watch_ == nullptr) return true;
    const ExploreProgress progress{.depth = static_cast<std::uint32_t>(shared_.levels.size() - 1),
                                   .expanded = expanded_,
                                   .level = shared_.levels.back().size(),
                                   .states = result_.states,
                                   .bytes = used,
                                   .found = found_};
    if (watch_(progress)) return true;
    if (result_.end != ExploreEnd::memory_bound) result_.end = ExploreEnd::stopped;
    return false;
  }

  std::uint64_t bytes_in_use() const {
    std::uint64_t bytes = visited_bytes_ + chunk_bytes_ + shared_.settled.bytes();
    bytes += shared_.last.capacity() * sizeof(Fresh) + result_.states * sizeof(Node);
    return bytes;
  }

  // An invariant is done with when no longer path can break it in fewer steps.
  void note_sightings() {
    found_ = 0;
    for (std::size_t i = 0; i < kInvariants; ++i) {
      found_ += sightings_[i].steps != Sighting::kNowhere;
      if (is_shortest(sightings_[i])) shared_.open &= ~(1u << i);
    }
  }

  // Whether all that is as short was seen: paths as long as the depth with what they end with, and
  // the steps from them.
  bool is_shortest(const Sighting& sighting) const {
    const std::uint32_t full_syncs =
        plan_.ending == Ending::full_sync ? plan_.search.scope.clients : 0;
    return sighting.steps <= result_.depth + 1 + full_syncs;
  }

  // The candidates that are new become the next level, in the order in which they were reached.
  void add_level() {
    std::atomic<std::size_t> next{0};
    on_threads([&](Worker<E>&) {
      KeyTable<CandidatePlace> fresh;
      for (std::size_t shard = next++; shard < kShards; shard = next++) choose_new(shard, fresh);
    });
    std::size_t states = 0;
    for (const Chunk& chunk : chunks_)
      states += static_cast<std::size_t>(
          std::count_if(chunk.candidates.begin(), chunk.candidates.end(),
                        [](const Candidate& each) { return each.is_new; }));
    std::vector<Node> nodes;
    nodes.reserve(states);
    shared_.last = {};
    shared_.last.reserve(states);
    std::uint64_t digest = 0;
    for (Chunk& chunk : chunks_) {
      for (const Candidate& each : chunk.candidates) {
        if (!each.is_new) continue;
        nodes.push_back(each.node);
        shared_.last.push_back({each.canonical, each.asleep});
        digest += mix(each.key.high);
      }
      chunk = {};
    }
    shared_.levels.push_back(std::move(nodes));
    note_level(digest);
    visited_bytes_ = 0;
    for (const auto& shard : shared_.visited) visited_bytes_ += shard.bytes();
  }

  struct CandidatePlace {
    std::uint32_t chunk = 0;
    std::uint32_t place = 0;
  };

  // Of candidates that are one state the first is kept; asleep stays what is asleep for all.
  void choose_new(std::size_t shard, KeyTable<CandidatePlace>& fresh) {
    fresh.clear();
    const auto state_of = [](const Candidate& candidate) {
      return StateKey{candidate.key.high ^ mix(candidate.left), candidate.key.low};
    };
    for (std::uint32_t i = 0; i < chunks_.size(); ++i) {
      Chunk& chunk = chunks_[i];
      for (std::uint32_t at = chunk.shard_begins[shard]; at < chunk.shard_begins[shard + 1]; ++at) {
        const std::uint32_t place = chunk.by_shard[at];
        Candidate& candidate = chunk.candidates[place];
        if (shared_.visited[shard].insert(candidate.key, candidate.left, shared_.bounds)) {
          candidate.is_new = true;
          fresh.insert(state_of(candidate), {i, place});
        } else if (const CandidatePlace* first = fresh.find(state_of(candidate))) {
          chunks_[first->chunk].candidates[first->place].asleep &= candidate.asleep;
        }
      }
    }
  }

  void sum_up() {
    for (const auto& worker : workers_) {
      result_.steps += worker->executed();
      result_.asleep += worker->slept();
      result_.settle.executed += worker->settle_counts().executed;
      result_.settle.wanted += worker->settle_counts().wanted;
      result_.healing.diverging += worker->healing().diverging;
      result_.healing.healed += worker->healing().healed;
      result_.healing.keeping += worker->healing().keeping;
      result_.healing.destroyed += worker->healing().destroyed;
    }
    result_.settle_states = shared_.settled.size();
    result_.bytes = std::max(result_.bytes, bytes_in_use());
    // First all endings: they ask the engine of the search, which runs of other traces disturb.
    std::array<std::vector<Step>, kInvariants> endings;
    if (plan_.ending == Ending::full_sync)
      for (std::size_t i = 0; i < kInvariants; ++i)
        if (sightings_[i].steps != Sighting::kNowhere)
          endings[i] = workers_.front()->steps_of_ending(sightings_[i].level, sightings_[i].index);
    for (const NamedInvariant& named : invariants()) {
      const auto place = static_cast<std::size_t>(named.invariant);
      const Sighting& sighting = sightings_[place];
      if (sighting.steps != Sighting::kNowhere)
        add_counterexample(named.invariant, sighting, endings[place]);
    }
  }

  Scenario path_to(const Sighting& sighting) const {
    Scenario scenario = shared_.alphabet.empty_scenario();
    const auto add = [&](StepCode code) {
      scenario.steps.push_back(decode(code, plan_.search.clock_jump));
    };
    if (sighting.step) add(*sighting.step);
    std::uint32_t index = sighting.index;
    for (std::uint32_t level = sighting.level; level > 0; --level) {
      const Node& node = shared_.levels[level][index];
      add(node.step);
      index = node.parent;
    }
    std::reverse(scenario.steps.begin(), scenario.steps.end());
    return scenario;
  }

  // What the search claims is run as any trace is.
  void add_counterexample(Invariant invariant, const Sighting& sighting,
                          const std::vector<Step>& ending) {
    Counterexample example;
    example.invariant = invariant;
    example.steps = sighting.steps;
    example.is_shortest = is_shortest(sighting);
    example.found = path_to(sighting);
    Runner runner(configuration_);
    if (plan_.ending == Ending::full_sync)
      end_with_full_syncs(example, ending, runner);
    else
      order_objects(example.found);
    if (!runner.run(example.found).verdict.broken(invariant))
      return note_fault("the search broke it, a run of the same steps does not", example);
    example.shrunk = {.scenario = renamed(example.found)};
    if (plan_.ending == Ending::settle) simplify(example, runner);
    example.fingerprint = fingerprint(name_of(invariant), example.shrunk.scenario);
    example.trace = make_trace(configuration_, example.shrunk.scenario);
    example.trace.expectations = {{std::string(name_of(invariant)), false}};
    result_.counterexamples.push_back(std::move(example));
  }

  void end_with_full_syncs(Counterexample& example, const std::vector<Step>& ending,
                           Runner& runner) {
    const bool before = runner.run(example.found).verdict.broken(example.invariant);
    if (before != (example.invariant == Invariant::convergence))
      note_fault("without full syncs a run of the same steps is judged otherwise", example);
    for (const Step& step : ending) example.found.steps.push_back(step);
    order_objects(example.found);
  }

  // Of traces of one length the simplest, so that one bug has one fingerprint.
  void simplify(Counterexample& example, Runner& runner) {
    ShrinkBudget budget;
    budget.may_use = features(plan_.search.scope);
    example.shrunk = shrink(
        example.found,
        [&](const Scenario& candidate) {
          return is_within(candidate, plan_.search) &&
                 runner.run(candidate).verdict.broken(example.invariant);
        },
        budget);
    if (example.is_shortest && example.shrunk.scenario.steps.size() < example.found.steps.size())
      note_fault("the shrinker found a shorter trace than the search", example);
  }

  void note_fault(std::string_view what, const Counterexample& example) {
    std::string path;
    for (const Step& step : example.found.steps)
      path.append(path.empty() ? "" : " · ").append(print_step(example.found, step));
    result_.faults.push_back(fmt::format("{}: {}: {}", name_of(example.invariant), what, path));
  }

  const Configuration& configuration_;
  const ExplorePlan& plan_;
  const ExploreWatch& watch_;
  E engine_;
  Shared<E> shared_;
  std::vector<std::unique_ptr<Worker<E>>> workers_;
  std::vector<Chunk> chunks_;
  Sightings sightings_;
  Exploration result_;
  std::mutex mutex_;
  std::uint64_t expanded_ = 0;
  std::uint64_t chunk_bytes_ = 0;
  std::uint64_t visited_bytes_ = 0;
  std::size_t found_ = 0;
};

}  // namespace search
}  // namespace tidemark::core
