#include "properties/fuzz.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>

#include "sim/foreign.h"
#include "sim/shape.h"

namespace tidemark::core {
namespace {

constexpr std::uint64_t kEpisodesPerRepeat = 32;   // one of so many is run twice
constexpr std::uint64_t kEpisodesPerCanary = 256;  // one of so many is run with the canary
constexpr std::uint64_t kMostCanaries = 512;       // seeds that are tried until it is caught
constexpr std::uint64_t kEpisodesPerBlock = 256;

// The engine of a mutant, judged for what must catch it.
Runner runner_of_mutant(Mutant mutant) {
  const NamedMutant* named = find_mutant(name_of(mutant));
  Protocol protocol = find_protocol(named == nullptr ? "hardened" : named->protocol)->protocol;
  protocol.mutant = mutant;
  return Runner(protocol, built_in(StrategyKind::server_priority), {.count_marks = false});
}

// An episode that broke something.
struct Failure {
  std::uint64_t index = 0;
  std::uint64_t seed = 0;
  InvariantSet broken = 0;
  std::uint64_t digest = 0;
};

// What came of episodes that stand beside one another, in their order.
struct Block {
  std::uint64_t episodes = 0;
  std::uint64_t broken_episodes = 0;
  std::uint64_t effective_steps = 0;
  std::uint64_t skipped_steps = 0;
  std::uint64_t digest = 0;
  std::array<std::uint64_t, kMostInvariants> broken{};
  std::vector<Failure> failures;
  std::vector<std::uint64_t> nondeterministic_seeds;
  MarkCounts marks{};
  std::vector<std::uint64_t> own_marks;
  std::optional<CoverageCounts> coverage;  // none: it is not counted
  std::uint64_t canary_episodes = 0;
  std::uint64_t canaries_caught = 0;
  std::uint64_t end = 0;  // the first episode behind it
  bool is_whole = true;   // false: the run was ended meanwhile
};

// A failure to be shrunk for one invariant, and what came of it.
struct Shrinking {
  Invariant invariant;
  Failure failure;
  Scenario original = {};
  std::optional<ShrinkResult> result = {};  // none: it ran otherwise a second time, or is a fault
  bool repeats = true;
};

// What the workers of one fuzz run have in common. Faults and contradictions come of engines and
// strategies that only one worker runs.
struct Shared {
  const Configuration& configuration;
  const FuzzPlan& plan;
  const FuzzWatch& watch;
  std::size_t invariants;  // that the configuration has
  std::atomic<bool> ended = false;
  std::atomic<std::uint64_t> episodes = 0;
  std::atomic<std::uint64_t> broken_episodes = 0;
  std::atomic<std::size_t> findings = 0;
  // Failures that were given to be shrunk, by invariant; it does not change while blocks run.
  std::array<std::uint32_t, kMostInvariants> asked = {};
  std::vector<FaultyEpisode> faults = {};
  std::string contradiction = {};
};

// Runs episodes and shrinks failures; what it gives depends on nothing that it did before.
class Worker {
 public:
  Worker(Shared& shared, bool asks_watch)
      : shared_(shared),
        plan_(shared.plan),
        asks_watch_(asks_watch),
        generator_(plan_.scope),
        again_(shared.configuration),
        canary_(runner_of_mutant(plan_.canary)) {
    // Coverage is counted of one episode at a time.
    const std::uint32_t worlds = plan_.coverage ? 1 : std::max(plan_.worlds, 1u);
    for (std::uint32_t world = 0; world < worlds; ++world)
      runners_.emplace_back(shared.configuration, world);
  }

  // Asks the watch, before an episode and before a candidate. Once it said no, it is asked no more.
  bool go_on() {
    if (shared_.ended) return false;
    if (asks_watch_ && shared_.watch != nullptr)
      shared_.ended = !shared_.watch({shared_.episodes, shared_.broken_episodes, shared_.findings});
    return !shared_.ended;
  }

  // `pauses`: the block ends early where there is something to be shrunk.
  Block run(std::uint64_t first, std::uint64_t end, bool pauses) {
    block_ = {};
    if (plan_.coverage) coverage_ = {};
    std::uint64_t index = first;
    while (index < end && !(pauses && !block_.failures.empty()) && (block_.is_whole = go_on()))
      index += runners_.size() > 1 ? episodes_together(index, end) : episode(index);
    block_.end = index;
    take_marks();
    if (plan_.coverage) block_.coverage = coverage_.counts();
    return std::move(block_);
  }

  void shrink(Shrinking& shrinking) {
    const Failure& failure = shrinking.failure;
    blaming_engine(failure.seed, [&] {
      shrinking.original = generator_.generate(failure.seed);
      shrinking.repeats = repeats(shrinking.original, failure.digest);
      if (!shrinking.repeats) return;
      shrinking.result = shrink_for(again_, shrinking.invariant, shrinking.original, budget());
    });
  }

  bool catches_canary(std::uint64_t index) {
    return !canary_.run(generator_.generate(seed_of(plan_.seed, index))).verdict.holds();
  }

 private:
  void take_marks() {
    block_.own_marks.resize(runners_.front().own_marks().size());
    for (Runner& runner : runners_) {
      for (std::size_t i = 0; i < kMarks; ++i) block_.marks[i] += runner.marks()[i];
      for (std::size_t i = 0; i < block_.own_marks.size(); ++i)
        block_.own_marks[i] += runner.own_marks()[i];
      runner.clear_marks();
    }
  }

  std::uint64_t episode(std::uint64_t index) {
    const std::uint64_t seed = seed_of(plan_.seed, index);
    const Scenario& scenario = generator_.generate(seed);
    if (index % kEpisodesPerCanary == 0) run_canary(scenario);
    run_alone(index, seed, scenario);
    return 1;
  }

  void run_alone(std::uint64_t index, std::uint64_t seed, const Scenario& scenario) {
    blaming_engine(seed, [&] {
      Runner& runner = runners_.front();
      judge(index, seed, scenario,
            plan_.coverage ? runner.run(scenario, coverage_) : runner.run(scenario));
    });
  }

  // Does something with the engine; where that fails, it is the engine's fault.
  template <class Do>
  void blaming_engine(std::uint64_t seed, Do act) {
    try {
      act();
    } catch (const EngineFault& fault) {
      add_fault({seed, fault.what(), transcript_of(fault)});
    }
  }
  void add_fault(FaultyEpisode faulty) {
    shared_.faults.push_back(std::move(faulty));
    if (shared_.faults.size() >= kMostFaults) shared_.ended = true;
  }

  // What is found wrong in an answer was not seen by whoever exchanged the lines.
  std::vector<std::string> transcript_of(const EngineFault& fault) const {
    const auto& engine = shared_.configuration.engine;
    return !fault.transcript.empty() || engine == nullptr ? fault.transcript : engine->transcript();
  }

  // An episode that is under way beside others.
  struct Beside {
    std::uint64_t seed = 0;
    Scenario scenario;
    const Outcome* outcome = nullptr;
    std::optional<EngineFault> fault;  // instead of an outcome
  };

  // As many episodes as there are worlds; judged in order, as if they had run one after the other.
  // Where the engine fails, each is run again alone, so that the fault is told of the right one.
  std::uint64_t episodes_together(std::uint64_t first, std::uint64_t end) {
    const auto count = std::min<std::uint64_t>(runners_.size(), end - first);
    std::vector<Beside> beside(count);
    std::vector<std::function<void()>> jobs;
    for (std::uint64_t i = 0; i < count; ++i) {
      beside[i].seed = seed_of(plan_.seed, first + i);
      beside[i].scenario = generator_.generate(beside[i].seed);
      if ((first + i) % kEpisodesPerCanary == 0) run_canary(beside[i].scenario);
      jobs.push_back([&one = beside[i], &runner = runners_[i]] {
        try {
          one.outcome = &runner.run(one.scenario);
        } catch (const EngineFault& fault) {
          one.fault = fault;
        }
      });
    }
    plan_.side_by_side(jobs);
    const std::size_t faults = shared_.faults.size();
    const Beside* failed = nullptr;
    for (std::uint64_t i = 0; i < count && (i == 0 || !shared_.ended); ++i) {
      Beside& one = beside[i];
      if (one.fault) {
        if (failed == nullptr) failed = &one;
        run_alone(first + i, one.seed, one.scenario);
      } else {
        blaming_engine(one.seed, [&] { judge(first + i, one.seed, one.scenario, *one.outcome); });
      }
    }
    if (failed != nullptr && faults == shared_.faults.size())
      add_fault(
          {failed->seed,
           std::string("with several worlds under way, and not with one: ") + failed->fault->what(),
           failed->fault->transcript});
    return count;
  }

  void judge(std::uint64_t index, std::uint64_t seed, const Scenario& scenario,
             const Outcome& outcome) {
    ++block_.episodes;
    ++shared_.episodes;
    block_.effective_steps += outcome.summary.effective_steps;
    block_.skipped_steps += outcome.summary.skipped_steps;
    const std::uint64_t digest = outcome.summary.digest;
    block_.digest += mix(seed ^ digest);
    if (contradicted()) return;
    if (index % kEpisodesPerRepeat == 0 && !repeats(scenario, digest)) {
      block_.nondeterministic_seeds.push_back(seed);
      return;
    }
    if (outcome.verdict.holds()) return;
    ++block_.broken_episodes;
    ++shared_.broken_episodes;
    note({index, seed, outcome.verdict.bits(), digest}, outcome.verdict);
  }

  // Counts what an episode broke, and remembers it if it may be shrunk.
  void note(const Failure& failure, const Verdict& verdict) {
    bool may_be_shrunk = false;
    for (std::size_t i = 0; i < shared_.invariants; ++i)
      if (verdict.broken(static_cast<Invariant>(i)))
        may_be_shrunk |= shared_.asked[i] + block_.broken[i]++ < plan_.shrink_most;
    if (may_be_shrunk) block_.failures.push_back(failure);
  }

  // What a strategy that contradicts itself leads to is not worth shrinking.
  bool contradicted() {
    for (const Runner& runner : runners_)
      if (!runner.contradiction().empty()) {
        shared_.contradiction = runner.contradiction();
        shared_.ended = true;
        return true;
      }
    return false;
  }

  void run_canary(const Scenario& scenario) {
    ++block_.canary_episodes;
    block_.canaries_caught += canary_.run(scenario).verdict.holds() ? 0 : 1;
  }

  // Whether an episode runs the same again.
  bool repeats(const Scenario& scenario, std::uint64_t digest) {
    return again_.run(scenario).summary.digest == digest;
  }

  ShrinkBudget budget() {
    ShrinkBudget budget = plan_.budget;
    budget.may_use = features(plan_.scope);
    budget.go_on = [this] { return go_on(); };
    return budget;
  }

  Shared& shared_;
  const FuzzPlan& plan_;
  bool asks_watch_;
  Generator generator_;
  std::vector<Runner> runners_;  // one a world
  Runner again_;                 // of its own, so that its runs count for no mark
  Runner canary_;
  Coverage coverage_;
  Block block_;
};

// One fuzz run: waves of blocks, each followed by the shrinking of what they found. All is added up
// in the order of the episodes, whoever ran them.
class Fuzzing {
 public:
  Fuzzing(const Configuration& configuration, const FuzzPlan& plan, const FuzzWatch& watch)
      : configuration_(configuration),
        plan_(plan),
        names_(invariant_names(configuration)),
        shared_{configuration, plan, watch, names_.size()} {
    if (plan.coverage) result_.coverage.emplace();
    if (configuration.own) result_.own_marks.resize(configuration.own->marks.size());
    // What is the user's own is asked by one thread alone.
    const bool is_ours = configuration.engine == nullptr && configuration.own == nullptr;
    const std::uint32_t jobs = is_ours ? std::max(plan.jobs, 1u) : 1;
    for (std::uint32_t i = 0; i < jobs; ++i)
      workers_.push_back(std::make_unique<Worker>(shared_, i == 0));
  }

  FuzzResult run() {
    for (std::uint64_t first = 0; first < plan_.episodes && workers_.front()->go_on();)
      first = wave(first);
    result_.faults = std::move(shared_.faults);
    result_.contradiction = std::move(shared_.contradiction);
    catch_a_canary();
    sort_findings();
    note_missed_marks();
    note_missed_own_marks();
    return std::move(result_);
  }

 private:
  // Does so many things, each once, with all workers; the first of them is of this thread.
  void share_out(std::size_t count, const std::function<void(Worker&, std::size_t)>& act) {
    std::atomic<std::size_t> next = 0;
    const auto work = [&](Worker& worker) {
      for (std::size_t i = next++; i < count; i = next++) act(worker, i);
    };
    std::vector<std::future<void>> others;
    for (std::size_t i = 1; i < std::min(workers_.size(), count); ++i)
      others.push_back(std::async(std::launch::async, work, std::ref(*workers_[i])));
    work(*workers_.front());
    for (std::future<void>& other : others) other.get();
  }

  // Returns the first episode behind the wave.
  std::uint64_t wave(std::uint64_t first) {
    const std::uint64_t left = plan_.episodes - first;
    const std::uint64_t all = std::min<std::uint64_t>(kEpisodesPerBlock * workers_.size(), left);
    std::vector<Block> blocks((all + kEpisodesPerBlock - 1) / kEpisodesPerBlock);
    share_out(blocks.size(), [&](Worker& worker, std::size_t i) {
      const std::uint64_t begin = i * kEpisodesPerBlock;
      blocks[i] = worker.run(first + begin, first + std::min(begin + kEpisodesPerBlock, all),
                             workers_.size() == 1);
    });
    std::vector<Shrinking> shrinkings;
    // Behind a block that the end of the run broke off, there would be a gap.
    for (const Block& block : blocks) {
      add(block, shrinkings);
      if (!block.is_whole) break;
    }
    share_out(shrinkings.size(),
              [&](Worker& worker, std::size_t i) { worker.shrink(shrinkings[i]); });
    for (Shrinking& each : shrinkings) add(std::move(each));
    shared_.findings = result_.findings.size();
    return blocks.back().end;
  }

  void add(const Block& block, std::vector<Shrinking>& shrinkings) {
    result_.episodes += block.episodes;
    result_.broken_episodes += block.broken_episodes;
    result_.effective_steps += block.effective_steps;
    result_.skipped_steps += block.skipped_steps;
    result_.digest += block.digest;
    result_.canary_episodes += block.canary_episodes;
    result_.canaries_caught += block.canaries_caught;
    for (std::size_t i = 0; i < names_.size(); ++i) result_.broken[i] += block.broken[i];
    for (std::size_t i = 0; i < kMarks; ++i) result_.marks[i] += block.marks[i];
    for (std::size_t i = 0; i < block.own_marks.size(); ++i)
      result_.own_marks[i] += block.own_marks[i];
    for (const std::uint64_t seed : block.nondeterministic_seeds) add_nondeterministic(seed);
    if (block.coverage) *result_.coverage += *block.coverage;
    for (const Failure& failure : block.failures)
      for (std::size_t i = 0; i < names_.size(); ++i)
        if ((failure.broken >> i & 1) && shared_.asked[i] < plan_.shrink_most) {
          ++shared_.asked[i];
          shrinkings.push_back({static_cast<Invariant>(i), failure});
        }
  }

  // Once is enough for all that an episode broke.
  void add_nondeterministic(std::uint64_t seed) {
    std::vector<std::uint64_t>& seeds = result_.nondeterministic_seeds;
    if (std::find(seeds.begin(), seeds.end(), seed) == seeds.end()) seeds.push_back(seed);
  }

  // What a run that was ended has shrunk halfway is worth telling only if there is nothing better.
  void add(Shrinking&& shrinking) {
    if (!shrinking.repeats) add_nondeterministic(shrinking.failure.seed);
    if (!shrinking.result) return;
    if (shared_.ended && !shrinking.result->complete && is_found(shrinking.invariant)) return;
    ++result_.shrunk[static_cast<std::size_t>(shrinking.invariant)];
    Scenario& minimal = shrinking.result->scenario;
    const std::string print = fingerprint(name_of(shrinking.invariant), minimal);
    const auto known =
        std::find_if(result_.findings.begin(), result_.findings.end(), [&](const Finding& finding) {
          return finding.invariant == shrinking.invariant && finding.fingerprint == print;
        });
    const bool is_new = known == result_.findings.end();
    Finding& finding = is_new ? result_.findings.emplace_back() : *known;
    finding.invariant = shrinking.invariant;
    finding.fingerprint = print;
    ++finding.episodes;
    if (is_new || is_simpler(minimal, finding.shrunk.scenario))
      set_minimal(finding, std::move(shrinking));
  }

  bool is_found(Invariant invariant) const {
    return std::any_of(result_.findings.begin(), result_.findings.end(),
                       [&](const Finding& finding) { return finding.invariant == invariant; });
  }

  void set_minimal(Finding& finding, Shrinking&& shrinking) {
    finding.index = shrinking.failure.index;
    finding.seed = shrinking.failure.seed;
    finding.original = std::move(shrinking.original);
    finding.shrunk = std::move(*shrinking.result);
    finding.trace = make_trace(configuration_, finding.shrunk.scenario);
    finding.trace.expectations = {{name_of(finding.invariant), false}};
  }
  const std::string& name_of(Invariant invariant) const {
    return names_[static_cast<std::size_t>(invariant)];
  }

  void catch_a_canary() {
    for (std::uint64_t index = 0; result_.canaries_caught == 0 && index < kMostCanaries; ++index) {
      ++result_.canary_episodes;
      result_.canaries_caught += workers_.front()->catches_canary(index) ? 1 : 0;
    }
  }

  void sort_findings() {
    std::stable_sort(result_.findings.begin(), result_.findings.end(),
                     [](const Finding& a, const Finding& b) {
                       if (a.invariant != b.invariant) return a.invariant < b.invariant;
                       return is_simpler(a.shrunk.scenario, b.shrunk.scenario);
                     });
  }

  void note_missed_marks() {
    result_.marks_are_required = plan_.require_marks == RequireMarks::always ||
                                 (plan_.require_marks == RequireMarks::automatic &&
                                  requires_marks(result_.episodes, plan_.scope));
    if (!result_.marks_are_required) return;
    for (const NamedMark& named : tidemark::core::marks())
      if (result_.marks[static_cast<std::size_t>(named.mark)] == 0 &&
          is_granted(named, plan_.scope, configuration_.protocol, configuration_.strategy.kind))
        result_.missed_marks.emplace_back(named.name);
  }
  void note_missed_own_marks() {
    for (std::size_t i = 0; i < result_.own_marks.size(); ++i)
      if (result_.own_marks[i] == 0)
        result_.missed_marks.push_back(configuration_.own->marks[i].name);
  }

  const Configuration& configuration_;
  const FuzzPlan& plan_;
  std::vector<std::string> names_;  // of the invariants, by their numbers
  Shared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  FuzzResult result_;
};

}  // namespace

Mutant usual_canary(const Scope& scope) {
  return scope.client_changes ? FuzzPlan{}.canary : Mutant::mark_skips_one;
}

FuzzResult fuzz(const Configuration& configuration, const FuzzPlan& plan, const FuzzWatch& watch) {
  return Fuzzing(configuration, plan, watch).run();
}

ShrinkResult shrink_for(Runner& runner, Invariant invariant, const Scenario& scenario,
                        ShrinkBudget budget) {
  return shrink(
      scenario,
      [&](const Scenario& candidate) { return runner.run(candidate).verdict.broken(invariant); },
      budget);
}

std::string fingerprint(std::string_view invariant, const Scenario& minimal) {
  Digest digest;
  digest.add(invariant);
  digest.add(shape_digest(minimal));
  return fmt::format("{:012x}", digest.value() >> 16);
}

Trace make_trace(const Configuration& configuration, const Scenario& scenario) {
  Trace trace;
  trace.protocol = configuration.protocol_name;
  trace.is_foreign = configuration.engine != nullptr;
  trace.options = configuration.options;
  trace.engine = configuration.protocol;
  trace.strategy = configuration.strategy.name;
  trace.scenario = compacted(scenario);
  // The bound depends on the objects; written down, it stays whatever is taken out by hand.
  trace.scenario.settle_rounds = trace.scenario.settle_bound();
  return trace;
}

std::string file_name(const Finding& finding) {
  const bool is_own = static_cast<std::size_t>(finding.invariant) >= kInvariants;
  return fmt::format("{}-{}.trace",
                     is_own ? std::string_view(finding.trace.expectations.front().invariant)
                            : name_of(finding.invariant),
                     finding.fingerprint);
}

}  // namespace tidemark::core
