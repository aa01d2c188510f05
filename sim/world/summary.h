// What is known of a world without its code: its name, for who is handed one, and how a run went.
#pragma once

#include <cstdint>

#include "sim/engine.h"
#include "sim/event.h"

namespace tidemark::core {

template <Engine EngineType>
class World;

inline constexpr Timestamp kWorldBegins = 1431388800;  // 2015-05-12 00:00:00 UTC
inline constexpr Timestamp kSecondsPerChange = 10;
inline constexpr std::uint32_t kMaxMessagesPerExchange = 64;

// How a run went, in numbers.
struct RunSummary {
  std::uint32_t effective_steps = 0;  // steps that did something, and messages settled
  std::uint32_t skipped_steps = 0;
  std::uint32_t settle_messages = 0;
  std::uint32_t settle_rounds = 0;
  Rest rest = Rest::quiet;
  std::uint64_t digest = 0;
  friend bool operator==(const RunSummary&, const RunSummary&) = default;
};

}  // namespace tidemark::core
