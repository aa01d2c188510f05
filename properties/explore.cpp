#include "properties/explore.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>

#include "model/appsync.h"
#include "properties/settling.h"

namespace tidemark {
namespace {

constexpr std::size_t kShards = 64;
constexpr std::size_t kStatesPerChunk = 256;
constexpr std::uint8_t kSleepClasses = 8;  // footprints of which steps may sleep

using Sleep = std::uint64_t;  // for each replica, one bit a sleep class

// ---- paths

// A step in 32 bits.
using StepCode = std::uint32_t;

StepCode encode(const Step& step) {
  return static_cast<StepCode>(step.kind) | std::uint32_t{step.replica.number} << 5 |
         static_cast<std::uint32_t>(step.lose) << 10 | step.object << 13 | step.pk << 19 |
         std::uint32_t{step.seconds < 0} << 31;
}

Step decode(StepCode code, Timestamp clock_jump) {
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

// A state as the search stands in it.
struct Position {
  explicit Position(const AppSync& engine, JudgeOptions options) : world(engine), judge(options) {}

  void become(const Position& other) {
    world.become(other.world);
    judge.become(other.judge);
    left = other.left;
    naming = other.naming;
  }

  World<AppSync> world;
  Judge judge;
  Bounds left;
  Naming naming;
};

// A state that was reached from a level, not yet known to be new.
struct Candidate {
  StateKey key;
  Sleep asleep;
  Node node;
  bool is_new;
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
void keep_first(Sighting& first, const Sighting& other) {
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
struct Shared {
  const AppSync& engine;
  const ExplorePlan& plan;
  Alphabet alphabet;
  Distinctions distinctions;
  JudgeOptions judge;
  Levels levels;
  std::vector<Sleep> asleep;  // of the last level
  std::array<KeyTable<>, kShards> visited;
  SettleMemory settled;
  InvariantSet open = 0;  // watched, and not yet broken
};

// The observer of a search: the judge, and whether the message that a step would lose was sent.
struct SearchObserver {
  Judge& judge;
  bool lost = false;
  void on(const Event& event, const World<AppSync>& world) {
    lost = lost || event.kind == EventKind::message_lost;
    judge.on(event, world);
  }
};

// Expands states. One a thread.
class Worker {
 public:
  explicit Worker(Shared& shared)
      : shared_(shared),
        scenario_(shared.alphabet.empty_scenario()),
        canonical_(shared.engine, shared.distinctions),
        settling_(shared.engine, shared.distinctions, shared.settled),
        next_(shared.engine, shared.judge) {
    path_.push_back(std::make_unique<Position>(shared.engine, shared.judge));
    Position& root = *path_.front();
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
    const Position& here = stand_at(level, index);
    const InvariantSet broken = settling_.broken_from(here.world, here.judge);
    sight(broken, {.steps = level, .level = level, .index = index, .step = {}}, chunk);
    if (!steps_too) return;
    const StateKey base = base_key(here);
    const Sleep asleep = shared_.asleep[index];
    shared_.alphabet.steps(here.world, here.naming, here.left, steps_);
    for (const Step& step : steps_) {
      const std::uint8_t footprint = shared_.alphabet.footprint(here.world, here.naming, step);
      if (is_asleep(step, footprint, asleep)) {
        ++slept_;
        continue;
      }
      take_step(here, base, step, index, level, sleep_after(step, footprint, asleep), chunk);
    }
  }

  StateKey root_key() { return key(*path_.front(), base_key(*path_.front())); }
  const SettleCounts& settle_counts() const { return settling_.counts(); }
  std::uint64_t executed() const { return executed_; }
  std::uint64_t slept() const { return slept_; }

 private:
  // Stands in a state: goes on from the nearest one of its path in which this worker still stands.
  Position& stand_at(std::uint32_t level, std::uint32_t index) {
    if (level < places_.size() && places_[level] == index) return *path_[level];
    const Node& node = shared_.levels[level][index];
    const Position& parent = stand_at(level - 1, node.parent);
    if (path_.size() == level)
      path_.push_back(std::make_unique<Position>(shared_.engine, shared_.judge));
    places_.resize(level);
    places_.push_back(index);
    Position& here = *path_[level];
    here.become(parent);
    step_on(here, decode(node.step, shared_.plan.search.clock_jump), level - 1);
    return here;
  }

  // Executes a step as the one at `place` of the path. Returns whether a message was lost.
  bool step_on(Position& position, const Step& step, std::uint32_t place) {
    if (scenario_.steps.size() <= place) scenario_.steps.resize(place + 1);
    scenario_.steps[place] = step;
    SearchObserver observer{position.judge};
    position.world.apply(place, observer);
    position.left.take(step);
    Alphabet::take(step, position.naming);
    return observer.lost;
  }

  void take_step(const Position& here, const StateKey& base, const Step& step, std::uint32_t index,
                 std::uint32_t level, Sleep asleep, Chunk& chunk) {
    next_.become(here);
    const bool lost = step_on(next_, step, level);
    ++executed_;
    // A cycle that never sends the message that is to be lost is whole, and was taken as such.
    if (step.lose != MessageKind::none && !lost) return;
    const StepCode code = encode(step);
    sight(next_.judge.verdict().bits(),
          {.steps = level + 1, .level = level, .index = index, .step = code}, chunk);
    // What changes nothing but leaves less is no way on.
    const StateKey next_base = base_key(next_);
    if (next_base == base) return;
    const StateKey next_key = key(next_, next_base);
    if (shared_.visited[next_key.high % kShards].contains(next_key)) return;
    chunk.candidates.push_back({next_key, asleep, {index, code}, false});
  }

  // Without what is left of the bounds.
  StateKey base_key(const Position& position) {
    const Bounds& left = position.left;
    const auto jump = static_cast<std::uint64_t>(shared_.plan.search.clock_jump);
    const Future future{
        .clocks_stand = !left.any(Bounded::clock),
        .stamp_reach = std::uint64_t{kSecondsPerChange} * left.left(Bounded::edits) +
                       jump * left.left(Bounded::clock) + 1};
    KeySum sum;
    sum.add(canonical_.of(position.world, position.judge, future));
    sum.add(position.naming.objects | std::uint64_t{position.naming.keys} << 8);
    return sum.total();
  }
  static StateKey key(const Position& position, const StateKey& base) {
    KeySum sum;
    sum.add(base);
    sum.add(position.left.packed());
    return sum.total();
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
    Sleep after = 0;
    for (std::uint8_t replica = 0; replica <= shared_.plan.search.scope.clients; ++replica)
      for (std::uint8_t other = 0; other < kSleepClasses; ++other) {
        if (replica == step.replica.number || interfere(other, footprint)) continue;
        if (replica < step.replica.number || (asleep & bit(replica, other)))
          after |= bit(replica, other);
      }
    return after;
  }

  Shared& shared_;
  Scenario scenario_;  // the path on which this worker stands
  Canonical<AppSync> canonical_;
  Settling settling_;
  std::vector<std::unique_ptr<Position>> path_;  // by level
  std::vector<std::uint32_t> places_;            // in their levels
  Position next_;
  std::vector<Step> steps_;
  std::uint64_t executed_ = 0;
  std::uint64_t slept_ = 0;
};

class Explorer {
 public:
  Explorer(const Configuration& configuration, const ExplorePlan& plan, const ExploreWatch& watch)
      : configuration_(configuration),
        plan_(plan),
        watch_(watch),
        engine_(configuration.protocol, configuration.strategy),
        shared_{.engine = engine_,
                .plan = plan,
                .alphabet = Alphabet(plan.search, alphabet_options()),
                .distinctions = distinctions(),
                .judge = {.compare_tombstones = configuration.judge.compare_tombstones,
                          .count_marks = false,
                          .may_be_wiped = may_be_wiped()},
                .levels = {},
                .asleep = {},
                .visited = {},
                .settled = {},
                .open = plan.watched} {
    for (unsigned i = 0; i < std::max(1u, plan.jobs); ++i)
      workers_.push_back(std::make_unique<Worker>(shared_));
  }

  Exploration run() {
    add_root();
    while (true) {
      const auto level = static_cast<std::uint32_t>(shared_.levels.size() - 1);
      const bool is_last = plan_.steps && level == *plan_.steps;
      if (!expand_level(!is_last)) break;
      result_.depth = level;
      note_sightings();
      if (shared_.open == 0) {
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
        .clients_alike = plan_.reductions.clients,
        .stamps_matter = engine_.compares_stamps(),
        .sync_stores_time = engine_.stores_time_of_sync(),
        .guids_matter = plan_.search.scope.shared_keys && AppSync::compares_guids_of_shared_keys(),
        .may_be_wiped = may_be_wiped()};
  }
  Distinctions distinctions() const {
    return {.watched = plan_.watched,
            .rename = plan_.reductions.names,
            .objects_alike = plan_.reductions.objects,
            .may_be_wiped = may_be_wiped(),
            .shared_keys = plan_.search.scope.shared_keys && plan_.search.scope.objects > 1};
  }

  void add_root() {
    const StateKey key = workers_.front()->root_key();
    shared_.visited[key.high % kShards].insert(key);
    shared_.levels.push_back({Node{0, 0}});
    shared_.asleep.assign(1, 0);
    note_level(mix(key.high));
  }

  void note_level(std::uint64_t digest) {
    const std::uint64_t states = shared_.levels.back().size();
    if (states == 0) return;
    result_.levels.push_back(states);
    result_.states += states;
    result_.digest += digest;
  }

  // Runs `work` on each thread.
  template <class Work>
  void on_threads(const Work& work) {
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < workers_.size(); ++i)
      threads.emplace_back([&, i] { work(*workers_[i]); });
    work(*workers_.front());
    for (std::thread& thread : threads) thread.join();
  }

  // Returns whether the level was expanded to its end.
  bool expand_level(bool steps_too) {
    const std::size_t states = shared_.levels.back().size();
    chunks_.clear();
    chunks_.resize((states + kStatesPerChunk - 1) / kStatesPerChunk);
    std::atomic<std::size_t> next{0};
    std::atomic<bool> go_on{true};
    expanded_ = chunk_bytes_ = 0;
    on_threads([&](Worker& worker) {
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
    bytes += shared_.asleep.capacity() * sizeof(Sleep) + result_.states * sizeof(Node);
    return bytes;
  }

  void note_sightings() {
    found_ = 0;
    for (std::size_t i = 0; i < kInvariants; ++i) {
      const bool seen = sightings_[i].steps != Sighting::kNowhere;
      found_ += seen;
      // One that a step of this level broke may still be broken sooner by none: it is as long as
      // what settle breaks from the next level, and comes first.
      if (seen) shared_.open &= ~(1u << i);
    }
  }

  // The candidates that are new become the next level, in the order in which they were reached.
  void add_level() {
    std::atomic<std::size_t> next{0};
    on_threads([&](Worker&) {
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
    shared_.asleep = {};
    shared_.asleep.reserve(states);
    std::uint64_t digest = 0;
    for (Chunk& chunk : chunks_) {
      for (const Candidate& each : chunk.candidates) {
        if (!each.is_new) continue;
        nodes.push_back(each.node);
        shared_.asleep.push_back(each.asleep);
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
    for (std::uint32_t i = 0; i < chunks_.size(); ++i) {
      Chunk& chunk = chunks_[i];
      for (std::uint32_t at = chunk.shard_begins[shard]; at < chunk.shard_begins[shard + 1]; ++at) {
        const std::uint32_t place = chunk.by_shard[at];
        Candidate& candidate = chunk.candidates[place];
        if (shared_.visited[shard].insert(candidate.key)) {
          candidate.is_new = true;
          fresh.insert(candidate.key, {i, place});
        } else {
          const CandidatePlace* first = fresh.find(candidate.key);
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
    }
    result_.settle_states = shared_.settled.size();
    result_.bytes = std::max(result_.bytes, bytes_in_use());
    for (const NamedInvariant& named : invariants()) {
      const Sighting& sighting = sightings_[static_cast<std::size_t>(named.invariant)];
      if (sighting.steps != Sighting::kNowhere) add_counterexample(named.invariant, sighting);
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
    order_objects(scenario);
    return scenario;
  }

  // Whether the search went through this scenario.
  bool is_within_bounds(const Scenario& scenario) const {
    Bounds left = plan_.search.bounds;
    if (scenario.objects.size() > plan_.search.scope.objects) return false;
    return std::all_of(scenario.steps.begin(), scenario.steps.end(), [&](const Step& step) {
      const bool jumps_so = std::abs(step.seconds) == plan_.search.clock_jump;
      if (!left.allows(step) || (step.kind == StepKind::clock && !jumps_so)) return false;
      left.take(step);
      return true;
    });
  }

  // What the search claims is run as any trace is.
  void add_counterexample(Invariant invariant, const Sighting& sighting) {
    Counterexample example;
    example.invariant = invariant;
    example.steps = sighting.steps;
    example.is_shortest = sighting.steps <= result_.depth + 1;
    example.found = path_to(sighting);
    Runner runner(configuration_.protocol, configuration_.strategy, configuration_.judge);
    const auto fault = [&](std::string_view what) {
      std::string path;
      for (const Step& step : example.found.steps)
        path.append(path.empty() ? "" : " · ").append(print_step(example.found, step));
      result_.faults.push_back(fmt::format("{}: {}: {}", name_of(invariant), what, path));
    };
    if (!runner.run(example.found).verdict.broken(invariant))
      return fault("the search broke it, a run of the same steps does not");
    ShrinkBudget budget;
    budget.may_use = features(plan_.search.scope);
    example.shrunk = shrink(
        example.found,
        [&](const Scenario& candidate) {
          return is_within_bounds(candidate) && runner.run(candidate).verdict.broken(invariant);
        },
        budget);
    if (example.is_shortest && example.shrunk.scenario.steps.size() < example.found.steps.size())
      fault("the shrinker found a shorter trace than the search");
    example.fingerprint = fingerprint(invariant, example.shrunk.scenario);
    example.trace = make_trace(configuration_, example.shrunk.scenario);
    example.trace.expectations = {{std::string(name_of(invariant)), false}};
    result_.counterexamples.push_back(std::move(example));
  }

  const Configuration& configuration_;
  const ExplorePlan& plan_;
  const ExploreWatch& watch_;
  AppSync engine_;
  Shared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<Chunk> chunks_;
  Sightings sightings_;
  Exploration result_;
  std::mutex mutex_;
  std::uint64_t expanded_ = 0;
  std::uint64_t chunk_bytes_ = 0;
  std::uint64_t visited_bytes_ = 0;
  std::size_t found_ = 0;
};

}  // namespace

Exploration explore(const Configuration& configuration, const ExplorePlan& plan,
                    const ExploreWatch& watch) {
  return Explorer(configuration, plan, watch).run();
}

}  // namespace tidemark
