// The hardened protocol: every invariant, under every step, for every lawful strategy.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "model/hardened_engine.h"
#include "properties/campaign/fuzz.h"
#include "tests/episode.h"
#include "tests/properties/configurations.h"

namespace tidemark::core {
namespace {

#if defined(TIDEMARK_SLOW_BUILD)
constexpr std::uint64_t kCleanEpisodes = 200;
#else
constexpr std::uint64_t kCleanEpisodes = 5'000;
#endif

Protocol hardened_with(Mutant mutant) {
  Protocol protocol = find_protocol("hardened")->protocol;
  protocol.mutant = mutant;
  return protocol;
}

// The first finding as a trace, or nothing.
std::string first_finding(const Strategy& strategy, Mutant mutant, std::uint8_t clients,
                          bool compare_tombstones = false) {
  Configuration configuration{.protocol_name = "hardened",
                              .options = {},
                              .protocol = hardened_with(mutant),
                              .strategy = strategy,
                              .judge = {.compare_tombstones = compare_tombstones}};
  FuzzPlan plan{.scope = {.clients = clients},
                .seed = 1,
                .episodes = kCleanEpisodes,
                .budget = {},
                .shrink_most = 1,
                .require_marks = RequireMarks::never};
  const RunResult result = fuzz(configuration, plan, nullptr);
  EXPECT_EQ(result.episodes(), kCleanEpisodes);
  return result.findings.empty() ? "" : print_trace(result.findings.begin()->second.simplest.trace);
}

// ---- lawful strategies: deterministic and closed, and nothing more

struct OwnStrategy {
  const char* name;
  Decision (*decide)(const Conflict&);
};
void PrintTo(const OwnStrategy& strategy, std::ostream* out) { *out << strategy.name; }

Decision deletions_win(const Conflict& c) {
  return c.local.content.isdeleted ? Decision::local_wins() : Decision::server_wins();
}
Decision edits_win(const Conflict& c) {
  return c.local.content.isdeleted ? Decision::server_wins() : Decision::local_wins();
}
Decision first_come(const Conflict& c) {
  return c.local.stamps.created < c.server.stamps.created ? Decision::local_wins()
                                                          : Decision::server_wins();
}
Decision capricious(const Conflict& c) {
  const std::uint32_t mixed = c.local.content.value.number * 2654435761u ^
                              c.server.content.value.number * 40503u ^ c.local.guid.number;
  switch (mixed >> 7 & 3) {
    case 0:
      return Decision::local_wins();
    case 1:
      return Decision::server_wins();
    default:
      return Decision::merged(mixed >> 13 & 1);
  }
}

class LawfulStrategy : public testing::TestWithParam<OwnStrategy> {};

TEST_P(LawfulStrategy, IsKeptByHardened) {
  const Strategy strategy = own_strategy(GetParam().name, GetParam().decide);
  for (const std::uint8_t clients : {2, 4})
    EXPECT_EQ(first_finding(strategy, Mutant::none, clients), "");
}

TEST_P(LawfulStrategy, IsJudged) {
  const Strategy strategy = own_strategy(GetParam().name, GetParam().decide);
  EXPECT_NE(first_finding(strategy, Mutant::pending_cleared_when_sent, 3), "");
}

INSTANTIATE_TEST_SUITE_P(
    All, LawfulStrategy,
    testing::Values(OwnStrategy{"merge", [](const Conflict&) { return Decision::merged(); }},
                    OwnStrategy{"merge-to-a-deletion",
                                [](const Conflict&) { return Decision::merged(true); }},
                    OwnStrategy{"merge-objects",
                                [](const Conflict& c) {
                                  return c.kind == ConflictKind::object ? Decision::merged()
                                                                        : Decision::local_wins();
                                }},
                    OwnStrategy{"merge-keys",
                                [](const Conflict& c) {
                                  return c.kind == ConflictKind::object ? Decision::server_wins()
                                                                        : Decision::merged();
                                }},
                    OwnStrategy{"deletions-win", deletions_win},
                    OwnStrategy{"edits-win", edits_win}, OwnStrategy{"first-come", first_come},
                    OwnStrategy{"capricious", capricious}));

TEST(Hardened, HoldsForTheBuiltInStrategiesToTheTombstone) {
  for (const NamedStrategy& strategy : built_in_strategies())
    for (const std::uint8_t clients : {2, 3, 8})
      EXPECT_EQ(first_finding(built_in(strategy), Mutant::none, clients, true), "")
          << strategy.name << ", " << int{clients} << " clients";
}

// ---- stories

std::string on_hardened(std::string_view steps) {
  return "protocol hardened; settle-rounds 20; " + std::string(steps);
}

struct Hardly : EpisodeOn<Hardened> {
  Hardly(Strategy strategy, std::string_view steps, Mutant mutant = Mutant::none)
      : EpisodeOn(on_hardened(steps), Hardened(hardened_with(mutant), std::move(strategy))) {}
};

Strategy merging() {
  return own_strategy("merge", [](const Conflict&) { return Decision::merged(); });
}

TEST(Hardened, AMergeOvertakenByAnEditStaysPending) {
  constexpr const char* kStory =
      "create S o1; sync A; edit S o1; edit A o1; begin A; deliver A; deliver A; edit A o1; "
      "finish A";
  const Hardly episode(merging(), kStory);
  EXPECT_EQ(episode.found(), "holds");
  EXPECT_EQ(episode.held("o1"), "S v5, A v5, B v5");
  EXPECT_EQ(
      Hardly(merging(), kStory, Mutant::ack_covers_later_edit).found(Invariant::no_lost_update),
      "lost at A at rest");
}

TEST(Hardened, TheWinnerOfAKeyConflictThatIsMergedInTheSameMessageWasRightlyNamed) {
  const Strategy strategy = own_strategy("merge-objects", [](const Conflict& c) {
    return c.kind == ConflictKind::object ? Decision::merged() : Decision::local_wins();
  });
  const Hardly episode(strategy,
                       "create S o1 pk=k1; create A o2 pk=k1; sync B; edit B o1; backup S; sync A; "
                       "delete A o2; sync B; restore S; edit S o1");
  EXPECT_EQ(episode.found(), "holds");
}

TEST(Hardened, TheAppIsToldOfATombstoneThatReplacedItsVersion) {
  constexpr const char* kStory =
      "create A o1 pk=k1; create B o2 pk=k1; sync B lose=upload-ack; edit S o2";
  const Hardly episode(built_in("client-priority"), kStory);
  EXPECT_EQ(episode.found(), "holds");
  EXPECT_TRUE(std::any_of(episode.facts().begin(), episode.facts().end(), [](const Fact& fact) {
    return fact.kind == FactKind::change_overwritten && fact.local == Value{2};
  }));
}

TEST(Hardened, SeveralReplicasMakeOneTombstoneOfAKeyLoser) {
  // A and B both find that o1 loses its key to o2, and neither knows of the other.
  const Hardly episode(built_in("client-priority"),
                       "create S o1 pk=k1; create A o2 pk=k1; create B o3 pk=k1; "
                       "begin A; begin B; deliver A; deliver B; deliver A; deliver B");
  EXPECT_EQ(episode.found(), "holds");
  const auto& versions = episode.world().versions();
  EXPECT_EQ(std::count_if(versions.begin(), versions.end(),
                          [](const Version& version) { return version.buried_of == Value{1}; }),
            1);
}

TEST(Hardened, OfEqualStampsTheGreaterVersionWinsOnEitherSide) {
  // A writes second, with its clock put back to the moment of B's edit.
  for (const char* order : {"sync A; sync B", "sync B; sync A"}) {
    const Hardly episode(built_in("timestamp-priority"),
                         "create S o1; sync A; sync B; edit B o1 value=b; clock A -10; "
                         "edit A o1 value=a; " +
                             std::string(order));
    EXPECT_EQ(episode.found(), "holds");
    EXPECT_EQ(episode.held("o1"), "S b, A b, B b") << order;
  }
}

TEST(Hardened, ARestoredServerIsGivenBackWhatItLost) {
  const Hardly episode(built_in("server-priority"),
                       "backup S; create A o1; sync A; sync B; reinstall A; restore S");
  EXPECT_EQ(episode.found(), "holds");
  EXPECT_EQ(episode.held("o1"), "S v1, A v1, B v1");
}

// Each file of tests/traces/hardened breaks something with its mutant, as its expectations say;
// without the mutant the same steps hold.
TEST(Hardened, ItsStoriesHoldWithoutTheirMutants) {
  namespace fs = std::filesystem;
  int stories = 0;
  for (const auto& entry : fs::directory_iterator(TIDEMARK_SOURCE_DIR "/tests/traces/hardened")) {
    std::ifstream file(entry.path(), std::ios::binary);
    Trace trace = trace_of(std::string{std::istreambuf_iterator<char>(file), {}});
    EXPECT_NE(trace.engine.mutant, Mutant::none) << entry.path();
    trace.engine.mutant = Mutant::none;
    Runner runner(trace.engine, built_in(trace.strategy));
    EXPECT_EQ(findings(runner.run(trace.scenario).verdict), "holds") << entry.path();
    ++stories;
  }
  EXPECT_GE(stories, 6);
}

// ---- lineages

TEST(Lineage, IncludesAWriteAndAllEarlierOnesOfItsWriter) {
  Lineage lineage;
  lineage.add(VersionId::of_write(3, 5));
  EXPECT_TRUE(lineage.includes(VersionId::of_write(3, 5)));
  EXPECT_TRUE(lineage.includes(VersionId::of_write(3, 4)));
  EXPECT_FALSE(lineage.includes(VersionId::of_write(3, 6)));
  EXPECT_FALSE(lineage.includes(VersionId::of_write(2, 1)));
}

TEST(Lineage, IncludesATombstoneOnlyByName) {
  Lineage lineage;
  lineage.add(VersionId::of_write(3, 6));
  lineage.add(VersionId::of_write(3, 5).buried());
  EXPECT_TRUE(lineage.includes(VersionId::of_write(3, 5).buried()));
  EXPECT_FALSE(lineage.includes(VersionId::of_write(3, 4).buried()));
  EXPECT_FALSE(lineage.includes(VersionId::of_write(3, 6).buried()));
}

TEST(Lineage, JoiningIncludesWhatEitherIncludesInWhateverOrder) {
  Lineage a, b;
  for (const std::uint32_t writer : {7u, 1u, 4u}) a.add(VersionId::of_write(writer, writer));
  for (const std::uint32_t writer : {9u, 4u, 2u, 8u}) b.add(VersionId::of_write(writer, 5));
  b.add(VersionId::of_write(9, 2).buried());
  Lineage ab = a, ba = b;
  ab.join(b);
  ba.join(a);
  EXPECT_EQ(ab, ba);
  EXPECT_TRUE(ab.includes(VersionId::of_write(7, 7)));
  EXPECT_TRUE(ab.includes(VersionId::of_write(4, 5)));
  EXPECT_TRUE(ab.includes(VersionId::of_write(9, 2).buried()));
}

// ---- the canary

TEST(Canary, IsCaughtInAnyScopeInWhichAnythingHappens) {
  for (const bool deletes : {false, true})
    for (const bool interleave : {false, true})
      for (const std::uint8_t clients : {1, 2, 5}) {
        const FuzzPlan plan{.scope = {.clients = clients,
                                      .objects = 1,
                                      .steps = 6,
                                      .backend = deletes,
                                      .deletes = deletes,
                                      .interleave = interleave,
                                      .faults = 0},
                            .seed = clients,
                            .episodes = 1,
                            .budget = {},
                            .require_marks = RequireMarks::never};
        const PortionResult result =
            fuzz(configuration("hardened", {}, "server-priority"), plan, nullptr).portions[0];
        EXPECT_TRUE(result.has_caught_canary());
        EXPECT_EQ(result.broken_episodes, 0u);
      }
}

TEST(Canary, ThatIsNoneIsNotCaught) {
  const FuzzPlan plan{.scope = {},
                      .canary = Mutant::none,
                      .seed = 1,
                      .episodes = 300,
                      .budget = {},
                      .require_marks = RequireMarks::never};
  const RunResult result = fuzz(configuration("hardened", {}, "server-priority"), plan, nullptr);
  EXPECT_EQ(result.portions[0].canary_episodes, 2u);
  EXPECT_FALSE(result.portions[0].has_caught_canary());
}

}  // namespace
}  // namespace tidemark::core
