// Every invariant against a bug planted for it: that it is caught, in which way, where and when;
// and against the nearest episode that is none, which must not be flagged.
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/episode.h"

namespace tidemark::core {
namespace {

using I = Invariant;

// What a planted bug does to AppSync; what is not set does nothing.
struct Bug {
  std::function<void(Client&, Message& in)> before_answer = nullptr;
  std::function<void(Client&, const Message& in, Facts&)> after_answer = nullptr;
  // Whether a client that has nothing more to ask asks for a download again.
  std::function<bool(Client&)> asks_again = nullptr;
  std::function<void(Server&, Message& in)> before_request = nullptr;
  std::function<void(Server&, const Message& in, Message& out)> after_request = nullptr;
  std::function<void(Client&, const Message& in)> on_stale = nullptr;
  std::function<void(Client&, const Change&)> after_change = nullptr;
  std::function<void(Client&, bool full)> before_begin = nullptr;
};

class Planted : public AppSync {
 public:
  Planted(AppSync sound, Bug bug) : AppSync(std::move(sound)), bug_(std::move(bug)) {}

  using AppSync::change;
  void change(Client& client, const Change& change, Timestamp now) const {
    AppSync::change(client, change, now);
    if (bug_.after_change) bug_.after_change(client, change);
  }
  void begin(Client& client, bool full, Timestamp now, Message& request) const {
    if (bug_.before_begin) bug_.before_begin(client, full);
    AppSync::begin(client, full, now, request);
  }
  void handle(Server& server, const Message& in, Timestamp now, Value fresh, Message& out,
              Facts& facts) const {
    Message changed = in;
    if (bug_.before_request) bug_.before_request(server, changed);
    AppSync::handle(server, changed, now, fresh, out, facts);
    if (bug_.after_request) bug_.after_request(server, in, out);
  }
  bool handle(Client& client, const Message& in, Timestamp now, Value fresh, Message& out,
              Facts& facts) const {
    Message changed = in;
    if (bug_.before_answer) bug_.before_answer(client, changed);
    const bool more = AppSync::handle(client, changed, now, fresh, out, facts);
    if (bug_.after_answer) bug_.after_answer(client, in, facts);
    if (more || !bug_.asks_again || !bug_.asks_again(client)) return more;
    AppSync::begin(client, false, now, out);
    return true;
  }
  void handle_stale(Client& client, const Message& in) const {
    if (bug_.on_stale) bug_.on_stale(client, in);
  }

 private:
  Bug bug_;
};

// Episodes here run on `guarded` unless they say otherwise.
std::string on_guarded(std::string_view text) {
  const bool named = text.find("protocol ") != std::string_view::npos;
  return (named ? "" : "protocol guarded;") + std::string(text);
}

std::string found(I invariant, std::string_view text) {
  return Episode(on_guarded(text)).found(invariant);
}
std::string all_found(std::string_view text) { return Episode(on_guarded(text)).found(); }

std::string found(I invariant, const Bug& bug, std::string_view text) {
  const std::string trace = on_guarded(text);
  return EpisodeOn<Planted>(trace, Planted(engine_of(trace_of(trace)), bug)).found(invariant);
}

// The user's own strategy instead of the one that the trace names.
std::string found_with(Decision (*decide)(const Conflict&), std::string_view text,
                       const Bug& bug = {}) {
  const std::string trace = on_guarded(text);
  const AppSync engine(trace_of(trace).engine, own_strategy("own", decide));
  return EpisodeOn<Planted>(trace, Planted(engine, bug)).found();
}
Decision merge_both(const Conflict&) { return Decision::merged(); }

Object* record_of(Client& client, Guid guid) {
  auto* record = client.records.find(guid);
  return record == nullptr ? nullptr : &record->object;
}
constexpr Guid kOne{0};

void erase_told(Facts& facts) {
  std::erase_if(facts, [](const Fact& fact) {
    return fact.kind == FactKind::change_overwritten || fact.kind == FactKind::change_merged;
  });
}

// --- The alarm is quiet where nothing is wrong

TEST(Invariants, SoundEpisodesHold) {
  for (const char* text :
       {"create A o1; sync A; sync B; edit B o1; sync B; sync A",
        "create S o1; sync A; sync B; delete A o1; sync A; undelete S o1",
        "create A o1; sync A lose=upload-ack; sync A",
        "create A o1; begin A; deliver A; edit A o1; deliver A; edit A o1; finish A",
        "create S o1; sync A; edit A o1; edit S o1; sync A",
        "strategy timestamp-priority; create S o1; sync A; edit S o1; edit A o1; sync A",
        "create A o1 pk=k; create B o2 pk=k; sync A; sync B",
        "create S o1; sync A; full-sync A; reinstall A; crash B"})
    EXPECT_EQ(all_found(text), "holds") << text;
}

TEST(Invariants, PlantedNothingChangesNothing) {
  EXPECT_EQ(found(I::convergence, Bug{}, "create A o1; create S o2"), "holds");
}

// --- convergence

const Bug kTombstonesFiltered{.after_request = [](Server&, const Message&, Message& out) {
  std::erase_if(out.objects, [](const Object& object) { return object.content.isdeleted; });
}};

TEST(Convergence, ServerThatFiltersTombstonesDiverges) {
  EXPECT_EQ(found(I::convergence, kTombstonesFiltered,
                  "create A o1; sync A; sync B; delete A o1; sync A"),
            "diverged at B at rest");
}
TEST(Convergence, DeletedAndAbsentAreTheSame) {
  constexpr const char* kNeverSeenAlive = "create S o1; delete S o1; sync A";
  EXPECT_EQ(found(I::convergence, kTombstonesFiltered, kNeverSeenAlive), "holds");
}
TEST(Convergence, TombstonesAreComparedWhereThatIsAskedFor) {
  const Trace trace = trace_of("protocol guarded; create S o1; delete S o1; sync A");
  const Planted engine(engine_of(trace), kTombstonesFiltered);
  World<Planted> world(engine);
  Judge judge({.compare_tombstones = true});
  world.run(trace.scenario, judge);
  EXPECT_EQ(finding(judge.verdict(), I::convergence), "diverged at A at rest");
  const AppSync sound = engine_of(trace);
  World<AppSync> sound_world(sound);
  sound_world.run(trace.scenario, judge);
  EXPECT_EQ(finding(judge.verdict(), I::convergence), "holds");
}
TEST(Convergence, NameCounts) {
  const Bug renames{.before_answer = [](Client&, Message& in) {
    for (Object& object : in.objects) object.identity.name = Name{1};
  }};
  EXPECT_EQ(found(I::convergence, renames, "create A o1; create A o2; sync A; sync B"),
            "diverged at B at rest");
}
TEST(Convergence, TimestampsDoNotCount) {
  const Bug restamps{.before_answer = [](Client&, Message& in) {
    for (Object& object : in.objects) object.stamps.lastupdate += 5;
  }};
  EXPECT_EQ(found(I::convergence, restamps, "create A o1; sync A; sync B"), "holds");
}
TEST(Convergence, BreachNamesWhatEachSideHolds) {
  const Episode episode("protocol reference; create A o1; begin A; deliver A; create S o2");
  const Breach& breach = episode.verdict().breach(I::convergence);
  EXPECT_EQ(breach.guid, Guid{1});
  EXPECT_EQ(breach.value, kNoValue) << "A has nothing";
  EXPECT_EQ(breach.other, Value{2}) << "the server has o2";
}

// --- no-lost-update: where it happens

TEST(NoLostUpdate, LateUploadOverANewerVersionIsCaughtWhereItArrives) {
  EXPECT_EQ(found(I::no_lost_update,
                  "create A o1; begin A; deliver A; deliver A; give-up A; edit A o1; sync A;"
                  "arrive A"),
            "stale overwrite at S in step 8");
}
TEST(NoLostUpdate, LateUploadOverAnOlderVersionIsNone) {
  EXPECT_EQ(all_found("create A o1; sync A; edit A o1; begin A; deliver A; deliver A; give-up A;"
                      "arrive A"),
            "holds");
}
TEST(NoLostUpdate, StrategyThatPutsAVersionOverItsDescendantIsCaughtInTheDecision) {
  const Episode episode("protocol guarded; create A o1; sync A lose=upload-ack; edit A o1; sync A");
  EXPECT_EQ(episode.found(I::no_lost_update), "ancestor chosen at A in step 4");
  EXPECT_EQ(episode.verdict().breach(I::no_lost_update).value, Value{1});
  EXPECT_EQ(episode.verdict().breach(I::no_lost_update).other, Value{2});
}
TEST(NoLostUpdate, StrategyThatKeepsTheDescendantIsLawful) {
  EXPECT_EQ(all_found("strategy client-priority; create A o1; sync A lose=upload-ack; edit A o1;"
                      "sync A"),
            "holds");
}
TEST(NoLostUpdate, ClientThatAppliesAnOldAnswerPutsAnAncestorBack) {
  const Bug applies_stale{.on_stale = [](Client& client, const Message& in) {
    for (const Object& object : in.objects) client.records.at(object.guid).object = object;
  }};
  EXPECT_EQ(found(I::no_lost_update, applies_stale,
                  "create S o1; begin A; deliver A; give-up A; edit S o1; sync A; arrive A"),
            "stale overwrite at A in step 7");
  EXPECT_EQ(found(I::no_lost_update, applies_stale,
                  "create S o1; begin A; deliver A; give-up A; sync A; arrive A"),
            "holds")
      << "the old answer carries what A holds";
}
TEST(NoLostUpdate, OnlyMessagesOverwriteARestoreDoesNot) {
  EXPECT_EQ(found(I::no_lost_update, "create S o1; backup S; edit S o1; restore S"), "holds");
}

// --- no-lost-update: at rest

// B's upload was built before A's version reached the server, and overwrites it blindly.
constexpr const char* kBlindOverwrite =
    "create S o1; sync A; sync B; edit B o1; begin B; deliver B; deliver B; edit A o1; sync A;"
    "finish B;";

TEST(NoLostUpdate, BlindOverwriteIsLostAtRest) {
  const Episode episode(on_guarded(kBlindOverwrite));
  EXPECT_EQ(episode.found(I::no_lost_update), "lost at A at rest");
  EXPECT_EQ(episode.verdict().breach(I::no_lost_update).value, Value{3});
}
TEST(NoLostUpdate, OverwriteThatAStrategyDecidedIsNone) {
  EXPECT_EQ(found(I::no_lost_update,
                  "strategy client-priority; create S o1; sync A; sync B; edit B o1; edit A o1;"
                  "sync A; sync B"),
            "holds");
}
TEST(NoLostUpdate, VersionThatNeverLeavesItsClientIsLost) {
  EXPECT_EQ(found(I::no_lost_update,
                  "protocol reference; create A o1; begin A; deliver A; deliver A; deliver A;"
                  "edit A o1; finish A"),
            "lost at A at rest");
}

// Two edits of one version; B's upload of its own is copied, then A's decides over it and wins. A
// decision is no ancestry: when the copy puts B's back, that is no stale overwrite, but A's is
// lost.
TEST(NoLostUpdate, DecisionsCountForPathsNotForAncestry) {
  EXPECT_EQ(found(I::no_lost_update,
                  "strategy client-priority; create S o1; sync A; sync B; edit B o1; begin B;"
                  "deliver B; deliver B; duplicate B; finish B; edit A o1; sync A; arrive B"),
            "lost at A at rest");
}
TEST(NoLostUpdate, MergesCountForAncestry) {
  constexpr const char* kLateSideOfAMerge =
      "create S o1; sync A; sync B; edit B o1; begin B; deliver B; deliver B; duplicate B; finish "
      "B;"
      "edit A o1; sync A; arrive B";
  const std::string trace = on_guarded(kLateSideOfAMerge);
  const AppSync engine(trace_of(trace).engine, own_strategy("own", merge_both));
  EXPECT_EQ(EpisodeOn<AppSync>(trace, engine).found(I::no_lost_update),
            "stale overwrite at S in step 12");
}
TEST(NoLostUpdate, MergeKeepsBothSides) {
  EXPECT_EQ(found_with(merge_both, "create S o1; sync A; edit S o1; edit A o1; sync A; sync B"),
            "holds");
}
TEST(NoLostUpdate, MergeOfTwoMergesKeepsAll) {
  EXPECT_EQ(found_with(merge_both,
                       "clients 3; create S o1; sync A; sync B; sync C; edit S o1; edit A o1;"
                       "edit B o1; edit C o1; sync A; sync B; sync C"),
            "holds");
}

TEST(NoLostUpdate, DeletionCountsAsHeldWhereTheServerDoesNotHoldTheObject) {
  const Bug forgets_what_was_never_sent{.before_begin = [](Client& client, bool) {
    const Object* object = record_of(client, kOne);
    if (object != nullptr && object->content.isdeleted) client.records.erase(kOne);
  }};
  EXPECT_EQ(found(I::no_lost_update, forgets_what_was_never_sent, "create A o1; delete A o1"),
            "holds");
  EXPECT_EQ(
      found(I::no_lost_update, forgets_what_was_never_sent, "create A o1; sync A; delete A o1"),
      "lost at A at rest")
      << "the server holds the object, live";
}

// --- no-lost-update: what is excused

TEST(Excused, VersionWhoseOnlyHolderWasReinstalled) {
  EXPECT_EQ(all_found("create A o1; reinstall A"), "holds");
  EXPECT_EQ(all_found("create A o1; edit A o1; delete A o1; reinstall A"), "holds");
}
TEST(Excused, VersionWhoseOnlyHolderWasRestored) {
  EXPECT_EQ(all_found("backup S; create S o1; restore S"), "holds");
}
TEST(Excused, VersionWhoseHoldersWereWipedOneAfterTheOther) {
  EXPECT_EQ(all_found("backup S; create A o1; sync A; restore S; reinstall A"), "holds");
  EXPECT_EQ(all_found("backup S; create A o1; sync A; reinstall A; restore S"), "holds");
}
TEST(Excused, NotWhileAnotherReplicaStillHoldsIt) {
  EXPECT_EQ(found(I::no_lost_update, "backup S; create A o1; sync A; restore S"),
            "lost at A at rest");
}
TEST(Excused, NotACrash) {
  const Bug forgets_in_begin{.before_begin = [](Client& client, bool) { client.records.clear(); }};
  EXPECT_EQ(found(I::no_lost_update, forgets_in_begin, "create A o1; crash A"),
            "lost at A at rest");
}
TEST(Excused, NotIfItHadBeenReplacedOnAMessage) {
  EXPECT_EQ(found(I::no_lost_update, std::string(kBlindOverwrite) + "reinstall A"),
            "lost at A at rest");
}
TEST(Excused, ThoughADescendantReplacedItOnAMessage) {
  EXPECT_EQ(all_found("backup S; create A o1; sync A; sync B; edit B o1; sync B; sync A; restore S;"
                      "reinstall A; reinstall B"),
            "holds");
}
TEST(Excused, ThoughADecisionReplacedItOnAMessage) {
  EXPECT_EQ(found(I::no_lost_update,
                  "create S o1; backup S; sync A; edit S o1; edit A o1; sync A; restore S;"
                  "reinstall A"),
            "holds")
      << "A's version lost to the server's, which only the restore undid";
}
// A's upload is on its way when A is reinstalled: nobody holds its version. Then it arrives.
constexpr const char* kUploadOutlivesItsClient =
    "create S o1; sync A; sync B; edit B o1; begin B; deliver B; deliver B; edit A o1; begin A;"
    "deliver A; deliver A; give-up A; reinstall A;";

TEST(Excused, MessagesAreNoHolders) {
  EXPECT_EQ(found(I::no_lost_update, std::string(kUploadOutlivesItsClient) + "finish B"), "holds")
      << "it never arrived";
}
TEST(Excused, LateMessageMakesItsReceiverAHolderAgain) {
  EXPECT_EQ(found(I::no_lost_update, std::string(kUploadOutlivesItsClient) + "arrive A; finish B"),
            "lost at A at rest")
      << "the server held it, and B's upload replaced it";
}
TEST(Excused, LateMessageThatIsRefusedMakesNoHolder) {
  EXPECT_EQ(found(I::no_lost_update,
                  "create A o1 pk=k; begin A; deliver A; deliver A; give-up A; reinstall A;"
                  "create S o2 pk=k; arrive A"),
            "holds");
}
TEST(Excused, RestoreAfterALateMessageExcusesAgain) {
  EXPECT_EQ(found(I::no_lost_update,
                  "backup S; create A o1; begin A; deliver A; deliver A; give-up A; reinstall A;"
                  "arrive A; restore S"),
            "holds");
}
TEST(Excused, ReinstallOfOneClientDoesNotExcuseAnothersVersion) {
  EXPECT_EQ(found(I::no_lost_update, std::string(kBlindOverwrite) + "reinstall B"),
            "lost at A at rest");
}

// --- one-object-per-key

constexpr const char* kTwoWithOneKey = "create A o1 pk=k; create S o2 pk=k; sync A";

TEST(OneObjectPerKey, ServerThatAddsBesideTheOtherHoldsAKeyTwice) {
  EXPECT_EQ(found(I::one_object_per_key,
                  std::string("protocol page; strategy client-priority;") + kTwoWithOneKey),
            "key held twice at S at rest");
}
TEST(OneObjectPerKey, ClientThatAdmitsARivalHoldsAKeyTwice) {
  const Bug admits{.after_answer = [](Client& client, const Message& in, Facts&) {
    for (const Object& object : in.objects) {
      auto& record = client.records.at(object.guid);
      record.object = object;
    }
  }};
  EXPECT_EQ(found(I::one_object_per_key, admits,
                  std::string("strategy client-priority;") + kTwoWithOneKey),
            "key held twice at A at rest");
}
TEST(OneObjectPerKey, TombstoneBesideALiveObjectIsNone) {
  EXPECT_EQ(all_found("create A o1 pk=k; sync A; delete A o1; create A o2 pk=k; sync A"), "holds");
}
TEST(OneObjectPerKey, TwoObjectsOfDifferentKeysAreNone) {
  EXPECT_EQ(all_found("create A o1 pk=k; create A o2 pk=l"), "holds");
}

// --- no-resurrection

// A deletion reaches the server while B's edit of the object is on its way, and overwrites it.
constexpr const char* kEditOverDeletion =
    "create S o1; sync A; sync B; edit B o1; begin B; deliver B; deliver B; delete A o1; sync A;"
    "finish B;";

TEST(NoResurrection, DeletedObjectThatABlindOverwriteRevives) {
  const Episode episode(on_guarded(kEditOverDeletion));
  EXPECT_EQ(episode.found(I::no_resurrection), "resurrected at S at rest");
  EXPECT_EQ(episode.verdict().breach(I::no_resurrection).other, Value{3}) << "the deletion";
  EXPECT_EQ(episode.verdict().breach(I::no_resurrection).value, Value{2}) << "what lives again";
}
TEST(NoResurrection, ClientThatRevivesDeletionsIsCaught) {
  const Bug revives{.before_begin = [](Client& client, bool) {
    if (Object* object = record_of(client, kOne); object != nullptr && object->content.isdeleted)
      *object = {kOne, object->identity, {Value{1}, false}, {}};
  }};
  EXPECT_EQ(found(I::no_resurrection, revives, "create A o1; sync A; delete A o1; sync A"),
            "resurrected at A at rest");
}
TEST(NoResurrection, UndeleteIsNone) {
  EXPECT_EQ(all_found("create A o1; sync A; sync B; delete A o1; sync A; undelete A o1; sync A"),
            "holds");
}
TEST(NoResurrection, DecisionOfTheStrategyIsNone) {
  EXPECT_EQ(all_found("strategy client-priority; create S o1; sync A; sync B; delete A o1; sync A;"
                      "edit B o1; sync B"),
            "holds");
}
TEST(NoResurrection, MergeThatIsAliveIsNone) {
  EXPECT_EQ(
      found_with(merge_both, "create S o1; sync A; sync B; delete A o1; sync A; edit B o1; sync B"),
      "holds");
}
TEST(NoResurrection, DeletionThatARestoreUndidIsExcused) {
  EXPECT_EQ(all_found("create S o1; backup S; delete S o1; restore S"), "holds");
}
TEST(NoResurrection, DeletionThatNobodyElseHeldIsExcusedWithItsClient) {
  EXPECT_EQ(all_found("create S o1; sync A; delete A o1; reinstall A"), "holds");
}
// The undelete never leaves A, which is reinstalled: what lives on the server is not alive through
// it.
TEST(NoResurrection, UndeleteElsewhereDoesNotExcuseABlindOverwrite) {
  EXPECT_EQ(
      found(I::no_resurrection, std::string(kEditOverDeletion) + "undelete A o1; reinstall A"),
      "resurrected at S at rest");
}

// --- quiescence

TEST(Quiescence, ExchangeWithoutEndIsCaughtWhereItHappens) {
  const Bug insatiable{.asks_again = [](Client&) { return true; }};
  EXPECT_EQ(found(I::quiescence, insatiable, "create A o1; sync A"),
            "exchange without end at A in step 2");
}
// Pages of one download: so many that the cycle has exactly as many messages as the bound allows.
Bug pages(std::uint64_t count) {
  return {.after_answer = [](Client& client, const Message&, Facts&) { ++client.counter.number; },
          .asks_again = [=](Client& client) { return client.counter.number % count != 0; }};
}
TEST(Quiescence, ExchangeOfAsManyMessagesAsTheBoundAllowsIsNone) {
  EXPECT_EQ(found(I::quiescence, pages(kMaxMessagesPerExchange / 2), "sync A"), "holds");
}
TEST(Quiescence, ExchangeOfOneMessageMoreIsCaught) {
  EXPECT_EQ(found(I::quiescence, pages(kMaxMessagesPerExchange / 2 + 1), "sync A"),
            "exchange without end at A in step 1");
}
TEST(Quiescence, StateMetAgainIsACircle) {
  const Episode episode("protocol guarded; strategy client-priority;" +
                        std::string(kTwoWithOneKey));
  EXPECT_EQ(episode.verdict().breach(I::quiescence).kind, &Quiescence::kCircle);
}
TEST(Quiescence, StatesThatNeverRepeatAreNoRest) {
  EXPECT_EQ(found(I::quiescence,
                  "protocol reference; create A o1 pk=k; sync A; sync B; delete A o1;"
                  "create A o2 pk=k"),
            "no rest at S at rest");
}
TEST(Quiescence, LongWayToRestIsNone) {
  EXPECT_EQ(found(I::quiescence,
                  "clients 5; create A o1; create B o2; create C o3; create D o4; create E o5"),
            "holds");
}

// --- no-redundant-transfer

TEST(NoRedundantTransfer, OwnEchoIsRedundant) {
  EXPECT_EQ(found(I::no_redundant_transfer, "protocol page; create A o1; sync A; sync A"),
            "redundant at A in step 3");
}
TEST(NoRedundantTransfer, UploadOfWhatCameDownIsRedundant) {
  EXPECT_EQ(found(I::no_redundant_transfer, "protocol reference; create S o1; create A o2; sync A"),
            "redundant at S in step 3");
}
TEST(NoRedundantTransfer, VersionThatWasHeldOnceIsRedundantThoughItWasReplaced) {
  const Bug resends{.before_request = [](Server&, Message& in) {
    if (in.servercounter.number > 1) in.servercounter.number = 0;
  }};
  EXPECT_EQ(found(I::no_redundant_transfer, resends,
                  "create S o1; create S o2; sync A; edit A o1; edit A o2; sync A"),
            "redundant at A in step 6");
}
TEST(NoRedundantTransfer, FirstDeliveryToEachIsNone) {
  EXPECT_EQ(all_found("clients 4; create A o1; sync A; sync B; sync C; sync D"), "holds");
}

// What a lost exchange carried may be sent again until an exchange that carries it comes to its
// end.
TEST(NoRedundantTransfer, RetryOfALostExchangeIsNone) {
  EXPECT_EQ(all_found("create A o1; sync A lose=upload-ack; sync A"), "holds");
  EXPECT_EQ(all_found("create A o1; sync A lose=upload-request; sync A"), "holds");
  EXPECT_EQ(all_found("create S o1; sync A lose=download-reply; sync A"), "holds");
}
TEST(NoRedundantTransfer, UploadOfWhatTheSameCycleBroughtDownIsRedundant) {
  EXPECT_EQ(found(I::no_redundant_transfer,
                  "protocol reference; create A o1; sync A lose=upload-ack; sync A"),
            "redundant at S in step 3")
      << "A's own version came down first, which told A that the server holds it";
}
TEST(NoRedundantTransfer, RetryAfterAnExchangeThatCameToItsEndIsRedundant) {
  EXPECT_EQ(found(I::no_redundant_transfer,
                  "protocol page; create A o1; sync A lose=upload-ack; sync A; full-sync B;"
                  "edit S o1; sync A"),
            "holds")
      << "the echo of the lost upload is its first completed journey";
  const Bug never_satisfied{
      .before_request = [](Server&, Message& in) { in.servercounter.number = 0; }};
  EXPECT_EQ(found(I::no_redundant_transfer, never_satisfied,
                  "create A o1; sync A lose=upload-ack; sync A; sync A"),
            "redundant at A in step 4");
}
TEST(NoRedundantTransfer, DownloadCountsThoughTheUploadOfItsCycleWasLost) {
  const Bug never_satisfied{
      .before_request = [](Server&, Message& in) { in.servercounter.number = 0; }};
  EXPECT_EQ(found(I::no_redundant_transfer, never_satisfied,
                  "create S o1; create A o2; sync A lose=upload-ack; sync A"),
            "redundant at A in step 4");
}

TEST(NoRedundantTransfer, FullSyncExcludesWhatTravelledBeforeIt) {
  EXPECT_EQ(all_found("create S o1; sync A; full-sync A"), "holds");
  EXPECT_EQ(all_found("create S o1; sync A; begin-full A; finish A"), "holds");
  EXPECT_EQ(found(I::no_redundant_transfer,
                  "create S o1; sync A; full-sync A lose=download-reply;"
                  "sync A"),
            "holds")
      << "asked for, and lost";
}
TEST(NoRedundantTransfer, FullSyncsAreWholeOnceMoreEach) {
  EXPECT_EQ(all_found("create S o1; full-sync A; full-sync A; full-sync A"), "holds");
}
// On `page` the client's own version comes back once; a fault after the upload excuses that.
constexpr const char* kUploadThenEcho = "protocol page; create A o1; backup S; sync A;";
TEST(NoRedundantTransfer, CrashExcludesWhatTravelledBeforeIt) {
  EXPECT_EQ(found(I::no_redundant_transfer, std::string(kUploadThenEcho) + "sync A"),
            "redundant at A in step 4");
  EXPECT_EQ(all_found(std::string(kUploadThenEcho) + "crash A; sync A"), "holds");
}
TEST(NoRedundantTransfer, ReinstallExcludesWhatTravelledBeforeIt) {
  EXPECT_EQ(all_found(std::string(kUploadThenEcho) + "reinstall A; sync A"), "holds");
}
TEST(NoRedundantTransfer, RestoreExcludesWhatTravelledBeforeIt) {
  EXPECT_EQ(found(I::no_redundant_transfer,
                  "protocol page; create A o1; sync A; backup S; restore S; sync A"),
            "holds");
}
TEST(NoRedundantTransfer, RestoreExcludesTheExchangeUnderWay) {
  EXPECT_EQ(found(I::no_redundant_transfer,
                  "protocol page; create A o1; backup S; begin A; deliver A; deliver A; restore S;"
                  "finish A; sync A"),
            "holds");
  EXPECT_EQ(found(I::no_redundant_transfer,
                  "protocol page; create A o1; backup S; begin A; deliver A; deliver A; finish A;"
                  "sync A"),
            "redundant at A in step 7");
}
TEST(NoRedundantTransfer, WhatHappensOnOneLinkExcusesNothingOnAnother) {
  for (const char* fault : {"full-sync A;", "crash A;", "reinstall A;", "offline A;"})
    EXPECT_EQ(
        found(I::no_redundant_transfer,
              std::string("protocol page; clients 3; create C o1; sync C;") + fault + "sync C"),
        "redundant at C in step 4")
        << fault;
}
TEST(NoRedundantTransfer, JourneyOnOneLinkIsNoneOnAnother) {
  EXPECT_EQ(all_found("clients 3; create A o1; sync A; sync C; full-sync A"), "holds");
}
TEST(NoRedundantTransfer, OfflineOrGivingUpExcuseNothing) {
  for (const char* fault : {"offline A; online A;", "begin A; drop A;", "begin A; give-up A;"}) {
    const Episode episode(std::string(kUploadThenEcho) + fault + "sync A");
    EXPECT_EQ(episode.verdict().breach(I::no_redundant_transfer).kind,
              &NoRedundantTransfer::kRedundant)
        << fault;
  }
}
TEST(NoRedundantTransfer, LateMessageIsNotJudged) {
  const Episode late(
      "protocol guarded; create A o1; begin A; deliver A; deliver A; duplicate A;"
      "finish A; arrive A",
      Until::last_step);
  EXPECT_EQ(late.found(I::no_redundant_transfer), "holds");
  EXPECT_EQ(late.delivered('S'), 2u);
}
TEST(NoRedundantTransfer, CopyThatArrivesFirstIsNoJourney) {
  const Episode copy(
      "protocol guarded; create A o1; begin A; deliver A; deliver A; duplicate A;"
      "arrive A; finish A",
      Until::last_step);
  EXPECT_EQ(copy.found(I::no_redundant_transfer), "holds");
}
TEST(NoRedundantTransfer, RefusedVersionHasNotTravelled) {
  EXPECT_EQ(found(I::no_redundant_transfer,
                  "strategy client-priority; create A o1 pk=k; create S o2 pk=k; sync A; sync A"),
            "holds")
      << "it is sent in every round, and the server never takes it";
}
TEST(NoRedundantTransfer, AcceptedPartOfARefusedBatchHasTravelled) {
  EXPECT_EQ(found(I::no_redundant_transfer,
                  "protocol reference; strategy client-priority; create A o1 pk=k; sync A;"
                  "delete A o1; sync A; create A o2 pk=k; create A o3; sync A; sync A"),
            "redundant at A in step 8");
}

// --- integrity: nothing is held that nobody wrote

Bug arriving_objects(void (*mangle)(Object&)) {
  return {.before_answer = [=](Client&, Message& in) {
    for (Object& object : in.objects) mangle(object);
  }};
}
constexpr const char* kOneComesDown = "create S o1; create S o2; sync A";

TEST(Integrity, ValueThatNobodyWroteIsCaughtWhereItIsStored) {
  EXPECT_EQ(found(I::integrity,
                  arriving_objects([](Object& object) { object.content.value.number += 50; }),
                  kOneComesDown),
            "unwritten at A in step 3");
}
void change_over_an_unwritten_value() {
  const std::string breach = found(
      I::integrity, arriving_objects([](Object& object) { object.content.value.number += 50; }),
      "create S o1; sync A; edit A o1; sync A; edit S o1; edit A o1; sync A; sync B");
  std::exit(breach == "unwritten at A in step 2" ? 0 : 1);
}
// In a process of its own: a judge that looks such a value up among the versions reads beyond them.
TEST(Integrity, ChangesOverAValueThatNobodyWroteAreJudgedOn) {
  EXPECT_EXIT(change_over_an_unwritten_value(), testing::ExitedWithCode(0), "");
}
TEST(Integrity, KeyThatNobodyWroteIsCaught) {
  EXPECT_EQ(
      found(I::integrity, arriving_objects([](Object& object) { object.identity.pk = Key{99}; }),
            kOneComesDown),
      "unwritten at A in step 3");
}
TEST(Integrity, NameThatNobodyWroteIsCaught) {
  EXPECT_EQ(
      found(I::integrity, arriving_objects([](Object& object) { object.identity.name = Name{99}; }),
            kOneComesDown),
      "unwritten at A in step 3");
}
TEST(Integrity, DeletionThatNobodyWroteIsCaught) {
  EXPECT_EQ(
      found(I::integrity, arriving_objects([](Object& object) { object.content.isdeleted = true; }),
            kOneComesDown),
      "unwritten at A in step 3");
}
TEST(Integrity, NameThatIsLostWithoutANewValueIsCaught) {
  const Bug renames_on_ack{.after_answer = [](Client& client, const Message& in, Facts&) {
    if (in.kind == MessageKind::upload_ack) record_of(client, kOne)->identity.name = Name{99};
  }};
  EXPECT_EQ(found(I::integrity, renames_on_ack, "create A o1; sync A"), "unwritten at A in step 2");
}
TEST(Integrity, DeletionThatIsLostWithoutANewValueIsCaught) {
  const Bug revives_on_ack{.after_answer = [](Client& client, const Message& in, Facts&) {
    if (in.kind == MessageKind::upload_ack) record_of(client, kOne)->content.isdeleted = false;
  }};
  EXPECT_EQ(found(I::integrity, revives_on_ack, "create A o1; sync A; delete A o1; sync A"),
            "unwritten at A in step 4");
}
TEST(Integrity, NameThatTheAppDidNotGiveIsCaught) {
  const Bug misnames{.after_change = [](Client& client, const Change& change) {
    record_of(client, change.guid)->identity.name = Name{99};
  }};
  EXPECT_NE(found(I::integrity, misnames, "create A o1; sync A"), "holds");
}
TEST(Integrity, MergedValueWasMadeByTheStrategy) {
  EXPECT_EQ(found_with(merge_both, "create S o1; sync A; edit S o1; edit A o1; sync A"), "holds");
}
TEST(Integrity, ObjectMayGoOnUnderTheGuidThatItTook) {
  EXPECT_EQ(found(I::integrity,
                  "protocol reference; strategy client-priority; create A o1 pk=k name=apples;"
                  "create B o2 pk=k name=pears; sync A; sync B; sync A"),
            "holds");
}

// --- integrity: counters and marks

TEST(Integrity, ServersCounterThatRunsBackwardsIsCaught) {
  const Bug backwards{.after_request = [](Server& server, const Message& in, Message&) {
    if (in.kind == MessageKind::upload_request) server.counter.number = 0;
  }};
  EXPECT_EQ(found(I::integrity, backwards, "create S o1; create A o2; sync A"),
            "counter backwards at S in step 3");
}
TEST(Integrity, ClientsCounterThatRunsBackwardsIsCaught) {
  const Bug backwards{.after_answer = [](Client& client, const Message& in, Facts&) {
    if (in.kind == MessageKind::upload_ack) client.counter.number = 0;
  }};
  EXPECT_EQ(found(I::integrity, backwards, "create A o1; sync A"),
            "counter backwards at A in step 2");
}
TEST(Integrity, CounterThatARestoreTurnsBackIsNone) {
  EXPECT_EQ(found(I::integrity, "backup S; create S o1; sync A; restore S; create S o2; sync A"),
            "holds");
}
TEST(Integrity, CounterThatStartsAgainWithANewInstallationIsNone) {
  EXPECT_EQ(found(I::integrity, "create A o1; edit A o1; sync A; reinstall A; sync A"), "holds");
}
const Bug kMarkFalls{.after_answer = [](Client& client, const Message& in, Facts&) {
  if (in.kind == MessageKind::upload_ack) client.servercounter_lastsync.number = 0;
}};
TEST(Integrity, DownloadMarkThatRunsBackwardsIsCaught) {
  EXPECT_EQ(found(I::integrity, kMarkFalls, "create S o1; create A o2; sync A"),
            "mark backwards at A in step 3");
}
TEST(Integrity, UploadMarkThatRunsBackwardsIsCaught) {
  const Bug backwards{.after_answer = [](Client& client, const Message& in, Facts&) {
    if (in.kind == MessageKind::download_reply) client.counter_lastsync.number = 0;
  }};
  EXPECT_EQ(found(I::integrity, backwards, "create A o1; sync A; sync A"),
            "mark backwards at A in step 3");
}
TEST(Integrity, MarksThatAFullSyncTurnsBackAreNone) {
  for (const char* cycle :
       {"full-sync A", "full-sync A lose=download-reply", "begin-full A;drop A"})
    EXPECT_EQ(found(I::integrity, std::string("create S o1; create A o2; sync A;") + cycle),
              "holds")
        << cycle;
}
TEST(Integrity, MarkThatFallsOnceAFullSyncIsOverIsCaught) {
  EXPECT_EQ(found(I::integrity, kMarkFalls, "create S o1; full-sync A; create A o2; sync A"),
            "mark backwards at A in step 4");
}
TEST(Integrity, MarkThatFollowsANewEpochDownIsNone) {
  EXPECT_EQ(found(I::integrity, "backup S; create S o1; sync A; sync B; restore S; sync A; sync B"),
            "holds");
}
TEST(Integrity, MarkMayFallOnceAnEpoch) {
  EXPECT_EQ(found(I::integrity, kMarkFalls,
                  "backup S; create S o1; sync A; restore S; sync A; create S o2; create A o3;"
                  "sync A"),
            "mark backwards at A in step 8");
}

// --- integrity: answers not waited for, copies of requests

TEST(Integrity, ClientThatAppliesAStaleAnswerIsCaught) {
  const Bug moves_its_mark{.on_stale = [](Client& client, const Message& in) {
    client.servercounter_lastsync = in.servercounter;
  }};
  EXPECT_EQ(
      found(I::integrity, moves_its_mark, "create S o1; begin A; deliver A; give-up A; arrive A"),
      "stale answer applied at A in step 5");
  EXPECT_EQ(found(I::integrity, moves_its_mark,
                  "create S o1; begin A; deliver A; give-up A; sync A; arrive A"),
            "holds")
      << "it says what the client knows";
}
TEST(Integrity, StaleAnswerThatIsIgnoredIsNone) {
  EXPECT_EQ(all_found("create S o1; begin A; deliver A; duplicate A; finish A; edit S o1; sync A;"
                      "arrive A"),
            "holds");
}
// A second copy of an upload takes away what the first one brought.
const Bug kTogglesOnRepeat{.before_request = [](Server& server, Message& in) {
  std::erase_if(in.objects, [&](const Object& object) {
    auto* record = server.records.find(object.guid);
    if (record == nullptr || record->object.content.value != object.content.value) return false;
    server.records.erase(object.guid);
    return true;
  });
}};
TEST(Integrity, ServerThatIsChangedByASecondCopyIsCaught) {
  EXPECT_EQ(found(I::integrity, kTogglesOnRepeat,
                  "create A o1; begin A; deliver A; deliver A; duplicate A; finish A; arrive A"),
            "repeat not idempotent at A in step 7");
  EXPECT_EQ(found(I::integrity, kTogglesOnRepeat,
                  "create A o1; begin A; deliver A; deliver A; duplicate A; arrive A; finish A"),
            "repeat not idempotent at A in step 7")
      << "whichever copy comes first";
}
TEST(Integrity, ServerThatIsRestampedByASecondCopyIsCaught) {
  const Bug restamps{.after_request = [](Server& server, const Message& in, Message&) {
    for (const Object& object : in.objects)
      server.records.at(object.guid).object.stamps.lastupdate +=
          static_cast<Timestamp>(server.counter.number);
  }};
  EXPECT_EQ(found(I::integrity, restamps,
                  "create A o1; begin A; deliver A; deliver A; duplicate A; finish A; arrive A"),
            "repeat not idempotent at A in step 7");
}
TEST(Integrity, SecondCopyAfterAnotherWriteIsNotJudged) {
  EXPECT_EQ(found(I::integrity,
                  "create A o1; begin A; deliver A; deliver A; duplicate A; finish A; edit S o1;"
                  "arrive A"),
            "holds");
  EXPECT_EQ(found(I::integrity,
                  "create A o1; begin A; deliver A; deliver A; duplicate A; finish A; backup S;"
                  "restore S; arrive A"),
            "holds");
}
TEST(Integrity, SecondRequestOfAnotherExchangeIsNoCopy) {
  EXPECT_EQ(found(I::integrity, kTogglesOnRepeat,
                  "create A o1; sync A lose=upload-ack; begin A; deliver A; deliver A; give-up A;"
                  "arrive A"),
            "holds")
      << "sent twice is not copied";
}

// --- told

const Bug kSilent{.after_answer = [](Client&, const Message&, Facts& facts) { erase_told(facts); }};
constexpr const char* kConflict = "create S o1; sync A; edit A o1; edit S o1; sync A";

TEST(Told, ClientThatGivesUpItsAppsVersionSilentlyIsCaught) {
  EXPECT_EQ(found(I::told, kSilent, kConflict), "not told at A in step 5");
}
TEST(Told, SilentLossOfAKeyConflictIsCaught) {
  EXPECT_EQ(found(I::told, kSilent, kTwoWithOneKey), "not told at A in step 3");
}
TEST(Told, VersionThatWasSeenAcceptedMayGoSilently) {
  EXPECT_EQ(found(I::told, kSilent, "create A o1; sync A; sync B; edit B o1; sync B; sync A"),
            "holds")
      << "accepted in an answer";
  EXPECT_EQ(found(I::told, kSilent,
                  "create A o1; sync A lose=upload-ack; sync A; sync B; edit B o1; sync B; sync A"),
            "holds")
      << "downloaded";
}
TEST(Told, VersionThatANewOneDescendsFromMayGoSilently) {
  constexpr const char* kDescendant =
      "create A o1; sync A lose=upload-ack; sync B; edit B o1; sync B; sync A";
  EXPECT_EQ(found(I::told, kSilent, kDescendant), "holds");
  EXPECT_EQ(found(I::told, kDescendant), "holds") << "or be told of: A cannot know";
}
TEST(Told, AncestorThatWinsMustBeTold) {
  EXPECT_EQ(found(I::told, kSilent, "create A o1; sync A lose=upload-ack; edit A o1; sync A"),
            "not told at A in step 4");
}
TEST(Told, ServersVictoryThatIsToldHolds) { EXPECT_EQ(found(I::told, kConflict), "holds"); }
TEST(Told, LocalVictoryNeedsNoTelling) {
  EXPECT_EQ(found(I::told, std::string("strategy client-priority;") + kConflict), "holds");
}
TEST(Told, ReinstallIsNoMessage) {
  EXPECT_EQ(found(I::told, kSilent, "create A o1; reinstall A"), "holds");
}
TEST(Told, LateAnswerThatTakesAVersionAwayIsNotTold) {
  const Bug applies_stale{.on_stale = [](Client& client, const Message& in) {
    for (const Object& object : in.objects) client.records.at(object.guid).object = object;
  }};
  EXPECT_EQ(found(I::told, applies_stale,
                  "create S o1; begin A; deliver A; give-up A; sync A; edit A o1; arrive A"),
            "not told at A in step 7");
}

// A client that tells something of its own, made from the object that came down.
Bug tells(Fact (*make)(const Object& came)) {
  return {.after_answer = [=](Client&, const Message& in, Facts& facts) {
    for (const Object& object : in.objects) facts.push_back(make(object));
  }};
}

// At each object that comes down, tells that the first version of the run was given up for it.
const Bug kTellsOfTheFirst = tells([](const Object& came) {
  return Fact{.kind = FactKind::change_overwritten, .local = Value{1}, .kept = came.content.value};
});

TEST(Told, TellingOfAnAcceptedVersionIsWrong) {
  EXPECT_EQ(found(I::told, kTellsOfTheFirst, "create A o1; sync A; edit S o1; sync A"),
            "told wrongly at A in step 4");
}
TEST(Told, TellingOfAnothersVersionIsWrong) {
  EXPECT_EQ(found(I::told, kTellsOfTheFirst, "create S o1; sync A; edit S o1; sync A"),
            "told wrongly at A in step 2");
}
TEST(Told, TellingOfAVersionThatIsStillHeldIsWrong) {
  EXPECT_EQ(found(I::told, kTellsOfTheFirst, "create A o1; create S o2; sync A"),
            "told wrongly at A in step 3");
}
TEST(Told, TellingOfAVersionOfAnEarlierInstallationIsWrong) {
  EXPECT_EQ(found(I::told, kTellsOfTheFirst, "create A o1; create S o2; reinstall A; sync A"),
            "told wrongly at A in step 4");
}
// The facts of a conflict, told differently.
Bug retold(void (*change)(Fact&)) {
  return {.after_answer = [=](Client&, const Message&, Facts& facts) {
    for (Fact& fact : facts)
      if (fact.kind == FactKind::change_overwritten || fact.kind == FactKind::change_merged)
        change(fact);
  }};
}
TEST(Told, TellingMustNameTheVersionThatWasKept) {
  EXPECT_EQ(found(I::told, retold([](Fact& fact) { fact.kept = Value{1}; }), kConflict),
            "not told at A in step 5");
}
TEST(Told, TellingMustNameTheVersionThatWasGivenUp) {
  EXPECT_EQ(found(I::told, retold([](Fact& fact) { fact.local = Value{1}; }), kConflict),
            "not told at A in step 5");
}
TEST(Told, TellingMustNameTheKeptVersionAndNotAnotherThatCame) {
  EXPECT_EQ(found(I::told, retold([](Fact& fact) { fact.kept = Value{4}; }),
                  "create S o1; sync A; edit A o1; edit S o1; create S o2; sync A"),
            "not told at A in step 6")
      << "o2 came in the same message";
}
TEST(Told, TellingOfAKeyConflictMustNameTheWinnersGuid) {
  EXPECT_EQ(found(I::told, kTwoWithOneKey), "holds");
  EXPECT_NE(found(I::told, retold([](Fact& fact) { fact.kept_guid = fact.guid; }), kTwoWithOneKey),
            "holds");
}
TEST(Told, MergeIsToldAsAMerge) {
  EXPECT_EQ(found_with(merge_both, kConflict), "holds");
  EXPECT_EQ(found_with(merge_both, kConflict, kSilent), "holds") << "it descends from both";
  EXPECT_NE(found_with(merge_both, kConflict,
                       retold([](Fact& fact) { fact.kind = FactKind::change_overwritten; })),
            "holds");
}
TEST(Told, MergeThatIsGivenUpMayBeTold) {
  EXPECT_EQ(found_with(
                [](const Conflict& conflict) {
                  return conflict.server.content.value < conflict.local.content.value &&
                                 conflict.local.content.value.number < 5
                             ? Decision::merged()
                             : Decision::server_wins();
                },
                "create S o1; sync A; edit S o1; edit A o1; begin A; deliver A; deliver A;"
                "drop A; edit S o1; sync A"),
            "holds");
}

}  // namespace
}  // namespace tidemark::core
