#include "properties/marks.h"

#include <algorithm>

namespace tidemark::core {
namespace {

using M = Mark;

constexpr FaultSet kLost = fault_bit(Fault::lost);
constexpr FaultSet kLate = fault_bit(Fault::late);
constexpr FaultSet kDuplicate = fault_bit(Fault::duplicate);
constexpr FaultSet kOffline = fault_bit(Fault::offline);
constexpr FaultSet kClock = fault_bit(Fault::clock);
constexpr FaultSet kCrash = fault_bit(Fault::crash);
constexpr FaultSet kReinstall = fault_bit(Fault::reinstall);
constexpr FaultSet kRestore = fault_bit(Fault::restore);
constexpr FaultSet kFullSync = fault_bit(Fault::full_sync);

bool refuses_uploads(const Protocol& protocol) {
  return protocol.upload_key_clash != UploadKeyClash::add;
}
// Elsewhere the client's own version comes back first, and is pending no more.
bool retries(const Protocol& protocol) {
  return protocol.received_counter == ReceivedCounter::client;
}
bool carries_stamps(const Protocol& protocol) { return protocol.timestamps == Timestamps::carried; }
// Where a lost ack is not needed for it.
bool echoes(const Protocol& protocol) {
  return protocol.algorithm == Algorithm::appsync &&
         protocol.upload_ack_moves_download_mark != UploadAckMovesDownloadMark::always;
}

// What can be reached where only the server changes things, where only apps do, and where the whole
// list is sent each time.
constexpr std::array kDown{M::deletion_downloaded,
                           M::undelete,
                           M::backend_change_during_exchange,
                           M::download_reply_lost,
                           M::late_download_request,
                           M::late_answer,
                           M::full_sync_with_nothing_pending,
                           M::offline_during_exchange,
                           M::crash_during_exchange,
                           M::restore_undid_writes};
constexpr std::array kUp{M::undelete,
                         M::key_reused_after_delete,
                         M::edit_during_upload,
                         M::edit_while_offline,
                         M::upload_request_lost,
                         M::upload_ack_lost,
                         M::late_upload,
                         M::late_upload_after_newer,
                         M::late_answer,
                         M::upload_repeated,
                         M::full_sync_with_pending,
                         M::full_sync_with_nothing_pending,
                         M::offline_during_exchange,
                         M::crash_during_exchange,
                         M::reinstall_with_pending,
                         M::restore_undid_writes};
constexpr std::array kSimple{M::undelete,
                             M::own_echo,
                             M::edit_during_download,
                             M::edit_while_offline,
                             M::backend_change_during_exchange,
                             M::download_reply_lost,
                             M::late_download_request,
                             M::late_answer,
                             M::full_sync_with_nothing_pending,
                             M::offline_during_exchange,
                             M::crash_during_exchange,
                             M::restore_undid_writes};

template <std::size_t kSize>
bool has(const std::array<Mark, kSize>& marks, Mark mark) {
  return std::find(marks.begin(), marks.end(), mark) != marks.end();
}

bool is_reachable(Mark mark, const Protocol& protocol) {
  if (protocol.algorithm == Algorithm::simple) return has(kSimple, mark);
  if (protocol.sync_type == SyncType::one_way_down) return has(kDown, mark);
  return protocol.sync_type != SyncType::one_way_up || has(kUp, mark);
}

constexpr MarkNeeds kTwo{.clients = 2};
// Where stamps are not stored, the server's are those of creations, and seldom win.
constexpr MarkNeeds kTwoCarried{.clients = 2, .protocol = carries_stamps};
constexpr MarkNeeds kTwoKeys{.clients = 2, .objects = 2, .shared_keys = true};
constexpr MarkNeeds kInterleaved{.clients = 2, .interleave = true};

constexpr MarkNeeds with_outcome(MarkNeeds needs, Winner outcome) {
  needs.outcome = outcome_bit(outcome);
  return needs;
}
constexpr MarkNeeds with_faults(MarkNeeds needs, FaultSet faults) {
  needs.faults = faults;
  return needs;
}

constexpr std::array<NamedMark, kMarks> kNamed{{
    {M::object_conflict, "object-conflict", "a strategy chose between two versions of an object",
     kTwo},
    {M::object_conflict_local_wins, "object-conflict-local-wins", "… and kept the client's",
     with_outcome(kTwo, Winner::local)},
    {M::object_conflict_server_wins, "object-conflict-server-wins", "… and took the server's",
     with_outcome(kTwoCarried, Winner::server)},
    {M::key_conflict, "key-conflict", "a strategy chose between two objects with one primary key",
     kTwoKeys},
    {M::key_conflict_local_wins, "key-conflict-local-wins", "… and kept the client's",
     with_outcome(kTwoKeys, Winner::local)},
    {M::key_conflict_server_wins, "key-conflict-server-wins", "… and took the server's",
     with_outcome(kTwoKeys, Winner::server)},
    {M::merge, "merge", "a strategy returned a merge", {.never = true}},
    {M::equal_timestamps, "equal-timestamps", "a conflict of two versions with equal stamps",
     with_faults(kTwo, kClock)},
    {M::clock_misled, "clock-misled",
     "a conflict in which the version written first is stamped later", with_faults(kTwo, kClock)},
    {M::delete_against_edit,
     "delete-against-edit",
     "a conflict between a deletion and a live version",
     {.clients = 2, .deletes = true}},
    {M::delete_against_delete,
     "delete-against-delete",
     "a conflict between two deletions",
     {.clients = 2, .deletes = true}},
    {M::deletion_downloaded,
     "deletion-downloaded",
     "a client stored a deletion made elsewhere",
     {.clients = 2, .deletes = true}},
    {M::undelete, "undelete", "a deleted object was made alive again", {.deletes = true}},
    {M::key_reused_after_delete,
     "key-reused-after-delete",
     "a client created an object with the key of one that it holds deleted",
     {.objects = 2, .shared_keys = true, .deletes = true}},
    {M::own_echo,
     "own-echo",
     "a client downloaded a version that it had written",
     {.clients = 2, .interleave = true, .protocol = echoes}},
    {M::received_then_edited, "received-then-edited", "a client edited a version written elsewhere",
     kTwo},
    {M::edit_during_download, "edit-during-download", "a change while a download was under way",
     kInterleaved},
    {M::edit_during_upload, "edit-during-upload", "a change while an upload was under way",
     kInterleaved},
    {M::edit_while_offline,
     "edit-while-offline",
     "a change on a client that was offline",
     {.faults = kOffline}},
    {M::backend_change_during_exchange,
     "backend-change-during-exchange",
     "a change in the backend while an exchange was under way",
     {.backend = true, .interleave = true}},
    {M::other_writer_between, "other-writer-between",
     "others changed the server between a client's download and its upload", kInterleaved},
    {M::upload_request_lost, "upload-request-lost", "an upload was lost", {.faults = kLost}},
    {M::upload_ack_lost, "upload-ack-lost", "the answer to an upload was lost", {.faults = kLost}},
    {M::upload_ack_lost_then_retried,
     "upload-ack-lost-then-retried",
     "a version was uploaded again whose ack had been lost",
     {.faults = kLost, .protocol = retries}},
    {M::download_reply_lost,
     "download-reply-lost",
     "the answer to a download was lost",
     {.faults = kLost}},
    {M::late_download_request, "late-download-request", "a download-request came late",
     with_faults(kInterleaved, kLate)},
    {M::late_upload, "late-upload", "an upload came late", with_faults(kInterleaved, kLate)},
    {M::late_upload_after_newer, "late-upload-after-newer",
     "an upload came late, after a version made from one that it carries",
     with_faults(kInterleaved, kLate)},
    {M::late_answer, "late-answer", "an answer came that the client no longer waited for",
     with_faults(kInterleaved, kLate)},
    {M::upload_repeated, "upload-repeated", "a copy of an upload came late",
     with_faults(kInterleaved, kDuplicate)},
    {M::upload_refused,
     "upload-refused",
     "the server did not take an uploaded object",
     {.clients = 2, .objects = 2, .shared_keys = true, .protocol = refuses_uploads}},
    {M::full_sync_with_pending,
     "full-sync-with-pending",
     "a full sync of a client with changes pending",
     {.faults = kFullSync}},
    {M::full_sync_with_nothing_pending,
     "full-sync-with-nothing-pending",
     "a full sync of a client without",
     {.faults = kFullSync}},
    {M::offline_during_exchange, "offline-during-exchange", "the link was cut during an exchange",
     with_faults(kInterleaved, kOffline)},
    {M::crash_during_exchange, "crash-during-exchange", "the app was killed during an exchange",
     with_faults(kInterleaved, kCrash)},
    {M::reinstall_with_pending,
     "reinstall-with-pending",
     "changes pending were gone with the app",
     {.faults = kReinstall}},
    {M::restore_undid_writes,
     "restore-undid-writes",
     "a restore changed what the server held",
     {.faults = kRestore}},
    {M::settle_over_three_rounds,
     "settle-over-three-rounds",
     "settle took more than three rounds",
     {.never = true}},
}};

}  // namespace

std::span<const NamedMark, kMarks> marks() { return kNamed; }

bool is_granted(const NamedMark& mark, const Scope& scope, const Protocol& protocol,
                const Strategy& strategy) {
  const MarkNeeds& needs = mark.needs;
  const bool may_be_decided =
      needs.outcome == 0 || (!strategy.is_own() && (strategy.row->outcomes & needs.outcome) != 0);
  return !needs.never && (scope.reachable_faults() & needs.faults) == needs.faults &&
         scope.clients >= needs.clients && scope.objects >= needs.objects &&
         (scope.backend || !needs.backend) && (scope.shared_keys || !needs.shared_keys) &&
         (scope.deletes || !needs.deletes) && (scope.interleave || !needs.interleave) &&
         may_be_decided && (needs.protocol == nullptr || needs.protocol(protocol)) &&
         is_reachable(mark.mark, protocol);
}

}  // namespace tidemark::core
