// The page's simple algorithm, step by step, and what its engine makes of the world's steps.
#include "model/simple_engine.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/episode.h"

namespace tidemark::core {
namespace {

class SimpleEpisode : public EpisodeOn<Simple> {
 public:
  explicit SimpleEpisode(std::string_view text, Until until = Until::last_step,
                         Mutant mutant = Mutant::none)
      : EpisodeOn(text, engine_with(mutant), until) {}

  // Of a client's record: "yes", "no", or "nothing" where it holds none.
  std::string from_server(char client) const {
    const auto* record = world().client(*find_replica(client)).records.find(Guid{0});
    if (record == nullptr) return "nothing";
    return record->from_server ? "yes" : "no";
  }

 private:
  static Simple engine_with(Mutant mutant) {
    Protocol protocol = find_protocol("simple")->protocol;
    protocol.mutant = mutant;
    return {protocol, built_in("server-priority")};
  }
};

// "In app: get a list of all records from the server, store records on device, with a boolean field
// fromServer=yes."
TEST(Simple, StoresTheListWithFromServerYes) {
  const SimpleEpisode run("create S o1; sync A");
  EXPECT_EQ(run.held("o1"), "S v1, A v1, B nothing");
  EXPECT_EQ(run.from_server('A'), "yes");
}

TEST(Simple, EveryListIsWhole) {
  EXPECT_EQ(SimpleEpisode("create S o1; create S o2; sync A; sync A").delivered('A'), 4u);
}

// "When a record is added on the device, […] send it to the server immediately."
TEST(Simple, SendsAnAddAtOnceAndAlone) {
  const SimpleEpisode run("create A o1; create A o2");
  EXPECT_EQ(run.held("o1"), "S v1, A v1, B nothing");
  EXPECT_EQ(run.held("o2"), "S v2, A v2, B nothing");
  EXPECT_EQ(run.delivered('S'), 2u);
  EXPECT_EQ(run.count<MessageArrived>(), 4u);
}

// "When a record is deleted on the device, send this deletion to the server immediately."
TEST(Simple, SendsADeletionAtOnce) {
  const SimpleEpisode run("create A o1; sync B; delete A o1");
  EXPECT_EQ(run.held("o1"), "S -v2, A nothing, B v1");
}

TEST(Simple, ADeletionOfWhatTheServerNeverHadIsNothingToIt) {
  EXPECT_EQ(SimpleEpisode("offline A; create A o1; online A; delete A o1").held("o1"),
            "S nothing, A nothing, B nothing");
}

// "Local record has fromServer=no", until it is answered.
TEST(Simple, AnAddHasFromServerNoUntilItIsAnswered) {
  EXPECT_EQ(SimpleEpisode("offline A; create A o1").from_server('A'), "no");
  EXPECT_EQ(SimpleEpisode("create A o1").from_server('A'), "yes");
  EXPECT_EQ(SimpleEpisode("create A o1", Until::last_step, Mutant::simple_add_waits_for_list)
                .from_server('A'),
            "no");
}

// "When a record from the server list is already known on the device: update local record
// fromServer=no to fromServer=yes."
TEST(Simple, ALaterListMakesItYes) {
  EXPECT_EQ(
      SimpleEpisode("create A o1; sync A", Until::last_step, Mutant::simple_add_waits_for_list)
          .from_server('A'),
      "yes");
}

// "The device must delete all local records with fromServer=yes which are no longer in the list."
TEST(Simple, WhatIsMissingFromTheListLeavesTheDevice) {
  EXPECT_EQ(SimpleEpisode("create S o1; sync A; delete S o1; sync A").held("o1"),
            "S -v2, A nothing, B nothing");
}

TEST(Simple, WhatWasNeverSentStaysThoughNoListHasIt) {
  EXPECT_EQ(SimpleEpisode("offline A; create A o1; online A; sync A; sync A").held("o1"),
            "S nothing, A v1, B nothing");
}

TEST(Simple, AnEditIsNotSentAndTheNextListUndoesIt) {
  EXPECT_EQ(SimpleEpisode("create A o1; edit A o1").held("o1"), "S v1, A v2, B nothing");
  EXPECT_EQ(SimpleEpisode("create A o1; edit A o1; sync A").held("o1"), "S v1, A v1, B nothing");
}

TEST(Simple, AChangeDuringAnExchangeIsNotSent) {
  EXPECT_EQ(SimpleEpisode("begin A; create A o1; finish A").held("o1"),
            "S nothing, A v1, B nothing");
}

TEST(Simple, ACycleUploadsNothing) {
  EXPECT_EQ(SimpleEpisode("offline A; create A o1; online A; sync A").delivered('S'), 0u);
}

TEST(Simple, AListThatComesLateChangesNothing) {
  EXPECT_EQ(SimpleEpisode("create S o1; begin A; deliver A; give-up A; arrive A").held("o1"),
            "S v1, A nothing, B nothing");
}

TEST(Simple, TheBackendMayUndeleteWhatItDeleted) {
  EXPECT_EQ(SimpleEpisode("create S o1; delete S o1; sync A; undelete S o1; sync A").held("o1"),
            "S v3, A v3, B nothing");
}

}  // namespace
}  // namespace tidemark::core
