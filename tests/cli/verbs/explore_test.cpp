// The verb explore as its users meet it: what it proves, what it prints, what it leaves, how it
// ends.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/cli/cli.h"

namespace tidemark::core {
namespace {

using nlohmann::json;

// The scope of the known answers, but for objects, the backend and interleaving.
constexpr std::string_view kNarrow =
    "explore --clients 2 --edits 3 --shared-keys off --deletes off ";
// A search that goes on for hours, and finds nothing.
constexpr std::string_view kEndless =
    "explore --protocol guarded --strategy server-priority --invariants convergence --clients 4 "
    "--objects 3 --edits 12 --faults lost,late,duplicate ";
// A scope in which guarded holds.
constexpr std::string_view kHolds = "explore --protocol guarded --clients 1 --backend off ";

class ExploreCommand : public Cli {
 protected:
  Ran run(std::string_view flags, const std::string& more = "") const {
    return tidemark(std::string(flags) + more);
  }
  json document(std::string_view flags, const std::string& more = "") const {
    return json::parse(run(flags, more + " --out -").out);
  }
};

// What a document says of an invariant in its first configuration.
json entry(const json& document, std::string_view invariant) {
  for (const json& each : document.at("configurations").at(0).at("invariants"))
    if (each.at("name") == invariant) return each;
  return nullptr;
}

int count(const std::string& text, std::string_view part) {
  int times = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
  return times;
}

// An adapter that answers hello so, and then does these commands.
std::string engine(const std::string& more, const std::string& then) {
  return "explore --engine 'read -r hello; echo \"{\\\"tidemark\\\":1,\\\"name\\\":\\\"tiny\\\"" +
         more + "}\"; " + then + "' ";
}

// --- known answers

struct KnownAnswer {
  const char* flags;
  const char* invariant;
  std::size_t steps;
};
constexpr KnownAnswer kAnswers[] = {
    {"--backend off --interleave off --strategy client-priority", "no-redundant-transfer", 1},
    {"--backend off --interleave off --strategy server-priority", "no-lost-update", 3},
    {"--backend off --interleave off --strategy server-priority --faults lost "
     "--set upload-ack-moves-download-mark=always",
     "no-lost-update", 3},
    {"--backend off --interleave off --strategy server-priority --faults full-sync "
     "--set upload-ack-moves-download-mark=always",
     "no-lost-update", 4},
    {"--backend off --objects 2 --strategy timestamp-priority "
     "--set upload-ack-moves-download-mark=always",
     "convergence", 5},
    {"--backend on --objects 2 --strategy timestamp-priority "
     "--set upload-ack-moves-download-mark=always",
     "convergence", 4},
};

TEST_F(ExploreCommand, FindsTheKnownAnswers) {
  for (const KnownAnswer& answer : kAnswers) {
    SCOPED_TRACE(answer.flags);
    const json found = entry(document(kNarrow, answer.flags), answer.invariant);
    EXPECT_EQ(found.at("shortest"), answer.steps);
    EXPECT_EQ(found.at("is_shortest"), true);
    EXPECT_EQ(found.at("steps").size(), answer.steps);
    EXPECT_EQ(found.at("holds"), false);
  }
}

// What the known answers say too: without the fault there is none.
TEST_F(ExploreCommand, ProvesThatWithoutTheFaultNothingIsLost) {
  const json document_without =
      document(kNarrow,
               "--backend off --interleave off --strategy server-priority "
               "--set upload-ack-moves-download-mark=always");
  const json found = entry(document_without, "no-lost-update");
  EXPECT_EQ(found.at("holds"), true);
  EXPECT_EQ(found.at("shortest"), nullptr);
  EXPECT_EQ(document_without.at("configurations").at(0).at("end"), "exhausted");
}

// --- engines of other people; what is found of them is in explore_foreign_test.cpp

TEST_F(ExploreCommand, AsksForAnEngineThatSnapshots) {
  const Ran ran = run(engine("", "cat >/dev/null"));
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(has(ran.err, "tiny cannot save and load its states, expected an adapter that"))
      << ran.err;
}

TEST_F(ExploreCommand, AsksAnEngineWithOneThread) {
  const std::string snapshots = engine(",\\\"snapshot\\\":true", "cat >/dev/null");
  const Ran ran = run(snapshots, "--jobs 2");
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(has(ran.err, "--jobs: 2 with --engine, expected 1")) << ran.err;
}

TEST_F(ExploreCommand, EndsWith3AndTheLastLinesWhereAnEngineFails) {
  const Ran ended = run(engine(",\\\"snapshot\\\":true", "read -r begin; echo {}; exit 7"));
  EXPECT_EQ(ended.code, 3);
  EXPECT_TRUE(has(ended.err, "crash: the program ended with exit code 7")) << ended.err;
  EXPECT_TRUE(has(ended.err, "> {\"op\":\"save\",\"world\":0,\"at\":\"S\"}")) << ended.err;
  const Ran silent = run(engine(",\\\"snapshot\\\":true", "while read -r line; do echo {}; done"));
  EXPECT_EQ(silent.code, 3);
  EXPECT_TRUE(has(silent.err, "save: the answer has no 'state', expected all that S knows"))
      << silent.err;
  EXPECT_TRUE(has(silent.err, "> {\"op\":\"save\",\"world\":0,\"at\":\"S\"}")) << silent.err;
}

// --- exit codes, and what is said then

TEST_F(ExploreCommand, EndsWith0WhereEverythingHolds) {
  const Ran ran = run(kHolds, "--strategy client-priority");
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_TRUE(has(ran.out, "guarded, client-priority holds: all ")) << ran.out;
  EXPECT_TRUE(has(ran.out, " states within these bounds\n")) << ran.out;
  EXPECT_TRUE(has(ran.out, " in 1 configuration · two states with one key: probability below 1e-"))
      << ran.out;
}

TEST_F(ExploreCommand, EndsWith1WhereSomethingIsBroken) {
  const Ran ran = run("explore --strategy server-priority");
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_TRUE(has(ran.out, "FAIL no-lost-update  page, server-priority  3 steps, none is shorter"))
      << ran.out;
  EXPECT_TRUE(has(ran.out,
                  "page, server-priority: no-redundant-transfer broken in 1 step, "
                  "no-lost-update in 3, "))
      << ran.out;
  EXPECT_TRUE(has(ran.out, "; convergence, ")) << ran.out;
}

TEST_F(ExploreCommand, TheMemoryThatIsFullIsInconclusive) {
  const Ran ran = run(kEndless, "--memory 2M");
  EXPECT_EQ(ran.code, 5) << ran.out << ran.err;
  EXPECT_TRUE(
      has(ran.out, "guarded, server-priority: no counterexample of convergence up to depth "))
      << ran.out;
  EXPECT_TRUE(has(ran.out, " (complete); depth ")) << ran.out;
  EXPECT_TRUE(has(ran.out, " not finished: the memory is full (--memory 2M)\n")) << ran.out;
  EXPECT_TRUE(has(ran.err, "tidemark: inconclusive: guarded, server-priority: depth ")) << ran.err;
  EXPECT_TRUE(has(ran.err, "tidemark: to run it again: ")) << ran.err;
  const json found = document(kEndless, "--memory 2M");
  EXPECT_EQ(found.at("holds"), nullptr);
  EXPECT_EQ(found.at("configurations").at(0).at("end"), "memory-bound");
  EXPECT_EQ(found.at("configurations").at(0).at("complete"), false);
  EXPECT_EQ(entry(found, "convergence").at("holds"), nullptr);
}

TEST_F(ExploreCommand, TheTimeThatIsOverIsInconclusive) {
  const Ran ran = run(kEndless, "--for 1ms");
  EXPECT_EQ(ran.code, 5) << ran.out << ran.err;
  EXPECT_TRUE(has(ran.out, " not finished: the time is over (--for 1ms)\n")) << ran.out;
}

TEST_F(ExploreCommand, AViolationComesBeforeWhatIsInconclusive) {
  const Ran ran = run("explore --strategy server-priority --edits 6 --memory 1M");
  EXPECT_EQ(ran.code, 1) << ran.out << ran.err;
  EXPECT_TRUE(has(ran.err, "inconclusive")) << ran.err;
  EXPECT_TRUE(has(ran.out, "broken in 1 step, no-lost-update in 3")) << ran.out;
  EXPECT_TRUE(has(ran.out, "; no counterexample of convergence, ")) << ran.out;
}

TEST_F(ExploreCommand, AnInterruptedSearchPrintsWhatItHas) {
  for (const auto& [number, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    const std::string result = (work() / "result.json").string();
    const std::string out = (work() / "out").string();
    std::array<int, 2> pipe_ends{};
    ASSERT_EQ(pipe(pipe_ends.data()), 0);
    const Running search(
        {TIDEMARK_BINARY, "explore", "--protocol", "guarded", "--clients", "4", "--objects", "3",
         "--edits", "12", "--faults", "lost,late", "--out", result},
        open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), pipe_ends[1]);
    std::string err = read_some(pipe_ends[0]);  // it has begun
    search.signal(number);
    err += read_rest(pipe_ends[0]);
    close(pipe_ends[0]);
    EXPECT_EQ(search.wait(), code);
    EXPECT_TRUE(has(content("out"), " up to depth ")) << content("out");
    EXPECT_TRUE(has(content("out"), " (complete); depth ")) << content("out");
    EXPECT_TRUE(has(content("out"), " not finished: interrupted\n")) << content("out");
    EXPECT_TRUE(has(content("out"), " in 1 configuration · ")) << content("out");
    EXPECT_TRUE(has(err, "tidemark: interrupted; to run it whole: ")) << err;
    const json document = json::parse(read(result), nullptr, false);
    ASSERT_TRUE(document.is_object());
    EXPECT_EQ(document.at("configurations").at(0).at("end"), "stopped");
  }
}

// --- bad input

TEST_F(ExploreCommand, BadFlagsAreRefusedOnOneLine) {
  constexpr std::pair<const char*, const char*> kRefused[] = {
      {"--clients 0", "--clients: '0' does not fit, expected a number from 1 to 7"},
      {"--clients 8", "--clients: '8' does not fit, expected a number from 1 to 7"},
      {"--objects 0", "--objects: '0' does not fit, expected a number from 1 to 8"},
      {"--objects 9", "--objects: '9' does not fit, expected a number from 1 to 8"},
      {"--backend maybe", "--backend: 'maybe' is neither, expected on or off"},
      {"--shared-keys 1", "--shared-keys: '1' is neither, expected on or off"},
      {"--deletes yes", "--deletes: 'yes' is neither, expected on or off"},
      {"--interleave no", "--interleave: 'no' is neither, expected on or off"},
      {"--settle-rounds 0", "--settle-rounds: '0' does not fit, expected a number from 1 to 250"},
      {"--settle-rounds 251", "--settle-rounds: '251' does not fit"},
      {"--faults lost,tired", "--faults: unknown fault 'tired'"},
      {"--edits 13", "--edits: '13' does not fit, expected a number from 0 to 12"},
      {"--edits -1", "--edits"},
      {"--lost 16", "--lost: '16' does not fit, expected a number from 0 to 15"},
      {"--late 16", "--late: '16' does not fit"},
      {"--duplicates 16", "--duplicates: '16' does not fit"},
      {"--offline 16", "--offline: '16' does not fit"},
      {"--clock 16", "--clock: '16' does not fit"},
      {"--crashes 16", "--crashes: '16' does not fit"},
      {"--reinstalls 16", "--reinstalls: '16' does not fit"},
      {"--restores x", "--restores: 'x' does not fit"},
      {"--full 16", "--full: '16' does not fit"},
      {"--lost", "--lost: nothing follows, expected a value"},
      {"--lost 1 --lost 2", "--lost: is given more than once, expected it once"},
      {"--lost 15 --late 15 --duplicates 15 --offline 15 --clock 15 --crashes 8",
       "tidemark: --edits 3, --lost 15, --late 15, --duplicates 15, --offline 15, --clock 15, "
       "--crashes 8: together they do not fit in one search, expected smaller bounds, or fewer"},
      {"--edits 12 --faults all --restores 15 --full 15", "--restores 15, --full 15: together"},
      {"--clock-jump 0", "--clock-jump: '0' does not fit, expected a number from 1 to 1000000"},
      {"--clock-jump 1000001", "--clock-jump: '1000001' does not fit"},
      {"--steps 0", "--steps: '0' does not fit, expected a number from 1 to 250"},
      {"--steps 251", "--steps: '251' does not fit"},
      {"--invariants tolt", "--invariants: unknown invariant 'tolt', did you mean 'told'?"},
      {"--invariants told,", "--invariants: unknown invariant '', expected one of: "},
      {"--invariants told --ending full-sync",
       "--invariants: --ending full-sync watches none of these, expected convergence or "
       "no-lost-update"},
      {"--ending never", "--ending: 'never' is neither, expected settle or full-sync"},
      {"--reductions name", "--reductions: unknown reduction 'name', did you mean 'names'?"},
      {"--reductions all,names", "--reductions: unknown reduction 'all', expected one of: clients"},
      {"--jobs 0", "--jobs: '0' does not fit, expected a number from 1 to 64"},
      {"--jobs 65", "--jobs: '65' does not fit"},
      {"--memory 4", "--memory: '4' is no size, expected one such as 512M or 4G"},
      {"--memory 0M", "--memory: '0M' is no size"},
      {"--memory M", "--memory: 'M' is no size"},
      {"--memory 99999999999T", "--memory: '99999999999T' is no size"},
      {"--for 60", "--for: '60' is no time, expected one such as 60s"},
      {"--compare-shrinker 0", "--compare-shrinker: '0' does not fit, expected a number from 1 to"},
      {"--compare everything", "--compare: 'everything' is neither"},
      {"--strategy all-of-them", "--strategy: unknown strategy 'all-of-them'"},
      {"--protocol pag", "--protocol: unknown protocol 'pag', did you mean 'page'?"},
      {"--verbose --quiet", "excludes"},
      {"--seed 3", "unknown flag '--seed'"},
      {"more", "one argument too many"},
      {"--out /proc/nowhere/found", "cannot be written"},
      {"--out nowhere/result.json", "nowhere/result.json: cannot be written"},
  };
  for (const auto& [flags, said] : kRefused) expect_refused(std::string("explore ") + flags, said);
}

// Whatever then comes of it in that time.
TEST_F(ExploreCommand, TakesEachNumberUpToItsBoundary) {
  for (const char* flags :
       {"--clients 7", "--objects 8", "--edits 12", "--clock 15 --clock-jump 1000000",
        "--lost 15 --late 15", "--settle-rounds 250", "--jobs 64", "--memory 1K", "--steps 250"}) {
    const Ran ran = tidemark(std::string("explore --for 30ms ") + flags);
    EXPECT_TRUE(ran.code == 1 || ran.code == 5) << flags << "\n" << ran.err;
  }
  EXPECT_EQ(run(kHolds, "--edits 0").code, 0);
}

// --- what is searched

TEST_F(ExploreCommand, SaysEveryOptionBefore) {
  const Ran ran = run("explore --edits 2 --faults lost,clock --lost 0 --jobs 1 --steps 2");
  for (const char* said : {"tidemark 0.1.0",
                           " explore --protocol page --strategy all --compare live --clients 2 "
                           "--objects 1 --backend on --shared-keys on --deletes on --interleave on "
                           "--client-changes on "
                           "--client-edits on --edits 2 --lost 0 --late 0 --duplicates 0 --offline "
                           "0 --clock 1 --crashes 0 --reinstalls 0 --restores 0 "
                           "--full 0 ",
                           " --clock-jump 20 ", " --steps 2 ", " --reductions all ",
                           " --invariants all ", " --jobs 1 ", " --memory 4G\n"})
    EXPECT_TRUE(has(ran.err, said)) << said << "\n" << ran.err;
}

TEST_F(ExploreCommand, FaultsGrantsOneOfEachAndABoundOverridesIt) {
  const auto plan = [&](const std::string& flags) {
    return document("explore --steps 1 --strategy server-priority ", flags).at("plan");
  };
  const json none = plan("");
  EXPECT_EQ(none.at("bounds").at("edits"), 3);
  EXPECT_EQ(none.at("bounds").at("lost"), 0);
  EXPECT_EQ(none.at("scope").at("faults"), "none");
  const json all = plan("--faults all");
  for (const auto& [name, bound] : all.at("bounds").items())
    EXPECT_EQ(bound, name == "edits" ? 3 : 1) << name;
  EXPECT_EQ(all.at("scope").at("faults"), "all");
  for (const char* order :
       {"--lost 0 --late 2 --faults lost,late", "--faults lost,late --late 2 --lost 0"}) {
    const json given = plan(order);
    EXPECT_EQ(given.at("bounds").at("lost"), 0) << order;
    EXPECT_EQ(given.at("bounds").at("late"), 2) << order;
    EXPECT_EQ(given.at("scope").at("faults"), "late") << order;
  }
}

TEST_F(ExploreCommand, FaultsThatCannotBeReachedAreNamed) {
  EXPECT_TRUE(has(run("explore --edits 1 --faults lost,late,duplicate --interleave off").err,
                  "not reached: late,duplicate, which only --interleave on can bring about\n"));
  EXPECT_FALSE(has(run("explore --edits 1 --faults lost --interleave off").err, "not reached"));
  EXPECT_FALSE(has(run("explore --edits 1 --faults late").err, "not reached"));
}

TEST_F(ExploreCommand, GoesAsFarAsItsSteps) {
  const std::string flags =
      "explore --strategy server-priority --invariants no-lost-update --steps ";
  const Ran two = run(flags, "2");
  EXPECT_EQ(two.code, 0) << two.out;
  EXPECT_TRUE(has(two.out, "page, server-priority: no-lost-update holds: all ")) << two.out;
  EXPECT_TRUE(has(two.out, " states of up to 2 steps\n")) << two.out;
  EXPECT_EQ(document(flags, "2").at("configurations").at(0).at("end"), "step-bound");
  const Ran three = run(flags, "3");
  EXPECT_EQ(three.code, 1) << three.out;
  EXPECT_TRUE(has(three.out, "page, server-priority: no-lost-update broken in 3 steps\n"))
      << three.out;
}

TEST_F(ExploreCommand, WatchesOnlyTheInvariantsThatItIsGiven) {
  const json found =
      document("explore --strategy server-priority --invariants told,no-redundant-transfer");
  EXPECT_EQ(found.at("plan").at("invariants"), json({"no-redundant-transfer", "told"}));
  EXPECT_EQ(found.at("configurations").at(0).at("end"), "all-broken");
  EXPECT_EQ(entry(found, "told").at("holds"), false);
  EXPECT_EQ(entry(found, "no-lost-update").at("watched"), false);
  EXPECT_EQ(entry(found, "no-lost-update").at("holds"), nullptr);
  EXPECT_EQ(entry(found, "no-lost-update").at("shortest"), nullptr);
}

// Reductions change how much there is to do, and nothing else.
TEST_F(ExploreCommand, ReductionsKeepWhatIsFound) {
  const std::string flags = "explore --strategy server-priority --edits 2 --steps 5 --lost 1 ";
  const json all = document(flags);
  EXPECT_EQ(all.at("plan").at("reductions").size(), 5u);
  for (const std::string some :
       {"none", "clients", "objects", "names", "order", "bounds", "clients,order"}) {
    SCOPED_TRACE(some);
    const json fewer = document(flags, "--reductions " + some);
    EXPECT_EQ(fewer.at("plan").at("reductions").size(),
              some == "none" ? 0u : 1u + static_cast<std::size_t>(count(some, ",")));
    EXPECT_GT(fewer.at("configurations").at(0).at("steps"),
              all.at("configurations").at(0).at("steps"));
    for (const json& each : all.at("configurations").at(0).at("invariants")) {
      const json other = entry(fewer, each.at("name").get<std::string>());
      EXPECT_EQ(other.at("shortest"), each.at("shortest")) << other;
      EXPECT_EQ(other.at("holds"), each.at("holds")) << other;
    }
  }
}

TEST_F(ExploreCommand, ALowerSettleBoundBreaksQuiescence) {
  const std::string flags = "explore --protocol guarded --strategy server-priority --edits 1 ";
  EXPECT_EQ(entry(document(flags), "quiescence").at("holds"), true);
  const json hasty = document(flags, "--settle-rounds 1");
  EXPECT_EQ(entry(hasty, "quiescence").at("holds"), false);
  EXPECT_EQ(hasty.at("plan").at("scope").at("settle_rounds"), 1);
}

TEST_F(ExploreCommand, FullSyncsAtTheEndAreCounted) {
  const Ran ran = run("explore --strategy server-priority --ending full-sync --out found");
  EXPECT_EQ(ran.code, 1) << ran.out << ran.err;
  EXPECT_TRUE(has(ran.out, "\n  a full sync of every client at the end heals ")) << ran.out;
  EXPECT_EQ(tidemark("replay --check found/*.trace").code, 0);
}

// --- what it prints, and leaves

TEST_F(ExploreCommand, PrintsTheSameForAnyNumberOfThreads) {
  const std::string flags =
      "explore --protocol guarded --objects 2 --edits 3 --lost 1 --steps 4 --verbose ";
  const Ran one = run(flags, "--jobs 1 --out one.json");
  const Ran two = run(flags, "--jobs 2 --out two.json");
  EXPECT_EQ(one.code, 1);
  EXPECT_GT(count(one.out, "FAIL "), 3) << one.out;
  EXPECT_EQ(one.out, two.out);
  EXPECT_EQ(run(flags, "--jobs 2").out, two.out);
  std::array<json, 2> documents{json::parse(content("one.json")), json::parse(content("two.json"))};
  for (json& document : documents)
    for (json& each : document.at("configurations")) each.erase("bytes");
  EXPECT_EQ(documents[0], documents[1]);
  EXPECT_GT(documents[0].at("configurations").at(0).at("states"), 1'000);
}

TEST_F(ExploreCommand, TheDigestChangesWithTheScope) {
  const auto digest = [&](const std::string& flags) {
    const Ran ran = run("explore --strategy server-priority ", flags);
    return ran.out.substr(ran.out.rfind(" digest "));
  };
  EXPECT_EQ(digest("--edits 2"), digest("--edits 2 --lost 0"));
  EXPECT_NE(digest("--edits 2"), digest("--edits 1"));
}

TEST_F(ExploreCommand, ShowsOneScreenAConfigurationOrOneForEachViolation) {
  const Ran brief = run("explore --edits 2");
  EXPECT_EQ(count(brief.out, "\n  search    "), 3) << brief.out;
  EXPECT_GT(count(brief.out, "FAIL "), 3) << brief.out;
  const Ran verbose = run("explore --edits 2 --verbose");
  EXPECT_EQ(count(verbose.out, "\n  search    "), count(brief.out, "FAIL ")) << verbose.out;
  EXPECT_EQ(count(verbose.out, "FAIL "), count(brief.out, "FAIL "));
}

TEST_F(ExploreCommand, QuietSaysOnlyWhatWasFound) {
  const Ran ran = run("explore --edits 2 --quiet");
  EXPECT_EQ(ran.err, "");
  EXPECT_GT(lines_of(ran.out).size(), 3u);
  for (const std::string& line : lines_of(ran.out)) EXPECT_TRUE(line.starts_with("FAIL")) << line;
  const Ran holds = run(kHolds, "--quiet");
  EXPECT_EQ(holds.code, 0);
  EXPECT_EQ(holds.out + holds.err, "");
}

TEST_F(ExploreCommand, EveryTraceThatIsLeftShowsItsViolation) {
  const json found = document("explore --edits 2 --lost 1 --out deep/found");
  std::set<std::string> expected;
  for (const json& configuration : found.at("configurations"))
    for (const json& each : configuration.at("invariants"))
      if (each.at("holds") == false) {
        const std::string path = "deep/found/" + each.at("file").get<std::string>();
        expected.insert(path);
        EXPECT_TRUE(
            has(tidemark("replay --quiet " + path).out, each.at("name").get<std::string>() + ": "))
            << path;
        EXPECT_EQ(tidemark("replay --check " + path).code, 0) << path;
      }
  EXPECT_GT(expected.size(), 3u);
  std::set<std::string> left;
  for (const std::string& file : files())
    if (file.ends_with(".trace")) left.insert(file);
  EXPECT_EQ(left, expected);
}

TEST_F(ExploreCommand, NoFolderIsMadeWhereNothingIsFound) {
  EXPECT_EQ(run(kHolds, "--out found").code, 0);
  EXPECT_TRUE(files().empty());
}

// With a file the line replays it; without, it searches for this one alone, and finds it again.
TEST_F(ExploreCommand, EveryLineToPasteShowsTheViolationThatItStandsBehind) {
  for (const char* flags :
       {"--edits 2", "--edits 2 --out \"it's found\"",
        "--edits 2 --compare tombstones --strategy server-priority --out -found",
        "--protocol reference --edits 2 --shared-keys off --faults lost,clock --clock-jump 30 "
        "--steps 3 --settle-rounds 9 --reductions names,order --set empty-upload=no",
        "--ending full-sync --edits 2 --interleave off --jobs 1"}) {
    SCOPED_TRACE(flags);
    const Ran ran = tidemark("explore --quiet " + std::string(flags));
    const std::vector<std::string> lines = lines_of(ran.out);
    EXPECT_GT(lines.size(), 1u) << ran.out << ran.err;
    for (const std::string& line : lines) {
      const std::string invariant = line.substr(5, line.find(' ', 5) - 5);
      const std::size_t command = line.find(TIDEMARK_BINARY);
      ASSERT_NE(command, std::string::npos) << line;
      const Ran pasted = shell(line.substr(command) + " --quiet");
      EXPECT_EQ(pasted.code, 1) << line;
      const bool replays = has(line, " replay ");
      EXPECT_EQ(replays, has(flags, "--out")) << line;
      const std::string expected =
          replays ? invariant + ": " : line.substr(0, line.find("none is shorter"));
      EXPECT_TRUE(has("\n" + pasted.out, "\n" + expected)) << pasted.out << line;
    }
  }
}

TEST_F(ExploreCommand, AScreenSaysTheDigestThatItsTraceReplaysTo) {
  const Ran ran = run("explore --strategy server-priority --verbose --out found");
  std::string command;
  int screens = 0;
  for (const std::string& line : lines_of(ran.out)) {
    if (line.starts_with("  replay ")) command = line.substr(line.find(TIDEMARK_BINARY));
    if (!line.starts_with("  digest ")) continue;
    const std::string digest = line.substr(line.find_last_of(' ') + 1);
    EXPECT_TRUE(has(shell(command).out, "digest   " + digest)) << command;
    ++screens;
  }
  EXPECT_GT(screens, 2) << ran.out;
}

TEST_F(ExploreCommand, TellsWhatItCostOnStderr) {
  const Ran ran = run("explore --strategy server-priority --steps 3");
  EXPECT_TRUE(has(ran.err, " states to depth 3 in ")) << ran.err;
  for (const char* said : {" states/s, ", " bytes a state\n", " steps executed, ",
                           " left out: ", "  settle: ", " messages delivered, "}) {
    EXPECT_TRUE(has(ran.err, said)) << said << "\n" << ran.err;
    EXPECT_FALSE(has(ran.out, said)) << said << "\n" << ran.out;
  }
}

// --- the shrinker against the search

TEST_F(ExploreCommand, ComparesTheShrinkerWithWhatIsShortest) {
  const std::string flags =
      "explore --strategy server-priority --edits 2 --interleave off --compare-shrinker 2";
  const Ran ran = run(flags, " --out result.json");
  EXPECT_EQ(ran.code, 1);
  EXPECT_TRUE(has(ran.out, "page, server-priority: the shrinker against the search\n")) << ran.out;
  EXPECT_TRUE(has(ran.out, "  no-lost-update: 2 of 2 seeds reach the shortest, 3 steps\n"))
      << ran.out;
  EXPECT_EQ(run(flags, " --jobs 1").out, ran.out);
  const json found = json::parse(content("result.json")).at("configurations").at(0);
  std::size_t broken = 0;
  for (const json& each : found.at("invariants")) broken += each.at("holds") == false;
  EXPECT_EQ(found.at("shrinker").size(), broken);
  for (const json& each : found.at("shrinker")) {
    EXPECT_EQ(each.at("seeds"), 2);
    EXPECT_EQ(each.at("optimal").get<std::size_t>() + each.at("missed").get<std::size_t>() +
                  each.at("longer").size(),
              2u);
  }
}

TEST_F(ExploreCommand, SaysHowManySeedsItCameToCompare) {
  const Ran ran = run("explore --strategy server-priority --edits 2 --interleave off ",
                      "--compare-shrinker 1000000 --for 200ms");
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_TRUE(has(ran.err,
                  "tidemark: inconclusive: page, server-priority: the shrinker was compared "
                  "under "))
      << ran.err;
  EXPECT_TRUE(has(ran.err, " of 1 000 000 seeds: the time is over (--for 200ms)\n")) << ran.err;
}

TEST_F(ExploreCommand, ComparesNothingUnasked) {
  EXPECT_EQ(document("explore --edits 1").at("configurations").at(0).at("shrinker"), nullptr);
  const Ran ran = run(kHolds, "--strategy server-priority --compare-shrinker 3");
  EXPECT_EQ(ran.code, 0);
  EXPECT_FALSE(has(ran.out, "shrinker")) << ran.out;
}

// --- terminals

TEST_F(ExploreCommand, ATerminalIsShownHowFarTheSearchIsAndALogIsNot) {
  Terminal terminal;
  const Running search(
      {TIDEMARK_BINARY, "explore", "--strategy", "server-priority", "--clients", "4", "--objects",
       "3", "--edits", "12", "--faults", "lost,late", "--for", "900ms"},
      open("/dev/null", O_WRONLY), terminal.open_end());
  const std::string shown = terminal.read_all();
  EXPECT_EQ(search.wait(), 1);
  EXPECT_TRUE(has(shown, "\rpage, server-priority  depth ")) << shown;
  EXPECT_TRUE(has(shown, " states of it · ")) << shown;
  EXPECT_TRUE(has(shown, " left of this depth")) << shown;
  EXPECT_TRUE(has(shown, " found")) << shown;
  EXPECT_FALSE(has(run("explore --protocol guarded --edits 9 --for 300ms").err, "\r"));
}

}  // namespace
}  // namespace tidemark::core
