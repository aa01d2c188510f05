// Results as JSON documents, for programs. docs/JSON.md documents every field.
//
// Seeds and digests are texts, since a number of 64 bits does not survive every JSON reader.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "properties/campaign/fuzz.h"
#include "properties/campaign/mutants.h"
#include "properties/runner.h"
#include "reports/search.h"
#include "sim/trace.h"

namespace tidemark::core {

// One run of one trace. The whole list of events only where it is asked for: it is long.
nlohmann::json replay_json(const Trace& trace, const Recording& recording, bool events = false);

// Exhaustive searches of several configurations under one plan.
nlohmann::json explore_json(std::span<const Searched> searches, const ExplorePlan& plan);

// Mutants on trial; with invariants switched off, where that was asked for.
nlohmann::json mutants_json(std::span<const Trial> trials, std::span<const RareMutant> rare,
                            std::span<const Without> without, const TrialPlan& plan);

// A trace before and after it was shrunk.
nlohmann::json shrink_json(const Trace& before, const Trace& after, const ShrinkResult& result);

// All that can be named: protocols, options, strategies, invariants, steps, faults, marks.
nlohmann::json list_json();

// As text, two blanks an indent, with a line feed at the end. Bytes that are no UTF-8 are replaced.
std::string print_json(const nlohmann::json& document);

}  // namespace tidemark::core
