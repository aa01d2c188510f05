#include "sim/texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/foreign.h"

namespace tidemark::core {
namespace {

// Of values that nobody wrote, and of keys and names that are not what was set at creation.
constexpr std::uint32_t kFirstUnknown = 0x80000000u;

}  // namespace

void Texts::begin(const Scenario& scenario) {
  scenario_ = &scenario;
  written_.assign(1, {});
  values_.clear();
  unknown_ = 0;
  created_.assign(scenario.objects.size(), {});
  deletion_.assign(scenario.objects.size(), kNoValue);
  digests_ = 0;
}

void Texts::add(Value value, Written one) {
  if (written_.size() <= value.number) written_.resize(value.number + 1);
  values_.emplace(one.text, value);
  if (one.isdeleted) deletion_[one.guid.number] = value;
  written_[value.number] = std::move(one);
}

Value Texts::value(std::string_view text) {
  const auto found = values_.find(text);
  if (found != values_.end()) return found->second;
  return values_.emplace(std::string(text), Value{kFirstUnknown + unknown_++}).first->second;
}

Value Texts::find_written(std::string_view text) const {
  const auto found = values_.find(text);
  return found == values_.end() || !knows(found->second) ? kNoValue : found->second;
}

Value Texts::value_of(Guid guid, std::string_view text, bool isdeleted) {
  return text.empty() && isdeleted ? deletion(guid) : value(text);
}

Guid Texts::guid(std::string_view label) const {
  const auto& labels = scenario_->objects;
  const auto found = std::find(labels.begin(), labels.end(), label);
  const Guid guid{static_cast<std::uint32_t>(found - labels.begin())};
  if (found == labels.end() || created(guid).value == kNoValue)
    throw EngineFault(
        fmt::format("guid '{}': no object of that guid was created in this world", label));
  return guid;
}

std::uint32_t Texts::property(std::size_t place, std::string_view text) const {
  for (const Change& one : created_)
    if (one.value != kNoValue && scenario_->texts_of(one.identity)[place] == text)
      return one.identity.numbers()[place];
  return kFirstUnknown;
}

bool Texts::descends(Value newer, Value older) const {
  if (newer == older) return true;
  if (newer == kNoValue || !knows(newer)) return false;
  const Written& one = written(newer);
  return descends(one.over, older) || (one.over_too != kNoValue && descends(one.over_too, older));
}

}  // namespace tidemark::core
