#include "properties/campaign/campaign.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "properties/campaign/episodes.h"
#include "reports/documents/run_document.h"
#include "reports/documents/shard_document.h"
#include "tests/properties/configurations.h"

namespace tidemark::core {
namespace {

Portion portion(const std::string& name, const char* protocol, std::uint32_t weight) {
  Portion portion{.name = name,
                  .weight = weight,
                  .configuration = configuration(protocol, {}, "server-priority")};
  portion.plan.scope.steps = 20;
  portion.plan.seed = weight;
  portion.plan.coverage = true;
  portion.plan.landmarks = true;
  portion.plan.shrink_most = ~std::uint32_t{0};
  return portion;
}

RunPlan plan_of(std::uint64_t episodes) {
  RunPlan plan;
  plan.portions = {portion("sound", "hardened", 3), portion("broken", "page", 1)};
  plan.episodes = episodes;
  return plan;
}

RunHead head_of(const RunPlan& plan) {
  RunHead head;
  head.seed = 1;
  head.night = 1;
  head.episodes = plan.episodes;
  head.shards = plan.shard.count;
  for (const Portion& each : plan.portions) {
    head.portions.push_back(head_of(each));
    head.portions.back().require_marks = RequireMarks::never;
  }
  return head;
}

// Lets so many blocks be.
class Watch final : public RunWatch {
 public:
  explicit Watch(std::uint64_t blocks = ~std::uint64_t{0}) : blocks_(blocks) {}
  bool go_on(const RunProgress&) override { return kept_ < blocks_; }
  std::string sentence_of(const Portion& portion, const Scenario&, Invariant invariant) override {
    return portion.name + " breaks " + std::string(name_of(invariant));
  }
  void keep(const ShardResult& result) override { kept_ = result.blocks; }

 private:
  std::uint64_t blocks_;
  std::uint64_t kept_ = 0;
};

ShardDocument ran(const RunPlan& plan, ShardResult so_far, std::uint64_t blocks) {
  Watch watch(blocks);
  std::vector<TimedEpisode> slow;
  return {head_of(plan), run(plan, std::move(so_far), watch, slow), {}, true};
}
ShardDocument ran(const RunPlan& plan) { return ran(plan, nothing_yet(plan), ~std::uint64_t{0}); }

std::vector<ShardDocument> sharded(std::uint64_t episodes, std::uint32_t count) {
  std::vector<ShardDocument> shards;
  for (std::uint32_t i = 0; i < count; ++i) {
    RunPlan plan = plan_of(episodes);
    plan.shard = {i, count};
    plan.jobs = 1 + i % 2;
    shards.push_back(ran(plan));
  }
  return shards;
}

std::string reported(const std::vector<ShardDocument>& shards) {
  const RunReport report = report_of(shards);
  return run_json(report, Clock::left_out).dump(1) + run_headline(report) +
         run_text(report, {"tidemark", "night/", "night/findings/",
                           [](std::string_view word) { return std::string(word); }});
}

TEST(Schedule, FindsTheWayBack) {
  for (const std::vector<std::uint32_t>& weights :
       {std::vector<std::uint32_t>{1}, {1, 1}, {3, 1}, {2, 5, 1}, {7, 7, 300}}) {
    std::vector<Portion> portions;
    for (const std::uint32_t weight : weights)
      portions.push_back({.name = {}, .weight = weight, .configuration = {}, .plan = {}});
    const Schedule schedule = schedule_of(portions);
    std::set<std::pair<std::size_t, std::uint64_t>> seen;
    for (std::uint64_t block = 0; block < 2'000; ++block) {
      const std::uint64_t episode = block * kEpisodesPerBlock + block % kEpisodesPerBlock;
      const Schedule::Place place = schedule.place_of(episode);
      EXPECT_EQ(schedule.episode_at(place), episode);
      EXPECT_TRUE(seen.emplace(place.portion, place.index / kEpisodesPerBlock).second);
    }
  }
}

TEST(Schedule, GivesEachPortionItsShare) {
  const RunPlan plan = plan_of(1);
  const Schedule schedule = schedule_of(plan.portions);
  std::array<std::uint64_t, 2> blocks{};
  std::array<std::set<std::size_t>, 4> of_shard;
  for (std::uint64_t block = 0; block < 400; ++block) {
    const std::size_t portion = schedule.place_of(block * kEpisodesPerBlock).portion;
    ++blocks[portion];
    of_shard[block % 4].insert(portion);
  }
  EXPECT_EQ(blocks[0], 300u);
  EXPECT_EQ(blocks[1], 100u);
  for (const auto& portions : of_shard) EXPECT_EQ(portions.size(), 2u) << "each shard meets both";
}

// 9 000 episodes are 35 blocks and a part of one.
TEST(CampaignRun, IsTheSameForAnyNumberOfThreads) {
  RunPlan plan = plan_of(9'000);
  const std::string alone = print_shard(ran(plan));
  for (const std::uint32_t jobs : {2u, 3u, 8u}) {
    plan.jobs = jobs;
    EXPECT_EQ(print_shard(ran(plan)), alone) << jobs;
  }
}

TEST(CampaignRun, IsTheSameForAnyNumberOfShards) {
  const std::string whole = reported({ran(plan_of(9'000))});
  EXPECT_NE(whole.find("new findings"), std::string::npos);
  for (const std::uint32_t count : {2u, 3u, 7u}) {
    std::vector<ShardDocument> shards = sharded(9'000, count);
    EXPECT_EQ(reported(shards), whole) << count;
    std::reverse(shards.begin(), shards.end());
    shards.push_back(shards.front());
    EXPECT_EQ(reported(shards), whole) << count << " in another order, and one of them twice";
  }
}

TEST(CampaignRun, OfWhichAShardIsMissingIsInconclusive) {
  RunPlan plan = plan_of(3'000);
  plan.portions.pop_back();  // what is broken
  std::vector<ShardDocument> shards;
  for (std::uint32_t i = 0; i < 3; ++i) {
    plan.shard = {i, 3};
    shards.push_back(ran(plan));
  }
  EXPECT_EQ(exit_code_of(report_of(shards)), 0);
  shards.erase(shards.begin() + 1);
  const RunReport report = report_of(shards);
  EXPECT_EQ(exit_code_of(report), 5);
  EXPECT_EQ(report.unfinished, std::vector<std::string>{"shard 1/3 is missing"});
}

TEST(CampaignRun, GoesOnWhereItWasBrokenOff) {
  for (const std::uint32_t jobs : {1u, 3u}) {
    RunPlan plan = plan_of(9'000);
    plan.jobs = jobs;
    const std::string whole = print_shard(ran(plan));
    ShardResult so_far = nothing_yet(plan);
    for (int parts = 0; so_far.blocks < 36; ++parts) {
      ASSERT_LT(parts, 40);
      std::string problem;
      // Through the file, as a run that was killed.
      const auto read =
          read_shard(print_shard(ran(plan, std::move(so_far), so_far.blocks + 7)), problem);
      ASSERT_TRUE(read) << problem;
      so_far = read->result;
    }
    EXPECT_EQ(print_shard({head_of(plan), so_far, {}, true}), whole) << jobs;
  }
}

TEST(CampaignRun, ThatIsNotAtItsEndSaysSo) {
  RunPlan plan = plan_of(9'000);
  plan.portions.pop_back();
  const RunReport report = report_of({ran(plan, nothing_yet(plan), 9)});
  EXPECT_EQ(exit_code_of(report), 5);
  ASSERT_EQ(report.unfinished.size(), 1u);
  EXPECT_NE(report.unfinished[0].find("of its 36 blocks of 256 episodes"), std::string::npos);
}

TEST(CampaignRun, WithoutItsCanaryIsAFault) {
  RunPlan plan = plan_of(1'000);
  plan.portions.pop_back();
  plan.portions[0].plan.canary = Mutant::none;
  const RunReport report = report_of({ran(plan)});
  EXPECT_EQ(exit_code_of(report), 3);
  EXPECT_NE(report.faults.at(0).find("canary"), std::string::npos);
}

TEST(CampaignRun, ThatMissesAMarkIsVacuous) {
  RunPlan plan = plan_of(3'000);
  plan.portions.pop_back();
  ShardDocument document = ran(plan);
  document.head.portions[0].granted = {"merge"};  // no built-in strategy merges
  document.head.portions[0].require_marks = RequireMarks::automatic;
  const RunReport report = report_of({document});
  EXPECT_EQ(exit_code_of(report), 4);
  EXPECT_EQ(report.vacuous, std::vector<std::string>{"sound never reached merge"});
}

// What was given comes first, is all shrunk, and is no news to the corpus.
TEST(CampaignRun, RunsFirstWhatItIsGiven) {
  RunPlan plan = plan_of(512);
  plan.portions.erase(plan.portions.begin());
  const ShardDocument fresh = ran(plan);
  std::set<std::uint64_t> keepers;
  for (const auto& [landmark, first] : fresh.result.result.firsts) keepers.insert(first - 1);
  ASSERT_GT(keepers.size(), 10u);
  const Schedule schedule = schedule_of(plan.portions);
  for (const std::uint64_t each : keepers)
    plan.portions[0].plan.given.push_back(scenario_of(plan, schedule.place_of(each)));
  std::uint64_t given = 0;
  const ShardDocument again = ran(plan);
  for (const auto& [landmark, first] : fresh.result.result.firsts)
    given += again.result.result.firsts.at(landmark) == kGiven ? 1 : 0;
  EXPECT_EQ(given, fresh.result.result.firsts.size());
  EXPECT_EQ(schedule.place_of(0).index, 0u);
  EXPECT_EQ(scenario_of(plan, schedule.place_of(0)), plan.portions[0].plan.given[0]);
}

// --- held against a baseline

ShardDocument with_baseline(const std::vector<BaselineHead>& baseline) {
  RunPlan plan = plan_of(512);
  plan.portions.erase(plan.portions.begin());
  ShardDocument document = ran(plan);
  document.head.has_baseline = true;
  document.head.baseline = baseline;
  return document;
}

std::vector<BaselineHead> all_known() {
  std::vector<BaselineHead> known;
  for (const auto& [name, each] : with_baseline({}).result.result.findings)
    known.push_back({name + ".trace", each.invariant, {each.fingerprint}, true});
  return known;
}

TEST(Baseline, KnownFindingsDoNotFail) {
  const std::vector<BaselineHead> known = all_known();
  ASSERT_GT(known.size(), 3u);
  const RunReport report = report_of({with_baseline(known)});
  EXPECT_EQ(exit_code_of(report), 0);
  EXPECT_EQ(report.count(FindingStatus::known), known.size());
}

TEST(Baseline, ANewFindingFailsAndComesFirst) {
  std::vector<BaselineHead> known = all_known();
  const BaselineHead forgotten = known.back();
  known.pop_back();
  const RunReport report = report_of({with_baseline(known)});
  EXPECT_EQ(exit_code_of(report), 1);
  EXPECT_EQ(report.count(FindingStatus::fresh), 1u);
  EXPECT_EQ(report.findings.front().file_name(), forgotten.file);
}

TEST(Baseline, AFixedBugThatIsFoundAgainHasRegressed) {
  std::vector<BaselineHead> known = all_known();
  known.front().known = false;
  const RunReport report = report_of({with_baseline(known)});
  EXPECT_EQ(exit_code_of(report), 1);
  EXPECT_EQ(report.findings.front().status, FindingStatus::regressed);
  EXPECT_EQ(report.findings.front().baseline, known.front().file);
}

TEST(Baseline, AKnownBugWhoseTraceHoldsIsFixed) {
  std::vector<BaselineHead> known = all_known();
  known.push_back({"old.trace", "told", {"0123456789ab"}, true});
  ShardDocument document = with_baseline(known);
  document.unmet["old.trace"] = {"expected that told is violated, but it holds"};
  const RunReport report = report_of({document});
  EXPECT_EQ(exit_code_of(report), 0);
  EXPECT_EQ(report.count(FindingStatus::fixed), 1u);
  EXPECT_EQ(report.findings.back().name(), "told-0123456789ab");
}

TEST(Baseline, AFixedBugWhoseTraceBreaksHasRegressed) {
  std::vector<BaselineHead> known = all_known();
  known.push_back({"old.trace", "told", {"0123456789ab"}, false});
  ShardDocument document = with_baseline(known);
  EXPECT_EQ(exit_code_of(report_of({document})), 0);
  document.unmet["old.trace"] = {"expected that told holds, but it is violated"};
  EXPECT_EQ(exit_code_of(report_of({document})), 1);
}

TEST(Baseline, SeveralFingerprintsAreOneBug) {
  std::vector<BaselineHead> known = all_known();
  auto second = std::adjacent_find(known.begin(), known.end(), [](const auto& a, const auto& b) {
    return a.invariant == b.invariant;
  });
  ASSERT_NE(second, known.end()) << "two findings of one invariant";
  second->fingerprints.push_back((second + 1)->fingerprints.front());
  const std::string name = second->file;
  known.erase(second + 1);
  const RunReport report = report_of({with_baseline(known)});
  EXPECT_EQ(exit_code_of(report), 0);
  EXPECT_EQ(report.findings.size(), known.size());
}

// --- the document of a shard

TEST(ShardDocument, ComesBackAsItWas) {
  ShardDocument document = with_baseline(all_known());
  document.unmet["x.trace"] = {"a", "b"};
  document.result.result.portions[0].lost.add(7);
  document.result.result.portions[0].faults.push_back({3, "what\n\"", {"> a", "< \xff"}, 9});
  const std::string text = print_shard(document);
  std::string problem;
  const auto read = read_shard(text, problem);
  ASSERT_TRUE(read) << problem;
  EXPECT_EQ(print_shard(*read), text);
}

TEST(ShardDocument, ThatWasChangedIsRefused) {
  RunPlan plan = plan_of(256);
  const std::string text = print_shard(ran(plan));
  std::string problem;
  ASSERT_TRUE(read_shard(text, problem));
  Random random(1);
  for (int i = 0; i < 100; ++i) {
    std::string spoilt = text;
    const std::uint32_t place = random.below(static_cast<std::uint32_t>(text.size() - 1));
    spoilt[place] = static_cast<char>(spoilt[place] ^ (1 << random.below(7)));
    EXPECT_FALSE(read_shard(spoilt, problem)) << place;
    EXPECT_FALSE(problem.empty());
    EXPECT_FALSE(read_shard(text.substr(0, place), problem)) << "cut off at " << place;
  }
}

}  // namespace
}  // namespace tidemark::core
