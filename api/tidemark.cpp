#include <tidemark/tidemark.h>

#include <cerrno>
#include <cstdlib>
#include <optional>

#include "api/proving.h"
#include "base/exit_code.h"
#include "sim/foreign.h"
#include "sim/generator.h"
#include "sim/rapidcheck.h"

namespace tidemark {

struct Scenario::Steps {
  core::Scenario scenario;
};

namespace {

constexpr const char* kSeedVariable = "TIDEMARK_SEED";

// Runs something, and says in a Result what it throws.
template <class Run>
Result guarded(Run run) {
  try {
    return run();
  } catch (const core::BadInput& bad) {
    return {static_cast<int>(core::ExitCode::bad_input), bad.line};
  } catch (const core::EngineFault& fault) {
    return {static_cast<int>(core::ExitCode::fault),
            std::string("fault of the engine: ") + fault.what()};
  }
}

// The seed of the one episode that the environment asks for.
std::optional<std::uint64_t> wanted_seed() {
  const char* text = std::getenv(kSeedVariable);
  if (text == nullptr || *text == '\0') return std::nullopt;
  char* end = nullptr;
  errno = 0;
  const std::uint64_t seed = std::strtoull(text, &end, 0);
  if (*end != '\0' || *text == '-' || errno != 0)
    core::bad_usage("{}: '{}' is no seed, expected a number of 64 bits, decimal or 0x…",
                    kSeedVariable, text);
  return seed;
}

template <class Subject>
Result run_episodes(const Subject& subject, const Options& options) {
  return guarded([&] {
    core::Proving proving(subject, options);
    const auto seed = wanted_seed();
    return seed ? proving.episode(*seed) : proving.episodes();
  });
}

}  // namespace

Result holds(const Strategy& strategy, const Options& options) {
  return run_episodes(strategy, options);
}
Result holds(const std::shared_ptr<Engine>& engine, const Options& options) {
  return run_episodes(engine, options);
}

Result replays(const std::string& path, const Options& options) {
  return guarded([&] { return core::Proving(options).trace(path); });
}
Result replays(const std::string& path, const Strategy& strategy, const Options& options) {
  return guarded([&] { return core::Proving(strategy, options).trace(path); });
}
Result replays(const std::string& path, const std::shared_ptr<Engine>& engine,
               const Options& options) {
  return guarded([&] { return core::Proving(engine, options).trace(path); });
}
Result replays(const TraceText& trace, const Options& options) {
  return guarded([&] { return core::Proving(options).trace(trace); });
}
Result replays(const TraceText& trace, const Strategy& strategy, const Options& options) {
  return guarded([&] { return core::Proving(strategy, options).trace(trace); });
}
Result replays(const TraceText& trace, const std::shared_ptr<Engine>& engine,
               const Options& options) {
  return guarded([&] { return core::Proving(engine, options).trace(trace); });
}

Result holds_in(const Scenario& scenario, const Strategy& strategy, const Options& options) {
  return guarded(
      [&] { return core::Proving(strategy, options).scenario(scenario.steps().scenario); });
}
Result holds_in(const Scenario& scenario, const std::shared_ptr<Engine>& engine,
                const Options& options) {
  return guarded(
      [&] { return core::Proving(engine, options).scenario(scenario.steps().scenario); });
}

Scenario Scenario::draw(const Options& scope, std::uint64_t seed) {
  core::Generator generator(core::scope_of(scope));
  return Scenario(std::make_shared<const Steps>(Steps{generator.generate(seed)}));
}

std::string Scenario::text() const {
  std::string text = "clients " + std::to_string(steps_->scenario.clients) + "\n";
  for (const core::Step& step : steps_->scenario.steps)
    text += core::print_step(steps_->scenario, step) + "\n";
  return text;
}

std::function<std::unique_ptr<Scenario>()> Scenario::simpler(const Options& scope) const {
  auto candidates = core::simpler(steps_->scenario, core::features(core::scope_of(scope)));
  return [candidates]() mutable -> std::unique_ptr<Scenario> {
    auto next = candidates.next();
    if (!next) return nullptr;
    return std::make_unique<Scenario>(std::make_shared<const Steps>(Steps{std::move(*next)}));
  };
}

}  // namespace tidemark
