// Nights of a campaign for the tests of their documents.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <vector>

#include "reports/documents/history.h"
#include "tests/reports/samples.h"

namespace tidemark::core {

inline const std::string kOldFinding = "no-lost-update-1bc3b545b687";
inline const std::string kRepairedFinding = "convergence-a0b1c2d3e4f5";
inline const std::string kReturningFinding = "told-6251c4892e18";
inline const std::string kRareFinding = "quiescence-77aa01f3c9d2";
inline const std::string kNewFinding = "no-resurrection-0d9c41e2b7f6";

// As the history has it.
inline HistoryNight row_of(const RunReport& report) {
  return read_history(print_history_line(report)).nights.at(0);
}

// A finding of this name; no episode shrank to it.
inline Finding finding_named(const std::string& name, FindingStatus status) {
  const auto dash = name.rfind('-');
  return {.invariant = name.substr(0, dash),
          .fingerprint = name.substr(dash + 1),
          .status = status,
          .baseline = name + ".trace"};
}
// The same, seen by so many episodes of portions, a trace of so many steps.
inline Finding seen_finding(const std::string& name, FindingStatus status,
                            std::map<std::size_t, std::uint64_t> episodes, std::size_t steps,
                            const std::string& sentence) {
  Finding finding = finding_named(name, status);
  finding.episodes = std::move(episodes);
  finding.simplest.sentence = sentence;
  finding.simplest.trace.scenario.steps.resize(steps);
  finding.oldest = finding.simplest;
  return finding;
}

struct SamplePortion {
  std::string name;
  std::uint64_t episodes;
  std::uint64_t broken;
  std::uint64_t steps;
  std::uint64_t repeated;
  std::uint64_t restored = 0;  // how often this mark was reached
};
inline void add_portion(RunReport& report, const SamplePortion& sample) {
  PortionHead head = head_of({.name = sample.name, .configuration = {}});
  head.command = "--sample";
  head.replay = "--protocol page";
  head.canary = "drops-name";
  head.cells.clear();
  PortionResult counts;
  counts.episodes = sample.episodes;
  counts.broken_episodes = sample.broken;
  counts.effective_steps = sample.steps;
  counts.repeated = sample.repeated;
  counts.digest = sample.episodes;
  counts.canary_episodes = 12;
  counts.canaries_caught = 11;
  counts.marks[static_cast<std::size_t>(Mark::restore_undid_writes)] = sample.restored;
  report.head.portions.push_back(std::move(head));
  report.result.portions.push_back(std::move(counts));
  report.missed_marks.emplace_back();
}
// Of 800 cells that the first portion may reach it reached so many.
inline void reach_cells(RunReport& report, std::size_t reached) {
  report.head.portions.front().cells = std::string(800, '1');
  CoverageCounts& coverage = report.result.portions.front().coverage.emplace();
  for (std::size_t i = 0; i < reached; ++i) coverage.of(coverage_cells()[i]) = 1;
}

// One of the nights before the sample night: numbers that rise and fall as those of a search do.
inline RunReport sample_report(std::uint32_t number) {
  RunReport report;
  report.head.night = number;
  report.head.commit = fmt::format("{:08x}c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9", number * 0x9E3779u);
  report.head.seed = number;
  report.head.corpus = 40 + number;
  report.times = {fmt::format("2026-11-{:02}T02:17:00Z", number), 7'200, {}};
  add_portion(report, {number < 6 ? "an old campaign" : "a campaign",
                       9'000'000 + number * 150'000 + number * number % 7 * 260'000,
                       4'000 + number * 10, 400'000'000, 9'000, number / 5});
  reach_cells(report, 700 + number * 4);
  report.head.has_baseline = true;
  if (number < 5) report.missed_marks[0] = {"restore-undid-writes"};
  const auto found = [&](const std::string& name, FindingStatus status, std::uint64_t episodes) {
    report.findings.push_back(seen_finding(name, status, {{0, episodes}}, 3, "x"));
  };
  if (number >= 2)
    found(kOldFinding, number == 2 ? FindingStatus::fresh : FindingStatus::known, number * 31);
  if (number >= 4 && number < 9)
    found(kRepairedFinding, number == 4 ? FindingStatus::fresh : FindingStatus::known, number);
  if (number >= 9) report.findings.push_back(finding_named(kRepairedFinding, FindingStatus::fixed));
  if (number < 3) found(kReturningFinding, FindingStatus::known, 5);
  if (number >= 3)
    report.findings.push_back(finding_named(kReturningFinding, FindingStatus::fixed));
  if (number % 4 == 3) found(kRareFinding, FindingStatus::known, 1);
  return report;
}
inline HistoryNight sample_line(std::uint32_t number) { return row_of(sample_report(number)); }

// Nights 1 to 16; in the seventh there was none.
inline std::vector<RunReport> sample_reports() {
  std::vector<RunReport> reports;
  for (std::uint32_t number = 1; number <= 16; ++number)
    if (number != 7) reports.push_back(sample_report(number));
  return reports;
}
inline std::vector<HistoryNight> sample_nights() {
  std::vector<HistoryNight> nights;
  for (const RunReport& each : sample_reports()) nights.push_back(row_of(each));
  return nights;
}

// The seventeenth night: something new, something that is back, something fixed, and a doubt.
inline RunReport sample_night() {
  RunReport report;
  report.head.night = 17;
  report.head.commit = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";
  report.head.seed = 0x5d1c9e0702170017;
  report.head.corpus = 56;
  report.head.has_baseline = true;
  report.times = {
      "2026-11-17T02:17:00Z", 7'500, {{1'204'551, 3'250'000'000}, {88'120, 2'500'000'000}}};
  report.new_landmarks = 3;
  report.unfinished = {"shard 2 of 8 is missing, expected shards/2-of-8.json"};
  report.vacuous = {"hardened, client-priority: the mark restored was never reached"};
  add_portion(report, {"a campaign", 4'000'000, 4'100, 120'000'000, 4'000, 12});
  add_portion(report, {"guarded + tombstones=no, timestamp-priority", 4'400'000, 17, 131'000'000,
                       4'400, 3});
  add_portion(report, {"hardened, client-priority", 4'000'000, 0, 119'500'000, 4'000, 0});
  add_portion(report, {"reference, server-priority", 0, 0, 0, 0, 0});
  reach_cells(report, 771);
  report.missed_marks[2] = {"restore-undid-writes"};
  report.findings = {
      finding_named(kReturningFinding, FindingStatus::regressed),
      seen_finding(kNewFinding, FindingStatus::fresh, {{1, 17}}, 6,
                   "B holds o2 live again, though it had applied its deletion"),
      seen_finding(kOldFinding, FindingStatus::known, {{0, 400}, {1, 20}, {2, 10}, {3, 1}}, 3,
                   "A's edit of o1 (v2 \"120 EUR\") is gone: A took the server's older v1 for "
                   "newer"),
      finding_named(kRepairedFinding, FindingStatus::fixed)};
  report.findings[0].unmet = {"expected that told holds, but it is violated"};
  return report;
}

}  // namespace tidemark::core
