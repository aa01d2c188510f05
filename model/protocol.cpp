#include "model/protocol.h"

#include <array>

namespace tidemark::core {
namespace {

using std::string_view;

constexpr std::array<string_view, 3> kMoves{"never", "always", "if-alone"};
constexpr std::array<string_view, 2> kCovers{"now", "built"};
constexpr std::array<string_view, 2> kReceived{"zero", "client"};
constexpr std::array<string_view, 2> kNoYes{"no", "yes"};
constexpr std::array<string_view, 2> kTimestamps{"carried", "local"};
constexpr std::array<string_view, 2> kEqual{"server", "client"};
constexpr std::array<string_view, 2> kKeyConflict{"drop-loser", "take-guid"};
constexpr std::array<string_view, 3> kClash{"add", "skip-refuse-batch", "skip-answer-each"};
constexpr std::array<string_view, 2> kCheck{"none", "base"};
constexpr std::array<string_view, 2> kOrder{"download-first", "upload-first"};

template <auto Field>
int get(const Protocol& protocol) {
  return static_cast<int>(protocol.*Field);
}
template <auto Field>
void set(Protocol& protocol, int value) {
  using Type = std::remove_reference_t<decltype(protocol.*Field)>;
  protocol.*Field = static_cast<Type>(value);
}
template <auto Field>
constexpr ProtocolOption option(string_view key, std::span<const string_view> values,
                                string_view meaning) {
  return {key, values, meaning, &get<Field>, &set<Field>};
}

using P = Protocol;
constexpr std::array kOptions{
    option<&P::upload_ack_moves_download_mark>(
        "upload-ack-moves-download-mark", kMoves,
        "after an accepted upload, whether servercounter_lastsync becomes the answer's counter"),
    option<&P::upload_ack_covers>(
        "upload-ack-covers", kCovers,
        "counter_lastsync after an ack: the counter at the ack, or when the upload was built"),
    option<&P::received_counter>(
        "received-counter", kReceived,
        "counter_lastupdate of a received object: zero, or the client's counter when it is new"),
    option<&P::overwritten_stays_pending>(
        "overwritten-stays-pending", kNoYes,
        "whether a pending object overwritten by the server's version is uploaded again"),
    option<&P::timestamps>("timestamps", kTimestamps,
                           "whether timestamps that travelled are stored, or only compared"),
    option<&P::equal_timestamps>("equal-timestamps", kEqual,
                                 "who wins a timestamp conflict of equal stamps"),
    option<&P::key_conflict>(
        "key-conflict", kKeyConflict,
        "a primary-key conflict: the loser leaves the client, or the local object takes the guid"),
    option<&P::deleted_holds_key>("deleted-holds-key", kNoYes,
                                  "whether a deleted object still occupies its primary key"),
    option<&P::upload_key_clash>(
        "upload-key-clash", kClash,
        "an upload meets another guid with its key: added beside, or skipped and the batch or the "
        "object refused"),
    option<&P::empty_upload>("empty-upload", kNoYes, "whether an upload of nothing is sent"),
    option<&P::server_check>("server-check", kCheck,
                             "whether the server compares versions on upload"),
    option<&P::cycle_order>("cycle-order", kOrder,
                            "what a cycle begins with; the page: \"the code will break if this "
                            "rule is not honored\""),
};

constexpr Protocol kReference{
    .upload_ack_moves_download_mark = UploadAckMovesDownloadMark::always,
    .upload_ack_covers = UploadAckCovers::now,
    .received_counter = ReceivedCounter::client,
    .overwritten_stays_pending = true,
    .timestamps = Timestamps::local,
    .equal_timestamps = EqualTimestamps::client,
    .key_conflict = KeyConflict::take_guid,
    .deleted_holds_key = true,
    .upload_key_clash = UploadKeyClash::skip_refuse_batch,
    .empty_upload = true,
    .server_check = ServerCheck::none,
};

constexpr Protocol kGuarded{
    .upload_ack_moves_download_mark = UploadAckMovesDownloadMark::if_alone,
    .upload_ack_covers = UploadAckCovers::built,
    .upload_key_clash = UploadKeyClash::skip_answer_each,
};

constexpr Protocol hardened(SyncType sync_type) {
  return {.algorithm = Algorithm::hardened, .sync_type = sync_type};
}

constexpr std::array kProtocols{
    NamedProtocol{"page", Protocol{}, "the page's prose, literally"},
    NamedProtocol{"reference", kReference, "what the appSync code of 2014 does"},
    NamedProtocol{"guarded", kGuarded, "the page with its three cheapest repairs"},
    NamedProtocol{"hardened", hardened(SyncType::multi_way),
                  "holds every invariant under every step"},
    NamedProtocol{"multi-way", hardened(SyncType::multi_way),
                  "the same as hardened: from several apps to the server and back"},
    NamedProtocol{"two-way", hardened(SyncType::two_way),
                  "one app and the backend change things between two cycles of that app"},
    NamedProtocol{"one-way-down", hardened(SyncType::one_way_down),
                  "only the server changes things, the apps receive them"},
    NamedProtocol{"one-way-up", hardened(SyncType::one_way_up),
                  "only the apps change things, each its own, the server receives them"},
    NamedProtocol{"simple", Protocol{.algorithm = Algorithm::simple},
                  "the page's first algorithm: no counters, the whole list each time"},
};

std::string expected(std::span<const string_view> names) {
  std::string text;
  for (string_view name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

const ProtocolOption* find_option(string_view key) {
  for (const ProtocolOption& option : kOptions)
    if (option.key == key) return &option;
  return nullptr;
}

}  // namespace

std::span<const ProtocolOption> protocol_options() { return kOptions; }
std::span<const NamedProtocol> named_protocols() { return kProtocols; }

const NamedProtocol* find_protocol(string_view name) {
  for (const NamedProtocol& named : kProtocols)
    if (named.name == name) return &named;
  return nullptr;
}

std::string set_option(Protocol& protocol, string_view assignment) {
  if (protocol.algorithm != Algorithm::appsync)
    return "'" + std::string(assignment) +
           "' sets an option of the page's algorithm, expected none: this protocol has no options";
  const auto equals = assignment.find('=');
  if (equals == string_view::npos)
    return "'" + std::string(assignment) + "' is no protocol option, expected KEY=VALUE";
  const string_view key = assignment.substr(0, equals);
  const string_view value = assignment.substr(equals + 1);
  const ProtocolOption* option = find_option(key);
  if (option == nullptr)
    return "unknown protocol option '" + std::string(key) +
           "', expected one of those that "
           "'tidemark list' shows";
  for (std::size_t i = 0; i < option->values.size(); ++i) {
    if (option->values[i] != value) continue;
    option->set(protocol, static_cast<int>(i));
    return {};
  }
  return "'" + std::string(value) + "' is no value of " + std::string(key) +
         ", expected one of: " + expected(option->values);
}

}  // namespace tidemark::core
