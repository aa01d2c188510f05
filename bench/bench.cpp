// The benchmarks. The last lines are what the protocols cost, the explorer on a fixed scope, and
// the common workload, all invariants on, on one core.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "bench/common_workload.h"
#include "bench/protocol_cost.h"
#include "properties/campaign/fuzz.h"
#include "properties/runner.h"
#include "properties/search/explore.h"

namespace tidemark::core {
namespace {

Runner guarded_runner() {
  return Runner(find_protocol("guarded")->protocol, built_in("server-priority"));
}

void draw_common_scenarios(benchmark::State& state) {
  CommonWorkload workload;
  std::uint64_t seed = 0;
  for (auto _ : state) benchmark::DoNotOptimize(workload.generate(mix(seed++)).steps.data());
}
BENCHMARK(draw_common_scenarios);

void generate_scenarios(benchmark::State& state) {
  Generator generator(Scope{});
  std::uint64_t seed = 0;
  for (auto _ : state) benchmark::DoNotOptimize(generator.generate(mix(seed++)).steps.data());
}
BENCHMARK(generate_scenarios);

void run_and_judge(benchmark::State& state) {
  CommonWorkload workload;
  Runner runner = guarded_runner();
  std::uint64_t seed = 0;
  for (auto _ : state) benchmark::DoNotOptimize(runner.run(workload.generate(mix(seed++))));
}
BENCHMARK(run_and_judge);

// A lost update of the page from a scenario of so many steps.
void shrink_a_lost_update(benchmark::State& state) {
  Runner runner(Protocol{}, built_in("server-priority"));
  Generator generator(Scope{.steps = static_cast<std::uint32_t>(state.range(0))});
  std::uint64_t seed = 0;
  std::uint64_t tried = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const Scenario* scenario = nullptr;
    do {
      scenario = &generator.generate(mix(seed++));
    } while (!runner.run(*scenario).verdict.broken(Invariant::no_lost_update));
    state.ResumeTiming();
    tried += shrink_for(runner, Invariant::no_lost_update, *scenario, {}).tried;
  }
  state.counters["candidates"] =
      benchmark::Counter(static_cast<double>(tried), benchmark::Counter::kAvgIterations);
}
BENCHMARK(shrink_a_lost_update)->Arg(40)->Arg(200)->Arg(1000)->Unit(benchmark::kMillisecond);

void print_common_workload() {
  using Clock = std::chrono::steady_clock;
  CommonWorkload workload;
  Runner runner = guarded_runner();
  std::uint64_t episodes = 0;
  std::uint64_t steps = 0;
  std::uint64_t settled = 0;
  std::uint64_t broken = 0;
  const auto began = Clock::now();
  std::chrono::duration<double> seconds{};
  do {
    for (int i = 0; i < 1000; ++i) {
      const Outcome& outcome = runner.run(workload.generate(mix(episodes++)));
      settled += outcome.summary.settle_messages;
      steps += outcome.summary.effective_steps;
      broken += !outcome.verdict.holds();
    }
    seconds = Clock::now() - began;
  } while (seconds.count() < 3.0);
  const auto per_second = [&](std::uint64_t count) {
    return static_cast<std::uint64_t>(static_cast<double>(count) / seconds.count());
  };
  fmt::print(
      "common workload: {} steps/s  {} episodes/s  broken {:.1f} %  ({:.1f} steps/episode, {:.1f} "
      "in settle)\n",
      per_second(steps), per_second(episodes),
      100.0 * static_cast<double>(broken) / static_cast<double>(episodes),
      static_cast<double>(steps) / static_cast<double>(episodes),
      static_cast<double>(settled) / static_cast<double>(episodes));
}

// 2 clients, 2 objects, 3 edits, 1 lost message, cycles interleaved message by message, until
// nothing new is left. bench/spin/compare.sh runs the same in SPIN.
ExplorePlan explorer_scope(bool reduced, unsigned jobs) {
  ExplorePlan plan;
  plan.jobs = jobs;
  plan.search.scope = {.clients = 2,
                       .objects = 2,
                       .backend = false,
                       .shared_keys = false,
                       .deletes = false,
                       .faults = fault_bit(Fault::lost)};
  plan.search.bounds.set(Bounded::edits, 3);
  plan.search.bounds.set(Bounded::lost, 1);
  if (!reduced) plan.reductions = {false, false, false, false, false};
  return plan;
}

void print_explorer(bool reduced, unsigned jobs) {
  using Clock = std::chrono::steady_clock;
  Configuration guarded;
  guarded.protocol = find_protocol("guarded")->protocol;
  guarded.strategy = built_in("server-priority");
  const ExplorePlan plan = explorer_scope(reduced, jobs);
  Exploration exploration;
  double shortest_s = 0;
  const auto began = Clock::now();
  do {
    const auto run_began = Clock::now();
    exploration = explore(guarded, plan, nullptr);
    const double run_s = std::chrono::duration<double>(Clock::now() - run_began).count();
    shortest_s = shortest_s == 0 ? run_s : std::min(shortest_s, run_s);
  } while (std::chrono::duration<double>(Clock::now() - began).count() < 1.0);
  const auto states = static_cast<double>(exploration.states);
  fmt::print(
      "explorer, {}, {}: {} states  {:.0f} states/s  {:.1f} bytes/state  settle {} messages "
      "executed, {} saved\n",
      reduced ? "all reductions" : "no reductions", jobs == 1 ? "1 thread" : "2 threads",
      exploration.states, states / shortest_s, static_cast<double>(exploration.bytes) / states,
      exploration.settle.executed, exploration.settle.wanted - exploration.settle.executed);
}

}  // namespace
}  // namespace tidemark::core

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  tidemark::core::print_protocol_costs();
  for (const bool reduced : {false, true})
    for (const unsigned jobs : {1u, 2u}) tidemark::core::print_explorer(reduced, jobs);
  tidemark::core::print_common_workload();
  return 0;
}
