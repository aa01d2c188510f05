// The few words that all headers share.
#pragma once

#include <cstdint>

namespace tidemark {

// Who acts: "S", the server, or a client, "A", "B" … (no client is called S).
using ReplicaName = char;
inline constexpr ReplicaName kServerName = 'S';

// Seconds of the simulated world. Clocks of two replicas may differ, and run backwards.
using Seconds = std::int64_t;

}  // namespace tidemark
