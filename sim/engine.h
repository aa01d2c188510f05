// The door between the world and a sync engine. What travels is opaque to the world: it moves
// messages, and asks an engine only which objects a message carries and which a replica holds.
#pragma once

#include <concepts>
#include <utility>

#include "base/digest.h"
#include "model/change.h"
#include "model/fact.h"
#include "model/message.h"
#include "sim/scenario.h"

namespace tidemark::core {

// An engine is a pure state machine: it reads no clock, draws no random number, and keeps what it
// knows in Client and Server, which are plain values.
template <class E>
concept Engine = std::equality_comparable<typename E::Client> &&
    std::copyable<typename E::Client> && std::copyable<typename E::Server> &&
    requires(const E& engine, typename E::Client& client, typename E::Server& server,
             typename E::Server& saved, const typename E::Message& in, typename E::Message& out,
             const Change& change, Timestamp now, Value fresh, Facts& facts, Digest& digest,
             bool full, std::uint32_t id, Guid guid) {
  // A new client, a new server; `id` was never used before. What was there before is forgotten.
  engine.install(client, id);
  engine.install(server, id);
  // All of the client's data is gone; the new installation is handed a fresh id.
  engine.reinstall(client, id);
  // The server's data is saved, and later is as it was saved again, under a fresh epoch.
  engine.backup(std::as_const(server), saved);
  engine.restore(server, std::as_const(saved), id);
  // Whether the app, or the web backend, makes changes at all.
  { engine.takes_changes(client) } -> std::same_as<bool>;
  { engine.takes_changes(server) } -> std::same_as<bool>;
  // A change by the app, or in the web backend.
  engine.change(client, change, now);
  engine.change(server, change, now);
  // A cycle starts: writes the first request. Requires: no exchange is under way.
  engine.begin(client, full, now, out);
  // The server handles a request and writes the answer. Versions made by merges, here and below,
  // take the values from `fresh` on, in order.
  engine.handle(server, in, now, fresh, out, facts);
  // The client handles the answer that it waits for; returns whether it wrote a next request.
  { engine.handle(client, in, now, fresh, out, facts) } -> std::same_as<bool>;
  // An answer that the client no longer waits for.
  engine.handle_stale(client, in);
  // The client gives up waiting.
  engine.end_exchange(client);
  // The app is killed: what was stored stays, and the exchange ends.
  engine.crash(client);
  { engine.kind(in) } -> std::same_as<MessageKind>;
  { engine.find(client, guid) } -> std::same_as<const Object*>;
  { engine.find(server, guid) } -> std::same_as<const Object*>;
  // Adds to a digest all that the behaviour of the replica depends on.
  engine.digest(client, digest);
  engine.digest(server, digest);
};

// An engine may want to know beforehand of which clients, objects and texts a run will speak.
template <class E>
concept ReadsScenarios = requires(const E& engine, const Scenario& scenario) {
  engine.read(scenario);
};

// An engine may have less than all steps.
template <class E>
concept LacksSteps = requires(const E& engine, const Step& step) {
  { engine.lacks(step) } -> std::same_as<bool>;
};

// An engine may keep its marks to itself.
template <class E>
concept MayHideMarks = requires(const typename E::Client& client) {
  // Whether this client ever said up to where it has downloaded.
  { E::tells_servercounter_lastsync(client) } -> std::same_as<bool>;
};

// An engine may note something of a world as a whole, beside its replicas: a plain value. The world
// keeps it, and hands it in before it asks for anything.
template <class E>
concept TakesNotes = std::copyable<typename E::Notes> &&
    requires(const E& engine, typename E::Notes& notes) {
  engine.use(notes);
};
// What an engine notes of a world: nothing, of most.
template <class E>
struct NotesOf {
  struct Type {};
};
template <TakesNotes E>
struct NotesOf<E> {
  using Type = typename E::Notes;
};

// An engine may also send what the app changes at once, in an exchange of its own.
template <class E>
concept SendsChanges = requires(const E& engine, typename E::Client& client, const Change& change,
                                typename E::Message& out) {
  // Writes the request for a change that was just made, and returns whether there is one.
  // Requires: no exchange is under way.
  { engine.begin_change(client, change, out) } -> std::same_as<bool>;
};

}  // namespace tidemark::core
