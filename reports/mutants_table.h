// How mutants fared, as text.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "properties/campaign/mutants.h"

namespace tidemark::core {

// One line a mutant: what must catch it, in how many of its runs that happened, within how many
// episodes half of the runs and 95 percent of them caught it, and the steps of its shortest trace;
// `proven` where a search was asked whether there is a shorter one, `> 5` where that search ended
// before: none of so many steps is enough. Those that are counted come first, then the rare ones.
std::string mutants_table(std::span<const Trial> trials, std::span<const RareMutant> rare,
                          const TrialPlan& plan, bool color);

// What is wrong with a trial; empty: it passes.
std::string complaint(const Trial& trial, const TrialPlan& plan);

// An invariant that is switched off, and the mutants that then nothing catches.
std::string without_lines(const Without& without, bool color);

}  // namespace tidemark::core
