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
  Sighting sighting{.seed = 0x5d1c9e07aabbccdd, .original = trace.scenario};
  sighting.original.clients = 3;
  sighting.original.steps.resize(38, {.kind = StepKind::crash, .replica = Replica{1}});
  sighting.tried = 212;
  sighting.accepted = 21;
  sighting.trace = trace;
  sighting.sentence = sentence_of(configuration_of(trace), trace.scenario, invariant);
  Finding finding = seen_once(name_of(invariant), sighting);
  finding.fingerprint = "3f2a91c2d0ab";
  finding.episodes = {{0, 17}};
  return finding;
}

// What is reported of a run of this configuration that found nothing yet.
inline RunReport run_of(const Configuration& configuration) {
  RunHead head;
  head.version = "tidemark 0";
  head.portions = {head_of({.name = {}, .configuration = configuration})};
  head.portions.front().replay = "--protocol " + configuration.protocol_name;
  RunResult result{.portions = std::vector<PortionResult>(1)};
  result.portions.front().canary_tries = 1;
  return report_of({.head = std::move(head), .result = std::move(result)});
}

// A run of 20 000 episodes that found this trace in 431 of them.
inline RunReport run_that_found(const Configuration& configuration, const Trace& trace,
                                Invariant invariant) {
  RunReport report = run_of(configuration);
  PortionResult& counts = report.result.portions.front();
  counts.episodes = 20'000;
  counts.broken_episodes = 431;
  counts.effective_steps = 600'000;
  const auto place = static_cast<std::size_t>(invariant);
  counts.broken[place] = 431;
  counts.shrunk[place] = 17;
  counts.first_broken[place] = 0;
  report.findings = {finding_of(trace, invariant)};
  return report;
}
inline RunReport run_that_found(const Trace& trace, Invariant invariant) {
  return run_that_found(configuration_of(trace), trace, invariant);
}

// As it is shown, with its commands as if it had been left in a folder.
inline Shown shown_finding(const Configuration& configuration, const Trace& trace,
                           Invariant invariant) {
  const RunReport report = run_that_found(configuration, trace, invariant);
  const RunPlace place{"tidemark", "found/", "found/",
                       [](std::string_view word) { return std::string(word); }};
  return show(configuration, report.findings.front(), report, place).value();
}
inline Shown shown_finding(const Trace& trace, Invariant invariant) {
  return shown_finding(configuration_of(trace), trace, invariant);
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

inline std::string screen_of(const Trace& trace, Invariant invariant, bool color = false) {
  return screen(shown_finding(trace, invariant), color);
}

}  // namespace tidemark::core
