#include "properties/landmarks.h"

#include <fmt/format.h>

namespace tidemark::core {
namespace {

constexpr std::size_t kCells = kCoveredSteps * kPhases * kSituations;

std::string name_of_cell(std::size_t place) {
  return fmt::format("{}, {}, {}", name_of(covered_steps()[place / (kPhases * kSituations)]),
                     name_of(static_cast<Phase>(place / kSituations % kPhases)),
                     name_of(static_cast<Situation>(place % kSituations)));
}

}  // namespace

std::string name_of_landmark(Landmark landmark) {
  std::size_t place = landmark;
  if (place < kMarks) return fmt::format("mark {}", marks()[place].name);
  place -= kMarks;
  if (place < kCells) return fmt::format("cell {}", name_of_cell(place));
  return fmt::format("state {}", name_of_state_class(place - kCells));
}

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
