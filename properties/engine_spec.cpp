#include "properties/engine_spec.h"

#include <fmt/format.h>

#include <utility>

#include "properties/promises.h"
#include "properties/runner.h"
#include "sim/foreign.h"

namespace tidemark::core {
namespace {

class ProtocolSpec final : public EngineSpec {
 public:
  bool is_foreign() const override { return false; }
  const Traits& traits() const override { return traits_; }
  Promise promise(const Configuration& configuration) const override {
    return promise_of(configuration.protocol_name);
  }
  void follow(const Trace& trace, Configuration& configuration) const override {
    configuration.protocol_name = trace.protocol;
    configuration.options = trace.options;
    configuration.protocol = trace.engine;
    const bool decides_itself = configuration.own && configuration.own->strategy;
    if (!decides_itself) configuration.strategy = built_in(trace.strategy);
  }
  bool is_known() const override { return true; }
  bool takes_threads() const override { return true; }
  std::shared_ptr<const EngineSpec> behind(
      const std::function<Engines(Engines)>& /*wrap*/) const override {
    return protocol_spec();
  }
  std::pair<std::string, std::string> flag(const Configuration& configuration) const override {
    return {"--protocol", configuration.protocol_name};
  }

 private:
  Traits traits_{.name = "tidemark", .reports_decisions = true, .snapshots = true};
};

}  // namespace

void EngineSpec::side_by_side(Jobs jobs) const {
  for (const std::function<void()>& job : jobs) job();
}

std::shared_ptr<const EngineSpec> protocol_spec() {
  static const std::shared_ptr<const EngineSpec> spec = std::make_shared<ProtocolSpec>();
  return spec;
}

Promise HostedSpec::promise(const Configuration& configuration) const {
  return {configuration.protocol_name, configuration.judge.watched,
          kAllFeatures & ~lacked_features(traits()), ""};
}

std::shared_ptr<const EngineSpec> HostedSpec::behind(
    const std::function<Engines(Engines)>& wrap) const {
  return hosted_spec(wrap(engine_));
}

// One that is linked in is asked for by no flag.
std::pair<std::string, std::string> HostedSpec::flag(const Configuration& /*configuration*/) const {
  return {"--engine", command()};
}

std::string HostedSpec::line() const {
  const auto words = [](const std::vector<std::string>& list) {
    return list.empty() ? "nothing" : fmt::format("{}", fmt::join(list, ", "));
  };
  const Traits& known = traits();
  return fmt::format("engine {}{}{}: strategy {}, decisions {}; lacks {}; excuses {}", known.name,
                     known.version.empty() ? "" : " ", known.version, known.strategy,
                     known.reports_decisions ? "reported" : "inferred", words(known.lacks),
                     words(known.excuses));
}

std::shared_ptr<const EngineSpec> hosted_spec(std::shared_ptr<tidemark::Engine> engine) {
  return std::make_shared<const HostedSpec>(std::move(engine));
}

Configuration configuration_of(std::shared_ptr<const EngineSpec> spec) {
  const Traits& traits = spec->traits();
  Configuration configuration{.protocol_name = traits.name,
                              .strategy = strategy_named(traits.strategy)};
  for (const std::string& word : traits.excuses)
    if (const auto invariant = find_invariant(word))
      configuration.judge.watched &= ~invariant_bit(*invariant);
  configuration.spec = std::move(spec);
  return configuration;
}

Configuration configuration_of(std::shared_ptr<tidemark::Engine> engine) {
  return configuration_of(hosted_spec(std::move(engine)));
}

}  // namespace tidemark::core
