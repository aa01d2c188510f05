// A small sync engine, as somebody writes one who has never seen ours: the server keeps what it was
// sent last. Two state machines; what travels between them is their own.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <tidemark/machines.h>

namespace last_writer {

struct Row {
  std::string pk;
  std::string name;
  std::string value;
  bool isdeleted = false;
  bool pending = false;
};
using Rows = std::map<std::string, Row>;  // by guid

inline void write(Rows& rows, const tidemark::Change& change, bool pending) {
  Row& row = rows[change.guid];
  if (change.kind == tidemark::ChangeKind::create)
    row = {.pk = change.pk, .name = change.name, .value = {}};
  row.value = change.value;
  row.isdeleted = change.kind == tidemark::ChangeKind::remove;
  row.pending = pending;
}

inline std::vector<tidemark::Held> held(const Rows& rows) {
  std::vector<tidemark::Held> all;
  for (const auto& [guid, row] : rows)
    all.push_back({guid, row.pk, row.name, row.value, row.isdeleted});
  return all;
}

inline tidemark::Message message(tidemark::MessageKind kind, const Rows& rows) {
  tidemark::Message sent{.kind = kind, .body = rows};
  for (const auto& [guid, row] : rows) sent.objects.push_back({guid, row.value, row.isdeleted});
  return sent;
}
inline const Rows& rows_in(const tidemark::Message& message) {
  return *std::any_cast<Rows>(&message.body);
}

struct Server {
  Rows rows;

  void change(const tidemark::Change& change, tidemark::Seconds /*now*/) {
    write(rows, change, false);
  }
  tidemark::Answer handle(const tidemark::Message& request, tidemark::Seconds /*now*/) {
    if (request.kind == tidemark::MessageKind::download_request)
      return {.send = message(tidemark::MessageKind::download_reply, rows)};
    for (const auto& [guid, row] : rows_in(request)) {
      rows[guid] = row;
      rows[guid].pending = false;
    }
    return {.send = message(tidemark::MessageKind::upload_ack, {})};
  }
  std::vector<tidemark::Held> holds() const { return held(rows); }
};

// In a conflict the server's version is kept, and that is reported.
struct Client {
  Rows rows;
  Rows uploading;

  void change(const tidemark::Change& change, tidemark::Seconds /*now*/) {
    write(rows, change, true);
  }
  tidemark::Answer start(bool /*full*/, tidemark::Seconds /*now*/) {
    return {.send = message(tidemark::MessageKind::download_request, {})};
  }
  tidemark::Answer handle(const tidemark::Message& answer, tidemark::Seconds /*now*/) {
    if (answer.kind == tidemark::MessageKind::download_reply) return take(rows_in(answer));
    for (const auto& [guid, row] : uploading)
      if (rows[guid].value == row.value) rows[guid].pending = false;
    uploading.clear();
    return {};
  }
  void give_up() { uploading.clear(); }
  std::vector<tidemark::Held> holds() const { return held(rows); }

 private:
  tidemark::Answer take(const Rows& received) {
    tidemark::Answer answer;
    for (const auto& [guid, theirs] : received) {
      const auto mine = rows.find(guid);
      if (mine != rows.end() && mine->second.value == theirs.value) continue;
      if (mine != rows.end() && mine->second.pending)
        answer.decisions.push_back({.guid = guid,
                                    .local = mine->second.value,
                                    .server = theirs.value,
                                    .kept = tidemark::Kept::server});
      rows[guid] = theirs;
    }
    uploading.clear();
    for (const auto& [guid, row] : rows)
      if (row.pending) uploading.emplace(guid, row);
    if (!uploading.empty()) answer.send = message(tidemark::MessageKind::upload_request, uploading);
    return answer;
  }
};

}  // namespace last_writer
