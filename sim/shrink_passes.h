// The candidates of the shrinker: pass by pass, what a scenario may be changed to. What is not
// simpler is filtered out by whoever tries them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "sim/scenario.h"

namespace tidemark::core {

using Candidate = std::optional<Scenario>;

// Candidates by number: `count` of them, some of which may turn out not to exist.
struct Variants {
  std::size_t count;
  std::function<Candidate(std::size_t)> make;
};

struct NamedVariants {
  std::string_view name;
  Variants (*make)(const std::shared_ptr<const Scenario>&);
};
// In the order in which they are tried.
std::span<const NamedVariants> shrink_passes();

// Without the steps from `begin` to before `end`.
Scenario without(const Scenario& scenario, std::size_t begin, std::size_t end);

}  // namespace tidemark::core
