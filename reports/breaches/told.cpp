#include "properties/invariants/told.h"

#include <fmt/format.h>

#include "base/text.h"
#include "reports/breach_words.h"

namespace tidemark::core {
namespace {

class ToldWords final : public BreachWords {
 public:
  using BreachWords::BreachWords;

  std::string sentence() const override {
    if (breach_.kind == &Told::kNotTold)
      return fmt::format("{} gave up its app's {} for {}, and did not tell the app",
                         who(breach_.replica), named(breach_.value), version(breach_.other));
    return fmt::format("{} told its app that {} was given up for {}, without cause",
                       who(breach_.replica), named(breach_.value), version(breach_.other));
  }

  std::string expected() const override {
    if (breach_.kind == &Told::kNotTold)
      return fmt::format("{} tells its app that {} was given up", who(breach_.replica),
                         v(breach_.value));
    return fmt::format("{} tells its app only of its own versions that it gave up",
                       who(breach_.replica));
  }

  std::string why() override {
    if (breach_entry() == nullptr) return {};
    if (breach_.kind == &Told::kToldWrongly) return why_wrongly();
    return fmt::format("{} ({}) was not yet accepted by the server; {} {}", v(breach_.value),
                       words_.origin(breach_.value), at(breach_spot()),
                       received(*breach_entry(), breach_.other));
  }

  bool is_about(const Entry& entry) const override {
    return has_any(entry.changes,
                   [&](const HoldingChange& change) {
                     return change.replica == breach_.replica && change.before == breach_.value;
                   }) ||
           has_any(entry.facts, [&](const Fact& fact) { return fact.local == breach_.value; });
  }

 private:
  // Why there was nothing to tell.
  std::string why_wrongly() const {
    const Version& version = words_.version_of(breach_.value);
    if (version.writer != breach_.replica)
      return fmt::format("{} ({}) is no change of {}'s app", v(breach_.value),
                         words_.origin(breach_.value), who(breach_.replica));
    const auto seen = last_before(breach_spot(), [&](const Entry& entry) {
      return arrives(entry) && entry.replica() == breach_.replica &&
             !entry.message()->to.is_server() && !entry.is_late() &&
             carries(entry, breach_.guid, breach_.value);
    });
    if (!seen) return {};
    return fmt::format("{} ({}) was safe: {} {} saw that the server had taken it", v(breach_.value),
                       words_.origin(breach_.value), at(*seen), who(breach_.replica));
  }
};

}  // namespace

template <>
std::unique_ptr<BreachWords> words_of<Told>(const Breach& breach, const Account& account,
                                            std::string_view strategy) {
  return std::make_unique<ToldWords>(breach, account, strategy);
}

}  // namespace tidemark::core
