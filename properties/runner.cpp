#include "properties/runner.h"

#include "properties/engines.h"

namespace tidemark::core {
namespace {

// Writes down what the judge sees.
class Recorder {
 public:
  Recorder(Judge& judge, Recording& recording) : judge_(judge), recording_(recording) {}

  template <class E>
  void on(const Event& event, const World<E>& world) {
    if (event.kind == EventKind::world_began) tides_.assign(world.replicas(), {});
    judge_.on(event, world);
    recording_.events.push_back(event);
    if (event.kind == EventKind::fact_told) keep_fact(world);
    for (std::uint8_t number = 0; number < world.replicas(); ++number)
      keep_tide(Replica{number}, world);
  }

 private:
  template <class E>
  void keep_fact(const World<E>& world) {
    Event& event = recording_.events.back();
    recording_.facts.push_back(world.facts()[event.number]);
    event.number = static_cast<std::uint32_t>(recording_.facts.size() - 1);
  }

  template <class E>
  void keep_tide(Replica replica, const World<E>& world) {
    Tide now{.replica = replica};
    if (replica.is_server()) {
      now.counter = E::counter(world.server());
    } else {
      now.counter = E::counter(world.client(replica));
      now.counter_lastsync = E::upload_mark(world.client(replica));
      now.servercounter_lastsync = E::download_mark(world.client(replica));
    }
    Tide& last = tides_[replica.number];
    if (now.counter == last.counter && now.counter_lastsync == last.counter_lastsync &&
        now.servercounter_lastsync == last.servercounter_lastsync)
      return;
    now.event = recording_.events.size() - 1;
    recording_.tides.push_back(last = now);
  }

  Judge& judge_;
  Recording& recording_;
  std::vector<Tide> tides_;
};

// Counts what the judge sees.
struct Covering {
  Judge& judge;
  Coverage& coverage;

  template <class E>
  void on(const Event& event, const World<E>& world) {
    coverage.on(event, world);
    judge.on(event, world);
  }
};

}  // namespace

struct Runner::Parts {
  explicit Parts(JudgeOptions options) : judge(options) {}
  virtual ~Parts() = default;
  virtual RunSummary run(const Scenario& scenario) = 0;
  virtual RunSummary run(const Scenario& scenario, Coverage& coverage) = 0;
  virtual RunSummary record(const Scenario& scenario, Recording& recording) = 0;

  Judge judge;
  Outcome outcome;
};

namespace {

template <class E>
struct PartsOf final : Runner::Parts {
  PartsOf(E engine_of, JudgeOptions options)
      : Parts(options), engine(std::move(engine_of)), world(engine) {}

  RunSummary run(const Scenario& scenario) override { return world.run(scenario, judge); }
  RunSummary run(const Scenario& scenario, Coverage& coverage) override {
    Covering covering{judge, coverage};
    return world.run(scenario, covering);
  }
  RunSummary record(const Scenario& scenario, Recording& recording) override {
    Recorder recorder(judge, recording);
    const RunSummary summary = world.run(scenario, recorder);
    recording.versions = world.versions();
    return summary;
  }

  E engine;
  World<E> world;
};

}  // namespace

Runner::Runner(const Protocol& protocol, const Strategy& strategy, JudgeOptions options)
    : parts_(with_engine(protocol, strategy, [&](auto engine) -> std::unique_ptr<Parts> {
        return std::make_unique<PartsOf<decltype(engine)>>(std::move(engine), options);
      })) {}
Runner::Runner(const Configuration& configuration, std::uint32_t world)
    : parts_(with_engine(configuration, world, [&](auto engine) -> std::unique_ptr<Parts> {
        return std::make_unique<PartsOf<decltype(engine)>>(std::move(engine), configuration.judge);
      })) {}
Runner::~Runner() = default;
Runner::Runner(Runner&&) noexcept = default;
Runner& Runner::operator=(Runner&&) noexcept = default;

const Outcome& Runner::run(const Scenario& scenario) {
  parts_->outcome.summary = parts_->run(scenario);
  parts_->outcome.verdict = parts_->judge.verdict();
  return parts_->outcome;
}

const Outcome& Runner::run(const Scenario& scenario, Coverage& coverage) {
  parts_->outcome.summary = parts_->run(scenario, coverage);
  parts_->outcome.verdict = parts_->judge.verdict();
  return parts_->outcome;
}

Recording Runner::record(const Scenario& scenario) {
  Recording recording;
  recording.outcome.summary = parts_->record(scenario, recording);
  recording.outcome.verdict = parts_->judge.verdict();
  recording.decisions = parts_->judge.history().decisions();
  return recording;
}

const MarkCounts& Runner::marks() const { return parts_->judge.marks().counts(); }
void Runner::clear_marks() { parts_->judge.marks().clear(); }

}  // namespace tidemark::core
