#include "properties/campaign/episodes.h"

#include <algorithm>
#include <new>

#include "sim/foreign.h"

namespace tidemark::core {
namespace {

constexpr std::uint64_t kEpisodesPerRepeat = 20;   // one of so many is run twice
constexpr std::uint64_t kEpisodesPerCanary = 256;  // one of so many is run with the canary

// The engine of a mutant, judged for what must catch it.
Runner runner_of_mutant(Mutant mutant) {
  const NamedMutant* named = find_mutant(name_of(mutant));
  Protocol protocol = find_protocol(named == nullptr ? "hardened" : named->protocol)->protocol;
  protocol.mutant = mutant;
  return Runner(protocol, built_in("server-priority"), {.count_marks = false});
}

}  // namespace

bool is_ours(const Configuration& configuration) {
  return configuration.spec->takes_threads() && configuration.own == nullptr;
}

Worker::Worker(Crew& crew, bool asks_watch)
    : crew_(crew),
      plan_(crew.plan),
      asks_watch_(asks_watch),
      generator_(plan_.scope),
      again_(crew.configuration),
      canary_(runner_of_mutant(plan_.canary)) {
  for (std::uint32_t world = 0; world < crew.configuration.spec->worlds(); ++world)
    runners_.emplace_back(crew.configuration, world);
}

bool Worker::go_on() {
  if (crew_.conduct.ended || crew_.given_up) return false;
  if (asks_watch_ && !crew_.conduct.go_on()) crew_.conduct.ended = true;
  return !crew_.conduct.ended;
}

Block Worker::run(const Stretch& stretch, bool pauses) {
  block_ = {};
  stretch_ = stretch;
  if (plan_.coverage) coverages_.assign(runners_.size(), {});
  std::uint64_t index = stretch.first;
  while (index < stretch.end() && !(pauses && !block_.broken.empty()) &&
         (block_.is_whole = go_on()))
    index += runners_.size() > 1 ? episodes_together(index, stretch.end()) : episode(index);
  block_.end = index;
  take_counts();
  return std::move(block_);
}

std::optional<Sighting> Worker::shrink(const Stretch& stretch, const BrokenEpisode& episode,
                                       Invariant invariant, PortionResult& counts) {
  block_ = {};
  stretch_ = stretch;
  std::optional<Sighting> sighting;
  blaming_engine(episode.index, [&] {
    Scenario original = scenario_of(episode.index);
    if (!repeats(original, episode.digest)) return note_nondeterministic(episode.index);
    ShrinkResult shrunk = shrink_for(again_, invariant, original, budget());
    const bool is_given = episode.index < plan_.given.size();
    sighting =
        sighting_of(crew_.configuration,
                    is_given ? std::nullopt : std::optional(seed_of(plan_.seed, episode.index)),
                    std::move(original), std::move(shrunk));
    sighting->episode = stretch_.number_of(episode.index);
    sighting->portion = stretch_.portion;
    sighting->trace.expectations = {{crew_.invariants[static_cast<std::size_t>(invariant)], false}};
  });
  counts += block_.counts;
  return sighting;
}

bool Worker::catches_canary(std::uint64_t index) {
  return !canary_.run(generator_.generate(seed_of(plan_.seed, index))).verdict.holds();
}

void Worker::take_counts() {
  PortionResult& counts = block_.counts;
  counts.own_marks.resize(runners_.front().own_marks().size());
  for (Runner& runner : runners_) {
    for (std::size_t i = 0; i < kMarks; ++i) counts.marks[i] += runner.marks()[i];
    for (std::size_t i = 0; i < counts.own_marks.size(); ++i)
      counts.own_marks[i] += runner.own_marks()[i];
    runner.clear_marks();
  }
  if (!plan_.coverage) return;
  counts.coverage.emplace();
  for (const Coverage& each : coverages_) *counts.coverage += each.counts();
}

// What episodes that ran beside it had reached at the same time is put down to the last of them.
void Worker::note_firsts(std::uint64_t index) {
  if (!plan_.landmarks) return;
  std::vector<Landmark> fresh;
  for (std::size_t i = 0; i < runners_.size(); ++i) {
    reached_.add(runners_[i].marks(), fresh);
    reached_.add(coverages_[i].counts(), fresh);
  }
  for (const Landmark landmark : fresh) block_.firsts.push_back({landmark, index});
}

const Scenario& Worker::scenario_of(std::uint64_t index) {
  if (index < plan_.given.size()) return plan_.given[index];
  return generator_.generate(seed_of(plan_.seed, index));
}

void Worker::note_time(std::uint64_t index, std::uint64_t nanoseconds) {
  if (nanoseconds > block_.slowest.nanoseconds)
    block_.slowest = {stretch_.number_of(index), nanoseconds};
}

std::uint64_t Worker::episode(std::uint64_t index) {
  const std::uint64_t began = now();
  const Scenario& scenario = scenario_of(index);
  if (index % kEpisodesPerCanary == 0) run_canary(scenario);
  run_alone(index, scenario);
  note_time(index, now() - began);
  return 1;
}

void Worker::run_alone(std::uint64_t index, const Scenario& scenario) {
  blaming_engine(index, [&] {
    Runner& runner = runners_.front();
    judge(index, scenario,
          plan_.coverage ? runner.run(scenario, coverages_.front()) : runner.run(scenario));
  });
}

// Does something with the engine. Where that fails, it is the engine's fault; where its memory or
// its process was taken, it counts neither way.
template <class Do>
void Worker::blaming_engine(std::uint64_t index, Do act) {
  try {
    act();
  } catch (const EngineFault& fault) {
    if (fault.was_killed)
      block_.counts.lost.add(stretch_.number_of(index));
    else
      add_fault(index, fault.what(), transcript_of(fault));
  } catch (const std::bad_alloc&) {
    block_.counts.lost.add(stretch_.number_of(index));
  }
}

void Worker::add_fault(std::uint64_t index, std::string what, std::vector<std::string> transcript) {
  ++block_.counts.fault_count;
  block_.counts.faults.push_back({stretch_.number_of(index), std::move(what), std::move(transcript),
                                  seed_of(plan_.seed, index)});
  if (++crew_.fault_count >= kMostFaults) block_.counts.given_up = crew_.given_up = true;
}

// Once is enough for all that an episode broke.
void Worker::note_nondeterministic(std::uint64_t index) {
  ToldEpisodes& told = block_.counts.nondeterministic;
  if (told.count > 0 && told.first.back() == stretch_.number_of(index)) return;
  told.add(stretch_.number_of(index));
  ++crew_.conduct.nondeterministic;
}

// What is found wrong in an answer was not seen by whoever exchanged the lines.
std::vector<std::string> Worker::transcript_of(const EngineFault& fault) const {
  return fault.transcript.empty() ? crew_.configuration.spec->transcript() : fault.transcript;
}

// An episode that is under way beside others.
struct Worker::Beside {
  std::uint64_t index = 0;
  Scenario scenario;
  const Outcome* outcome = nullptr;
  std::optional<EngineFault> fault;  // instead of an outcome
};

// As many episodes as there are worlds; judged in order, as if they had run one after the other.
// Where the engine fails, each is run again alone, so that the fault is told of the right one.
std::uint64_t Worker::episodes_together(std::uint64_t first, std::uint64_t end) {
  const std::uint64_t began = now();
  const auto count = std::min<std::uint64_t>(runners_.size(), end - first);
  std::vector<Beside> beside(count);
  std::vector<std::function<void()>> jobs;
  for (std::uint64_t i = 0; i < count; ++i) {
    beside[i].index = first + i;
    beside[i].scenario = scenario_of(first + i);
    if ((first + i) % kEpisodesPerCanary == 0) run_canary(beside[i].scenario);
    jobs.push_back([this, &one = beside[i], i] {
      try {
        one.outcome = plan_.coverage ? &runners_[i].run(one.scenario, coverages_[i])
                                     : &runners_[i].run(one.scenario);
      } catch (const EngineFault& fault) {
        one.fault = fault;
      } catch (const std::bad_alloc&) {
        one.fault.emplace("memory ran out");
        one.fault->was_killed = true;
      }
    });
  }
  crew_.configuration.spec->side_by_side(jobs);
  const auto misses = [&] { return block_.counts.fault_count + block_.counts.lost.count; };
  const std::uint64_t before = misses();
  const Beside* failed = nullptr;
  for (std::uint64_t i = 0; i < count && (i == 0 || !(crew_.conduct.ended || crew_.given_up));
       ++i) {
    Beside& one = beside[i];
    if (one.fault) {
      if (failed == nullptr) failed = &one;
      run_alone(one.index, one.scenario);
    } else {
      blaming_engine(one.index, [&] { judge(one.index, one.scenario, *one.outcome); });
    }
  }
  if (failed != nullptr && !failed->fault->was_killed && misses() == before)
    add_fault(
        failed->index,
        std::string("with several worlds under way, and not with one: ") + failed->fault->what(),
        failed->fault->transcript);
  note_time(first, (now() - began) / count);
  return count;
}

void Worker::judge(std::uint64_t index, const Scenario& scenario, const Outcome& outcome) {
  PortionResult& counts = block_.counts;
  ++counts.episodes;
  ++crew_.conduct.episodes;
  counts.effective_steps += outcome.summary.effective_steps;
  counts.skipped_steps += outcome.summary.skipped_steps;
  const std::uint64_t digest = outcome.summary.digest;
  counts.digest += mix(seed_of(plan_.seed, index) ^ digest);
  note_firsts(index);
  if (contradicted()) return;
  if (index % kEpisodesPerRepeat == 0) {
    ++counts.repeated;
    ++crew_.conduct.repeated;
    if (!repeats(scenario, digest)) return note_nondeterministic(index);
  }
  if (outcome.verdict.holds()) return;
  ++counts.broken_episodes;
  ++crew_.conduct.broken_episodes;
  note({index, outcome.verdict.bits(), digest});
}

// Counts what an episode broke, and remembers it if it may be shrunk.
void Worker::note(const BrokenEpisode& episode) {
  bool may_be_shrunk = false;
  for (std::size_t i = 0; i < crew_.invariants.size(); ++i) {
    if (!(episode.broken >> i & 1)) continue;
    keep_least(block_.counts.first_broken, i, stretch_.number_of(episode.index));
    may_be_shrunk |= crew_.chosen[i] + block_.counts.broken[i]++ < plan_.shrink_most;
  }
  if (may_be_shrunk) block_.broken.push_back(episode);
}

// What a strategy that contradicts itself leads to is not worth shrinking.
bool Worker::contradicted() {
  for (const Runner& runner : runners_)
    if (!runner.contradiction().empty()) {
      block_.counts.contradiction = runner.contradiction();
      block_.counts.given_up = crew_.given_up = true;
      return true;
    }
  return false;
}

void Worker::run_canary(const Scenario& scenario) {
  ++block_.counts.canary_episodes;
  block_.counts.canaries_caught += canary_.run(scenario).verdict.holds() ? 0 : 1;
}

// Whether an episode runs the same again.
bool Worker::repeats(const Scenario& scenario, std::uint64_t digest) {
  return again_.run(scenario).summary.digest == digest;
}

ShrinkBudget Worker::budget() {
  ShrinkBudget budget = plan_.budget;
  budget.may_use = features(plan_.scope);
  budget.go_on = [this] { return go_on(); };
  return budget;
}

}  // namespace tidemark::core
