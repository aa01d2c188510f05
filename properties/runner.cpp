#include "properties/runner.h"

#include "model/appsync.h"

namespace tidemark {
namespace {

static_assert(Engine<AppSync>);

// Writes down what the judge sees.
class Recorder {
 public:
  Recorder(Judge& judge, Recording& recording) : judge_(judge), recording_(recording) {}

  void on(const Event& event, const World<AppSync>& world) {
    if (event.kind == EventKind::world_began) tides_.assign(world.replicas(), {});
    judge_.on(event, world);
    recording_.events.push_back(event);
    if (event.kind == EventKind::fact_told) keep_fact(world);
    for (std::uint8_t number = 0; number < world.replicas(); ++number)
      keep_tide(Replica{number}, world);
  }

 private:
  void keep_fact(const World<AppSync>& world) {
    Event& event = recording_.events.back();
    recording_.facts.push_back(world.facts()[event.number]);
    event.number = static_cast<std::uint32_t>(recording_.facts.size() - 1);
  }

  void keep_tide(Replica replica, const World<AppSync>& world) {
    Tide now{.replica = replica};
    if (replica.is_server()) {
      now.counter = AppSync::counter(world.server());
    } else {
      now.counter = AppSync::counter(world.client(replica));
      now.counter_lastsync = AppSync::upload_mark(world.client(replica));
      now.servercounter_lastsync = AppSync::download_mark(world.client(replica));
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

}  // namespace

struct Runner::Parts {
  Parts(const Protocol& protocol, const Strategy& strategy, JudgeOptions options)
      : engine(protocol, strategy), world(engine), judge(options) {}

  AppSync engine;
  World<AppSync> world;
  Judge judge;
  Outcome outcome;
};

Runner::Runner(const Protocol& protocol, const Strategy& strategy, JudgeOptions options)
    : parts_(std::make_unique<Parts>(protocol, strategy, options)) {}
Runner::~Runner() = default;
Runner::Runner(Runner&&) noexcept = default;
Runner& Runner::operator=(Runner&&) noexcept = default;

const Outcome& Runner::run(const Scenario& scenario) {
  parts_->outcome.summary = parts_->world.run(scenario, parts_->judge);
  parts_->outcome.verdict = parts_->judge.verdict();
  return parts_->outcome;
}

Recording Runner::record(const Scenario& scenario) {
  Recording recording;
  Recorder recorder(parts_->judge, recording);
  recording.outcome.summary = parts_->world.run(scenario, recorder);
  recording.outcome.verdict = parts_->judge.verdict();
  recording.versions = parts_->world.versions();
  recording.decisions = parts_->judge.history().decisions();
  return recording;
}

const MarkCounts& Runner::marks() const { return parts_->judge.marks().counts(); }
void Runner::clear_marks() { parts_->judge.marks().clear(); }

}  // namespace tidemark
