#include "properties/campaign/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <utility>

#include "properties/campaign/episodes.h"
#include "sim/generator.h"
#include "sim/shape.h"

namespace tidemark::core {
namespace {

// So many blocks may be done or under way behind one that is not.
constexpr std::uint64_t kMostAhead = 64;
// Where shrinking is spread, the first blocks of a portion shrink an episode of whatever broke in
// them.
constexpr std::uint64_t kEagerBlocks = 16;

// Of what is broken often, few are shrunk: so all that is rare can be, and what hides behind a
// common bug is found in time. `ordinal`: the place of a block among those of its portion.
bool is_shrunk(std::uint64_t ordinal, std::uint64_t broken) {
  return ordinal < kEagerBlocks || ordinal % broken == 0;
}

// A block of a run, and what came of it.
struct BlockRun {
  std::uint64_t place = 0;  // among those of the shard
  Stretch stretch = {};
  PortionResult counts = {};
  std::vector<Finding> findings = {};
  std::vector<FirstReached> firsts = {};
  TimedEpisode slowest = {};
  bool is_whole = true;
};

// An episode that is to be shrunk for one invariant.
struct Choice {
  BrokenEpisode episode;
  Invariant invariant;
};

class Run {
 public:
  Run(const RunPlan& plan, ShardResult so_far, RunWatch& watch)
      : plan_(plan),
        watch_(watch),
        schedule_(schedule_of(plan.portions)),
        blocks_(blocks()),
        state_(std::move(so_far)),
        next_(state_.blocks),
        chosen_(state_.blocks) {
    conduct_.go_on = [this] { return watch_.go_on(conduct_.progress()); };
    count_progress();
    for (const Portion& each : plan_.portions)
      crews_.emplace_back(new Crew{each.configuration, each.plan, conduct_});
    for (std::size_t i = 0; i < crews_.size(); ++i) {
      crews_[i]->given_up = state_.result.portions[i].given_up;
      try_canary(i);
    }
  }

  ShardResult run(std::vector<TimedEpisode>& slow) {
    // Asked before any thread begins, so that a run of no time runs nothing.
    conduct_.ended = conduct_.ended || !conduct_.go_on();
    std::vector<std::future<void>> others;
    for (std::uint32_t thread = 1; thread < jobs(); ++thread)
      others.push_back(std::async(std::launch::async, [this] { work(false); }));
    work(true);
    for (std::future<void>& other : others) other.get();
    slow = std::move(slow_);
    return std::move(state_);
  }

 private:
  bool is_in_order() const { return plan_.shrinks == Shrinks::first; }
  bool is_shared(std::size_t portion) const {
    return is_ours(plan_.portions[portion].configuration);
  }
  // A thread that sets a block aside must not be waited for by that block's caller.
  std::uint32_t jobs() const {
    bool all_shared = true;
    for (std::size_t i = 0; i < crews_.size(); ++i) all_shared &= is_shared(i);
    return is_in_order() && !all_shared ? 1 : std::max(plan_.jobs, 1u);
  }

  std::optional<std::uint64_t> blocks() const {
    if (!plan_.episodes || !plan_.of_each) return blocks_of(plan_.episodes, plan_.shard);
    const std::uint64_t each = (*plan_.episodes + kEpisodesPerBlock - 1) / kEpisodesPerBlock;
    return each * plan_.portions.size();
  }

  void count_progress() {
    conduct_.findings = state_.result.findings.size();
    for (const PortionResult& each : state_.result.portions) {
      conduct_.episodes += each.episodes;
      conduct_.broken_episodes += each.broken_episodes;
      conduct_.repeated += each.repeated;
      conduct_.nondeterministic += each.nondeterministic.count;
    }
  }

  // Every shard does the same, so that it is known of each that its alarm works.
  void try_canary(std::size_t portion) {
    PortionResult& result = state_.result.portions[portion];
    Worker worker(*crews_[portion], true);
    for (std::uint64_t i = 0; result.canary_tries == 0 && i < kMostCanaries; ++i)
      if (worker.catches_canary(i)) result.canary_tries = i + 1;
  }

  // One thread: blocks until there are none. Only the caller's asks the watch, and runs what is the
  // user's own.
  void work(bool is_caller) {
    try {
      run_blocks(is_caller);
    } catch (...) {
      conduct_.ended = true;
      wake_all();
      throw;
    }
    wake_all();
  }
  // A thread that waits for another one's block must hear that none will come. The lock: it may
  // just have looked, and not wait yet.
  void wake_all() {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }
  void run_blocks(bool is_caller) {
    std::vector<std::unique_ptr<Worker>> workers(plan_.portions.size());
    while (std::optional<BlockRun> taken = take(is_caller)) {
      std::unique_ptr<Worker>& worker = workers[taken->stretch.portion];
      if (!worker) worker = std::make_unique<Worker>(*crews_[taken->stretch.portion], is_caller);
      run_block(*worker, *taken);
      finish(std::move(*taken));
      if (is_caller) keep();
    }
  }

  std::optional<BlockRun> take(bool is_caller) {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (is_caller && !conduct_.ended && !conduct_.go_on()) conduct_.ended = true;
      if (conduct_.ended || is_given_up()) return std::nullopt;
      if (is_caller && !set_aside_.empty()) {
        BlockRun block = std::move(set_aside_.front());
        set_aside_.pop_front();
        return block;
      }
      if (is_done()) {
        if (!is_caller || next_ == state_.blocks) return std::nullopt;
      } else if (next_ < state_.blocks + kMostAhead) {
        BlockRun block = block_at(next_++);
        if (is_caller || is_shared(block.stretch.portion)) return block;
        set_aside_.push_back(std::move(block));
        continue;
      }
      changed_.wait(lock);
    }
  }
  bool is_done() const { return blocks_ && next_ >= *blocks_; }
  // Of a run in one piece; the blocks of others are run, and are empty.
  bool is_given_up() const {
    return is_in_order() && std::all_of(crews_.begin(), crews_.end(),
                                        [](const auto& crew) { return crew->given_up; });
  }

  BlockRun block_at(std::uint64_t place) const {
    const std::uint64_t number =
        (plan_.shard.index + place * plan_.shard.count) * kEpisodesPerBlock;
    const Schedule::Place at = schedule_.place_of(number);
    const std::uint64_t first = plan_.of_each ? at.index : number;
    std::uint64_t count = kEpisodesPerBlock;
    if (plan_.episodes) count = std::min(count, *plan_.episodes - std::min(*plan_.episodes, first));
    return {.place = place, .stretch = {at.portion, at.index, count, number}};
  }

  // In pieces, where one thread runs in order: what is to be shrunk is shrunk at once.
  void run_block(Worker& worker, BlockRun& run) {
    Crew& crew = *crews_[run.stretch.portion];
    const bool pauses = is_in_order() && jobs() == 1;
    Stretch piece = run.stretch;
    do {
      if (crew.given_up) break;
      Block block = worker.run(piece, pauses);
      shrink(worker, run, block);
      run.is_whole = block.is_whole;
      piece.number = piece.number_of(block.end);
      piece.count = piece.end() - block.end;
      piece.first = block.end;
    } while (run.is_whole && piece.count > 0);
    if (!is_in_order()) crew.fault_count = 0;
  }

  void shrink(Worker& worker, BlockRun& run, Block& block) {
    for (const Choice& each : choose(run, block)) {
      PortionResult& counts = block.counts;
      if (conduct_.ended && is_in_order() && is_found(run, each.invariant)) continue;
      if (told_of(counts.nondeterministic, run.stretch.number_of(each.episode.index))) continue;
      std::optional<Sighting> seen =
          worker.shrink(run.stretch, each.episode, each.invariant, counts);
      if (!seen) continue;
      ++counts.shrunk[static_cast<std::size_t>(each.invariant)];
      seen->sentence = watch_.sentence_of(plan_.portions[run.stretch.portion], seen->trace.scenario,
                                          each.invariant);
      run.findings.push_back(seen_once(name_of(run, each.invariant), std::move(*seen)));
    }
    run.counts += block.counts;
    run.firsts.insert(run.firsts.end(), block.firsts.begin(), block.firsts.end());
    if (block.slowest.nanoseconds >= run.slowest.nanoseconds) run.slowest = block.slowest;
  }
  static bool told_of(const ToldEpisodes& told, std::uint64_t episode) {
    return std::binary_search(told.first.begin(), told.first.end(), episode);
  }
  const std::string& name_of(const BlockRun& run, Invariant invariant) const {
    return crews_[run.stretch.portion]->invariants[static_cast<std::size_t>(invariant)];
  }
  // What a run that was ended has shrunk halfway is worth telling only if there is nothing better.
  bool is_found(const BlockRun& run, Invariant invariant) {
    const std::lock_guard lock(mutex_);
    const auto is_it = [&](const Finding& each) {
      return each.invariant == name_of(run, invariant);
    };
    return std::any_of(run.findings.begin(), run.findings.end(), is_it) ||
           std::any_of(state_.result.findings.begin(), state_.result.findings.end(),
                       [&](const auto& each) { return is_it(each.second); });
  }

  std::vector<Choice> choose(const BlockRun& run, const Block& block) {
    return is_in_order() ? choose_first(run, block) : choose_some(run, block);
  }

  // When all blocks before this one have chosen.
  std::vector<Choice> choose_first(const BlockRun& run, const Block& block) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return conduct_.ended || chosen_ == run.place; });
    std::vector<Choice> choices;
    Crew& crew = *crews_[run.stretch.portion];
    for (const BrokenEpisode& episode : block.broken)
      for (std::size_t i = 0; i < crew.invariants.size(); ++i)
        if ((episode.broken >> i & 1) && crew.chosen[i] < crew.plan.shrink_most) {
          ++crew.chosen[i];
          choices.push_back({episode, static_cast<Invariant>(i)});
        }
    if (block.end == run.stretch.end()) chosen_ = run.place + 1;
    changed_.notify_all();
    return choices;
  }

  // What was given is all shrunk: each of it was kept for something of its own.
  std::vector<Choice> choose_some(const BlockRun& run, const Block& block) const {
    const std::uint64_t ordinal = run.stretch.first / kEpisodesPerBlock;
    const std::size_t given = plan_.portions[run.stretch.portion].plan.given.size();
    std::vector<Choice> choices;
    InvariantSet begun = 0;
    for (const BrokenEpisode& episode : block.broken)
      for (std::size_t i = 0; i < kMostInvariants; ++i) {
        const auto invariant = static_cast<Invariant>(i);
        if (!(episode.broken & invariant_bit(invariant))) continue;
        const bool is_first = !(begun & invariant_bit(invariant));
        begun |= invariant_bit(invariant);
        if (episode.index < given || (is_first && is_shrunk(ordinal, block.counts.broken[i])))
          choices.push_back({episode, invariant});
      }
    return choices;
  }

  // Adds up what has come to its end, in the order of the blocks. Behind one that the end of the
  // run cut off there would be a gap.
  void finish(BlockRun run) {
    const std::lock_guard lock(mutex_);
    if (!is_in_order() && conduct_.ended) return;
    if (run.counts.episodes > 0) slow_.push_back(run.slowest);
    keep_slowest(slow_);
    done_.emplace(run.place, std::move(run));
    while (!is_cut_off_ && !done_.empty() && done_.begin()->first == state_.blocks) {
      const BlockRun& block = done_.begin()->second;
      add(block);
      is_cut_off_ = is_in_order() && !block.is_whole;
      if (!is_cut_off_) ++state_.blocks;
      done_.erase(done_.begin());
    }
    conduct_.findings = state_.result.findings.size();
    changed_.notify_all();
  }

  void keep() {
    const std::lock_guard lock(mutex_);
    watch_.keep(state_);
  }

  void add(const BlockRun& run) {
    state_.result.portions[run.stretch.portion] += run.counts;
    for (const Finding& each : run.findings) state_.result.add(each);
    const std::size_t given = plan_.portions[run.stretch.portion].plan.given.size();
    for (const FirstReached& first : run.firsts) {
      const FirstEpisode episode =
          first.index < given ? kGiven : run.stretch.number_of(first.index) + 1;
      keep_least(state_.result.firsts, first.landmark, episode);
    }
  }

  const RunPlan& plan_;
  RunWatch& watch_;
  Schedule schedule_;
  std::optional<std::uint64_t> blocks_;
  Conduct conduct_;
  std::vector<std::unique_ptr<Crew>> crews_;

  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  ShardResult state_;
  std::uint64_t next_;                      // block that nobody took
  std::uint64_t chosen_;                    // all before this one have chosen what they shrink
  std::deque<BlockRun> set_aside_;          // for the caller's thread
  std::map<std::uint64_t, BlockRun> done_;  // behind one that is not
  std::vector<TimedEpisode> slow_;
  bool is_cut_off_ = false;
};

}  // namespace

Schedule schedule_of(const std::vector<Portion>& portions) {
  std::vector<std::uint32_t> weights;
  for (const Portion& each : portions) weights.push_back(each.weight);
  return Schedule(weights);
}

ShardResult nothing_yet(const RunPlan& plan) {
  ShardResult nothing;
  nothing.shard = plan.shard;
  nothing.result.portions.resize(plan.portions.size());
  return nothing;
}

ShardResult run(const RunPlan& plan, ShardResult so_far, RunWatch& watch,
                std::vector<TimedEpisode>& slow) {
  return Run(plan, std::move(so_far), watch).run(slow);
}

RunResult run(const RunPlan& plan, RunWatch& watch) {
  std::vector<TimedEpisode> slow;
  return run(plan, nothing_yet(plan), watch, slow).result;
}

Scenario scenario_of(const RunPlan& plan, const Schedule::Place& place) {
  const FuzzPlan& of = plan.portions[place.portion].plan;
  if (place.index < of.given.size()) return of.given[place.index];
  return Generator(of.scope).generate(seed_of(of.seed, place.index));
}

}  // namespace tidemark::core
