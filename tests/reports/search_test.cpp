// What an exhaustive search says of itself is what it found, and no more than it proved.
#include "reports/search.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "tests/reports/samples.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kEcho =
    "tidemark-trace 1\ncreate A o1\nsync A\nedit A o1\nexpect no-lost-update violated\n";

Trace trace_of_steps(std::size_t steps) {
  Trace trace = trace_of(kEcho);
  trace.scenario.steps.resize(steps, trace.scenario.steps.front());
  return trace;
}

struct Broken {
  Invariant invariant;
  std::size_t steps;
  bool is_shortest = true;
};

Searched search_of(const std::vector<Broken>& all, ExploreEnd end) {
  Searched searched{configuration_of(trace_of(kEcho)), {}};
  searched.exploration.end = end;
  searched.exploration.depth = 6;
  searched.exploration.states = 1'203'441;
  for (const Broken& each : all) {
    searched.exploration.counterexamples.push_back(
        counterexample_of(trace_of_steps(each.steps), each.invariant));
    searched.exploration.counterexamples.back().is_shortest = each.is_shortest;
  }
  return searched;
}

ExplorePlan watching(std::initializer_list<Invariant> watched) {
  ExplorePlan plan;
  plan.watched = 0;
  for (const Invariant each : watched) plan.watched |= invariant_bit(each);
  return plan;
}

const std::vector<Broken> kTwo{{Invariant::no_lost_update, 3},
                               {Invariant::no_redundant_transfer, 1}};

TEST(Outcome, SaysThatAllHolds) {
  EXPECT_EQ(outcome(search_of({}, ExploreEnd::exhausted), {}, ""),
            "page, server-priority holds: all 1 203 441 states within these bounds");
  EXPECT_EQ(outcome(search_of({}, ExploreEnd::step_bound), {}, ""),
            "page, server-priority holds: all 1 203 441 states of up to 6 steps");
}

TEST(Outcome, NamesWhatHoldsWhereThatIsNotAll) {
  EXPECT_EQ(outcome(search_of({}, ExploreEnd::exhausted), watching({Invariant::told}), ""),
            "page, server-priority: told holds: all 1 203 441 states within these bounds");
  EXPECT_EQ(outcome(search_of({}, ExploreEnd::exhausted),
                    watching({Invariant::told, Invariant::convergence}), ""),
            "page, server-priority: convergence, told hold: all 1 203 441 states within these "
            "bounds");
}

TEST(Outcome, NamesWhatIsBrokenTheShortestFirstAndWhatHolds) {
  EXPECT_EQ(outcome(search_of(kTwo, ExploreEnd::exhausted), {}, ""),
            "page, server-priority: no-redundant-transfer broken in 1 step, no-lost-update in 3; "
            "convergence, one-object-per-key, no-resurrection, quiescence, integrity, told hold: "
            "all 1 203 441 states within these bounds");
}

TEST(Outcome, SaysNothingOfHoldingWhereAllIsBroken) {
  EXPECT_EQ(outcome(search_of(kTwo, ExploreEnd::all_broken),
                    watching({Invariant::no_lost_update, Invariant::no_redundant_transfer}), ""),
            "page, server-priority: no-redundant-transfer broken in 1 step, no-lost-update in 3");
}

TEST(Outcome, SaysHowFarASearchCameThatWasEnded) {
  EXPECT_EQ(outcome(search_of({}, ExploreEnd::memory_bound), {}, "the memory is full"),
            "page, server-priority: no counterexample up to depth 6 (complete); depth 7 not "
            "finished: the memory is full");
  EXPECT_EQ(outcome(search_of({{Invariant::no_lost_update, 7, false}}, ExploreEnd::stopped),
                    watching({Invariant::no_lost_update, Invariant::told, Invariant::quiescence}),
                    "interrupted"),
            "page, server-priority: no-lost-update broken in at most 7 steps; no counterexample of "
            "quiescence, told up to depth 6 (complete); depth 7 not finished: interrupted");
  EXPECT_EQ(outcome(search_of({{Invariant::told, 7, false}}, ExploreEnd::stopped),
                    watching({Invariant::told}), "interrupted"),
            "page, server-priority: told broken in at most 7 steps; depth 7 not finished: "
            "interrupted");
}

TEST(Outcome, ProvesNothingWhereTheSearchIsAtFault) {
  Searched searched = search_of({}, ExploreEnd::exhausted);
  searched.exploration.faults = {"told: the search broke it, a run of the same steps does not: "};
  EXPECT_EQ(outcome(searched, {}, ""),
            "page, server-priority: the search is at fault, nothing is proven");
}

TEST(Outcome, CountsWhatFullSyncsHealAndDestroy) {
  Searched searched = search_of({}, ExploreEnd::exhausted);
  searched.exploration.healing = {
      .diverging = 1'200, .healed = 1'100, .keeping = 900, .destroyed = 11};
  ExplorePlan plan = watching({Invariant::convergence});
  plan.ending = Ending::full_sync;
  EXPECT_EQ(outcome(searched, plan, ""),
            "page, server-priority: convergence holds: all 1 203 441 states within these bounds\n"
            "  a full sync of every client at the end heals 1 100 of 1 200 states that diverge "
            "without; of 900 that keep every update it makes 11 lose one");
}

Shown presented(bool is_shortest) {
  const Searched searched =
      search_of({{Invariant::no_lost_update, 3, is_shortest}}, ExploreEnd::exhausted);
  Shown shown = show(searched.configuration, searched.exploration.counterexamples.front(),
                     searched.exploration)
                    .value();
  shown.commands = {{"again", "tidemark explore"}};
  return shown;
}

TEST(SearchScreen, SaysThatNoneIsShorter) {
  const Shown shown = presented(true);
  const std::string text = screen(shown, false);
  EXPECT_TRUE(
      text.starts_with("FAIL no-lost-update  page, server-priority  3 steps, none is "
                       "shorter  fingerprint 3f2a91c2d0ab\n"))
      << text;
  EXPECT_NE(text.find("\n  search    1 203 441 states, all traces of up to 6 steps judged\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\n  again     tidemark explore\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("seed"), std::string::npos) << text;
  EXPECT_EQ(one_line(shown),
            "FAIL no-lost-update          3 steps  none is shorter   3f2a91c2d0ab  tidemark "
            "explore");
}

TEST(SearchScreen, SaysThatAShorterOneMayExist) {
  const Shown shown = presented(false);
  const std::string text = screen(shown, false);
  EXPECT_NE(text.find("3 steps, not proven shortest: the search was ended"), std::string::npos)
      << text;
  EXPECT_EQ(text.find("none is shorter"), std::string::npos) << text;
  for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1)
    EXPECT_LE(columns(text.substr(begin, text.find('\n', begin) - begin)), kReportColumns) << text;
  EXPECT_EQ(one_line(shown),
            "FAIL no-lost-update          3 steps  not proven shortest  3f2a91c2d0ab  tidemark "
            "explore");
}

TEST(FileName, OfACounterexampleIsThatOfAFinding) {
  const Trace trace = trace_of(kEcho);
  EXPECT_EQ(file_name(counterexample_of(trace, Invariant::told)),
            finding_of(trace, Invariant::told).file_name());
}

TEST(CollisionOdds, GrowWithTheSquareOfTheStates) {
  const auto exponent = [](std::uint64_t states) {
    return std::stoi(collision_odds(states).substr(std::string("below 1e-").size()));
  };
  EXPECT_TRUE(collision_odds(1'000).starts_with("below 1e-"));
  EXPECT_EQ(exponent(1'000) - exponent(1'000'000), 6);
  EXPECT_GE(exponent(0), exponent(2));
  EXPECT_GE(exponent(1'000'000'000), 6) << "a billion states need more bits";
}

TEST(Comparison, ShowsTheTracesThatAreTooLong) {
  Searched searched = search_of({{Invariant::no_lost_update, 3}}, ExploreEnd::exhausted);
  searched.comparison = {{.invariant = Invariant::no_lost_update,
                          .shortest = 3,
                          .seeds = 100,
                          .optimal = 97,
                          .missed = 2,
                          .longer = {{7, trace_of_steps(4)}}}};
  EXPECT_EQ(comparison_text(searched),
            "page, server-priority: the shrinker against the search\n"
            "  no-lost-update: 97 of 100 seeds reach the shortest, 3 steps; 2 found none within "
            "the bounds\n"
            "    shortest                 create A o1 · sync A · edit A o1\n"
            "    seed 0x0000000000000007  4 steps: create A o1 · sync A · edit A o1 · create A "
            "o1\n");
}

TEST(Comparison, IsOneLineWhereEverySeedReachesTheShortest) {
  Searched searched = search_of({{Invariant::no_lost_update, 3}}, ExploreEnd::exhausted);
  searched.comparison = {{.invariant = Invariant::no_lost_update,
                          .shortest = 3,
                          .seeds = 100,
                          .optimal = 100,
                          .missed = 0,
                          .longer = {}}};
  EXPECT_EQ(comparison_text(searched),
            "page, server-priority: the shrinker against the search\n"
            "  no-lost-update: 100 of 100 seeds reach the shortest, 3 steps\n");
  searched.comparison->clear();
  EXPECT_EQ(comparison_text(searched), "");
}

TEST(Names, AreThoseThatTheFlagsTake) {
  EXPECT_EQ(print_reductions({}), "all");
  EXPECT_EQ(
      print_reductions(
          {.clients = false, .objects = false, .names = true, .order = false, .bounds = true}),
      "names,bounds");
  EXPECT_EQ(
      print_reductions(
          {.clients = false, .objects = false, .names = false, .order = false, .bounds = false}),
      "none");
  EXPECT_EQ(print_invariants(kAllInvariants), "all");
  EXPECT_EQ(
      print_invariants(invariant_bit(Invariant::told) | invariant_bit(Invariant::no_lost_update)),
      "no-lost-update,told");
}

}  // namespace
}  // namespace tidemark::core
