#include "properties/campaign/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <numeric>
#include <utility>

#include "properties/campaign/episodes.h"
#include "sim/generator.h"
#include "sim/shape.h"

namespace tidemark::core {
namespace {

// So many blocks may be done or under way behind one that is not.
constexpr std::uint64_t kMostAhead = 64;
// The first blocks of a portion shrink a failure of whatever broke in them.
constexpr std::uint64_t kEagerBlocks = 16;

// Of what is broken often, few are shrunk: so all that is rare can be, and what hides behind a
// common bug is found in time. `ordinal`: the place of a block among those of its portion.
bool is_shrunk(std::uint64_t ordinal, std::uint64_t broken) {
  return ordinal < kEagerBlocks || ordinal % broken == 0;
}

bool is_simpler(const ShrunkEpisode& a, const ShrunkEpisode& b) {
  if (is_simpler(a.trace.scenario, b.trace.scenario)) return true;
  return !is_simpler(b.trace.scenario, a.trace.scenario) && a.episode < b.episode;
}

template <class Numbers>
void add_each(Numbers& to, const Numbers& more) {
  if constexpr (requires { to.resize(more.size()); }) to.resize(std::max(to.size(), more.size()));
  for (std::size_t i = 0; i < more.size(); ++i) to[i] += more[i];
}

template <class Key>
void keep_least(std::map<Key, std::uint64_t>& map, Key key, std::uint64_t episode) {
  const auto [known, is_new] = map.emplace(key, episode);
  if (!is_new) known->second = std::min(known->second, episode);
}

void keep_first(std::vector<FaultyEpisode>& faults) {
  std::sort(faults.begin(), faults.end(),
            [](const FaultyEpisode& a, const FaultyEpisode& b) { return a.index < b.index; });
  if (faults.size() > kMostTold) faults.resize(kMostTold);
}

// A block of a campaign, and what came of it.
struct BlockRun {
  std::uint64_t place = 0;  // among those of the shard
  std::uint64_t first = 0;  // episode
  std::uint64_t count = 0;  // of episodes
  Schedule::Place at = {};
  Block block = {};
  std::vector<Shrinking> shrinkings = {};
  std::vector<std::string> sentences = {};  // of those
  std::vector<FaultyEpisode> faults = {};
  bool given_up = false;
};

class CampaignRun {
 public:
  CampaignRun(const CampaignPlan& plan, ShardResult so_far, CampaignWatch& watch)
      : plan_(plan),
        watch_(watch),
        schedule_(plan.portions),
        blocks_(blocks_of(plan.episodes, plan.shard)),
        state_(std::move(so_far)),
        next_(state_.blocks) {
    count_progress();
    for (std::size_t i = 0; i < plan_.portions.size(); ++i) add_crew(i);
    for (std::size_t i = 0; i < plan_.portions.size(); ++i) try_canary(i);
  }

  ShardResult run(std::vector<TimedEpisode>& slow) {
    std::vector<std::future<void>> others;
    for (std::uint32_t thread = 1; thread < std::max(plan_.jobs, 1u); ++thread)
      others.push_back(std::async(std::launch::async, [this] { work(false); }));
    work(true);
    for (std::future<void>& other : others) other.get();
    slow = std::move(slow_);
    return std::move(state_);
  }

 private:
  void count_progress() {
    findings_ = state_.result.findings.size();
    for (const PortionResult& each : state_.result.portions) {
      episodes_ += each.episodes;
      broken_ += each.broken_episodes;
      repeated_ += each.repeated;
      nondeterministic_ += each.nondeterministic.count;
    }
  }

  void add_crew(std::size_t portion) {
    const Portion& each = plan_.portions[portion];
    fuzz_watches_.push_back([this](const FuzzProgress&) { return ask_watch(); });
    crews_.emplace_back(new Crew{each.configuration, each.plan, fuzz_watches_.back(), ended_,
                                 invariant_names(each.configuration).size()});
    const PortionResult& result = state_.result.portions[portion];
    crews_.back()->given_up = result.given_up;
  }

  // Every shard does the same, so that it is known of each that its alarm works.
  void try_canary(std::size_t portion) {
    PortionResult& result = state_.result.portions[portion];
    Worker worker(*crews_[portion], true);
    for (std::uint64_t i = 0; result.canary_tries == 0 && i < kMostCanaries; ++i)
      if (worker.catches_canary(i)) result.canary_tries = i + 1;
  }

  bool ask_watch() {
    const CampaignProgress progress{episodes_, broken_, repeated_, nondeterministic_, findings_};
    return watch_.go_on(progress);
  }

  // One thread: blocks until there are none. Only the caller's asks the watch, and runs what is the
  // user's own.
  void work(bool is_caller) {
    try {
      run_blocks(is_caller);
    } catch (...) {
      ended_ = true;
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
      std::unique_ptr<Worker>& worker = workers[taken->at.portion];
      if (!worker) worker = std::make_unique<Worker>(*crews_[taken->at.portion], is_caller);
      run_block(*worker, *taken);
      finish(std::move(*taken));
      if (is_caller) keep();
    }
  }

  std::optional<BlockRun> take(bool is_caller) {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (is_caller && !ended_ && !ask_watch()) ended_ = true;
      if (ended_) return std::nullopt;
      if (is_caller && !set_aside_.empty()) {
        BlockRun block = std::move(set_aside_.front());
        set_aside_.pop_front();
        return block;
      }
      if (is_done()) {
        if (!is_caller || next_ == state_.blocks) return std::nullopt;
      } else if (next_ < state_.blocks + kMostAhead) {
        BlockRun block = block_at(next_++);
        if (is_caller || is_ours(plan_.portions[block.at.portion].configuration)) return block;
        set_aside_.push_back(std::move(block));
        continue;
      }
      changed_.wait(lock);
    }
  }
  bool is_done() const { return blocks_ && next_ >= *blocks_; }

  BlockRun block_at(std::uint64_t place) const {
    const std::uint64_t number = plan_.shard.index + place * plan_.shard.count;
    BlockRun run{.place = place, .first = number * kEpisodesPerBlock, .count = kEpisodesPerBlock};
    if (plan_.episodes) run.count = std::min(run.count, *plan_.episodes - run.first);
    run.at = schedule_.place_of(run.first);
    return run;
  }

  void run_block(Worker& worker, BlockRun& run) {
    Crew& crew = *crews_[run.at.portion];
    if (crew.given_up) return;
    run.block = worker.run(run.at.index, run.at.index + run.count, false);
    choose_shrinkings(run);
    for (Shrinking& each : run.shrinkings) {
      worker.shrink(each);
      run.sentences.push_back(sentence_of(run, each));
    }
    run.faults = std::exchange(crew.faults, {});
    run.given_up = crew.given_up;
  }

  std::string sentence_of(const BlockRun& run, const Shrinking& shrinking) {
    if (!shrinking.result) return {};
    return watch_.sentence_of(plan_.portions[run.at.portion], shrinking.result->scenario,
                              shrinking.invariant);
  }

  // What was given is all shrunk: each of it was kept for something of its own.
  void choose_shrinkings(BlockRun& run) const {
    const std::uint64_t ordinal = run.at.index / kEpisodesPerBlock;
    const std::size_t given = plan_.portions[run.at.portion].plan.given.size();
    InvariantSet begun = 0;
    for (const Failure& failure : run.block.failures)
      for (std::size_t i = 0; i < kMostInvariants; ++i) {
        const auto invariant = static_cast<Invariant>(i);
        if (!(failure.broken & invariant_bit(invariant))) continue;
        const bool is_first = !(begun & invariant_bit(invariant));
        begun |= invariant_bit(invariant);
        if (failure.index < given || (is_first && is_shrunk(ordinal, run.block.broken[i])))
          run.shrinkings.push_back({invariant, failure});
      }
  }

  // Adds up what has come to its end, in the order of the blocks. What the end of the run cut off
  // is dropped, and all behind it.
  void finish(BlockRun run) {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    note_slow(run);
    done_.emplace(run.place, std::move(run));
    while (!done_.empty() && done_.begin()->first == state_.blocks) {
      add(done_.begin()->second);
      done_.erase(done_.begin());
      ++state_.blocks;
    }
    findings_ = state_.result.findings.size();
    changed_.notify_all();
  }

  void keep() {
    const std::lock_guard lock(mutex_);
    watch_.keep(state_);
  }

  std::uint64_t number_of(const BlockRun& run, std::uint64_t index) const {
    return run.first + (index - run.at.index);
  }

  void note_slow(const BlockRun& run) {
    if (run.block.episodes == 0) return;
    slow_.push_back({number_of(run, run.block.slowest.index), run.block.slowest.nanoseconds});
    keep_slowest(slow_);
  }

  void add(const BlockRun& run) {
    const Block& block = run.block;
    PortionResult& result = state_.result.portions[run.at.portion];
    static_cast<EpisodeCounts&>(result) += block;
    if (block.coverage) result.coverage += *block.coverage;
    for (const std::uint64_t index : block.nondeterministic)
      result.nondeterministic.add(number_of(run, index));
    for (const std::uint64_t index : block.lost) result.lost.add(number_of(run, index));
    for (const Failure& failure : block.failures)
      for (std::size_t i = 0; i < kMostInvariants; ++i)
        if (failure.broken & invariant_bit(static_cast<Invariant>(i)))
          keep_least(result.first_broken, i, number_of(run, failure.index));
    for (const FirstReached& first : block.firsts) {
      const bool is_given = first.index < plan_.portions[run.at.portion].plan.given.size();
      const FirstEpisode episode = is_given ? kGiven : number_of(run, first.index) + 1;
      keep_least(state_.result.firsts, first.landmark, episode);
    }
    for (std::size_t i = 0; i < run.shrinkings.size(); ++i)
      add(run, run.shrinkings[i], run.sentences[i]);
    add_faults(run);
    episodes_ += block.episodes;
    broken_ += block.broken_episodes;
    repeated_ += block.repeated;
    nondeterministic_ += block.nondeterministic.size();
  }

  void add_faults(const BlockRun& run) {
    PortionResult& result = state_.result.portions[run.at.portion];
    result.given_up |= run.given_up;
    result.fault_count += run.faults.size();
    for (FaultyEpisode fault : run.faults) {
      fault.seed = seed_of(plan_.portions[run.at.portion].plan.seed, fault.index);
      fault.index = number_of(run, fault.index);
      result.faults.push_back(std::move(fault));
    }
    keep_first(result.faults);
  }

  void add(const BlockRun& run, const Shrinking& shrinking, const std::string& sentence) {
    const Portion& portion = plan_.portions[run.at.portion];
    const std::uint64_t episode = number_of(run, shrinking.failure.index);
    PortionResult& result = state_.result.portions[run.at.portion];
    if (!shrinking.repeats) result.nondeterministic.add(episode);
    if (!shrinking.result) return;
    ++result.shrunk[static_cast<std::size_t>(shrinking.invariant)];
    SharedFinding finding;
    finding.invariant = name_of(shrinking.invariant, portion.configuration);
    finding.fingerprint = fingerprint(finding.invariant, shrinking.result->scenario);
    finding.episodes[run.at.portion] = 1;
    finding.simplest.episode = episode;
    finding.simplest.portion = run.at.portion;
    finding.simplest.steps_before = shrinking.original.steps.size();
    finding.simplest.tried = shrinking.result->tried;
    finding.simplest.complete = shrinking.result->complete;
    finding.simplest.trace = make_trace(portion.configuration, shrinking.result->scenario);
    finding.simplest.trace.expectations = {{finding.invariant, false}};
    finding.simplest.sentence = sentence;
    finding.oldest = finding.simplest;
    const auto [known, is_new] = state_.result.findings.emplace(finding.name(), finding);
    if (!is_new) known->second += finding;
  }

  const CampaignPlan& plan_;
  CampaignWatch& watch_;
  Schedule schedule_;
  std::optional<std::uint64_t> blocks_;
  std::deque<FuzzWatch> fuzz_watches_;
  std::vector<std::unique_ptr<Crew>> crews_;
  std::atomic<bool> ended_ = false;
  std::atomic<std::uint64_t> episodes_ = 0;
  std::atomic<std::uint64_t> broken_ = 0;
  std::atomic<std::uint64_t> repeated_ = 0;
  std::atomic<std::uint64_t> nondeterministic_ = 0;
  std::atomic<std::size_t> findings_ = 0;

  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  ShardResult state_;
  std::uint64_t next_;                      // block that nobody took
  std::deque<BlockRun> set_aside_;          // for the caller's thread
  std::map<std::uint64_t, BlockRun> done_;  // behind one that is not
  std::vector<TimedEpisode> slow_;
};

}  // namespace

std::string print_shard(const Shard& shard) {
  return fmt::format("{}/{}", shard.index, shard.count);
}

// The blocks of each portion are spread evenly: the slot goes to the one that lags most.
Schedule::Schedule(const std::vector<std::uint32_t>& weights) : of_portion_(weights.size()) {
  const auto length = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  std::vector<std::int64_t> lag(weights.size());
  for (std::size_t slot = 0; slot < static_cast<std::size_t>(length); ++slot) {
    std::size_t chosen = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      lag[i] += weights[i];
      if (lag[i] > lag[chosen]) chosen = i;
    }
    lag[chosen] -= length;
    slots_.push_back({chosen, of_portion_[chosen].size()});
    of_portion_[chosen].push_back(slot);
  }
}

Schedule::Place Schedule::place_of(std::uint64_t episode) const {
  const std::uint64_t block = episode / kEpisodesPerBlock;
  const std::uint64_t turn = block / length();
  const Slot& slot = slots_[(block + turn) % length()];
  const std::uint64_t ordinal = turn * of_portion_[slot.portion].size() + slot.rank;
  return {slot.portion, ordinal * kEpisodesPerBlock + episode % kEpisodesPerBlock};
}

std::uint64_t Schedule::episode_at(const Place& place) const {
  const std::vector<std::size_t>& slots = of_portion_[place.portion];
  const std::uint64_t ordinal = place.index / kEpisodesPerBlock;
  const std::uint64_t turn = ordinal / slots.size();
  const std::size_t slot = slots[ordinal % slots.size()];
  const std::uint64_t in_turn = (slot + length() - turn % length()) % length();
  return (turn * length() + in_turn) * kEpisodesPerBlock + place.index % kEpisodesPerBlock;
}

void ToldEpisodes::add(std::uint64_t episode) {
  ++count;
  first.insert(std::upper_bound(first.begin(), first.end(), episode), episode);
  if (first.size() > kMostTold) first.pop_back();
}

ToldEpisodes& ToldEpisodes::operator+=(const ToldEpisodes& other) {
  for (const std::uint64_t episode : other.first) add(episode);
  count += other.count - other.first.size();
  return *this;
}

std::uint64_t SharedFinding::all_episodes() const {
  std::uint64_t sum = 0;
  for (const auto& [portion, count] : episodes) sum += count;
  return sum;
}

SharedFinding& SharedFinding::operator+=(const SharedFinding& other) {
  for (const auto& [portion, count] : other.episodes) episodes[portion] += count;
  if (is_simpler(other.simplest, simplest)) simplest = other.simplest;
  if (other.oldest.episode < oldest.episode) oldest = other.oldest;
  return *this;
}

PortionResult& PortionResult::operator+=(const PortionResult& other) {
  EpisodeCounts::operator+=(other);
  add_each(shrunk, other.shrunk);
  for (const auto& [invariant, episode] : other.first_broken)
    keep_least(first_broken, invariant, episode);
  coverage += other.coverage;
  canary_tries = std::max(canary_tries, other.canary_tries);
  nondeterministic += other.nondeterministic;
  lost += other.lost;
  fault_count += other.fault_count;
  faults.insert(faults.end(), other.faults.begin(), other.faults.end());
  keep_first(faults);
  given_up |= other.given_up;
  return *this;
}

CampaignResult& CampaignResult::operator+=(const CampaignResult& other) {
  add_each(portions, other.portions);
  for (const auto& [name, finding] : other.findings) {
    const auto [known, is_new] = findings.emplace(name, finding);
    if (!is_new) known->second += finding;
  }
  for (const auto& [landmark, episode] : other.firsts) keep_least(firsts, landmark, episode);
  return *this;
}

std::uint64_t CampaignResult::episodes() const {
  std::uint64_t sum = 0;
  for (const PortionResult& each : portions) sum += each.episodes;
  return sum;
}
std::uint64_t CampaignResult::broken_episodes() const {
  std::uint64_t sum = 0;
  for (const PortionResult& each : portions) sum += each.broken_episodes;
  return sum;
}
std::uint64_t CampaignResult::digest() const {
  Digest digest;
  for (const PortionResult& each : portions) digest.add(each.digest);
  return digest.value();
}

std::optional<std::uint64_t> blocks_of(std::optional<std::uint64_t> episodes, const Shard& shard) {
  if (!episodes) return std::nullopt;
  const std::uint64_t all = (*episodes + kEpisodesPerBlock - 1) / kEpisodesPerBlock;
  return all / shard.count + (shard.index < all % shard.count ? 1 : 0);
}

void keep_slowest(std::vector<TimedEpisode>& episodes) {
  std::sort(episodes.begin(), episodes.end(), [](const TimedEpisode& a, const TimedEpisode& b) {
    return a.nanoseconds != b.nanoseconds ? a.nanoseconds > b.nanoseconds : a.episode < b.episode;
  });
  const auto end = std::unique(
      episodes.begin(), episodes.end(),
      [](const TimedEpisode& a, const TimedEpisode& b) { return a.episode == b.episode; });
  episodes.erase(end, episodes.end());
  if (episodes.size() > kMostSlow) episodes.resize(kMostSlow);
}

ShardResult nothing_yet(const CampaignPlan& plan) {
  ShardResult nothing;
  nothing.shard = plan.shard;
  nothing.result.portions.resize(plan.portions.size());
  return nothing;
}

ShardResult run_campaign(const CampaignPlan& plan, ShardResult so_far, CampaignWatch& watch,
                         std::vector<TimedEpisode>& slow) {
  return CampaignRun(plan, std::move(so_far), watch).run(slow);
}

Scenario scenario_of(const CampaignPlan& plan, const Schedule::Place& place) {
  const FuzzPlan& of = plan.portions[place.portion].plan;
  if (place.index < of.given.size()) return of.given[place.index];
  return Generator(of.scope).generate(seed_of(of.seed, place.index));
}

}  // namespace tidemark::core
