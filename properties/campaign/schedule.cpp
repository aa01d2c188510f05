#include "properties/campaign/schedule.h"

#include <fmt/format.h>

#include <numeric>

namespace tidemark::core {

std::string print_shard(const Shard& shard) {
  return fmt::format("{}/{}", shard.index, shard.count);
}

// The blocks of each portion are spread evenly: the slot goes to the one that lags most.
Schedule::Schedule(const std::vector<std::uint32_t>& weights) : of_portion_(weights.size()) {
  const auto length = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  std::vector<std::int64_t> lag(weights.size());
  for (std::size_t slot = 0; slot < static_cast<std::size_t>(length); ++slot) {
    std::size_t chosen = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      lag[i] += weights[i];
      if (lag[i] > lag[chosen]) chosen = i;
    }
    lag[chosen] -= length;
    slots_.push_back({chosen, of_portion_[chosen].size()});
    of_portion_[chosen].push_back(slot);
  }
}

Schedule::Place Schedule::place_of(std::uint64_t episode) const {
  const std::uint64_t block = episode / kEpisodesPerBlock;
  const std::uint64_t turn = block / length();
  const Slot& slot = slots_[(block + turn) % length()];
  const std::uint64_t ordinal = turn * of_portion_[slot.portion].size() + slot.rank;
  return {slot.portion, ordinal * kEpisodesPerBlock + episode % kEpisodesPerBlock};
}

std::uint64_t Schedule::episode_at(const Place& place) const {
  const std::vector<std::size_t>& slots = of_portion_[place.portion];
  const std::uint64_t ordinal = place.index / kEpisodesPerBlock;
  const std::uint64_t turn = ordinal / slots.size();
  const std::size_t slot = slots[ordinal % slots.size()];
  const std::uint64_t in_turn = (slot + length() - turn % length()) % length();
  return (turn * length() + in_turn) * kEpisodesPerBlock + place.index % kEpisodesPerBlock;
}

std::optional<std::uint64_t> blocks_of(std::optional<std::uint64_t> episodes, const Shard& shard) {
  if (!episodes) return std::nullopt;
  const std::uint64_t all = (*episodes + kEpisodesPerBlock - 1) / kEpisodesPerBlock;
  return all / shard.count + (shard.index < all % shard.count ? 1 : 0);
}

}  // namespace tidemark::core
