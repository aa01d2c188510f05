// The small scenarios of the 2014 code (`reference`) and the known answers, in more detail than a
// trace can expect: who holds what at rest, how, where and when it went wrong, and how much was
// sent in vain. The traces stand in tests/traces/.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/episode.h"

namespace tidemark::core {
namespace {

std::string trace_text(const std::string& name) {
  std::ifstream file(TIDEMARK_SOURCE_DIR "/tests/traces/" + name + ".trace", std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

Episode known(const std::string& name) { return Episode(trace_text("known-answers/" + name)); }
Episode row(const std::string& name) { return Episode(trace_text("catalogue/" + name)); }

std::size_t length(const std::string& name) {
  return trace_of(trace_text("known-answers/" + name)).scenario.steps.size();
}

// --- Known answers

TEST(KnownTraces, HaveTheLengthsThatAreProven) {
  EXPECT_EQ(length("0-own-echo"), 1u);
  EXPECT_EQ(length("1-echo-undoes-a-newer-edit"), 3u);
  EXPECT_EQ(length("2-lost-ack-undoes-a-newer-edit"), 3u);
  EXPECT_EQ(length("3-full-sync-undoes-a-newer-edit"), 4u);
  EXPECT_EQ(length("4-ack-moves-the-mark-past-anothers-object"), 5u);
  EXPECT_EQ(length("4-with-the-backend"), 4u);
}

TEST(KnownTraces, OwnEchoComesInTheRoundAfterTheUpload) {
  const Episode episode = known("0-own-echo");
  EXPECT_EQ(episode.found(), "no-redundant-transfer redundant at A in round 2");
  EXPECT_EQ(episode.held("o1"), "S v1, A v1, B v1");
}

// All hold the older version, and the newer one is nowhere.
TEST(KnownTraces, NewerEditIsUndoneByTheOwnVersionBeforeIt) {
  for (const auto& [name, time] : {std::pair{"1-echo-undoes-a-newer-edit", "in round 1"},
                                   std::pair{"2-lost-ack-undoes-a-newer-edit", "in round 1"},
                                   std::pair{"3-full-sync-undoes-a-newer-edit", "in step 4"}}) {
    const Episode episode = known(name);
    EXPECT_EQ(episode.found(Invariant::no_lost_update), std::string("ancestor chosen at A ") + time)
        << name;
    EXPECT_EQ(episode.held("o1"), "S v1, A v1, B v1") << name;
  }
}

TEST(KnownTraces, AckMovesTheMarkPastAnothersObject) {
  for (const char* name : {"4-ack-moves-the-mark-past-anothers-object", "4-with-the-backend"}) {
    const Episode episode = known(name);
    EXPECT_EQ(episode.found(), "convergence diverged at A at rest") << name;
    EXPECT_EQ(episode.held("o2"), "S v2, A nothing, B v2") << name;
    EXPECT_EQ(episode.world().client(Replica{1}).servercounter_lastsync,
              episode.world().server().counter)
        << name << ": A believes that it has everything";
  }
}

// --- The rows of the catalogue

TEST(Catalogue, S01NothingIsSentTwice) {
  const Episode episode = row("s01-nothing-is-sent-twice");
  EXPECT_EQ(episode.found(), "holds");
  EXPECT_EQ(episode.delivered('S'), 1u);
  EXPECT_EQ(episode.delivered('A'), 0u);
  EXPECT_EQ(episode.delivered('B'), 1u);
}

TEST(Catalogue, S02AckMovesTheMarkPastAnothersObject) {
  const Episode episode = row("s02-ack-moves-the-mark-past-anothers-object");
  EXPECT_EQ(episode.found(), "convergence diverged at A at rest");
  EXPECT_EQ(episode.held("o1"), "S v1, A v1, B v1");
  EXPECT_EQ(episode.held("o2"), "S v2, A nothing, B v2");
}
TEST(Catalogue, S02IsHealedByAFullSync) {
  std::string text = trace_text("catalogue/s02-ack-moves-the-mark-past-anothers-object");
  text.insert(text.find("expect"), "full-sync A\n");
  const Episode episode(text);
  EXPECT_EQ(episode.found(Invariant::convergence), "holds");
  EXPECT_EQ(episode.held("o2"), "S v2, A v2, B v2");
}

TEST(Catalogue, S03AckHidesAnEditMadeDuringTheUpload) {
  const Episode episode = row("s03-ack-hides-an-edit-made-during-the-upload");
  EXPECT_EQ(episode.held("o1"), "S v1, A v2, B v1");
  EXPECT_EQ(episode.found(), "convergence diverged at A at rest; no-lost-update lost at A at rest");
}

TEST(Catalogue, S04ReceivedObjectIsUploadedAgain) {
  const Episode episode = row("s04-received-object-is-uploaded-again");
  EXPECT_EQ(episode.found(), "no-redundant-transfer redundant at S in step 7");
  EXPECT_EQ(episode.delivered('S'), 4u) << "for three versions: two were sent, one was needed";
  EXPECT_EQ(episode.held("o1"), "S v2, A v2, B v2");
  EXPECT_EQ(episode.held("o2"), "S v3, A v3, B v3");
}

TEST(Catalogue, S05TwoEdits) {
  const Episode server = row("s05-two-edits-server");
  EXPECT_EQ(server.found(), "no-redundant-transfer redundant at S in step 7");
  EXPECT_EQ(server.held("o1"), "S of-A, A of-A, B of-A");
  EXPECT_EQ(server.delivered('A'), 1u) << "A downloads its own version, which B sent up again";
  for (const char* name : {"s05-two-edits-client", "s05-two-edits-timestamp"}) {
    const Episode episode = row(name);
    EXPECT_EQ(episode.found(), "holds") << name;
    EXPECT_EQ(episode.held("o1"), "S of-B, A of-B, B of-B") << name;
    EXPECT_EQ(episode.delivered('S'), 3u) << name;
  }
}

TEST(Catalogue, S06LostAckThenAnEdit) {
  const Episode server = row("s06-lost-ack-then-an-edit-server");
  EXPECT_EQ(server.found(),
            "no-lost-update ancestor chosen at A in step 4; "
            "no-redundant-transfer redundant at S in step 4");
  EXPECT_EQ(server.held("o1"), "S v1, A v1, B v1");
  for (const char* name :
       {"s06-lost-ack-then-an-edit-client", "s06-lost-ack-then-an-edit-timestamp"}) {
    const Episode episode = row(name);
    EXPECT_EQ(episode.found(), "holds") << name;
    EXPECT_EQ(episode.held("o1"), "S v2, A v2, B v2") << name;
  }
}

TEST(Catalogue, S07FullSyncOfAStaleClient) {
  for (const char* name :
       {"s07-full-sync-of-a-stale-client-client", "s07-full-sync-of-a-stale-client-timestamp",
        "s07-full-sync-of-a-stale-client-carried-client"}) {
    const Episode episode = row(name);
    EXPECT_EQ(episode.found(Invariant::no_lost_update), "ancestor chosen at B in step 6") << name;
    EXPECT_EQ(episode.held("o1"), "S b1, A b1, B b1") << name;
  }
  for (const char* name : {"s07-full-sync-of-a-stale-client-server",
                           "s07-full-sync-of-a-stale-client-carried-timestamp"}) {
    const Episode episode = row(name);
    EXPECT_EQ(episode.found(),
              "no-redundant-transfer redundant at S in step 6; told told wrongly at B in step 6")
        << name << ": the app of B saw b1 accepted long ago";
    EXPECT_EQ(episode.held("o1"), "S new, A new, B new") << name;
  }
}

TEST(Catalogue, S08EarlierEditSyncedLast) {
  EXPECT_EQ(row("s08-earlier-edit-synced-last-server").held("o1"),
            "S new-of-B, A new-of-B, B new-of-B");
  EXPECT_EQ(row("s08-earlier-edit-synced-last-client").held("o1"),
            "S old-of-A, A old-of-A, B old-of-A");
  const Episode timestamp = row("s08-earlier-edit-synced-last-timestamp");
  EXPECT_EQ(timestamp.held("o1"), "S old-of-A, A old-of-A, B old-of-A");
  EXPECT_EQ(timestamp.found(), "holds") << "it was decided, though by stamps that mislead";
  EXPECT_EQ(row("s08-earlier-edit-synced-last-carried-timestamp").held("o1"),
            "S new-of-B, A new-of-B, B new-of-B");
}

TEST(Catalogue, S09OneKeyTwoNames) {
  for (const char* strategy : {"server", "client", "timestamp"}) {
    const Episode episode = row(std::string("s09-one-key-two-names-") + strategy);
    EXPECT_EQ(episode.found(Invariant::convergence), "diverged at B at rest") << strategy;
    EXPECT_EQ(episode.held('A', "o1"), episode.held('B', "o1")) << strategy;
    EXPECT_EQ(episode.held('S', "o1"), episode.held('B', "o1")) << strategy;
    EXPECT_EQ(episode.held("o2"), "S nothing, A nothing, B nothing") << strategy;
    const Scenario& scenario = episode.world().scenario();
    EXPECT_EQ(scenario.name_text(episode.find('A', "o1")->identity.name), "apples") << strategy;
    EXPECT_EQ(scenario.name_text(episode.find('B', "o1")->identity.name), "pears") << strategy;
  }
}

TEST(Catalogue, S11CreateAgainAfterDelete) {
  const Episode episode = row("s11-create-again-after-delete");
  EXPECT_EQ(episode.held("o1"), "S -v2, A -v2, B -v2");
  EXPECT_EQ(episode.held("o2"), "S nothing, A v3, B nothing") << "refused for ever";
  EXPECT_EQ(episode.found(Invariant::quiescence), "no rest at S at rest");
  EXPECT_EQ(episode.found(Invariant::no_lost_update), "lost at A at rest");
  EXPECT_EQ(episode.found(Invariant::one_object_per_key), "holds")
      << "A has two rows with one key, but only one of them is alive";
  EXPECT_EQ(row("s11-create-again-after-a-synced-delete").found(Invariant::quiescence),
            "circle at S at rest");
}

TEST(Catalogue, S12KeyRaceBetweenDownloadAndUpload) {
  const std::string text = trace_text("catalogue/s12-key-race-between-download-and-upload");
  const Episode episode(text);
  EXPECT_EQ(episode.held("o1"), "S nothing, A nothing, B nothing");
  EXPECT_EQ(episode.held("o4"), "S v4, A v4, B v4") << "it heals";
  EXPECT_EQ(episode.found(), "no-redundant-transfer redundant at A in round 1");
  EXPECT_EQ(episode.delivered('S'), 7u) << "four objects; the whole batch of three once more";
  EXPECT_EQ(episode.delivered('A'), 3u) << "o4, and the two that it had sent itself";
  EXPECT_EQ(episode.delivered('B'), 3u) << "o2 and o3, and its own o4, which came up once more";
}

}  // namespace
}  // namespace tidemark::core
