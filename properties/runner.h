// Runs scenarios on an engine under the judge. The door for everything above: templates of the
// world are instantiated behind it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/protocol.h"
#include "model/strategy.h"
#include "properties/coverage.h"
#include "properties/engine_spec.h"
#include "properties/judge.h"
#include "properties/own.h"
#include "properties/verdict.h"
#include "sim/trace.h"
#include "sim/world/summary.h"

namespace tidemark::core {

// An engine under one strategy, as traces and reports name it.
struct Configuration {
  std::string protocol_name = "page";
  std::vector<std::string> options = {};  // KEY=VALUE where it differs from the protocol
  Protocol protocol = {};
  Strategy strategy = {};
  JudgeOptions judge = {};
  std::shared_ptr<const EngineSpec> spec = protocol_spec();
  // A strategy, invariants and marks of the user's own; null: none.
  std::shared_ptr<const Own> own = nullptr;
};
// The names of all invariants, by their numbers: the built-in ones, then the user's own.
std::vector<std::string> invariant_names(const Configuration& configuration);
std::string name_of(Invariant invariant, const Configuration& configuration);

// A scenario of this configuration as a trace.
Trace make_trace(const Configuration& configuration, const Scenario& scenario);

struct Outcome {
  RunSummary summary;
  Verdict verdict;
};

// The counter and the marks of a replica after an event; marks are 0 for the server.
struct Tide {
  std::size_t event = 0;  // place in Recording::events
  Replica replica{};
  std::uint64_t counter = 0;
  std::uint64_t counter_lastsync = 0;
  std::uint64_t servercounter_lastsync = 0;
};

// All that happened in one run.
struct Recording {
  Outcome outcome;
  std::vector<Event> events;
  std::vector<Fact> facts;
  std::vector<Version> versions;
  std::vector<DecisionEdge> decisions;
  std::vector<Tide> tides;  // where one changed
  // Whether any client's servercounter_lastsync is known: an engine of somebody else's need not
  // tell it, and then it is 0 in all tides.
  bool tells_servercounter_lastsync = false;
};

// Not for use by two threads at once; each takes a Runner of its own.
class Runner {
 public:
  explicit Runner(const Protocol& protocol, const Strategy& strategy, JudgeOptions options = {});
  // Of an engine that no protocol names: in this world of it.
  explicit Runner(const Configuration& configuration, std::uint32_t world = 0);
  ~Runner();
  Runner(Runner&&) noexcept;
  Runner& operator=(Runner&&) noexcept;

  // Runs and judges. The outcome stays until the next run. Throws EngineFault, of an engine that no
  // protocol names.
  const Outcome& run(const Scenario& scenario);
  // The same, and counts its steps.
  const Outcome& run(const Scenario& scenario, Coverage& coverage);
  // The same, and keeps everything.
  Recording record(const Scenario& scenario);
  // The marks of all runs so far.
  const MarkCounts& marks() const;
  // The same of marks of the user's own.
  const std::vector<std::uint64_t>& own_marks() const;
  void clear_marks();
  // How a strategy of the user's own answered one question in two ways; empty: never so far.
  const std::string& contradiction() const;

  struct Parts;  // the engine, its world and who watches it

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace tidemark::core
