#include "properties/invariants/one_object_per_key.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "reports/breach_words.h"

namespace tidemark::core {
namespace {

class OneObjectPerKeyWords final : public BreachWords {
 public:
  using BreachWords::BreachWords;

  std::string sentence() const override {
    const Guid other = other_guid();
    return fmt::format("{} holds both {} ({}) and {} ({}) live, with one key: {}",
                       who(breach_.replica), words_.object(other), version(breach_.other),
                       words_.object(breach_.guid), version(breach_.value), key());
  }

  std::string expected() const override {
    return fmt::format("{} holds one live object with the key {}", who(breach_.replica), key());
  }

  std::string why() override {
    cause_ = std::max(came_to_hold(breach_.replica, breach_.other),
                      came_to_hold(breach_.replica, breach_.value));
    return fmt::format("{}, {}", held_since(breach_.other), held_since(breach_.value));
  }

 private:
  Guid other_guid() const {
    for (std::uint32_t guid = 0; guid < account_.objects(); ++guid)
      if (account_.at_rest(breach_.replica, Guid{guid}) == breach_.other) return {guid};
    return words_.version_of(breach_.other).guid;
  }

  std::string held_since(Value value) const {
    const auto spot = came_to_hold(breach_.replica, value);
    return fmt::format("{} ({}) is there since {}", v(value), words_.origin(value),
                       spot ? place_name(account_.passage(*spot)) : "the beginning");
  }
};

}  // namespace

template <>
std::unique_ptr<BreachWords> words_of<OneObjectPerKey>(const Breach& breach, const Account& account,
                                                       std::string_view strategy) {
  return std::make_unique<OneObjectPerKeyWords>(breach, account, strategy);
}

}  // namespace tidemark::core
