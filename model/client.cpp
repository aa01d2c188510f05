#include "model/client.h"

#include <algorithm>

namespace tidemark::core {
namespace {

using Row = Record<ClientCounter>;

// Receives the objects of one download-reply, one after the other.
class Receiver {
 public:
  Receiver(Client& client, const ClientInput& input, Facts& facts)
      : client_(client), input_(input), facts_(facts), fresh_(input.fresh) {}

  void receive(const Object& incoming) {
    ConflictKind kind = ConflictKind::object;
    Guid local_guid = incoming.guid;
    Row* mine = client_.records.find(incoming.guid);
    if (mine == nullptr && input_.protocol.key_conflict == KeyConflict::take_guid) {
      if (Row* rival = find_rival(incoming)) {
        kind = ConflictKind::primary_key;
        local_guid = rival->object.guid;
        mine = &relabel(*rival, incoming.guid);
      }
    }
    if (mine != nullptr && same_version(mine->object, incoming))
      see_again(*mine, incoming);
    else if (mine != nullptr && pending(client_, *mine))
      resolve(*mine, local_guid, incoming, kind);
    else
      admit(incoming);
  }

 private:
  bool holds_key(const Object& object) const {
    return !object.content.isdeleted || input_.protocol.deleted_holds_key;
  }

  // The local object that holds the key of `incoming` under another guid, a live one first.
  Row* find_rival(const Object& incoming) {
    if (!holds_key(incoming)) return nullptr;
    const auto rivals = [&](const Row& row) {
      return row.object.identity.pk == incoming.identity.pk && row.object.guid != incoming.guid;
    };
    Row* live = client_.records.find_if(
        [&](const Row& row) { return rivals(row) && !row.object.content.isdeleted; });
    if (live != nullptr || !input_.protocol.deleted_holds_key) return live;
    return client_.records.find_if(rivals);
  }

  // key-conflict=take-guid: the local object goes on under the incoming guid.
  Row& relabel(const Row& rival, Guid guid) {
    Row moved = rival;
    client_.records.erase(moved.object.guid);
    moved.object.guid = guid;
    return client_.records.at(guid) = moved;
  }

  // The server holds what this client holds.
  void see_again(Row& mine, const Object& incoming) {
    mine.base = incoming.content.value;
    if (input_.protocol.received_counter == ReceivedCounter::client) return;
    mine.counter_lastupdate = {};
    mine.refused = false;
  }

  Decision ask(const Object& local, const Object& server, ConflictKind kind) {
    const bool mine = input_.protocol.equal_timestamps == EqualTimestamps::client;
    return input_.strategy.resolve({kind, local, server}, mine ? Winner::local : Winner::server);
  }

  // Which object a client is left with where `incoming` met its own.
  struct Survivor {
    Guid guid;
    Value value;
  };

  // An object conflict; under take-guid also a primary-key conflict. The app is told what its
  // version was given up for when this object's turn is over: a key conflict may have followed.
  void resolve(Row& mine, Guid local_guid, const Object& incoming, ConflictKind kind) {
    const Object local = mine.object;
    const Decision decision = ask(local, incoming, kind);
    const Value merged = decision.winner == Winner::merge ? next_fresh() : kNoValue;
    Fact fact = note_decision(local, local_guid, incoming, kind, decision, merged);
    if (decision.winner == Winner::server) {
      const Survivor survivor = admit(incoming);
      return tell(fact, FactKind::change_overwritten, survivor);
    }
    mine.base = incoming.content.value;
    if (decision.winner == Winner::local) return;
    store_merge(mine, merged, decision.merged_isdeleted);
    tell(fact, FactKind::change_merged, {incoming.guid, merged});
  }

  // Takes `incoming` unless a local object that holds its key wins (key-conflict=drop-loser).
  Survivor admit(const Object& incoming) {
    const bool drops_losers = input_.protocol.key_conflict == KeyConflict::drop_loser;
    while (const Row* found = drops_losers ? find_rival(incoming) : nullptr) {
      const Object rival = found->object;
      if (!pending(client_, *found)) {
        client_.records.erase(rival.guid);
        continue;
      }
      const Decision decision = ask(rival, incoming, ConflictKind::primary_key);
      const Value merged = decision.winner == Winner::merge ? next_fresh() : kNoValue;
      const Fact fact =
          note_decision(rival, rival.guid, incoming, ConflictKind::primary_key, decision, merged);
      if (decision.winner == Winner::local) {
        client_.records.erase(incoming.guid);
        return {rival.guid, rival.content.value};
      }
      client_.records.erase(rival.guid);
      if (decision.winner == Winner::server) {
        tell(fact, FactKind::change_overwritten, {incoming.guid, incoming.content.value});
        continue;
      }
      tell(fact, FactKind::change_merged, {incoming.guid, merged});
      store(incoming);
      store_merge(client_.records.at(incoming.guid), merged, decision.merged_isdeleted);
      return {incoming.guid, merged};
    }
    store(incoming);
    return {incoming.guid, incoming.content.value};
  }

  void store(const Object& incoming) {
    const bool known = client_.records.find(incoming.guid) != nullptr;
    Row& row = client_.records.at(incoming.guid);
    known ? overwrite(row, incoming) : add(row, incoming);
    row.base = incoming.content.value;
  }

  void add(Row& row, const Object& incoming) {
    row.object = incoming;
    if (input_.protocol.timestamps == Timestamps::local)
      row.object.stamps = {input_.now, input_.now};
    if (input_.protocol.received_counter == ReceivedCounter::client)
      row.counter_lastupdate = client_.counter;
  }

  // "Only value and isdeleted are ever copied": key and name were set at creation.
  void overwrite(Row& row, const Object& incoming) {
    const bool conflict = pending(client_, row);
    row.object.content = incoming.content;
    if (input_.protocol.timestamps == Timestamps::carried)
      row.object.stamps = incoming.stamps;
    else if (conflict && input_.strategy.reads(kReadsTie))
      row.object.stamps.lastupdate = input_.now;
    if (conflict && input_.protocol.overwritten_stays_pending) return;
    row.refused = false;
    row.counter_lastupdate = input_.protocol.received_counter == ReceivedCounter::zero
                                 ? ClientCounter{}
                                 : std::min(row.counter_lastupdate, client_.counter_lastsync);
  }

  // "A merge is stored as a change made on that client": its counter moves, and it is pending.
  void store_merge(Row& row, Value merged, bool isdeleted) {
    row.object.content = {merged, isdeleted};
    row.object.stamps.lastupdate = input_.now;
    row.counter_lastupdate = {++client_.counter.number};
    row.refused = false;
  }

  Value next_fresh() { return {fresh_.number++}; }

  Fact note_decision(const Object& local, Guid local_guid, const Object& server, ConflictKind kind,
                     const Decision& decision, Value merged) {
    const Winner winner = decision.winner;
    facts_.push_back({.kind = FactKind::conflict_resolved,
                      .conflict = kind,
                      .winner = winner,
                      .stamp_order = stamp_order(local, server),
                      .guid = local_guid,
                      .server_guid = server.guid,
                      .kept_guid = winner == Winner::local ? local.guid : server.guid,
                      .local = local.content.value,
                      .server = server.content.value,
                      .kept = kept(local, server, winner, merged),
                      .merged_isdeleted = decision.merged_isdeleted});
    return facts_.back();
  }

  void tell(Fact fact, FactKind kind, Survivor survivor) {
    fact.kind = kind;
    fact.kept_guid = survivor.guid;
    fact.kept = survivor.value;
    facts_.push_back(fact);
  }

  static Value kept(const Object& local, const Object& server, Winner winner, Value merged) {
    if (winner == Winner::merge) return merged;
    return winner == Winner::local ? local.content.value : server.content.value;
  }

  Client& client_;
  const ClientInput& input_;
  Facts& facts_;
  Value fresh_;
};

void request_download(Client& client, Message& request) {
  request.reset(MessageKind::download_request);
  request.servercounter = client.servercounter_lastsync;
  client.exchange.end();
  client.exchange.awaited = MessageKind::download_reply;
}

// "The client will fetch its objects with object.counter_lastupdate > counter_lastsync and send
// them to the server." Returns whether there is anything to send.
bool request_upload(Client& client, const Protocol& protocol, Message& request) {
  request.reset(MessageKind::upload_request);
  client.exchange.sent.clear();
  client.records.for_each([&](const Row& row) {
    if (!pending(client, row)) return;
    request.objects.push_back(row.object);
    if (protocol.server_check == ServerCheck::base) request.bases.push_back(row.base);
    client.exchange.sent.push_back({row.object.guid, row.object.content.value});
  });
  client.exchange.built = client.counter;
  if (request.objects.empty() && !protocol.empty_upload) return false;
  client.exchange.awaited = MessageKind::upload_ack;
  return true;
}

// After a download the upload, after an upload the download. Returns whether there is one.
bool request_other_half(Client& client, bool downloaded, const Protocol& protocol,
                        Message& request) {
  if (downloaded) return request_upload(client, protocol, request);
  request_download(client, request);
  return true;
}

void receive_objects(Client& client, const Message& reply, const ClientInput& input, Facts& facts) {
  Receiver receiver(client, input, facts);
  for (const Object& incoming : reply.objects) receiver.receive(incoming);
  client.servercounter_lastsync = reply.servercounter;
}

// Whether the answer's counter may become servercounter_lastsync.
bool moves_download_mark(const Client& client, const Message& ack, std::size_t accepted,
                         const Protocol& protocol) {
  switch (protocol.upload_ack_moves_download_mark) {
    case UploadAckMovesDownloadMark::never:
      return false;
    case UploadAckMovesDownloadMark::always:
      return true;
    case UploadAckMovesDownloadMark::if_alone:
      break;
  }
  return ack.servercounter.number == client.servercounter_lastsync.number + accepted;
}

void note_accepted(Client& client, const Message& ack, Facts& facts) {
  for (const Exchange::Sent& sent : client.exchange.sent) {
    const bool refused =
        std::find(ack.refused.begin(), ack.refused.end(), sent.guid) != ack.refused.end();
    if (Row* row = client.records.find(sent.guid)) {
      row->refused = refused;
      if (!refused) row->base = sent.value;
    }
    if (!refused)
      facts.push_back({.kind = FactKind::upload_accepted, .guid = sent.guid, .local = sent.value});
  }
}

void receive_ack(Client& client, const Message& ack, const Protocol& protocol, Facts& facts) {
  if (ack.statuscode != StatusCode::ok) return;
  const std::size_t accepted = client.exchange.sent.size() - ack.refused.size();
  client.counter_lastsync =
      protocol.upload_ack_covers == UploadAckCovers::now ? client.counter : client.exchange.built;
  if (moves_download_mark(client, ack, accepted, protocol))
    client.servercounter_lastsync = ack.servercounter;
  note_accepted(client, ack, facts);
}

}  // namespace

void apply_change(Client& client, const Change& change, Timestamp now) {
  store_change(client.records, change, ClientCounter{++client.counter.number}, now);
}

void begin_cycle(Client& client, bool full, Message& request, const Protocol& protocol) {
  if (full) {
    client.counter_lastsync = {};
    client.servercounter_lastsync = {};
  }
  const bool upload_first = protocol.cycle_order == CycleOrder::upload_first;
  if (!upload_first || !request_upload(client, protocol, request))
    request_download(client, request);
}

bool handle_answer(Client& client, const Message& answer, const ClientInput& input,
                   Message& request, Facts& facts) {
  const bool download = answer.kind == MessageKind::download_reply;
  if (download)
    receive_objects(client, answer, input, facts);
  else
    receive_ack(client, answer, input.protocol, facts);
  const bool is_last = download == (input.protocol.cycle_order == CycleOrder::upload_first);
  if (!is_last && request_other_half(client, download, input.protocol, request)) return true;
  client.exchange.end();
  return false;
}

}  // namespace tidemark::core
