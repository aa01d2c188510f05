// What is known of an engine before it runs: all in which a protocol of ours and an engine of
// somebody else's differ to those who run, judge, explore, print or replay. They ask here, and
// never what kind of engine it is; another kind is another class.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <tidemark/engine.h>

namespace tidemark::core {

struct Configuration;
struct Promise;
struct Trace;

// What an engine was asked, and for how long it was waited for.
struct Waiting {
  std::uint64_t requests = 0;
  double seconds = 0;
};

class EngineSpec {
 public:
  using Engines = std::shared_ptr<tidemark::Engine>;
  using Jobs = std::span<const std::function<void()>>;

  virtual ~EngineSpec() = default;

  // Whether no protocol names it: traces say `engine NAME`, and who replays them brings it.
  virtual bool is_foreign() const = 0;
  // What it has, lacks and excuses.
  virtual const Traits& traits() const = 0;
  // What is judged of it, and in which scope. The configuration outlives it.
  virtual Promise promise(const Configuration& configuration) const = 0;
  // Takes over what a trace's head says of such an engine.
  virtual void follow(const Trace& trace, Configuration& configuration) const = 0;

  // Whether it is known what it compares, so that a search may rename the rest, and which marks it
  // must reach.
  virtual bool is_known() const = 0;
  // Whether several threads may each run one.
  virtual bool takes_threads() const = 0;
  // So many episodes are under way at the same time in one thread, each in a world of its own …
  virtual std::uint32_t worlds() const { return 1; }
  // … by these jobs, which are run to their end. In another process they take turns waiting.
  virtual void side_by_side(Jobs jobs) const;

  // The engine that is asked; null: the protocol says which it is. Throws EngineFault.
  virtual Engines hosted() const { return nullptr; }
  // The same, behind one that hands on what it is asked.
  virtual std::shared_ptr<const EngineSpec> behind(
      const std::function<Engines(Engines)>& wrap) const = 0;
  // What was exchanged with it last, the newest line last.
  virtual std::vector<std::string> transcript() const { return {}; }
  virtual std::optional<Waiting> waiting() const { return std::nullopt; }

  // How it is asked for on the command line: a flag, and its value.
  virtual std::pair<std::string, std::string> flag(const Configuration& configuration) const = 0;
  // The command that starts it, of one in another process.
  virtual std::string command() const { return {}; }
  // What is said of it before it runs; empty where its promise says all.
  virtual std::string line() const { return {}; }
};

// Of all protocols of ours.
std::shared_ptr<const EngineSpec> protocol_spec();

// Of an engine that no protocol names.
class HostedSpec : public EngineSpec {
 public:
  explicit HostedSpec(Engines engine) : engine_(std::move(engine)) {}

  bool is_foreign() const final { return true; }
  const Traits& traits() const final { return engine_->traits(); }
  Promise promise(const Configuration& configuration) const final;
  void follow(const Trace& /*trace*/, Configuration& /*configuration*/) const final {}
  bool is_known() const final { return false; }
  bool takes_threads() const final { return false; }
  Engines hosted() const final { return engine_; }
  std::shared_ptr<const EngineSpec> behind(
      const std::function<Engines(Engines)>& wrap) const override;
  std::vector<std::string> transcript() const final { return engine_->transcript(); }
  std::pair<std::string, std::string> flag(const Configuration& configuration) const override;
  std::string line() const final;

 private:
  Engines engine_;
};

std::shared_ptr<const EngineSpec> hosted_spec(std::shared_ptr<tidemark::Engine> engine);

// Such an engine, judged for all that it does not excuse.
Configuration configuration_of(std::shared_ptr<const EngineSpec> spec);
Configuration configuration_of(std::shared_ptr<tidemark::Engine> engine);

}  // namespace tidemark::core
