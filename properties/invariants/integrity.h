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

#include "properties/court.h"

namespace tidemark::core {

class Integrity {
 public:
  static constexpr std::string_view kName = "integrity";
  static constexpr std::string_view kMeaning =
      "nothing is held that nobody wrote; counters and marks do not run backwards";
  // Replica holds `value`, which nobody wrote so (its value, key, name or deletion).
  static constexpr BreachKind kUnwritten{"unwritten"};
  // A counter / a mark of replica ran backwards.
  static constexpr BreachKind kCounterBackwards{.name = "counter-backwards", .names_object = false};
  static constexpr BreachKind kMarkBackwards{.name = "mark-backwards", .names_object = false};
  // An answer not waited for changed the client / a repeated request the server.
  static constexpr BreachKind kStaleAnswerApplied{.name = "stale-answer-applied",
                                                  .names_object = false};
  static constexpr BreachKind kRepeatNotIdempotent{.name = "repeat-not-idempotent",
                                                   .names_object = false};

  template <class World>
  void on(const WorldBegan&, const Court<World>& court) {
    tides_.assign(court.world.replicas(), {});
    created_.assign(court.world.objects(), {});
  }

  template <class World>
  void on(const Written& written, const Court<World>& court) {
    note_created(written, court.world);
    check_tide(written.replica, MessageKind::none, court);
  }

  template <class World>
  void on(const Held& held, const Court<World>& court) const {
    const Object* object = court.world.find(held.replica, held.guid);
    if (object == nullptr) return;
    const auto& versions = court.world.versions();
    const bool written = held.value != kNoValue && held.value.number < versions.size() &&
                         versions[held.value.number].isdeleted == object->content.isdeleted &&
                         was_written(*object);
    if (!written)
      court.break_first({.kind = &kUnwritten,
                         .replica = held.replica,
                         .guid = held.guid,
                         .value = held.value,
                         .other = held.before});
  }

  template <class World>
  void on(const MessageArrived& message, const Court<World>& court) {
    if (message.to.is_server() || !message.late) check_tide(message.to, message.kind, court);
  }

  template <class World>
  void on(const CycleBegan& began, const Court<World>&) {
    Tide& tide = tides_[began.client.number];
    if (began.full) tide.counter_lastsync = tide.servercounter_lastsync = 0;
  }

  template <class World>
  void on(const Reinstalled& reinstalled, const Court<World>&) {
    tides_[reinstalled.client.number] = {};
  }

  template <class World>
  void on(const Restored&, const Court<World>&) {
    tides_[kServer.number] = {};
  }

  template <class World>
  void on(const StaleChangedClient& changed, const Court<World>& court) {
    court.break_first({.kind = &kStaleAnswerApplied, .replica = changed.client});
  }

  template <class World>
  void on(const RepeatChangedServer& changed, const Court<World>& court) {
    court.break_first({.kind = &kRepeatNotIdempotent, .replica = changed.client});
  }

  // What it saw last of a replica is nearly always what that has now. What was created is told by
  // the versions.
  template <class Form, class World>
  void describe(Form& form, Replica replica, const World& world, const History& history) const {
    const Tide& last = tides_[replica.number];
    const Tide now = tide_of(replica, world);
    const bool skipped =
        form.skips(last.counter == now.counter && last.counter_lastsync == now.counter_lastsync &&
                   last.servercounter_lastsync == now.servercounter_lastsync);
    form.plain(history.epoch() - last.epoch);
    if (skipped) return;
    if (replica.is_server())
      form.mark(ServerCounter{last.counter});
    else
      form.mark(ClientCounter{last.counter});
    form.mark(ClientCounter{last.counter_lastsync});
    form.mark(ServerCounter{last.servercounter_lastsync});
  }

 private:
  // The counter of a replica, and the two marks of a client, as they were seen last.
  struct Tide {
    std::uint64_t counter = 0;
    std::uint64_t counter_lastsync = 0;
    std::uint64_t servercounter_lastsync = 0;
    std::uint32_t epoch = 0;  // of the server, in which servercounter_lastsync was set
  };
  struct Created {
    Identity identity;
    bool is_there = false;
  };

  template <class World>
  void note_created(const Written& written, const World& world) {
    const Version& version = world.versions()[written.value.number];
    if (version.kind != VersionKind::create) return;
    const Step& create = world.scenario().steps[version.step];
    created_[written.guid.number] = {world.scenario().identity_of(create), true};
  }

  // Under take-guid an object may go on under another guid than it was created with.
  bool was_written(const Object& object) const {
    const Created& own = created_[object.guid.number];
    if (own.is_there && own.identity == object.identity) return true;
    for (std::size_t i = 0; i < Identity::kProperties; ++i) {
      const std::uint32_t number = object.identity.numbers()[i];
      if (std::none_of(created_.begin(), created_.end(), [&](const Created& other) {
            return other.is_there && other.identity.numbers()[i] == number;
          }))
        return false;
    }
    return true;
  }

  // As it is now; of an engine without counters, as it was seen last.
  template <class World>
  Tide tide_of(Replica replica, const World& world) const {
    Tide tide = tides_[replica.number];
    using Engine = std::remove_cvref_t<decltype(world.engine())>;
    if constexpr (requires { Engine::counter(world.server()); }) {
      if (replica.is_server()) {
        tide.counter = Engine::counter(world.server());
      } else {
        tide.counter = Engine::counter(world.client(replica));
        tide.counter_lastsync = Engine::counter_lastsync(world.client(replica));
        tide.servercounter_lastsync = Engine::servercounter_lastsync(world.client(replica));
      }
    }
    return tide;
  }

  // After `replica` changed, on a message or by itself.
  template <class World>
  void check_tide(Replica replica, MessageKind message, const Court<World>& court) {
    const Tide before = tides_[replica.number];
    Tide now = tide_of(replica, court.world);
    const bool sets_mark = message == MessageKind::download_reply ||
                           now.servercounter_lastsync != before.servercounter_lastsync;
    if (!replica.is_server() && sets_mark) now.epoch = court.history.answer_epoch(replica);
    tides_[replica.number] = now;
    if (now.counter < before.counter)
      court.break_first({.kind = &kCounterBackwards, .replica = replica});
    if (now.epoch != before.epoch) return;
    if (now.counter_lastsync < before.counter_lastsync ||
        now.servercounter_lastsync < before.servercounter_lastsync)
      court.break_first({.kind = &kMarkBackwards, .replica = replica});
  }

  std::vector<Tide> tides_;       // by replica
  std::vector<Created> created_;  // by guid
};

}  // namespace tidemark::core
