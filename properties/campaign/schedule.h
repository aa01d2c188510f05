// Which episodes of a run are whose: of which portion, and of which shard.
//
// Episodes are numbered over the whole run. Block b has the episodes from 256 b on, all of one
// portion; which, the weights say. Shard i of n runs the blocks b with b mod n = i, in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tidemark::core {

inline constexpr std::uint64_t kEpisodesPerBlock = 256;

// One of several that share the work; index < count.
struct Shard {
  std::uint32_t index = 0;
  std::uint32_t count = 1;
  friend bool operator==(const Shard&, const Shard&) = default;
};
// `0/3`
std::string print_shard(const Shard& shard);

// How many blocks a shard of a run of so many episodes has; none: nobody knows.
std::optional<std::uint64_t> blocks_of(std::optional<std::uint64_t> episodes, const Shard& shard);

// Which episodes are whose.
class Schedule {
 public:
  // Of portions with these weights.
  explicit Schedule(const std::vector<std::uint32_t>& weights);

  struct Place {
    std::size_t portion = 0;
    std::uint64_t index = 0;  // of an episode within its portion
    friend bool operator==(const Place&, const Place&) = default;
  };
  // Of an episode of this number; and back.
  Place place_of(std::uint64_t episode) const;
  std::uint64_t episode_at(const Place& place) const;

 private:
  // One turn of all portions: in each turn every portion has as many blocks as it weighs, and the
  // next turn begins one slot later, so that no shard meets the same portions for ever.
  struct Slot {
    std::size_t portion;
    std::uint64_t rank;  // among those of its portion
  };
  std::vector<Slot> slots_;
  std::vector<std::vector<std::size_t>> of_portion_;  // the slots of each
  std::size_t length() const { return slots_.size(); }
};

}  // namespace tidemark::core
