// Fuzzing held against a search: does shrinking end where a search proves that nothing is shorter?
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "properties/search/explore.h"

namespace tidemark::core {

// How many of the minimal traces that fuzzing finds have the length that is proven to be shortest.
struct ShrinkerComparison {
  Invariant invariant = Invariant::no_lost_update;
  std::uint32_t shortest = 0;
  std::uint64_t seeds = 0;
  std::uint64_t optimal = 0;  // seeds whose simplest trace has that length
  std::uint64_t missed = 0;   // seeds that broke it in no episode within the bounds
  struct Longer {
    std::uint64_t seed;
    Trace trace;
  };
  std::vector<Longer> longer;
};
// Fuzzes the scope of a search under so many seeds, from 1 on. `go_on` is asked before each, with
// how many are done. Fuzzing knows no bounds: what it finds beyond those of the search is left out.
std::vector<ShrinkerComparison> compare_shrinker(const Configuration& configuration,
                                                 const ExplorePlan& plan,
                                                 const Exploration& exploration,
                                                 std::uint64_t seeds, std::uint64_t episodes,
                                                 const std::function<bool(std::uint64_t)>& go_on);

}  // namespace tidemark::core
