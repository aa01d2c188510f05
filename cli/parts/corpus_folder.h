// A corpus: a folder of traces whose scenarios are worth running first, each for a landmark that it
// reaches. The traces expect nothing.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "properties/campaign/campaign.h"
#include "sim/scope.h"
#include "sim/trace.h"

namespace tidemark::core {

struct CorpusEntry {
  std::string path;
  Trace trace;
};

struct Corpus {
  std::vector<CorpusEntry> entries;   // in the order of their names
  std::vector<std::string> problems;  // of files that are left out, one line each
};

// Throws BadInput where the folder cannot be read.
Corpus load_corpus(const std::string& folder);

// Over all scenarios, in order.
std::string digest_of(const Corpus& corpus);

// Whether the scenarios of a scope may be as this one.
bool fits(const Scenario& scenario, const Scope& scope);

// Which landmarks a scenario reaches. Throws EngineFault.
std::vector<Landmark> landmarks_of(Runner& runner, const Scenario& scenario);

// The places of few that together reach all of what is missing that any of them reaches. `missing`:
// by landmark.
std::vector<std::size_t> few_that_reach(const std::vector<std::vector<Landmark>>& reached,
                                        std::vector<bool> missing);

// `3f2a91c2d0ab.trace`, of what it says.
std::string corpus_name(const Trace& trace);

// Few episodes that together reach every landmark that nothing which was given reaches. They stay
// as they were found: shrunk to what they are kept for, they would lose most of what else is in
// them (bench/mutation.cpp). Throws EngineFault.
std::vector<Trace> corpus_of(const RunPlan& plan, const RunResult& result);
// Throws BadInput.
void add_to_corpus(const std::string& folder, const std::vector<Trace>& traces);

// The folder has these traces from now on, by name, and no others. Throws BadInput.
void replace_corpus(const std::string& folder, const std::map<std::string, std::string>& traces);

}  // namespace tidemark::core
