// What a search keeps of the states of a level, and of the paths to them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "properties/search/explore.h"
#include "properties/search/settling.h"
#include "sim/state_key.h"

namespace tidemark::core::search {

inline constexpr std::size_t kShards = 64;
inline constexpr std::size_t kStatesPerChunk = 256;
inline constexpr std::uint8_t kSleepClasses = 8;  // footprints of which steps may sleep

using Sleep = std::uint64_t;  // for each replica, one bit a sleep class

// A step in 32 bits.
using StepCode = std::uint32_t;

inline StepCode encode(const Step& step) {
  return static_cast<StepCode>(step.kind) | std::uint32_t{step.replica.number} << 5 |
         static_cast<std::uint32_t>(step.lose) << 10 | step.object << 13 | step.pk << 19 |
         std::uint32_t{step.seconds < 0} << 31;
}

inline Step decode(StepCode code, Timestamp clock_jump) {
  Step step{.kind = static_cast<StepKind>(code & 31),
            .replica = {static_cast<std::uint8_t>(code >> 5 & 31)},
            .lose = static_cast<MessageKind>(code >> 10 & 7),
            .object = code >> 13 & 63,
            .pk = code >> 19 & 31};
  if (step.kind == StepKind::clock) step.seconds = code >> 31 ? -clock_jump : clock_jump;
  return step;
}

// How a state was first reached: from a state of the level above, by a step.
struct Node {
  std::uint32_t parent;
  StepCode step;
};
using Levels = std::vector<std::vector<Node>>;

// What a search remembers of a path beside its world.
struct Past {
  Naming naming;
  bool lost = false;  // an update; only where that is asked: Ending::full_sync
  friend bool operator==(const Past&, const Past&) = default;
};

// A state as the search stands in it.
template <class E>
struct Position {
  explicit Position(const E& engine, JudgeOptions options) : world(engine), judge(options) {}

  // The same, of which nothing was found to be broken so far.
  void begin_as(const Position& other) {
    *this = other;
    judge.forget_breaches();
  }

  World<E> world;
  Judge judge;
  Bounds left;
  Past past;
};

// A state without what is left of the bounds.
struct Form {
  StateKey canonical;
  Past past;
  friend bool operator==(const Form&, const Form&) = default;
};
inline StateKey key_of(const Form& form) {
  KeySum sum;
  sum.add(form.canonical);
  const Naming& naming = form.past.naming;
  sum.add(naming.objects | std::uint64_t{naming.keys} << 8 | std::uint64_t{form.past.lost} << 16);
  return sum.total();
}

// A state that was reached from a level, not yet known to be new.
struct Candidate {
  StateKey key;  // of its form
  StateKey canonical;
  Sleep asleep;
  Node node;
  std::uint32_t left;  // packed
  bool is_new;
};
// What is kept of a state of the last level.
struct Fresh {
  StateKey canonical;
  Sleep asleep;
};

// Where an invariant was broken first: by a step from a state, or by settle.
struct Sighting {
  static constexpr std::uint32_t kNowhere = ~std::uint32_t{0};
  std::uint32_t steps = kNowhere;
  std::uint32_t level = 0;  // of the state
  std::uint32_t index = 0;
  std::optional<StepCode> step;  // none: settle
};
using Sightings = std::array<Sighting, kInvariants>;

// In the order in which one thread alone would see them.
inline void keep_first(Sighting& first, const Sighting& other) {
  if (other.steps < first.steps) first = other;
}

// What came of some states that follow one another in their level.
struct Chunk {
  std::vector<Candidate> candidates;
  std::vector<std::uint32_t> by_shard;  // places of candidates
  std::array<std::uint32_t, kShards + 1> shard_begins{};
  Sightings sightings;

  std::size_t bytes() const {
    return candidates.capacity() * sizeof(Candidate) + by_shard.capacity() * sizeof(std::uint32_t);
  }
  void sort_by_shard() {
    shard_begins.fill(0);
    for (const Candidate& each : candidates) ++shard_begins[each.key.high % kShards + 1];
    for (std::size_t i = 0; i < kShards; ++i) shard_begins[i + 1] += shard_begins[i];
    auto next = shard_begins;
    by_shard.resize(candidates.size());
    for (std::uint32_t i = 0; i < candidates.size(); ++i)
      by_shard[next[candidates[i].key.high % kShards]++] = i;
  }
};

}  // namespace tidemark::core::search
