// What an engine tells of: decisions, what the app was told, tombstones of key losers.
#include "sim/foreign.h"

#include <algorithm>

#include "sim/foreign/fault.h"

namespace tidemark::core {

// The tombstone of a key loser goes by the loser's value: which of the two is meant is seen where
// it was.
bool Foreign::is_tombstone(Value value, const Holder& holder, const Message& message) const {
  if (!texts().knows(value) || texts().written(value).isdeleted) return false;
  bool found = false;
  holder.rows.for_each([&](const Row& row) {
    found |= row.object.content.value == value && row.object.content.isdeleted;
  });
  for (const Object& object : message.objects)
    found |= object.content.value == value && object.content.isdeleted;
  return found;
}

void Foreign::tell(const Answer& answer, const Holder& before, const Message& message, Value fresh,
                   Facts& facts) const {
  for (const Decided& decided : answer.decisions) {
    tell_decision(decided, fresh, facts);
    if (facts.back().winner == Winner::merge && answer.holds)
      for (const tidemark::Held& held : *answer.holds)
        if (held.value == decided.merged) facts.back().kept_guid = texts().guid(held.guid);
  }
  for (const tidemark::Told& told : answer.told) tell_app(told, facts);
  const bool at_server = before.replica.is_server();
  for (const tidemark::Version& version : at_server ? answer.refused : answer.accepted) {
    const Guid guid = texts().guid(version.guid);
    facts.push_back({.kind = at_server ? FactKind::upload_refused : FactKind::upload_accepted,
                     .guid = guid,
                     .local = texts().value_of(guid, version.value, version.isdeleted),
                     .local_is_buried = version.isdeleted && !is_deletion(version)});
  }
  for (Fact& fact : facts) {
    if (fact.kind == FactKind::upload_refused || fact.kind == FactKind::upload_accepted) continue;
    fact.local_is_buried = is_tombstone(fact.local, before, {});
    fact.server_is_buried = is_tombstone(fact.server, {}, message);
    fact.kept_is_buried = is_tombstone(fact.kept, before, message);
  }
}

// Whether it is the deletion that a change wrote, and not the tombstone of a key loser.
bool Foreign::is_deletion(const tidemark::Version& version) const {
  const Value value = texts().find_written(version.value);
  return value == kNoValue || texts().written(value).isdeleted;
}

// The version of a decision, which `field` names.
Value Foreign::written(std::string_view text, std::string_view field) const {
  const Value value = texts().find_written(text);
  if (value == kNoValue) fault("{}: '{}' was never written in this world", field, text);
  return value;
}

void Foreign::tell_decision(const Decided& decided, Value& fresh, Facts& facts) const {
  Fact fact{.kind = FactKind::conflict_resolved,
            .winner = static_cast<Winner>(decided.kept),
            .guid = texts().guid(decided.guid)};
  fact.server_guid = decided.server_guid ? texts().guid(*decided.server_guid) : fact.guid;
  fact.conflict = fact.server_guid == fact.guid ? ConflictKind::object : ConflictKind::primary_key;
  fact.local = written(decided.local, "decisions: local");
  fact.server = written(decided.server, "decisions: server");
  const Timestamp local = texts().stamp(fact.local);
  const Timestamp server = texts().stamp(fact.server);
  fact.stamp_order = stamp_order(local, server);
  fact.kept = fact.winner == Winner::local ? fact.local : fact.server;
  fact.kept_guid = fact.winner == Winner::local ? fact.guid : fact.server_guid;
  if (fact.winner == Winner::merge) {
    if (texts().has_met(decided.merged))
      fault("decisions: the merge '{}' has a value that was there before", decided.merged);
    fact.kept = fresh;
    fact.merged_isdeleted = decided.merged_isdeleted;
    texts().add(fresh, {.text = decided.merged,
                        .guid = fact.kept_guid,
                        .over = fact.local,
                        .over_too = fact.server,
                        .stamp = std::max(local, server),
                        .isdeleted = decided.merged_isdeleted});
    ++fresh.number;
  }
  facts.push_back(fact);
}

void Foreign::tell_app(const tidemark::Told& told, Facts& facts) const {
  Fact fact{.kind = told.merged ? FactKind::change_merged : FactKind::change_overwritten,
            .guid = texts().guid(told.guid)};
  fact.kept_guid = told.kept_guid ? texts().guid(*told.kept_guid) : fact.guid;
  fact.local = texts().value(told.value);
  fact.kept = texts().value(told.kept);
  facts.push_back(fact);
}

// "The loser of a primary-key conflict … is a tombstone with its own value": a tombstone with the
// value of a version that is no deletion.
void Foreign::tell_buried(const Holder& replica, Facts& facts) const {
  replica.rows.for_each([&](const Row& row) {
    const Object& object = row.object;
    if (!object.content.isdeleted || !texts().knows(object.content.value)) return;
    const Texts::Written& one = texts().written(object.content.value);
    if (one.isdeleted || one.is_buried) return;
    texts().bury(object.content.value);
    facts.push_back({.kind = FactKind::key_loser_buried,
                     .guid = object.guid,
                     .kept_guid = object.guid,
                     .local = object.content.value,
                     .kept = object.content.value,
                     .kept_is_buried = true});
  });
}

}  // namespace tidemark::core
