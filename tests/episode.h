// What the tests of the engine and of the judge share: an episode told as text, run to its rest,
// and what was found in words that an assertion can compare.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/appsync.h"
#include "properties/judge.h"
#include "sim/trace.h"
#include "sim/world.h"

namespace tidemark::core {

// Reads a trace: a whole file, or its lines without that of the version, which may then also stand
// on one line, a `;` between them.
inline Trace trace_of(std::string_view text) {
  std::string lines(text);
  if (!text.starts_with("tidemark-trace")) {
    std::replace(lines.begin(), lines.end(), ';', '\n');
    lines.insert(0, "tidemark-trace 1\n");
  }
  Trace trace;
  if (const auto error = parse_trace(lines, invariant_names(), trace))
    ADD_FAILURE() << "line " << error->line << ": " << error->message << "\nin\n" << lines;
  return trace;
}

inline AppSync engine_of(const Trace& trace) { return {trace.engine, built_in(trace.strategy)}; }

// "stale overwrite"
inline std::string word_of(const BreachKind& kind) {
  std::string words(kind.name);
  std::replace(words.begin(), words.end(), '-', ' ');
  return words;
}

// When a breach was caught: in a step, counted from 1, in a round of settle, or at rest.
inline std::string time_of(const Breach& breach) {
  if (breach.at_rest) return "at rest";
  if (breach.round > 0) return "in round " + std::to_string(breach.round);
  return "in step " + std::to_string(breach.step + 1);
}

// "holds", or how, where and when an invariant was first broken: "redundant at A in round 2".
inline std::string finding(const Verdict& verdict, Invariant invariant) {
  if (!verdict.broken(invariant)) return "holds";
  const Breach& breach = verdict.breach(invariant);
  return word_of(*breach.kind) + " at " + replica_name(breach.replica) + " " + time_of(breach);
}

// All that was found, by the alphabet: "convergence diverged at B at rest; told not told at A in
// step 3".
inline std::string findings(const Verdict& verdict) {
  std::vector<std::string> found;
  for (const NamedInvariant& named : invariants())
    if (verdict.broken(named.invariant))
      found.push_back(std::string(named.name) + " " + finding(verdict, named.invariant));
  std::sort(found.begin(), found.end());
  std::string all;
  for (const std::string& each : found) all.append(all.empty() ? "" : "; ").append(each);
  return all.empty() ? "holds" : all;
}

// Judges a run and keeps what happened in it.
struct Watch {
  Judge judge;
  std::vector<Event> events;
  std::vector<Fact> facts;

  template <EventType E, class World>
  void on(const E& event, const World& world) {
    judge.on(event, world);
    events.push_back(event);
    if constexpr (std::is_same_v<E, FactTold>) facts.push_back(world.facts()[event.place]);
  }
};

// How far a run goes: to its rest, or to where settle would begin.
enum class Until { rest, last_step };

// One run of a trace on an engine.
template <Engine E>
class EpisodeOn {
 public:
  EpisodeOn(std::string_view text, E engine, Until until = Until::rest)
      : trace_(trace_of(text)), engine_(std::move(engine)) {
    world_.begin(trace_.scenario, watch_);
    for (std::size_t i = 0; i < trace_.scenario.steps.size(); ++i) world_.apply(i, watch_);
    if (until == Until::rest) world_.settle(watch_);
  }
  EpisodeOn(const EpisodeOn&) = delete;
  EpisodeOn& operator=(const EpisodeOn&) = delete;

  const Verdict& verdict() const { return watch_.judge.verdict(); }
  std::string found(Invariant invariant) const { return finding(verdict(), invariant); }
  std::string found() const { return findings(verdict()); }
  const World<E>& world() const { return world_; }
  const std::vector<Event>& events() const { return watch_.events; }
  const std::vector<Fact>& facts() const { return watch_.facts; }
  Judge& judge() { return watch_.judge; }

  const Object* find(char replica, std::string_view label) const {
    const auto& labels = trace_.scenario.objects;
    const auto place = std::find(labels.begin(), labels.end(), label) - labels.begin();
    return world_.find(*find_replica(replica), Guid{static_cast<std::uint32_t>(place)});
  }
  // What a replica holds of an object at rest: its value as the trace gave it (of a version without
  // one: v and its number), with a - in front if it is deleted, or "nothing".
  std::string held(char replica, std::string_view label) const {
    const Object* object = find(replica, label);
    if (object == nullptr) return "nothing";
    const Version& version = world_.versions()[object->content.value.number];
    const std::string value = version.text == 0 ? "v" + std::to_string(object->content.value.number)
                                                : std::string(trace_.scenario.text(version.text));
    return (object->content.isdeleted ? "-" : "") + value;
  }
  // What everyone holds of an object, the server first: "S new, A new, B nothing".
  std::string held(std::string_view label) const {
    std::string all;
    for (std::uint8_t number = 0; number < world_.replicas(); ++number) {
      const char name = replica_name(Replica{number});
      all.append(all.empty() ? "" : ", ").append(1, name).append(" ").append(held(name, label));
    }
    return all;
  }
  // How many events of this type there were.
  template <EventType Type>
  std::size_t count() const {
    return static_cast<std::size_t>(std::count_if(events().begin(), events().end(), is<Type>));
  }
  // How many objects messages delivered to a replica, in the whole run.
  std::size_t delivered(char receiver) const {
    return static_cast<std::size_t>(
        std::count_if(events().begin(), events().end(), [&](const Event& event) {
          const auto* carried = std::get_if<Carried>(&event);
          return carried != nullptr && carried->to == *find_replica(receiver);
        }));
  }

 private:
  Trace trace_;
  E engine_;
  World<E> world_{engine_};
  Watch watch_;
};

// On the engine that the trace names.
class Episode : public EpisodeOn<AppSync> {
 public:
  explicit Episode(std::string_view text, Until until = Until::rest)
      : EpisodeOn(text, engine_of(trace_of(text)), until) {}
};

}  // namespace tidemark::core
