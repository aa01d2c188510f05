#include "model/server.h"

namespace tidemark::core {
namespace {

using ServerRow = Record<ServerCounter>;

bool holds_key(const Object& object, const Protocol& protocol) {
  return !object.content.isdeleted || protocol.deleted_holds_key;
}

// Whether taking `incoming` would put a second guid on its key.
bool clashes(const Server& server, const Object& incoming, const Protocol& protocol) {
  if (protocol.upload_key_clash == UploadKeyClash::add || !holds_key(incoming, protocol))
    return false;
  const ServerRow* own = server.records.find(incoming.guid);
  if (own != nullptr && holds_key(own->object, protocol)) return false;
  return server.records.find_if([&](const ServerRow& row) {
    return row.object.guid != incoming.guid && row.object.identity.pk == incoming.identity.pk &&
           holds_key(row.object, protocol);
  }) != nullptr;
}

// Whether the server holds something else than what the client last saw there.
bool outdated(const Server& server, const Object& incoming, Value base) {
  const ServerRow* own = server.records.find(incoming.guid);
  if (own == nullptr) return false;
  return own->object.content.value != base && !same_version(own->object, incoming);
}

void store_upload(Server& server, const Object& incoming, const Protocol& protocol, Timestamp now) {
  const bool known = server.records.find(incoming.guid) != nullptr;
  ServerRow& row = server.records.at(incoming.guid);
  if (!known) {
    row.object = incoming;
    if (protocol.timestamps == Timestamps::local) row.object.stamps = {now, now};
  } else {
    row.object.content = incoming.content;
    if (protocol.timestamps == Timestamps::carried) row.object.stamps = incoming.stamps;
  }
  row.counter_lastupdate = {++server.counter.number};
}

void refuse(const Object& incoming, bool whole_batch, Message& answer, Facts& facts) {
  if (whole_batch)
    answer.statuscode = StatusCode::nok;
  else
    answer.refused.push_back(incoming.guid);
  facts.push_back(
      {.kind = FactKind::upload_refused, .guid = incoming.guid, .local = incoming.content.value});
}

void handle_download(const Server& server, const Message& request, Message& answer) {
  answer.reset(MessageKind::download_reply);
  answer.servercounter = server.counter;
  server.records.for_each([&](const ServerRow& row) {
    if (row.counter_lastupdate > request.servercounter) answer.objects.push_back(row.object);
  });
}

void handle_upload(Server& server, const Message& request, const Protocol& protocol, Timestamp now,
                   Message& answer, Facts& facts) {
  answer.reset(MessageKind::upload_ack);
  for (std::size_t i = 0; i < request.objects.size(); ++i) {
    const Object& incoming = request.objects[i];
    if (clashes(server, incoming, protocol))
      refuse(incoming, protocol.upload_key_clash == UploadKeyClash::skip_refuse_batch, answer,
             facts);
    else if (protocol.server_check == ServerCheck::base &&
             outdated(server, incoming, request.bases[i]))
      refuse(incoming, false, answer, facts);
    else
      store_upload(server, incoming, protocol, now);
  }
  answer.servercounter = server.counter;
}

}  // namespace

void apply_change(Server& server, const Change& change, Timestamp now) {
  store_change(server.records, change, ServerCounter{++server.counter.number}, now);
}

void handle_request(Server& server, const Message& request, const Protocol& protocol, Timestamp now,
                    Message& answer, Facts& facts) {
  if (request.kind == MessageKind::download_request)
    handle_download(server, request, answer);
  else
    handle_upload(server, request, protocol, now, answer, facts);
}

}  // namespace tidemark::core
