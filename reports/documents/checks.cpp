#include "reports/documents/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "reports/documents/mermaid.h"
#include "reports/screen.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

Check check_of(std::string name, Invariant invariant, InvariantSet judged,
               const std::vector<Violated>& violated, const Doubts& doubts) {
  Check check{.name = std::move(name)};
  for (const Violated& each : violated)
    if (each.invariant == invariant) check.failures.push_back(each.failure);
  if (!check.failures.empty()) {
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
Failure failure_instead(const Shown& about, const std::string& file) {
  const Scenario& scenario = about.run.scenario();
  if (about.invariant) {
    Shown told = about;
    told.found = count_of(scenario.steps.size(), "step");
    told.origin = {"trace", file.empty() ? "stdin" : printable(file)};
    return failure_of(told, file);
  }
  return {.steps = scenario.steps.size(),
          .replay = about.commands.front().text,
          .diagram = sequence_diagram(about.configuration, scenario, about.run.recording(), {}),
          .file = file};
}

// --- a run

// By what stands in it.
Check decided(Check check) {
  check.outcome = !check.failures.empty() ? CheckOutcome::violated
                  : check.reasons.empty() ? CheckOutcome::held
                                          : CheckOutcome::not_judged;
  return check;
}

class RunChecks {
 public:
  RunChecks(const RunReport& report, const RunPlace& place, const ShownFindings& shown)
      : report_(report), place_(place), shown_(shown) {}

  Suite suite_of(std::size_t portion) const {
    const PortionHead& head = report_.head.portions[portion];
    Suite suite{.name = head.name, .totals = totals(report_, portion), .checks = {}};
    if (report_.head.night == 0) suite.checks.push_back(run_check(doubts_of(portion)));
    for (std::size_t i = 0; i < head.invariants.size(); ++i)
      suite.checks.push_back(decided(check_of(portion, i)));
    return suite;
  }

  // What the traces of the baseline show.
  Suite baseline() const {
    Suite suite{.name = "baseline", .totals = {}, .checks = {}};
    for (const BaselineHead& each : report_.head.baseline) {
      Check check{.name = each.file};
      for (const Finding& finding : report_.findings) {
        if (finding.baseline != each.file || finding.unmet.empty()) continue;
        if (finding.is_bad())
          check.failures.push_back({.verdict = finding.unmet.front(), .file = each.file});
        else
          check.reasons.push_back(
              fmt::format("{}: {}", name_of(finding.status), finding.unmet.front()));
      }
      suite.checks.push_back(decided(std::move(check)));
    }
    suite.totals = count_of(suite.checks.size(), "trace");
    return suite;
  }

 private:
  // Lines that speak of no other portion.
  std::vector<std::string> lines_of(std::size_t portion, std::vector<std::string> lines) const {
    std::erase_if(lines, [&](const std::string& line) {
      for (std::size_t i = 0; i < report_.head.portions.size(); ++i) {
        const std::string& name = report_.head.portions[i].name;
        if (i != portion && (line.starts_with(name + ":") || line.starts_with(name + " ")))
          return true;
      }
      return false;
    });
    return lines;
  }
  Doubts doubts_of(std::size_t portion) const {
    return {lines_of(portion, report_.faults), lines_of(portion, report_.doubts())};
  }

  Check check_of(std::size_t portion, std::size_t invariant) const {
    const PortionHead& head = report_.head.portions[portion];
    Check check{.name = head.invariants[invariant]};
    for (const Finding& each : report_.findings) {
      const auto episodes = each.episodes.find(portion);
      if (each.invariant != check.name || episodes == each.episodes.end()) continue;
      if (each.is_bad())
        check.failures.push_back(failure_of(each, episodes->second));
      else
        check.reasons.push_back(fmt::format("{}: {}", name_of(each.status), each.name()));
    }
    if (!check.failures.empty() || !check.reasons.empty()) return check;
    const Doubts doubts = doubts_of(portion);
    check.reasons = doubts.faults;
    check.reasons.insert(check.reasons.end(), doubts.others.begin(), doubts.others.end());
    if (!(head.judged >> invariant & 1)) check.reasons = {"not asked for"};
    return check;
  }

  Failure failure_of(const Finding& finding, std::uint64_t episodes) const {
    const std::string file = place_.traces.empty() ? "" : place_.traces + finding.file_name();
    const auto shown = shown_.find(finding.name());
    Failure failure = shown == shown_.end()
                          ? Failure{.fingerprint = finding.fingerprint,
                                    .verdict = finding.simplest.sentence,
                                    .steps = finding.simplest.trace.scenario.steps.size(),
                                    .replay = replay_of(finding, report_, place_),
                                    .file = file}
                          : tidemark::core::failure_of(shown->second, file);
    failure.found = fmt::format(
        "{}from {}", report_.head.has_baseline ? fmt::format("{}, ", name_of(finding.status)) : "",
        count_of(episodes, "episode"));
    return failure;
  }

  const RunReport& report_;
  const RunPlace& place_;
  const ShownFindings& shown_;
};

}  // namespace

Failure failure_of(const Shown& about, const std::string& file) {
  const Account account(about.run.scenario(), about.run.recording());
  return {.fingerprint = about.fingerprint,
          .verdict = sentence(about.breach(), account),
          .found = about.found_briefly,
          .steps = about.run.scenario().steps.size(),
          .replay = about.commands.front().text,
          .screen = screen(about, false),
          .diagram = sequence_diagram(about.configuration, about.run.scenario(),
                                      about.run.recording(), about.invariant),
          .file = file};
}

std::vector<Suite> suites_of(const RunReport& report, const RunPlace& place,
                             const ShownFindings& shown) {
  const RunChecks checks(report, place, shown);
  std::vector<Suite> suites;
  for (std::size_t i = 0; i < report.head.portions.size(); ++i)
    suites.push_back(checks.suite_of(i));
  if (report.head.has_baseline) suites.push_back(checks.baseline());
  if (report.head.night > 0)
    suites.push_back({.name = "campaign",
                      .totals = run_sentence(report),
                      .checks = {run_check({report.faults, report.doubts()})}});
  return suites;
}

Suite suite_of(const Configuration& configuration, InvariantSet judged,
               const std::vector<Violated>& violated, const Doubts& doubts, std::string totals) {
  Suite suite{configuration_name(configuration), std::move(totals), {run_check(doubts)}};
  const std::vector<std::string> names = invariant_names(configuration);
  for (std::size_t i = 0; i < names.size(); ++i)
    suite.checks.push_back(check_of(names[i], static_cast<Invariant>(i), judged, violated, doubts));
  return suite;
}

Check check_of(const Shown& about, const std::string& name, const std::string& file,
               const std::vector<std::string>& unmet) {
  Check check{.name = name, .file = file};
  if (about.run.trace().expectations.empty()) {
    check.outcome = CheckOutcome::not_judged;
    check.reasons = {"it expects nothing"};
  }
  if (unmet.empty()) return check;
  Failure failure = failure_instead(about, file);
  const std::string broken =
      std::exchange(failure.verdict, fmt::format("{}", fmt::join(unmet, "; ")));
  if (!broken.empty())
    failure.verdict +=
        fmt::format("; {}: {}", name_of(*about.invariant, about.configuration), broken);
  check.outcome = CheckOutcome::violated;
  check.failures = {std::move(failure)};
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

std::size_t failure_count(const Checks& checks) {
  std::size_t sum = 0;
  for (const Suite& suite : checks.suites)
    for (const Check& check : suite.checks) sum += check.failures.size();
  return sum;
}

std::string verdict_line(const Checks& checks) {
  const std::size_t violated = count(checks, CheckOutcome::violated);
  const std::size_t faults = count(checks, CheckOutcome::fault);
  std::string line = count_of(count(checks, CheckOutcome::held), "check") + " held";
  if (violated > 0)
    line = fmt::format("{} violated, {}, {}", count_of(violated, "check"),
                       count_of(failure_count(checks), "finding"), line);
  if (faults > 0) line = fmt::format("{} at fault, {}", count_of(faults, "check"), line);
  const std::size_t open = count(checks, CheckOutcome::not_judged);
  return open == 0 ? line : fmt::format("{}, {} not judged", line, grouped(open));
}

}  // namespace tidemark::core
