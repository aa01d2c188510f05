// A rolling hash over all events of a run. Equal runs have equal digests, on every build.
#pragma once

#include <cstdint>
#include <string_view>

namespace tidemark::core {

class Digest {
 public:
  constexpr void add(std::uint64_t word) {
    state_ = (state_ ^ word) * 0x9fb21c651e98df25u;
    state_ ^= state_ >> 32;
  }
  // Byte by byte.
  constexpr void add(std::string_view text) {
    for (const char byte : text) add(std::uint64_t{static_cast<unsigned char>(byte)});
  }
  constexpr std::uint64_t value() const { return state_; }
  friend constexpr bool operator==(Digest, Digest) = default;

 private:
  std::uint64_t state_ = 0x7469646d61726b31u;  // "tidmark1"
};

}  // namespace tidemark::core
