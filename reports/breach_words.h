// What reports say of a breach. Each invariant has its own words, in the file of its name in
// reports/breaches/: a class that is derived from BreachWords, and words_of for it.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "properties/version_graph.h"
#include "reports/account.h"
#include "reports/words.h"

namespace tidemark::core {

class BreachWords {
 public:
  // All three outlive it.
  BreachWords(const Breach& breach, const Account& account, std::string_view strategy)
      : breach_(breach), account_(account), strategy_(strategy), words_(account) {}
  virtual ~BreachWords() = default;
  BreachWords(const BreachWords&) = delete;
  BreachWords& operator=(const BreachWords&) = delete;

  // Who is hurt, in which object, and how, in one sentence without a full stop.
  virtual std::string sentence() const = 0;
  // What would have been right, and what is, at rest.
  virtual std::string expected() const = 0;
  // How it came to that. Empty: nothing more is known. Finds the cause, too.
  virtual std::string why() { return {}; }
  // Where it went wrong, if why() found it at another place than the breach.
  const std::optional<Spot>& cause() const { return cause_; }
  // Whether it is about this entry of the passage in which it happened; if about none, then about
  // the last.
  virtual bool is_about(const Entry& /*entry*/) const { return false; }
  // The version that it takes away; kNoValue: none.
  virtual Value taken_away() const { return kNoValue; }

 protected:
  // --- places

  const Spot& breach_spot() const;
  // Null: the passage in which it happened has none.
  const Entry* breach_entry() const;
  // `step 6 (restore S)`: a place with what was done there.
  std::string moment(Spot spot) const;
  std::string at(Spot spot) const { return in_place(account_.passage(spot)); }
  const std::vector<Spot>& spots() const;
  template <class Fits>
  std::optional<Spot> first(Fits fits) const {
    const auto found = std::find_if(spots().begin(), spots().end(),
                                    [&](Spot spot) { return fits(account_.entry(spot)); });
    return found == spots().end() ? std::nullopt : std::optional(*found);
  }
  template <class Fits>
  std::optional<Spot> last(Fits fits) const {
    const auto found = std::find_if(spots().rbegin(), spots().rend(),
                                    [&](Spot spot) { return fits(account_.entry(spot)); });
    return found == spots().rend() ? std::nullopt : std::optional(*found);
  }
  template <class Fits>
  std::optional<Spot> last_before(Spot end, Fits fits) const {
    return last_spot_if([&](Spot spot) { return spot < end && fits(account_.entry(spot)); });
  }
  // The last time that a replica came to hold a version.
  std::optional<Spot> came_to_hold(Replica replica, Value value) const;
  // The counter of a replica after an entry in which it grew; 0 if it did not.
  std::uint64_t counter_after(Spot spot, Replica replica) const;

  // --- versions

  const VersionGraph& graph() const;
  // For each version, whether a path leads to it.
  std::vector<bool> reachable(Value from) const { return graph().reachable(from); }
  static bool is_in(const std::vector<bool>& set, Value value) {
    return value.number < set.size() && set[value.number];
  }

  // --- parts of sentences

  std::string v(Value value) const { return words_.version(value); }
  std::string version(Value value) const { return words_.version_with_text(value); }
  // `o1 (v2 "x")`: of a version, the object first.
  std::string named(Value value) const;
  // The key of an object, as its create step gave it.
  std::optional<Key> key_of(Guid guid) const;
  std::string key() const;
  // `v1 -> v2 (edit on A, step 3)`; only the version where the chain is one long.
  std::string chain(Value from, Value to) const;
  // `A asked since 0`; `A asked`, of an engine that does not tell its marks.
  std::string asked(const Entry& entry) const;
  // `A asked since 0, received v1`, `S received v1 in a late upload-request of A`.
  std::string received(const Entry& entry, Value value) const;

  // --- causes that several have. Empty: it is none

  // That the server refused a version.
  std::string refused(Value value);
  // Where the mark of the client that wrote a version passed it, on the ack of an upload that did
  // not carry it.
  std::string counter_lastsync_passed(Value value);

  const Breach& breach_;
  const Account& account_;
  std::string_view strategy_;
  Vocabulary words_;
  std::optional<Spot> cause_;

 private:
  template <class Fits>
  std::optional<Spot> last_spot_if(Fits fits) const {
    const auto found = std::find_if(spots().rbegin(), spots().rend(), fits);
    return found == spots().rend() ? std::nullopt : std::optional(*found);
  }
  std::string link(Value from, Value to) const;

  // What is asked for seldom.
  mutable std::optional<Spot> spot_;
  mutable std::optional<std::vector<Spot>> spots_;
  mutable std::optional<VersionGraph> graph_;
};

// Of one invariant.
template <class Rule>
std::unique_ptr<BreachWords> words_of(const Breach& breach, const Account& account,
                                      std::string_view strategy);
// Of whichever it is.
std::unique_ptr<BreachWords> words_for(const Breach& breach, const Account& account,
                                       std::string_view strategy = {});

// --- what entries did

bool arrives(const Entry& entry);
bool arrives(const Entry& entry, MessageKind kind);
bool carries(const Entry& entry, Guid guid, Value value);
// Under whichever guid.
bool brings(const Entry& entry, Value value);
template <class Things, class Fits>
bool has_any(const Things& things, Fits fits) {
  return std::any_of(things.begin(), things.end(), fits);
}
// Whether a replica came to hold `value` instead of `other`, as the breach has it.
bool put_over(const Entry& entry, const Breach& breach);

}  // namespace tidemark::core
