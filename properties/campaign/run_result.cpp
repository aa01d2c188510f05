#include "properties/campaign/run_result.h"

#include <algorithm>

#include "base/digest.h"

namespace tidemark::core {
namespace {

template <class Numbers>
void add_each(Numbers& to, const Numbers& more) {
  if constexpr (requires { to.resize(more.size()); }) to.resize(std::max(to.size(), more.size()));
  for (std::size_t i = 0; i < more.size(); ++i) to[i] += more[i];
}

void keep_first(std::vector<FaultyEpisode>& faults) {
  std::sort(faults.begin(), faults.end(),
            [](const FaultyEpisode& a, const FaultyEpisode& b) { return a.episode < b.episode; });
  if (faults.size() > kMostTold) faults.resize(kMostTold);
}

void add(std::optional<CoverageCounts>& to, const std::optional<CoverageCounts>& more) {
  if (to && more)
    *to += *more;
  else if (more)
    to = more;
}

template <class Number>
std::uint64_t sum_of(const RunResult& result, Number PortionResult::*number) {
  std::uint64_t sum = 0;
  for (const PortionResult& each : result.portions) sum += each.*number;
  return sum;
}

}  // namespace

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

PortionResult& PortionResult::operator+=(const PortionResult& other) {
  episodes += other.episodes;
  repeated += other.repeated;
  broken_episodes += other.broken_episodes;
  effective_steps += other.effective_steps;
  skipped_steps += other.skipped_steps;
  digest += other.digest;
  add_each(broken, other.broken);
  add_each(shrunk, other.shrunk);
  for (const auto& [invariant, episode] : other.first_broken)
    keep_least(first_broken, invariant, episode);
  add_each(marks, other.marks);
  add_each(own_marks, other.own_marks);
  add(coverage, other.coverage);
  canary_episodes += other.canary_episodes;
  canaries_caught += other.canaries_caught;
  canary_tries = std::max(canary_tries, other.canary_tries);
  nondeterministic += other.nondeterministic;
  lost += other.lost;
  fault_count += other.fault_count;
  faults.insert(faults.end(), other.faults.begin(), other.faults.end());
  keep_first(faults);
  given_up |= other.given_up;
  contradiction = std::max(contradiction, other.contradiction);
  return *this;
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

void RunResult::add(const Finding& finding) {
  const auto [known, is_new] = findings.emplace(finding.name(), finding);
  if (!is_new) known->second += finding;
}

RunResult& RunResult::operator+=(const RunResult& other) {
  add_each(portions, other.portions);
  for (const auto& [name, finding] : other.findings) add(finding);
  for (const auto& [landmark, episode] : other.firsts) keep_least(firsts, landmark, episode);
  return *this;
}

std::uint64_t RunResult::episodes() const { return sum_of(*this, &PortionResult::episodes); }
std::uint64_t RunResult::broken_episodes() const {
  return sum_of(*this, &PortionResult::broken_episodes);
}
std::uint64_t RunResult::effective_steps() const {
  return sum_of(*this, &PortionResult::effective_steps);
}
std::uint64_t RunResult::digest() const {
  Digest digest;
  for (const PortionResult& each : portions) digest.add(each.digest);
  return digest.value();
}

bool has_simpler_trace(const Finding& a, const Finding& b) {
  return is_simpler(a.simplest.trace.scenario, b.simplest.trace.scenario);
}

std::vector<const Finding*> RunResult::findings_of(std::string_view invariant) const& {
  std::vector<const Finding*> found;
  for (const auto& [name, finding] : findings)
    if (finding.invariant == invariant) found.push_back(&finding);
  std::stable_sort(found.begin(), found.end(),
                   [](const Finding* a, const Finding* b) { return has_simpler_trace(*a, *b); });
  return found;
}

}  // namespace tidemark::core
