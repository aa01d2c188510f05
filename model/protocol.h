// A protocol names an algorithm: the page's, of which it is a set of options, or one that has none.
// docs/PROTOCOL.md gives for each option the page's sentence, or marks it as our reading.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/mutant.h"

namespace tidemark::core {

// Who computes: the page's algorithm with the options below, or one that has no options.
enum class Algorithm : std::uint8_t { appsync, hardened, simple };
// "One-way sync: data is only synced from the server to the apps … or from the apps to a server.
// Two-way sync: an app and a backend. Multi-way sync: from multiple devices to a server and back."
enum class SyncType : std::uint8_t { multi_way, two_way, one_way_down, one_way_up };

// After an accepted upload, servercounter_lastsync is: left alone / the counter in the answer /
// that, only if nobody else wrote in between, told by arithmetic.
enum class UploadAckMovesDownloadMark : std::uint8_t { never, always, if_alone };
// counter_lastsync after an ack: the client's counter now / when the upload was built.
enum class UploadAckCovers : std::uint8_t { now, built };
// counter_lastupdate of a received object: 0 / the client's counter if new, else its own.
enum class ReceivedCounter : std::uint8_t { zero, client };
// Timestamps that travelled are stored / only compared.
enum class Timestamps : std::uint8_t { carried, local };
// Who wins a timestamp conflict of equal stamps.
enum class EqualTimestamps : std::uint8_t { server, client };
// A primary-key conflict: the loser leaves the client / the local object takes the incoming guid.
enum class KeyConflict : std::uint8_t { drop_loser, take_guid };
// An upload meets another guid with its key on the server.
enum class UploadKeyClash : std::uint8_t { add, skip_refuse_batch, skip_answer_each };
// The server compares versions on upload: never / with the version that the client last saw.
enum class ServerCheck : std::uint8_t { none, base };
// What a cycle begins with.
enum class CycleOrder : std::uint8_t { download_first, upload_first };

struct Protocol {
  Algorithm algorithm = Algorithm::appsync;
  SyncType sync_type = SyncType::multi_way;
  Mutant mutant = Mutant::none;  // a planted defect
  UploadAckMovesDownloadMark upload_ack_moves_download_mark = UploadAckMovesDownloadMark::never;
  UploadAckCovers upload_ack_covers = UploadAckCovers::now;
  ReceivedCounter received_counter = ReceivedCounter::zero;
  bool overwritten_stays_pending = false;
  Timestamps timestamps = Timestamps::carried;
  EqualTimestamps equal_timestamps = EqualTimestamps::server;
  KeyConflict key_conflict = KeyConflict::drop_loser;
  bool deleted_holds_key = false;
  UploadKeyClash upload_key_clash = UploadKeyClash::add;
  bool empty_upload = false;
  ServerCheck server_check = ServerCheck::none;
  CycleOrder cycle_order = CycleOrder::download_first;
  friend constexpr bool operator==(const Protocol&, const Protocol&) = default;
};

// One option as text: its key, its values in the order of the enumerators, and what it decides.
struct ProtocolOption {
  std::string_view key;
  std::span<const std::string_view> values;
  std::string_view meaning;
  int (*get)(const Protocol&);
  void (*set)(Protocol&, int);
};
std::span<const ProtocolOption> protocol_options();

struct NamedProtocol {
  std::string_view name;
  Protocol protocol;
  std::string_view meaning;
};
std::span<const NamedProtocol> named_protocols();

// The protocol of this name; null if there is none.
const NamedProtocol* find_protocol(std::string_view name);

// Sets one option from `key=value`. Returns what is wrong and what was expected, or nothing.
std::string set_option(Protocol& protocol, std::string_view assignment);

}  // namespace tidemark::core
