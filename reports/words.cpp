#include "reports/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "reports/breach_words.h"
#include "sim/trace_words.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kLabelColumns = 20;
constexpr std::size_t kTextColumns = 24;

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
  const MessageEvent& head = *message.message();
  if (head.kind == MessageKind::download_request) return since(head.number);
  if (!message.carried) return {};
  if (message.carried->empty()) return "nothing";
  if (head.kind != MessageKind::upload_ack) return items(*message.carried);
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
  const MessageEvent& letter = *message_in(message);
  if (is<MessageSent>(message)) return "(in flight)";
  if (is<MessageLost>(message)) return letter.late ? "(lost: nobody waits for it)" : "(lost)";
  if (is<MessageBecameLate>(message))
    return fmt::format("(late: {} gives up, the message stays on its way)",
                       replica_name(letter.client));
  if (is<MessageCopied>(message)) return "(a copy is late: it stays on its way)";
  if (!letter.late) return {};
  return letter.to.is_server() ? "(late)" : "(late: nobody waits for it)";
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
  return words_for(breach, account)->sentence();
}

std::string expected(const Breach& breach, const Account& account) {
  return words_for(breach, account)->expected();
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
