// Tidemark: is this conflict strategy, or this sync engine, right?
//
//   EXPECT_TRUE(tidemark::holds(LowestPriceWins{}, {.clients = 3, .episodes = 20'000}));
//   EXPECT_TRUE(tidemark::check_laws(LowestPriceWins{}));
//   EXPECT_TRUE(tidemark::replays("bugs/overbooked.trace", LowestPriceWins{}));
//   EXPECT_TRUE(tidemark::replays(tidemark::TraceText{R"(tidemark-trace 1 …)"}));
//
// Include <tidemark/gtest.h> or <tidemark/rapidcheck.h> as well for those.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <tidemark/engine.h>
#include <tidemark/machines.h>
#include <tidemark/strategy.h>
#include <tidemark/world.h>

namespace testing {
class AssertionResult;
}

namespace tidemark {

// What came of a run: whether all held, and a message for people: where something is broken a
// report of one screen, and the trace.
class [[nodiscard]] Result {
 public:
  Result(int exit_code, std::string message)
      : exit_code_(exit_code), message_(std::move(message)) {}

  explicit operator bool() const { return exit_code_ == 0; }
  const std::string& message() const { return message_; }
  // 0 everything held · 1 something was violated · 2 bad usage or input · 3 a fault of the engine
  // or of the harness, nondeterminism too · 4 vacuous: nothing ran, or a mark was never reached
  int exit_code() const { return exit_code_; }

  // So that EXPECT_TRUE shows the message. Any other type is refused.
  template <class A>
  requires std::same_as<A, ::testing::AssertionResult>
  operator A() const {  // NOLINT: that is the purpose
    return exit_code_ == 0 ? A(true) : A(false) << message_;
  }

 private:
  int exit_code_;
  std::string message_;
};

// The scope of the random episodes, and what is judged. Names as on the command line.
struct Options {
  // The engine around the strategy. Of an engine of your own these two are not looked at.
  std::string protocol = "hardened";
  std::vector<std::string> set = {};  // options that differ, KEY=VALUE
  std::uint8_t clients = 3;           // 1 to 25
  std::uint32_t objects = 3;          // 1 to 64
  std::uint32_t steps = 40;           // a scenario has at most so many
  std::uint64_t episodes = 20'000;
  std::uint64_t seed = 1;      // decides everything
  std::string faults = "all";  // `none`, or kinds with a comma between: `lost,late`
  bool backend = true;         // changes in the web backend
  bool shared_keys = true;     // objects may share a primary key
  bool deletes = true;
  bool interleave = true;  // cycles message by message
  // What apps write, drawn at random: the texts that a strategy sees. None: `v1`, `v2` …
  std::vector<std::string> values = {};
  // Primary keys that objects share. None: `k1`, `k2`, `k3`, and keys of their own.
  std::vector<std::string> keys = {};
  std::vector<Invariant> invariants = {};  // beside the built-in ones
  std::vector<Mark> marks = {};            // that must be reached
  // Built-in invariants that are judged; none named: all. (Those of your own always are.)
  std::vector<std::string> judge = {};
  bool compare_tombstones = false;  // whether convergence demands equal tombstones too
  // The folder for traces of what is found: `<invariant>-<fingerprint>.trace`. Empty: no files.
  std::string out = {};
  // An episode that takes longer because the strategy does not answer ends the program with exit
  // code 3, after its trace was printed to stderr.
  std::chrono::milliseconds episode_limit{10'000};
};

// Runs random episodes under the strategy and judges each. Shrinks what it finds.
//
// With TIDEMARK_SEED=0x… in the environment only the episode of that seed runs: a report ends with
// the line that sets it.
Result holds(const Strategy& strategy, const Options& options = {});
// The same of an engine of your own; docs/ADAPTERS.md says what it is asked.
Result holds(const std::shared_ptr<Engine>& engine, const Options& options = {});

// A trace that stands in a source, not in a file. `tidemark export --to gtest` prints one within a
// whole test.
struct TraceText {
  std::string text;
};

// Runs a trace. True where those invariants hold that its `expect` lines name, whatever they say of
// them; all, where they name none: the trace of a bug, once the bug is gone. Of the options only
// the invariants of your own, the tombstones and the limit count.
//
// Without a strategy or an engine beside it a trace runs on the protocol and the built-in strategy
// that it names.
Result replays(const std::string& path, const Options& options = {});
Result replays(const std::string& path, const Strategy& strategy, const Options& options = {});
Result replays(const std::string& path, const std::shared_ptr<Engine>& engine,
               const Options& options = {});
Result replays(const TraceText& trace, const Options& options = {});
Result replays(const TraceText& trace, const Strategy& strategy, const Options& options = {});
Result replays(const TraceText& trace, const std::shared_ptr<Engine>& engine,
               const Options& options = {});

struct LawOptions {
  // What versions say, smallest first. Every combination of them is tried.
  std::vector<std::string> values = {"1", "2", "3"};
  // r(a, r(b, c)) = r(r(a, b), c). It need not hold for the engine `hardened` to hold, but where it
  // does not, what is kept depends on who syncs first.
  bool grouping = true;
};

// The laws of a strategy alone: deterministic; closed (one of the two versions, or a merge);
// idempotent (of a version with itself: itself); grouping; and of one that declares itself
// symmetric, that the sides and the order of three versions make no difference. A law that is
// broken is shown with the smallest versions that do.
Result check_laws(const Strategy& strategy, const LawOptions& options = {});

// A scenario, for those who generate and shrink with other tools.
class Scenario {
 public:
  // The scenario of a seed, in the scope of these options.
  static Scenario draw(const Options& scope, std::uint64_t seed);

  // One step a line, as in a trace.
  std::string text() const;
  // Simpler scenarios, the boldest first; ends with a null. A copy of the function goes on by
  // itself.
  std::function<std::unique_ptr<Scenario>()> simpler(const Options& scope) const;

  struct Steps;
  explicit Scenario(std::shared_ptr<const Steps> steps) : steps_(std::move(steps)) {}
  const Steps& steps() const { return *steps_; }

 private:
  std::shared_ptr<const Steps> steps_;
};

// Runs and judges one scenario as it is.
Result holds_in(const Scenario& scenario, const Strategy& strategy, const Options& options = {});
Result holds_in(const Scenario& scenario, const std::shared_ptr<Engine>& engine,
                const Options& options = {});

}  // namespace tidemark
