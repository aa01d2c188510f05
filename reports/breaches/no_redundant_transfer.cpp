#include "properties/invariants/no_redundant_transfer.h"

#include <fmt/format.h>

#include "base/text.h"
#include "reports/breach_words.h"

namespace tidemark::core {
namespace {

class NoRedundantTransferWords final : public BreachWords {
 public:
  using BreachWords::BreachWords;

  std::string sentence() const override {
    const std::string item = words_.object(breach_.guid) + " (" + version(breach_.value) + ")";
    const Replica client = link_client();
    const Replica writer = words_.version_of(breach_.value).writer;
    if (breach_.replica.is_server())
      return fmt::format("{} uploads {} again, which the server had from it, or it from the server",
                         who(client), item);
    if (writer == client)
      return fmt::format("{} is sent its own {} back, which the server had from it", who(client),
                         item);
    return fmt::format("{} is sent {} {} again, which it had already", who(client), whose(writer),
                       item);
  }

  std::string expected() const override {
    return fmt::format("{} {} {} again", who(link_client()),
                       breach_.replica.is_server() ? "does not upload" : "is not sent",
                       words_.item(breach_.guid, breach_.value));
  }

  std::string why() override {
    if (breach_entry() == nullptr) return {};
    const Entry& again = *breach_entry();
    const auto before = last_before(breach_spot(), [&](const Entry& entry) {
      return arrives(entry) && entry.replica() == again.replica() && !entry.is_late() &&
             entry.message()->kind != MessageKind::upload_ack &&
             carries(entry, breach_.guid, breach_.value);
    });
    if (!before) return {};
    const bool upward = account_.entry(*before).message()->to.is_server();
    const std::string client = who(again.replica());
    const std::string travelled =
        fmt::format("{} travelled {} {}", v(breach_.value),
                    upward ? client + " -> S" : "S -> " + client, at(*before));
    if (again.message()->to.is_server())
      return fmt::format("{}; {} {} still counted it as pending, and uploaded it again", travelled,
                         at(breach_spot()), client);
    const bool marks_are_known = account_.asked_since(again.message()->number).has_value();
    return fmt::format("{}; {} {}{}", travelled, at(breach_spot()), asked(again),
                       marks_are_known ? has_counter() : ", and was sent it again");
  }

  bool is_about(const Entry& entry) const override {
    return arrives(entry) && entry.message()->client == link_client() &&
           entry.message()->kind != MessageKind::upload_ack &&
           entry.message()->to == breach_.replica && carries(entry, breach_.guid, breach_.value);
  }

 private:
  Replica link_client() const { return {static_cast<std::uint8_t>(breach_.other.number)}; }

  // `, and the server has it as its counter 1`.
  std::string has_counter() const {
    const auto taken = came_to_hold(kServer, breach_.value);
    const std::uint64_t counter = taken ? counter_after(*taken, kServer) : 0;
    return counter == 0 ? "" : fmt::format(", and the server has it as its counter {}", counter);
  }
};

}  // namespace

template <>
std::unique_ptr<BreachWords> words_of<NoRedundantTransfer>(const Breach& breach,
                                                           const Account& account,
                                                           std::string_view strategy) {
  return std::make_unique<NoRedundantTransferWords>(breach, account, strategy);
}

}  // namespace tidemark::core
