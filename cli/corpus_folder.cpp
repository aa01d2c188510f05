#include "cli/corpus_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "api/exit_code.h"
#include "api/files.h"
#include "cli/cases.h"
#include "reports/text.h"
#include "sim/digest.h"

namespace tidemark::core {
namespace {

// How often a scenario is run at most to be minimised.
constexpr std::uint32_t kRunsOfOurs = 2000;
constexpr std::uint32_t kRunsOfForeign = 50;

// An episode that reached a landmark first, and all that it reached.
struct Keeper {
  std::size_t portion;
  Scenario scenario;
  std::vector<Landmark> landmarks;
};

// The one that reaches most of what is missing, of equal ones the first; null: none does.
const Keeper* best_of(const std::vector<Keeper>& keepers, const std::set<Landmark>& missing) {
  const Keeper* best = nullptr;
  std::ptrdiff_t most = 0;
  for (const Keeper& each : keepers) {
    const auto count = std::count_if(each.landmarks.begin(), each.landmarks.end(),
                                     [&](Landmark landmark) { return missing.count(landmark); });
    if (count > most) {
      best = &each;
      most = count;
    }
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

Scenario minimised(Runner& runner, const Scenario& scenario, const std::vector<Landmark>& kept,
                   const Scope& scope, std::uint32_t runs) {
  ShrinkBudget budget;
  budget.runs = runs;
  budget.may_use = features(scope);
  const auto reaches_them = [&](const Scenario& candidate) {
    std::vector<Landmark> all = landmarks_of(runner, candidate);
    std::sort(all.begin(), all.end());
    return std::all_of(kept.begin(), kept.end(), [&](Landmark landmark) {
      return std::binary_search(all.begin(), all.end(), landmark);
    });
  };
  return shrink(scenario, reaches_them, budget).scenario;
}

std::string corpus_name(const Trace& trace) {
  Digest digest;
  digest.add(print_trace(trace));
  return fmt::format("{:012x}.trace", digest.value() >> 16);
}

std::vector<Trace> corpus_of(const CampaignPlan& plan, const CampaignResult& result) {
  std::set<Landmark> missing;
  std::set<std::uint64_t> episodes;
  for (const auto& [landmark, first] : result.firsts) {
    if (first == kGiven) continue;
    missing.insert(landmark);
    episodes.insert(first - 1);
  }
  std::vector<Keeper> keepers;
  const Schedule schedule(plan.portions);
  for (const std::uint64_t episode : episodes) {
    const Schedule::Place place = schedule.place_of(episode);
    Runner runner(plan.portions[place.portion].configuration);
    Scenario scenario = scenario_of(plan, place);
    std::vector<Landmark> landmarks = landmarks_of(runner, scenario);
    keepers.push_back({place.portion, std::move(scenario), std::move(landmarks)});
  }
  std::vector<Trace> corpus;
  while (const Keeper* best = best_of(keepers, missing)) {
    const Portion& portion = plan.portions[best->portion];
    std::vector<Landmark> kept;
    for (const Landmark landmark : best->landmarks)
      if (missing.erase(landmark) > 0) kept.push_back(landmark);
    Runner runner(portion.configuration);
    const std::uint32_t runs = portion.configuration.engine ? kRunsOfForeign : kRunsOfOurs;
    corpus.push_back(make_trace(portion.configuration,
                                minimised(runner, best->scenario, kept, portion.plan.scope, runs)));
  }
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
