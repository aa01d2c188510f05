// Marks: named counts of the interesting things that a campaign reached. A required mark that was
// never reached makes a campaign vacuous: it would pass for the wrong reason.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "model/protocol.h"
#include "model/strategy.h"
#include "properties/history.h"
#include "sim/scope.h"

namespace tidemark::core {

enum class Mark : std::uint8_t {
  object_conflict,
  object_conflict_local_wins,
  object_conflict_server_wins,
  key_conflict,
  key_conflict_local_wins,
  key_conflict_server_wins,
  merge,
  equal_timestamps,
  clock_misled,
  delete_against_edit,
  delete_against_delete,
  deletion_downloaded,
  undelete,
  key_reused_after_delete,
  own_echo,
  received_then_edited,
  edit_during_download,
  edit_during_upload,
  edit_while_offline,
  backend_change_during_exchange,
  other_writer_between,
  upload_request_lost,
  upload_ack_lost,
  upload_ack_lost_then_retried,
  download_reply_lost,
  late_download_request,
  late_upload,
  late_upload_after_newer,
  late_answer,
  upload_repeated,
  upload_refused,
  full_sync_with_pending,
  full_sync_with_nothing_pending,
  offline_during_exchange,
  crash_during_exchange,
  reinstall_with_pending,
  restore_undid_writes,
  settle_over_three_rounds
};
inline constexpr std::size_t kMarks = 38;

// What a campaign must grant so that a mark can be required of it.
struct MarkNeeds {
  FaultSet faults = 0;
  std::uint8_t clients = 1;
  std::uint8_t objects = 1;
  bool backend = false;
  bool shared_keys = false;
  bool deletes = false;
  bool interleave = false;
  // What a built-in strategy may decide; 0: nothing of the kind.
  Outcomes outcome = 0;
  // Of the protocol; null: any.
  bool (*protocol)(const Protocol&) = nullptr;
  bool never = false;  // reachable, but no campaign is held to it
};

struct NamedMark {
  Mark mark;
  std::string_view name;
  std::string_view meaning;
  MarkNeeds needs;
};
std::span<const NamedMark, kMarks> marks();
// Whether a campaign over this scope, protocol and strategy must reach the mark.
bool is_granted(const NamedMark& mark, const Scope& scope, const Protocol& protocol,
                const Strategy& strategy);

using MarkCounts = std::array<std::uint64_t, kMarks>;
// Campaigns of fewer or shorter episodes are held to no mark.
inline constexpr std::uint64_t kEpisodesThatRequireMarks = 2000;
inline constexpr std::uint32_t kStepsThatRequireMarks = 30;
inline bool requires_marks(std::uint64_t episodes, const Scope& scope) {
  return episodes >= kEpisodesThatRequireMarks && scope.steps >= kStepsThatRequireMarks;
}

// Counts the marks of runs, on and on.
class Marks {
 public:
  template <class World>
  void on(const Written& written, const World& world, const History& history);
  template <class World>
  void on(const FactTold& told, const World& world, const History& history);
  template <class World>
  void on(const Carried& carried, const World& world, const History& history);
  template <class World>
  void on(const MessageArriving& message, const World& world, const History& history);
  template <class World>
  void on(const MessageLost& message, const World& world, const History& history);
  template <class World>
  void on(const Held& held, const World& world, const History& history);
  template <class World>
  void on(const CycleBegan& began, const World& world, const History& history) {
    if (!began.full) return;
    hit(has_pending(began.client, world, history) ? Mark::full_sync_with_pending
                                                  : Mark::full_sync_with_nothing_pending);
  }
  template <class World>
  void on(const WentOffline& went, const World&, const History&) {
    hit_if(went.in_flight != MessageKind::none, Mark::offline_during_exchange);
  }
  template <class World>
  void on(const Crashed& crashed, const World&, const History&) {
    hit_if(crashed.in_flight != MessageKind::none, Mark::crash_during_exchange);
  }
  template <class World>
  void on(const Reinstalled& reinstalled, const World& world, const History& history) {
    hit_if(has_pending(reinstalled.client, world, history), Mark::reinstall_with_pending);
  }
  template <class World>
  void on(const Rested& rested, const World&, const History&) {
    hit_if(rested.rounds > 3, Mark::settle_over_three_rounds);
  }
  const MarkCounts& counts() const { return counts_; }
  void clear() { counts_ = {}; }

 private:
  void hit(Mark mark) { ++counts_[static_cast<std::size_t>(mark)]; }
  void hit_if(bool reached, Mark mark) { counts_[static_cast<std::size_t>(mark)] += reached; }

  void on_conflict(const Fact& fact);
  template <class World>
  bool has_pending(Replica client, const World& world, const History& history) const;

  MarkCounts counts_{};
};

template <class World>
void Marks::on(const Written& written, const World& world, const History& /*history*/) {
  const Version& version = world.versions()[written.value.number];
  hit_if(version.kind == VersionKind::undelete, Mark::undelete);
  if (written.replica.is_server()) {
    for (std::uint8_t client = 1; client < world.replicas(); ++client)
      if (world.exchanging(Replica{client})) return hit(Mark::backend_change_during_exchange);
    return;
  }
  if (version.kind == VersionKind::create) {
    const Key key = world.scenario().key_of(world.scenario().steps[version.step]);
    for (std::uint32_t guid = 0; guid < world.objects(); ++guid) {
      const Object* other = world.find(written.replica, Guid{guid});
      if (other != nullptr && other->content.isdeleted && other->identity.pk == key &&
          other->guid != written.guid)
        return hit(Mark::key_reused_after_delete);
    }
  } else if (version.over != kNoValue) {
    hit_if(world.versions()[version.over.number].writer != written.replica,
           Mark::received_then_edited);
  }
  switch (world.in_flight(written.replica)) {
    case MessageKind::download_request:
    case MessageKind::download_reply:
      hit(Mark::edit_during_download);
      break;
    case MessageKind::upload_request:
    case MessageKind::upload_ack:
      hit(Mark::edit_during_upload);
      break;
    case MessageKind::none:
      break;
  }
  hit_if(!world.online(written.replica), Mark::edit_while_offline);
}

template <class World>
void Marks::on(const FactTold& told, const World& world, const History& /*history*/) {
  const Fact& fact = world.facts()[told.place];
  if (fact.kind == FactKind::upload_refused) return hit(Mark::upload_refused);
  if (fact.kind != FactKind::conflict_resolved) return;
  const std::size_t known = world.versions().size();
  if (fact.local.number >= known || fact.server.number >= known) return;
  on_conflict(fact);
  const bool local_deleted = world.versions()[fact.local.number].isdeleted;
  const bool server_deleted = world.versions()[fact.server.number].isdeleted;
  hit_if(local_deleted != server_deleted, Mark::delete_against_edit);
  hit_if(local_deleted && server_deleted, Mark::delete_against_delete);
}

inline void Marks::on_conflict(const Fact& fact) {
  const bool key = fact.conflict == ConflictKind::primary_key;
  hit(key ? Mark::key_conflict : Mark::object_conflict);
  if (fact.winner == Winner::merge)
    hit(Mark::merge);
  else if (fact.winner == Winner::local)
    hit(key ? Mark::key_conflict_local_wins : Mark::object_conflict_local_wins);
  else
    hit(key ? Mark::key_conflict_server_wins : Mark::object_conflict_server_wins);
  hit_if(fact.stamp_order == 0, Mark::equal_timestamps);
  const bool local_is_newer = fact.local > fact.server;
  hit_if(fact.stamp_order != 0 && local_is_newer != (fact.stamp_order > 0), Mark::clock_misled);
}

template <class World>
void Marks::on(const Carried& carried, const World& world, const History& history) {
  const MessageEvent& message = history.arriving().message;
  const auto& versions = world.versions();
  if (carried.value.number >= versions.size()) return;
  if (message.kind == MessageKind::download_reply)
    return hit_if(versions[carried.value.number].writer == message.client && !message.late,
                  Mark::own_echo);
  if (message.late)
    return hit_if(is_ancestor(versions, carried.value, world.shadow(kServer, carried.guid)),
                  Mark::late_upload_after_newer);
  hit_if(history.trail(carried.value).ack_lost & bit_of(message.client),
         Mark::upload_ack_lost_then_retried);
}

template <class World>
void Marks::on(const MessageArriving& message, const World& /*world*/, const History& history) {
  const bool late = message.late;
  switch (message.kind) {
    case MessageKind::download_request:
      return hit_if(late, Mark::late_download_request);
    case MessageKind::upload_request:
      hit_if(late, Mark::late_upload);
      hit_if(late && message.copied, Mark::upload_repeated);
      return hit_if(!late && history.others_wrote_since_download(message.client),
                    Mark::other_writer_between);
    case MessageKind::download_reply:
    case MessageKind::upload_ack:
      return hit_if(late, Mark::late_answer);
    case MessageKind::none:
      return;
  }
}

template <class World>
void Marks::on(const MessageLost& message, const World& /*world*/, const History& /*history*/) {
  if (message.late) return;
  hit_if(message.kind == MessageKind::upload_request, Mark::upload_request_lost);
  hit_if(message.kind == MessageKind::upload_ack, Mark::upload_ack_lost);
  hit_if(message.kind == MessageKind::download_reply, Mark::download_reply_lost);
}

template <class World>
void Marks::on(const Held& held, const World& world, const History& history) {
  if (held.value.number >= world.versions().size()) return;
  if (history.cause() == Cause::restore) return hit(Mark::restore_undid_writes);
  hit_if(!held.replica.is_server() && world.versions()[held.value.number].isdeleted,
         Mark::deletion_downloaded);
}

// Whether a client holds a version of its own that it has not seen accepted.
template <class World>
bool Marks::has_pending(Replica client, const World& world, const History& history) const {
  for (std::uint32_t guid = 0; guid < world.objects(); ++guid) {
    const Value held = world.shadow(client, Guid{guid});
    if (held == kNoValue || held.number >= world.versions().size()) continue;
    if (world.versions()[held.number].writer == client && !history.trail(held).seen_accepted)
      return true;
  }
  return false;
}

}  // namespace tidemark::core
