#include "reports/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "reports/words.h"
#include "sim/trace.h"

namespace tidemark::core {
namespace {

// What happens in an event of each kind.
constexpr std::array<std::string_view, 28> kWords{"the world began",
                                                  "step {number} began",
                                                  "the step did nothing",
                                                  "{who} wrote {item} over {other}",
                                                  "the clock of {who} jumped",
                                                  "{who} began a cycle",
                                                  "{message} was sent",
                                                  "{message} was lost",
                                                  "{message} became late",
                                                  "{message} was copied",
                                                  "{message} was arriving",
                                                  "{message} had arrived",
                                                  "the message carried {item}",
                                                  "{who} {fact}",
                                                  "{who} held {item} instead of {other}",
                                                  "an answer not waited for changed {who}",
                                                  "a repeated request of {who} changed the server",
                                                  "the exchange of {who} ended",
                                                  "the exchange of {who} did not end",
                                                  "{who} went offline",
                                                  "{who} came online",
                                                  "{who} crashed",
                                                  "{who} was reinstalled",
                                                  "the server was backed up",
                                                  "the server was restored",
                                                  "settle began",
                                                  "round {number} of settle began",
                                                  "settle ended after {number} rounds"};

constexpr std::array<std::string_view, 5> kTold{"resolved a conflict of", "told of an overwritten",
                                                "told of a merged", "learned of an accepted",
                                                "refused an uploaded"};

std::string version(Value value) {
  return value == kNoValue ? std::string("nothing") : fmt::format("v{}", value.number);
}

std::string words_for(const Fact& fact) {
  return fmt::format("{} {} (the server's is {}) and kept {}",
                     kTold[static_cast<std::size_t>(fact.kind)], version(fact.local),
                     version(fact.server), version(fact.kept));
}

std::string words_for(const Scenario& scenario, const Recording& recording, std::size_t place) {
  if (place >= recording.events.size()) return "the run was over";
  const Event& event = recording.events[place];
  const bool has_object = event.guid.number < scenario.objects.size();
  const std::string object = has_object ? scenario.objects[event.guid.number] : std::string();
  const bool told = event.kind == EventKind::fact_told;
  const std::uint32_t first = event.kind == EventKind::step_began ? 1 : 0;
  return fmt::format(
      fmt::runtime(kWords[static_cast<std::size_t>(event.kind)]),
      fmt::arg("who", who(event.replica)), fmt::arg("number", event.number + first),
      fmt::arg("item", object + "=" + version(event.value)),
      fmt::arg("other", version(event.other)),
      fmt::arg("message", fmt::format("{}'s {}", who(event.replica), message_name(event.message))),
      fmt::arg("fact", told ? words_for(recording.facts[event.number]) : std::string()));
}

bool equal_facts(const Fact& a, const Fact& b) {
  return a.kind == b.kind && a.conflict == b.conflict && a.winner == b.winner &&
         a.stamp_order == b.stamp_order && a.guid == b.guid && a.server_guid == b.server_guid &&
         a.kept_guid == b.kept_guid && a.local == b.local && a.server == b.server &&
         a.kept == b.kept;
}

bool equal_events(const Recording& first, const Recording& second, std::size_t place) {
  const Event& event = first.events[place];
  if (event != second.events[place]) return false;
  return event.kind != EventKind::fact_told ||
         equal_facts(first.facts[event.number], second.facts[event.number]);
}

// The place of the first event that is not the same; the number of events if all are.
std::size_t common_events(const Recording& first, const Recording& second) {
  const std::size_t size = std::min(first.events.size(), second.events.size());
  for (std::size_t place = 0; place < size; ++place)
    if (!equal_events(first, second, place)) return place;
  return size;
}

// `in step 3 (sync A)`, by the events before the place, which both recordings share.
std::string where(const Scenario& scenario, const Recording& recording, std::size_t place) {
  for (std::size_t i = std::min(place, recording.events.size()); i-- > 0;) {
    const Event& event = recording.events[i];
    if (event.kind == EventKind::step_began)
      return fmt::format("in step {} ({})", event.number + 1,
                         print_step(scenario, scenario.steps[event.number]));
    if (event.kind == EventKind::round_began)
      return fmt::format("in settle round {}", event.number);
    if (event.kind == EventKind::settle_began) return "in settle";
  }
  return "before the first step";
}

}  // namespace

std::optional<std::string> first_difference(const Scenario& scenario, const Recording& first,
                                            const Recording& second) {
  const std::size_t place = common_events(first, second);
  if (place < first.events.size() || place < second.events.size())
    return fmt::format("event {}, {}: first {}, then {}", place + 1, where(scenario, first, place),
                       words_for(scenario, first, place), words_for(scenario, second, place));
  const std::uint64_t one = first.outcome.summary.digest;
  const std::uint64_t other = second.outcome.summary.digest;
  if (one != other)
    return fmt::format("all {} events are the same, but the digests are {} and {}",
                       first.events.size(), print_digest(one), print_digest(other));
  if (first.outcome.verdict.bits() != second.outcome.verdict.bits())
    return fmt::format("all {} events are the same, but the verdicts differ", first.events.size());
  return std::nullopt;
}

}  // namespace tidemark::core
