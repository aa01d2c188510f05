// Which steps are to be tried, and which may change places.
#include "sim/alphabet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "model/appsync.h"
#include "sim/trace.h"
#include "sim/world.h"

namespace tidemark::core {
namespace {

struct Silent {};

class Stage {
 public:
  explicit Stage(SearchScope search, Alphabet::Options options = {})
      : search_(search), alphabet_(search, options), scenario_(alphabet_.empty_scenario()) {
    scenario_.steps.reserve(32);
    world_.begin(scenario_, silent_);
  }
  Stage& take(const Step& step) {
    Alphabet::take(step, naming_);
    scenario_.steps.push_back(step);
    world_.apply(scenario_.steps.size() - 1, silent_);
    return *this;
  }
  // The steps that are tried, as lines of a trace.
  std::vector<std::string> tried() const {
    std::vector<Step> steps;
    alphabet_.steps(world_, naming_, search_.bounds, steps);
    std::vector<std::string> lines;
    for (const Step& step : steps) lines.push_back(print_step(scenario_, step));
    return lines;
  }
  bool tries(std::string_view line) const {
    const std::vector<std::string> lines = tried();
    return std::find(lines.begin(), lines.end(), line) != lines.end();
  }
  bool interferes(const Step& a, const Step& b) const {
    return interfere(alphabet_.footprint(world_, naming_, a),
                     alphabet_.footprint(world_, naming_, b));
  }

 private:
  SearchScope search_;
  Alphabet alphabet_;
  Scenario scenario_;
  AppSync engine_{find_protocol("guarded")->protocol, built_in("server-priority")};
  World<AppSync> world_{engine_};
  Naming naming_;
  Silent silent_;
};

constexpr Replica A{1};
constexpr Replica B{2};

SearchScope narrow(std::uint8_t clients, std::uint32_t objects) {
  SearchScope search;
  search.scope = {.clients = clients,
                  .objects = objects,
                  .backend = false,
                  .shared_keys = false,
                  .deletes = false,
                  .interleave = false};
  search.bounds.set(Bounded::edits, 3);
  return search;
}

TEST(Alphabet, BeginsWithTheFirstClientOnly) {
  EXPECT_EQ(Stage(narrow(3, 1), {.guids_matter = false}).tried(),
            (std::vector<std::string>{"create A o1", "sync A", "edit A o1"}));
}

TEST(Alphabet, GoesOnWithTheNextClient) {
  Stage stage(narrow(3, 1), {.guids_matter = false});
  stage.take({.kind = StepKind::create, .replica = A});
  EXPECT_EQ(stage.tried(),
            (std::vector<std::string>{"edit A o1", "sync A", "sync B", "edit B o1"}));
}

TEST(Alphabet, TriesEveryClientWhereClientsAreNotAlike) {
  EXPECT_TRUE(Stage(narrow(2, 1), {.clients_alike = false}).tries("create B o1"));
  EXPECT_FALSE(Stage(narrow(2, 1), {}).tries("create B o1"));
}

TEST(Alphabet, GrantsOnlyWhatTheScopeGrants) {
  SearchScope search = narrow(2, 2);
  EXPECT_FALSE(Stage(search).tries("create S o1"));
  EXPECT_FALSE(Stage(search).tries("begin A"));
  EXPECT_FALSE(Stage(search).tries("sync A lose=upload-ack"));
  EXPECT_FALSE(Stage(search).tries("create A o1 pk=k1"));
  search.scope.client_changes = false;
  EXPECT_FALSE(Stage(search).tries("create A o1"));
  search.scope.client_changes = true;
  search.scope.backend = search.scope.interleave = search.scope.shared_keys = true;
  search.bounds.set(Bounded::lost, 1);
  for (const char* line : {"create S o1", "begin A", "sync A lose=upload-ack", "create A o1 pk=k1"})
    EXPECT_TRUE(Stage(search).tries(line)) << line;
}

TEST(Alphabet, LosesNoDownloadWhereThatChangesNothing) {
  SearchScope search = narrow(2, 1);
  search.bounds.set(Bounded::lost, 1);
  EXPECT_TRUE(Stage(search).tries("sync A lose=download-reply"));
  EXPECT_FALSE(Stage(search, {.lost_downloads_matter = false}).tries("sync A lose=download-reply"));
}

TEST(Alphabet, NamesAnObjectOutOfTurnOnlyWhereGuidsMatter) {
  EXPECT_TRUE(Stage(narrow(1, 2), {.guids_matter = true}).tries("edit A o1"));
  EXPECT_FALSE(Stage(narrow(1, 2), {.guids_matter = false}).tries("edit A o1"));
}

TEST(Footprint, ChangesOfTwoClientsMayChangePlacesWhereStampsDoNotMatter) {
  const Step by_a{.kind = StepKind::edit, .replica = A};
  const Step by_b{.kind = StepKind::edit, .replica = B};
  const auto named = [&](Alphabet::Options options) {
    Stage stage(narrow(2, 1), options);
    return stage.take({.kind = StepKind::create, .replica = A})
        .take({.kind = StepKind::sync, .replica = B})
        .interferes(by_a, by_b);
  };
  EXPECT_FALSE(named({.stamps_matter = false}));
  EXPECT_TRUE(named({.stamps_matter = true}));
}

TEST(Footprint, TwoSyncsMeetAtTheServer) {
  Stage stage(narrow(2, 1), {.stamps_matter = false});
  stage.take({.kind = StepKind::sync, .replica = A}).take({.kind = StepKind::sync, .replica = B});
  const Step sync_a{.kind = StepKind::sync, .replica = A};
  EXPECT_TRUE(stage.interferes(sync_a, {.kind = StepKind::sync, .replica = B}));
  EXPECT_FALSE(stage.interferes(sync_a, {.kind = StepKind::crash, .replica = B}));
}

TEST(Footprint, ARestoreMeetsEverything) {
  Stage stage(narrow(2, 1));
  stage.take({.kind = StepKind::sync, .replica = A});
  EXPECT_TRUE(
      stage.interferes({.kind = StepKind::restore}, {.kind = StepKind::crash, .replica = A}));
}

}  // namespace
}  // namespace tidemark::core
