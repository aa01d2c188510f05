// What a user of the library sees: strategies, invariants and marks of their own.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>

#include <tidemark/gtest.h>

namespace {

using namespace std::chrono_literals;
using tidemark::Broken;
using tidemark::Conflict;
using tidemark::Decision;
using tidemark::holds;
using tidemark::kServerName;
using tidemark::Object;
using tidemark::Options;
using tidemark::replays;
using tidemark::Result;
using tidemark::TraceText;
using tidemark::World;

int price(const Object& object) { return std::stoi(object.value); }

// A deletion wins; else the lower price does.
struct LowestPriceWins {
  Decision resolve(const Conflict& conflict) const {
    if (conflict.local.isdeleted || conflict.server.isdeleted)
      return conflict.local.isdeleted ? conflict.local : conflict.server;
    return price(conflict.local) <= price(conflict.server) ? conflict.local : conflict.server;
  }
};
const std::vector<std::string> kPrices{"80", "90", "100"};

// Forgets that a deletion has no price.
struct ForgetsDeletions {
  Decision resolve(const Conflict& conflict) const {
    return price(conflict.local) <= price(conflict.server) ? conflict.local : conflict.server;
  }
};

namespace mended {
struct ForgetsDeletions : LowestPriceWins {};
}  // namespace mended

// A folder of a test's own.
struct Folder {
  std::filesystem::path path;
  Folder()
      : path(std::filesystem::temp_directory_path() /
             ("tidemark-" + std::to_string(getpid()) + "-" +
              testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name, const std::string& content) const {
    std::ofstream(path / name) << content;
    return (path / name).string();
  }
};

// --- strategies

TEST(Holds, ForALawfulStrategy) {
  const Result result = holds(LowestPriceWins{}, {.episodes = 3'000, .values = kPrices});
  EXPECT_TRUE(result);
  EXPECT_EQ(result.exit_code(), 0);
  EXPECT_TRUE(result.message().starts_with("hardened, LowestPriceWins: 3 000 episodes, "))
      << result.message();
}

TEST(Holds, NotWhereTheStrategyThrows) {
  const Result result = holds(ForgetsDeletions{}, {.episodes = 2'000, .values = kPrices});
  EXPECT_FALSE(result);
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_TRUE(result.message().starts_with("FAIL closed  hardened, ForgetsDeletions"))
      << result.message();
  EXPECT_NE(result.message().find("ForgetsDeletions threw: stoi"), std::string::npos);
}

TEST(Holds, NotWhereTheStrategyReturnsAVersionThatIsNeither) {
  struct Discounts {
    Decision resolve(const Conflict& conflict) const {
      Object cheaper = conflict.local;
      cheaper.value = "1";
      return cheaper;
    }
  };
  const Result result =
      holds(Discounts{}, {.clients = 1, .episodes = 200, .shared_keys = false, .values = kPrices});
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_NE(result.message().find("Discounts kept o1 \"1\", which is neither"), std::string::npos)
      << result.message();
}

// The trace is shrunk as far as it goes, and stands in the message.
TEST(Holds, ShowsTheShortestTraceOfAnUnlawfulStrategy) {
  struct AlwaysThrows {
    Decision resolve(const Conflict&) const { throw std::runtime_error("no"); }
  };
  const Result result = holds(AlwaysThrows{}, {.clients = 1,
                                               .episodes = 300,
                                               .faults = "none",
                                               .shared_keys = false,
                                               .deletes = false,
                                               .interleave = false});
  EXPECT_NE(result.message().find("tidemark-trace 1\n"
                                  "protocol hardened\n"
                                  "strategy AlwaysThrows\n"
                                  "clients 1\n"
                                  "settle-rounds 14\n"
                                  "create S o1\n"
                                  "sync A\n"
                                  "edit S o1\n"
                                  "edit A o1\n"
                                  "expect closed violated\n"),
            std::string::npos)
      << result.message();
}

// Where values and keys are given no step goes without, so nothing is shown that cannot be.
TEST(Holds, ShrinksToTheTextsThatWereAskedFor) {
  const Result result =
      holds(ForgetsDeletions{},
            {.clients = 1, .episodes = 500, .values = {"80"}, .keys = {"room:100", "room:101"}});
  EXPECT_NE(result.message().find("create S o1 pk=room:10"), std::string::npos) << result.message();
  EXPECT_NE(result.message().find(" value=80\n"
                                  "sync A\n"
                                  "edit S o1 value=80\n"
                                  "delete A o1\n"
                                  "expect closed violated\n"),
            std::string::npos)
      << result.message();
}

TEST(Holds, NotWhereTheStrategyContradictsItself) {
  struct Contradicts {
    mutable int asked = 0;
    Decision resolve(const Conflict& conflict) const {
      return ++asked % 2 == 0 ? conflict.local : conflict.server;
    }
  };
  const Result result = holds(Contradicts{}, {.episodes = 300});
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_TRUE(result.message().starts_with("FAIL deterministic  hardened, Contradicts\n"))
      << result.message();
}

TEST(HoldsDeathTest, EndsAProgramWhoseStrategyDoesNotAnswer) {
  struct Loops {
    Decision resolve(const Conflict& conflict) const {
      for (volatile bool forever = true; forever;) {
      }
      return conflict.local;
    }
  };
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT((void)holds(Loops{}, {.episode_limit = 50ms}), testing::ExitedWithCode(3),
              "Loops has not answered for 50 ms, in this episode:\ntidemark-trace 1\n");
}

// What it was given is what it sees.
TEST(Holds, WithTheTextsThatWereAskedFor) {
  struct Sees {
    std::shared_ptr<std::set<std::string>> values = std::make_shared<std::set<std::string>>();
    std::shared_ptr<std::set<std::string>> keys = std::make_shared<std::set<std::string>>();
    Decision resolve(const Conflict& conflict) const {
      if (!conflict.local.isdeleted) values->insert(conflict.local.value);
      keys->insert(conflict.local.pk);
      return conflict.server;
    }
  } sees;
  EXPECT_TRUE(holds(sees, {.episodes = 2'000,
                           .values = {"80", "90"},
                           .keys = {"room:100,date:2015-05-12", "room:101,date:2015-05-12"}}));
  EXPECT_EQ(*sees.values, (std::set<std::string>{"80", "90"}));
  EXPECT_EQ(*sees.keys,
            (std::set<std::string>{"room:100,date:2015-05-12", "room:101,date:2015-05-12"}));
}

TEST(Holds, ForAStrategyThatMerges) {
  struct Joins {
    std::shared_ptr<std::set<std::string>> seen = std::make_shared<std::set<std::string>>();
    Decision resolve(const Object& one, const Object& other) const {
      seen->insert(one.value);
      if (one.guid != other.guid || one.isdeleted || other.isdeleted) return one;
      return Decision::merge(std::min(one.value, other.value) + "&");
    }
  } joins;
  EXPECT_TRUE(holds(joins, {.episodes = 2'000, .values = {"a", "b"}}));
  // A merge is seen again with the text that it was given.
  EXPECT_TRUE(joins.seen->contains("a&"));
  EXPECT_FALSE(joins.seen->contains("?"));
}

// --- invariants and marks

Broken at_most_one(const World& world) {
  const std::size_t count = world.live(kServerName).size();
  if (count <= 1) return {};
  return "the server holds " + std::to_string(count) + " objects";
}

TEST(Holds, NotWhereAnInvariantOfOnesOwnIsBroken) {
  const Result result =
      holds(LowestPriceWins{}, {.episodes = 300,
                                .values = kPrices,
                                .invariants = {tidemark::at_rest("at-most-one", at_most_one)}});
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_TRUE(result.message().starts_with("FAIL at-most-one  hardened, LowestPriceWins"));
  EXPECT_NE(result.message().find("  the server holds 2 objects\n"), std::string::npos)
      << result.message();
  EXPECT_NE(result.message().find(
                "create S o1 value=80\ncreate S o2 value=90\nexpect at-most-one violated\n"),
            std::string::npos)
      << result.message();
}

// What is only so on the way is seen by `always`, and not at rest.
TEST(Holds, AlwaysLooksAfterEachStep) {
  const auto nothing_pending = [](const World& world) -> Broken {
    for (const tidemark::ReplicaName name : world.replicas())
      if (world.live(name).size() > world.live(kServerName).size())
        return std::string(1, name) + " is ahead";
    return {};
  };
  const Options at_rest{.episodes = 300,
                        .invariants = {tidemark::at_rest("ahead", nothing_pending)}};
  EXPECT_TRUE(holds(LowestPriceWins{},
                    Options{.episodes = 300, .values = kPrices, .invariants = at_rest.invariants}));
  const Result always =
      holds(LowestPriceWins{}, {.episodes = 300,
                                .values = kPrices,
                                .invariants = {tidemark::always("ahead", nothing_pending)}});
  EXPECT_EQ(always.exit_code(), 1);
  EXPECT_NE(always.message().find("  A is ahead\n"), std::string::npos) << always.message();
  EXPECT_NE(always.message().find("\ncreate A o1 value="), std::string::npos);
}

TEST(Holds, AMarkThatIsReachedIsAllRight) {
  const auto told = [](const World& world) { return !world.told('A').empty(); };
  EXPECT_TRUE(holds(
      LowestPriceWins{},
      {.episodes = 500, .values = kPrices, .marks = {tidemark::sometimes("a-is-told", told)}}));
}

TEST(Holds, NotWhereAMarkIsNeverReached) {
  const auto never = [](const World& world) { return world.live('A').size() > 3; };
  const Result result = holds(
      LowestPriceWins{},
      {.episodes = 500, .values = kPrices, .marks = {tidemark::sometimes("four-objects", never)}});
  EXPECT_EQ(result.exit_code(), 4);
  EXPECT_EQ(result.message(), "vacuous: in 500 episodes never reached four-objects");
}

// All that a world shows, in one scenario of which everything is known.
TEST(Replays, ShowsTheWorldAsItIs) {
  const Folder folder;
  const std::string path =
      folder.file("told.trace",
                  "tidemark-trace 1\nprotocol hardened\nstrategy LowestPriceWins\nclients 2\n"
                  "create S o1 pk=room:100 name=booking value=100\n"
                  "sync A\n"
                  "edit A o1 value=90\n"
                  "edit S o1 value=80\n"
                  "clock B +30\n"
                  "sync A\n"
                  "offline B\n"
                  "delete S o1\n");
  std::string seen;
  const auto look = [&](const World& world) -> Broken {
    if (world.holds(kServerName).empty() || !world.holds(kServerName)[0].isdeleted || !seen.empty())
      return {};
    for (const tidemark::ReplicaName name : world.replicas()) {
      seen += name;
      for (const Object& object : world.holds(name))
        seen += " " + object.guid + "," + object.pk + "," + object.name + "," + object.value;
      if (name != kServerName)
        for (const tidemark::Told& told : world.told(name))
          seen += " told " + told.value + "->" + told.kept;
      if (name != kServerName && !world.is_online(name)) seen += " offline";
      seen += " +" + std::to_string(world.clock(name) - world.clock(kServerName)) + "; ";
    }
    return {};
  };
  EXPECT_TRUE(replays(path, LowestPriceWins{}, {.invariants = {tidemark::always("look", look)}}));
  EXPECT_EQ(
      seen,
      "S o1,room:100,booking,v4 +0; A o1,room:100,booking,80 told 90->80 +0; B offline +30; ");
}

// --- traces

constexpr const char* kDeletedAndEdited =
    "tidemark-trace 1\nprotocol hardened\nstrategy ForgetsDeletions\nclients 1\n"
    "create S o1 value=80\nsync A\ndelete S o1\nedit A o1 value=90\n"
    "expect closed violated\n";

TEST(Replays, FailsWhileTheBugIsThere) {
  const Folder folder;
  const std::string path = folder.file("bug.trace", kDeletedAndEdited);
  const Result result = replays(path, ForgetsDeletions{});
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_NE(
      result.message().find("replay    tidemark::replays(\"" + path + "\", ForgetsDeletions{})"),
      std::string::npos)
      << result.message();
}

TEST(Replays, PassesOnceTheBugIsGone) {
  const Folder folder;
  EXPECT_TRUE(replays(folder.file("bug.trace", kDeletedAndEdited), mended::ForgetsDeletions{}));
}

TEST(Replays, JudgesWhatTheTraceSpeaksOf) {
  const Folder folder;
  const std::string page =
      "tidemark-trace 1\nprotocol page\nstrategy LowestPriceWins\nclients 1\ncreate A o1 value=1\n";
  EXPECT_FALSE(replays(folder.file("all.trace", page), LowestPriceWins{}));
  EXPECT_FALSE(replays(folder.file("echo.trace", page + "expect no-redundant-transfer violated\n"),
                       LowestPriceWins{}));
  EXPECT_TRUE(replays(folder.file("lost.trace", page + "expect no-lost-update violated\n"),
                      LowestPriceWins{}));
}

TEST(Replays, RefusesWhatIsNoTrace) {
  const Folder folder;
  const std::string path =
      folder.file("bad.trace", "tidemark-trace 1\nprotocol hardened\nsnyc A\n");
  const Result result = replays(path, LowestPriceWins{});
  EXPECT_EQ(result.exit_code(), 2);
  EXPECT_TRUE(result.message().starts_with(path + ":3: unknown step 'snyc', did you mean 'sync'?"))
      << result.message();
}

// A strategy may get another name.
TEST(Replays, RunsTheStrategyThatItIsGiven) {
  const Folder folder;
  EXPECT_TRUE(replays(folder.file("bug.trace", kDeletedAndEdited), LowestPriceWins{}));
}

// --- traces in the source

constexpr const char* kEcho =
    "tidemark-trace 1\nprotocol page\nstrategy server-priority\nclients 1\n"
    "create A o1\nsync A\nedit A o1\nexpect no-lost-update holds\n";

TEST(Replays, ATraceInTheSourceOnTheProtocolThatItNames) {
  const Result result = replays(TraceText{kEcho});
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_TRUE(result.message().starts_with("FAIL no-lost-update  page, server-priority"))
      << result.message();
  EXPECT_NE(result.message().find("replay    tidemark replay -, and the trace on its stdin\n"),
            std::string::npos)
      << result.message();
  std::string mended = kEcho;
  mended.replace(mended.find("page"), 4, "hardened");
  EXPECT_TRUE(replays(TraceText{mended}));
}

TEST(Replays, AFileOnTheProtocolThatItNames) {
  const Folder folder;
  const std::string path = folder.file("echo.trace", kEcho);
  const Result result = replays(path);
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_NE(result.message().find("replay    tidemark::replays(\"" + path + "\")\n"),
            std::string::npos)
      << result.message();
}

// The built-in strategy that a trace names is the one that is asked.
TEST(Replays, ATraceInTheSourceUnderTheStrategyThatItNames) {
  const std::string head = "tidemark-trace 1\nprotocol page\nstrategy ";
  const std::string body =
      "-priority\nclients 1\ncreate A o1\nsync A\nedit A o1\nexpect no-lost-update holds\n";
  EXPECT_FALSE(replays(TraceText{head + "server" + body}));
  EXPECT_TRUE(replays(TraceText{head + "client" + body}));
}

TEST(Replays, ATraceInTheSourceUnderAStrategyOfOnesOwn) {
  EXPECT_EQ(replays(TraceText{kDeletedAndEdited}, ForgetsDeletions{}).exit_code(), 1);
  EXPECT_TRUE(replays(TraceText{kDeletedAndEdited}, mended::ForgetsDeletions{}));
}

TEST(Replays, RefusesATraceInTheSourceThatNamesWhatIsNotGiven) {
  const Result strategy = replays(
      TraceText{"tidemark-trace 1\nprotocol hardened\nstrategy ForgetsDeletions\nclients 1\n"});
  EXPECT_EQ(strategy.exit_code(), 2);
  EXPECT_TRUE(strategy.message().starts_with("<trace>:3: unknown strategy 'ForgetsDeletions'"))
      << strategy.message();
  const TraceText foreign{"tidemark-trace 1\nengine mine\ncreate A o1\n"};
  for (const Result& engine : {replays(foreign), replays(foreign, LowestPriceWins{})}) {
    EXPECT_EQ(engine.exit_code(), 2);
    EXPECT_EQ(engine.message(),
              "<trace>: it runs on the engine 'mine', expected that engine beside it");
  }
}

TEST(Replays, ComparesTombstonesWhereItIsToldTo) {
  const TraceText trace{
      "tidemark-trace 1\nprotocol simple\nclients 1\ncreate S o1\ndelete S o1\n"
      "expect convergence holds\n"};
  EXPECT_TRUE(replays(trace));
  EXPECT_EQ(replays(trace, {.compare_tombstones = true}).exit_code(), 1);
}

TEST(Holds, WritesTracesWhereItIsToldTo) {
  const Folder folder;
  const Result result = holds(ForgetsDeletions{},
                              {.episodes = 2'000, .values = kPrices, .out = folder.path.string()});
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path))
    files.push_back(entry.path().string());
  ASSERT_FALSE(files.empty());
  for (const std::string& file : files) {
    EXPECT_NE(result.message().find("tidemark::replays(\"" + file + "\", ForgetsDeletions{})"),
              std::string::npos);
    EXPECT_FALSE(replays(file, ForgetsDeletions{}));
  }
}

// --- seeds

struct Variable {
  explicit Variable(const std::string& value) { setenv("TIDEMARK_SEED", value.c_str(), 1); }
  ~Variable() { unsetenv("TIDEMARK_SEED"); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
};

TEST(Holds, RunsTheEpisodeOfASeedAlone) {
  const Options options{.episodes = 2'000, .values = kPrices};
  const std::string report = holds(ForgetsDeletions{}, options).message();
  const std::string name = "TIDEMARK_SEED=";
  const auto at = report.find(name);
  ASSERT_NE(at, std::string::npos) << report;
  const Variable seed(report.substr(at + name.size(), report.find(' ', at) - at - name.size()));
  const std::string alone = holds(ForgetsDeletions{}, options).message();
  EXPECT_NE(alone.find(" 1 of 1 episode "), std::string::npos) << alone;
  EXPECT_EQ(alone.substr(alone.find("tidemark-trace")),
            report.substr(report.find("tidemark-trace"))
                .substr(0, alone.size() - alone.find("tidemark-trace")));
}

TEST(Holds, RefusesWhatIsNoSeed) {
  const Variable seed("seven");
  const Result result = holds(LowestPriceWins{}, {});
  EXPECT_EQ(result.exit_code(), 2);
  EXPECT_EQ(
      result.message(),
      "tidemark: TIDEMARK_SEED: 'seven' is no seed, expected a number of 64 bits, decimal or 0x…");
}

TEST(Holds, TheSameSeedGivesTheSameReport) {
  const Options options{.episodes = 1'000, .seed = 7, .values = kPrices};
  EXPECT_EQ(holds(ForgetsDeletions{}, options).message(),
            holds(ForgetsDeletions{}, options).message());
}

// --- bad options

TEST(Holds, RefusesOptionsThatMakeNoSense) {
  const struct {
    Options options;
    std::string problem;
  } kRefused[] = {
      {{.protocol = "pag"}, "Options::protocol: unknown protocol 'pag'"},
      {{.set = {"empty-upload"}}, "Options::set: "},
      {{.clients = 0}, "Options::clients is 0, expected 1 to 25"},
      {{.objects = 65}, "Options::objects is 65, expected 1 to 64"},
      {{.steps = 0}, "Options::steps is 0, expected 1 to 1000000"},
      {{.faults = "fire"}, "Options::faults: "},
      {{.judge = {"convergency"}}, "Options::judge: unknown invariant 'convergency'"},
      {{.invariants = {tidemark::at_rest("No!", at_most_one)}}, "an invariant has the name 'No!'"},
      {{.invariants = {tidemark::at_rest("told", at_most_one)}},
       "two invariants have the name 'told'"},
      {{.keys = {"object:o1"}}, "Options::keys or Options::values: "},
  };
  for (const auto& [options, problem] : kRefused) {
    const Result result = holds(LowestPriceWins{}, options);
    EXPECT_EQ(result.exit_code(), 2) << problem;
    EXPECT_TRUE(result.message().starts_with("tidemark: " + problem)) << result.message();
  }
}

// --- GoogleTest's face

TEST(GoogleTest, ShowsTheReportOfWhatIsBroken) {
  EXPECT_NONFATAL_FAILURE(EXPECT_TRUE(Result(1, "FAIL closed  hardened, Mine")),
                          "FAIL closed  hardened, Mine");
}

}  // namespace
