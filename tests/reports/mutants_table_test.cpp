// How mutants fared, as text.
#include "reports/mutants_table.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tests/reports/samples.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kTrace =
    "tidemark-trace 1\nprotocol hardened\nmutate drops-name\ncreate A o1\nsync A\n"
    "expect convergence violated\n";

// Runs that took so many episodes; 0: one that caught nothing.
Trial trial_of(std::string_view name, std::initializer_list<std::uint64_t> episodes) {
  Trial trial;
  trial.named = find_mutant(name);
  trial.invariant = *find_invariant(trial.named->invariant);
  for (const std::uint64_t each : episodes) {
    Hunt& hunt = trial.hunts.emplace_back();
    hunt.episodes = each;
    hunt.caught = each > 0;
    if (hunt.caught) hunt.finding = finding_of(trace_of(kTrace), trial.invariant);
  }
  return trial;
}

TEST(MutantsTable, HasOneLineAMutant) {
  const std::array trials{trial_of("drops-name", {3, 1'250}), trial_of("silent-overwrite", {4, 0})};
  EXPECT_EQ(mutants_table(trials, {}, {}, false),
            "mutant                              caught by                  runs  median     95 %  "
            "steps\n"
            "drops-name                          convergence             2 of 2        3    1 250  "
            "    2\n"
            "silent-overwrite                    told                    1 of 2        4 > 20 000  "
            "    2\n");
}

TEST(MutantsTable, SaysWhatIsProvenAndHowFarASearchCame) {
  std::array trials{trial_of("drops-name", {1}), trial_of("silent-overwrite", {1})};
  for (Trial& trial : trials) trial.proof.emplace().end = ExploreEnd::stopped;
  trials[0].proof->depth = 1;
  const std::string table = mutants_table(trials, {}, {}, false);
  EXPECT_NE(table.find(" steps  proven\n"), std::string::npos) << table;
  EXPECT_NE(table.find("      2       2\n"), std::string::npos) << table;
  EXPECT_NE(table.find("      2     > 0\n"), std::string::npos) << table;
}

TEST(MutantsTable, ListsRareOnesBehindTheOthers) {
  const std::array trials{trial_of("key-loser-yields", {0}), trial_of("drops-name", {1})};
  const std::array rare{find_mutant("key-loser-yields"), find_mutant("key-clash-added")};
  const std::string table = mutants_table(trials, rare_mutants(rare), {}, false);
  const auto heading = table.find("\n\ntoo rare to be counted\nkey-loser-yields ");
  EXPECT_LT(table.find("drops-name"), heading) << table;
  EXPECT_NE(table.find("key-clash-added                     told                   its trace of 7 "
                       "steps\n"),
            std::string::npos)
      << table;
}

TEST(MutantsTable, AComplaintSaysWhatIsMissing) {
  EXPECT_EQ(complaint(trial_of("drops-name", {3}), {}), "");
  EXPECT_EQ(complaint(trial_of("drops-name", {3, 0}), {}),
            "drops-name: convergence caught it in 1 of 2 runs of 20 000 episodes");
  EXPECT_EQ(complaint(trial_of("drops-name", {3'000}), {}),
            "drops-name: half of the runs caught it within 3 000 episodes, expected 2 000 at most");
}

TEST(MutantsTable, SaysWhatAnInvariantCatchesAlone) {
  Without without{
      Invariant::told, {trial_of("silent-overwrite", {0}), trial_of("tells-accepted", {0})}, {}};
  EXPECT_EQ(without_lines(without, false),
            "told                   silent-overwrite, tells-accepted\n");
  without.trials = {trial_of("silent-overwrite", {5})};
  EXPECT_EQ(without_lines(without, false),
            "told                   nothing: the others catch each mutant\n");
}

}  // namespace
}  // namespace tidemark::core
