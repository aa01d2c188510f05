#include "reports/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "properties/version_graph.h"
#include "sim/trace_words.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kLabelColumns = 20;
constexpr std::size_t kTextColumns = 24;
constexpr std::size_t kKeyColumns = 32;

// Whether a path leads from a version to what the server holds at rest.
bool survives(Value value, const Account& account) {
  const Recording& recording = account.recording();
  const auto reached = VersionGraph(recording.versions, recording.decisions).reachable(value);
  for (std::uint32_t number = 1; number < reached.size(); ++number) {
    if (!reached[number]) continue;
    const Version& version = recording.versions[number];
    const Value held = account.at_rest(kServer, version.guid);
    if (held == Value{number} || (held == kNoValue && version.isdeleted)) return true;
  }
  return false;
}

// The sentences for one run.
class Teller {
 public:
  Teller(const Breach& breach, const Account& account)
      : breach_(breach), account_(account), words_(account) {}

  std::string sentence() const {
    switch (breach_.kind) {
      case BreachKind::diverged:
        return diverged();
      case BreachKind::stale_overwrite:
        return fmt::format("{}: {}", fate(breach_.other), taken_for_newer());
      case BreachKind::ancestor_chosen:
        return fmt::format("{}: in a conflict on {} the older {} was chosen over it",
                           fate(breach_.other), who(breach_.replica),
                           words_.version(breach_.value));
      case BreachKind::lost:
        return lost();
      case BreachKind::key_held_twice:
        return key_held_twice();
      case BreachKind::resurrected:
        return fmt::format("{} is live again on {} (as {}), and nobody undeleted it",
                           deleted_object(), who(breach_.replica), version(breach_.value));
      case BreachKind::no_rest:
        return fmt::format("settle does not come to rest: after {} a message still carries {}",
                           count_of(breach_.round, "round"), carried_last());
      case BreachKind::circle:
        return fmt::format(
            "settle goes in a circle: {} the world is as it was {}, and {} travels on",
            fmt::format("after round {}", breach_.round), circle_begin(), carried_last());
      case BreachKind::exchange_without_end:
        return fmt::format("{}'s exchange does not end: it was cut off after {} messages",
                           who(breach_.replica), kMaxMessagesPerExchange);
      case BreachKind::redundant:
        return redundant();
      case BreachKind::unwritten:
        return fmt::format("{} holds {} in a form that nobody wrote: value, key, name or deletion",
                           who(breach_.replica), words_.item(breach_.guid, breach_.value));
      case BreachKind::counter_backwards:
        return fmt::format("{}'s counter ran backwards{}", who(breach_.replica), backwards());
      case BreachKind::mark_backwards:
        return fmt::format("{}'s mark ran backwards{}", who(breach_.replica), backwards());
      case BreachKind::stale_answer_applied:
        return fmt::format("{} took an answer that it no longer waited for", who(breach_.replica));
      case BreachKind::repeat_not_idempotent:
        return fmt::format("the second copy of a request of {} changed the server's objects again",
                           who(breach_.replica));
      case BreachKind::not_told:
        return fmt::format("{} gave up its app's {} for {}, and did not tell the app",
                           who(breach_.replica), own_change(), version(breach_.other));
      case BreachKind::told_wrongly:
        return fmt::format("{} told its app that {} was given up for {}, without cause",
                           who(breach_.replica), own_change(), version(breach_.other));
      case BreachKind::own:
        return account_.recording().outcome.verdict.text_of(breach_);
    }
    return {};
  }

  std::string expected() const {
    switch (breach_.kind) {
      case BreachKind::diverged:
        return fmt::format("{} holds of {} what the server holds: {}", who(breach_.replica),
                           words_.object(breach_.guid), version(breach_.other));
      case BreachKind::stale_overwrite:
      case BreachKind::ancestor_chosen:
        return should_hold(breach_.other);
      case BreachKind::lost:
        return should_hold(breach_.value);
      case BreachKind::key_held_twice:
        return fmt::format("{} holds one live object with the key {}", who(breach_.replica), key());
      case BreachKind::resurrected:
        return fmt::format("{} stays deleted ({}) until an undelete or a strategy says otherwise",
                           words_.object(breach_.guid), words_.version(breach_.other));
      case BreachKind::no_rest:
      case BreachKind::circle:
        return fmt::format("a round in which no message carries an object, within {} rounds",
                           account_.scenario().settle_bound());
      case BreachKind::exchange_without_end:
        return "an exchange is four messages, or a few more";
      case BreachKind::redundant:
        return fmt::format("{} {} {} again", who(link_client()),
                           breach_.replica.is_server() ? "does not upload" : "is not sent",
                           words_.item(breach_.guid, breach_.value));
      case BreachKind::unwritten:
        return "a replica holds only what an app wrote or a strategy made";
      case BreachKind::counter_backwards:
        return "a counter only grows, but in a restore";
      case BreachKind::mark_backwards:
        return "a mark only grows, but in a full sync, reinstall or restore";
      case BreachKind::stale_answer_applied:
        return fmt::format("{} stays as it was", who(breach_.replica));
      case BreachKind::repeat_not_idempotent:
        return "the server's objects stay as the first copy left them";
      case BreachKind::not_told:
        return fmt::format("{} tells its app that {} was given up", who(breach_.replica),
                           words_.version(breach_.value));
      case BreachKind::told_wrongly:
        return fmt::format("{} tells its app only of its own versions that it gave up",
                           who(breach_.replica));
      case BreachKind::own:
        return {};  // its name says it
    }
    return {};
  }

 private:
  std::string version(Value value) const { return words_.version_with_text(value); }

  // Whether the change is lost for good, or was only undone at this replica.
  std::string fate(Value value) const {
    const bool gone = !survives(value, account_);
    return words_.change(value) +
           (gone ? " is gone" : fmt::format(" was undone on {}", who(breach_.replica)));
  }

  std::string lost() const {
    const std::string change = words_.change(breach_.value);
    const Recording& recording = account_.recording();
    const auto reached =
        VersionGraph(recording.versions, recording.decisions).reachable(breach_.value);
    for (std::uint8_t client = 1; client < account_.replicas(); ++client)
      for (std::uint32_t guid = 0; guid < account_.objects(); ++guid)
        if (const Value held = account_.at_rest({client}, {guid});
            held.number < reached.size() && reached[held.number])
          return fmt::format("{} is not at the server: {} holds {}, and no sync brings it there",
                             change, who({client}), held == breach_.value ? "it" : version(held));
    return change + " is gone: nothing that the server holds at rest comes from it";
  }

  std::string taken_for_newer() const {
    const std::string older = words_.version(breach_.value);
    if (!breach_.replica.is_server())
      return fmt::format("{} took the server's older {} for newer", who(breach_.replica), older);
    const Entry* entry = entry_of_breach();
    const std::string client = entry == nullptr ? "a client" : who(entry->head.replica);
    return fmt::format("the server took {}'s older {} for newer", client, older);
  }

  const Entry* entry_of_breach() const {
    const Spot spot = account_.spot_of(breach_);
    const auto& entries = account_.passage(spot).entries;
    return spot.entry < entries.size() ? &entries[spot.entry] : nullptr;
  }

  std::string diverged() const {
    const std::string client = who(breach_.replica);
    const std::string object = words_.object(breach_.guid);
    if (breach_.value == breach_.other)
      return fmt::format("{} and the server hold {} ({}) with different keys or names", client,
                         object, version(breach_.value));
    if (const auto rival = rival_at_client())
      return fmt::format("{} holds its {} ({}) where the server holds {} ({}), with one key: {}",
                         client, words_.object(*rival),
                         version(account_.at_rest(breach_.replica, *rival)), object,
                         version(breach_.other), key());
    if (breach_.value == kNoValue && account_.at_rest(breach_.replica, breach_.guid) == kNoValue)
      return fmt::format("{} never gets {} ({}), which the server holds", client,
                         with_writer(breach_.other), version(breach_.other));
    return fmt::format("{} holds {} {}, the server {}, and no sync will change it", client, object,
                       as_held(breach_.replica), as_held(kServer));
  }

  // Of an object that a client lacks: another, live there, that was created with the same key.
  std::optional<Guid> rival_at_client() const {
    if (breach_.value != kNoValue) return std::nullopt;
    for (std::uint32_t guid = 0; guid < account_.objects(); ++guid) {
      const Value held = account_.at_rest(breach_.replica, {guid});
      const bool live = held != kNoValue && !words_.is_deletion(held);
      if (live && guid != breach_.guid.number && key_of({guid}) == key_of(breach_.guid))
        return Guid{guid};
    }
    return std::nullopt;
  }

  // `o1`, or `B's o1`: of the one who wrote the version.
  std::string with_writer(Value value) const {
    const Replica writer = words_.version_of(value).writer;
    const std::string object = words_.object(breach_.guid);
    return writer == breach_.replica ? "back its own " + object : whose(writer) + " " + object;
  }

  // `as v2 "x"`, `deleted (v3)`, `not at all`.
  std::string as_held(Replica replica) const {
    const Value value = account_.at_rest(replica, breach_.guid);
    if (value == kNoValue) return "not at all";
    if (words_.is_deletion(value)) return "deleted (" + words_.version(value) + ")";
    return "as " + version(value);
  }

  std::string deleted_object() const {
    const Version& deletion = words_.version_of(breach_.other);
    return fmt::format("{}, which {} deleted ({}),", words_.object(breach_.guid),
                       deletion.writer.is_server() ? "the web backend" : who(deletion.writer),
                       words_.version(breach_.other));
  }

  // The key of an object, as its create step gave it.
  std::optional<Key> key_of(Guid guid) const {
    const Scenario& scenario = account_.scenario();
    for (const Step& step : scenario.steps)
      if (step.kind == StepKind::create && step.object == guid.number) return scenario.key_of(step);
    return std::nullopt;
  }
  std::string key() const {
    const auto key = key_of(breach_.guid);
    return key ? clip_middle(quote(account_.scenario().key_text(*key)), kKeyColumns) : "unknown";
  }

  std::string key_held_twice() const {
    const Guid other = other_guid();
    return fmt::format("{} holds both {} ({}) and {} ({}) live, with one key: {}",
                       who(breach_.replica), words_.object(other), version(breach_.other),
                       words_.object(breach_.guid), version(breach_.value), key());
  }

  Guid other_guid() const {
    for (std::uint32_t guid = 0; guid < account_.objects(); ++guid)
      if (account_.at_rest(breach_.replica, Guid{guid}) == breach_.other) return {guid};
    return words_.version_of(breach_.other).guid;
  }

  Replica link_client() const { return {static_cast<std::uint8_t>(breach_.other.number)}; }

  std::string redundant() const {
    const std::string item = words_.object(breach_.guid) + " (" + version(breach_.value) + ")";
    const Replica client = Replica{static_cast<std::uint8_t>(breach_.other.number)};
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

  // The objects that the last round carried.
  std::string carried_last() const {
    std::vector<Item> items;
    for (const Entry& entry : last_round().entries) {
      if (!entry.carried || entry.head.message == MessageKind::upload_ack) continue;
      for (const Item& item : *entry.carried)
        if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(item);
    }
    return items.empty() ? "nothing" : clip(words_.items(items), kKeyColumns);
  }

  const Passage& last_round() const {
    const auto& passages = account_.passages();
    return passages[passages.size() < 2 ? 0 : passages.size() - 2];
  }

  // The earlier round after which every replica held the same, if there is only one such.
  std::string circle_begin() const;

  std::string backwards() const {
    const Entry* entry = entry_of_breach();
    if (entry == nullptr) return {};
    for (const TideChange& change : entry->tides) {
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

  std::string own_change() const {
    const Version& version = words_.version_of(breach_.value);
    return fmt::format("{} ({})", words_.object(version.guid), this->version(breach_.value));
  }

  std::string should_hold(Value value) const {
    return fmt::format("the server holds {}, or what was made from it or chosen over it",
                       words_.item(words_.version_of(value).guid, value));
  }

  const Breach& breach_;
  const Account& account_;
  Vocabulary words_;
};

// What all replicas hold and count after each round.
std::string Teller::circle_begin() const {
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
      state.insert(state.end(), {tide.counter, tide.counter_lastsync, tide.servercounter_lastsync});
  }
  if (states.empty()) return "before";
  const auto equal = std::count(states.begin(), states.end(), states.back());
  if (equal != 2) return "before";
  const auto first = std::find(states.begin(), states.end(), states.back());
  return fmt::format("after round {}", first - states.begin() + 1);
}

constexpr std::array<std::string_view, 6> kNouns{"new",      "edit",  "deletion",
                                                 "undelete", "merge", "tombstone"};

}  // namespace

std::string Vocabulary::object(Guid guid) const {
  const auto& labels = account_->scenario().objects;
  return guid.number < labels.size() ? clip_middle(labels[guid.number], kLabelColumns) : "?";
}

const Version& Vocabulary::version_of(Value value) const {
  const auto& versions = account_->recording().versions;
  return versions[value.number < versions.size() ? value.number : 0];
}

bool Vocabulary::is_deletion(Value value) const { return version_of(value).isdeleted; }

std::string Vocabulary::version(Value value) const {
  return value == kNoValue ? "nothing" : fmt::format("v{}", value.number);
}

std::string Vocabulary::version_with_text(Value value) const {
  const std::string_view text = account_->scenario().text(version_of(value).text);
  if (text.empty()) return version(value);
  const std::string quoted = quote(text);
  const bool bare = !quoted.starts_with('"');
  const std::string inside = bare ? quoted : quoted.substr(1, quoted.size() - 2);
  return fmt::format("{} \"{}\"", version(value), clip(inside, kTextColumns));
}

std::string Vocabulary::item(Guid guid, Value value) const {
  return fmt::format("{}={}{}", object(guid), version(value),
                     is_deletion(value) ? "(deleted)" : "");
}

std::string Vocabulary::items(const std::vector<Item>& items) const {
  std::string result;
  for (const Item& each : items)
    result += (result.empty() ? "" : " ") + item(each.guid, each.value);
  return result;
}

std::string Vocabulary::holdings(const std::vector<Value>& held) const {
  std::vector<std::pair<std::string, std::string>> groups;  // what is held, by whom
  for (std::uint8_t number = 0; number < account_->replicas(); ++number) {
    const std::string own = holdings_of({number}, held);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& each) { return each.first == own; });
    if (group == groups.end()) group = groups.insert(group, {own, ""});
    group->second += (group->second.empty() ? "" : ", ") + std::string(1, replica_name({number}));
  }
  std::string result;
  for (const auto& [what, holders] : groups)
    result += fmt::format("{}{}: {}", result.empty() ? "" : "   ", holders, what);
  return result;
}

std::string Vocabulary::holdings_of(Replica replica, const std::vector<Value>& held) const {
  std::vector<Item> own;
  for (std::uint32_t guid = 0; guid < account_->objects(); ++guid)
    if (const Value value = held[replica.number * account_->objects() + guid]; value != kNoValue)
      own.push_back({{guid}, value});
  return own.empty() ? "nothing" : items(own);
}

std::string Vocabulary::cargo(const Entry& message) const {
  if (message.head.message == MessageKind::download_request) return since(message.head.number);
  if (!message.carried) return {};
  if (message.carried->empty()) return "nothing";
  if (message.head.message != MessageKind::upload_ack) return items(*message.carried);
  std::vector<Item> taken;
  for (const Item& each : *message.carried)
    if (std::find(message.refused.begin(), message.refused.end(), each) == message.refused.end())
      taken.push_back(each);
  const std::string took = taken.empty() ? "" : items(taken) + " taken";
  const std::string refused = message.refused.empty() ? "" : items(message.refused) + " refused";
  return took + (took.empty() || refused.empty() ? "" : ", ") + refused;
}

std::string Vocabulary::holders_of(Value value) const {
  std::string holders;
  for (std::uint8_t number = 0; number < account_->replicas(); ++number)
    for (std::uint32_t guid = 0; guid < account_->objects(); ++guid)
      if (account_->at_rest({number}, {guid}) == value) {
        holders += fmt::format("{}{}", holders.empty() ? "" : ", ", replica_name({number}));
        break;
      }
  return holders;
}

std::string Vocabulary::holds_anew(Replica replica, const Entry& entry) const {
  std::string text;
  for (const HoldingChange& change : entry.changes)
    if (change.replica == replica)
      text += (text.empty() ? "" : " ") + item(change.guid, change.after);
  return text;
}

std::string Vocabulary::since(std::uint32_t number) const {
  const std::optional<std::uint64_t> mark = account_->asked_since(number);
  return mark ? fmt::format("since {}", *mark) : "";
}

std::string Vocabulary::change(Value value) const {
  const Version& version = version_of(value);
  const std::string named = fmt::format("{} ({})", object(version.guid), version_with_text(value));
  if (version.kind == VersionKind::create)
    return fmt::format("{} new {}", whose(version.writer), named);
  return fmt::format("{} {} of {}", whose(version.writer),
                     kNouns[static_cast<std::size_t>(version.kind)], named);
}

std::string Vocabulary::made(Value value) const {
  const Version& version = version_of(value);
  if (&version == &version_of(kNoValue)) return "written by nobody";
  const std::string_view noun = version.kind == VersionKind::create
                                    ? "create"
                                    : kNouns[static_cast<std::size_t>(version.kind)];
  return fmt::format("{} on {}", noun, replica_name(version.writer));
}

std::string Vocabulary::origin(Value value) const {
  const std::size_t step = version_of(value).step;
  const bool in_step = step < account_->scenario().steps.size();
  return made(value) + ", " + (in_step ? fmt::format("step {}", step + 1) : "settle");
}

std::string who(Replica replica) {
  return replica.is_server() ? "the server" : std::string(1, replica_name(replica));
}

std::string whose(Replica replica) {
  return replica.is_server() ? "the web backend's" : who(replica) + "'s";
}

std::string skip_reason(SkipReason reason, const Step& step, const Scenario& scenario) {
  const std::string replica(1, replica_name(step.replica));
  const std::string object =
      names_object(step.kind) ? clip_middle(scenario.objects[step.object], kLabelColumns) : "";
  return fmt::format(fmt::runtime(kSkipRows[static_cast<std::size_t>(reason)].words), replica,
                     object);
}

std::string told(const Fact& fact, const Vocabulary& words, std::string_view strategy) {
  const std::string local = words.item(fact.guid, fact.local);
  const std::string server = words.item(fact.server_guid, fact.server);
  switch (fact.kind) {
    case FactKind::conflict_resolved: {
      const bool key = fact.conflict == ConflictKind::primary_key;
      const std::string kept = fact.winner == Winner::local ? "keeps " + local
                               : fact.winner == Winner::server
                                   ? "takes " + server
                                   : "merges them to " + words.version(fact.kept);
      return fmt::format("{} between its own {} and the server's {}: {} {}",
                         key ? "key conflict" : "conflict", local, server, strategy, kept);
    }
    case FactKind::change_overwritten:
      return fmt::format("tells its app that {} was given up for {}", local,
                         words.item(fact.kept_guid, fact.kept));
    case FactKind::change_merged:
      return fmt::format("tells its app that {} went into {}", local, words.version(fact.kept));
    case FactKind::upload_refused:
      return "refuses " + local;
    case FactKind::key_loser_buried:
      return "makes a tombstone of " + local;
    case FactKind::upload_accepted:
      return {};
  }
  return {};
}

std::string fate(const Event& message) {
  const bool late = message.detail & kLate;
  switch (message.kind) {
    case EventKind::message_sent:
      return "(in flight)";
    case EventKind::message_lost:
      return late ? "(lost: nobody waits for it)" : "(lost)";
    case EventKind::message_became_late:
      return fmt::format("(late: {} gives up, the message stays on its way)",
                         replica_name(message.replica));
    case EventKind::message_copied:
      return "(a copy is late: it stays on its way)";
    default:
      break;
  }
  if (!late) return {};
  return is_request(message.message) ? "(late)" : "(late: nobody waits for it)";
}

bool names_object(BreachKind kind) {
  switch (kind) {
    case BreachKind::no_rest:
    case BreachKind::circle:
    case BreachKind::exchange_without_end:
    case BreachKind::counter_backwards:
    case BreachKind::mark_backwards:
    case BreachKind::stale_answer_applied:
    case BreachKind::repeat_not_idempotent:
      return false;
    default:
      return true;
  }
}

std::string place_name(const Passage& passage) {
  switch (passage.kind) {
    case PassageKind::step:
      return fmt::format("step {}", passage.number + 1);
    case PassageKind::open_exchanges:
      return "settle";
    case PassageKind::round:
      return fmt::format("settle round {}", passage.number);
    case PassageKind::rest:
      return "rest";
  }
  return {};
}

std::string in_place(const Passage& passage) {
  return (passage.kind == PassageKind::rest ? "at " : "in ") + place_name(passage);
}

std::string sentence(const Breach& breach, const Account& account) {
  return Teller(breach, account).sentence();
}

std::string expected(const Breach& breach, const Account& account) {
  return Teller(breach, account).expected();
}

std::string configuration_name(const Configuration& configuration) {
  std::string result = configuration.protocol_name;
  for (const std::string& option : configuration.options) result += " + " + option;
  if (configuration.protocol.mutant != Mutant::none)
    result += fmt::format(" + mutant {}", name_of(configuration.protocol.mutant));
  return fmt::format("{}, {}", result, configuration.strategy.name);
}

std::string configuration_name(const Trace& trace) {
  return configuration_name(Configuration{.protocol_name = trace.protocol,
                                          .options = trace.options,
                                          .protocol = trace.engine,
                                          .strategy = strategy_named(trace.strategy)});
}

std::uint64_t fault_count(const Scenario& scenario) {
  return static_cast<std::uint64_t>(
      std::count_if(scenario.steps.begin(), scenario.steps.end(), is_fault));
}

}  // namespace tidemark::core
