#include "model/simple.h"

#include <algorithm>

namespace tidemark::core::simple {
namespace {

bool is_listed(const Message& list, Guid guid) {
  return std::any_of(list.objects.begin(), list.objects.end(),
                     [&](const Object& object) { return object.guid == guid; });
}

void delete_missing(Client& client, const Message& list) {
  std::vector<Guid> missing;
  client.records.for_each([&](const ClientRecord& record) {
    if (record.from_server && !is_listed(list, record.object.guid))
      missing.push_back(record.object.guid);
  });
  for (const Guid guid : missing) client.records.erase(guid);
}

void store_list(Client& client, const Message& list, Mutant mutant) {
  for (const Object& object : list.objects) {
    ClientRecord& record = client.records.at(object.guid);
    record.object = object;
    record.from_server = true;
  }
  if (mutant != Mutant::simple_keeps_missing_rows) delete_missing(client, list);
}

void note_accepted(Client& client, Mutant mutant, Facts& facts) {
  facts.push_back(
      {.kind = FactKind::upload_accepted, .guid = client.sent, .local = client.sent_value});
  ClientRecord* record = client.records.find(client.sent);
  if (record != nullptr && mutant != Mutant::simple_add_waits_for_list) record->from_server = true;
}

// What the server does not know need not be deleted.
void store_upload(Server& server, const Object& incoming, Timestamp now) {
  if (!incoming.content.isdeleted) {
    server.records.at(incoming.guid).object = incoming;
  } else if (ServerRecord* record = server.records.find(incoming.guid)) {
    record->object.content = incoming.content;
    record->object.stamps.lastupdate = now;
  }
}

}  // namespace

void apply_change(Client& client, const Change& change, Timestamp now) {
  if (change.kind == ChangeKind::remove) return client.records.erase(change.guid);
  write(client.records.at(change.guid).object, change, now);
}

void apply_change(Server& server, const Change& change, Timestamp now) {
  write(server.records.at(change.guid).object, change, now);
}

bool begin_change(Client& client, const Change& change, Message& request) {
  const bool adds = change.kind == ChangeKind::create;
  if (!adds && change.kind != ChangeKind::remove) return false;
  request.reset(MessageKind::upload_request);
  request.objects.push_back(adds ? client.records.find(change.guid)->object
                                 : Object{change.guid, {}, {change.value, true}});
  client.awaited = MessageKind::upload_ack;
  client.sent = change.guid;
  client.sent_value = change.value;
  return true;
}

void begin_cycle(Client& client, Message& request) {
  request.reset(MessageKind::download_request);
  client.awaited = MessageKind::download_reply;
}

void handle_request(Server& server, const Message& request, Timestamp now, Message& answer) {
  const bool lists = request.kind == MessageKind::download_request;
  answer.reset(lists ? MessageKind::download_reply : MessageKind::upload_ack);
  for (const Object& incoming : request.objects) store_upload(server, incoming, now);
  if (!lists) return;
  server.records.for_each([&](const ServerRecord& record) {
    if (!record.object.content.isdeleted) answer.objects.push_back(record.object);
  });
}

void handle_answer(Client& client, const Message& answer, Mutant mutant, Facts& facts) {
  if (answer.kind == MessageKind::download_reply)
    store_list(client, answer, mutant);
  else
    note_accepted(client, mutant, facts);
  client.end_exchange();
}

}  // namespace tidemark::core::simple
