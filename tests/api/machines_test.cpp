// An engine of one's own in C++: two state machines behind the door of all engines.
#include <gtest/gtest.h>

#include <stdexcept>

#include <tidemark/gtest.h>

#include "tests/api/last_writer.h"

namespace {

using tidemark::Engine;
using tidemark::holds;
using tidemark::make_engine;
using tidemark::Options;
using tidemark::Result;

// It sends the whole list each time, tells its app nothing, and compares no keys.
const tidemark::Traits kTraits{.name = "last-writer",
                               .strategy = "server-priority",
                               .reports_decisions = true,
                               .lacks = {"shared-keys"},
                               .excuses = {"told", "no-redundant-transfer"}};

template <class Client, class Server>
Result run(Options options) {
  options.episodes = 500;
  return holds(make_engine<Client, Server>(kTraits), options);
}

TEST(Machines, ANaiveEngineConvergesWhereNothingGoesWrong) {
  EXPECT_TRUE((run<last_writer::Client, last_writer::Server>(
      {.faults = "none", .interleave = false, .judge = {"convergence", "integrity"}})));
}

// A pending edit meets the version that it was written over, and is given up for it.
TEST(Machines, AndLosesUpdatesInThreeSteps) {
  const Result result = run<last_writer::Client, last_writer::Server>(
      {.faults = "none", .backend = false, .deletes = false, .interleave = false});
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_NE(result.message().find("engine last-writer\n"
                                  "strategy server-priority\n"
                                  "clients 1\n"
                                  "settle-rounds 14\n"
                                  "create A o1\n"
                                  "sync A\n"
                                  "edit A o1\n"
                                  "expect no-lost-update violated\n"),
            std::string::npos)
      << result.message();
}

// --- what a type may also have

struct Log {
  static inline std::string text;
};
struct WithAll : last_writer::Client {
  WithAll(tidemark::ReplicaName name, std::uint32_t installation) {
    Log::text += name + std::to_string(installation) + " ";
  }
  void handle_stale(const tidemark::Message& /*answer*/) { Log::text += "stale "; }
  void crash() { Log::text += "crash "; }
};
struct RestoredServer : last_writer::Server {
  void restored(std::uint32_t epoch) { Log::text += "epoch" + std::to_string(epoch) + " "; }
};

TEST(Machines, AreToldWhatTheyWantToKnow) {
  const auto engine = make_engine<WithAll, RestoredServer>(kTraits);
  Log::text.clear();
  const tidemark::Message message;
  engine->handle({.operation = tidemark::Operation::begin, .clients = 2});
  engine->handle({.operation = tidemark::Operation::stale, .at = 'A', .message = &message});
  engine->handle({.operation = tidemark::Operation::crash, .at = 'B'});
  engine->handle({.operation = tidemark::Operation::reinstall, .at = 'B', .id = 7});
  engine->handle({.operation = tidemark::Operation::backup});
  engine->handle({.operation = tidemark::Operation::restore, .id = 8});
  EXPECT_EQ(Log::text, "A1 B2 stale crash B7 epoch8 ");
}

TEST(Machines, ABackupIsTheServerAsItWas) {
  const auto engine = make_engine<last_writer::Client, last_writer::Server>(kTraits);
  const tidemark::Change first{.guid = "o1", .pk = "k", .name = "n", .value = "v1"};
  const tidemark::Change second{.guid = "o2", .pk = "l", .name = "m", .value = "v2"};
  engine->handle({.operation = tidemark::Operation::begin, .clients = 1});
  engine->handle({.operation = tidemark::Operation::change, .change = &first});
  engine->handle({.operation = tidemark::Operation::backup});
  EXPECT_EQ(
      engine->handle({.operation = tidemark::Operation::change, .change = &second}).holds->size(),
      2u);
  EXPECT_EQ(engine->handle({.operation = tidemark::Operation::restore, .id = 5}).holds->size(), 1u);
}

// --- faults

struct ThrowingClient : last_writer::Client {
  tidemark::Answer start(bool /*full*/, tidemark::Seconds /*now*/) {
    throw std::logic_error("broken");
  }
};
TEST(Machines, OnesThatThrowAreAtFault) {
  const Result result = run<ThrowingClient, last_writer::Server>({});
  EXPECT_EQ(result.exit_code(), 3);
  EXPECT_EQ(result.message(), "fault of the engine: the engine threw: broken");
}

struct Loops : last_writer::Client {
  tidemark::Answer start(bool /*full*/, tidemark::Seconds /*now*/) {
    for (volatile bool forever = true; forever;) {
    }
    return {};
  }
};
constexpr decltype(Options::episode_limit) kShort{50};

TEST(MachinesDeathTest, OnesThatDoNotAnswerEndTheProgram) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT((void)(run<Loops, last_writer::Server>({.episode_limit = kShort})),
              testing::ExitedWithCode(3),
              "last-writer has not answered for 50 ms, in this episode:\ntidemark-trace 1\n");
}

}  // namespace
