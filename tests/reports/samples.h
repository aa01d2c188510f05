// Traces, findings and findings by hand, for the tests of reports.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "properties/campaign/fuzz.h"
#include "properties/runner.h"
#include "properties/search/explore.h"
#include "reports/screen.h"
#include "sim/trace.h"
#include "tests/episode.h"

namespace tidemark::core {

inline Configuration configuration_of(const Trace& trace) {
  return {.protocol_name = trace.protocol,
          .options = trace.options,
          .protocol = trace.engine,
          .strategy = built_in(trace.strategy),
          .judge = {}};
}

inline Recording record(const Trace& trace) {
  const Configuration configuration = configuration_of(trace);
  return Runner(configuration.protocol, configuration.strategy).record(trace.scenario);
}

// A finding as if the trace had been found and shrunk: its numbers are invented.
inline Finding finding_of(const Trace& trace, Invariant invariant) {
  Finding finding;
  finding.invariant = invariant;
  finding.fingerprint = "3f2a91c2d0ab";
  finding.episodes = 17;
  finding.seed = 0x5d1c9e07aabbccdd;
  finding.original = trace.scenario;
  finding.original.clients = 3;
  finding.original.steps.resize(38, {.kind = StepKind::crash, .replica = Replica{1}});
  finding.shrunk = {.scenario = trace.scenario, .tried = 212, .accepted = 21, .complete = true};
  finding.trace = trace;
  return finding;
}

// A counterexample as if the trace had been found to be shortest.
inline Counterexample counterexample_of(const Trace& trace, Invariant invariant) {
  Counterexample example;
  example.invariant = invariant;
  example.steps = static_cast<std::uint32_t>(trace.scenario.steps.size());
  example.fingerprint = "3f2a91c2d0ab";
  example.trace = trace;
  return example;
}

inline std::string screen_of(const Trace& trace, Invariant invariant, const Recording& recording,
                             bool color = false) {
  const Finding finding = finding_of(trace, invariant);
  const Configuration configuration = configuration_of(trace);
  Violation violation = violation_of(finding, configuration, recording, 20'000, 431);
  violation.commands = {
      {"replay", fmt::format("tidemark replay found/{}-3f2a91c2d0ab.trace", name_of(invariant))},
      {"by seed",
       "tidemark replay --seed 0x5d1c9e07aabbccdd --protocol " + configuration.protocol_name}};
  return screen(violation, color);
}

}  // namespace tidemark::core
