// tidemark corpus: the scenarios that campaigns begin with.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "cli/parts/campaign_file.h"
#include "cli/parts/corpus_folder.h"
#include "cli/parts/options.h"
#include "cli/verbs/verbs.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kCorpusExamples =
    "Examples:\n"
    "  tidemark corpus merge campaign.toml corpus night-*/corpus --out corpus\n"
    "\n"
    "Runs all traces on the configurations that they fit, and keeps few that together reach every\n"
    "landmark that all of them reach: marks, coverage cells, state classes.";

struct CorpusFlags {
  CommonFlags common;
  std::string file;
  std::vector<std::string> folders;
};

ExitCode merge_corpora(const CorpusFlags& flags) {
  const Output output(flags.common);
  if (!output.out().wants(kFolder)) bad_usage("--out: expected the folder of the new corpus");
  const CampaignFile file = load_campaign_file(flags.file);
  Corpus all;
  for (const std::string& folder : flags.folders) {
    Corpus corpus = load_corpus(folder);
    for (const std::string& each : corpus.problems) Output::error(each + "; it is left out");
    output.note(fmt::format("{}: {}", folder, count_of(corpus.entries.size(), "trace")));
    for (CorpusEntry& each : corpus.entries) all.entries.push_back(std::move(each));
  }
  if (all.entries.empty())
    throw BadInput{fmt::format("{}: there is no trace, expected a corpus", flags.folders.front())};
  std::vector<std::vector<Landmark>> reached(all.entries.size());
  std::vector<bool> missing(kLandmarks);
  for (const Portion& portion : file.portions) {
    Runner runner(portion.configuration);
    for (std::size_t i = 0; i < all.entries.size(); ++i)
      if (fits(all.entries[i].trace.scenario, portion.plan.scope))
        for (const Landmark landmark : landmarks_of(runner, all.entries[i].trace.scenario)) {
          reached[i].push_back(landmark);
          missing[landmark] = true;
        }
  }
  for (std::vector<Landmark>& each : reached) {  // several configurations reach the same
    std::sort(each.begin(), each.end());
    each.erase(std::unique(each.begin(), each.end()), each.end());
  }
  std::map<std::string, std::string> kept;  // by name
  for (const std::size_t place : few_that_reach(reached, std::move(missing)))
    kept.emplace(corpus_name(all.entries[place].trace), print_trace(all.entries[place].trace));
  replace_corpus(output.out().folder(), kept);
  output.result(fmt::format("{} in, {} out: {}", count_of(all.entries.size(), "trace"),
                            grouped(kept.size()), output.out().folder()));
  return ExitCode::held;
}

}  // namespace

void add_corpus(CommandLine& command) {
  const auto flags = std::make_shared<CorpusFlags>();
  VerbFlags corpus = command.verb("corpus", "keep the scenarios that campaigns begin with");
  VerbFlags verb = corpus.verb("merge", "several corpora become one, as small as it can");
  verb.footer(kCorpusExamples);
  verb.argument("FILE", flags->file, "the campaign, in TOML").required();
  verb.arguments("DIR", flags->folders, "corpora").required();
  add_common_flags(verb, flags->common, {kFolder});
  verb.runs([flags] { return merge_corpora(*flags); });
}

}  // namespace tidemark::core
