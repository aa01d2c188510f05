#include "sim/generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>

namespace tidemark::core {
namespace {

std::uint64_t bit(std::uint32_t object) { return std::uint64_t{1} << object; }

}  // namespace

using G = Generator;
constexpr G::DrawRow G::kDrawRows[]{
    {"change", 0, &G::any_replica, &G::change},
    {"delete", kUsesDeletes, &G::any_replica, &G::erase},
    {"undelete", kUsesDeletes, &G::any_replica, &G::undelete},
    {"sync", 0, &G::any_client, &G::sync},
    {"deliver", kUsesInterleaving, &G::any_client, &G::go_on},
    {"finish", kUsesInterleaving, &G::any_client, &G::finish},
    {"lose", fault_bit(Fault::lost), &G::any_client, &G::lose},
    {"give-up", fault_bit(Fault::late), &G::any_client, &G::end_with<StepKind::give_up>},
    {"arrive", fault_bit(Fault::late) | fault_bit(Fault::duplicate), &G::any_client, &G::arrive},
    {"duplicate", fault_bit(Fault::duplicate), &G::any_client, &G::end_with<StepKind::duplicate>},
    {"offline", fault_bit(Fault::offline), &G::any_client, &G::go_offline},
    {"clock", fault_bit(Fault::clock), &G::any_clock, &G::jump},
    {"crash", fault_bit(Fault::crash), &G::any_client, &G::end_with<StepKind::crash>},
    {"reinstall", fault_bit(Fault::reinstall), &G::any_client, &G::reinstall},
    {"backup", fault_bit(Fault::restore), &G::the_server, &G::just<StepKind::backup>},
    {"restore", fault_bit(Fault::restore), &G::the_server, &G::just<StepKind::restore>},
    {"full-sync", fault_bit(Fault::full_sync), &G::any_client, &G::full},
};

std::size_t Generator::draws() {
  static_assert(std::size(kDrawRows) <= kMostDraws);
  return std::size(kDrawRows);
}

std::string print_swarm(const Swarm& swarm) {
  std::string text = fmt::format(
      "clients {} · objects {} · steps {} · shared keys {} · backend {} % · return {} % · weights",
      swarm.clients, swarm.objects, swarm.steps, swarm.keys, swarm.backend_share,
      swarm.return_share);
  for (std::size_t i = 0; i < Generator::draws(); ++i)
    if (swarm.weights[i] > 0)
      text += fmt::format(" {}:{}", Generator::kDrawRows[i].name, swarm.weights[i]);
  return text;
}

Generator::Generator(const Scope& scope) : scope_(scope) {
  scenario_.clients = scope.clients;
  scenario_.settle_rounds = scope.settle_rounds;
  take_texts();
}

void Generator::take_texts() {
  keys_.clear();
  values_.clear();
  const std::vector<std::string> usual{"k1", "k2", "k3"};
  if (scope_.shared_keys || !scope_.keys.empty())
    for (const std::string& key : scope_.keys.empty() ? usual : scope_.keys)
      keys_.push_back(scenario_.intern(key));
  for (const std::string& value : scope_.values) values_.push_back(scenario_.intern(value));
}

void Generator::start(std::uint64_t seed) {
  random_ = Random(seed);
  guesses_.fill({});
  created_ = 0;
  last_object_ = changes_since_ = 0;
  key_to_repeat_ = 0;
  turn_ = kServer;
  choose_swarm();
}

const Scenario& Generator::generate(std::uint64_t seed) {
  scenario_.steps.clear();
  start(seed);
  name_objects();
  fill_table();
  while (scenario_.steps.size() < swarm_.steps) draw_step();
  scenario_.steps.resize(swarm_.steps);
  order_objects(scenario_);
  return scenario_;
}

const Scenario& Generator::follow(const Scenario& prefix, std::uint32_t steps, std::uint64_t seed) {
  scenario_ = prefix;
  take_texts();
  start(seed);
  swarm_.clients = prefix.clients;
  swarm_.objects = static_cast<std::uint32_t>(prefix.objects.size());
  fill_table();
  for (const Step& step : prefix.steps) observe(step);
  const std::size_t whole = prefix.steps.size() + steps;
  while (scenario_.steps.size() < whole) draw_step();
  scenario_.steps.resize(whole);
  order_objects(scenario_);
  return scenario_;
}

// What a step that was not drawn makes of the guesses.
void Generator::observe(const Step& step) {
  if (is_change(step.kind)) return observe_change(step);
  Guess& guessed = guess(step.replica);
  const bool in_flight = guessed.in_flight > 0;
  if (step.kind == StepKind::arrive && guessed.late > 0) --guessed.late;
  if ((step.kind == StepKind::give_up || step.kind == StepKind::duplicate) && in_flight)
    ++guessed.late;
  if (step.kind == StepKind::reinstall)
    guessed = {.late = guessed.late, .offline = guessed.offline};
  if (step.kind == StepKind::offline) guessed.offline = true;
  if (step.kind == StepKind::online) {
    guessed.offline = false;
    guessed.in_flight = 0;
  }
  switch (row_of(step.kind).exchange) {
    case InExchange::whole:
      if (!guessed.offline && step.lose == MessageKind::none) exchange_holdings(step.replica);
      guessed.in_flight = 0;
      return;
    case InExchange::begins:
      guessed.in_flight = guessed.offline ? 0 : 1;
      return;
    case InExchange::moves:
      if (in_flight) deliver_one(step.replica);
      return;
    case InExchange::finishes:
      if (in_flight) end_exchange(step.replica);
      return;
    case InExchange::ends:
    case InExchange::cuts:
      guessed.in_flight = 0;
      return;
    case InExchange::nothing:
      return;
  }
}

void Generator::observe_change(const Step& step) {
  Guess& guessed = guess(step.replica);
  const bool removes = step.kind == StepKind::remove;
  (removes ? guessed.live : guessed.deleted) &= ~bit(step.object);
  (removes ? guessed.deleted : guessed.live) |= bit(step.object);
  created_ |= bit(step.object);
  last_object_ = step.object;
  guessed.pending = true;
}

void Generator::choose_swarm() {
  swarm_ = {};
  const std::uint8_t fewest = std::min<std::uint8_t>(2, scope_.clients);
  swarm_.clients =
      random_.one_in(4)
          ? static_cast<std::uint8_t>(1 + random_.below(scope_.clients))
          : static_cast<std::uint8_t>(fewest + random_.below(scope_.clients - fewest + 1u));
  const std::uint32_t most = random_.one_in(3) ? scope_.objects : std::min(scope_.objects, 3u);
  swarm_.objects = 1 + random_.below(most);
  swarm_.steps = scope_.steps - random_.below(scope_.steps / 2 + 1);
  const auto most_keys = static_cast<std::uint32_t>(std::min<std::size_t>(keys_.size(), 255));
  // Keys that are given are used; else objects may all have keys of their own.
  if (scope_.shared_keys)
    swarm_.keys = static_cast<std::uint8_t>(scope_.keys.empty() ? random_.below(most_keys + 1)
                                                                : 1 + random_.below(most_keys));
  swarm_.backend_share = scope_.backend && random_.one_in(2)
                             ? static_cast<std::uint8_t>(5 + random_.below(40))
                             : std::uint8_t{0};
  swarm_.return_share = static_cast<std::uint8_t>(30 + random_.below(70));
  const FeatureSet granted = features(scope_);
  for (std::size_t i = 0; i < Generator::draws(); ++i) {
    const FeatureSet needs = kDrawRows[i].needs;
    if ((needs == 0 || (needs & granted) != 0) && random_.percent(60))
      swarm_.weights[i] = static_cast<std::uint8_t>(1u << random_.below(5));
  }
  const auto at_least = [&](Draw draw, std::uint8_t weight) {
    std::uint8_t& chosen = swarm_.weights[static_cast<std::size_t>(draw)];
    chosen = std::max(chosen, weight);
  };
  at_least(Draw::change, 8);
  if (swarm_.weights[static_cast<std::size_t>(Draw::move_on)] < 8) at_least(Draw::cycle, 8);
  if (swarm_.weights[static_cast<std::size_t>(Draw::give_up)] +
          swarm_.weights[static_cast<std::size_t>(Draw::duplicate)] >
      0)
    at_least(Draw::arrive, 4);
  if (swarm_.weights[static_cast<std::size_t>(Draw::restore)] > 0) at_least(Draw::back_up, 2);
}

void Generator::name_objects() {
  scenario_.objects.resize(std::min<std::size_t>(scenario_.objects.size(), swarm_.objects));
  while (scenario_.objects.size() < swarm_.objects)
    scenario_.objects.push_back(fmt::format("o{}", scenario_.objects.size() + 1));
}

void Generator::fill_table() {
  std::uint32_t total = 0;
  for (const std::uint8_t weight : swarm_.weights) total += weight;
  std::size_t slot = 0;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < Generator::draws(); ++i) {
    sum += swarm_.weights[i];
    const std::size_t end = (sum * kDrawTable + total - 1) / total;
    while (slot < end) table_[slot++] = static_cast<Draw>(i);
  }
}

void Generator::draw_step() {
  const Draw draw = table_[random_.below(kDrawTable)];
  const DrawRow& row = kDrawRows[static_cast<std::size_t>(draw)];
  (this->*row.make)((this->*row.who)());
}

void Generator::arrive(Replica client) {
  if (guess(client).late == 0) return move_on(client, false);
  --guess(client).late;
  add(StepKind::arrive, client);
}

void Generator::reinstall(Replica client) {
  guess(client) = {.late = guess(client).late, .offline = guess(client).offline};
  add(StepKind::reinstall, client);
}

void Generator::full(Replica client) {
  if (scope_.interleave && random_.one_in(2)) return move_on(client, true);
  cycle(client, StepKind::full_sync, MessageKind::none);
}

Replica Generator::any_replica() {
  return random_.percent(swarm_.backend_share) ? kServer : any_client();
}

// Who makes a change where this one was drawn to make it.
Replica Generator::changer(Replica drawn) {
  if (drawn.is_server() || !scope_.client_changes) return kServer;
  return !scope_.turns || takes_turn(drawn) ? drawn : turn_;
}

// Whether it is this client's turn to make changes, or has just become so.
bool Generator::takes_turn(Replica client) {
  if (turn_ != client && turn_ != kServer) {
    if (!random_.one_in(4)) return false;
    sync_for_turn(turn_);
    sync_for_turn(client);
  }
  turn_ = client;
  return true;
}

// A whole sync, whatever was under way.
void Generator::sync_for_turn(Replica client) {
  if (guess(client).offline) go_offline(client);
  if (scope_.interleave) add(StepKind::finish, client);
  guess(client).in_flight = 0;
  cycle(client, StepKind::sync, MessageKind::none);
}

// Where the backend changes nothing, the server still has a clock.
Replica Generator::any_clock() {
  return !scope_.backend && random_.one_in(4) ? kServer : any_replica();
}

// One of a set of objects; the set is not empty.
std::uint32_t Generator::pick(std::uint64_t objects) {
  std::uint32_t skip = random_.below(static_cast<std::uint32_t>(std::popcount(objects)));
  while (skip-- > 0) objects &= objects - 1;
  return static_cast<std::uint32_t>(std::countr_zero(objects));
}

// A new object while there are any, more readily where the replica holds nothing; else an edit.
void Generator::change(Replica replica) {
  replica = changer(replica);
  const std::uint64_t held = guess(replica).live;
  const auto next = static_cast<std::uint32_t>(std::popcount(created_));
  const bool may_create = next < swarm_.objects;
  if (may_create && (held == 0 || key_to_repeat_ != 0 || random_.one_in(4)))
    return create(replica, next);
  const bool may_edit = replica.is_server() || scope_.client_edits;
  if (!may_edit && may_create) return create(replica, next);
  if (held == 0 || !may_edit)
    return cycle(replica.is_server() ? any_client() : replica, StepKind::sync, MessageKind::none);
  edit(replica, held);
}

void Generator::create(Replica replica, std::uint32_t object) {
  Step step{.kind = StepKind::create, .replica = replica, .object = object};
  step.pk = key_of(object);
  step.value = any_value();
  add(step);
  created_ |= bit(object);
  guess(replica).live |= bit(object);
  guess(replica).pending = true;
  last_object_ = object;
  changes_since_ = 0;
}

// Shared keys, often the same twice in a row; else one for each of the first objects.
TextId Generator::key_of(std::uint32_t object) {
  if (swarm_.keys == 0) return object < keys_.size() && !scope_.shared_keys ? keys_[object] : 0;
  const TextId key = key_to_repeat_ != 0 ? key_to_repeat_ : keys_[random_.below(swarm_.keys)];
  key_to_repeat_ = key_to_repeat_ == 0 && random_.one_in(2) ? key : 0;
  return key;
}

void Generator::edit(Replica replica, std::uint64_t held) {
  const bool returns = (held & bit(last_object_)) && random_.percent(swarm_.return_share);
  const std::uint32_t object = returns ? last_object_ : pick(held);
  add({.kind = StepKind::edit, .replica = replica, .object = object, .value = any_value()});
  guess(replica).pending = true;
  changes_since_ = object == last_object_ ? 0 : changes_since_ + 1;
  if (random_.one_in(2)) last_object_ = object;
}

void Generator::erase(Replica replica) {
  replica = changer(replica);
  Guess& guessed = guess(replica);
  if (guessed.live == 0) return change(replica);
  const bool returns = (guessed.live & bit(last_object_)) && random_.percent(swarm_.return_share);
  const std::uint32_t object = returns ? last_object_ : pick(guessed.live);
  add({.kind = StepKind::remove, .replica = replica, .object = object});
  guessed.live &= ~bit(object);
  guessed.deleted |= bit(object);
  guessed.pending = true;
  ++changes_since_;
}

void Generator::undelete(Replica replica) {
  replica = changer(replica);
  Guess& guessed = guess(replica);
  const bool may_undelete = replica.is_server() || scope_.client_edits;
  if (guessed.deleted == 0 || !may_undelete) return change(replica);
  const std::uint32_t object = pick(guessed.deleted);
  add({.kind = StepKind::undelete, .replica = replica, .object = object, .value = any_value()});
  guessed.deleted &= ~bit(object);
  guessed.live |= bit(object);
  guessed.pending = true;
  ++changes_since_;
}

// After a whole exchange client and server are thought to hold the same.
void Generator::exchange_holdings(Replica client) {
  Guess& mine = guess(client);
  Guess& server = guess(kServer);
  mine.deleted = server.deleted |= mine.deleted;
  mine.live = server.live = (server.live | mine.live) & ~server.deleted;
  mine.pending = false;
}

void Generator::cycle(Replica client, StepKind kind, MessageKind lose) {
  if (guess(client).in_flight > 0) return finish(client);
  add({.kind = kind, .replica = client, .lose = lose});
  if (guess(client).offline) return;
  const bool pending = guess(client).pending && lose != MessageKind::none;
  exchange_holdings(client);
  guess(client).pending = pending;
}

void Generator::move_on(Replica client, bool full) {
  if (!scope_.interleave) return cycle(client, StepKind::sync, MessageKind::none);
  Guess& guessed = guess(client);
  if (guessed.in_flight == 0) {
    add(full ? StepKind::begin_full : StepKind::begin, client);
    guessed.in_flight = guessed.offline ? 0 : 1;
    return;
  }
  add(StepKind::deliver, client);
  deliver_one(client);
}

// A message of the exchange under way arrives; with something to upload there are four of them.
void Generator::deliver_one(Replica client) {
  Guess& guessed = guess(client);
  const std::uint8_t last = guessed.pending ? 4 : 2;
  if (++guessed.in_flight > last) end_exchange(client);
}

void Generator::end_exchange(Replica client) {
  guess(client).in_flight = 0;
  exchange_holdings(client);
}

void Generator::finish(Replica client) {
  if (!scope_.interleave || guess(client).in_flight == 0)
    return cycle(client, StepKind::sync, MessageKind::none);
  add(StepKind::finish, client);
  end_exchange(client);
}

void Generator::lose(Replica client) {
  if (guess(client).in_flight > 0) return end_in_flight(client, StepKind::drop);
  const bool uploads = guess(client).pending && random_.one_in(2);
  const auto message =
      static_cast<MessageKind>(1 + (uploads ? 2 + random_.below(2) : random_.below(4)));
  cycle(client,
        random_.one_in(4) && scope_.has(Fault::full_sync) ? StepKind::full_sync : StepKind::sync,
        message);
}

// A step that concerns the message in flight; where there is none yet, a cycle begins. If there is
// something to upload, the upload is often what it concerns.
void Generator::end_in_flight(Replica client, StepKind kind) {
  Guess& guessed = guess(client);
  const bool to_upload =
      scope_.interleave && guessed.pending && !guessed.offline && random_.one_in(2);
  if (guessed.in_flight == 0 && kind != StepKind::crash && !to_upload)
    return move_on(client, false);
  const std::uint8_t message = random_.one_in(3) ? 4 : 3;
  while (to_upload && guessed.in_flight < message) move_on(client, false);
  const bool upload = guessed.in_flight == 3;
  add(kind, client);
  if (kind == StepKind::give_up || kind == StepKind::duplicate) ++guessed.late;
  if (kind != StepKind::duplicate) guessed.in_flight = 0;
  if (kind == StepKind::give_up && upload && random_.one_in(2)) overtake_late_upload(client);
}

// What the client uploads again, and then changes, overtakes its late upload.
void Generator::overtake_late_upload(Replica client) {
  cycle(client, StepKind::sync, MessageKind::none);
  const bool may_edit = guess(client).live != 0 && scope_.client_edits && changer(client) == client;
  // A turn that is passed on may have brought deletions.
  if (!may_edit || guess(client).live == 0) return;
  edit(client, guess(client).live);
  cycle(client, StepKind::sync, MessageKind::none);
  if (guess(client).late == 0) return;
  --guess(client).late;
  add(StepKind::arrive, client);
}

void Generator::go_offline(Replica client) {
  Guess& guessed = guess(client);
  add(guessed.offline ? StepKind::online : StepKind::offline, client);
  guessed.offline = !guessed.offline;
  guessed.in_flight = 0;
}

// Often just so far back that the next change here gets the stamp of the last one elsewhere.
void Generator::jump(Replica replica) {
  constexpr std::array<std::int64_t, 6> kFar{10, 60, 3600, -60, -3600, 86400};
  const bool equal = random_.one_in(2);
  const std::int64_t seconds =
      equal ? -10 * (std::int64_t{changes_since_} + 1) : kFar[random_.below(kFar.size())];
  add({.kind = StepKind::clock, .replica = replica, .seconds = seconds});
  if (equal && (scope_.backend || !replica.is_server())) change(replica);
}

}  // namespace tidemark::core
