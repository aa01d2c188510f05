#include "properties/campaign/comparison.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidemark::core {
namespace {

constexpr std::uint64_t kCompared =
    events(EventKind::step_began, EventKind::step_skipped, EventKind::written, EventKind::held,
           EventKind::message_sent, EventKind::carried, EventKind::round_began);

// Puts the version that a tombstone was made of in its place; returns whether it is one.
bool unbury(Value& value, const std::vector<Version>& versions) {
  if (value.number >= versions.size() || versions[value.number].buried_of == kNoValue) return false;
  value = versions[value.number].buried_of;
  return true;
}

std::vector<Comparison::Seen> seen(const Recording& recording) {
  std::vector<Comparison::Seen> result;
  for (const Event& event : recording.events) {
    if (!(events(event.kind) & kCompared)) continue;
    Comparison::Seen& one = result.emplace_back(Comparison::Seen{.event = event});
    one.is_tombstone = unbury(one.event.value, recording.versions);
    one.was_tombstone = unbury(one.event.other, recording.versions);
  }
  return result;
}

std::string version(Value value, bool is_tombstone) {
  if (value == kNoValue) return "nothing";
  return fmt::format("{}v{}", is_tombstone ? "the tombstone of " : "", value.number);
}

}  // namespace

Comparison::Comparison(const Recording& our_run, const Recording& their_run)
    : ours_(seen(our_run)), theirs_(seen(their_run)) {
  if (our_run.outcome.summary.rest == Rest::circle && theirs_.size() > ours_.size())
    theirs_.resize(ours_.size());
}

std::size_t Comparison::first_difference() const {
  const auto [ours, theirs] =
      std::mismatch(ours_.begin(), ours_.end(), theirs_.begin(), theirs_.end());
  return static_cast<std::size_t>(ours - ours_.begin());
}

std::string Comparison::shown(const std::vector<Seen>& seen, const Scenario& scenario) const {
  const std::size_t at = first_difference();
  if (at >= seen.size()) return "nothing more happens";
  const Event& event = seen[at].event;
  const std::string object = event.guid.number < scenario.objects.size()
                                 ? scenario.objects[event.guid.number]
                                 : std::string("?");
  const std::string value = version(event.value, seen[at].is_tombstone);
  switch (event.kind) {
    case EventKind::held:
      return fmt::format("{} holds {} as {}, which was {}", replica_name(event.replica), object,
                         value, version(event.other, seen[at].was_tombstone));
    case EventKind::carried:
      return fmt::format("the message carries {} as {}", object, value);
    case EventKind::message_sent:
      return fmt::format("{} of {} is sent", message_name(event.message),
                         replica_name(event.replica));
    default:
      return "the next step or round begins";
  }
}

Scenario labelled_in_order(Scenario scenario) {
  order_objects(scenario);
  for (std::size_t i = 0; i < scenario.objects.size(); ++i)
    scenario.objects[i] = fmt::format("o{}", i + 1);
  return scenario;
}

}  // namespace tidemark::core
