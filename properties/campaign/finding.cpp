#include "properties/campaign/finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "sim/shape.h"

namespace tidemark::core {
namespace {

constexpr std::array<std::string_view, 4> kStatuses{"new", "known", "fixed", "regressed"};

std::pair<std::uint64_t, std::size_t> order_of(const Sighting& sighting) {
  return {sighting.episode, sighting.portion};
}

bool is_simpler(const Sighting& a, const Sighting& b) {
  if (is_simpler(a.trace.scenario, b.trace.scenario)) return true;
  return !is_simpler(b.trace.scenario, a.trace.scenario) && order_of(a) < order_of(b);
}

}  // namespace

std::string_view name_of(FindingStatus status) {
  return kStatuses[static_cast<std::size_t>(status)];
}

std::optional<FindingStatus> find_finding_status(std::string_view name) {
  const auto found = std::find(kStatuses.begin(), kStatuses.end(), name);
  if (found == kStatuses.end()) return std::nullopt;
  return static_cast<FindingStatus>(found - kStatuses.begin());
}

std::size_t rank_of(FindingStatus status) {
  return static_cast<std::size_t>(std::find(kByUrgency.begin(), kByUrgency.end(), status) -
                                  kByUrgency.begin());
}

std::string findings_phrase(const std::function<std::uint64_t(FindingStatus)>& count) {
  std::string phrase;
  for (const FindingStatus status : kByUrgency) {
    const std::uint64_t findings = count(status);
    if (findings == 0) continue;
    phrase += phrase.empty() ? count_of(findings, fmt::format("{} finding", name_of(status)))
                             : fmt::format(", {} {}", grouped(findings), name_of(status));
  }
  return phrase.empty() ? "no findings" : phrase;
}

std::string Finding::name() const {
  return invariant.empty() ? baseline : invariant + "-" + fingerprint;
}

std::uint64_t Finding::all_episodes() const {
  std::uint64_t sum = 0;
  for (const auto& [portion, count] : episodes) sum += count;
  return sum;
}

Finding& Finding::operator+=(const Finding& other) {
  if (!other.is_seen()) return *this;
  const bool was_seen = is_seen();
  for (const auto& [portion, count] : other.episodes) episodes[portion] += count;
  if (!was_seen || is_simpler(other.simplest, simplest)) simplest = other.simplest;
  if (!was_seen || order_of(other.oldest) < order_of(oldest)) oldest = other.oldest;
  return *this;
}

Finding seen_once(std::string_view invariant, Sighting sighting) {
  Finding finding{.invariant = std::string(invariant),
                  .fingerprint = fingerprint(invariant, sighting.trace.scenario)};
  finding.episodes[sighting.portion] = 1;
  finding.simplest = finding.oldest = std::move(sighting);
  return finding;
}

}  // namespace tidemark::core
