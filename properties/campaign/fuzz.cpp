#include "properties/campaign/fuzz.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>

#include "properties/campaign/episodes.h"
#include "sim/shape.h"

namespace tidemark::core {
namespace {

// One fuzz run: waves of blocks, each followed by the shrinking of what they found. All is added up
// in the order of the episodes, whoever ran them.
class Fuzzing {
 public:
  Fuzzing(const Configuration& configuration, const FuzzPlan& plan, const FuzzWatch& watch)
      : configuration_(configuration),
        plan_(plan),
        names_(invariant_names(configuration)),
        crew_{configuration, plan, watch, ended_, names_.size()} {
    if (plan.coverage) result_.coverage.emplace();
    if (configuration.own) result_.own_marks.resize(configuration.own->marks.size());
    // What is the user's own is asked by one thread alone.
    const std::uint32_t jobs = is_ours(configuration) ? std::max(plan.jobs, 1u) : 1;
    for (std::uint32_t i = 0; i < jobs; ++i)
      workers_.push_back(std::make_unique<Worker>(crew_, i == 0));
  }

  FuzzResult run() {
    for (std::uint64_t first = 0; first < plan_.episodes && workers_.front()->go_on();)
      first = wave(first);
    result_.faults = std::move(crew_.faults);
    for (FaultyEpisode& each : result_.faults) each.seed = seed_of(each.index);
    result_.contradiction = std::move(crew_.contradiction);
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
    crew_.findings = result_.findings.size();
    return blocks.back().end;
  }

  void add(const Block& block, std::vector<Shrinking>& shrinkings) {
    static_cast<EpisodeCounts&>(result_) += block;
    for (std::size_t i = 0; i < block.own_marks.size(); ++i)
      result_.own_marks[i] += block.own_marks[i];
    for (const std::uint64_t index : block.nondeterministic) add_nondeterministic(seed_of(index));
    for (const std::uint64_t index : block.lost) result_.lost_seeds.push_back(seed_of(index));
    if (block.coverage) *result_.coverage += *block.coverage;
    for (const Failure& failure : block.failures)
      for (std::size_t i = 0; i < names_.size(); ++i)
        if ((failure.broken >> i & 1) && crew_.asked[i] < plan_.shrink_most) {
          ++crew_.asked[i];
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
    if (!shrinking.repeats) add_nondeterministic(seed_of(shrinking.failure.index));
    if (!shrinking.result) return;
    if ((crew_.ended || crew_.given_up) && !shrinking.result->complete &&
        is_found(shrinking.invariant))
      return;
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
    finding.seed = seed_of(shrinking.failure.index);
    finding.original = std::move(shrinking.original);
    finding.shrunk = std::move(*shrinking.result);
    finding.trace = make_trace(configuration_, finding.shrunk.scenario);
    finding.trace.expectations = {{name_of(finding.invariant), false}};
  }
  std::uint64_t seed_of(std::uint64_t index) const {
    return tidemark::core::seed_of(plan_.seed, index);
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
          is_granted(named, plan_.scope, configuration_.protocol, configuration_.strategy))
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
  std::atomic<bool> ended_ = false;
  Crew crew_;
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

std::string file_name(const Finding& finding) {
  const bool is_own = static_cast<std::size_t>(finding.invariant) >= kInvariants;
  return fmt::format("{}-{}.trace",
                     is_own ? std::string_view(finding.trace.expectations.front().invariant)
                            : name_of(finding.invariant),
                     finding.fingerprint);
}

}  // namespace tidemark::core
