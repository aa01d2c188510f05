// An engine of your own, as Tidemark drives it: requests in, answers out.
//
// An engine hosts one server and its clients, in one or more worlds, and does one thing for each
// request. It reads no clock, draws no random number and starts no thread. What travels is its own
// business: the harness keeps messages, copies them, loses them and hands them back.
//
// The same requests as JSON Lines, for an engine in any language, with the meaning of every field:
// docs/ADAPTERS.md.
#pragma once

#include <any>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tidemark/words.h>

namespace tidemark {

// A version of an object. Every change writes a value that was never written before.
struct Version {
  std::string guid;
  std::string value;
  bool isdeleted = false;
  friend bool operator==(const Version&, const Version&) = default;
};

// What a replica holds of an object. `pk` and `name` are set at creation and never changed;
// nothing: the engine does not store them.
struct Held {
  std::string guid;
  std::optional<std::string> pk = {};
  std::optional<std::string> name = {};
  std::string value = {};
  bool isdeleted = false;
  friend bool operator==(const Held&, const Held&) = default;
};

enum class MessageKind : std::uint8_t {
  download_request,
  download_reply,
  upload_request,
  upload_ack
};

// What travels between one client and the server.
struct Message {
  MessageKind kind = MessageKind::download_request;
  // The engine's own: a value, that may arrive late, and twice. Of an engine that snapshots a
  // std::string: bodies are alike where their texts are equal.
  std::any body = {};
  std::vector<Version> objects = {};  // the versions whose content it carries
};

enum class ChangeKind : std::uint8_t { create, edit, remove, undelete };

// A change that the app, or the web backend, makes to one object.
struct Change {
  ChangeKind kind = ChangeKind::create;
  std::string guid;
  std::string pk = {};    // create only
  std::string name = {};  // create only
  std::string value = {};
};

// The properties of an object that are set at its creation: as a change gives them, and as a
// replica holds them.
struct ObjectProperty {
  const char* name;
  std::string Change::*given;
  std::optional<std::string> Held::*held;
};
inline constexpr std::array<ObjectProperty, 2> kObjectProperties{
    {{"pk", &Change::pk, &Held::pk}, {"name", &Change::name, &Held::name}}};

enum class Operation : std::uint8_t {
  begin,    // a new world: an empty server, and clients that were just installed
  change,   // the app makes a change
  start,    // a client starts a cycle
  request,  // a message of a client arrives at the server
  answer,   // the answer that a client waits for arrives
  stale,    // an answer arrives that the client waits for no longer
  give_up,  // a client gives up waiting
  crash,
  reinstall,
  backup,
  restore,
  save,  // (of engines that snapshot) all that a replica knows, as text
  load   // (of engines that snapshot) a replica is as it was when it was saved
};

// One thing to do. A field that the operation does not need is empty.
struct Request {
  Operation operation = Operation::begin;
  std::uint32_t world = 0;
  ReplicaName at = kServerName;        // the replica that acts
  ReplicaName from = kServerName;      // request: the client that sent it
  Seconds now = 0;                     // change, start, request, answer: the clock of that replica
  std::uint8_t clients = 0;            // begin: so many, from A on
  std::uint32_t id = 0;                // reinstall: of the installation; restore: of the epoch
  bool full = false;                   // start: a full sync
  const Change* change = nullptr;      // change
  const Message* message = nullptr;    // request, answer, stale
  const std::string* state = nullptr;  // load
};

enum class Kept : std::uint8_t { local, server, merge };

// A conflict that a strategy decided.
struct Decided {
  std::string guid;                             // of `local`
  std::string local;                            // the value that was there
  std::optional<std::string> server_guid = {};  // another guid: a primary-key conflict
  std::string server;                           // the value that came in a message
  Kept kept = Kept::server;
  std::string merged = {};  // of a merge: the value that was made, never written before
  bool merged_isdeleted = false;
};

// The app was told that its version `value` was given up for `kept`.
struct Told {
  std::string guid;
  std::string value;
  std::optional<std::string> kept_guid = {};  // nothing: the same guid
  std::string kept;
  bool merged = false;  // it went into the merge `kept`
};

// What came of a request.
struct Answer {
  std::optional<Message> send = {};
  // All that the replica which acted holds now; nothing: as it was.
  std::optional<std::vector<Held>> holds = {};
  std::vector<Decided> decisions = {};
  std::vector<Told> told = {};
  std::vector<Version> accepted = {};  // at a client: the server's answer says that it took these
  std::vector<Version> refused = {};   // at the server: it did not take these
  std::optional<std::uint64_t> counter = {};
  std::optional<std::uint64_t> counter_lastsync = {};
  std::optional<std::uint64_t> servercounter_lastsync = {};
  // save: what load is handed. Two states with equal texts are one. A backup is no part of it.
  std::optional<std::string> state = {};
};

// What is known of an engine before it runs.
struct Traits {
  std::string name;
  std::string version = {};
  std::uint32_t worlds = 1;             // so many may be under way at the same time
  std::string strategy = "own";         // server-, client-, timestamp-priority, or another rule
  bool reports_decisions = false;       // in Answer::decisions
  std::vector<std::string> lacks = {};  // steps that it does not have, by the words of ADAPTERS.md
  std::vector<std::string> excuses = {};  // what is not to be judged, or more mildly
  bool snapshots = false;                 // save and load are understood
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual const Traits& traits() const = 0;
  virtual Answer handle(const Request& request) = 0;
  // What was exchanged with it last, the newest line last, for people who look for its fault.
  virtual std::vector<std::string> transcript() const { return {}; }
  // The answers to several, one done after the other; an engine in another process is waited for
  // once.
  virtual std::vector<Answer> handle_all(std::span<const Request> requests) {
    std::vector<Answer> answers;
    for (const Request& each : requests) answers.push_back(handle(each));
    return answers;
  }
};

}  // namespace tidemark
