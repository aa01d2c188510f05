// What is the user's own in a configuration: a strategy, invariants, marks; and how they are asked
// while worlds run. Engines see a Strategy, the judge's verdict an Invariant, as of all others.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tidemark/world.h>

#include "properties/history.h"
#include "properties/judge.h"
#include "properties/verdict.h"
#include "properties/world_texts.h"

namespace tidemark::core {

// The law of every strategy that a run can break: an invariant like the user's own.
inline constexpr std::string_view kClosed = "closed";

// Whoever wants to know that a question is open, so that one which is never answered is noticed.
// Called on the thread that runs.
class Attendant {
 public:
  virtual ~Attendant() = default;
  virtual void world_began(const Scenario& scenario) = 0;
  virtual void asking() = 0;
  virtual void answered() = 0;
};

struct Own {
  std::optional<tidemark::Strategy> strategy = {};
  std::vector<tidemark::Invariant> invariants = {};
  std::vector<tidemark::Mark> marks = {};
  std::shared_ptr<Attendant> attendant = nullptr;  // of the strategy; null: nobody
};
inline constexpr BreachKind kOwnBreach{"own"};
// So many, of those behind the built-in ones.
inline constexpr std::size_t kMostOwnInvariants = kMostInvariants - kInvariants;

// The invariants of the user's own in their order: the law of the strategy first, if there is one.
std::vector<std::string> own_names(const Own& own);

// Asks what is the user's own about the worlds of one runner.
class OwnWatch {
 public:
  // Null: there is nothing to ask, and this does nothing.
  explicit OwnWatch(std::shared_ptr<const Own> own);
  bool is_idle() const { return own_ == nullptr; }

  // The user's strategy as engines ask it. This outlives it. Each question is put twice.
  Strategy strategy(std::string name);
  // What the strategy was asked, and how it answered one question in two ways; empty: never.
  const std::string& contradiction() const { return contradiction_; }
  // How many runs reached each mark.
  const std::vector<std::uint64_t>& marks() const { return mark_counts_; }
  void clear_marks() { mark_counts_.assign(mark_counts_.size(), 0); }

  template <EventType E, class World>
  void on(const E& event, const World& world, Judge& judge);

 private:
  // After which events the user's invariants are asked.
  template <class E>
  static constexpr bool kIsMoment =
      is_one_of<E, Written, MessageArrived, Reinstalled, Restored, Rested>;

  // A world of the template as the user sees it.
  template <class Run>
  class View;

  void begin(const Scenario& scenario, const std::vector<Version>& versions);
  void hear(Replica teller, const Fact& fact);
  void look(const tidemark::World& world, const Breach& place, bool at_rest, Verdict& verdict);
  Decision decide(const Conflict& conflict);
  tidemark::Decision ask(const tidemark::Conflict& conflict);
  std::size_t laws() const { return own_->strategy ? 1 : 0; }

  std::shared_ptr<const Own> own_;
  WorldTexts texts_;
  std::vector<std::vector<tidemark::Told>> told_;  // by client, from 0
  std::vector<std::uint64_t> mark_counts_;
  std::vector<bool> reached_;  // marks of this run
  std::string unlawful_;       // what the strategy has just done; empty: nothing
  std::string contradiction_;
};

// ---------------------------------------------------------------------------------------------

template <class Run>
class OwnWatch::View final : public tidemark::World {
 public:
  View(const Run& world, const OwnWatch& watch) : world_(&world), watch_(&watch) {}

  std::vector<ReplicaName> replicas() const override {
    std::vector<ReplicaName> names;
    for (std::uint8_t number = 0; number < world_->replicas(); ++number)
      names.push_back(replica_name({number}));
    return names;
  }
  std::vector<tidemark::Object> holds(ReplicaName name) const override {
    std::vector<tidemark::Object> objects;
    for (std::uint32_t guid = 0; guid < world_->objects(); ++guid)
      if (const Object* object = world_->find(*find_replica(name), Guid{guid}))
        objects.push_back(watch_->texts_.object(*object));
    return objects;
  }
  bool is_online(ReplicaName client) const override {
    return world_->online(*find_replica(client));
  }
  Seconds clock(ReplicaName name) const override { return world_->clock(*find_replica(name)); }
  std::vector<tidemark::Told> told(ReplicaName client) const override {
    return watch_->told_[find_replica(client)->number - 1u];
  }

 private:
  const Run* world_;
  const OwnWatch* watch_;
};

template <EventType E, class World>
void OwnWatch::on(const E& event, const World& world, Judge& judge) {
  if (own_ == nullptr) return;
  if constexpr (std::is_same_v<E, WorldBegan>) return begin(world.scenario(), world.versions());
  if constexpr (std::is_same_v<E, FactTold>) hear(event.teller, world.facts()[event.place]);
  constexpr bool at_rest = std::is_same_v<E, Rested>;
  const EventFields fields = event.fields();
  const Breach place{.kind = &kOwnBreach,
                     .replica = fields.replica,
                     .guid = fields.guid,
                     .step = static_cast<std::uint32_t>(world.step()),
                     .round = judge.history().round(),
                     .at_rest = at_rest};
  if (!unlawful_.empty())
    judge.verdict().break_first(own_invariant(0), place, std::exchange(unlawful_, {}));
  if constexpr (kIsMoment<E>) look(View(world, *this), place, at_rest, judge.verdict());
}

}  // namespace tidemark::core
