// Mutants: named, planted defects of the hardened protocol and of the engines of the other sync
// types. Each stands for a bug that real sync engines had; a harness that does not catch it is not
// to be trusted. docs/MUTANTS.md tells each with its shortest trace.
//
// To add one: an enumerator, its row in mutant.cpp, and the line of the engine that it breaks.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tidemark::core {

enum class Mutant : std::uint8_t {
  none,
  // Changes of the app.
  edit_keeps_version,
  change_during_exchange_not_pending,
  unsynced_delete_forgotten,
  // What is stored, and what is not.
  crash_forgets_pending,
  crash_resets_counter,
  crash_moves_mark_back,
  reinstall_keeps_writer,
  full_sync_drops_pending,
  full_sync_deletes,
  full_sync_rewrites,
  // Which objects are sent, and the marks.
  inclusive_mark,
  mark_skips_one,
  upload_keeps_counter,
  backend_keeps_counter,
  same_version_counts,
  filters_by_edit_time,
  mark_kept_after_download,
  mark_saved_only_if_written,
  ack_does_not_move_mark,
  ack_carries_nothing,
  ack_carries_only_refused,
  full_without_tombstones,
  lineage_not_sent,
  server_forgets_lineage,
  server_goes_back,
  asks_again_at_once,
  late_answer_moves_mark,
  late_answer_applied,
  // What a client does with what it receives.
  conflict_stops_import,
  received_is_pending,
  self_conflict,
  lost_ack_conflicts,
  decision_forgets_loser,
  mine_first_when_both,
  loser_uploads_winner,
  delete_beats_edit,
  edit_beats_delete,
  takes_value_keeps_version,
  deletion_not_copied,
  drops_name,
  silent_overwrite,
  tells_accepted,
  unseen_survives_download,
  // Primary keys.
  primary_keys_ignored,
  key_conflict_ignored,
  key_loser_forgotten,
  key_loser_yields,
  silent_key_loser,
  tombstones_last,
  key_clash_added,
  tombstone_holds_key,
  // Uploads and their answers.
  pending_cleared_when_sent,
  ack_covers_later_edit,
  refused_never_retried,
  refusal_poisons_batch,
  blind_upload,
  later_stamp_accepted,
  undelete_stays_deleted,
  client_purges_tombstones,
  server_purges_tombstones,
  // The server restored.
  restore_keeps_epoch,
  old_epoch_download_incremental,
  new_epoch_keeps_clean,
  clean_yields_after_restore,
  // The other sync types.
  two_way_ack_skips_backend,
  down_mark_skips_one,
  up_ack_covers_later_edit,
  simple_keeps_missing_rows,
  simple_add_waits_for_list
};

struct NamedMutant {
  Mutant mutant;
  std::string_view name;
  std::string_view protocol;    // on which it is planted
  std::string_view invariant;   // that must catch it
  std::string_view strategy;    // under which it shows
  std::string_view defect;      // what it does
  std::string_view stands_for;  // the real bug
  // A trace without its head, where random episodes show it too rarely for it to be counted.
  std::string_view steps = {};
  // What one of another sync type is in the hardened engine, which serves them too; none: itself.
  Mutant in_hardened = Mutant::none;

  constexpr bool is_rare() const { return !steps.empty(); }
};
// Without `none`.
std::span<const NamedMutant> mutants();
std::string_view name_of(Mutant mutant);
// What a mutant is in the hardened engine.
Mutant hardened_defect(Mutant mutant);
// The mutant of this name; null if there is none.
const NamedMutant* find_mutant(std::string_view name);

}  // namespace tidemark::core
