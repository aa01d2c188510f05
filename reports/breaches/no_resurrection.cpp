#include "properties/invariants/no_resurrection.h"

#include <fmt/format.h>

#include "base/text.h"
#include "reports/breach_words.h"

namespace tidemark::core {
namespace {

class NoResurrectionWords final : public BreachWords {
 public:
  using BreachWords::BreachWords;

  std::string sentence() const override {
    return fmt::format("{} is live again on {} (as {}), and nobody undeleted it", deleted_object(),
                       who(breach_.replica), version(breach_.value));
  }

  std::string expected() const override {
    return fmt::format("{} stays deleted ({}) until an undelete or a strategy says otherwise",
                       words_.object(breach_.guid), v(breach_.other));
  }

  std::string why() override {
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

 private:
  std::string deleted_object() const {
    const Version& deletion = words_.version_of(breach_.other);
    return fmt::format("{}, which {} deleted ({}),", words_.object(breach_.guid),
                       deletion.writer.is_server() ? "the web backend" : who(deletion.writer),
                       words_.version(breach_.other));
  }
};

}  // namespace

template <>
std::unique_ptr<BreachWords> words_of<NoResurrection>(const Breach& breach, const Account& account,
                                                      std::string_view strategy) {
  return std::make_unique<NoResurrectionWords>(breach, account, strategy);
}

}  // namespace tidemark::core
