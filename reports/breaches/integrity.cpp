#include "properties/invariants/integrity.h"

#include <fmt/format.h>

#include "base/text.h"
#include "reports/breach_words.h"

namespace tidemark::core {
namespace {

class IntegrityWords final : public BreachWords {
 public:
  using BreachWords::BreachWords;

  std::string sentence() const override {
    const std::string who = core::who(breach_.replica);
    if (breach_.kind == &Integrity::kUnwritten)
      return fmt::format("{} holds {} in a form that nobody wrote: value, key, name or deletion",
                         who, words_.item(breach_.guid, breach_.value));
    if (breach_.kind == &Integrity::kCounterBackwards)
      return fmt::format("{}'s counter ran backwards{}", who, backwards());
    if (breach_.kind == &Integrity::kMarkBackwards)
      return fmt::format("{}'s mark ran backwards{}", who, backwards());
    if (breach_.kind == &Integrity::kStaleAnswerApplied)
      return fmt::format("{} took an answer that it no longer waited for", who);
    return fmt::format("the second copy of a request of {} changed the server's objects again",
                       who);
  }

  std::string expected() const override {
    if (breach_.kind == &Integrity::kUnwritten)
      return "a replica holds only what an app wrote or a strategy made";
    if (breach_.kind == &Integrity::kCounterBackwards)
      return "a counter only grows, but in a restore";
    if (breach_.kind == &Integrity::kMarkBackwards)
      return "a mark only grows, but in a full sync, reinstall or restore";
    if (breach_.kind == &Integrity::kStaleAnswerApplied)
      return fmt::format("{} stays as it was", who(breach_.replica));
    return "the server's objects stay as the first copy left them";
  }

  bool is_about(const Entry& entry) const override {
    if (breach_.kind == &Integrity::kUnwritten) return put_over(entry, breach_);
    if (breach_.kind == &Integrity::kStaleAnswerApplied)
      return account_.has<StaleChangedClient>(entry);
    if (breach_.kind == &Integrity::kRepeatNotIdempotent)
      return account_.has<RepeatChangedServer>(entry);
    return has_any(entry.tides, [&](const TideChange& change) { return ran_backwards(change); });
  }

 private:
  bool ran_backwards(const TideChange& change) const {
    const auto& [before, after] = change;
    if (after.replica != breach_.replica) return false;
    if (breach_.kind == &Integrity::kCounterBackwards) return after.counter < before.counter;
    return after.counter_lastsync < before.counter_lastsync ||
           after.servercounter_lastsync < before.servercounter_lastsync;
  }

  std::string backwards() const {
    if (breach_entry() == nullptr) return {};
    for (const TideChange& change : breach_entry()->tides) {
      if (change.after.replica != breach_.replica) continue;
      if (change.after.counter < change.before.counter)
        return fmt::format(": {} -> {}", change.before.counter, change.after.counter);
      if (change.after.counter_lastsync < change.before.counter_lastsync)
        return fmt::format(": counter_lastsync {} -> {}", change.before.counter_lastsync,
                           change.after.counter_lastsync);
      if (change.after.servercounter_lastsync < change.before.servercounter_lastsync)
        return fmt::format(": servercounter_lastsync {} -> {}",
                           change.before.servercounter_lastsync,
                           change.after.servercounter_lastsync);
    }
    return {};
  }
};

}  // namespace

template <>
std::unique_ptr<BreachWords> words_of<Integrity>(const Breach& breach, const Account& account,
                                                 std::string_view strategy) {
  return std::make_unique<IntegrityWords>(breach, account, strategy);
}

}  // namespace tidemark::core
