// How an exhaustive search went, as text: what is broken and in how many steps, what holds, and how
// near the shrinker comes to what is shortest.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "properties/campaign/shrinker_comparison.h"
#include "properties/runner.h"
#include "properties/search/explore.h"
#include "reports/shown.h"
#include "sim/state_table.h"

namespace tidemark::core {

// A reduction as `--reductions` names it.
struct NamedReduction {
  std::string_view name;
  bool Reductions::*is_on;
  std::string_view meaning;
};
inline constexpr std::size_t kReductions = 5;
std::span<const NamedReduction, kReductions> named_reductions();

// As the flags of these names take them: some with a comma between, `all`, `none`.
std::string print_reductions(const Reductions& reductions);
std::string print_invariants(InvariantSet invariants);

// A search of one configuration, with all that was asked of it.
struct Searched {
  Configuration configuration;
  Exploration exploration;
  std::optional<std::vector<ShrinkerComparison>> comparison = {};  // where it was asked for
};

// A counterexample as it is shown. Nothing where it does not break its invariant. The commands are
// left to the caller.
std::optional<Shown> show(const Configuration& configuration, const Counterexample& example,
                          const Exploration& exploration);

// `no-lost-update-3f2a….trace`
std::string file_name(const Counterexample& example);

// What is broken, in how many steps, and what holds; without the line's end:
// `page, server-priority: told broken in 4 steps; convergence holds: all 206 states within these
// bounds`. Where the search was ended early, `why` says what ended it. Where traces end with full
// syncs, a second line says how many states those heal, and in how many they destroy an update.
std::string outcome(const Searched& searched, const ExplorePlan& plan, std::string_view why);

// `below 1e-26`: how likely it is that two of so many states have one key of kStateKeyBits.
std::string collision_odds(std::uint64_t states);

// How many seeds lead fuzzing to a trace as short as the shortest, invariant by invariant, and the
// traces of those that end above it. Empty where nothing was compared. Requires: it was asked for.
std::string comparison_text(const Searched& searched);

}  // namespace tidemark::core
