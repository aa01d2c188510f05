// Decisions that an engine does not report, inferred from what came of conflicts.
#include "sim/foreign.h"

namespace tidemark::core {

bool Foreign::follows_rule(Winner winner, const Object& local, const Object& server) const {
  if (rule_ == nullptr) return true;
  if (deletes_win_ && local.content.isdeleted != server.content.isdeleted)
    return local.content.isdeleted == (winner == Winner::local);
  const auto stamped = [&](Object object) {
    object.stamps.lastupdate = texts().stamp(object.content.value);
    return object;
  };
  const Object ours = stamped(local);
  const Object theirs = stamped(server);
  const auto decides = [&](Winner if_equal) {
    return rule_->decide({ConflictKind::object, ours, theirs}, if_equal).winner == winner;
  };
  return decides(Winner::local) || decides(Winner::server);
}

// Where a replica that holds one version got another, neither written over the other, what it holds
// then was chosen.
void Foreign::infer(const Holder& before, const Holder& after, const Message& message,
                    Facts& facts) const {
  const auto decide = [&](const Object& local, const Object& server, Winner winner) {
    if (!texts().compete(local.content.value, server.content.value) ||
        !follows_rule(winner, local, server))
      return;
    const bool kept_local = winner == Winner::local;
    facts.push_back(
        {.kind = FactKind::conflict_resolved,
         .conflict = local.guid == server.guid ? ConflictKind::object : ConflictKind::primary_key,
         .winner = winner,
         .stamp_order =
             stamp_order(texts().stamp(local.content.value), texts().stamp(server.content.value)),
         .guid = local.guid,
         .server_guid = server.guid,
         .kept_guid = kept_local ? local.guid : server.guid,
         .local = local.content.value,
         .server = server.content.value,
         .kept = kept_local ? local.content.value : server.content.value});
  };
  const auto holds = [](const Object* object, const Object& version) {
    return object != nullptr && object->content == version.content;
  };
  for (const Object& carried : message.objects) {
    const Object* now = find(after, carried.guid);
    if (const Object* local = find(before, carried.guid); local != nullptr) {
      if (holds(now, carried)) decide(*local, carried, Winner::server);
      if (holds(now, *local)) decide(*local, carried, Winner::local);
    }
    if (carried.content.isdeleted) continue;
    const Key key = texts().created(carried.guid).identity.pk;
    before.rows.for_each([&](const Row& row) {
      const Object& local = row.object;
      if (local.guid == carried.guid || local.content.isdeleted || local.identity.pk != key) return;
      const bool kept = holds(find(after, local.guid), local);
      const bool came = holds(now, carried);
      if (kept != came) decide(local, carried, kept ? Winner::local : Winner::server);
    });
  }
}

}  // namespace tidemark::core
