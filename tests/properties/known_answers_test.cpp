// The shortest traces that an exhaustive search has proven, each in its scope, must come out of
// fuzzing and shrinking. And a known measurement: which rule for the upload's ack diverges how
// often.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/random.h"
#include "properties/campaign/fuzz.h"
#include "tests/properties/configurations.h"

namespace tidemark::core {
namespace {

#if defined(TIDEMARK_SLOW_BUILD)
constexpr int kAnswerSeeds = 3;
constexpr int kSeedsThatMustFind = 2;
constexpr std::uint64_t kBugSeeds = 8;
#else
constexpr int kAnswerSeeds = 100;
constexpr int kSeedsThatMustFind = 95;
constexpr std::uint64_t kBugSeeds = 200;
#endif

Scope narrow_scope(std::uint32_t objects, bool interleave, FaultSet faults) {
  return {.clients = 2,
          .objects = objects,
          .backend = false,
          .shared_keys = false,
          .deletes = false,
          .interleave = interleave,
          .faults = faults};
}

struct KnownAnswer {
  Configuration configuration;
  Scope scope;
  Invariant invariant;
  std::size_t steps;
};

// The length of the shortest trace that one seed finds; 0 if it finds none.
std::size_t shortest_found(const KnownAnswer& known, std::uint64_t seed) {
  const FuzzPlan plan{
      .scope = known.scope, .seed = seed, .episodes = 600, .budget = {}, .shrink_most = 6};
  const RunResult result = fuzz(known.configuration, plan, nullptr);
  const auto found = result.findings_of(name_of(known.invariant));
  return found.empty() ? 0 : found.front()->simplest.trace.scenario.steps.size();
}

void expect_found(const KnownAnswer& known) {
  int found = 0;
  for (int seed = 1; seed <= kAnswerSeeds; ++seed) {
    const std::size_t steps = shortest_found(known, static_cast<std::uint64_t>(seed));
    EXPECT_TRUE(steps == 0 || steps >= known.steps) << "seed " << seed << " found " << steps;
    found += steps == known.steps;
  }
  EXPECT_GE(found, kSeedsThatMustFind);
}

constexpr std::string_view kAckMoves = "upload-ack-moves-download-mark=always";

TEST(KnownAnswers, ThePageSendsOneCreationBackToItsClient) {
  for (const NamedStrategy& strategy : built_in_strategies())
    expect_found({configuration("page", {}, strategy.name), narrow_scope(1, false, 0),
                  Invariant::no_redundant_transfer, 1});
}

TEST(KnownAnswers, ThePageLosesAnEditToItsOwnEchoInThreeSteps) {
  expect_found({configuration("page", {}, "server-priority"), narrow_scope(1, false, 0),
                Invariant::no_lost_update, 3});
}

TEST(KnownAnswers, ALostAckLosesAnEditInThreeSteps) {
  expect_found({configuration("page", {std::string(kAckMoves)}, "server-priority"),
                narrow_scope(1, false, fault_bit(Fault::lost)), Invariant::no_lost_update, 3});
}

TEST(KnownAnswers, AFullSyncLosesAnEditInFourSteps) {
  expect_found({configuration("page", {std::string(kAckMoves)}, "server-priority"),
                narrow_scope(1, false, fault_bit(Fault::full_sync)), Invariant::no_lost_update, 4});
}

TEST(KnownAnswers, AnAckMovesTheMarkPastAnothersObjectInFiveSteps) {
  for (const NamedStrategy& strategy : built_in_strategies())
    expect_found({configuration("page", {std::string(kAckMoves)}, strategy.name),
                  narrow_scope(2, true, 0), Invariant::convergence, 5});
}

TEST(KnownAnswers, WithABackendTheSameTakesFourSteps) {
  Scope scope = narrow_scope(2, true, 0);
  scope.backend = true;
  expect_found({configuration("page", {std::string(kAckMoves)}, "server-priority"), scope,
                Invariant::convergence, 4});
}

// ---- one bug, one fingerprint -------------------------------------------------------------------

// Guarded holds everything where cycles are whole, nothing fails and no key is shared: what breaks
// there after one option was changed is that option's doing.
TEST(Fingerprints, OneBugHasOneInTheMedian) {
  struct Planted {
    std::string option;
    std::string_view strategy;
    bool shared_keys;
    Invariant invariant;
  };
  const std::vector<Planted> bugs{
      {"upload-ack-moves-download-mark=never", "server-priority", false, Invariant::no_lost_update},
      {"upload-ack-moves-download-mark=never", "client-priority", false,
       Invariant::no_redundant_transfer},
      {"received-counter=client", "server-priority", false, Invariant::no_lost_update},
      {"received-counter=client", "server-priority", false, Invariant::no_redundant_transfer},
      {"overwritten-stays-pending=yes", "server-priority", false, Invariant::no_redundant_transfer},
      {"key-conflict=take-guid", "server-priority", true, Invariant::convergence},
      {"deleted-holds-key=yes", "server-priority", true, Invariant::quiescence},
      {"upload-key-clash=add", "client-priority", true, Invariant::one_object_per_key},
  };
  std::vector<std::size_t> counts;
  for (const Planted& bug : bugs) {
    const Configuration planted = configuration("guarded", {bug.option}, bug.strategy);
    Scope scope = narrow_scope(3, false, 0);
    scope.deletes = true;
    scope.clients = 3;
    scope.shared_keys = bug.shared_keys;
    std::set<std::string> fingerprints;
    for (std::uint64_t seed = 1; seed <= kBugSeeds; ++seed) {
      const FuzzPlan plan{
          .scope = scope, .seed = seed, .episodes = 2000, .budget = {}, .shrink_most = 1};
      const auto until_broken = [](const RunProgress& progress) {
        return progress.broken_episodes < 3;
      };
      const RunResult result = fuzz(planted, plan, until_broken);
      for (const Finding* finding : result.findings_of(name_of(bug.invariant)))
        fingerprints.insert(finding->fingerprint);
    }
    EXPECT_FALSE(fingerprints.empty()) << bug.option;
    counts.push_back(fingerprints.size());
  }
  std::nth_element(counts.begin(), counts.begin() + counts.size() / 2, counts.end());
  EXPECT_EQ(counts[counts.size() / 2], 1u);
}

// ---- the shares that diverge --------------------------------------------------------------------

// Two clients, cycles told message by message, no shared keys; a client's app changes nothing
// between the upload and its ack. A quarter of the acks is lost if asked for.
Scenario random_cycles(std::uint64_t seed, bool drop_acks) {
  Random random(seed);
  Scenario scenario;
  scenario.objects = {"o1", "o2", "o3"};
  std::array<bool, 3> open{};
  std::array<bool, 3> created{};
  while (scenario.steps.size() < 40) {
    const Replica client{static_cast<std::uint8_t>(1 + random.below(2))};
    const std::uint32_t object = random.below(3);
    if (random.percent(40)) {
      scenario.steps.push_back({.kind = created[object] ? StepKind::edit : StepKind::create,
                                .replica = client,
                                .object = object});
      created[object] = true;
    } else if (!open[client.number]) {
      scenario.steps.push_back({.kind = StepKind::begin, .replica = client});
      scenario.steps.push_back({.kind = StepKind::deliver, .replica = client});
      open[client.number] = true;
    } else {
      const bool drop = drop_acks && random.percent(25);
      if (drop) {
        scenario.steps.push_back({.kind = StepKind::deliver, .replica = client});
        scenario.steps.push_back({.kind = StepKind::deliver, .replica = client});
      }
      scenario.steps.push_back(
          {.kind = drop ? StepKind::drop : StepKind::finish, .replica = client});
      open[client.number] = false;
    }
  }
  return scenario;
}

int diverged(const Configuration& configuration, bool drop_acks) {
  Runner runner(configuration.protocol, configuration.strategy);
  int count = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed)
    count += runner.run(random_cycles(seed, drop_acks)).verdict.broken(Invariant::convergence);
  return count;
}

TEST(DivergedShares, TheLiteralAndTheGuardedRuleNeverDiverge) {
  const auto kind = "timestamp-priority";
  const std::string guard = "upload-ack-moves-download-mark=if-alone";
  for (const bool drop_acks : {false, true}) {
    EXPECT_EQ(diverged(configuration("page", {}, kind), drop_acks), 0);
    EXPECT_EQ(diverged(configuration("page", {guard}, kind), drop_acks), 0);
    EXPECT_EQ(diverged(configuration("guarded", {}, kind), drop_acks), 0);
  }
}

TEST(DivergedShares, TheReferenceRuleDivergesBetweenTenAndSixtyPercent) {
  for (const bool drop_acks : {false, true}) {
    const int count =
        diverged(configuration("page", {std::string(kAckMoves)}, "timestamp-priority"), drop_acks);
    EXPECT_GE(count, 200);
    EXPECT_LE(count, 1200);
  }
}

}  // namespace
}  // namespace tidemark::core
