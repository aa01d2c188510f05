#include "properties/world_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tidemark::core {

static_assert(kProperties.size() == Identity::kProperties);

void WorldTexts::begin(const Scenario& scenario, const std::vector<Version>& versions) {
  scenario_ = &scenario;
  versions_ = &versions;
  merged_.clear();
  next_merge_ = 0;
}

std::string WorldTexts::value(Value value) const {
  if (const auto merged = merged_.find(value.number); merged != merged_.end())
    return merged->second;
  if (value == kNoValue || value.number >= versions_->size()) return "?";
  const Version& version = (*versions_)[value.number];
  if (version.buried_of != kNoValue) return this->value(version.buried_of);
  const std::string_view given = scenario_->text(version.text);
  return given.empty() ? fmt::format("v{}", value.number) : std::string(given);
}

tidemark::Object WorldTexts::object(const Object& object) const {
  tidemark::Object told{.guid = scenario_->objects[object.guid.number],
                        .value = value(object.content.value),
                        .isdeleted = object.content.isdeleted,
                        .timestamp_created = object.stamps.created,
                        .timestamp_lastupdate = object.stamps.lastupdate};
  const auto texts = scenario_->texts_of(object.identity);
  for (std::size_t i = 0; i < texts.size(); ++i) told.*kProperties[i] = texts[i];
  return told;
}

// The values of merges are numbered on from the versions that there are, in order. One message may
// bring several, before the first is there.
void WorldTexts::add_merge(std::string text) {
  next_merge_ = std::max(next_merge_, static_cast<std::uint32_t>(versions_->size()));
  merged_.insert_or_assign(next_merge_++, std::move(text));
}

}  // namespace tidemark::core
