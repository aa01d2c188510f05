#include "properties/invariants/quiescence.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "reports/breach_words.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kItemColumns = 32;

class QuiescenceWords final : public BreachWords {
 public:
  using BreachWords::BreachWords;

  std::string sentence() const override {
    if (breach_.kind == &Quiescence::kNoRest)
      return fmt::format("settle does not come to rest: after {} a message still carries {}",
                         count_of(breach_.round, "round"), carried_last());
    if (breach_.kind == &Quiescence::kCircle)
      return fmt::format(
          "settle goes in a circle: after round {} the world is as it was {}, and {} travels on",
          breach_.round, circle_begin(), carried_last());
    return fmt::format("{}'s exchange does not end: it was cut off after {} messages",
                       who(breach_.replica), kMaxMessagesPerExchange);
  }

  std::string expected() const override {
    if (is_without_end()) return "an exchange is four messages, or a few more";
    return fmt::format("a round in which no message carries an object, within {} rounds",
                       account_.scenario().settle_bound());
  }

  // What the last round carried, message by message.
  std::string why() override {
    if (is_without_end()) return {};
    const auto& passages = account_.passages();
    if (passages.size() < 2) return {};
    std::string result;
    for (const Entry& entry : passages[passages.size() - 2].entries) {
      if (!arrives(entry) || !entry.carried || entry.carried->empty()) continue;
      if (entry.message()->kind == MessageKind::upload_ack) continue;
      const char client = replica_name(entry.replica());
      const bool upward = entry.message()->to.is_server();
      result +=
          fmt::format("{}{} -> {} {}{}", result.empty() ? "in the last round " : ", ",
                      upward ? client : 'S', upward ? 'S' : client, words_.items(*entry.carried),
                      entry.refused.empty() ? "" : " (refused)");
    }
    return result;
  }

  bool is_about(const Entry& entry) const override {
    return is_without_end() && account_.has<ExchangeOverran>(entry);
  }

 private:
  bool is_without_end() const { return breach_.kind == &Quiescence::kExchangeWithoutEnd; }

  // The objects that the last round carried.
  std::string carried_last() const {
    std::vector<Item> items;
    for (const Entry& entry : last_round().entries) {
      if (!entry.carried || entry.message()->kind == MessageKind::upload_ack) continue;
      for (const Item& item : *entry.carried)
        if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(item);
    }
    return items.empty() ? "nothing" : clip(words_.items(items), kItemColumns);
  }

  const Passage& last_round() const {
    const auto& passages = account_.passages();
    return passages[passages.size() < 2 ? 0 : passages.size() - 2];
  }

  // The earlier round after which every replica held and counted the same, if there is only one
  // such.
  std::string circle_begin() const {
    std::vector<Value> held(account_.replicas() * std::size_t{account_.objects()});
    std::vector<Tide> tides(account_.replicas());
    std::vector<std::vector<std::uint64_t>> states;
    for (const Passage& passage : account_.passages()) {
      for (const Entry& entry : passage.entries) {
        for (const HoldingChange& change : entry.changes)
          held[change.replica.number * account_.objects() + change.guid.number] = change.after;
        for (const TideChange& change : entry.tides)
          tides[change.after.replica.number] = change.after;
      }
      if (passage.kind != PassageKind::round) continue;
      std::vector<std::uint64_t>& state = states.emplace_back();
      for (const Value value : held) state.push_back(value.number);
      for (const Tide& tide : tides)
        state.insert(state.end(),
                     {tide.counter, tide.counter_lastsync, tide.servercounter_lastsync});
    }
    if (states.empty()) return "before";
    const auto equal = std::count(states.begin(), states.end(), states.back());
    if (equal != 2) return "before";
    const auto first = std::find(states.begin(), states.end(), states.back());
    return fmt::format("after round {}", first - states.begin() + 1);
  }
};

}  // namespace

template <>
std::unique_ptr<BreachWords> words_of<Quiescence>(const Breach& breach, const Account& account,
                                                  std::string_view strategy) {
  return std::make_unique<QuiescenceWords>(breach, account, strategy);
}

}  // namespace tidemark::core
