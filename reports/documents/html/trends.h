// How the nights of a campaign went, as small charts and as a table.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "reports/documents/history.h"

namespace tidemark::core {

// Of nights by their numbers. Fewer than two have no trend: nothing.
std::string trends_section(std::span<const HistoryNight> nights);

// Episodes a second; 0 where the time is not known.
std::uint64_t episode_rate(std::uint64_t episodes, double seconds);

}  // namespace tidemark::core
