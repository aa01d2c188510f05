// Coverage: what is counted where, what is declared impossible, and that the generator reaches the
// rest.
#include "properties/coverage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "properties/promises.h"
#include "tests/episode.h"
#include "tests/properties/configurations.h"

namespace tidemark::core {
namespace {

CoverageCounts counts_of(const std::string& text) {
  const Trace trace = trace_of("protocol guarded;" + text);
  const AppSync engine = engine_of(trace);
  World<AppSync> world(engine);
  Coverage coverage;
  world.run(trace.scenario, coverage);
  return coverage.counts();
}

// The cells in which a trace has steps of this name: "idle calm, offline late-other".
std::string cells_of(const std::string& step, const std::string& text) {
  const CoverageCounts counts = counts_of(text);
  std::string found;
  for (const CoverageCell& cell : coverage_cells()) {
    if (name_of(covered_steps()[cell.step]) != step || counts.of(cell) == 0) continue;
    found.append(found.empty() ? "" : ", ").append(name_of(cell.phase));
    found.append(" ").append(name_of(cell.situation));
  }
  return found;
}

std::uint64_t steps_in(const CoverageCounts& counts) {
  std::uint64_t sum = 0;
  for (std::size_t step = 0; step < kCoveredSteps; ++step)
    for (std::size_t phase = 0; phase < kPhases; ++phase)
      sum += counts.steps(step, static_cast<Phase>(phase));
  return sum;
}

std::string print(const CoverageCell& cell) {
  return name_of(covered_steps()[cell.step]) + ", " + std::string(name_of(cell.phase)) + ", " +
         std::string(name_of(cell.situation));
}

TEST(Coverage, AStepOfAClientIsCountedInThePhaseInWhichItBegins) {
  EXPECT_EQ(cells_of("create", "create A o1"), "idle calm");
  EXPECT_EQ(cells_of("create", "offline A; create A o1"), "offline calm");
  EXPECT_EQ(cells_of("create", "begin A; create A o1"), "download-request calm");
  EXPECT_EQ(cells_of("create", "begin A; deliver A; create A o1"), "download-reply calm");
  EXPECT_EQ(cells_of("edit", "create A o1; begin A; deliver A; deliver A; edit A o1"),
            "upload-request calm");
  EXPECT_EQ(cells_of("edit", "create A o1; begin A; deliver A; deliver A; deliver A; edit A o1"),
            "upload-ack calm");
  EXPECT_EQ(cells_of("create", "begin A; finish A; create A o1"), "idle calm");
  EXPECT_EQ(cells_of("create", "begin B; create A o1"), "idle calm");
  EXPECT_EQ(cells_of("offline", "begin A; offline A"), "download-request calm");
}

TEST(Coverage, AStepOfTheServerIsCountedInThePhaseOfTheWorld) {
  EXPECT_EQ(cells_of("create S", "create S o1"), "idle calm");
  EXPECT_EQ(cells_of("create S", "begin A; create S o1"), "under-way calm");
  EXPECT_EQ(cells_of("create S", "begin A; begin B; finish B; create S o1"), "under-way calm");
  EXPECT_EQ(cells_of("create S", "begin A; finish A; create S o1"), "idle calm");
  EXPECT_EQ(cells_of("create", "create S o1"), "");
}

TEST(Coverage, ANoOpIsNotCounted) {
  EXPECT_EQ(steps_in(counts_of("edit A o1; deliver A; arrive A; online A; restore S")), 0u);
  EXPECT_EQ(steps_in(counts_of("begin A; sync A; create A o1; create B o1")), 2u);
  EXPECT_EQ(cells_of("edit", "create A o1; edit B o1; clock B +5; edit B o1"), "");
}

TEST(Coverage, SettleIsNotCounted) {
  EXPECT_EQ(steps_in(counts_of("create A o1; sync A lose=upload-ack; create S o2; begin A")), 4u);
}

TEST(Coverage, AWholeCycleIsCountedByTheMessageThatItLost) {
  EXPECT_EQ(cells_of("sync lose=download-reply", "sync A lose=download-reply"), "idle calm");
  EXPECT_EQ(cells_of("sync", "sync A lose=download-reply"), "");
  EXPECT_EQ(cells_of("full-sync lose=upload-ack", "create A o1; full-sync A lose=upload-ack"),
            "idle calm");
  EXPECT_EQ(cells_of("full-sync", "create A o1; full-sync A lose=upload-ack"), "");
}

TEST(Coverage, ACycleThatNeverSendsTheMessageToLoseIsWhole) {
  EXPECT_EQ(cells_of("sync lose=upload-ack", "sync A lose=upload-ack"), "");
  EXPECT_EQ(cells_of("sync", "sync A lose=upload-ack"), "idle calm");
}

TEST(Coverage, AMessageThatADropLosesIsNoCycle) {
  EXPECT_EQ(cells_of("sync", "sync A; begin A; drop A"), "idle calm");
  EXPECT_EQ(cells_of("drop", "begin A; deliver A; drop A"), "download-reply calm");
}

// --- situations; a crash can be everywhere

std::string situations(const std::string& text) { return cells_of("crash", text + "; crash A"); }

TEST(CoveredSituation, LateMessagesWaitUntilTheyArrive) {
  const std::string upload = "create A o1; begin A; deliver A; deliver A; ";
  EXPECT_EQ(situations(upload + "give-up A"), "idle late-upload");
  EXPECT_EQ(situations(upload + "duplicate A"), "upload-request late-upload");
  EXPECT_EQ(situations(upload + "give-up A; arrive A"), "idle calm");
  EXPECT_EQ(situations("begin A; give-up A"), "idle late-other");
  EXPECT_EQ(situations("begin A; deliver A; give-up A; offline A"), "offline late-other");
  EXPECT_EQ(situations("begin A; give-up A; " + upload + "give-up A"),
            "idle late-upload, idle late-other");
  EXPECT_EQ(situations("begin B; give-up B"), "idle calm");
}

TEST(CoveredSituation, AnAckIsLostUntilAnExchangeComesToItsEnd) {
  const std::string ack = "create A o1; begin A; deliver A; deliver A; deliver A; ";
  EXPECT_EQ(situations("create A o1; sync A lose=upload-ack"), "idle ack-lost");
  EXPECT_EQ(situations("create A o1; sync A lose=upload-request"), "idle calm");
  EXPECT_EQ(situations(ack + "drop A; begin A"), "download-request ack-lost");
  EXPECT_EQ(situations(ack + "offline A"), "offline ack-lost");
  EXPECT_EQ(situations(ack + "give-up A"), "idle late-other, idle ack-lost");
  EXPECT_EQ(situations(ack + "drop A; sync A lose=download-reply"), "idle ack-lost");
  EXPECT_EQ(situations(ack + "drop A; sync A"), "idle calm");
  EXPECT_EQ(situations(ack + "reinstall A"), "idle reinstalled");
}

TEST(CoveredSituation, TheAnswerToALateUploadIsNotWaitedFor) {
  EXPECT_EQ(situations("create A o1; begin A; deliver A; deliver A; give-up A; arrive A"),
            "idle calm");
}

TEST(CoveredSituation, AClientIsNewUntilAnExchangeComesToItsEnd) {
  EXPECT_EQ(situations("reinstall A"), "idle reinstalled");
  EXPECT_EQ(situations("reinstall A; sync A lose=download-reply"), "idle reinstalled");
  EXPECT_EQ(situations("reinstall A; sync A"), "idle calm");
  EXPECT_EQ(situations("reinstall B"), "idle calm");
}

TEST(CoveredSituation, ARestoreConcernsEachClientUntilAnExchangeOfItComesToItsEnd) {
  EXPECT_EQ(situations("backup S; restore S"), "idle restored");
  EXPECT_EQ(situations("backup S; restore S; sync B"), "idle restored");
  EXPECT_EQ(situations("backup S; restore S; sync A"), "idle calm");
  EXPECT_EQ(situations("backup S"), "idle calm");
}

TEST(CoveredSituation, ClocksAreApartWhereTheyShowDifferentTimes) {
  EXPECT_EQ(situations("clock A +5"), "idle clock-apart");
  EXPECT_EQ(situations("clock S +5"), "idle clock-apart");
  EXPECT_EQ(situations("clock A +5; clock S +5"), "idle calm");
  EXPECT_EQ(situations("clock B +5"), "idle calm");
}

TEST(CoveredSituation, AFullSyncIsUnderWayAsLongAsItsExchange) {
  EXPECT_EQ(situations("begin-full A; deliver A"), "download-reply full-sync");
  EXPECT_EQ(situations("begin A"), "download-request calm");
  EXPECT_EQ(situations("begin-full A; drop A"), "idle calm");
  EXPECT_EQ(situations("begin-full A; drop A; begin A"), "download-request calm");
}

TEST(CoveredSituation, OfTheServerIsThatOfAnyClient) {
  EXPECT_EQ(cells_of("backup S", "clients 3; reinstall B; clock C +7; backup S"),
            "idle reinstalled, idle clock-apart");
  EXPECT_EQ(cells_of("backup S", "begin-full B; backup S"), "under-way full-sync");
}

// Settle would bring every client's exchange to its end: these runs break off before.
TEST(Coverage, RunsAddUpAndDoNotLeakIntoEachOther) {
  const Trace trace = trace_of("create A o1; reinstall A; backup S; restore S");
  const AppSync engine = engine_of(trace);
  World<AppSync> world(engine);
  Coverage coverage;
  for (int i = 0; i < 3; ++i) {
    world.begin(trace.scenario, coverage);
    for (std::size_t place = 0; place < trace.scenario.steps.size(); ++place)
      world.apply(place, coverage);
  }
  const std::size_t create = place_of(StepKind::create, Replica{1});
  EXPECT_EQ(coverage.counts().of({create, Phase::idle, Situation::calm}), 3u);
}

// --- the table of steps

TEST(CoveredSteps, AreAllThatClientsAndTheServerCanDo) {
  std::size_t count = 0;
  for (const StepRow& each : kStepRows) {
    count += each.takes(StepPart::client) + each.takes(StepPart::server) +
             (each.takes(StepPart::lose) ? 4 : 0);
    for (const Replica replica : {kServer, Replica{1}}) {
      if (replica.is_server() ? !each.takes(StepPart::server) : !each.takes(StepPart::client))
        continue;
      const CoveredStep& step = covered_steps()[place_of(each.kind, replica)];
      EXPECT_EQ(step.kind, each.kind);
      EXPECT_EQ(step.server, replica.is_server());
      EXPECT_EQ(step.lost, MessageKind::none);
    }
  }
  EXPECT_EQ(count, kCoveredSteps);
}

// --- what is impossible

bool matches(const Impossibility& impossibility, const CoverageCell& cell) {
  const auto has = [](std::uint32_t set, auto one) {
    return (set >> static_cast<unsigned>(one) & 1) != 0;
  };
  return has(impossibility.steps, covered_steps()[cell.step].kind) &&
         has(impossibility.phases, cell.phase) && has(impossibility.situations, cell.situation);
}

TEST(Impossibility, EachForbidsSomethingThatNoOtherDoes) {
  for (const Impossibility& each : impossibilities())
    EXPECT_TRUE(std::any_of(coverage_cells().begin(), coverage_cells().end(),
                            [&](const CoverageCell& cell) {
                              return matches(each, cell) &&
                                     std::none_of(impossibilities().begin(),
                                                  impossibilities().end(),
                                                  [&](const Impossibility& other) {
                                                    return &other != &each && matches(other, cell);
                                                  });
                            }))
        << print_cells(each);
}

TEST(Impossibility, SaysWhereAndWhy) {
  const CoverageCell cell{place_of(StepKind::deliver, Replica{1}), Phase::idle, Situation::calm};
  const Impossibility* found = find_impossibility(cell);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(print_cells(*found), "deliver, finish, drop, give-up, duplicate; offline, idle");
  EXPECT_EQ(found->reason, "nothing is in flight, so it is a no-op");
  EXPECT_EQ(find_impossibility({cell.step, Phase::upload_ack, Situation::calm}), nullptr);
}

// What a campaign of one configuration covers.
CoverageCounts campaign(const Configuration& configuration, const Scope& scope,
                        std::uint64_t episodes) {
  FuzzPlan plan;
  plan.scope = scope;
  plan.seed = 1;
  plan.episodes = episodes;
  plan.shrink_most = 0;
  plan.coverage = true;
  return *fuzz(configuration, plan, nullptr).portions[0].coverage;
}

// The cells that were so in a campaign.
std::string cells_that_were(Reach reach, const CoverageCounts& counts, const Scope& scope,
                            const Protocol& protocol) {
  std::string found;
  for (const CoverageCell& cell : coverage_cells())
    if (reach_of(cell, counts, scope, protocol) == reach) found += print(cell) + "\n";
  return found;
}

// What was reached although it is declared impossible or out of scope.
std::string surprises(const CoverageCounts& counts, const Scope& scope, const Protocol& protocol) {
  std::string found;
  for (const CoverageCell& cell : coverage_cells())
    if (counts.of(cell) > 0 &&
        (find_impossibility(cell) != nullptr || !is_in_scope(cell, scope, protocol)))
      found += print(cell) + "\n";
  return found;
}

#if defined(TIDEMARK_SLOW_BUILD)
constexpr std::uint64_t kEpisodes = 1'000;
#else
constexpr std::uint64_t kEpisodes = 10'000;
#endif

TEST(CoverageOfACampaign, HasNoImpossibleCellInAnyProtocol) {
  for (const NamedProtocol& protocol : named_protocols())
    for (const NamedStrategy& strategy : built_in_strategies()) {
      const Configuration each = configuration(protocol.name, {}, strategy.name);
      EXPECT_EQ(surprises(campaign(each, {}, kEpisodes), {}, each.protocol), "")
          << protocol.name << ", " << strategy.name;
    }
}

TEST(CoverageOfACampaign, HasNoCellOutOfItsScope) {
  std::vector<Scope> scopes{{.clients = 1, .objects = 1}, {.backend = false},
                            {.shared_keys = false},       {.deletes = false},
                            {.interleave = false},        {.faults = 0}};
  for (const NamedFault& fault : kNamedFaults) {
    scopes.push_back({.faults = fault_bit(fault.fault)});
    scopes.push_back({.interleave = false, .faults = fault_bit(fault.fault)});
  }
  const Configuration reference = configuration("reference", {}, "client-priority");
  for (const Scope& scope : scopes)
    EXPECT_EQ(surprises(campaign(reference, scope, kEpisodes / 10), scope, reference.protocol), "")
        << print_faults(scope.faults) << (scope.interleave ? "" : ", no interleaving");
}

#if !defined(TIDEMARK_SLOW_BUILD)
void expect_all_reached(const Configuration& configuration, const Scope& scope,
                        std::uint64_t episodes) {
  const CoverageCounts counts = campaign(configuration, scope, episodes);
  EXPECT_EQ(cells_that_were(Reach::never, counts, scope, configuration.protocol), "");
  EXPECT_EQ(surprises(counts, scope, configuration.protocol), "");
}

TEST(CoverageOfACampaign, ReachesEveryCellThatIsPossible) {
  expect_all_reached(configuration("reference", {}, "timestamp-priority"), {}, 200'000);
}
TEST(CoverageOfACampaign, ReachesEveryCellOfItsScope) {
  const Configuration reference = configuration("reference", {}, "client-priority");
  expect_all_reached(reference, {.interleave = false}, 20'000);
  expect_all_reached(reference, {.backend = false, .faults = fault_bit(Fault::clock)}, 20'000);
  expect_all_reached(reference, {.backend = false, .deletes = false, .faults = 0}, 20'000);
}
TEST(CoverageOfACampaign, ReachesEveryCellThatItsProtocolHas) {
  expect_all_reached(configuration("one-way-down", {}, "server-priority"), {}, 100'000);
  expect_all_reached(configuration("one-way-up", {}, "server-priority"), {}, 100'000);
  const Scope promised = within(Scope{}, promise_of("simple").scope);
  expect_all_reached(configuration("simple", {}, "server-priority"), promised, 50'000);
}
#endif

// Acks are in flight for a moment only; faults are aimed at them all the same.
TEST(CoverageOfACampaign, HasFaultsOnAcksNotMuchLessOftenThanOnUploads) {
  const Configuration guarded = configuration("guarded", {}, "server-priority");
  const CoverageCounts counts = campaign(guarded, {}, kEpisodes);
  for (const StepKind kind : {StepKind::drop, StepKind::give_up, StepKind::duplicate}) {
    const std::size_t step = place_of(kind, Replica{1});
    EXPECT_GT(4 * counts.steps(step, Phase::upload_ack), counts.steps(step, Phase::upload_request))
        << name_of(covered_steps()[step]);
  }
}

TEST(CoverageOfACampaign, NamesWhatWasNeverReached) {
  const Configuration page = configuration("page", {}, "server-priority");
  const CoverageCounts few = campaign(page, {}, 20);
  const auto has = [&](Reach reach, const Scope& scope, std::string_view cell) {
    return cells_that_were(reach, few, scope, page.protocol).find(cell) != std::string::npos;
  };
  EXPECT_TRUE(has(Reach::never, {}, "undelete, upload-ack, ack-lost\n"));
  EXPECT_TRUE(has(Reach::out_of_scope, {.deletes = false}, "undelete, upload-ack, ack-lost\n"));
}

TEST(CoverageOfACampaign, IsCountedOnlyWhereItIsAskedForAndChangesNothing) {
  const Configuration page = configuration("page", {}, "server-priority");
  FuzzPlan plan;
  plan.episodes = 200;
  const PortionResult without = fuzz(page, plan, nullptr).portions[0];
  EXPECT_FALSE(without.coverage.has_value());
  plan.coverage = true;
  const PortionResult with = fuzz(page, plan, nullptr).portions[0];
  EXPECT_EQ(with.digest, without.digest);
  EXPECT_EQ(with.marks, without.marks);
  EXPECT_EQ(with.effective_steps, without.effective_steps);
  EXPECT_GT(steps_in(*with.coverage), 1'000u);
}

}  // namespace
}  // namespace tidemark::core
