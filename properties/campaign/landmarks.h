// Landmarks: what a scenario may be the first to reach. A mark, a coverage cell, or a state class.
// A corpus keeps scenarios for theirs.
#pragma once

#include <cstdint>
#include <vector>

#include "properties/coverage.h"
#include "properties/marks.h"

namespace tidemark::core {

// A number: marks come first, then the cells, then the classes.
using Landmark = std::uint16_t;
inline constexpr std::size_t kLandmarks =
    kMarks + kCoveredSteps * kPhases * kSituations + kStateClasses;

// Which landmarks were reached so far.
class Reached {
 public:
  // Notes what these counts have reached, and appends what is new of it.
  void add(const MarkCounts& marks, std::vector<Landmark>& fresh);
  void add(const CoverageCounts& counts, std::vector<Landmark>& fresh);

 private:
  void add(Landmark landmark, std::uint64_t count, std::vector<Landmark>& fresh) {
    if (count == 0 || reached_[landmark]) return;
    reached_[landmark] = true;
    fresh.push_back(landmark);
  }

  std::vector<bool> reached_ = std::vector<bool>(kLandmarks);
};

}  // namespace tidemark::core
