// The alphabet of an exhaustive search: which steps are to be tried in a world, and which of them
// touch nothing in common.
//
// A step that would do nothing is not tried, unless it names a client or an object for the first
// time: clients settle, and objects are handled, in the order in which they are first named.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/bounds.h"
#include "sim/world.h"

namespace tidemark::core {

// What a search goes through.
struct SearchScope {
  Scope scope;  // its steps are not used, its faults only to grant one of each kind
  Bounds bounds;
  Timestamp clock_jump = 20;  // seconds, forth and back
};

// What has been named so far, beside the clients, which a world knows.
struct Naming {
  std::uint8_t objects = 0;
  std::uint8_t keys = 0;
  friend bool operator==(const Naming&, const Naming&) = default;
};

// What a step touches: the link and the client of its replica, and of the rest
enum Footprint : std::uint8_t {
  kTouchesNothing = 0,
  kTouchesServer = 1,  // reads or changes it
  kMovesTime = 2,      // world time goes on
  kReadsTime = 4,      // a sync stores the time
  kNames = 8,          // a client or an object for the first time
  kTouchesAll = 16,    // a restore; where wipes count, all that changes a holding
  kFootprints = 32     // so many footprints there are
};
// Whether two steps of different replicas touch something in common.
constexpr bool interfere(std::uint8_t a, std::uint8_t b) {
  const std::uint8_t both = a & b;
  return (both & (kTouchesServer | kMovesTime | kNames)) != 0 || ((a | b) & kTouchesAll) != 0 ||
         ((a & kMovesTime) && (b & kReadsTime)) || ((b & kMovesTime) && (a & kReadsTime));
}

class Alphabet {
 public:
  struct Options {
    bool clients_alike = true;  // of the clients that no step has named, only the first may act
    bool stamps_matter = true;  // otherwise clocks are not moved, and time is nobody's concern
    bool sync_stores_time = true;
    bool lost_downloads_matter = true;  // false: a cycle that ends there leaves all as it was
    bool guids_matter = true;   // objects that are not yet created are told apart by their order
    bool may_be_wiped = false;  // the order in which holdings change is remembered
  };
  Alphabet(const SearchScope& scope, const Options& options) : scope_(scope), options_(options) {}

  // The scenario of all paths of a search: its objects, its keys, its bound; no steps.
  Scenario empty_scenario() const;

  // The steps that are to be tried, those of the server first, then client by client.
  template <class E>
  void steps(const World<E>& world, const Naming& naming, const Bounds& left,
             std::vector<Step>& steps) const;

  // What a step names for the first time is named from here on.
  static void take(const Step& step, Naming& naming);

  template <class E>
  std::uint8_t footprint(const World<E>& world, const Naming& naming, const Step& step) const;

 private:
  template <class E>
  class Speller;

  std::uint8_t most_keys() const {
    return scope_.scope.shared_keys ? static_cast<std::uint8_t>(scope_.scope.objects / 2) : 0;
  }

  SearchScope scope_;
  Options options_;
};

// ---------------------------------------------------------------------------------------------

// Spells the steps of one world.
template <class E>
class Alphabet::Speller {
 public:
  Speller(const Alphabet& alphabet, const World<E>& world, const Naming& naming, const Bounds& left,
          std::vector<Step>& steps)
      : scope_(alphabet.scope_),
        options_(alphabet.options_),
        most_keys_(alphabet.most_keys()),
        world_(world),
        naming_(naming),
        left_(left),
        steps_(steps) {}

  void spell() {
    steps_.clear();
    if (scope_.scope.backend) changes(kServer);
    if (options_.stamps_matter) jumps(kServer);
    add({.kind = StepKind::backup});
    if (world_.backup() != nullptr) add({.kind = StepKind::restore});
    std::uint32_t named = 0;
    for (const Replica client : world_.order()) named |= 1u << client.number;
    const std::size_t unnamed = world_.replicas() - 1 - world_.order().size();
    for (std::uint8_t number = 1; number < world_.replicas(); ++number) {
      const bool is_named = named >> number & 1;
      client(Replica{number});
      if (is_named) continue;
      if (unnamed > 1) only_name(Replica{number});
      if (options_.clients_alike) break;
    }
    if (options_.guids_matter && naming_.objects + 1u < world_.objects())
      add({.kind = StepKind::edit,
           .replica = world_.order().empty() ? Replica{1} : world_.order().front(),
           .object = naming_.objects});
  }

 private:
  void add(const Step& step) {
    if (left_.allows(step)) steps_.push_back(step);
  }
  void add(StepKind kind, Replica replica) { add({.kind = kind, .replica = replica}); }

  // A step that does nothing but name a client.
  void only_name(Replica client) {
    if (scope_.scope.interleave)
      add(StepKind::deliver, client);
    else
      add(StepKind::edit, client);
  }

  void client(Replica client) {
    changes(client);
    cycles(client);
    if (scope_.scope.interleave) messages(client);
    if (!world_.late(client).empty()) add(StepKind::arrive, client);
    add(world_.online(client) ? StepKind::offline : StepKind::online, client);
    if (options_.stamps_matter) jumps(client);
    add(StepKind::crash, client);
    add(StepKind::reinstall, client);
  }

  void changes(Replica replica) {
    if (!left_.any(Bounded::edits)) return;
    if (!replica.is_server() && !scope_.scope.client_changes) return;
    creations(replica);
    for (std::uint32_t object = 0; object < naming_.objects; ++object) {
      const Object* held = world_.find(replica, Guid{object});
      if (held == nullptr) continue;
      const bool edits = replica.is_server() || scope_.scope.client_edits;
      if (!held->content.isdeleted && edits)
        add({.kind = StepKind::edit, .replica = replica, .object = object});
      if (!scope_.scope.deletes) continue;
      if (!held->content.isdeleted)
        add({.kind = StepKind::remove, .replica = replica, .object = object});
      else if (edits && !holds_key(replica, held->identity.pk))
        add({.kind = StepKind::undelete, .replica = replica, .object = object});
    }
  }

  // An object that has been named and not created, and the next one that has not been named; with a
  // key of its own, or one that others have or may have.
  void creations(Replica replica) {
    const std::uint32_t named = naming_.objects;
    for (std::uint32_t object = 0; object <= named && object < world_.objects(); ++object) {
      if (object < named && world_.created(Guid{object})) continue;
      Step create{.kind = StepKind::create, .replica = replica, .object = object};
      add(create);
      for (TextId key = 1; key <= naming_.keys + 1u && key <= most_keys_; ++key) {
        create.pk = key;
        if (!holds_key(replica, world_.scenario().key_of(create))) add(create);
      }
    }
  }

  bool holds_key(Replica replica, Key key) const {
    for (std::uint32_t object = 0; object < world_.objects(); ++object) {
      const Object* held = world_.find(replica, Guid{object});
      if (held != nullptr && !held->content.isdeleted && held->identity.pk == key) return true;
    }
    return false;
  }

  void cycles(Replica client) {
    if (!world_.online(client) || world_.in_flight(client) != MessageKind::none) return;
    for (const StepKind whole : {StepKind::sync, StepKind::full_sync}) {
      if (scope_.scope.interleave)
        add(whole == StepKind::sync ? StepKind::begin : StepKind::begin_full, client);
      add(whole, client);
      const bool only_uploads = whole == StepKind::sync && !options_.lost_downloads_matter;
      for (std::uint8_t lose = only_uploads ? 3 : 1; lose <= 4; ++lose)
        add({.kind = whole, .replica = client, .lose = static_cast<MessageKind>(lose)});
    }
  }

  void messages(Replica client) {
    if (world_.in_flight(client) == MessageKind::none) return;
    for (const StepKind kind : {StepKind::deliver, StepKind::finish, StepKind::drop,
                                StepKind::give_up, StepKind::duplicate})
      add(kind, client);
  }

  void jumps(Replica replica) {
    for (const Timestamp seconds : {scope_.clock_jump, -scope_.clock_jump})
      add({.kind = StepKind::clock, .replica = replica, .seconds = seconds});
  }

  const SearchScope& scope_;
  const Options& options_;
  std::uint8_t most_keys_;
  const World<E>& world_;
  const Naming& naming_;
  const Bounds& left_;
  std::vector<Step>& steps_;
};

template <class E>
void Alphabet::steps(const World<E>& world, const Naming& naming, const Bounds& left,
                     std::vector<Step>& steps) const {
  Speller<E>(*this, world, naming, left, steps).spell();
}

template <class E>
std::uint8_t Alphabet::footprint(const World<E>& world, const Naming& naming,
                                 const Step& step) const {
  const Replica who = step.replica;
  std::uint8_t touched = kTouchesNothing;
  bool changes_holdings = true;
  if (who.is_server()) touched |= kTouchesServer;
  switch (step.kind) {
    case StepKind::create:
    case StepKind::edit:
    case StepKind::remove:
    case StepKind::undelete:
      if (options_.stamps_matter) touched |= kMovesTime;
      if (step.object >= naming.objects || step.pk > naming.keys) touched |= kNames;
      // Creating one object in two places excludes one another.
      if (step.kind == StepKind::create) touched |= kNames;
      if (SendsChanges<E> && !who.is_server()) touched |= kTouchesServer | kReadsTime;
      break;
    case StepKind::sync:
    case StepKind::full_sync:
    case StepKind::finish:
      touched |= kTouchesServer | kReadsTime;
      break;
    case StepKind::deliver:
      touched |= kReadsTime;
      if (is_request(world.in_flight(who))) touched |= kTouchesServer;
      break;
    case StepKind::arrive:
      touched |= kReadsTime;
      if (is_request(world.late(who).front().kind)) touched |= kTouchesServer;
      break;
    case StepKind::restore:
      touched |= kTouchesAll;
      break;
    default:
      changes_holdings = step.kind == StepKind::reinstall;
      break;
  }
  if (!options_.sync_stores_time) touched &= static_cast<std::uint8_t>(~kReadsTime);
  if (options_.may_be_wiped && changes_holdings) touched |= kTouchesAll;
  if (!who.is_server() &&
      std::find(world.order().begin(), world.order().end(), who) == world.order().end())
    touched |= kNames;
  return touched;
}

}  // namespace tidemark::core
