#include "properties/own.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace tidemark::core {
namespace {

std::string print(const tidemark::Object& object) {
  return fmt::format("{} \"{}\"{}", object.guid, object.value,
                     object.isdeleted ? " (deleted)" : "");
}

std::string print(const tidemark::Decision& decision) {
  if (const tidemark::Object* kept = decision.kept()) return "kept " + print(*kept);
  return fmt::format("merged to \"{}\"{}", decision.merged()->value,
                     decision.merged()->isdeleted ? " (deleted)" : "");
}

std::string print(const tidemark::Conflict& conflict) {
  return fmt::format("asked between local {} and server {}", print(conflict.local),
                     print(conflict.server));
}

// A question that is open.
struct Attended {
  explicit Attended(Attendant* by) : attendant(by) {
    if (attendant != nullptr) attendant->asking();
  }
  ~Attended() {
    if (attendant != nullptr) attendant->answered();
  }
  Attended(const Attended&) = delete;
  Attended& operator=(const Attended&) = delete;

  Attendant* attendant;
};

}  // namespace

std::vector<std::string> own_names(const Own& own) {
  std::vector<std::string> names;
  if (own.strategy) names.emplace_back(kClosed);
  for (const tidemark::Invariant& each : own.invariants) names.push_back(each.name);
  return names;
}

OwnWatch::OwnWatch(std::shared_ptr<const Own> own) : own_(std::move(own)) {
  if (own_ != nullptr) mark_counts_.assign(own_->marks.size(), 0);
}

Strategy OwnWatch::strategy(std::string name) {
  return own_strategy(std::move(name),
                      [this](const Conflict& conflict) { return decide(conflict); });
}

void OwnWatch::begin(const Scenario& scenario, const std::vector<Version>& versions) {
  texts_.begin(scenario, versions);
  told_.assign(scenario.clients, {});
  reached_.assign(own_->marks.size(), false);
  unlawful_.clear();
  if (own_->attendant) own_->attendant->world_began(scenario);
}

void OwnWatch::hear(Replica teller, const Fact& fact) {
  const bool merged = fact.kind == FactKind::change_merged;
  if (!merged && fact.kind != FactKind::change_overwritten) return;
  const auto label = [&](Guid guid) { return texts_.scenario().objects[guid.number]; };
  told_[teller.number - 1u].push_back({.guid = label(fact.guid),
                                       .value = texts_.value(fact.local),
                                       .kept_guid = label(fact.kept_guid),
                                       .kept = texts_.value(fact.kept),
                                       .merged = merged});
}

void OwnWatch::look(const tidemark::World& world, const Breach& place, bool at_rest,
                    Verdict& verdict) {
  for (std::size_t i = 0; i < own_->invariants.size(); ++i) {
    const tidemark::Invariant& each = own_->invariants[i];
    const auto number = static_cast<std::uint8_t>(laws() + i);
    if (verdict.broken(own_invariant(number)) || (each.when == When::at_rest && !at_rest)) continue;
    if (tidemark::Broken broken = each.broken(world))
      verdict.break_first(own_invariant(number), place, std::move(*broken));
  }
  for (std::size_t i = 0; i < own_->marks.size(); ++i) {
    if (reached_[i] || !own_->marks[i].is_reached(world)) continue;
    reached_[i] = true;
    ++mark_counts_[i];
  }
}

// Where the two look the same, the one that was written first stands for both.
Decision OwnWatch::decide(const Conflict& conflict) {
  const tidemark::Conflict shown{texts_.object(conflict.local), texts_.object(conflict.server)};
  const tidemark::Decision decision = ask(shown);
  if (const tidemark::Decision::Merge* merge = decision.merged()) {
    texts_.add_merge(merge->value);
    return Decision::merged(merge->isdeleted);
  }
  const bool is_local = *decision.kept() == shown.local;
  const bool is_server = *decision.kept() == shown.server;
  if (is_local && is_server)
    return conflict.local.content.value < conflict.server.content.value ? Decision::local_wins()
                                                                        : Decision::server_wins();
  if (!is_local && !is_server)
    unlawful_ = fmt::format("{}, {} {}, which is neither", print(shown), own_->strategy->name(),
                            print(decision));
  return is_local ? Decision::local_wins() : Decision::server_wins();
}

// A strategy that throws has the server's version kept.
tidemark::Decision OwnWatch::ask(const tidemark::Conflict& conflict) {
  const auto threw = [&](const std::string& what) {
    unlawful_ = fmt::format("{}, {} threw: {}", print(conflict), own_->strategy->name(), what);
    return tidemark::Decision(conflict.server);
  };
  const Attended attended(own_->attendant.get());
  try {
    tidemark::Decision first = own_->strategy->resolve(conflict);
    const tidemark::Decision second = own_->strategy->resolve(conflict);
    if (contradiction_.empty() && !(first == second))
      contradiction_ = fmt::format("{}, {} {} first and {} then", print(conflict),
                                   own_->strategy->name(), print(first), print(second));
    return first;
  } catch (const std::exception& thrown) {
    return threw(thrown.what());
  } catch (...) {
    return threw("something that is no std::exception");
  }
}

}  // namespace tidemark::core
