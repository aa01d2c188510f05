// The judge against a dumb one, which reads the recording of a run again from the start for every
// question, as the contract words it. Thousands of random episodes must find both of one mind.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "properties/runner.h"
#include "sim/generator.h"
#include "sim/trace.h"

namespace tidemark::core {
namespace {

using Holdings = std::map<std::pair<Replica, Guid>, Value>;

// The holding that an event changes; nothing: it changes none.
std::optional<Held> change_in(const Event& event) {
  if (const auto* held = std::get_if<Held>(&event)) return *held;
  if (const auto* written = std::get_if<Written>(&event))
    return Held{written->replica, written->guid, written->value, written->over};
  return std::nullopt;
}

class DumbJudge {
 public:
  explicit DumbJudge(const Recording& run) : run_(run), versions_(run.versions) {
    reaches_.assign(versions_.size(), std::vector<bool>(versions_.size()));
    for (std::size_t i = 1; i < versions_.size(); ++i)
      for (const Value over : {versions_[i].over, versions_[i].over_too})
        if (over != kNoValue) reaches_[over.number][i] = true;
    close();
    ancestor_ = reaches_;
    for (const Fact& fact : run.facts) add_decision(fact);
    close();
  }

  // The first event at which a version was delivered in vain; nothing: none was.
  bool finds_redundant_transfer() const {
    for (std::size_t i = 0; i < run_.events.size(); ++i)
      if (is<Carried>(run_.events[i]) && is_redundant(i)) return true;
    return false;
  }

  bool finds_lost_update() const {
    for (std::size_t i = 0; i < run_.events.size(); ++i)
      if (is_stale_overwrite(i) || is_ancestor_chosen(i)) return true;
    for (std::uint32_t i = 1; i < versions_.size(); ++i)
      if (versions_[i].by_app() && !is_kept(Value{i}) && !is_excused(Value{i})) return true;
    return false;
  }

  // A client gave up a version of its app's, silently.
  bool finds_untold_loss() const {
    for (std::size_t i = 0; i < run_.events.size(); ++i)
      if (is<Held>(run_.events[i]) && is_untold(i)) return true;
    return false;
  }

 private:
  void add_decision(const Fact& fact) {
    if (fact.kind != FactKind::conflict_resolved || fact.winner == Winner::merge) return;
    const auto [local, server] = std::pair{fact.local.number, fact.server.number};
    if (ancestor_[local][server] || ancestor_[server][local]) return;
    if (fact.winner == Winner::local)
      reaches_[server][local] = true;
    else
      reaches_[local][server] = true;
  }
  void close() {
    const std::size_t size = reaches_.size();
    for (std::size_t b = 0; b < size; ++b)
      for (std::size_t a = 0; a < size; ++a)
        for (std::size_t c = 0; reaches_[a][b] && c < size; ++c)
          if (reaches_[b][c]) reaches_[a][c] = true;
  }

  const Fact* fact_at(std::size_t i) const {
    const auto* told = std::get_if<FactTold>(&run_.events[i]);
    return told == nullptr ? nullptr : &run_.facts[told->place];
  }

  // --- Messages

  // The arriving event of the message that event i belongs to; the number of events: it belongs to
  // none.
  std::size_t message_of(std::size_t i) const {
    while (true) {
      if (is<MessageArriving>(run_.events[i])) return i;
      if (is<MessageArrived, StepBegan>(run_.events[i]) || i == 0) return run_.events.size();
      --i;
    }
  }
  bool is_in_message(std::size_t i) const { return message_of(i) < run_.events.size(); }
  std::size_t end_of_message(std::size_t i) const {
    while (!is<MessageArrived>(run_.events[i])) ++i;
    return i;
  }

  // --- Redundant transfers

  bool is_redundant(std::size_t carried) const {
    const MessageEvent& message = *message_in(run_.events[message_of(carried)]);
    if (message.late) return false;
    const Value value = std::get<Carried>(run_.events[carried]).value;
    return has_held(message.to, value, carried) && has_travelled(message.client, value, carried);
  }

  // Since the replica was last wiped, before event `end`.
  bool has_held(Replica replica, Value value, std::size_t end) const {
    Holdings now;
    std::set<Value> held;
    for (std::size_t i = 0; i < end; ++i) {
      const Event& event = run_.events[i];
      if (is<Reinstalled>(event) && replica_of(event) == replica) held.clear();
      if (is<Restored>(event) && replica.is_server()) {
        while (is<Held>(run_.events[i + 1])) apply(run_.events[++i], now);
        held.clear();
        for (const auto& [where, what] : now)
          if (where.first == replica) held.insert(what);
        continue;
      }
      apply(event, now);
      const auto change = change_in(event);
      if (change && change->replica == replica) held.insert(change->value);
    }
    return held.count(value) > 0;
  }
  static void apply(const Event& event, Holdings& now) {
    if (const auto change = change_in(event)) now[{change->replica, change->guid}] = change->value;
  }

  // In an exchange of this client that counts: one that began after all that does not.
  bool has_travelled(Replica client, Value value, std::size_t end) const {
    std::size_t from = 0;
    for (std::size_t i = 0; i < end; ++i) {
      const Event& event = run_.events[i];
      const bool own = replica_of(event) == client;
      const auto* began = std::get_if<CycleBegan>(&event);
      if (is<Restored>(event) || (own && is<Crashed, Reinstalled>(event)) ||
          (own && began != nullptr && began->full))
        from = i;
    }
    for (std::size_t i = from; i < end; ++i)
      if (is<CycleBegan>(run_.events[i]) && replica_of(run_.events[i]) == client &&
          travelled_in_exchange(i, client, value, end))
        return true;
    return false;
  }

  bool travelled_in_exchange(std::size_t begin, Replica client, Value value,
                             std::size_t end) const {
    bool uploaded = false;
    for (std::size_t i = begin + 1; i < end; ++i) {
      const Event& event = run_.events[i];
      if (replica_of(event) == client && is<CycleBegan, ExchangeEnded>(event)) return false;
      const auto* arrived = std::get_if<MessageArrived>(&event);
      if (arrived == nullptr || arrived->client != client || arrived->late) continue;
      const std::size_t arriving = message_of(i - 1);
      if (arrived->kind == MessageKind::download_reply && carries(arriving, value)) return true;
      if (arrived->kind == MessageKind::upload_request)
        uploaded = carries(arriving, value) && !is_refused(arriving, value);
      if (arrived->kind == MessageKind::upload_ack && uploaded) return true;
    }
    return false;
  }

  bool carries(std::size_t arriving, Value value) const {
    for (std::size_t i = arriving; !is<MessageArrived>(run_.events[i]); ++i)
      if (const auto* carried = std::get_if<Carried>(&run_.events[i]);
          carried != nullptr && carried->value == value)
        return true;
    return false;
  }
  bool tells(std::size_t arriving, FactKind kind, Value local) const {
    for (std::size_t i = arriving; !is<MessageArrived>(run_.events[i]); ++i)
      if (const Fact* fact = fact_at(i); fact && fact->kind == kind && fact->local == local)
        return true;
    return false;
  }
  bool is_refused(std::size_t arriving, Value value) const {
    return tells(arriving, FactKind::upload_refused, value);
  }

  // --- Lost updates

  bool is_stale_overwrite(std::size_t i) const {
    const auto* held = std::get_if<Held>(&run_.events[i]);
    return held != nullptr && is_in_message(i) && held->value != kNoValue &&
           ancestor_[held->value.number][held->before.number];
  }
  bool is_ancestor_chosen(std::size_t i) const {
    const Fact* fact = fact_at(i);
    if (!fact || fact->kind != FactKind::conflict_resolved || fact->winner == Winner::merge)
      return false;
    const Value lost = fact->winner == Winner::local ? fact->server : fact->local;
    return ancestor_[fact->kept.number][lost.number];
  }

  bool leads(Value from, Value to) const {
    return to != kNoValue && (from == to || reaches_[from.number][to.number]);
  }
  Holdings at_rest() const {
    Holdings now;
    for (const Event& event : run_.events) apply(event, now);
    return now;
  }
  bool is_kept(Value value) const {
    Holdings now = at_rest();
    for (const auto& [where, what] : now)
      if (where.first.is_server() && leads(value, what)) return true;
    for (std::uint32_t i = 1; i < versions_.size(); ++i)
      if (versions_[i].isdeleted && leads(value, Value{i}) &&
          now[{kServer, versions_[i].guid}] == kNoValue)
        return true;
    return false;
  }

  bool is_held_by_anybody(Value value, const Holdings& now) const {
    for (const auto& [where, what] : now)
      if (leads(value, what)) return true;
    return false;
  }
  bool is_excused(Value value) const {
    Holdings now;
    bool wiped = false;
    bool is_wipe = false;  // what happens now
    for (std::size_t i = 0; i < run_.events.size(); ++i) {
      const Event& event = run_.events[i];
      if (is<MessageArriving>(event) && replaces(i, value, now)) return false;
      if (is<MessageArriving, StepBegan>(event)) is_wipe = false;
      if (is<Reinstalled, Restored>(event)) is_wipe = true;
      const bool before = is_held_by_anybody(value, now);
      apply(event, now);
      const bool after = is_held_by_anybody(value, now);
      if (before && !after) wiped = is_wipe;
    }
    return wiped && !is_held_by_anybody(value, now);
  }
  // Whether the message that arrives at event i makes its receiver replace what leads on from
  // `value` by what does not. What only moved to another guid was not replaced.
  bool replaces(std::size_t i, Value value, Holdings now) const {
    const std::size_t end = end_of_message(i);
    std::vector<Held> gone;
    std::set<Value> came;
    Replica receiver{};
    for (; i < end; ++i) {
      apply(run_.events[i], now);
      const auto* held = std::get_if<Held>(&run_.events[i]);
      if (held == nullptr) continue;
      receiver = held->replica;
      came.insert(held->value);
      if (leads(value, held->before) && !leads(value, held->value)) gone.push_back(*held);
    }
    bool still_there = false;
    for (const auto& [where, what] : now)
      still_there |= where.first == receiver && leads(value, what);
    for (const Held& held : gone)
      if (held.value == kNoValue ? !still_there : came.count(held.before) == 0) return true;
    return false;
  }

  // --- Untold losses

  bool is_untold(std::size_t held) const {
    const Held& event = std::get<Held>(run_.events[held]);
    const std::size_t arriving = message_of(held);
    const Value lost = event.before;
    if (event.replica.is_server() || arriving == run_.events.size() || lost == kNoValue)
      return false;
    if (!versions_[lost.number].by_app() || versions_[lost.number].writer != event.replica ||
        is_of_an_earlier_installation(lost, event.replica, held) ||
        was_seen_accepted(lost, event.replica, arriving) || holds_descendant(lost, held))
      return false;
    return !names_both(lost, held);
  }
  // Whether an event of this message says that this version was given up, and for which: one that
  // came, or that the client holds after it, or that lost in turn to what is told so.
  bool names_both(Value lost, std::size_t held) const {
    const std::size_t end = end_of_message(held);
    for (std::size_t i = message_of(held); i < end; ++i) {
      const Fact* fact = fact_at(i);
      const bool telling = fact && (fact->kind == FactKind::change_overwritten ||
                                    fact->kind == FactKind::change_merged);
      if (telling && fact->local == lost &&
          (carries(message_of(held), fact->kept) || holds_after(fact->kept, held) ||
           lost_in_turn(fact->kept, held)))
        return true;
    }
    return false;
  }
  // Whether a strategy decided against this version of the client's own in this message.
  bool lost_in_turn(Value value, std::size_t held) const {
    for (std::size_t i = message_of(held); i < end_of_message(held); ++i) {
      const Fact* fact = fact_at(i);
      if (fact && fact->kind == FactKind::conflict_resolved && fact->winner != Winner::local &&
          fact->local == value)
        return true;
    }
    return false;
  }
  bool holds_after(Value value, std::size_t held) const {
    Holdings now;
    for (std::size_t i = 0; i < end_of_message(held); ++i) apply(run_.events[i], now);
    for (const auto& [where, what] : now)
      if (where.first == replica_of(run_.events[held]) && what == value) return true;
    return false;
  }
  bool is_of_an_earlier_installation(Value value, Replica client, std::size_t end) const {
    bool written = false;
    for (std::size_t i = 0; i < end; ++i) {
      const Event& event = run_.events[i];
      if (const auto* change = std::get_if<Written>(&event)) written |= change->value == value;
      if (written && is<Reinstalled>(event) && replica_of(event) == client) return true;
    }
    return false;
  }
  // In an answer, also this one; or downloaded before.
  bool was_seen_accepted(Value value, Replica client, std::size_t arriving) const {
    for (std::size_t i = 0; i < arriving; ++i) {
      const auto* answer = std::get_if<MessageArriving>(&run_.events[i]);
      if (answer == nullptr || answer->to != client || answer->late) continue;
      if (carries(i, value) || tells(i, FactKind::upload_accepted, value)) return true;
    }
    return tells(arriving, FactKind::upload_accepted, value);
  }
  // After the whole message.
  bool holds_descendant(Value value, std::size_t held) const {
    Holdings now;
    const std::size_t end = end_of_message(held);
    for (std::size_t i = 0; i < end; ++i) apply(run_.events[i], now);
    for (const auto& [where, what] : now)
      if (where.first == replica_of(run_.events[held]) && what != kNoValue &&
          (what == value || ancestor_[value.number][what.number]))
        return true;
    return false;
  }

  const Recording& run_;
  const std::vector<Version>& versions_;
  std::vector<std::vector<bool>> ancestor_;
  std::vector<std::vector<bool>> reaches_;
};

// Whatever looks like a strategy: chooses by the values, and merges every third time.
Decision by_the_values(const Conflict& conflict) {
  const std::uint32_t sum =
      conflict.local.content.value.number + conflict.server.content.value.number;
  if (sum % 3 == 0) return Decision::merged(sum % 2 == 0);
  return sum % 3 == 1 ? Decision::local_wins() : Decision::server_wins();
}

std::vector<Strategy> strategies() {
  std::vector<Strategy> all{own_strategy("by-the-values", by_the_values)};
  for (const NamedStrategy& named : built_in_strategies()) all.push_back(built_in(named));
  return all;
}

std::string text_of(const Scenario& scenario) {
  std::string text;
  for (const Step& step : scenario.steps) text += print_step(scenario, step) + "\n";
  return text;
}

// What both judges found over random episodes: how often each invariant was broken and held.
struct Tally {
  int broken = 0;
  int held = 0;
};

void expect_one_mind(Invariant invariant, bool (DumbJudge::*finds)() const,
                     bool (*concerns)(const Verdict&)) {
  Tally tally;
  for (const NamedProtocol& protocol : named_protocols())
    for (const Strategy& strategy : strategies()) {
      Runner runner(protocol.protocol, strategy);
      Generator generator({.clients = 3, .objects = 3, .steps = 30});
      for (std::uint64_t seed = 0; seed < 500; ++seed) {
        const Scenario& scenario = generator.generate(seed);
        const Recording run = runner.record(scenario);
        if (!concerns(run.outcome.verdict)) continue;
        const bool broken = run.outcome.verdict.broken(invariant);
        ++(broken ? tally.broken : tally.held);
        ASSERT_EQ((DumbJudge(run).*finds)(), broken)
            << protocol.name << ", " << strategy.name << ", seed " << seed << "\n"
            << text_of(scenario);
      }
    }
  EXPECT_GE(tally.broken, 30) << "too few to tell";
  EXPECT_GE(tally.held, 30) << "too few to tell";
}

TEST(Oracle, RedundantTransfersAreFoundByBoth) {
  expect_one_mind(Invariant::no_redundant_transfer, &DumbJudge::finds_redundant_transfer,
                  [](const Verdict&) { return true; });
}
TEST(Oracle, LostUpdatesAreFoundByBoth) {
  expect_one_mind(Invariant::no_lost_update, &DumbJudge::finds_lost_update,
                  [](const Verdict&) { return true; });
}
TEST(Oracle, UntoldLossesAreFoundByBoth) {
  expect_one_mind(Invariant::told, &DumbJudge::finds_untold_loss, [](const Verdict& verdict) {
    return !verdict.broken(Invariant::told) ||
           verdict.breach(Invariant::told).kind == &Told::kNotTold;
  });
}

}  // namespace
}  // namespace tidemark::core
