// A part of sim/world.h: a world begins, forks, and executes steps.
#pragma once

namespace tidemark::core {

template <Engine E>
void World<E>::reset(const Scenario& scenario) {
  scenario_ = &scenario;
  objects_ = static_cast<std::uint32_t>(scenario.objects.size());
  next_id_ = next_number_ = server_writes_ = 0;
  time_ = kWorldBegins;
  server_skew_ = 0;
  step_ = 0;
  settling_ = false;
  has_backup_ = false;
  digest_ = {};
  summary_ = {};
  use_notes();
  if constexpr (ReadsScenarios<E>) engine_->read(scenario);
  engine_->install(server_, next_id_++);
  links_.resize(scenario.clients);
  for (Link& link : links_) {
    link.installation = next_id_++;
    engine_->install(link.client, link.installation);
    link.in_flight.kind = MessageKind::none;
    link.late.clear();
    link.skew = 0;
    link.online = true;
  }
  versions_.clear();
  versions_.emplace_back();
  shadow_.assign(std::size_t{objects_} * replicas(), Shadow{});
  created_.assign(objects_, 0);
  handled_.clear();
  facts_.clear();
  order_.clear();
  seen_ = 1;  // the server is no client
}

template <Engine E>
void World<E>::become(const World& other) {
  engine_ = other.engine_;
  scenario_ = other.scenario_;
  links_.resize(other.links_.size());
  touched_ = ~0u;
  return_to(other);
}

template <Engine E>
void World<E>::return_to(const World& other) {
  if (touched_ & 1) {
    server_ = other.server_;
    has_backup_ = other.has_backup_;
    if (has_backup_) backup_ = other.backup_;
  }
  for (std::size_t i = 0; i < links_.size(); ++i)
    if (touched_ >> (i + 1) & 1) links_[i].become(other.links_[i]);
  touched_ = 0;
  notes_ = other.notes_;
  versions_ = other.versions_;
  shadow_ = other.shadow_;
  created_ = other.created_;
  handled_ = other.handled_;
  order_ = other.order_;
  seen_ = other.seen_;
  time_ = other.time_;
  server_skew_ = other.server_skew_;
  objects_ = other.objects_;
  next_id_ = other.next_id_;
  next_number_ = other.next_number_;
  server_writes_ = other.server_writes_;
  step_ = other.step_;
  carried_ = other.carried_;
  settling_ = other.settling_;
  digest_ = other.digest_;
  summary_ = other.summary_;
}

template <Engine E>
void World<E>::see_client(Replica client) {
  const std::uint32_t bit = 1u << client.number;
  if (seen_ & bit) return;
  seen_ |= bit;
  order_.push_back(client);
}

template <Engine E>
typename World<E>::FirstCopy World<E>::first_copy(const Letter& letter) const {
  for (const Handled& handled : handled_)
    if (handled.number == letter.number)
      return handled.writes == server_writes_ ? FirstCopy::handled_last
                                              : FirstCopy::handled_before_a_write;
  return FirstCopy::on_its_way;
}

template <Engine E>
template <class Observer>
bool World<E>::apply(std::size_t place, Observer& observer) {
  step_ = place;
  use_notes();
  const Step& step = scenario_->steps[place];
  see_client(step.replica);
  emit({.kind = EventKind::step_began,
        .replica = step.replica,
        .message = step.lose,
        .detail = static_cast<std::uint8_t>(step.kind),
        .number = static_cast<std::uint32_t>(place)},
       observer);
  const bool did = execute(step, observer);
  ++(did ? summary_.effective_steps : summary_.skipped_steps);
  return did;
}

template <Engine E>
template <class Observer>
bool World<E>::execute(const Step& step, Observer& observer) {
  const Replica who = step.replica;
  if constexpr (LacksSteps<E>)
    if (engine_->lacks(step)) return skip(SkipReason::engine_lacks_it, observer);
  switch (step.kind) {
    case StepKind::create:
    case StepKind::edit:
    case StepKind::remove:
    case StepKind::undelete:
      return change(step, observer);
    case StepKind::sync:
    case StepKind::full_sync:
      return cycle(who, step.kind == StepKind::full_sync, true, step.lose, observer);
    case StepKind::begin:
    case StepKind::begin_full:
      return cycle(who, step.kind == StepKind::begin_full, false, MessageKind::none, observer);
    case StepKind::deliver:
    case StepKind::finish:
    case StepKind::drop:
    case StepKind::give_up:
    case StepKind::duplicate:
      if (in_flight(who) == MessageKind::none) return skip(SkipReason::nothing_in_flight, observer);
      if (step.kind == StepKind::deliver) deliver(who, observer);
      if (step.kind == StepKind::finish) finish(who, MessageKind::none, observer);
      if (step.kind == StepKind::drop) lose(who, observer);
      if (step.kind == StepKind::give_up) become_late(who, false, observer);
      if (step.kind == StepKind::duplicate) become_late(who, true, observer);
      return true;
    case StepKind::arrive:
      return arrive(who, observer);
    case StepKind::offline:
      if (!link(who).online) return skip(SkipReason::already_offline, observer);
      cut(who, EventKind::went_offline, observer);
      link(who).online = false;
      return true;
    case StepKind::online:
      if (link(who).online) return skip(SkipReason::already_online, observer);
      link(who).online = true;
      emit({.kind = EventKind::came_online, .replica = who}, observer);
      return true;
    case StepKind::clock:
      (who.is_server() ? server_skew_ : link(who).skew) += step.seconds;
      digest_.add(static_cast<std::uint64_t>(step.seconds));
      emit({.kind = EventKind::clock_jumped, .replica = who}, observer);
      return true;
    case StepKind::crash:
      cut(who, EventKind::crashed, observer);
      engine_->crash(link(who).client);
      return true;
    case StepKind::reinstall:
      cut(who, EventKind::reinstalled, observer);
      link(who).installation = next_id_++;
      engine_->reinstall(link(who).client, link(who).installation);
      compare_holdings(who, observer);
      return true;
    case StepKind::backup:
      touch(kServer);
      engine_->backup(server_, backup_);
      has_backup_ = true;
      emit({.kind = EventKind::backed_up}, observer);
      return true;
    case StepKind::restore:
      if (!has_backup_) return skip(SkipReason::no_backup, observer);
      restore(observer);
      return true;
  }
  return false;
}

template <Engine E>
template <class Replica_>
SkipReason World<E>::refuses(const Replica_& replica, const Step& step) const {
  if (!engine_->takes_changes(replica)) return SkipReason::not_changed_here;
  const Object* own = engine_->find(replica, Guid{step.object});
  Key key{};
  if (step.kind == StepKind::create) {
    if (created_[step.object]) return SkipReason::already_created;
    key = scenario_->key_of(step);
  } else if (step.kind == StepKind::undelete) {
    if (own == nullptr || !own->content.isdeleted) return SkipReason::not_held_deleted;
    key = own->identity.pk;
  } else {
    return own != nullptr && !own->content.isdeleted ? SkipReason::none : SkipReason::not_held_live;
  }
  for (std::uint32_t guid = 0; guid < objects_; ++guid) {
    const Object* other = engine_->find(replica, Guid{guid});
    if (other != nullptr && !other->content.isdeleted && other->identity.pk == key)
      return SkipReason::key_is_held;
  }
  return SkipReason::none;
}

template <Engine E>
template <class Observer>
bool World<E>::change(const Step& step, Observer& observer) {
  const Replica who = step.replica;
  const SkipReason reason =
      who.is_server() ? refuses(server_, step) : refuses(link(who).client, step);
  if (reason != SkipReason::none) return skip(reason, observer);
  time_ += kSecondsPerChange;
  const Guid guid{step.object};
  const Value value{static_cast<std::uint32_t>(versions_.size())};
  Change made{
      .kind = static_cast<ChangeKind>(step.kind), .guid = guid, .value = value, .text = step.value};
  if (step.kind == StepKind::create) {
    created_[step.object] = 1;
    made.identity = scenario_->identity_of(step);
  }
  Shadow& shadow = shadow_of(who, guid);
  const Value over = shadow.content.value;
  versions_.push_back({.kind = static_cast<VersionKind>(step.kind),
                       .writer = who,
                       .installation = who.is_server() ? 0 : link(who).installation,
                       .step = static_cast<std::uint32_t>(step_),
                       .guid = guid,
                       .over = over < value ? over : kNoValue,
                       .text = step.value,
                       .isdeleted = step.kind == StepKind::remove});
  if (who.is_server()) {
    touch(kServer);
    engine_->change(server_, made, clock(who));
    ++server_writes_;
  } else {
    engine_->change(link(who).client, made, clock(who));
  }
  if (step.kind == StepKind::create) shadow.identity = made.identity;
  shadow.content = {value, step.kind == StepKind::remove};
  emit({.kind = EventKind::written, .replica = who, .guid = guid, .value = value, .other = over},
       observer);
  compare_holding(who, guid, observer);
  if constexpr (SendsChanges<E>)
    if (!who.is_server()) send_at_once(who, made, observer);
  return true;
}

}  // namespace tidemark::core
