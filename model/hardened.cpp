#include "model/hardened.h"

#include <algorithm>

namespace tidemark::core::hardened {
namespace {

using M = Mutant;

// Deletions come first, wherever objects are handled one after the other: they free their keys.
template <class Visit>
void deletions_first(const std::vector<VersionedObject>& objects, const Rules& rules, Visit visit) {
  const bool first = !rules.is(M::tombstones_last);
  for (const VersionedObject& each : objects)
    if (each.object.content.isdeleted == first) visit(each);
  for (const VersionedObject& each : objects)
    if (each.object.content.isdeleted != first) visit(each);
}

template <class Record>
void write_version(Record& record, std::uint32_t writer, std::uint64_t counter) {
  record.version = VersionId::of_write(writer, counter);
  record.lineage.add(record.version);
}

bool carries(const Message& answer, Guid guid) {
  return std::any_of(answer.objects.begin(), answer.objects.end(),
                     [&](const VersionedObject& each) { return each.object.guid == guid; });
}

// "The client gives back what the server lacks": nothing counts as known there until it is seen.
void meet_epoch(Client& client, const Message& answer, const Rules& rules) {
  client.epoch = answer.epoch;
  if (rules.is(M::new_epoch_keeps_clean)) return;
  client.records.for_each([&](ClientRecord& record) {
    if (rules.is(M::clean_yields_after_restore) && carries(answer, record.object.guid)) return;
    record.pending = true;
  });
}

// Receives what an answer carries.
class Receiver {
 public:
  Receiver(Client& client, const ClientInput& input, Facts& facts)
      : client_(client), input_(input), rules_(input.rules), facts_(facts), fresh_(input.fresh) {}

  void receive(const Message& answer) {
    deletions_first(answer.objects, rules_, [&](const VersionedObject& incoming) {
      if (!stopped_) receive(incoming);
    });
    move_mark(answer);
  }

 private:
  void move_mark(const Message& answer) {
    const bool download = answer.kind == MessageKind::download_reply;
    if (rules_.is(M::mark_kept_after_download) && download) return;
    if (rules_.is(M::ack_does_not_move_mark) && !download) return;
    if (rules_.is(M::mark_saved_only_if_written) && !answer.objects.empty() && !wrote_) return;
    client_.servercounter_lastsync = answer.servercounter;
  }

  void receive(const VersionedObject& incoming) {
    ClientRecord* mine = client_.records.find(incoming.object.guid);
    if (mine == nullptr) return take(incoming);
    if (mine->version == incoming.version) return see_again(*mine, incoming);
    const bool theirs_is_newer = incoming.lineage.includes(mine->version) &&
                                 !(rules_.is(M::lost_ack_conflicts) && mine->pending);
    const bool mine_is_newer =
        mine->lineage.includes(incoming.version) && !rules_.is(M::self_conflict);
    if (mine_is_newer && rules_.is(M::mine_first_when_both)) return keep(*mine, incoming);
    if (theirs_is_newer) return overwrite(*mine, incoming);
    if (mine_is_newer) return keep(*mine, incoming);
    compete(*mine, incoming);
  }

  // The server holds what this client holds.
  void see_again(ClientRecord& mine, const VersionedObject& incoming) {
    mine.lineage.join(incoming.lineage);
    mine.pending = false;
    if (!rules_.is(M::unseen_survives_download)) mine.unseen = false;
  }

  // Neither is newer.
  void compete(ClientRecord& mine, const VersionedObject& incoming) {
    if (rules_.is(M::clean_yields_after_restore) && !mine.pending) return overwrite(mine, incoming);
    if (rules_.is(M::key_loser_yields)) {
      if (mine.version.is_buried()) return overwrite(mine, incoming);
      if (incoming.version.is_buried()) return keep(mine, incoming);
    }
    if (rules_.is(M::delete_beats_edit) && incoming.object.content.isdeleted) return take(incoming);
    if (rules_.is(M::edit_beats_delete) && mine.object.content.isdeleted)
      return overwrite(mine, incoming);
    const Decision decision = ask(ConflictKind::object, mine, incoming);
    const Value merged = decision.winner == Winner::merge ? next_fresh() : kNoValue;
    const Fact fact = note(ConflictKind::object, mine, incoming, decision, merged);
    stopped_ = rules_.is(M::conflict_stops_import);
    switch (decision.winner) {
      case Winner::server:
        overwrite(mine, incoming);
        mine.pending |= rules_.is(M::loser_uploads_winner);
        return;
      case Winner::local:
        return keep(mine, incoming);
      case Winner::merge:
        mine.lineage.join(incoming.lineage);
        tell_if_unseen(mine, fact, FactKind::change_merged);
        write_merge(mine, merged, decision.merged_isdeleted);
        return settle_key(mine);
    }
  }

  // Mine goes on to the server.
  void keep(ClientRecord& mine, const VersionedObject& incoming) {
    if (!rules_.is(M::decision_forgets_loser)) mine.lineage.join(incoming.lineage);
    mine.pending = true;
  }

  void overwrite(ClientRecord& mine, const VersionedObject& incoming) {
    if (!rules_.is(M::silent_overwrite))
      tell_if_unseen(mine,
                     {.server_guid = incoming.object.guid,
                      .kept_guid = incoming.object.guid,
                      .server = incoming.object.content.value,
                      .kept = incoming.object.content.value,
                      .kept_is_buried = incoming.version.is_buried()},
                     FactKind::change_overwritten);
    take(incoming);
  }

  void take(const VersionedObject& incoming) {
    ClientRecord& mine = client_.records.at(incoming.object.guid);
    store(mine, incoming);
    mine.pending = rules_.is(M::received_is_pending);
    mine.unseen = false;
    wrote_ = true;
    settle_key(mine);
  }
  void store(ClientRecord& mine, const VersionedObject& incoming) {
    const bool was_deleted = mine.object.content.isdeleted;
    const bool known = mine.version.number != 0;
    mine.object = incoming.object;
    if (rules_.is(M::deletion_not_copied) && known) mine.object.content.isdeleted = was_deleted;
    if (rules_.is(M::drops_name) && !known) mine.object.identity.name = {};
    if (!(rules_.is(M::takes_value_keeps_version) && known)) mine.version = incoming.version;
    if (rules_.is(M::lineage_not_sent)) return mine.lineage.add(incoming.version);
    mine.lineage.join(incoming.lineage);
  }

  // ---- primary keys

  // `mine` was received or merged. A live object that holds its key already is its rival.
  void settle_key(ClientRecord& mine) {
    if (mine.object.content.isdeleted || rules_.is(M::key_conflict_ignored) ||
        rules_.is(M::primary_keys_ignored))
      return;
    ClientRecord* rival = client_.records.find_if([&](const ClientRecord& record) {
      return !record.object.content.isdeleted &&
             record.object.identity.pk == mine.object.identity.pk &&
             record.object.guid != mine.object.guid;
    });
    if (rival == nullptr) return;
    const Decision decision = ask(ConflictKind::primary_key, *rival, mine);
    const Value merged = decision.winner == Winner::merge ? next_fresh() : kNoValue;
    Fact fact = note(ConflictKind::primary_key, *rival, mine, decision, merged);
    stopped_ = rules_.is(M::conflict_stops_import);
    if (decision.winner == Winner::local) {
      fact.server_guid = rival->object.guid;
      fact.server = rival->object.content.value;
      tell_loser(mine, fact, FactKind::change_overwritten);
      return bury(mine);
    }
    tell_loser(*rival, fact,
               merged == kNoValue ? FactKind::change_overwritten : FactKind::change_merged);
    if (decision.winner == Winner::merge) {
      tell_if_unseen(mine, fact, FactKind::change_merged);
      write_merge(mine, merged, decision.merged_isdeleted);
    }
    bury(*rival);
  }
  void tell_loser(const ClientRecord& loser, const Fact& fact, FactKind kind) {
    if (!rules_.is(M::silent_key_loser)) tell_if_unseen(loser, fact, kind);
  }

  // The loser becomes a tombstone of its own version.
  void bury(ClientRecord& loser) {
    if (rules_.is(M::key_loser_forgotten)) return client_.records.erase(loser.object.guid);
    loser.object.content.isdeleted = true;
    loser.version = loser.version.buried();
    loser.lineage.add(loser.version);
    loser.pending = true;
    loser.unseen = false;
    facts_.push_back({.kind = FactKind::key_loser_buried,
                      .guid = loser.object.guid,
                      .kept_guid = loser.object.guid,
                      .local = loser.object.content.value,
                      .kept = loser.object.content.value,
                      .kept_is_buried = true});
  }

  // ---- decisions

  // Where stamps are equal the greater version id wins, whichever side it is on.
  Decision ask(ConflictKind kind, const VersionedObject& local, const VersionedObject& server) {
    return input_.strategy.resolve({kind, local.object, server.object},
                                   local.version > server.version ? Winner::local : Winner::server);
  }

  // "A merge is stored as a change made on that client": its counter moves, and it is pending.
  void write_merge(ClientRecord& mine, Value merged, bool isdeleted) {
    mine.object.content = {merged, isdeleted};
    mine.object.stamps.lastupdate = input_.now;
    write_version(mine, client_.writer, ++client_.counter.number);
    mine.pending = mine.unseen = true;
    wrote_ = true;
  }

  Value next_fresh() { return {fresh_.number++}; }

  Fact note(ConflictKind kind, const VersionedObject& local, const VersionedObject& server,
            const Decision& decision, Value merged) {
    const VersionedObject& winner = decision.winner == Winner::local ? local : server;
    facts_.push_back({.kind = FactKind::conflict_resolved,
                      .conflict = kind,
                      .winner = decision.winner,
                      .stamp_order = stamp_order(local.object, server.object),
                      .guid = local.object.guid,
                      .server_guid = server.object.guid,
                      .kept_guid = winner.object.guid,
                      .local = local.object.content.value,
                      .server = server.object.content.value,
                      .kept = merged == kNoValue ? winner.object.content.value : merged,
                      .merged_isdeleted = decision.merged_isdeleted,
                      .local_is_buried = local.version.is_buried(),
                      .server_is_buried = server.version.is_buried(),
                      .kept_is_buried = merged == kNoValue && winner.version.is_buried()});
    return facts_.back();
  }

  // `fact` says what for.
  void tell_if_unseen(const ClientRecord& given_up, Fact fact, FactKind kind) {
    if (!given_up.unseen && !rules_.is(M::tells_accepted)) return;
    fact.kind = kind;
    fact.guid = given_up.object.guid;
    fact.local = given_up.object.content.value;
    fact.local_is_buried = given_up.version.is_buried();
    facts_.push_back(fact);
  }

  Client& client_;
  const ClientInput& input_;
  const Rules& rules_;
  Facts& facts_;
  Value fresh_;
  bool stopped_ = false;
  bool wrote_ = false;
};

// Returns whether there is anything to send.
bool build_upload(Client& client, Message& request, const Rules& rules) {
  request.reset(MessageKind::upload_request);
  request.epoch = client.epoch;
  request.servercounter = client.servercounter_lastsync;
  client.exchange.sent.clear();
  client.exchange.awaited = MessageKind::upload_ack;
  client.records.for_each([&](ClientRecord& record) {
    if (!record.pending) return;
    request.objects.push_back(record);
    client.exchange.sent.push_back(
        {record.object.guid, record.version, record.object.content.value});
    if (rules.is(M::pending_cleared_when_sent)) record.pending = false;
  });
  return !request.objects.empty();
}

// The answer is told object by object. An "ok" speaks of the version that was sent.
void note_results(Client& client, const Message& ack, Facts& facts, const Rules& rules) {
  for (const Exchange::Sent& sent : client.exchange.sent) {
    const bool refused =
        std::find(ack.refused.begin(), ack.refused.end(), sent.guid) != ack.refused.end();
    ClientRecord* record = client.records.find(sent.guid);
    const bool poisoned = rules.is(M::refusal_poisons_batch) && !ack.refused.empty();
    if (refused && rules.is(M::refused_never_retried) && record != nullptr) record->pending = false;
    if (refused || poisoned) continue;
    facts.push_back({.kind = FactKind::upload_accepted,
                     .guid = sent.guid,
                     .local = sent.value,
                     .local_is_buried = sent.version.is_buried()});
    if (record == nullptr) continue;
    if (record->version != sent.version && !rules.is(M::ack_covers_later_edit)) continue;
    record->pending = record->unseen = false;
    if (rules.is(M::client_purges_tombstones) && record->object.content.isdeleted)
      client.records.erase(sent.guid);
  }
}

// ---- the server

bool key_is_taken(const Server& server, const Object& incoming, const Rules& rules) {
  if (incoming.content.isdeleted || rules.is(M::key_clash_added) ||
      rules.is(M::primary_keys_ignored))
    return false;
  return server.records.find_if([&](const ServerRecord& record) {
    return record.object.identity.pk == incoming.identity.pk &&
           record.object.guid != incoming.guid &&
           (!record.object.content.isdeleted || rules.is(M::tombstone_holds_key));
  }) != nullptr;
}

// Whether each of two versions incorporates the other.
bool is_mutual(const ServerRecord& own, const VersionedObject& incoming) {
  return own.version != incoming.version && own.lineage.includes(incoming.version) &&
         incoming.lineage.includes(own.version);
}

// Optimistic concurrency control: only over what the upload incorporates. Where each incorporates
// the other the server's counts, or it would take back what it once replaced.
bool may_replace(const ServerRecord& own, const VersionedObject& incoming, const Rules& rules) {
  if (rules.is(M::blind_upload)) return true;
  if (rules.is(M::later_stamp_accepted))
    return incoming.object.stamps.lastupdate > own.object.stamps.lastupdate;
  if (is_mutual(own, incoming) && !rules.is(M::server_goes_back)) return false;
  return incoming.lineage.includes(own.version);
}

ServerCounter next_counter(Server& server, const Object& incoming, const Rules& rules) {
  if (rules.is(M::upload_keeps_counter)) return server.counter;
  if (rules.is(M::filters_by_edit_time)) {
    const auto* later = server.records.find_if([&](const ServerRecord& record) {
      return record.object.stamps.lastupdate > incoming.stamps.lastupdate;
    });
    if (later != nullptr) return server.counter;
  }
  return {++server.counter.number};
}

// Returns whether the server holds `incoming` now.
bool accept(Server& server, const VersionedObject& incoming, const Rules& rules) {
  const Guid guid = incoming.object.guid;
  ServerRecord* own = server.records.find(guid);
  if (own != nullptr && own->version == incoming.version) {
    if (rules.is(M::same_version_counts)) own->counter_lastupdate = {++server.counter.number};
    own->lineage.join(incoming.lineage);
    return true;
  }
  if (own != nullptr && !may_replace(*own, incoming, rules)) return false;
  if (key_is_taken(server, incoming.object, rules)) return false;
  const bool stays_deleted =
      own != nullptr && own->object.content.isdeleted && rules.is(M::undelete_stays_deleted);
  // What it replaces has made decisions of its own, of which the upload need not know.
  ServerRecord& record = server.records.at(guid);
  record.object = incoming.object;
  record.version = incoming.version;
  if (rules.is(M::server_forgets_lineage)) record.lineage = {};
  record.lineage.join(incoming.lineage);
  record.object.content.isdeleted |= stays_deleted;
  record.counter_lastupdate = next_counter(server, incoming.object, rules);
  if (rules.is(M::server_purges_tombstones) && incoming.object.content.isdeleted)
    server.records.erase(guid);
  return true;
}

void refuse(const VersionedObject& incoming, Message& answer, Facts& facts) {
  answer.refused.push_back(incoming.object.guid);
  facts.push_back({.kind = FactKind::upload_refused,
                   .guid = incoming.object.guid,
                   .local = incoming.object.content.value,
                   .local_is_buried = incoming.version.is_buried()});
}

// Who comes with another epoch has no mark in this one.
ServerCounter mark_of(const Server& server, const Message& request, const Rules& rules) {
  const bool known = request.epoch == server.epoch || rules.is(M::old_epoch_download_incremental);
  return known ? request.servercounter : ServerCounter{};
}

void answer_with_changes(const Server& server, const Message& request, Message& answer,
                         const Rules& rules) {
  const ServerCounter mark = mark_of(server, request, rules);
  const auto is_changed = [&](const ServerRecord& record) {
    if (mark.number > 0 && rules.is(M::inclusive_mark)) return record.counter_lastupdate >= mark;
    if (mark.number > 0 && rules.is(M::mark_skips_one))
      return record.counter_lastupdate.number > mark.number + 1;
    return record.counter_lastupdate > mark;
  };
  const auto was_uploaded = [&](const ServerRecord& record) {
    return std::any_of(
        request.objects.begin(), request.objects.end(), [&](const VersionedObject& each) {
          return each.object.guid == record.object.guid && each.version == record.version;
        });
  };
  // A lineage grows without a new counter: the client may know this version, and not that it
  // incorporates what is uploaded.
  const auto has_grown = [&](const ServerRecord& record) {
    return std::any_of(request.objects.begin(), request.objects.end(),
                       [&](const VersionedObject& each) {
                         return each.object.guid == record.object.guid && is_mutual(record, each);
                       });
  };
  const auto is_refused = [&](const ServerRecord& record) {
    return std::find(answer.refused.begin(), answer.refused.end(), record.object.guid) !=
           answer.refused.end();
  };
  const bool ack = answer.kind == MessageKind::upload_ack;
  answer.epoch = server.epoch;
  answer.servercounter = server.counter;
  if (rules.sync_type == SyncType::one_way_up || (ack && rules.is(M::ack_carries_nothing))) return;
  server.records.for_each([&](const ServerRecord& record) {
    if ((!is_changed(record) && !has_grown(record)) || was_uploaded(record)) return;
    if (ack && rules.is(M::ack_carries_only_refused) && !is_refused(record)) return;
    if (mark.number == 0 && rules.is(M::full_without_tombstones) && record.object.content.isdeleted)
      return;
    answer.objects.push_back(record);
  });
}

void handle_upload(Server& server, const Message& request, Message& answer, Facts& facts,
                   const Rules& rules) {
  deletions_first(request.objects, rules, [&](const VersionedObject& incoming) {
    if (!accept(server, incoming, rules)) refuse(incoming, answer, facts);
  });
}

}  // namespace

void apply_change(Client& client, const Change& change, Timestamp now, const Rules& rules) {
  const std::uint64_t counter = ++client.counter.number;
  ClientRecord& record = client.records.at(change.guid);
  const bool forgotten =
      rules.is(M::unsynced_delete_forgotten) && record.unseen && change.kind == ChangeKind::remove;
  if (forgotten) return client.records.erase(change.guid);
  write(record.object, change, now);
  if (change.kind != ChangeKind::edit || !rules.is(M::edit_keeps_version))
    write_version(record, client.writer, counter);
  const bool under_way = client.exchange.awaited != MessageKind::none;
  record.pending = !(rules.is(M::change_during_exchange_not_pending) && under_way);
  record.unseen = true;
}

void apply_change(Server& server, const Change& change, Timestamp now, const Rules& rules) {
  ++server.counter.number;
  ServerRecord& record = server.records.at(change.guid);
  write(record.object, change, now);
  write_version(record, server.epoch, server.counter.number);
  record.counter_lastupdate = server.counter;
  if (rules.is(M::backend_keeps_counter)) --record.counter_lastupdate.number;
}

void begin_cycle(Client& client, bool full, Message& request, const Rules& rules) {
  if (full) {
    client.epoch = kNoEpoch;
    client.servercounter_lastsync = {};
    if (rules.is(M::full_sync_drops_pending)) client.records.clear();
    client.records.for_each([&](ClientRecord& record) {
      if (rules.is(M::full_sync_deletes)) record.object.content.isdeleted = true;
      if (rules.is(M::full_sync_deletes) || rules.is(M::full_sync_rewrites))
        write_version(record, client.writer, ++client.counter.number);
    });
  }
  if (rules.sync_type == SyncType::one_way_up) {
    build_upload(client, request, rules);
    return;
  }
  request.reset(MessageKind::download_request);
  request.epoch = client.epoch;
  request.servercounter = client.servercounter_lastsync;
  client.exchange.awaited = MessageKind::download_reply;
}

void handle_request(Server& server, const Message& request, Message& answer, Facts& facts,
                    const Rules& rules) {
  const bool download = request.kind == MessageKind::download_request;
  answer.reset(download ? MessageKind::download_reply : MessageKind::upload_ack);
  if (!download) handle_upload(server, request, answer, facts, rules);
  answer_with_changes(server, request, answer, rules);
}

bool handle_answer(Client& client, const Message& answer, const ClientInput& input,
                   Message& request, Facts& facts) {
  const Rules& rules = input.rules;
  const bool download = answer.kind == MessageKind::download_reply;
  const bool new_epoch = answer.epoch != client.epoch;
  if (new_epoch) meet_epoch(client, answer, rules);
  if (!download) note_results(client, answer, facts, rules);
  Receiver(client, input, facts).receive(answer);
  // Who only uploads learns of a new epoch from the answer, and gives back at once.
  const bool uploads = rules.sync_type == SyncType::one_way_up
                           ? new_epoch
                           : download && rules.sync_type != SyncType::one_way_down;
  if (uploads && build_upload(client, request, rules)) return true;
  client.exchange.end();
  const bool nothing_came = download && answer.objects.empty() && answer.servercounter.number > 0;
  if (!rules.is(M::asks_again_at_once) || !nothing_came) return false;
  begin_cycle(client, false, request, rules);
  return true;
}

void handle_stale(Client& client, const Message& answer, const Rules& rules) {
  if (rules.is(M::late_answer_moves_mark)) client.servercounter_lastsync = answer.servercounter;
  if (!rules.is(M::late_answer_applied)) return;
  for (const VersionedObject& incoming : answer.objects) {
    ClientRecord& mine = client.records.at(incoming.object.guid);
    static_cast<VersionedObject&>(mine) = incoming;
  }
}

void crash(Client& client, const Rules& rules) {
  client.exchange.end();
  if (rules.is(M::crash_resets_counter)) client.counter = {};
  if (rules.is(M::crash_moves_mark_back) && client.servercounter_lastsync.number > 0)
    --client.servercounter_lastsync.number;
  if (rules.is(M::crash_forgets_pending))
    client.records.for_each([](ClientRecord& record) { record.pending = false; });
}

void reinstall(Client& client, std::uint32_t installation, const Rules& rules) {
  if (!rules.is(M::reinstall_keeps_writer)) client.writer = installation;
  client.counter = {};
  client.epoch = kNoEpoch;
  client.servercounter_lastsync = {};
  client.records.clear();
  client.exchange.end();
}

}  // namespace tidemark::core::hardened
