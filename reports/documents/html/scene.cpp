#include "reports/documents/html/scene.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "reports/explanation.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kLeastPassages = 12;

bool acts(const Entry& entry) {
  return entry.message() != nullptr &&
         (!entry.changes.empty() || !entry.tides.empty() || !is<MessageArriving>(entry.head) ||
          (entry.carried && !entry.carried->empty()));
}

}  // namespace

Scene::Scene(const Run& run, const Configuration& configuration, std::optional<Invariant> invariant,
             std::string prefix)
    : run_(&run),
      strategy_(configuration.strategy.name),
      prefix_(std::move(prefix)),
      account_(run.scenario(), run.recording()),
      words_(account_) {
  find_breaks(configuration, invariant);
  window_ = choose_window();
  lanes_ = choose_lanes();
}

void Scene::find_breaks(const Configuration& configuration, std::optional<Invariant> invariant) {
  const Verdict& verdict = run_->verdict();
  const std::vector<std::string> names = invariant_names(configuration);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto each = static_cast<Invariant>(i);
    if (!verdict.broken(each)) continue;
    const Breach& breach = verdict.breach(each);
    breaks_.push_back({names[i], breach, account_.spot_of(breach)});
    if (each == invariant) subject_ = breaks_.back();
  }
  if (!subject_) return;
  Explanation explanation = explain(subject_->breach, account_, strategy_);
  why_ = std::move(explanation.why);
  if (explanation.spot && *explanation.spot != subject_->spot) cause_ = explanation.spot;
}

std::vector<std::string> Scene::broken_at(Spot spot) const {
  std::vector<std::string> names;
  for (const Break& each : breaks_)
    if (each.spot == spot) names.push_back(each.invariant);
  return names;
}

std::size_t Scene::first_stop() const {
  if (!subject_) return window_.end - 1;
  return cause_ ? cause_->passage : subject_->spot.passage;
}

// As many before the breach as fit, but for some behind it.
Window Scene::choose_window() const {
  const std::size_t all = account_.passages().size();
  const std::size_t cells = std::size_t{account_.replicas()} * (account_.objects() + 3);
  const std::size_t most = std::clamp(kShownCells / cells, kLeastPassages, kShownPassages);
  if (all <= most) return {0, all};
  const std::size_t middle = subject_ ? subject_->spot.passage : all - 1;
  const std::size_t end = std::min(all, middle + most / 4 + 1);
  return {end > most ? end - most : 0, std::max(end, most)};
}

std::vector<Replica> Scene::choose_lanes() const {
  std::set<Replica> acting;
  for (std::size_t place = window_.begin; place < window_.end; ++place) {
    const Passage& passage = account_.passages()[place];
    if (passage.kind == PassageKind::step) acting.insert(scenario().steps[passage.number].replica);
    for (const Entry& entry : passage.entries)
      if (acts(entry)) acting.insert(entry.replica());
  }
  if (subject_) acting.insert(subject_->breach.replica);
  acting.erase(kServer);
  std::vector<Replica> lanes(acting.begin(), acting.end());
  lanes.insert(lanes.begin() + static_cast<std::ptrdiff_t>((lanes.size() + 1) / 2), kServer);
  return lanes;
}

std::vector<Replica> Scene::idle() const {
  std::vector<Replica> result;
  for (std::uint8_t number = 1; number < account_.replicas(); ++number)
    if (std::find(lanes_.begin(), lanes_.end(), Replica{number}) == lanes_.end())
      result.push_back({number});
  return result;
}

std::string Scene::anchor(const Passage& passage) const {
  switch (passage.kind) {
    case PassageKind::step:
      return fmt::format("{}step-{}", prefix_, passage.number + 1);
    case PassageKind::open_exchanges:
      return prefix_ + "settle";
    case PassageKind::round:
      return fmt::format("{}round-{}", prefix_, passage.number);
    case PassageKind::rest:
      return prefix_ + "rest";
  }
  return {};
}

std::string Scene::number(const Passage& passage) {
  return passage.kind == PassageKind::step ? std::to_string(passage.number + 1) : "";
}

std::string Scene::title(const Passage& passage) const {
  if (passage.kind != PassageKind::step) return place_name(passage);
  return print_step(scenario(), scenario().steps[passage.number]);
}

std::string Scene::kind(const Passage& passage) const {
  if (passage.kind != PassageKind::step) return "settle";
  return std::string(row_of(scenario().steps[passage.number].kind).name);
}

std::string Scene::skipped_since(const Passage& passage, const Entry& entry) const {
  return skip_reason(std::get<StepSkipped>(entry.head).reason, scenario().steps[passage.number],
                     scenario());
}

std::set<Replica> Scene::replicas_of(const Passage& passage) const {
  std::set<Replica> result;
  if (passage.kind == PassageKind::step) result.insert(scenario().steps[passage.number].replica);
  for (const Entry& entry : passage.entries) {
    result.insert(entry.replica());
    if (entry.message() != nullptr) result.insert(kServer);
  }
  return result;
}

std::set<std::uint32_t> Scene::objects_of(const Passage& passage) const {
  std::set<std::uint32_t> result;
  if (passage.kind == PassageKind::step) {
    const Step& step = scenario().steps[passage.number];
    if (row_of(step.kind).takes(StepPart::object)) result.insert(step.object);
  }
  for (const Entry& entry : passage.entries) {
    for (const HoldingChange& change : entry.changes) result.insert(change.guid.number);
    if (!entry.carried) continue;
    for (const Item& item : *entry.carried) result.insert(item.guid.number);
  }
  return result;
}

std::string Scene::attributes(const Passage& passage) const {
  std::string replicas;
  for (const Replica replica : replicas_of(passage))
    replicas += (replicas.empty() ? "" : " ") + std::string(1, replica_name(replica));
  return fmt::format("data-stop=\"{}\" data-kind=\"{}\" data-replicas=\"{}\" data-objects=\"{}\"",
                     anchor(passage), kind(passage), replicas, fmt::join(objects_of(passage), " "));
}

std::string label_of(const Entry& message, const Vocabulary& words) {
  const std::string cargo = words.cargo(message);
  const std::string name(message_name(message.message()->kind));
  return cargo.empty() ? name : fmt::format("{} {}", name, cargo);
}

std::vector<std::string> changes_of(const TideChange& change, bool tells_servercounter_lastsync) {
  std::vector<std::string> result;
  const auto add = [&](std::string_view name, std::uint64_t before, std::uint64_t after) {
    if (before != after) result.push_back(fmt::format("{} {} → {}", name, before, after));
  };
  add("counter", change.before.counter, change.after.counter);
  add("counter_lastsync", change.before.counter_lastsync, change.after.counter_lastsync);
  if (tells_servercounter_lastsync)
    add("servercounter_lastsync", change.before.servercounter_lastsync,
        change.after.servercounter_lastsync);
  return result;
}

}  // namespace tidemark::core
