#include "properties/invariants/convergence.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "reports/breach_words.h"

namespace tidemark::core {
namespace {

class ConvergenceWords final : public BreachWords {
 public:
  using BreachWords::BreachWords;

  std::string sentence() const override {
    const std::string client = who(breach_.replica);
    const std::string object = words_.object(breach_.guid);
    if (breach_.value == breach_.other)
      return fmt::format("{} and the server hold {} ({}) with different keys or names", client,
                         object, version(breach_.value));
    if (const auto rival = rival_at_client())
      return fmt::format("{} holds its {} ({}) where the server holds {} ({}), with one key: {}",
                         client, words_.object(*rival),
                         version(account_.at_rest(breach_.replica, *rival)), object,
                         version(breach_.other), key());
    if (breach_.value == kNoValue && account_.at_rest(breach_.replica, breach_.guid) == kNoValue)
      return fmt::format("{} never gets {} ({}), which the server holds", client,
                         with_writer(breach_.other), version(breach_.other));
    return fmt::format("{} holds {} {}, the server {}, and no sync will change it", client, object,
                       as_held(breach_.replica), as_held(kServer));
  }

  std::string expected() const override {
    return fmt::format("{} holds of {} what the server holds: {}", who(breach_.replica),
                       words_.object(breach_.guid), version(breach_.other));
  }

  std::string why() override {
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

 private:
  // Of an object that a client lacks: another, live there, that was created with the same key.
  std::optional<Guid> rival_at_client() const {
    if (breach_.value != kNoValue) return std::nullopt;
    for (std::uint32_t guid = 0; guid < account_.objects(); ++guid) {
      const Value held = account_.at_rest(breach_.replica, {guid});
      const bool live = held != kNoValue && !words_.is_deletion(held);
      if (live && guid != breach_.guid.number && key_of({guid}) == key_of(breach_.guid))
        return Guid{guid};
    }
    return std::nullopt;
  }

  // `o1`, or `B's o1`: of the one who wrote the version.
  std::string with_writer(Value value) const {
    const Replica writer = words_.version_of(value).writer;
    const std::string object = words_.object(breach_.guid);
    return writer == breach_.replica ? "back its own " + object : whose(writer) + " " + object;
  }

  // `as v2 "x"`, `deleted (v3)`, `not at all`.
  std::string as_held(Replica replica) const {
    const Value value = account_.at_rest(replica, breach_.guid);
    if (value == kNoValue) return "not at all";
    if (words_.is_deletion(value)) return "deleted (" + words_.version(value) + ")";
    return "as " + version(value);
  }

  // Where a key conflict put a client's own object under the guid of another.
  std::string renamed() {
    const auto is_key_conflict = [&](const Fact& fact) {
      return fact.conflict == ConflictKind::primary_key && fact.server_guid == breach_.guid;
    };
    const auto spot = last([&](const Entry& entry) {
      return entry.replica() == breach_.replica &&
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
    for (const Spot spot : spots())
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
            before, after, entry.message()->kind == MessageKind::upload_ack ? "an" : "a",
            message_name(entry.message()->kind), who(breach_.replica));
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
      return entry.replica() == breach_.replica &&
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
};

}  // namespace

template <>
std::unique_ptr<BreachWords> words_of<Convergence>(const Breach& breach, const Account& account,
                                                   std::string_view strategy) {
  return std::make_unique<ConvergenceWords>(breach, account, strategy);
}

}  // namespace tidemark::core
