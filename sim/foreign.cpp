#include "sim/foreign.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <utility>

namespace tidemark::core {
namespace {

static_assert(kObjectProperties.size() == Identity::kProperties);

template <class... Arguments>
[[noreturn]] void fault(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw EngineFault(fmt::format(format, std::forward<Arguments>(arguments)...));
}

MessageKind kind_of(tidemark::MessageKind kind) {
  return static_cast<MessageKind>(static_cast<std::uint8_t>(kind) + 1);
}
constexpr MessageKind answer_to(MessageKind request) {
  return static_cast<MessageKind>(static_cast<std::uint8_t>(request) + 1);
}

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

bool excuses(const Traits& traits, std::string_view word) { return has(traits.excuses, word); }

FeatureSet lacked_features(const Traits& traits) {
  FeatureSet lacked = 0;
  for (const std::string& word : traits.lacks) lacked |= features_named(word);
  return lacked;
}

Foreign::Foreign(std::shared_ptr<tidemark::Engine> engine, std::uint32_t world, States states)
    : engine_(std::move(engine)),
      world_(world),
      states_(states),
      infers_(!engine_->traits().reports_decisions),
      rule_(find_strategy(engine_->traits().strategy)),
      deletes_win_(excuses(engine_->traits(), "deletes-win")),
      deletes_once_(excuses(engine_->traits(), "tombstone-values")),
      // Whether a cycle is told as one step or message by message, an engine cannot know.
      lacked_(lacked_features(engine_->traits()) & ~kUsesInterleaving),
      lacks_edits_(has(engine_->traits().lacks, "edits")),
      lacks_undelete_(has(engine_->traits().lacks, "undelete")),
      session_(std::make_shared<Session>()) {}

// What `handle` returns. What it throws is a fault.
template <class Handle>
auto Foreign::guarded(Handle handle) const {
  try {
    return handle();
  } catch (const EngineFault&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& thrown) {
    fault("the engine threw: {}", thrown.what());
  }
}

Answer Foreign::ask(const Request& request) const {
  return guarded([&] { return engine_->handle(request); });
}

// --- States ---

void Foreign::use(Texts& texts) const { session_->texts = &texts; }
Texts& Foreign::texts() const { return *session_->texts; }

// Asks a replica for something that may change it. Where states are kept, it begins as the replica
// is here (the engine may be in a state of another branch), and the replica then is as it ends.
Answer Foreign::act(Holder& replica, Request request) const {
  request.world = world_;
  request.at = replica_name(replica.replica);
  if (states_ == States::in_the_engine) return ask(request);
  std::vector<Request> requests;
  if (is_elsewhere(replica)) requests.push_back(load_of(replica));
  requests.push_back(request);
  requests.push_back(save_of(replica));
  std::vector<Answer> answers = guarded([&] { return engine_->handle_all(requests); });
  keep(std::move(answers.back()), replica);
  return std::move(answers[answers.size() - 2]);
}

Foreign::State& Foreign::state_in_engine(const Holder& replica) const {
  auto& states = session_->in_engine;
  if (states.size() <= replica.replica.number) states.resize(replica.replica.number + 1u);
  return states[replica.replica.number];
}

bool Foreign::is_elsewhere(const Holder& replica) const {
  const State& there = state_in_engine(replica);
  return there != replica.state && *there != *replica.state;
}

Request Foreign::load_of(const Holder& replica) const {
  return {.operation = Operation::load,
          .world = world_,
          .at = replica_name(replica.replica),
          .state = replica.state.get()};
}
Request Foreign::save_of(const Holder& replica) const {
  return {.operation = Operation::save, .world = world_, .at = replica_name(replica.replica)};
}

void Foreign::keep(Answer&& saved, Holder& replica) const {
  if (!saved.state)
    fault("save: the answer has no 'state', expected all that {} knows",
          replica_name(replica.replica));
  if (!replica.state || *replica.state != *saved.state)
    replica.state = std::make_shared<const std::string>(*std::move(saved.state));
  state_in_engine(replica) = replica.state;
}

void Foreign::load(const Holder& replica) const {
  if (states_ == States::in_the_engine || !is_elsewhere(replica)) return;
  ask(load_of(replica));
  state_in_engine(replica) = replica.state;
}
void Foreign::save(Holder& replica) const {
  if (states_ == States::kept) keep(ask(save_of(replica)), replica);
}

// --- What happens to replicas ---

bool Foreign::lacks(const Step& step) const {
  const bool undeletes = step.kind == StepKind::undelete;
  const bool edits = undeletes || step.kind == StepKind::edit;
  const bool deletes_again =
      deletes_once_ && step.kind == StepKind::remove && texts().deletion({step.object}) != kNoValue;
  return deletes_again || (lacks_edits_ && edits) || (lacks_undelete_ && undeletes) ||
         (features(step) & lacked_) != 0;
}

void Foreign::read(const Scenario& scenario) const {
  texts().begin(scenario);
  ask({.operation = Operation::begin, .world = world_, .clients = scenario.clients});
}

// A world begins with all that was installed in it: begin said so.
void Foreign::install(Server& server, std::uint32_t /*epoch*/) const {
  server = {};
  save(server);
}
void Foreign::install(Client& client, std::uint32_t installation) const {
  client = {};
  client.replica = {static_cast<std::uint8_t>(installation)};
  save(client);
}

void Foreign::reinstall(Client& client, std::uint32_t installation) const {
  const Answer answer = act(client, {.operation = Operation::reinstall, .id = installation});
  Client wiped;
  wiped.replica = client.replica;
  wiped.state = client.state;
  client = std::move(wiped);
  absorb(answer, client);
}

void Foreign::backup(const Server& server, Server& saved) const {
  load(server);
  ask({.operation = Operation::backup, .world = world_});
  saved = server;
}

// A backup is no part of a state: where the world forked, it is made anew.
void Foreign::restore(Server& server, const Server& saved, std::uint32_t epoch) const {
  if (states_ == States::kept) {
    load(saved);
    ask({.operation = Operation::backup, .world = world_});
  }
  const Answer answer = act(server, {.operation = Operation::restore, .id = epoch});
  if (!answer.holds) fault("restore: the answer has no 'holds', expected all that S holds now");
  server.counter = 0;
  absorb(answer, server);
}

void Foreign::change(Holder& replica, const Change& change, Timestamp now) const {
  const std::string_view given = texts().scenario().text(change.text);
  const std::string value = given.empty() ? fmt::format("v{}", change.value.number)
                                          : fmt::format("{}#{}", given, change.value.number);
  if (change.kind == ChangeKind::create) texts().create(change);
  const Object* over = find(replica, change.guid);
  texts().add(change.value, {.text = value,
                             .guid = change.guid,
                             .over = over == nullptr ? kNoValue : over->content.value,
                             .stamp = now,
                             .isdeleted = change.kind == ChangeKind::remove});
  tidemark::Change made{.kind = static_cast<tidemark::ChangeKind>(change.kind),
                        .guid = texts().scenario().objects[change.guid.number],
                        .value = value};
  if (change.kind == ChangeKind::create) {
    const auto properties = texts().scenario().texts_of(change.identity);
    for (std::size_t i = 0; i < properties.size(); ++i)
      made.*kObjectProperties[i].given = properties[i];
  }
  const Answer answer = act(replica, {.operation = Operation::change, .now = now, .change = &made});
  if (!answer.holds) fault("change: the answer has no 'holds', expected all that is held now");
  absorb(answer, replica);
}

// --- Exchanges ---

void Foreign::begin(Client& client, bool full, Timestamp now, Message& request) const {
  Answer answer = act(client, {.operation = Operation::start, .now = now, .full = full});
  if (!answer.send) fault("start: the answer has no 'send', expected the first request");
  request = message_of(std::move(*answer.send), client.replica);
  if (!is_request(request.kind))
    fault("start: send.kind is '{}', expected a request", message_name(request.kind));
  client.exchanging = true;
  absorb(answer, client);
}

void Foreign::handle(Server& server, const Message& request, Timestamp now, Value fresh,
                     Message& answer, Facts& facts) const {
  Answer came = act(server, {.operation = Operation::request,
                             .from = replica_name(request.client),
                             .now = now,
                             .message = request.original.get()});
  const MessageKind expected = answer_to(request.kind);
  if (!came.send) fault("request: the answer has no 'send', expected the answer to it");
  answer = message_of(std::move(*came.send), request.client);
  if (answer.kind != expected)
    fault("request: send.kind is '{}', expected '{}'", message_name(answer.kind),
          message_name(expected));
  const Holder before = server;
  tell(came, before, request, fresh, facts);
  absorb(came, server);
  tell_buried(server, facts);
  if (infers_ && rule_ == nullptr) infer(before, server, request, facts);
}

bool Foreign::handle(Client& client, const Message& answer, Timestamp now, Value fresh,
                     Message& next, Facts& facts) const {
  Answer came =
      act(client, {.operation = Operation::answer, .now = now, .message = answer.original.get()});
  const Holder before = client;
  tell(came, before, answer, fresh, facts);
  absorb(came, client);
  tell_buried(client, facts);
  if (infers_) infer(before, client, answer, facts);
  client.exchanging = came.send.has_value();
  if (!came.send) return false;
  next = message_of(std::move(*came.send), client.replica);
  if (!is_request(next.kind))
    fault("answer: send.kind is '{}', expected a request", message_name(next.kind));
  return true;
}

void Foreign::handle_stale(Client& client, const Message& answer) const {
  absorb(act(client, {.operation = Operation::stale, .message = answer.original.get()}), client);
}

// The client itself knows when its exchange came to its end.
void Foreign::end_exchange(Client& client) const {
  if (!std::exchange(client.exchanging, false)) return;
  absorb(act(client, {.operation = Operation::give_up}), client);
}

void Foreign::crash(Client& client) const {
  client.exchanging = false;
  absorb(act(client, {.operation = Operation::crash}), client);
}

// --- What came of it ---

std::optional<Foreign::Row> Foreign::row_of(const Held& held) const {
  const Guid guid = texts().guid(held.guid);
  const Value value = texts().value_of(guid, held.value, held.isdeleted);
  if (value == kNoValue) return std::nullopt;
  const Identity& created = texts().created(guid).identity;
  Identity::Numbers numbers = created.numbers();
  const auto given = texts().scenario().texts_of(created);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::optional<std::string>& text = held.*kObjectProperties[i].held;
    if (text && *text != given[i]) numbers[i] = texts().property(i, *text);
  }
  return Row{.object = {.guid = guid,
                        .identity = Identity::of(numbers),
                        .content = {value, held.isdeleted}},
             .present = true};
}

void Foreign::absorb(const Answer& answer, Holder& replica) const {
  replica.counter = answer.counter.value_or(replica.counter);
  replica.upload_mark = answer.upload_mark.value_or(replica.upload_mark);
  replica.download_mark = answer.download_mark.value_or(replica.download_mark);
  replica.tells_download_mark |= answer.download_mark.has_value();
  if (!answer.holds) return;
  replica.rows.clear();
  for (const Held& held : *answer.holds) {
    const std::optional<Row> row = row_of(held);
    if (!row) continue;
    if (replica.rows.find(row->object.guid) != nullptr)
      fault("holds: guid '{}' is there twice", held.guid);
    replica.rows.at(row->object.guid) = *row;
  }
}

Foreign::Message Foreign::message_of(tidemark::Message&& message, Replica client) const {
  Message made{.kind = kind_of(message.kind), .client = client};
  for (const tidemark::Version& version : message.objects) {
    const Guid guid = texts().guid(version.guid);
    const Value value = texts().value_of(guid, version.value, version.isdeleted);
    if (value == kNoValue) continue;
    made.objects.push_back({.guid = guid, .content = {value, version.isdeleted}});
  }
  made.original = std::make_shared<const tidemark::Message>(std::move(message));
  if (states_ == States::kept && made.body() == nullptr)
    fault("send.body: it is no std::string, expected one of an engine that snapshots");
  return made;
}

// The tombstone of a key loser goes by the loser's value: which of the two is meant is seen where
// it was.
bool Foreign::is_tombstone(Value value, const Holder& holder, const Message& message) const {
  if (!texts().knows(value) || texts().written(value).isdeleted) return false;
  bool found = false;
  holder.rows.for_each([&](const Row& row) {
    found |= row.object.content.value == value && row.object.content.isdeleted;
  });
  for (const Object& object : message.objects)
    found |= object.content.value == value && object.content.isdeleted;
  return found;
}

void Foreign::tell(const Answer& answer, const Holder& before, const Message& message, Value fresh,
                   Facts& facts) const {
  for (const Decided& decided : answer.decisions) {
    tell_decision(decided, fresh, facts);
    if (facts.back().winner == Winner::merge && answer.holds)
      for (const Held& held : *answer.holds)
        if (held.value == decided.merged) facts.back().kept_guid = texts().guid(held.guid);
  }
  for (const tidemark::Told& told : answer.told) tell_app(told, facts);
  const bool at_server = before.replica.is_server();
  for (const tidemark::Version& version : at_server ? answer.refused : answer.accepted) {
    const Guid guid = texts().guid(version.guid);
    facts.push_back({.kind = at_server ? FactKind::upload_refused : FactKind::upload_accepted,
                     .guid = guid,
                     .local = texts().value_of(guid, version.value, version.isdeleted),
                     .local_is_buried = version.isdeleted && !is_deletion(version)});
  }
  for (Fact& fact : facts) {
    if (fact.kind == FactKind::upload_refused || fact.kind == FactKind::upload_accepted) continue;
    fact.local_is_buried = is_tombstone(fact.local, before, {});
    fact.server_is_buried = is_tombstone(fact.server, {}, message);
    fact.kept_is_buried = is_tombstone(fact.kept, before, message);
  }
}

// Whether it is the deletion that a change wrote, and not the tombstone of a key loser.
bool Foreign::is_deletion(const tidemark::Version& version) const {
  const Value value = texts().find_written(version.value);
  return value == kNoValue || texts().written(value).isdeleted;
}

// The version of a decision, which `field` names.
Value Foreign::written(std::string_view text, std::string_view field) const {
  const Value value = texts().find_written(text);
  if (value == kNoValue) fault("{}: '{}' was never written in this world", field, text);
  return value;
}

void Foreign::tell_decision(const Decided& decided, Value& fresh, Facts& facts) const {
  Fact fact{.kind = FactKind::conflict_resolved,
            .winner = static_cast<Winner>(decided.kept),
            .guid = texts().guid(decided.guid)};
  fact.server_guid = decided.server_guid ? texts().guid(*decided.server_guid) : fact.guid;
  fact.conflict = fact.server_guid == fact.guid ? ConflictKind::object : ConflictKind::primary_key;
  fact.local = written(decided.local, "decisions: local");
  fact.server = written(decided.server, "decisions: server");
  const Timestamp local = texts().stamp(fact.local);
  const Timestamp server = texts().stamp(fact.server);
  fact.stamp_order = stamp_order(local, server);
  fact.kept = fact.winner == Winner::local ? fact.local : fact.server;
  fact.kept_guid = fact.winner == Winner::local ? fact.guid : fact.server_guid;
  if (fact.winner == Winner::merge) {
    if (texts().has_met(decided.merged))
      fault("decisions: the merge '{}' has a value that was there before", decided.merged);
    fact.kept = fresh;
    fact.merged_isdeleted = decided.merged_isdeleted;
    texts().add(fresh, {.text = decided.merged,
                        .guid = fact.kept_guid,
                        .over = fact.local,
                        .over_too = fact.server,
                        .stamp = std::max(local, server),
                        .isdeleted = decided.merged_isdeleted});
    ++fresh.number;
  }
  facts.push_back(fact);
}

void Foreign::tell_app(const tidemark::Told& told, Facts& facts) const {
  Fact fact{.kind = told.merged ? FactKind::change_merged : FactKind::change_overwritten,
            .guid = texts().guid(told.guid)};
  fact.kept_guid = told.kept_guid ? texts().guid(*told.kept_guid) : fact.guid;
  fact.local = texts().value(told.value);
  fact.kept = texts().value(told.kept);
  facts.push_back(fact);
}

// "The loser of a primary-key conflict … is a tombstone with its own value": a tombstone with the
// value of a version that is no deletion.
void Foreign::tell_buried(const Holder& replica, Facts& facts) const {
  replica.rows.for_each([&](const Row& row) {
    const Object& object = row.object;
    if (!object.content.isdeleted || !texts().knows(object.content.value)) return;
    const Texts::Written& one = texts().written(object.content.value);
    if (one.isdeleted || one.is_buried) return;
    texts().bury(object.content.value);
    facts.push_back({.kind = FactKind::key_loser_buried,
                     .guid = object.guid,
                     .kept_guid = object.guid,
                     .local = object.content.value,
                     .kept = object.content.value,
                     .kept_is_buried = true});
  });
}

// --- Decisions that are not reported ---

bool Foreign::follows_rule(Winner winner, const Object& local, const Object& server) const {
  if (rule_ == nullptr) return true;
  if (deletes_win_ && local.content.isdeleted != server.content.isdeleted)
    return local.content.isdeleted == (winner == Winner::local);
  const auto stamped = [&](Object object) {
    object.stamps.lastupdate = texts().stamp(object.content.value);
    return object;
  };
  const Object ours = stamped(local);
  const Object theirs = stamped(server);
  const auto decides = [&](Winner if_equal) {
    return rule_->decide({ConflictKind::object, ours, theirs}, if_equal).winner == winner;
  };
  return decides(Winner::local) || decides(Winner::server);
}

// Where a replica that holds one version got another, neither written over the other, what it holds
// then was chosen.
void Foreign::infer(const Holder& before, const Holder& after, const Message& message,
                    Facts& facts) const {
  const auto decide = [&](const Object& local, const Object& server, Winner winner) {
    if (!texts().compete(local.content.value, server.content.value) ||
        !follows_rule(winner, local, server))
      return;
    const bool kept_local = winner == Winner::local;
    facts.push_back(
        {.kind = FactKind::conflict_resolved,
         .conflict = local.guid == server.guid ? ConflictKind::object : ConflictKind::primary_key,
         .winner = winner,
         .stamp_order =
             stamp_order(texts().stamp(local.content.value), texts().stamp(server.content.value)),
         .guid = local.guid,
         .server_guid = server.guid,
         .kept_guid = kept_local ? local.guid : server.guid,
         .local = local.content.value,
         .server = server.content.value,
         .kept = kept_local ? local.content.value : server.content.value});
  };
  const auto holds = [](const Object* object, const Object& version) {
    return object != nullptr && object->content == version.content;
  };
  for (const Object& carried : message.objects) {
    const Object* now = find(after, carried.guid);
    if (const Object* local = find(before, carried.guid); local != nullptr) {
      if (holds(now, carried)) decide(*local, carried, Winner::server);
      if (holds(now, *local)) decide(*local, carried, Winner::local);
    }
    if (carried.content.isdeleted) continue;
    const Key key = texts().created(carried.guid).identity.pk;
    before.rows.for_each([&](const Row& row) {
      const Object& local = row.object;
      if (local.guid == carried.guid || local.content.isdeleted || local.identity.pk != key) return;
      const bool kept = holds(find(after, local.guid), local);
      const bool came = holds(now, carried);
      if (kept != came) decide(local, carried, kept ? Winner::local : Winner::server);
    });
  }
}

void Foreign::digest(const Holder& replica, Digest& digest) const {
  if (!replica.state) return digest.add(texts().count_digests());
  digest.add(*replica.state);
  digest.add(replica.state->size());
}

}  // namespace tidemark::core
