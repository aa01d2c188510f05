#include "properties/invariants/no_lost_update.h"

#include <algorithm>
#include <map>

namespace tidemark::core {
namespace {

// Follows who holds a set of versions through the journal of a run.
class Holders {
 public:
  explicit Holders(const std::vector<bool>& set) : set_(set) {}

  bool in_set(Value value) const { return value != kNoValue && set_[value.number]; }

  void apply(const Holding& holding) {
    if (in_set(holding.before)) --held_[holding.replica];
    if (in_set(holding.after)) ++held_[holding.replica];
    const bool held = total() > 0;
    if (was_held_ && !held) last_stop_ = holding.cause;
    was_held_ = held;
  }
  int total() const {
    int sum = 0;
    for (const auto& [replica, count] : held_) sum += count;
    return sum;
  }
  int at(Replica replica) const {
    const auto found = held_.find(replica);
    return found == held_.end() ? 0 : found->second;
  }
  bool ended_in(Cause cause) const { return !was_held_ && last_stop_ == cause; }

 private:
  const std::vector<bool>& set_;
  std::map<Replica, int> held_;
  bool was_held_ = false;
  Cause last_stop_ = Cause::app;
};

using Entry = std::vector<Holding>::const_iterator;

// Whether the changes of one message replace a version of the set by one outside of it. An object
// that only moved to another guid was not replaced, nor was one that left while the replica still
// holds a version of the set.
bool replaces(Entry begin, Entry end, const Holders& holders) {
  return std::any_of(begin, end, [&](const Holding& gone) {
    if (!holders.in_set(gone.before) || holders.in_set(gone.after)) return false;
    if (gone.after == kNoValue) return holders.at(gone.replica) == 0;
    return std::none_of(begin, end,
                        [&](const Holding& other) { return other.after == gone.before; });
  });
}

}  // namespace

bool is_excused(const std::vector<Holding>& journal, const std::vector<bool>& reachable) {
  Holders holders(reachable);
  for (Entry begin = journal.begin(); begin != journal.end();) {
    Entry end = begin + 1;
    if (begin->cause == Cause::message)
      end = std::find_if(begin, journal.end(), [&](const Holding& holding) {
        return holding.cause != Cause::message || holding.message != begin->message;
      });
    std::for_each(begin, end, [&](const Holding& holding) { holders.apply(holding); });
    if (begin->cause == Cause::message && replaces(begin, end, holders)) return false;
    begin = end;
  }
  return holders.ended_in(Cause::reinstall) || holders.ended_in(Cause::restore);
}

}  // namespace tidemark::core
