// A small keyed generator of random numbers (splitmix64): the same numbers on every build.
//
// Case i of a campaign draws from Random(seed_of(seed, i)), so any case is reachable without the
// ones before it.
#pragma once

#include <cstdint>

namespace tidemark::core {

constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

constexpr std::uint64_t seed_of(std::uint64_t campaign_seed, std::uint64_t index) {
  return mix(mix(campaign_seed) ^ index);
}

class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) : state_(seed) {}

  constexpr std::uint64_t next() {
    const std::uint64_t drawn = mix(state_);
    state_ += 0x9e3779b97f4a7c15u;
    return drawn;
  }
  // A number below `bound`; 0 if `bound` is 0. The bias is below bound / 2^32.
  constexpr std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }
  constexpr bool one_in(std::uint32_t n) { return below(n) == 0; }
  constexpr bool percent(std::uint32_t share) { return below(100) < share; }

 private:
  std::uint64_t state_;
};

}  // namespace tidemark::core
