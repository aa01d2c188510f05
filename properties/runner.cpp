#include "properties/runner.h"

#include "properties/engines.h"
#include "sim/world.h"

namespace tidemark::core {
namespace {

// Who judges a run: the built-in invariants, and the user's own.
struct Watch {
  Judge& judge;
  OwnWatch& own;

  template <EventType Event_, class E>
  void on(const Event_& event, const World<E>& world) {
    judge.on(event, world);
    own.on(event, world, judge);
  }
};

// Writes down what they see.
class Recorder {
 public:
  Recorder(Watch watch, Recording& recording) : watch_(watch), recording_(recording) {}

  template <EventType Event_, class E>
  void on(const Event_& event, const World<E>& world) {
    if constexpr (std::is_same_v<Event_, WorldBegan>) tides_.assign(world.replicas(), {});
    watch_.on(event, world);
    if constexpr (std::is_same_v<Event_, FactTold>)
      keep_fact(event, world);
    else
      recording_.events.push_back(event);
    for (std::uint8_t number = 0; number < world.replicas(); ++number)
      keep_tide(Replica{number}, world);
  }

 private:
  template <class E>
  void keep_fact(const FactTold& told, const World<E>& world) {
    const auto place = static_cast<std::uint32_t>(recording_.facts.size());
    recording_.facts.push_back(world.facts()[told.place]);
    recording_.events.push_back(FactTold{told.teller, place});
  }

  template <class E>
  void keep_tide(Replica replica, const World<E>& world) {
    Tide now{.replica = replica};
    if (replica.is_server()) {
      now.counter = E::counter(world.server());
    } else {
      now.counter = E::counter(world.client(replica));
      now.counter_lastsync = E::counter_lastsync(world.client(replica));
      now.servercounter_lastsync = E::servercounter_lastsync(world.client(replica));
      recording_.tells_servercounter_lastsync |=
          tells_servercounter_lastsync<E>(world.client(replica));
    }
    Tide& last = tides_[replica.number];
    if (now.counter == last.counter && now.counter_lastsync == last.counter_lastsync &&
        now.servercounter_lastsync == last.servercounter_lastsync)
      return;
    now.event = recording_.events.size() - 1;
    recording_.tides.push_back(last = now);
  }

  template <class E>
  static bool tells_servercounter_lastsync(const typename E::Client& client) {
    if constexpr (MayHideMarks<E>)
      return E::tells_servercounter_lastsync(client);
    else
      return true;
  }

  Watch watch_;
  Recording& recording_;
  std::vector<Tide> tides_;
};

// Counts what they see.
struct Covering {
  Watch watch;
  Coverage& coverage;

  template <EventType Event_, class E>
  void on(const Event_& event, const World<E>& world) {
    tell(event, coverage, world);
    watch.on(event, world);
  }
};

}  // namespace

struct Runner::Parts {
  Parts(JudgeOptions options, std::shared_ptr<const Own> own_of)
      : judge(options), own(std::move(own_of)) {}
  virtual ~Parts() = default;
  virtual RunSummary run(const Scenario& scenario) = 0;
  virtual RunSummary run(const Scenario& scenario, Coverage& coverage) = 0;
  virtual RunSummary record(const Scenario& scenario, Recording& recording) = 0;

  Watch watch() { return {judge, own}; }

  Judge judge;
  OwnWatch own;
  Outcome outcome;
};

namespace {

template <class E>
struct PartsOf final : Runner::Parts {
  // `make` is handed these parts, whose strategy the engine may ask.
  template <class Make>
  PartsOf(JudgeOptions options, std::shared_ptr<const Own> own_of, Make make)
      : Parts(options, std::move(own_of)), engine(make(*this)), world(engine) {}

  RunSummary run(const Scenario& scenario) override {
    Watch both = watch();
    return world.run(scenario, both);
  }
  RunSummary run(const Scenario& scenario, Coverage& coverage) override {
    Covering covering{watch(), coverage};
    return world.run(scenario, covering);
  }
  RunSummary record(const Scenario& scenario, Recording& recording) override {
    Recorder recorder(watch(), recording);
    const RunSummary summary = world.run(scenario, recorder);
    recording.versions = world.versions();
    return summary;
  }

  E engine;
  World<E> world;
};

// An engine is made for its parts: a strategy of the user's own asks by them.
std::unique_ptr<Runner::Parts> make_parts(const Configuration& configuration, std::uint32_t world) {
  return with_engine(configuration, world, [&](auto engine) -> std::unique_ptr<Runner::Parts> {
    using E = decltype(engine);
    const auto make = [&](Runner::Parts& parts) {
      if constexpr (requires { E(configuration.protocol, configuration.strategy); })
        if (configuration.own && configuration.own->strategy)
          return E(configuration.protocol, parts.own.strategy(configuration.strategy.name));
      return std::move(engine);
    };
    return std::make_unique<PartsOf<E>>(configuration.judge, configuration.own, make);
  });
}

}  // namespace

std::vector<std::string> invariant_names(const Configuration& configuration) {
  std::vector<std::string> names(invariant_names().begin(), invariant_names().end());
  if (configuration.own)
    for (std::string& own : own_names(*configuration.own)) names.push_back(std::move(own));
  return names;
}

std::string name_of(Invariant invariant, const Configuration& configuration) {
  return invariant_names(configuration)[static_cast<std::size_t>(invariant)];
}

Trace make_trace(const Configuration& configuration, const Scenario& scenario) {
  Trace trace;
  trace.protocol = configuration.protocol_name;
  trace.is_foreign = configuration.spec->is_foreign();
  trace.options = configuration.options;
  trace.engine = configuration.protocol;
  trace.strategy = configuration.strategy.name;
  trace.scenario = compacted(scenario);
  // The bound depends on the objects; written down, it stays whatever is taken out by hand.
  trace.scenario.settle_rounds = trace.scenario.settle_bound();
  return trace;
}

Runner::Runner(const Protocol& protocol, const Strategy& strategy, JudgeOptions options)
    : Runner(Configuration{.protocol = protocol, .strategy = strategy, .judge = options}) {}
Runner::Runner(const Configuration& configuration, std::uint32_t world)
    : parts_(make_parts(configuration, world)) {}
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
const std::vector<std::uint64_t>& Runner::own_marks() const { return parts_->own.marks(); }
void Runner::clear_marks() {
  parts_->judge.marks().clear();
  parts_->own.clear_marks();
}
const std::string& Runner::contradiction() const { return parts_->own.contradiction(); }

}  // namespace tidemark::core
