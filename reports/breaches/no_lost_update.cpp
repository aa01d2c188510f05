#include "properties/invariants/no_lost_update.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "reports/breach_words.h"

namespace tidemark::core {
namespace {

class NoLostUpdateWords final : public BreachWords {
 public:
  using BreachWords::BreachWords;

  std::string sentence() const override {
    if (breach_.kind == &NoLostUpdate::kLost) return lost();
    if (breach_.kind == &NoLostUpdate::kStaleOverwrite)
      return fmt::format("{}: {}", fate(breach_.other), taken_for_newer());
    return fmt::format("{}: in a conflict on {} the older {} was chosen over it",
                       fate(breach_.other), who(breach_.replica), v(breach_.value));
  }

  std::string expected() const override {
    return fmt::format("the server holds {}, or what was made from it or chosen over it",
                       words_.item(words_.version_of(taken_away()).guid, taken_away()));
  }

  std::string why() override {
    return breach_.kind == &NoLostUpdate::kLost ? why_lost() : why_stale();
  }

  bool is_about(const Entry& entry) const override {
    if (breach_.kind == &NoLostUpdate::kStaleOverwrite) return put_over(entry, breach_);
    return breach_.kind == &NoLostUpdate::kAncestorChosen && was_chosen_in(entry);
  }

  Value taken_away() const override {
    return breach_.kind == &NoLostUpdate::kLost ? breach_.value : breach_.other;
  }

 private:
  bool was_chosen_in(const Entry& entry) const {
    return has_any(entry.facts, [&](const Fact& fact) {
      return fact.kind == FactKind::conflict_resolved && fact.kept == breach_.value &&
             (fact.local == breach_.other || fact.server == breach_.other);
    });
  }

  // Whether a path leads from a version to what the server holds at rest.
  bool survives(Value value) const {
    const auto reached = reachable(value);
    for (std::uint32_t number = 1; number < reached.size(); ++number) {
      if (!reached[number]) continue;
      const Version& version = account_.recording().versions[number];
      const Value held = account_.at_rest(kServer, version.guid);
      if (held == Value{number} || (held == kNoValue && version.isdeleted)) return true;
    }
    return false;
  }

  // Whether the change is lost for good, or was only undone at this replica.
  std::string fate(Value value) const {
    const bool gone = !survives(value);
    return words_.change(value) +
           (gone ? " is gone" : fmt::format(" was undone on {}", who(breach_.replica)));
  }

  std::string lost() const {
    const std::string change = words_.change(breach_.value);
    const auto reached = reachable(breach_.value);
    for (std::uint8_t client = 1; client < account_.replicas(); ++client)
      for (std::uint32_t guid = 0; guid < account_.objects(); ++guid)
        if (const Value held = account_.at_rest({client}, {guid});
            held.number < reached.size() && reached[held.number])
          return fmt::format("{} is not at the server: {} holds {}, and no sync brings it there",
                             change, who({client}), held == breach_.value ? "it" : version(held));
    return change + " is gone: nothing that the server holds at rest comes from it";
  }

  std::string taken_for_newer() const {
    const std::string older = words_.version(breach_.value);
    if (!breach_.replica.is_server())
      return fmt::format("{} took the server's older {} for newer", who(breach_.replica), older);
    const std::string client =
        breach_entry() == nullptr ? "a client" : who(breach_entry()->replica());
    return fmt::format("the server took {}'s older {} for newer", client, older);
  }

  std::string why_stale() {
    if (breach_entry() == nullptr) return {};
    const bool asked = breach_.kind == &NoLostUpdate::kAncestorChosen;
    return fmt::format("{}; {} {}", chain(breach_.value, breach_.other), at(breach_spot()),
                       asked ? chosen() : was_put_over());
  }
  std::string was_put_over() {
    return fmt::format("{}, an ancestor of {}, and put it over {}{}",
                       received(*breach_entry(), breach_.value), v(breach_.other), v(breach_.other),
                       not_pending());
  }
  // Either of the two may be the one that came from the server.
  std::string chosen() const {
    const Entry& entry = *breach_entry();
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

  std::string why_lost() {
    const std::vector<bool> reached = reachable(breach_.value);
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
    for (auto spot = spots().rbegin(); spot != spots().rend(); ++spot) {
      const Entry& entry = account_.entry(*spot);
      if (!arrives(entry) && !is<Written>(entry.head)) continue;
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
};

}  // namespace

template <>
std::unique_ptr<BreachWords> words_of<NoLostUpdate>(const Breach& breach, const Account& account,
                                                    std::string_view strategy) {
  return std::make_unique<NoLostUpdateWords>(breach, account, strategy);
}

}  // namespace tidemark::core
