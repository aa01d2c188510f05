#include "cli/parts/corpus_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "base/digest.h"
#include "base/exit_code.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/parts/traces.h"
#include "properties/campaign/trace_file.h"
#include "sim/features.h"

namespace tidemark::core {
namespace {

// The place of the one that reaches most of what is missing, of equal ones of the first; nothing:
// none does.
std::optional<std::size_t> best_of(const std::vector<std::vector<Landmark>>& reached,
                                   const std::vector<bool>& missing) {
  std::optional<std::size_t> best;
  std::ptrdiff_t most = 0;
  for (std::size_t i = 0; i < reached.size(); ++i) {
    const auto count = std::count_if(reached[i].begin(), reached[i].end(),
                                     [&](Landmark landmark) { return missing[landmark]; });
    if (count <= most) continue;
    best = i;
    most = count;
  }
  return best;
}

}  // namespace

Corpus load_corpus(const std::string& folder) {
  Corpus corpus;
  for (const std::string& path : traces_in(folder)) {
    try {
      corpus.entries.push_back({path, load_trace(path)});
    } catch (const BadInput& bad) {
      corpus.problems.push_back(bad.line);
    }
  }
  return corpus;
}

std::string digest_of(const Corpus& corpus) {
  Digest digest;
  for (const CorpusEntry& each : corpus.entries) digest.add(print_trace(each.trace));
  return print_digest(digest.value());
}

bool fits(const Scenario& scenario, const Scope& scope) {
  return (features(scenario) & ~features(scope)) == 0 && scenario.clients <= scope.clients &&
         (!scope.turns || keeps_turns(scenario));
}

std::vector<Landmark> landmarks_of(Runner& runner, const Scenario& scenario) {
  runner.clear_marks();
  Coverage coverage;
  runner.run(scenario, coverage);
  Reached reached;
  std::vector<Landmark> all;
  reached.add(runner.marks(), all);
  reached.add(coverage.counts(), all);
  return all;
}

std::vector<std::size_t> few_that_reach(const std::vector<std::vector<Landmark>>& reached,
                                        std::vector<bool> missing) {
  std::vector<std::size_t> few;
  while (const auto best = best_of(reached, missing)) {
    for (const Landmark landmark : reached[*best]) missing[landmark] = false;
    few.push_back(*best);
  }
  return few;
}

std::string corpus_name(const Trace& trace) {
  Digest digest;
  digest.add(print_trace(trace));
  return fmt::format("{:012x}.trace", digest.value() >> 16);
}

std::vector<Trace> corpus_of(const RunPlan& plan, const RunResult& result) {
  std::vector<bool> missing(kLandmarks);
  std::set<std::uint64_t> episodes;
  for (const auto& [landmark, first] : result.firsts) {
    if (first == kGiven) continue;
    missing[landmark] = true;
    episodes.insert(first - 1);
  }
  std::vector<Trace> traces;
  std::vector<std::vector<Landmark>> reached;
  const Schedule schedule = schedule_of(plan.portions);
  for (const std::uint64_t episode : episodes) {
    const Schedule::Place place = schedule.place_of(episode);
    const Configuration& configuration = plan.portions[place.portion].configuration;
    const Scenario scenario = scenario_of(plan, place);
    Runner runner(configuration);
    reached.push_back(landmarks_of(runner, scenario));
    traces.push_back(make_trace(configuration, scenario));
  }
  std::vector<Trace> corpus;
  for (const std::size_t place : few_that_reach(reached, std::move(missing)))
    corpus.push_back(std::move(traces[place]));
  return corpus;
}

void add_to_corpus(const std::string& folder, const std::vector<Trace>& traces) {
  if (!traces.empty()) make_folder(folder);
  for (const Trace& each : traces) write_file(folder + "/" + corpus_name(each), print_trace(each));
}

// What is new is written before what is old is removed, so that nothing is lost on the way.
void replace_corpus(const std::string& folder, const std::map<std::string, std::string>& traces) {
  make_folder(folder);
  for (const auto& [name, text] : traces) write_file(folder + "/" + name, text);
  for (const std::string& path : traces_in(folder))
    if (!traces.count(std::filesystem::path(path).filename().string()))
      std::filesystem::remove(path);
}

}  // namespace tidemark::core
