// The alphabet of an exhaustive search: which steps are to be tried in a world, and which of them
// touch nothing in common.
//
// A step that would do nothing is not tried, unless it names a client or an object for the first
// time: clients settle, and objects are handled, in the order in which they are first named.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <tuple>
#include <vector>

#include "sim/bounds.h"
#include "sim/features.h"
#include "sim/scope.h"
#include "sim/world/summary.h"

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

// Whether two steps of different replicas touch something in common.
constexpr bool interfere(std::uint8_t a, std::uint8_t b) {
  const std::uint8_t both = a & b;
  return (both & (kTouchesServer | kMovesTime | kNamesAnew)) != 0 || ((a | b) & kTouchesAll) != 0 ||
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

// The kinds that are no changes, in the order in which they are tried: cycles, what is about a
// message in flight, the rest; each behind what it begins as, so that a search goes on from there.
inline constexpr std::array kTried = [] {
  constexpr auto is_tried = [](const StepRow& row) { return !is_change(row.kind); };
  std::array<StepKind,
             static_cast<std::size_t>(std::count_if(kStepRows.begin(), kStepRows.end(), is_tried))>
      tried{};
  const auto rank = [](StepKind kind) {
    const StepRow& row = row_of(whole_of(kind));
    const int group = row.may_be_refused_by(SkipReason::exchange_under_way) ? 0
                      : row.lane == Lane::in_flight                         ? 1
                                                                            : 2;
    return std::tuple(group, row.kind, kind == row.kind);
  };
  std::size_t count = 0;
  for (const StepRow& row : kStepRows)
    if (is_tried(row)) tried[count++] = row.kind;
  std::sort(tried.begin(), tried.end(), [&](StepKind a, StepKind b) { return rank(a) < rank(b); });
  return tried;
}();

// Spells the steps of one world.
template <class E>
class Alphabet::Speller {
 public:
  Speller(const Alphabet& alphabet, const World<E>& world, const Naming& naming, const Bounds& left,
          std::vector<Step>& steps)
      : scope_(alphabet.scope_),
        options_(alphabet.options_),
        forbidden_(~features(scope_.scope) & ~(kAllFaults | kUsesNoKeys | kUsesNoValues)),
        most_keys_(alphabet.most_keys()),
        world_(world),
        naming_(naming),
        left_(left),
        steps_(steps) {}

  void spell() {
    steps_.clear();
    steps_of(kServer);
    std::uint32_t named = 0;
    for (const Replica client : world_.order()) named |= 1u << client.number;
    const std::size_t unnamed = world_.replicas() - 1 - world_.order().size();
    for (std::uint8_t number = 1; number < world_.replicas(); ++number) {
      const bool is_named = named >> number & 1;
      steps_of(Replica{number});
      if (is_named) continue;
      if (unnamed > 1) only_name(Replica{number});
      if (options_.clients_alike) break;
    }
    if (options_.guids_matter && naming_.objects + 1u < world_.objects())
      name({.kind = StepKind::edit,
            .replica = world_.order().empty() ? Replica{1} : world_.order().front(),
            .object = naming_.objects});
  }

 private:
  // A step, where it may happen and would do something.
  void add(const Step& step) {
    if ((features(step) & forbidden_) != 0 || !left_.allows(step)) return;
    if (world_.refusal(step) == SkipReason::none) steps_.push_back(step);
  }

  // A step that does nothing but name something.
  void name(const Step& step) {
    if (left_.allows(step)) steps_.push_back(step);
  }
  void only_name(Replica client) {
    name({.kind = scope_.scope.interleave ? StepKind::deliver : StepKind::edit, .replica = client});
  }

  void steps_of(Replica who) {
    if (left_.any(Bounded::edits)) changes(who);
    for (const StepKind kind : kTried) {
      const StepRow& row = row_of(kind);
      if (!row.is_of(who)) continue;
      if (row.takes(StepPart::seconds))
        jumps(kind, who);
      else
        add({.kind = kind, .replica = who});
      if (row.takes(StepPart::lose)) losses(kind, who);
    }
  }

  void changes(Replica who) {
    creations(who);
    for (std::uint32_t object = 0; object < naming_.objects; ++object)
      for (const StepKind kind : {StepKind::edit, StepKind::remove, StepKind::undelete})
        add({.kind = kind, .replica = who, .object = object});
  }

  // An object that has been named and not created, and the next one that has not been named; with a
  // key of its own, or one that others have or may have.
  void creations(Replica who) {
    for (std::uint32_t object = 0; object <= naming_.objects && object < world_.objects();
         ++object) {
      Step create{.kind = StepKind::create, .replica = who, .object = object};
      add(create);
      for (TextId key = 1; key <= naming_.keys + 1u && key <= most_keys_; ++key) {
        create.pk = key;
        add(create);
      }
    }
  }

  void losses(StepKind kind, Replica client) {
    const bool only_uploads = kind == StepKind::sync && !options_.lost_downloads_matter;
    for (std::uint8_t lose = only_uploads ? 3 : 1; lose <= 4; ++lose)
      add({.kind = kind, .replica = client, .lose = static_cast<MessageKind>(lose)});
  }

  void jumps(StepKind kind, Replica who) {
    if (!options_.stamps_matter) return;
    for (const Timestamp seconds : {scope_.clock_jump, -scope_.clock_jump})
      add({.kind = kind, .replica = who, .seconds = seconds});
  }

  const SearchScope& scope_;
  const Options& options_;
  FeatureSet forbidden_;
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
  std::uint8_t touched = row_of(step.kind).touches;
  const auto add = [&](bool does, int what) {
    if (does) touched |= static_cast<std::uint8_t>(what);
  };
  const auto leave_out = [&](int what) { touched &= static_cast<std::uint8_t>(~what); };
  const Replica who = step.replica;
  const auto& order = world.order();
  const bool is_named =
      who.is_server() || std::find(order.begin(), order.end(), who) != order.end();
  const auto* letter = world.letter_of(step);
  add(who.is_server(), kTouchesServer);
  add((touched & kTouchesReceiver) && letter != nullptr && letter->to.is_server(), kTouchesServer);
  add(SendsChanges<E> && is_change(step.kind) && !who.is_server(), kTouchesServer | kReadsTime);
  add(!is_named || step.pk > naming.keys, kNamesAnew);
  add(names_object(step.kind) && step.object >= naming.objects, kNamesAnew);
  add(options_.may_be_wiped && (touched & kChangesHoldings), kTouchesAll);
  if (!options_.stamps_matter) leave_out(kMovesTime);
  if (!options_.sync_stores_time) leave_out(kReadsTime);
  return touched & (kFootprints - 1);
}

}  // namespace tidemark::core
