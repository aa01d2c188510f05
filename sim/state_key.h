// 128 bits that stand for a state of an exhaustive search.
#pragma once

#include <bit>
#include <compare>
#include <cstdint>

namespace tidemark::core {

struct StateKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend constexpr auto operator<=>(const StateKey&, const StateKey&) = default;
};

// Sums words up to a key, in two lanes of 64 bits.
class KeySum {
 public:
  using Total = StateKey;
  constexpr void add(std::uint64_t word) {
    high_ = (high_ ^ word) * 0x9fb21c651e98df25u;
    high_ ^= high_ >> 32;
    low_ = (low_ + word) * 0xd6e8feb86659fd93u;
    low_ ^= low_ >> 29;
  }
  constexpr void add(const StateKey& key) {
    add(key.high);
    add(key.low);
  }
  constexpr StateKey total() const {
    const auto finished = [](std::uint64_t x) {
      x = (x ^ (x >> 31)) * 0xbf58476d1ce4e5b9u;
      return x ^ (x >> 30);
    };
    return {finished(high_ + std::rotl(low_, 17)), finished(low_ ^ std::rotl(high_, 41))};
  }

 private:
  std::uint64_t high_ = 0x7469646d61726b31u;
  std::uint64_t low_ = 0x6578706c6f726572u;
};

}  // namespace tidemark::core
