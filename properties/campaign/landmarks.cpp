#include "properties/campaign/landmarks.h"

namespace tidemark::core {

void Reached::add(const MarkCounts& marks, std::vector<Landmark>& fresh) {
  for (std::size_t i = 0; i < kMarks; ++i) add(static_cast<Landmark>(i), marks[i], fresh);
}

void Reached::add(const CoverageCounts& counts, std::vector<Landmark>& fresh) {
  std::size_t place = kMarks;
  for (std::size_t step = 0; step < kCoveredSteps; ++step)
    for (std::size_t phase = 0; phase < kPhases; ++phase)
      for (std::size_t situation = 0; situation < kSituations; ++situation)
        add(static_cast<Landmark>(place++),
            counts.of({step, static_cast<Phase>(phase), static_cast<Situation>(situation)}), fresh);
  for (std::size_t i = 0; i < kStateClasses; ++i)
    add(static_cast<Landmark>(place++), counts.states(i), fresh);
}

}  // namespace tidemark::core
