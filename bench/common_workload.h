// The common workload, by which speeds are compared: 3 clients, 4 objects, 60 drawn steps (24 %
// edits, 8 % deletes, 56 % one message of a cycle moved on, 8 % messages lost, 4 % full syncs),
// then settle.
#pragma once

#include <array>
#include <cstdint>

#include "base/random.h"
#include "sim/scenario.h"

namespace tidemark::core {

class CommonWorkload {
 public:
  static constexpr std::uint8_t kClients = 3;
  static constexpr std::uint32_t kObjects = 4;
  static constexpr std::uint32_t kSteps = 60;

  CommonWorkload();
  // The scenario of this seed. It stays until the next call.
  const Scenario& generate(std::uint64_t seed);

 private:
  // What a replica is thought to hold, one bit an object, and to be doing.
  struct Guess {
    std::uint32_t known = 0;
    std::uint32_t deleted = 0;
    std::uint8_t in_flight = 0;  // messages of the exchange so far
    bool pending = false;
  };

  Step draw();
  Step edit(Replica client);
  Step erase(Replica client);
  Step move_on(Replica client);
  Guess& guess(Replica replica) { return guesses_[replica.number]; }
  void exchange(Replica client);
  std::uint32_t pick(std::uint32_t objects);
  std::uint32_t choose(unsigned quarter, std::uint32_t bound) const {
    return ((drawn_ >> (16 * quarter) & 0xffff) * bound) >> 16;
  }

  Scenario scenario_;
  Random random_{0};
  std::uint64_t drawn_ = 0;
  std::array<Guess, kClients + 1> guesses_{};
  std::uint32_t created_ = 0;
};

}  // namespace tidemark::core
