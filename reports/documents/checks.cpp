#include "reports/documents/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "reports/documents/mermaid.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

Check check_of(std::string name, Invariant invariant, InvariantSet judged,
               const std::vector<Found>& found, const Doubts& doubts) {
  Check check{.name = std::move(name)};
  for (const Found& each : found)
    if (each.invariant == invariant) check.findings.push_back(each.finding);
  if (!check.findings.empty()) {
    check.outcome = CheckOutcome::violated;
    return check;
  }
  check.reasons = doubts.faults;
  check.reasons.insert(check.reasons.end(), doubts.others.begin(), doubts.others.end());
  if (!(judged & invariant_bit(invariant))) check.reasons = {"not asked for"};
  if (!check.reasons.empty()) check.outcome = CheckOutcome::not_judged;
  return check;
}

Check run_check(const Doubts& doubts) {
  Check check{.name = std::string(kRunCheck)};
  if (!doubts.faults.empty()) {
    check.outcome = CheckOutcome::fault;
    check.reasons = doubts.faults;
  } else if (!doubts.others.empty()) {
    check.outcome = CheckOutcome::not_judged;
    check.reasons = doubts.others;
  }
  return check;
}

// What a trace breaks instead of what it expects, or beside.
ShownFinding shown_instead(const Case& about, const std::string& file) {
  const Scenario& scenario = about.run.trace.scenario;
  if (about.invariant)
    return shown({.invariant = *about.invariant,
                  .configuration = about.configuration,
                  .scenario = scenario,
                  .recording = about.run.recording,
                  .fingerprint = about.fingerprint,
                  .found = count_of(scenario.steps.size(), "step"),
                  .found_briefly = {},
                  .origin = {"trace", file.empty() ? "stdin" : printable(file)},
                  .commands = about.commands},
                 file);
  return {.steps = scenario.steps.size(),
          .replay = about.commands.front().text,
          .diagram = sequence_diagram(about.configuration, scenario, about.run.recording, {}),
          .file = file};
}

}  // namespace

ShownFinding shown(const Violation& violation, const std::string& file) {
  const Account account(violation.scenario, violation.recording);
  const Breach& breach = violation.recording.outcome.verdict.breach(violation.invariant);
  return {.fingerprint = violation.fingerprint,
          .verdict = sentence(breach, account),
          .found = violation.found_briefly,
          .steps = violation.scenario.steps.size(),
          .replay = violation.commands.front().text,
          .screen = screen(violation, false),
          .diagram = sequence_diagram(violation.configuration, violation.scenario,
                                      violation.recording, violation.invariant),
          .file = file};
}

Suite suite_of(const Configuration& configuration, InvariantSet judged,
               const std::vector<Found>& found, const Doubts& doubts, std::string totals) {
  Suite suite{configuration_name(configuration), std::move(totals), {run_check(doubts)}};
  const std::vector<std::string> names = invariant_names(configuration);
  for (std::size_t i = 0; i < names.size(); ++i)
    suite.checks.push_back(check_of(names[i], static_cast<Invariant>(i), judged, found, doubts));
  return suite;
}

Check check_of(const Case& about, const std::string& name, const std::string& file,
               const std::vector<std::string>& unmet) {
  Check check{.name = name, .file = file};
  if (about.run.trace.expectations.empty()) {
    check.outcome = CheckOutcome::not_judged;
    check.reasons = {"it expects nothing"};
  }
  if (unmet.empty()) return check;
  ShownFinding finding = shown_instead(about, file);
  const std::string broken =
      std::exchange(finding.verdict, fmt::format("{}", fmt::join(unmet, "; ")));
  if (!broken.empty())
    finding.verdict +=
        fmt::format("; {}: {}", name_of(*about.invariant, about.configuration), broken);
  check.outcome = CheckOutcome::violated;
  check.findings = {std::move(finding)};
  return check;
}

std::size_t count(const Suite& suite, CheckOutcome outcome) {
  return static_cast<std::size_t>(
      std::count_if(suite.checks.begin(), suite.checks.end(),
                    [&](const Check& check) { return check.outcome == outcome; }));
}

std::size_t count(const Checks& checks, CheckOutcome outcome) {
  std::size_t sum = 0;
  for (const Suite& suite : checks.suites) sum += count(suite, outcome);
  return sum;
}

std::size_t finding_count(const Checks& checks) {
  std::size_t sum = 0;
  for (const Suite& suite : checks.suites)
    for (const Check& check : suite.checks) sum += check.findings.size();
  return sum;
}

std::string verdict_line(const Checks& checks) {
  const std::size_t violated = count(checks, CheckOutcome::violated);
  const std::size_t faults = count(checks, CheckOutcome::fault);
  std::string line = count_of(count(checks, CheckOutcome::held), "check") + " held";
  if (violated > 0)
    line = fmt::format("{} violated, {}, {}", count_of(violated, "check"),
                       count_of(finding_count(checks), "finding"), line);
  if (faults > 0) line = fmt::format("{} at fault, {}", count_of(faults, "check"), line);
  const std::size_t open = count(checks, CheckOutcome::not_judged);
  return open == 0 ? line : fmt::format("{}, {} not judged", line, grouped(open));
}

}  // namespace tidemark::core
