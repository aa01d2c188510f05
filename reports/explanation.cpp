#include "reports/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/text.h"
#include "properties/version_graph.h"
#include "reports/words.h"
#include "sim/trace.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kChainMost = 4;
constexpr std::size_t kStepColumns = 24;

bool carries(const Entry& entry, Guid guid, Value value) {
  return entry.carried && std::find(entry.carried->begin(), entry.carried->end(),
                                    Item{guid, value}) != entry.carried->end();
}

// Under whichever guid.
bool brings(const Entry& entry, Value value) {
  return entry.carried && std::any_of(entry.carried->begin(), entry.carried->end(),
                                      [&](const Item& item) { return item.value == value; });
}

// A value that no app wrote and no strategy made is in no set.
bool is_in(const std::vector<bool>& set, Value value) {
  return value.number < set.size() && set[value.number];
}

bool arrives(const Entry& entry) { return entry.head.kind == EventKind::message_arriving; }
bool arrives(const Entry& entry, MessageKind message) {
  return arrives(entry) && entry.head.message == message;
}
bool is_late(const Entry& entry) { return entry.head.detail & kLate; }

class Detective {
 public:
  Detective(const Breach& breach, const Account& account, std::string_view strategy)
      : breach_(breach),
        account_(account),
        strategy_(strategy),
        words_(account),
        graph_(account.recording().versions, account.recording().decisions),
        spot_(account.spot_of(breach)),
        spots_(account.spots()) {}

  Explanation find() {
    std::string reason = why();
    if (!breach_.at_rest) cause_ = spot_;
    return {std::move(reason), cause_};
  }

 private:
  std::string why() {
    switch (breach_.kind) {
      case BreachKind::diverged:
        return diverged();
      case BreachKind::stale_overwrite:
      case BreachKind::ancestor_chosen:
        return stale();
      case BreachKind::lost:
        return lost();
      case BreachKind::key_held_twice:
        return key_held_twice();
      case BreachKind::resurrected:
        return resurrected();
      case BreachKind::no_rest:
      case BreachKind::circle:
        return restless();
      case BreachKind::redundant:
        return redundant();
      case BreachKind::not_told:
      case BreachKind::told_wrongly:
        return told();
      default:
        return {};
    }
  }

  // --- places

  bool has_entry() const { return spot_.entry < account_.passage(spot_).entries.size(); }
  // `step 6 (restore S)`: a place with what was done there.
  std::string moment(Spot spot) const {
    const Passage& passage = account_.passage(spot);
    if (passage.kind != PassageKind::step) return place_name(passage);
    const Scenario& scenario = account_.scenario();
    return fmt::format("{} ({})", place_name(passage),
                       clip(print_step(scenario, scenario.steps[passage.number]), kStepColumns));
  }
  std::string at(Spot spot) const { return in_place(account_.passage(spot)); }
  template <class Fits>
  std::optional<Spot> first(Fits fits) const {
    const auto found = std::find_if(spots_.begin(), spots_.end(),
                                    [&](Spot spot) { return fits(account_.entry(spot)); });
    return found == spots_.end() ? std::nullopt : std::optional(*found);
  }
  template <class Fits>
  std::optional<Spot> last(Fits fits) const {
    const auto found = std::find_if(spots_.rbegin(), spots_.rend(),
                                    [&](Spot spot) { return fits(account_.entry(spot)); });
    return found == spots_.rend() ? std::nullopt : std::optional(*found);
  }
  // The last time that a replica came to hold a version.
  std::optional<Spot> came_to_hold(Replica replica, Value value) const {
    return last([&](const Entry& entry) {
      return std::any_of(entry.changes.begin(), entry.changes.end(), [&](const auto& change) {
        return change.replica == replica && change.after == value;
      });
    });
  }
  // The counter of a replica after an entry in which it grew; 0 if it did not.
  std::uint64_t counter_after(Spot spot, Replica replica) const {
    for (const TideChange& change : account_.entry(spot).tides)
      if (change.after.replica == replica && change.after.counter != change.before.counter)
        return change.after.counter;
    return 0;
  }

  // --- parts of sentences

  std::string v(Value value) const { return words_.version(value); }

  // `v1 -> v2 (edit on A, step 3)`; only the version where the chain is one long.
  std::string chain(Value from, Value to) const {
    if (from.number >= graph_.size() || to.number >= graph_.size()) return v(to);
    const std::vector<Value> values = graph_.shortest_chain(from, to);
    if (values.size() < 2) return fmt::format("{} ({})", v(to), words_.origin(to));
    std::string result = v(values[0]);
    for (std::size_t i = 1; i < values.size(); ++i) {
      if (values.size() > kChainMost && i > 1 && i + 1 < values.size()) {
        if (i == 2) result += " -> …";
        continue;
      }
      result += link(values[i - 1], values[i]);
    }
    return result;
  }
  std::string link(Value from, Value to) const {
    const Version& version = words_.version_of(to);
    if (version.over != from && version.over_too != from)
      return fmt::format(" -> {} (chosen over it)", v(to));
    return fmt::format(" -> {} ({})", v(to), words_.origin(to));
  }

  // `A asked since 0`; `A asked`, of an engine that does not tell its marks.
  std::string asked(const Entry& entry) const {
    const std::string since = words_.since(entry.head.number);
    return who(entry.head.replica) + " asked" + (since.empty() ? "" : " ") + since;
  }
  // `A asked since 0, received v1`, `S received v1 in a late upload-request of A`.
  std::string received(const Entry& entry, Value value) const {
    const std::string client = who(entry.head.replica);
    if (!is_request(entry.head.message))
      return fmt::format("{}, received {}", asked(entry), v(value));
    return fmt::format("S received {} in {} upload-request of {}", v(value),
                       is_late(entry) ? "a late" : "an", client);
  }

  // --- no-lost-update

  std::string stale() {
    if (!has_entry()) return {};
    const bool asked = breach_.kind == BreachKind::ancestor_chosen;
    return fmt::format("{}; {} {}", chain(breach_.value, breach_.other), at(spot_),
                       asked ? chosen() : put_over());
  }
  std::string put_over() {
    return fmt::format("{}, an ancestor of {}, and put it over {}{}",
                       received(account_.entry(spot_), breach_.value), v(breach_.other),
                       v(breach_.other), not_pending());
  }
  // Either of the two may be the one that came from the server.
  std::string chosen() const {
    const Entry& entry = account_.entry(spot_);
    const bool newer_came = carries(entry, breach_.guid, breach_.other);
    const std::string came = newer_came
                                 ? fmt::format("{}, made from its own {}",
                                               received(entry, breach_.other), v(breach_.value))
                                 : fmt::format("{}, an ancestor of its own {}",
                                               received(entry, breach_.value), v(breach_.other));
    return fmt::format("{}, took that for a conflict, and {} chose {}", came, strategy_,
                       v(breach_.value));
  }

  // Why a client that overwrote a change of its own did not ask its strategy.
  std::string not_pending() {
    if (breach_.replica.is_server()) return {};
    const std::string passed = counter_lastsync_passed(breach_.other);
    return passed.empty() ? "" : ": " + passed;
  }

  std::string lost() {
    const std::vector<bool> reached = graph_.reachable(breach_.value);
    for (const bool at_server : {true, false})
      if (const std::string cut = overwritten(reached, at_server); !cut.empty()) return cut;
    if (const std::string refusal = refused(breach_.value); !refusal.empty()) return refusal;
    for (std::uint32_t number = 1; number < reached.size(); ++number)
      if (reached[number])
        if (const std::string passed = counter_lastsync_passed({number}); !passed.empty())
          return passed;
    return wiped(reached);
  }

  // Where a version to which no path leads from `reached` last came over one of it: by a message,
  // or as an app made a change, where an engine shows a third version from then on. No wipe: that
  // alone loses nothing which is not excused.
  std::string overwritten(const std::vector<bool>& reached, bool at_server) {
    for (auto spot = spots_.rbegin(); spot != spots_.rend(); ++spot) {
      const Entry& entry = account_.entry(*spot);
      if (!arrives(entry) && entry.head.kind != EventKind::written) continue;
      for (const HoldingChange& change : entry.changes)
        if (change.replica.is_server() == at_server && leaves(reached, change) &&
            !is_moved(entry, change))
          return overwritten(entry, change, *spot);
    }
    return {};
  }
  static bool leaves(const std::vector<bool>& set, const HoldingChange& change) {
    return change.before != kNoValue && is_in(set, change.before) && !is_in(set, change.after);
  }
  // Whether the version is under another guid now.
  static bool is_moved(const Entry& entry, const HoldingChange& change) {
    return std::any_of(entry.changes.begin(), entry.changes.end(), [&](const auto& other) {
      return other.replica == change.replica && other.guid != change.guid &&
             other.after == change.before;
    });
  }
  std::string overwritten(const Entry& entry, const HoldingChange& change, Spot spot) {
    const std::string before = chain(breach_.value, change.before);
    cause_ = spot;
    if (change.after == kNoValue)
      return fmt::format("{}; {} {} dropped {}, and the server holds nothing made from it", before,
                         at(spot), who(change.replica), v(change.before));
    if (!brings(entry, change.after))
      return fmt::format(
          "{}; {} {} went over to {}, which does not come from {}, and no message brought it: "
          "nobody chose",
          before, at(spot), who(change.replica), v(change.after), v(change.before));
    return fmt::format("{}; {} {}, which does not come from {}, and put it over {}: nobody chose",
                       before, at(spot), received(entry, change.after), v(change.before),
                       v(change.before));
  }

  std::string refused(Value value) {
    const auto spot = last([&](const Entry& entry) {
      return arrives(entry, MessageKind::upload_request) &&
             std::any_of(entry.refused.begin(), entry.refused.end(),
                         [&](const Item& item) { return item.value == value; });
    });
    if (!spot) return {};
    cause_ = spot;
    return fmt::format("the server refused {} {}, and has not taken it since", v(value), at(*spot));
  }

  // Where the mark of the client that wrote a version passed it, on the ack of an upload that did
  // not carry it.
  std::string counter_lastsync_passed(Value value) {
    const Version& version = words_.version_of(value);
    const auto written = came_to_hold(version.writer, value);
    if (version.writer.is_server() || !written) return {};
    const std::uint64_t counter = counter_after(*written, version.writer);
    for (const Spot spot : spots_)
      for (const TideChange& change : account_.entry(spot).tides) {
        const std::uint64_t before = change.before.counter_lastsync;
        const std::uint64_t after = change.after.counter_lastsync;
        if (change.after.replica != version.writer || spot < *written || counter == 0) continue;
        if (before >= counter || after < counter) continue;
        if (carries(account_.entry(spot), version.guid, value)) return {};
        cause_ = spot;
        return fmt::format(
            "{} has counter {}; {} {}'s counter_lastsync went {} -> {} on the ack of an "
            "upload without it, so it counts as uploaded",
            v(value), counter, at(spot), who(version.writer), before, after);
      }
    return {};
  }

  // What neither a message nor a mark explains: a wipe, or a change that never left its client.
  std::string wiped(const std::vector<bool>& reached) {
    const auto is_loss = [&](const HoldingChange& change) { return leaves(reached, change); };
    const auto spot = last([&](const Entry& entry) {
      return std::any_of(entry.changes.begin(), entry.changes.end(), is_loss);
    });
    if (!spot)
      return fmt::format("{} ({}) never reached the server", v(breach_.value),
                         words_.origin(breach_.value));
    cause_ = spot;
    const auto& changes = account_.entry(*spot).changes;
    const HoldingChange& change = *std::find_if(changes.begin(), changes.end(), is_loss);
    return fmt::format("{} held {} until {}{}", who(change.replica), v(change.before),
                       moment(*spot), still_held(reached));
  }

  // `; A still holds it and counts it as uploaded`.
  std::string still_held(const std::vector<bool>& reached) const {
    for (std::uint8_t client = 1; client < account_.replicas(); ++client)
      for (std::uint32_t guid = 0; guid < account_.objects(); ++guid) {
        const Value value = account_.at_rest({client}, {guid});
        if (value == kNoValue || !is_in(reached, value)) continue;
        return fmt::format("; {} still holds {}, and does not upload it", who({client}), v(value));
      }
    return {};
  }

  // --- convergence

  std::string diverged() {
    const Value mine = account_.at_rest(breach_.replica, breach_.guid);
    const Value theirs = account_.at_rest(kServer, breach_.guid);
    if (mine == theirs) return renamed();
    if (theirs != kNoValue) {
      if (const std::string passed = servercounter_lastsync_passed(theirs); !passed.empty())
        return passed;
      if (const std::string kept = kept_own(theirs); !kept.empty()) return kept;
    }
    if (mine != kNoValue) {
      if (const std::string refusal = refused(mine); !refusal.empty()) return refusal;
      if (const std::string passed = counter_lastsync_passed(mine); !passed.empty()) return passed;
    }
    return parted(mine, theirs);
  }

  // Where a key conflict put a client's own object under the guid of another.
  std::string renamed() {
    const auto is_key_conflict = [&](const Fact& fact) {
      return fact.conflict == ConflictKind::primary_key && fact.server_guid == breach_.guid;
    };
    const auto spot = last([&](const Entry& entry) {
      return entry.head.replica == breach_.replica &&
             std::any_of(entry.facts.begin(), entry.facts.end(), is_key_conflict);
    });
    if (!spot) return {};
    cause_ = spot;
    const auto& facts = account_.entry(*spot).facts;
    const Fact& fact = *std::find_if(facts.begin(), facts.end(), is_key_conflict);
    return fmt::format(
        "{} {} met {} with the key of its own {}, put its own under that guid, and took the value "
        "but not the name",
        at(*spot), who(breach_.replica), words_.object(breach_.guid), words_.object(fact.guid));
  }

  // Where a client's servercounter_lastsync passed what the server holds, without it.
  std::string servercounter_lastsync_passed(Value value) {
    const auto taken = came_to_hold(kServer, value);
    if (!taken) return {};
    const std::uint64_t counter = counter_after(*taken, kServer);
    for (const Spot spot : spots_)
      for (const TideChange& change : account_.entry(spot).tides) {
        const std::uint64_t before = change.before.servercounter_lastsync;
        const std::uint64_t after = change.after.servercounter_lastsync;
        if (change.after.replica != breach_.replica || spot < *taken || counter == 0) continue;
        if (before >= counter || after < counter) continue;
        const Entry& entry = account_.entry(spot);
        if (carries(entry, breach_.guid, value)) return {};
        cause_ = spot;
        return fmt::format(
            "the server has had {} since {}, as its counter {}; {} {}'s servercounter_lastsync "
            "went {} -> {} on {} {}, past it, so {} never asks for it",
            v(value), place_name(account_.passage(*taken)), counter, at(spot), who(breach_.replica),
            before, after, entry.head.message == MessageKind::upload_ack ? "an" : "a",
            message_name(entry.head.message), who(breach_.replica));
      }
    return {};
  }

  // Where the strategy of a client kept its own against what the server holds.
  std::string kept_own(Value theirs) {
    const auto chose = [&](const Fact& fact) {
      return fact.kind == FactKind::conflict_resolved && fact.server == theirs &&
             fact.winner != Winner::server;
    };
    const auto spot = last([&](const Entry& entry) {
      return entry.head.replica == breach_.replica &&
             std::any_of(entry.facts.begin(), entry.facts.end(), chose);
    });
    if (!spot) return {};
    cause_ = spot;
    const auto& facts = account_.entry(*spot).facts;
    const Fact& fact = *std::find_if(facts.begin(), facts.end(), chose);
    const std::string refusal = refused(fact.kept);
    const std::string passed = counter_lastsync_passed(fact.kept);
    const std::string after = !refusal.empty()  ? "; " + refusal
                              : !passed.empty() ? "; " + passed
                                                : "";
    return fmt::format("{} {} received {} and {} kept {}{}", at(*spot), who(breach_.replica),
                       words_.item(fact.server_guid, theirs), strategy_,
                       words_.item(fact.guid, fact.kept), after);
  }

  // When each side came to hold what it holds.
  std::string parted(Value mine, Value theirs) {
    return fmt::format("{}, {}", since(breach_.replica, mine), since(kServer, theirs));
  }
  std::string since(Replica replica, Value value) {
    const auto spot = last([&](const Entry& entry) {
      return std::any_of(entry.changes.begin(), entry.changes.end(), [&](const auto& change) {
        return change.replica == replica && change.guid == breach_.guid && change.after == value;
      });
    });
    if (!spot) return fmt::format("{} never held {}", who(replica), words_.object(breach_.guid));
    if (!cause_ || *cause_ < *spot) cause_ = spot;
    if (value == kNoValue)
      return fmt::format("{} has not held {} since {}", who(replica), words_.object(breach_.guid),
                         moment(*spot));
    return fmt::format("{} has held {} since {}", who(replica), v(value), moment(*spot));
  }

  // --- no-redundant-transfer

  std::string redundant() const {
    if (!has_entry()) return {};
    const Entry& again = account_.entry(spot_);
    const auto before = last_before(spot_, [&](const Entry& entry) {
      return arrives(entry) && entry.head.replica == again.head.replica && !is_late(entry) &&
             entry.head.message != MessageKind::upload_ack &&
             carries(entry, breach_.guid, breach_.value);
    });
    if (!before) return {};
    const bool upward = is_request(account_.entry(*before).head.message);
    const std::string client = who(again.head.replica);
    const std::string travelled =
        fmt::format("{} travelled {} {}", v(breach_.value),
                    upward ? client + " -> S" : "S -> " + client, at(*before));
    if (is_request(again.head.message))
      return fmt::format("{}; {} {} still counted it as pending, and uploaded it again", travelled,
                         at(spot_), client);
    const bool marks_are_known = account_.asked_since(again.head.number).has_value();
    return fmt::format("{}; {} {}{}", travelled, at(spot_), asked(again),
                       marks_are_known ? has_counter() : ", and was sent it again");
  }
  template <class Fits>
  std::optional<Spot> last_before(Spot end, Fits fits) const {
    std::optional<Spot> found;
    for (const Spot spot : spots_)
      if (spot < end && fits(account_.entry(spot))) found = spot;
    return found;
  }
  // `, and the server has it as its counter 1`.
  std::string has_counter() const {
    const auto taken = came_to_hold(kServer, breach_.value);
    const std::uint64_t counter = taken ? counter_after(*taken, kServer) : 0;
    return counter == 0 ? "" : fmt::format(", and the server has it as its counter {}", counter);
  }

  // --- the others

  std::string key_held_twice() {
    cause_ = std::max(came_to_hold(breach_.replica, breach_.other),
                      came_to_hold(breach_.replica, breach_.value));
    return fmt::format("{}, {}", held_since(breach_.other), held_since(breach_.value));
  }
  std::string held_since(Value value) const {
    const auto spot = came_to_hold(breach_.replica, value);
    return fmt::format("{} ({}) is there since {}", v(value), words_.origin(value),
                       spot ? place_name(account_.passage(*spot)) : "the beginning");
  }

  std::string resurrected() {
    const auto spot = came_to_hold(breach_.replica, breach_.value);
    if (!spot) return {};
    const Entry& entry = account_.entry(*spot);
    const std::string deleted =
        fmt::format("{} ({})", v(breach_.other), words_.origin(breach_.other));
    cause_ = spot;
    if (!arrives(entry)) return {};
    return fmt::format("{}; {} {}, and it is live again", deleted, at(*spot),
                       received(entry, breach_.value));
  }

  // What the last round carried, message by message.
  std::string restless() const {
    const auto& passages = account_.passages();
    if (passages.size() < 2) return {};
    std::string result;
    for (const Entry& entry : passages[passages.size() - 2].entries) {
      if (!arrives(entry) || !entry.carried || entry.carried->empty()) continue;
      if (entry.head.message == MessageKind::upload_ack) continue;
      const char client = replica_name(entry.head.replica);
      const bool upward = is_request(entry.head.message);
      result +=
          fmt::format("{}{} -> {} {}{}", result.empty() ? "in the last round " : ", ",
                      upward ? client : 'S', upward ? 'S' : client, words_.items(*entry.carried),
                      entry.refused.empty() ? "" : " (refused)");
    }
    return result;
  }

  // Why there was nothing to tell.
  std::string told_wrongly() const {
    const Version& version = words_.version_of(breach_.value);
    if (version.writer != breach_.replica)
      return fmt::format("{} ({}) is no change of {}'s app", v(breach_.value),
                         words_.origin(breach_.value), who(breach_.replica));
    const auto seen = last_before(spot_, [&](const Entry& entry) {
      return arrives(entry) && entry.head.replica == breach_.replica &&
             !is_request(entry.head.message) && !is_late(entry) &&
             carries(entry, breach_.guid, breach_.value);
    });
    if (!seen) return {};
    return fmt::format("{} ({}) was safe: {} {} saw that the server had taken it", v(breach_.value),
                       words_.origin(breach_.value), at(*seen), who(breach_.replica));
  }

  std::string told() const {
    if (!has_entry()) return {};
    if (breach_.kind == BreachKind::told_wrongly) return told_wrongly();
    return fmt::format("{} ({}) was not yet accepted by the server; {} {}", v(breach_.value),
                       words_.origin(breach_.value), at(spot_),
                       received(account_.entry(spot_), breach_.other));
  }

  const Breach& breach_;
  const Account& account_;
  std::string_view strategy_;
  Vocabulary words_;
  VersionGraph graph_;
  Spot spot_;
  std::vector<Spot> spots_;
  std::optional<Spot> cause_;
};

}  // namespace

Explanation explain(const Breach& breach, const Account& account, std::string_view strategy) {
  return Detective(breach, account, strategy).find();
}

}  // namespace tidemark::core
