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
#include "properties/search/worker.h"
#include "sim/shape.h"
#include "sim/state_table.h"
#include "sim/world.h"

namespace tidemark::core {

// The same of an engine that no protocol names. Requires: it snapshots.
Exploration explore_foreign(const Configuration& configuration, const ExplorePlan& plan,
                            const ExploreWatch& watch);

namespace search {

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
