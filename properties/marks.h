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
  void on(const Event& event, const World& world, const History& history);
  const MarkCounts& counts() const { return counts_; }
  void clear() { counts_ = {}; }

 private:
  void hit(Mark mark) { ++counts_[static_cast<std::size_t>(mark)]; }
  void hit_if(bool reached, Mark mark) { counts_[static_cast<std::size_t>(mark)] += reached; }

  template <class World>
  void on_written(const Event& event, const World& world);
  template <class World>
  void on_fact(const Fact& fact, const World& world);
  void on_conflict(const Fact& fact);
  template <class World>
  void on_carried(const Event& event, const World& world, const History& history);
  void on_arriving(const Event& event, const History& history);
  void on_lost(const Event& event);
  template <class World>
  void on_held(const Event& event, const World& world, const History& history);
  template <class World>
  bool has_pending(Replica client, const World& world, const History& history) const;

  MarkCounts counts_{};
};

template <class World>
void Marks::on(const Event& event, const World& world, const History& history) {
  switch (event.kind) {
    case EventKind::written:
      return on_written(event, world);
    case EventKind::fact_told:
      return on_fact(world.facts()[event.number], world);
    case EventKind::carried:
      return on_carried(event, world, history);
    case EventKind::message_arriving:
      return on_arriving(event, history);
    case EventKind::message_lost:
      return on_lost(event);
    case EventKind::held:
      return on_held(event, world, history);
    case EventKind::cycle_began:
      if (event.detail)
        hit(has_pending(event.replica, world, history) ? Mark::full_sync_with_pending
                                                       : Mark::full_sync_with_nothing_pending);
      return;
    case EventKind::went_offline:
      return hit_if(event.message != MessageKind::none, Mark::offline_during_exchange);
    case EventKind::crashed:
      return hit_if(event.message != MessageKind::none, Mark::crash_during_exchange);
    case EventKind::reinstalled:
      return hit_if(has_pending(event.replica, world, history), Mark::reinstall_with_pending);
    case EventKind::rested:
      return hit_if(event.number > 3, Mark::settle_over_three_rounds);
    default:
      return;
  }
}

template <class World>
void Marks::on_written(const Event& event, const World& world) {
  const Version& version = world.versions()[event.value.number];
  hit_if(version.kind == VersionKind::undelete, Mark::undelete);
  if (event.replica.is_server()) {
    for (std::uint8_t client = 1; client < world.replicas(); ++client)
      if (world.exchanging(Replica{client})) return hit(Mark::backend_change_during_exchange);
    return;
  }
  if (version.kind == VersionKind::create) {
    const Key key = world.scenario().key_of(world.scenario().steps[version.step]);
    for (std::uint32_t guid = 0; guid < world.objects(); ++guid) {
      const Object* other = world.find(event.replica, Guid{guid});
      if (other != nullptr && other->content.isdeleted && other->identity.pk == key &&
          other->guid != event.guid)
        return hit(Mark::key_reused_after_delete);
    }
  } else if (version.over != kNoValue) {
    hit_if(world.versions()[version.over.number].writer != event.replica,
           Mark::received_then_edited);
  }
  switch (world.in_flight(event.replica)) {
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
  hit_if(!world.online(event.replica), Mark::edit_while_offline);
}

template <class World>
void Marks::on_fact(const Fact& fact, const World& world) {
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
void Marks::on_carried(const Event& event, const World& world, const History& history) {
  const History::Arriving& message = history.arriving();
  const auto& versions = world.versions();
  if (event.value.number >= versions.size()) return;
  if (message.kind == MessageKind::download_reply)
    return hit_if(versions[event.value.number].writer == message.client && !message.late,
                  Mark::own_echo);
  if (message.late)
    return hit_if(is_ancestor(versions, event.value, world.shadow(kServer, event.guid)),
                  Mark::late_upload_after_newer);
  hit_if(history.trail(event.value).ack_lost & bit_of(message.client),
         Mark::upload_ack_lost_then_retried);
}

inline void Marks::on_arriving(const Event& event, const History& history) {
  const bool late = event.detail & kLate;
  switch (event.message) {
    case MessageKind::download_request:
      return hit_if(late, Mark::late_download_request);
    case MessageKind::upload_request:
      hit_if(late, Mark::late_upload);
      hit_if(late && (event.detail & kCopied), Mark::upload_repeated);
      return hit_if(!late && history.others_wrote_since_download(event.replica),
                    Mark::other_writer_between);
    case MessageKind::download_reply:
    case MessageKind::upload_ack:
      return hit_if(late, Mark::late_answer);
    case MessageKind::none:
      return;
  }
}

inline void Marks::on_lost(const Event& event) {
  if (event.detail & kLate) return;
  hit_if(event.message == MessageKind::upload_request, Mark::upload_request_lost);
  hit_if(event.message == MessageKind::upload_ack, Mark::upload_ack_lost);
  hit_if(event.message == MessageKind::download_reply, Mark::download_reply_lost);
}

template <class World>
void Marks::on_held(const Event& event, const World& world, const History& history) {
  if (event.value.number >= world.versions().size()) return;
  if (history.cause() == Cause::restore) return hit(Mark::restore_undid_writes);
  hit_if(!event.replica.is_server() && world.versions()[event.value.number].isdeleted,
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
