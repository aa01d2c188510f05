#include "reports/breach_words.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/text.h"
#include "properties/invariants/list.h"
#include "properties/own.h"
#include "sim/trace.h"
#include "sim/trace_words.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kChainMost = 4;
constexpr std::size_t kStepColumns = 24;
constexpr std::size_t kKeyColumns = 32;

// Of an invariant of the user's own, whose name says what is expected.
class OwnWords final : public BreachWords {
 public:
  using BreachWords::BreachWords;
  std::string sentence() const override {
    return account_.recording().outcome.verdict.text_of(breach_);
  }
  std::string expected() const override { return {}; }
};

using Maker = std::unique_ptr<BreachWords> (*)(const Breach&, const Account&, std::string_view);

template <std::size_t... kPlaces>
constexpr std::array<Maker, kInvariants> makers(std::index_sequence<kPlaces...> /*places*/) {
  return {&words_of<std::tuple_element_t<kPlaces, Rules>>...};
}

}  // namespace

std::unique_ptr<BreachWords> words_for(const Breach& breach, const Account& account,
                                       std::string_view strategy) {
  static constexpr auto kMakers = makers(std::make_index_sequence<kInvariants>());
  const auto place = static_cast<std::size_t>(breach.invariant);
  if (place >= kInvariants) return std::make_unique<OwnWords>(breach, account, strategy);
  return kMakers[place](breach, account, strategy);
}

const Spot& BreachWords::breach_spot() const {
  if (!spot_) spot_ = account_.spot_of(breach_);
  return *spot_;
}

const Entry* BreachWords::breach_entry() const {
  const auto& entries = account_.passage(breach_spot()).entries;
  return breach_spot().entry < entries.size() ? &entries[breach_spot().entry] : nullptr;
}

const std::vector<Spot>& BreachWords::spots() const {
  if (!spots_) spots_ = account_.spots();
  return *spots_;
}

const VersionGraph& BreachWords::graph() const {
  if (!graph_) graph_.emplace(account_.recording().versions, account_.recording().decisions);
  return *graph_;
}

std::string BreachWords::named(Value value) const {
  return fmt::format("{} ({})", words_.object(words_.version_of(value).guid), version(value));
}

std::string BreachWords::moment(Spot spot) const {
  const Passage& passage = account_.passage(spot);
  if (passage.kind != PassageKind::step) return place_name(passage);
  const Scenario& scenario = account_.scenario();
  return fmt::format("{} ({})", place_name(passage),
                     clip(print_step(scenario, scenario.steps[passage.number]), kStepColumns));
}

std::optional<Spot> BreachWords::came_to_hold(Replica replica, Value value) const {
  return last([&](const Entry& entry) {
    return std::any_of(entry.changes.begin(), entry.changes.end(), [&](const auto& change) {
      return change.replica == replica && change.after == value;
    });
  });
}

std::uint64_t BreachWords::counter_after(Spot spot, Replica replica) const {
  for (const TideChange& change : account_.entry(spot).tides)
    if (change.after.replica == replica && change.after.counter != change.before.counter)
      return change.after.counter;
  return 0;
}

std::optional<Key> BreachWords::key_of(Guid guid) const {
  const Scenario& scenario = account_.scenario();
  for (const Step& step : scenario.steps)
    if (step.kind == StepKind::create && step.object == guid.number) return scenario.key_of(step);
  return std::nullopt;
}

std::string BreachWords::key() const {
  const auto key = key_of(breach_.guid);
  return key ? clip_middle(quote(account_.scenario().key_text(*key)), kKeyColumns) : "unknown";
}

std::string BreachWords::chain(Value from, Value to) const {
  if (from.number >= graph().size() || to.number >= graph().size()) return v(to);
  const std::vector<Value> values = graph().shortest_chain(from, to);
  if (values.size() < 2) return fmt::format("{} ({})", v(to), words_.origin(to));
  std::string result = v(values[0]);
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values.size() > kChainMost && i > 1 && i + 1 < values.size()) {
      if (i == 2) result += " -> …";
      continue;
    }
    result += link(values[i - 1], values[i]);
  }
  return result;
}

std::string BreachWords::link(Value from, Value to) const {
  const Version& version = words_.version_of(to);
  if (version.over != from && version.over_too != from)
    return fmt::format(" -> {} (chosen over it)", v(to));
  return fmt::format(" -> {} ({})", v(to), words_.origin(to));
}

std::string BreachWords::asked(const Entry& entry) const {
  const std::string since = words_.since(entry.message()->number);
  return who(entry.replica()) + " asked" + (since.empty() ? "" : " ") + since;
}

std::string BreachWords::received(const Entry& entry, Value value) const {
  const std::string client = who(entry.replica());
  if (!entry.message()->to.is_server())
    return fmt::format("{}, received {}", asked(entry), v(value));
  return fmt::format("S received {} in {} upload-request of {}", v(value),
                     entry.is_late() ? "a late" : "an", client);
}

std::string BreachWords::refused(Value value) {
  const auto spot = last([&](const Entry& entry) {
    return arrives(entry, MessageKind::upload_request) &&
           std::any_of(entry.refused.begin(), entry.refused.end(),
                       [&](const Item& item) { return item.value == value; });
  });
  if (!spot) return {};
  cause_ = spot;
  return fmt::format("the server refused {} {}, and has not taken it since", v(value), at(*spot));
}

std::string BreachWords::counter_lastsync_passed(Value value) {
  const Version& version = words_.version_of(value);
  const auto written = came_to_hold(version.writer, value);
  if (version.writer.is_server() || !written) return {};
  const std::uint64_t counter = counter_after(*written, version.writer);
  for (const Spot spot : spots())
    for (const TideChange& change : account_.entry(spot).tides) {
      const std::uint64_t before = change.before.counter_lastsync;
      const std::uint64_t after = change.after.counter_lastsync;
      if (change.after.replica != version.writer || spot < *written || counter == 0) continue;
      if (before >= counter || after < counter) continue;
      if (carries(account_.entry(spot), version.guid, value)) return {};
      cause_ = spot;
      return fmt::format(
          "{} has counter {}; {} {}'s counter_lastsync went {} -> {} on the ack of an "
          "upload without it, so it counts as uploaded",
          v(value), counter, at(spot), who(version.writer), before, after);
    }
  return {};
}

bool arrives(const Entry& entry) { return is<MessageArriving>(entry.head); }
bool arrives(const Entry& entry, MessageKind kind) {
  return arrives(entry) && entry.message()->kind == kind;
}

bool carries(const Entry& entry, Guid guid, Value value) {
  return entry.carried && std::find(entry.carried->begin(), entry.carried->end(),
                                    Item{guid, value}) != entry.carried->end();
}

bool brings(const Entry& entry, Value value) {
  return entry.carried &&
         has_any(*entry.carried, [&](const Item& item) { return item.value == value; });
}

bool put_over(const Entry& entry, const Breach& breach) {
  return has_any(entry.changes, [&](const HoldingChange& change) {
    return change.replica == breach.replica && change.guid == breach.guid &&
           change.after == breach.value && change.before == breach.other;
  });
}

}  // namespace tidemark::core
