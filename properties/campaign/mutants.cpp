#include "properties/campaign/mutants.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/random.h"
#include "properties/promises.h"
#include "sim/shape.h"

namespace tidemark::core {
namespace {

constexpr std::uint64_t kEpisodesBetweenLooks = 64;
// Of an exhaustive search.
constexpr std::uint8_t kMostClients = 7;
constexpr std::uint32_t kMostObjects = 8;
constexpr std::uint8_t kMostEdits = 12;

// Runs `work(i)` for each i below `count`, on so many threads. What one throws is thrown when all
// have ended.
template <class Work>
void on_threads(unsigned jobs, std::size_t count, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::vector<std::exception_ptr> thrown(jobs);
  const auto run = [&](std::size_t thread) {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      thrown[thread] = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < std::min<std::size_t>(jobs, count); ++i) threads.emplace_back(run, i);
  run(0);
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& each : thrown)
    if (each) std::rethrow_exception(each);
}

// What all threads share of how far they are.
class Trying {
 public:
  Trying(std::uint64_t runs, const TrialWatch& watch) : watch_(watch) { progress_.runs = runs; }

  bool go_on() {
    if (ended_) return false;
    if (watch_ == nullptr) return true;
    const std::lock_guard lock(mutex_);
    if (!ended_ && !watch_(progress_)) ended_ = true;
    return !ended_;
  }
  void note_done() {
    const std::lock_guard lock(mutex_);
    ++progress_.done;
  }

 private:
  const TrialWatch& watch_;
  TrialProgress progress_;
  std::mutex mutex_;
  std::atomic<bool> ended_{false};
};

// One run of one mutant.
class Hunting {
 public:
  Hunting(const Trial& trial, const TrialPlan& plan, std::uint64_t seed, Trying& trying)
      : trial_(trial),
        plan_(plan),
        seed_(seed),
        wanted_(plan.without ? kAllInvariants : invariant_bit(trial.invariant)),
        trying_(trying),
        scope_(within(plan.scope, promise_of(trial.named->protocol).scope)),
        generator_(scope_),
        runner_(trial.configuration.protocol, trial.configuration.strategy, judging()) {}

  Hunt run() {
    while (!hunt_.caught && hunt_.episodes < plan_.episodes) {
      if (hunt_.episodes % kEpisodesBetweenLooks == 0 && !trying_.go_on()) break;
      episode();
    }
    trying_.note_done();
    return std::move(hunt_);
  }

 private:
  JudgeOptions judging() const {
    JudgeOptions options = trial_.configuration.judge;
    options.count_marks = false;
    if (plan_.without) options.watched &= ~invariant_bit(*plan_.without);
    return options;
  }

  void episode() {
    const std::uint64_t seed = seed_of(seed_, hunt_.episodes);
    const Scenario& scenario = generator_.generate(seed);
    const InvariantSet broken = runner_.run(scenario).verdict.bits();
    ++hunt_.episodes;
    hunt_.caught = broken & wanted_;
    if (!hunt_.caught) {
      hunt_.before |= broken;
      return;
    }
    hunt_.broken = broken;
    if (!plan_.without) shrink_to_finding(seed, scenario);
  }

  void shrink_to_finding(std::uint64_t seed, const Scenario& scenario) {
    ShrinkBudget budget = plan_.budget;
    budget.may_use = features(scope_);
    budget.go_on = [this] { return trying_.go_on(); };
    ShrinkResult shrunk = shrink_for(runner_, trial_.invariant, scenario, budget);
    Sighting sighting = sighting_of(trial_.configuration, seed, scenario, std::move(shrunk));
    sighting.episode = hunt_.episodes - 1;
    const std::string invariant(name_of(trial_.invariant));
    sighting.trace.expectations = {{invariant, false}};
    hunt_.finding = seen_once(invariant, std::move(sighting));
  }

  const Trial& trial_;
  const TrialPlan& plan_;
  std::uint64_t seed_;
  InvariantSet wanted_;
  Trying& trying_;
  Scope scope_;
  Generator generator_;
  Runner runner_;
  Hunt hunt_;
};

// How often a scenario does this.
std::uint8_t used_of(Bounded bounded, const Scenario& scenario) {
  Bounds left;
  for (const NamedBound& named : named_bounds()) left.set(named.bounded, kMostOfABound);
  for (const Step& step : scenario.steps)
    if (left.allows(step)) left.take(step);
  return static_cast<std::uint8_t>(kMostOfABound - left.left(bounded));
}

// By how much a clock jumps first; none: none does.
std::optional<Timestamp> jump_of(const Scenario& scenario) {
  for (const Step& step : scenario.steps)
    if (step.kind == StepKind::clock) return std::abs(step.seconds);
  return std::nullopt;
}

// Whether a search of this plan goes through this scenario.
bool fits(const ExplorePlan& plan, const Scenario& scenario) {
  const Bounds& bounds = plan.search.bounds;
  const bool jumps_alike =
      std::all_of(scenario.steps.begin(), scenario.steps.end(), [&](const Step& step) {
        return step.kind != StepKind::clock || std::abs(step.seconds) == plan.search.clock_jump;
      });
  return jumps_alike && plan.search.scope.clients <= kMostClients &&
         plan.search.scope.objects <= kMostObjects && bounds.left(Bounded::edits) <= kMostEdits &&
         Bounds::packed_bits(bounds) <= kMostPackedBits;
}

Trial new_trial(const NamedMutant& named, const TrialPlan& plan) {
  Trial trial;
  trial.named = &named;
  trial.invariant = *find_invariant(named.invariant);
  trial.configuration = configuration_of(named);
  trial.configuration.judge.watched = promise_of(named.protocol).judged();
  trial.hunts.resize(plan.seeds);
  return trial;
}

InvariantSet broken_by(const Trace& trace) {
  Runner runner(trace.engine, built_in(trace.strategy));
  return runner.run(trace.scenario).verdict.bits();
}

std::string sentence(std::string_view text) {
  std::string sentence(text);
  sentence.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(sentence.front())));
  return sentence + ".";
}

// A trace of a mutant as a file of its own.
Trace shown(const NamedMutant& named, const Scenario& scenario) {
  Trace trace = make_trace(configuration_of(named), scenario);
  for (const std::string& line :
       {sentence(named.defect), "It stands for: " + std::string(named.stands_for)})
    trace.comments.push_back({.line = TraceLine::protocol, .text = " " + line});
  const InvariantSet broken = broken_by(trace);
  for (const NamedInvariant& each : invariants())
    if (broken & invariant_bit(each.invariant))
      trace.expectations.push_back({std::string(each.name), false});
  return trace;
}

RareMutant rare_mutant(const NamedMutant& named) {
  const std::string text =
      fmt::format("tidemark-trace {}\nprotocol {}\nmutate {}\nstrategy {}\n{}", kTraceVersion,
                  named.protocol, named.name, named.strategy, named.steps);
  Trace trace;
  if (const auto error = parse_trace(text, invariant_names(), trace))
    throw std::logic_error(fmt::format("the trace of {}: {}", named.name, error->message));
  RareMutant rare{&named, shown(named, trace.scenario)};
  rare.broken = broken_by(rare.trace);
  return rare;
}

std::size_t hunts_with(const Trial& trial, Invariant invariant, InvariantSet Hunt::*set) {
  return static_cast<std::size_t>(
      std::count_if(trial.hunts.begin(), trial.hunts.end(),
                    [&](const Hunt& hunt) { return (hunt.*set & invariant_bit(invariant)) != 0; }));
}

}  // namespace

std::size_t Trial::caught() const {
  return static_cast<std::size_t>(
      std::count_if(hunts.begin(), hunts.end(), [](const Hunt& hunt) { return hunt.caught; }));
}

std::optional<std::uint64_t> Trial::episodes_of(std::uint32_t percent) const {
  std::vector<std::uint64_t> episodes;
  for (const Hunt& hunt : hunts)
    if (hunt.caught) episodes.push_back(hunt.episodes);
  std::sort(episodes.begin(), episodes.end());
  const std::size_t rank = (hunts.size() * percent + 99) / 100;
  if (rank > episodes.size()) return std::nullopt;
  return episodes[rank - 1];
}

bool Trial::passes() const {
  return caught() == hunts.size() && *episodes_of(50) <= kMedianEpisodes;
}

const Finding* Trial::simplest() const {
  const Finding* simplest = nullptr;
  for (const Hunt& hunt : hunts)
    if (hunt.finding && (simplest == nullptr || has_simpler_trace(*hunt.finding, *simplest)))
      simplest = &*hunt.finding;
  return simplest;
}

std::size_t Trial::broken_before(Invariant which) const {
  return hunts_with(*this, which, &Hunt::before);
}
std::size_t Trial::broken_with(Invariant which) const {
  return hunts_with(*this, which, &Hunt::broken);
}

std::optional<std::uint32_t> Trial::proven_length() const {
  if (!proof) return std::nullopt;
  if (const Counterexample* example = proof->find(invariant))
    return example->is_shortest ? std::optional(example->steps) : std::nullopt;
  if (is_missed()) return std::nullopt;
  const auto length = static_cast<std::uint32_t>(simplest()->simplest.trace.scenario.steps.size());
  return proof->depth + 1 >= length ? std::optional(length) : std::nullopt;
}

bool Trial::is_missed() const {
  return proof && proof->is_complete() && proof->find(invariant) == nullptr;
}

Trace Trial::shown_trace() const {
  const Scenario& found = simplest()->simplest.trace.scenario;
  const Counterexample* example = proof ? proof->find(invariant) : nullptr;
  const bool is_shorter = example != nullptr && example->steps < found.steps.size();
  return shown(*named, is_shorter ? example->shrunk.scenario : found);
}

Configuration configuration_of(const NamedMutant& named) {
  Configuration configuration;
  configuration.protocol_name = named.protocol;
  configuration.protocol = find_protocol(named.protocol)->protocol;
  configuration.protocol.mutant = named.mutant;
  configuration.strategy = built_in(named.strategy);
  return configuration;
}

std::vector<Trial> try_mutants(std::span<const NamedMutant* const> mutants, const TrialPlan& plan,
                               const TrialWatch& watch) {
  std::vector<Trial> trials;
  for (const NamedMutant* named : mutants) trials.push_back(new_trial(*named, plan));
  const std::size_t runs = trials.size() * plan.seeds;
  Trying trying(runs, watch);
  on_threads(plan.jobs, runs, [&](std::size_t run) {
    Trial& trial = trials[run / plan.seeds];
    const std::size_t place = run % plan.seeds;
    trial.hunts[place] = Hunting(trial, plan, plan.seed + place, trying).run();
  });
  for (Trial& trial : trials)
    trial.complete = std::all_of(trial.hunts.begin(), trial.hunts.end(), [&](const Hunt& hunt) {
      return hunt.caught || hunt.episodes == plan.episodes;
    });
  return trials;
}

std::optional<ExplorePlan> proof_plan(const Finding& finding) {
  const Scenario& scenario = finding.simplest.trace.scenario;
  ExplorePlan plan;
  plan.steps = static_cast<std::uint32_t>(scenario.steps.size());
  plan.watched = invariant_bit(*find_invariant(finding.invariant));
  Scope& scope = plan.search.scope;
  scope = within(Scope{}, promise_of(finding.simplest.trace.protocol).scope);
  scope.clients = std::max<std::uint8_t>(2, scenario.clients);
  scope.objects = static_cast<std::uint32_t>(scenario.objects.size());
  scope.settle_rounds = finding.simplest.original.settle_rounds;
  scope.faults = 0;
  for (const NamedBound& named : named_bounds()) {
    const std::uint8_t used = used_of(named.bounded, scenario);
    plan.search.bounds.set(named.bounded, used);
    if (named.fault && used > 0) scope.faults |= fault_bit(*named.fault);
  }
  if (const auto jump = jump_of(scenario)) plan.search.clock_jump = *jump;
  return fits(plan, scenario) ? std::optional(plan) : std::nullopt;
}

std::vector<RareMutant> rare_mutants(std::span<const NamedMutant* const> mutants) {
  std::vector<RareMutant> rare;
  for (const NamedMutant* named : mutants)
    if (named->is_rare()) rare.push_back(rare_mutant(*named));
  return rare;
}

std::vector<const NamedMutant*> Without::alone() const {
  std::vector<const NamedMutant*> found;
  for (const Trial& trial : trials)
    if (trial.complete && trial.caught() == 0) found.push_back(trial.named);
  for (const RareMutant& each : rare)
    if (each.broken == invariant_bit(invariant)) found.push_back(each.named);
  return found;
}

Without try_without(Invariant invariant, std::span<const NamedMutant* const> mutants,
                    TrialPlan plan, const TrialWatch& watch) {
  std::vector<const NamedMutant*> common;
  std::vector<const NamedMutant*> rare;
  for (const NamedMutant* named : mutants)
    if (named->invariant == name_of(invariant)) (named->is_rare() ? rare : common).push_back(named);
  plan.without = invariant;
  if (invariant == Invariant::no_lost_update) plan.scope.deletes = false;
  return {invariant, try_mutants(common, plan, watch), rare_mutants(rare)};
}

}  // namespace tidemark::core
