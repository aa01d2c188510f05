// JSON documents name their schema, hold what was found, and are documented field by field.
#include "reports/json.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/reports/samples.h"

namespace tidemark::core {
namespace {

using nlohmann::json;

constexpr std::string_view kEcho =
    "tidemark-trace 1\ncreate A o1 value=\"100 EUR\"\nsync A\nedit A o1\n"
    "expect no-lost-update violated\nexpect convergence holds\n";

json replay_of_echo(bool events = false) {
  const Trace trace = trace_of(kEcho);
  return replay_json(trace, record(trace), events);
}

json shrink_of_echo() {
  const Trace trace = trace_of(kEcho);
  return shrink_json(trace, trace, {.scenario = trace.scenario, .tried = 212, .accepted = 21});
}

// One mutant that was caught and proven, and a rare one; as if the echo had been its trace.
Trial trial_of_echo() {
  Trial trial;
  trial.named = find_mutant("drops-name");
  trial.invariant = Invariant::convergence;
  Hunt& hunt = trial.hunts.emplace_back();
  hunt.episodes = 3;
  hunt.caught = true;
  hunt.broken = invariant_bit(Invariant::convergence);
  hunt.finding = finding_of(trace_of(kEcho), Invariant::convergence);
  trial.hunts.emplace_back().episodes = 20;
  trial.proof.emplace().depth = 1;
  return trial;
}

json mutants_of_echo() {
  const std::array rare{find_mutant("key-loser-yields")};
  const Without without{Invariant::told, {trial_of_echo()}, {}};
  return mutants_json(std::array{trial_of_echo()}, rare_mutants(rare), std::array{without}, {});
}

// A search in which the echo was found, and told was not watched.
Searched search_of_echo() {
  const Trace trace = trace_of(kEcho);
  Searched searched{configuration_of(trace), {}};
  Exploration& exploration = searched.exploration;
  exploration.depth = 17;
  exploration.levels = {1, 8, 30};
  exploration.states = 39;
  exploration.counterexamples = {counterexample_of(trace, Invariant::no_lost_update)};
  searched.comparison = {{.invariant = Invariant::no_lost_update,
                          .shortest = 3,
                          .seeds = 10,
                          .optimal = 8,
                          .missed = 1,
                          .longer = {{7, trace}}}};
  return searched;
}

ExplorePlan plan_of_search() {
  ExplorePlan plan;
  plan.search.bounds.set(Bounded::edits, 3);
  plan.search.bounds.set(Bounded::full, 2);
  plan.watched &= ~invariant_bit(Invariant::told);
  plan.reductions.names = false;
  return plan;
}

json explore_of_echo() { return explore_json(std::array{search_of_echo()}, plan_of_search()); }

json invariant_in(const json& document, Invariant invariant) {
  return document["configurations"][0]["invariants"][static_cast<std::size_t>(invariant)];
}

TEST(Json, NamesItsSchema) {
  EXPECT_EQ(replay_of_echo()["schema"], "tidemark/replay/1");
  EXPECT_EQ(explore_of_echo()["schema"], "tidemark/explore/1");
  EXPECT_EQ(shrink_of_echo()["schema"], "tidemark/shrink/1");
  EXPECT_EQ(list_json()["schema"], "tidemark/list/1");
}

TEST(ReplayJson, TellsTheBreachAndWhereItIs) {
  const json document = replay_of_echo();
  EXPECT_EQ(document["holds"], false);
  const auto place = static_cast<std::size_t>(Invariant::no_lost_update);
  const json& breach = document["invariants"][place]["breach"];
  EXPECT_EQ(breach["kind"], "ancestor-chosen");
  EXPECT_EQ(breach["replica"], "A");
  EXPECT_EQ(breach["object"], "o1");
  EXPECT_EQ(breach["version"], 1);
  EXPECT_EQ(breach["other_version"], 2);
  EXPECT_EQ(breach["where"], "settle round 1");
  EXPECT_EQ(breach["step"], nullptr);
  EXPECT_EQ(document["at_rest"]["S"]["o1"], 1);
  EXPECT_EQ(document["versions"][0]["value"], "100 EUR");
  EXPECT_EQ(document["expectations"][0]["met"], true);
}

TEST(ReplayJson, NamesTheTombstoneThatAKeyLoserBecame) {
  const Trace trace = trace_of(
      "tidemark-trace 1\nprotocol hardened\ncreate A o1 pk=k\ncreate B o2 pk=k\nsync A\nsync B\n");
  const json versions = replay_json(trace, record(trace))["versions"];
  ASSERT_EQ(versions.size(), 3u);
  EXPECT_EQ(versions[2]["kind"], "tombstone");
}

TEST(ReplayJson, HasEventsOnlyWhenAsked) {
  EXPECT_FALSE(replay_of_echo().contains("events"));
  const json events = replay_of_echo(true)["events"];
  EXPECT_EQ(events.front()["kind"], "world-began");
  EXPECT_EQ(events.back()["kind"], "rested");
}

TEST(ExploreJson, SaysWhatWasAskedFor) {
  const json plan = explore_of_echo()["plan"];
  EXPECT_EQ(plan["bounds"]["edits"], 3);
  EXPECT_EQ(plan["bounds"]["full"], 2);
  EXPECT_EQ(plan["bounds"]["lost"], 0);
  EXPECT_EQ(plan["bounds"].size(), named_bounds().size());
  EXPECT_EQ(plan["clock_jump"], 20);
  EXPECT_EQ(plan["steps"], nullptr);
  EXPECT_EQ(plan["ending"], "settle");
  EXPECT_EQ(plan["invariants"].size(), kInvariants - 1);
  EXPECT_EQ(plan["reductions"].size(), kReductions - 1);
  EXPECT_FALSE(plan["scope"].contains("steps")) << "a scope's are those of fuzzing";
}

TEST(ExploreJson, HoldsTheTraceOfACounterexample) {
  const json found = invariant_in(explore_of_echo(), Invariant::no_lost_update);
  EXPECT_EQ(found["name"], "no-lost-update");
  EXPECT_EQ(found["holds"], false);
  EXPECT_EQ(found["shortest"], 3);
  EXPECT_EQ(found["is_shortest"], true);
  EXPECT_EQ(found["fingerprint"], "3f2a91c2d0ab");
  EXPECT_EQ(found["file"], "no-lost-update-3f2a91c2d0ab.trace");
  EXPECT_EQ(found["steps"].size(), 3u);
  EXPECT_EQ(trace_of(found["trace"].get<std::string>()), trace_of(kEcho));
}

TEST(ExploreJson, SaysThatItHoldsOnlyOfWhatIsProven) {
  const json proven = explore_of_echo();
  EXPECT_EQ(invariant_in(proven, Invariant::convergence)["holds"], true);
  EXPECT_EQ(invariant_in(proven, Invariant::convergence)["shortest"], nullptr);
  EXPECT_EQ(invariant_in(proven, Invariant::told)["watched"], false);
  EXPECT_EQ(invariant_in(proven, Invariant::told)["holds"], nullptr);
  Searched ended = search_of_echo();
  ended.exploration.end = ExploreEnd::stopped;
  Searched faulty = search_of_echo();
  faulty.exploration.faults = {"convergence: the search broke it, …"};
  for (const Searched& searched : {ended, faulty}) {
    const json unproven = explore_json(std::array{searched}, plan_of_search());
    EXPECT_EQ(invariant_in(unproven, Invariant::convergence)["holds"], nullptr);
    EXPECT_EQ(invariant_in(unproven, Invariant::no_lost_update)["holds"], false);
  }
}

TEST(ExploreJson, HoldsWhereEveryConfigurationIsProvenTo) {
  const auto holds = [](const Searched& first, const Searched& second) {
    return explore_json(std::array{first, second}, plan_of_search())["holds"];
  };
  const Searched broken = search_of_echo();
  Searched proven = search_of_echo();
  proven.exploration.counterexamples.clear();
  Searched ended = proven;
  ended.exploration.end = ExploreEnd::memory_bound;
  EXPECT_EQ(holds(proven, proven), true);
  EXPECT_EQ(holds(proven, ended), nullptr);
  EXPECT_EQ(holds(ended, broken), false);
  EXPECT_EQ(holds(broken, ended), false);
}

TEST(ExploreJson, CountsWhatFullSyncsHealAndDestroy) {
  Searched searched = search_of_echo();
  searched.exploration.healing = {.diverging = 4, .healed = 3, .keeping = 2, .destroyed = 1};
  ExplorePlan plan = plan_of_search();
  plan.ending = Ending::full_sync;
  const json document = explore_json(std::array{searched}, plan);
  EXPECT_EQ(document["plan"]["ending"], "full-sync");
  EXPECT_EQ(document["configurations"][0]["healing"],
            json({{"diverging", 4}, {"healed", 3}, {"keeping", 2}, {"destroyed", 1}}));
}

TEST(ExploreJson, NamesEveryEnd) {
  Searched searched = search_of_echo();
  const auto end_of = [&](ExploreEnd end) {
    searched.exploration.end = end;
    return explore_json(std::array{searched}, {})["configurations"][0];
  };
  EXPECT_EQ(end_of(ExploreEnd::exhausted)["end"], "exhausted");
  EXPECT_EQ(end_of(ExploreEnd::all_broken)["end"], "all-broken");
  EXPECT_EQ(end_of(ExploreEnd::step_bound)["end"], "step-bound");
  EXPECT_EQ(end_of(ExploreEnd::step_bound)["complete"], true);
  EXPECT_EQ(end_of(ExploreEnd::memory_bound)["end"], "memory-bound");
  EXPECT_EQ(end_of(ExploreEnd::memory_bound)["complete"], false);
  EXPECT_EQ(end_of(ExploreEnd::stopped)["end"], "stopped");
}

TEST(ExploreJson, ComparesTheShrinkerWhereThatWasAskedFor) {
  const json compared = explore_of_echo()["configurations"][0]["shrinker"][0];
  EXPECT_EQ(compared["invariant"], "no-lost-update");
  EXPECT_EQ(compared["optimal"], 8);
  EXPECT_EQ(compared["longer"][0]["seed"], "0x0000000000000007");
  EXPECT_EQ(compared["longer"][0]["steps"].size(), 3u);
  Searched unasked = search_of_echo();
  unasked.comparison.reset();
  EXPECT_EQ(explore_json(std::array{unasked}, {})["configurations"][0]["shrinker"], nullptr);
}

TEST(MutantsJson, TellsHowEachFared) {
  const json document = mutants_of_echo();
  const json& mutant = document["mutants"][0];
  EXPECT_EQ(document["schema"], "tidemark/mutants/1");
  EXPECT_EQ(mutant["name"], "drops-name");
  EXPECT_EQ(mutant["caught"], 1);
  EXPECT_EQ(mutant["passes"], false);
  EXPECT_EQ(mutant["median"], 3);
  EXPECT_EQ(mutant["percentile_95"], nullptr);
  EXPECT_EQ(mutant["episodes"], json({3, nullptr}));
  EXPECT_EQ(mutant["broken"],
            json({{{"name", "convergence"}, {"runs_before", 0}, {"runs_with", 1}}}));
  EXPECT_EQ(mutant["proof"]["shortest"], nullptr);
  EXPECT_EQ(mutant["proof"]["depth"], 1);
  EXPECT_EQ(mutant["shown"]["steps"].size(), 3u);
  EXPECT_EQ(document["rare"][0]["shows"], true);
  EXPECT_EQ(document["without"][0]["tried"][0]["caught"], 1);
}

TEST(ListJson, ListsEveryInvariantAndMark) {
  EXPECT_EQ(list_json()["invariants"].size(), kInvariants);
  EXPECT_EQ(list_json()["marks"].size(), kMarks);
}

TEST(Json, ReplacesBytesThatAreNoText) {
  EXPECT_EQ(print_json({{"a", "\xff"}}), "{\n  \"a\": \"\xef\xbf\xbd\"\n}\n");
}

// Names of fields, but for those of maps: labels, replicas and options are data.
void collect_fields(const json& node, std::set<std::string>& fields) {
  if (node.is_array())
    for (const json& each : node) collect_fields(each, fields);
  if (!node.is_object()) return;
  for (const auto& [key, value] : node.items()) {
    fields.insert(key);
    const bool is_map = key == "at_rest" || (key == "options" && value.is_object());
    if (!is_map) collect_fields(value, fields);
  }
}

TEST(Json, EveryFieldIsDocumented) {
  std::ifstream file(std::string(TIDEMARK_SOURCE_DIR) + "/docs/JSON.md");
  const std::string docs{std::istreambuf_iterator<char>(file), {}};
  std::set<std::string> fields;
  for (const json& document :
       {replay_of_echo(true), explore_of_echo(), shrink_of_echo(), mutants_of_echo(), list_json()})
    collect_fields(document, fields);
  EXPECT_GT(fields.size(), 60u);
  for (const std::string& field : fields) {
    const bool named = docs.find("`" + field + "`") != std::string::npos ||
                       docs.find("." + field + "`") != std::string::npos;
    EXPECT_TRUE(named) << field;
  }
}

}  // namespace
}  // namespace tidemark::core
