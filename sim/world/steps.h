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
  backup_.reset();
  digest_ = {};
  summary_ = {};
  use_notes();
  if constexpr (ReadsScenarios<E>) engine_->read(scenario);
  engine_->install(server_, next_id_++);
  links_.resize(scenario.clients);
  for (Link& link : links_) {
    link.installation = next_id_++;
    engine_->install(link.client, link.installation);
    for (Queue<Letter>& lane : link.lanes) lane.clear();
    link.skew = 0;
    link.online = true;
  }
  versions_.clear();
  versions_.emplace_back();
  shadow_.assign(std::size_t{objects_} * replicas(), Shadow{});
  created_.assign(objects_, 0);
  handled_.clear();
  work_.facts.clear();
  order_.clear();
  seen_ = 1;  // the server is no client
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
  emit(StepBegan{step.replica, step.kind, step.lose, static_cast<std::uint32_t>(place)}, observer);
  const bool did = execute(step, observer);
  ++(did ? summary_.effective_steps : summary_.skipped_steps);
  return did;
}

template <Engine E>
SkipReason World<E>::refusal(const Step& step) const {
  if constexpr (LacksSteps<E>)
    if (engine_->lacks(step)) return SkipReason::engine_lacks_it;
  for (const SkipReason reason : row_of(step.kind).refused_by)
    if (holds(reason, step)) return reason;
  return SkipReason::none;
}

template <Engine E>
bool World<E>::holds(SkipReason reason, const Step& step) const {
  const Replica who = step.replica;
  const auto held = [&] { return find(who, Guid{step.object}); };
  switch (reason) {
    case SkipReason::none:
    case SkipReason::engine_lacks_it:
      return false;
    case SkipReason::not_changed_here:
      return !(who.is_server() ? engine_->takes_changes(server_)
                               : engine_->takes_changes(client(who)));
    case SkipReason::already_created:
      return created({step.object});
    case SkipReason::not_held_live:
      return held() == nullptr || held()->content.isdeleted;
    case SkipReason::not_held_deleted:
      return held() == nullptr || !held()->content.isdeleted;
    case SkipReason::key_is_held:
      return is_key_held(step);
    case SkipReason::offline:
    case SkipReason::already_offline:
      return !online(who);
    case SkipReason::already_online:
      return online(who);
    case SkipReason::exchange_under_way:
      return exchanging(who);
    case SkipReason::nothing_in_flight:
    case SkipReason::nothing_late:
      return letter_of(step) == nullptr;
    case SkipReason::no_backup:
      return backup() == nullptr;
  }
  return false;
}

// Whether the replica holds a live object with the key that the step makes live.
template <Engine E>
bool World<E>::is_key_held(const Step& step) const {
  const Object* own = find(step.replica, Guid{step.object});
  const Key key = step.kind == StepKind::create ? scenario_->key_of(step) : own->identity.pk;
  for (std::uint32_t guid = 0; guid < objects_; ++guid) {
    const Object* other = find(step.replica, Guid{guid});
    if (other != nullptr && !other->content.isdeleted && other->identity.pk == key) return true;
  }
  return false;
}

template <Engine E>
template <class Observer>
bool World<E>::execute(const Step& step, Observer& observer) {
  if (const SkipReason reason = refusal(step); reason != SkipReason::none) {
    emit(StepSkipped{reason}, observer);
    return false;
  }
  const Replica who = step.replica;
  switch (step.kind) {
    case StepKind::create:
    case StepKind::edit:
    case StepKind::remove:
    case StepKind::undelete:
      change(step, observer);
      break;
    case StepKind::sync:
    case StepKind::full_sync:
      begin_cycle(who, step.kind == StepKind::full_sync, observer);
      finish(who, step.lose, observer);
      break;
    case StepKind::begin:
    case StepKind::begin_full:
      begin_cycle(who, step.kind == StepKind::begin_full, observer);
      break;
    case StepKind::deliver:
      deliver(who, observer);
      break;
    case StepKind::finish:
      finish(who, MessageKind::none, observer);
      break;
    case StepKind::drop:
      lose(who, observer);
      break;
    case StepKind::give_up:
      become_late(who, false, observer);
      break;
    case StepKind::duplicate:
      become_late(who, true, observer);
      break;
    case StepKind::arrive:
      arrive(who, observer);
      break;
    case StepKind::offline:
      cut<WentOffline>(who, observer);
      link(who).online = false;
      break;
    case StepKind::online:
      link(who).online = true;
      emit(CameOnline{who}, observer);
      break;
    case StepKind::clock:
      (who.is_server() ? server_skew_ : link(who).skew) += step.seconds;
      digest_.add(static_cast<std::uint64_t>(step.seconds));
      emit(ClockJumped{who}, observer);
      break;
    case StepKind::crash:
      cut<Crashed>(who, observer);
      engine_->crash(link(who).client);
      break;
    case StepKind::reinstall:
      cut<Reinstalled>(who, observer);
      link(who).installation = next_id_++;
      engine_->reinstall(link(who).client, link(who).installation);
      compare_holdings(who, observer);
      break;
    case StepKind::backup:
      if (!backup_) backup_.emplace();
      engine_->backup(server_, *backup_);
      emit(BackedUp{}, observer);
      break;
    case StepKind::restore:
      restore(observer);
      break;
  }
  return true;
}

template <Engine E>
template <class Observer>
void World<E>::change(const Step& step, Observer& observer) {
  const Replica who = step.replica;
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
    engine_->change(server_, made, clock(who));
    ++server_writes_;
  } else {
    engine_->change(link(who).client, made, clock(who));
  }
  if (step.kind == StepKind::create) shadow.identity = made.identity;
  shadow.content = {value, step.kind == StepKind::remove};
  emit(Written{who, guid, value, over}, observer);
  compare_holding(who, guid, observer);
  if constexpr (SendsChanges<E>)
    if (!who.is_server()) send_at_once(who, made, observer);
}

}  // namespace tidemark::core
