// What an engine is, and what happens to its replicas.
#include "sim/features.h"
#include "sim/foreign.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/foreign/fault.h"

namespace tidemark::core {
namespace {

static_assert(kObjectProperties.size() == Identity::kProperties);

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

}  // namespace tidemark::core
