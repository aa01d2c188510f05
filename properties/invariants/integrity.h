// integrity: no replica holds a value, key or name that nobody wrote and no strategy made. Counters
// never run backwards but in a restore; marks only in a full sync, a reinstall, a restore, or when
// a client meets an epoch of the server that it did not know: the first answer of an epoch that
// moves a mark may move it anywhere. An answer that the client no longer
// waits for leaves the client as it was. A second copy of a request leaves the server's objects as
// the first one left them, unless another write came in between.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "properties/history.h"
#include "properties/verdict.h"

namespace tidemark::core {

class Integrity {
 public:
  template <class World>
  void reset(const World& world) {
    tides_.assign(world.replicas(), {});
    written_.assign(world.objects(), {});
  }

  template <class World>
  void on(const Event& event, const World& world, const History& history, Verdict& verdict) {
    switch (event.kind) {
      case EventKind::written:
        note_written(event, world);
        check_tide(event.replica, MessageKind::none, world, history, verdict);
        break;
      case EventKind::held:
        check_held(event, world, history, verdict);
        break;
      case EventKind::message_arrived:
        check_arrived(event, world, history, verdict);
        break;
      case EventKind::cycle_began:
        if (event.detail) forget_marks(event.replica);
        break;
      case EventKind::reinstalled:
        tides_[event.replica.number] = {};
        break;
      case EventKind::restored:
        tides_[kServer.number] = {};
        break;
      case EventKind::stale_changed_client:
        break_at(BreachKind::stale_answer_applied, event, world, history, verdict);
        break;
      case EventKind::repeat_changed_server:
        break_at(BreachKind::repeat_not_idempotent, event, world, history, verdict);
        break;
      default:
        break;
    }
  }

  // The counter of a replica, and the two marks of a client, as they were seen last.
  struct Tide {
    std::uint64_t counter = 0;
    std::uint64_t counter_lastsync = 0;
    std::uint64_t servercounter_lastsync = 0;
    std::uint32_t epoch = 0;  // of the server, in which servercounter_lastsync was set
  };
  const Tide& tide(Replica replica) const { return tides_[replica.number]; }

 private:
  struct Written {
    Identity identity;
    bool created = false;
  };

  void forget_marks(Replica client) {
    tides_[client.number].counter_lastsync = tides_[client.number].servercounter_lastsync = 0;
  }

  template <class World>
  void note_written(const Event& event, const World& world) {
    const Version& version = world.versions()[event.value.number];
    if (version.kind != VersionKind::create) return;
    const Step& create = world.scenario().steps[version.step];
    written_[event.guid.number] = {world.scenario().identity_of(create), true};
  }

  template <class World>
  void check_held(const Event& event, const World& world, const History& history,
                  Verdict& verdict) const {
    const Object* object = world.find(event.replica, event.guid);
    if (object == nullptr) return;
    const auto& versions = world.versions();
    const Value version = event.value;
    const bool written = version != kNoValue && version.number < versions.size() &&
                         versions[version.number].isdeleted == object->content.isdeleted &&
                         was_written(*object);
    if (!written) break_at(BreachKind::unwritten, event, world, history, verdict);
  }

  // Under take-guid an object may go on under another guid than it was created with.
  bool was_written(const Object& object) const {
    const Written& own = written_[object.guid.number];
    if (own.created && own.identity == object.identity) return true;
    for (std::size_t i = 0; i < Identity::kProperties; ++i) {
      const std::uint32_t number = object.identity.numbers()[i];
      if (std::none_of(written_.begin(), written_.end(), [&](const Written& other) {
            return other.created && other.identity.numbers()[i] == number;
          }))
        return false;
    }
    return true;
  }

  template <class World>
  void check_arrived(const Event& event, const World& world, const History& history,
                     Verdict& verdict) {
    if (is_request(event.message))
      check_tide(kServer, event.message, world, history, verdict);
    else if (!(event.detail & kLate))
      check_tide(event.replica, event.message, world, history, verdict);
  }

  // After `replica` changed, on a message or by itself.
  template <class World>
  void check_tide(Replica replica, MessageKind message, const World& world, const History& history,
                  Verdict& verdict) {
    using Engine = std::remove_cvref_t<decltype(world.engine())>;
    if constexpr (requires { Engine::counter(world.server()); }) {
      Tide now = tides_[replica.number];
      if (replica.is_server()) {
        now.counter = Engine::counter(world.server());
      } else {
        now.counter = Engine::counter(world.client(replica));
        now.counter_lastsync = Engine::counter_lastsync(world.client(replica));
        now.servercounter_lastsync = Engine::servercounter_lastsync(world.client(replica));
      }
      const Tide before = tides_[replica.number];
      const bool sets_mark = message == MessageKind::download_reply ||
                             now.servercounter_lastsync != before.servercounter_lastsync;
      if (!replica.is_server() && sets_mark) now.epoch = history.answer_epoch(replica);
      tides_[replica.number] = now;
      const Event event{.replica = replica};
      if (now.counter < before.counter)
        break_at(BreachKind::counter_backwards, event, world, history, verdict);
      if (now.epoch != before.epoch) return;
      if (now.counter_lastsync < before.counter_lastsync ||
          now.servercounter_lastsync < before.servercounter_lastsync)
        break_at(BreachKind::mark_backwards, event, world, history, verdict);
    }
  }

  template <class World>
  static void break_at(BreachKind kind, const Event& event, const World& world,
                       const History& history, Verdict& verdict) {
    verdict.break_first(Invariant::integrity, {.kind = kind,
                                               .replica = event.replica,
                                               .guid = event.guid,
                                               .value = event.value,
                                               .other = event.other,
                                               .step = static_cast<std::uint32_t>(world.step()),
                                               .round = history.round()});
  }

  std::vector<Tide> tides_;       // by replica
  std::vector<Written> written_;  // by guid
};

}  // namespace tidemark::core
