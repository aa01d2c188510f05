#include "properties/campaign/comparison.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidemark::core {
namespace {

// Puts the version that a tombstone was made of in its place; returns whether it is one.
bool unbury(Value& value, const std::vector<Version>& versions) {
  if (value.number >= versions.size() || versions[value.number].buried_of == kNoValue) return false;
  value = versions[value.number].buried_of;
  return true;
}

std::vector<Comparison::Seen> seen(const Recording& recording) {
  std::vector<Comparison::Seen> result;
  const auto& versions = recording.versions;
  for (const Event& event : recording.events) {
    if (!is<StepBegan, StepSkipped, Written, Held, MessageSent, Carried, RoundBegan>(event))
      continue;
    Comparison::Seen& one = result.emplace_back(Comparison::Seen{.event = event});
    if (auto* written = std::get_if<Written>(&one.event))
      one.was_tombstone = unbury(written->over, versions);
    if (auto* carried = std::get_if<Carried>(&one.event))
      one.is_tombstone = unbury(carried->value, versions);
    if (auto* held = std::get_if<Held>(&one.event)) {
      one.is_tombstone = unbury(held->value, versions);
      one.was_tombstone = unbury(held->before, versions);
    }
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
  const Seen& one = seen[at];
  const auto object = [&](Guid guid) {
    return guid.number < scenario.objects.size() ? scenario.objects[guid.number] : std::string("?");
  };
  if (const auto* held = std::get_if<Held>(&one.event))
    return fmt::format("{} holds {} as {}, which was {}", replica_name(held->replica),
                       object(held->guid), version(held->value, one.is_tombstone),
                       version(held->before, one.was_tombstone));
  if (const auto* carried = std::get_if<Carried>(&one.event))
    return fmt::format("the message carries {} as {}", object(carried->guid),
                       version(carried->value, one.is_tombstone));
  if (const auto* sent = std::get_if<MessageSent>(&one.event))
    return fmt::format("{} of {} is sent", message_name(sent->kind), replica_name(sent->client));
  return "the next step or round begins";
}

Scenario labelled_in_order(Scenario scenario) {
  order_objects(scenario);
  for (std::size_t i = 0; i < scenario.objects.size(); ++i)
    scenario.objects[i] = fmt::format("o{}", i + 1);
  return scenario;
}

}  // namespace tidemark::core
