#include "properties/fuzz.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/foreign.h"
#include "sim/shape.h"

namespace tidemark::core {
namespace {

constexpr std::uint64_t kEpisodesPerRepeat = 32;   // one of so many is run twice
constexpr std::uint64_t kEpisodesPerCanary = 256;  // one of so many is run with the canary
constexpr std::uint64_t kMostCanaries = 512;       // seeds that are tried until it is caught

// The engine of a mutant, judged for what must catch it.
Runner runner_of_mutant(Mutant mutant) {
  const NamedMutant* named = find_mutant(name_of(mutant));
  Protocol protocol = find_protocol(named == nullptr ? "hardened" : named->protocol)->protocol;
  protocol.mutant = mutant;
  return Runner(protocol, built_in(StrategyKind::server_priority), {.count_marks = false});
}

// One fuzz run under way.
class Fuzzing {
 public:
  Fuzzing(const Configuration& configuration, const FuzzPlan& plan, const FuzzWatch& watch)
      : configuration_(configuration),
        plan_(plan),
        watch_(watch),
        generator_(plan.scope),
        names_(invariant_names(configuration)),
        shrinking_(configuration),
        canary_(runner_of_mutant(plan.canary)) {
    // Coverage is counted of one episode at a time.
    const std::uint32_t worlds = plan.coverage ? 1 : std::max(plan.worlds, 1u);
    for (std::uint32_t world = 0; world < worlds; ++world)
      runners_.emplace_back(configuration, world);
  }

  FuzzResult run() {
    for (std::uint64_t index = 0; index < plan_.episodes && go_on();)
      index += runners_.size() > 1 ? episodes_together(index) : episode(index);
    catch_a_canary();
    sort_findings();
    result_.own_marks.resize(runners_.front().own_marks().size());
    for (const Runner& runner : runners_) add_marks(runner);
    if (plan_.coverage) result_.coverage = coverage_.counts();
    note_missed_marks();
    note_missed_own_marks();
    return std::move(result_);
  }

 private:
  // Asks the watch, before an episode and before a candidate. Once it said no, it is asked no more.
  bool go_on() {
    if (watch_ == nullptr || ended_) return !ended_;
    ended_ = !watch_({result_.episodes, result_.broken_episodes, result_.findings.size()});
    return !ended_;
  }

  void add_marks(const Runner& runner) {
    for (std::size_t i = 0; i < kMarks; ++i) result_.marks[i] += runner.marks()[i];
    for (std::size_t i = 0; i < result_.own_marks.size(); ++i)
      result_.own_marks[i] += runner.own_marks()[i];
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
      result_.faults.push_back({seed, fault.what(), transcript_of(fault)});
      ended_ |= result_.faults.size() >= kMostFaults;
    }
  }

  // What is found wrong in an answer was not seen by whoever exchanged the lines.
  std::vector<std::string> transcript_of(const EngineFault& fault) const {
    const bool is_known = !fault.transcript.empty() || configuration_.engine == nullptr;
    return is_known ? fault.transcript : configuration_.engine->transcript();
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
  std::uint64_t episodes_together(std::uint64_t first) {
    const auto count = std::min<std::uint64_t>(runners_.size(), plan_.episodes - first);
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
    const std::size_t faults = result_.faults.size();
    const Beside* failed = nullptr;
    for (std::uint64_t i = 0; i < count && (i == 0 || !ended_); ++i) {
      Beside& one = beside[i];
      if (one.fault) {
        if (failed == nullptr) failed = &one;
        run_alone(first + i, one.seed, one.scenario);
      } else {
        blaming_engine(one.seed, [&] { judge(first + i, one.seed, one.scenario, *one.outcome); });
      }
    }
    if (failed != nullptr && faults == result_.faults.size())
      result_.faults.push_back(
          {failed->seed,
           std::string("with several worlds under way, and not with one: ") + failed->fault->what(),
           failed->fault->transcript});
    return count;
  }

  void judge(std::uint64_t index, std::uint64_t seed, const Scenario& scenario,
             const Outcome& outcome) {
    ++result_.episodes;
    result_.effective_steps += outcome.summary.effective_steps;
    result_.skipped_steps += outcome.summary.skipped_steps;
    result_.digest += mix(seed ^ outcome.summary.digest);
    repeated_ = false;
    if (contradicted()) return;
    if (index % kEpisodesPerRepeat == 0 && !repeats(seed, scenario, outcome.summary.digest)) return;
    if (outcome.verdict.holds()) return;
    ++result_.broken_episodes;
    const Verdict& verdict = outcome.verdict;
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (verdict.broken(static_cast<Invariant>(i)))
        broken(static_cast<Invariant>(i), index, seed, scenario, outcome.summary.digest);
  }

  // What a strategy that contradicts itself leads to is not worth shrinking.
  bool contradicted() {
    for (const Runner& runner : runners_)
      if (result_.contradiction.empty()) result_.contradiction = runner.contradiction();
    ended_ |= !result_.contradiction.empty();
    return !result_.contradiction.empty();
  }

  void run_canary(const Scenario& scenario) {
    ++result_.canary_episodes;
    result_.canaries_caught += !canary_.run(scenario).verdict.holds();
  }
  void catch_a_canary() {
    for (std::uint64_t index = 0; result_.canaries_caught == 0 && index < kMostCanaries; ++index)
      run_canary(generator_.generate(seed_of(plan_.seed, index)));
  }

  // Whether an episode runs the same again; if not, that is noted. Once is enough for all that it
  // broke.
  bool repeats(std::uint64_t seed, const Scenario& scenario, std::uint64_t digest) {
    if (repeated_) return true;
    repeated_ = shrinking_.run(scenario).summary.digest == digest;
    if (!repeated_) result_.nondeterministic_seeds.push_back(seed);
    return repeated_;
  }

  void broken(Invariant invariant, std::uint64_t index, std::uint64_t seed,
              const Scenario& scenario, std::uint64_t digest) {
    const auto place = static_cast<std::size_t>(invariant);
    ++result_.broken[place];
    if (result_.shrunk[place] >= plan_.shrink_most || (ended_ && is_found(invariant))) return;
    if (!repeats(seed, scenario, digest)) return;
    ShrinkResult shrunk = shrink_for(shrinking_, invariant, scenario, budget());
    if (ended_ && is_found(invariant)) return;
    ++result_.shrunk[place];
    add(invariant, index, seed, scenario, std::move(shrunk));
  }

  // What a run that was ended has shrunk halfway is worth telling only if there is nothing better.
  bool is_found(Invariant invariant) const {
    return std::any_of(result_.findings.begin(), result_.findings.end(),
                       [&](const Finding& finding) { return finding.invariant == invariant; });
  }

  ShrinkBudget budget() {
    ShrinkBudget budget = plan_.budget;
    budget.may_use = features(plan_.scope);
    budget.go_on = [this] { return go_on(); };
    return budget;
  }

  void add(Invariant invariant, std::uint64_t index, std::uint64_t seed, const Scenario& scenario,
           ShrinkResult&& shrunk) {
    const std::string print = fingerprint(name_of(invariant), shrunk.scenario);
    for (Finding& known : result_.findings) {
      if (known.invariant != invariant || known.fingerprint != print) continue;
      ++known.episodes;
      if (is_simpler(shrunk.scenario, known.shrunk.scenario))
        set_minimal(known, index, seed, scenario, std::move(shrunk));
      return;
    }
    Finding& finding = result_.findings.emplace_back();
    finding.invariant = invariant;
    finding.fingerprint = print;
    finding.episodes = 1;
    set_minimal(finding, index, seed, scenario, std::move(shrunk));
  }

  void set_minimal(Finding& finding, std::uint64_t index, std::uint64_t seed,
                   const Scenario& scenario, ShrinkResult&& shrunk) {
    finding.index = index;
    finding.seed = seed;
    finding.original = scenario;
    finding.shrunk = std::move(shrunk);
    finding.trace = make_trace(configuration_, finding.shrunk.scenario);
    finding.trace.expectations = {{name_of(finding.invariant), false}};
  }
  const std::string& name_of(Invariant invariant) const {
    return names_[static_cast<std::size_t>(invariant)];
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
  const FuzzWatch& watch_;
  Generator generator_;
  std::vector<std::string> names_;  // of the invariants, by their numbers
  std::vector<Runner> runners_;     // one a world
  Runner shrinking_;                // of its own, so that its runs count for no mark
  Runner canary_;
  Coverage coverage_;
  FuzzResult result_;
  bool ended_ = false;
  bool repeated_ = false;  // the episode under way ran the same a second time
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
  for (const char letter : invariant) digest.add(static_cast<unsigned char>(letter));
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
