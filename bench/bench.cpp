// The benchmarks. The last line is the common workload, all invariants on, on one core.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <chrono>

#include "bench/common_workload.h"
#include "properties/fuzz.h"
#include "properties/runner.h"

namespace tidemark {
namespace {

Runner guarded_runner() {
  return Runner(find_protocol("guarded")->protocol, built_in(StrategyKind::server_priority));
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
  Runner runner(Protocol{}, built_in(StrategyKind::server_priority));
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

}  // namespace
}  // namespace tidemark

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  tidemark::print_common_workload();
  return 0;
}
