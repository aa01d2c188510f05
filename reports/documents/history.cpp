#include "reports/documents/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "base/text.h"
#include "reports/documents/characters.h"
#include "reports/documents/run_document.h"

namespace tidemark::core {
namespace {

using nlohmann::json;

constexpr std::string_view kHistorySchema = "tidemark/history/1";

// --- written

json findings_json(const RunReport& report) {
  json all = json::object();
  for (const Finding& each : report.findings)
    all[history_name(each)] = {{"status", name_of(each.status)}, {"episodes", each.all_episodes()}};
  return all;
}

json history_json(const RunReport& report) {
  std::map<std::string, std::uint64_t> marks;
  std::set<std::string> missed;
  std::uint64_t reached = 0;
  std::uint64_t possible = 0;
  std::uint64_t repeated = 0;
  for (std::size_t i = 0; i < report.head.portions.size(); ++i) {
    const PortionHead& head = report.head.portions[i];
    const PortionResult& portion = report.result.portions[i];
    for (const auto& [name, count] : marks_of(head, portion)) marks[name] += count;
    missed.insert(report.missed_marks[i].begin(), report.missed_marks[i].end());
    reached += cells_reached(portion);
    possible += portion.coverage ? cells_possible(head) : 0;
    repeated += portion.repeated;
  }
  return {{"schema", kHistorySchema},
          {"night", report.head.night},
          {"began", report.times.began},
          {"commit", report.head.commit},
          {"seed", print_seed(report.head.seed)},
          {"campaign", key_of(report.head)},
          {"verdict", name_of(verdict_of(report))},
          {"exit_code", exit_code_of(report)},
          {"seconds", report.times.seconds},
          {"episodes", report.result.episodes()},
          {"broken_episodes", report.result.broken_episodes()},
          {"steps", report.result.effective_steps()},
          {"repeated", repeated},
          {"cells", {{"reached", reached}, {"possible", possible}}},
          {"corpus", report.head.corpus},
          {"marks", marks},
          {"missed_marks", missed},
          {"findings", findings_json(report)}};
}

// --- read

const json& field(const json& in, const char* name) {
  const auto found = in.find(name);
  if (found == in.end()) throw std::domain_error(fmt::format("'{}' is missing", name));
  return *found;
}
std::string text(const json& in, const char* name) {
  const json& value = field(in, name);
  if (!value.is_string()) throw std::domain_error(fmt::format("'{}' is no text", name));
  return value.get<std::string>();
}
const json& table(const json& in, const char* name) {
  const json& value = field(in, name);
  if (!value.is_object()) throw std::domain_error(fmt::format("'{}' is no object", name));
  return value;
}
std::uint64_t number(const json& value, std::string_view name,
                     std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most)
    throw std::domain_error(fmt::format("'{}' is no count", name));
  return value.get<std::uint64_t>();
}
std::uint64_t count(const json& in, const char* name) { return number(field(in, name), name); }
double time(const json& in, const char* name) {
  const json& value = field(in, name);
  if (!value.is_number() || value.get<double>() < 0)
    throw std::domain_error(fmt::format("'{}' is no time", name));
  return value.get<double>();
}
std::vector<std::string> texts(const json& in, const char* name) {
  const json& value = field(in, name);
  if (!value.is_array() ||
      !std::all_of(value.begin(), value.end(), [](const json& each) { return each.is_string(); }))
    throw std::domain_error(fmt::format("'{}' is no list of texts", name));
  return value.get<std::vector<std::string>>();
}

HistoryFinding read_finding(const json& in) {
  const auto status = find_finding_status(text(in, "status"));
  if (!status) throw std::domain_error(fmt::format("'{}' is no status", text(in, "status")));
  return {*status, count(in, "episodes")};
}

HistoryNight read_night(const json& in) {
  if (!in.is_object() || text(in, "schema") != kHistorySchema)
    throw std::domain_error("it is another document");
  constexpr std::uint64_t kMostExitCode = 255;
  HistoryNight night;
  night.night = static_cast<std::uint32_t>(
      number(field(in, "night"), "night", std::numeric_limits<std::uint32_t>::max()));
  night.began = text(in, "began");
  night.commit = text(in, "commit");
  night.seed = text(in, "seed");
  night.campaign = text(in, "campaign");
  night.verdict = text(in, "verdict");
  night.exit_code = static_cast<int>(number(field(in, "exit_code"), "exit_code", kMostExitCode));
  night.seconds = time(in, "seconds");
  night.episodes = count(in, "episodes");
  night.broken_episodes = count(in, "broken_episodes");
  night.steps = count(in, "steps");
  night.repeated = count(in, "repeated");
  night.cells_reached = count(table(in, "cells"), "reached");
  night.cells_possible = count(table(in, "cells"), "possible");
  night.corpus = count(in, "corpus");
  for (const auto& [name, value] : table(in, "marks").items())
    night.marks[name] = number(value, name);
  night.missed_marks = texts(in, "missed_marks");
  for (const auto& [name, value] : table(in, "findings").items())
    night.findings[name] = read_finding(value);
  return night;
}

// A line that is not read, for a person.
std::string problem_of(std::size_t line, std::string_view reason) {
  return fmt::format("line {}: {}, expected a document {}", line, plain_line(clip(reason, 120)),
                     kHistorySchema);
}

void read_line(std::string_view line, std::size_t number, bool is_torn,
               std::map<std::uint32_t, HistoryNight>& nights, std::vector<std::string>& problems) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  const json document = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded())
    return problems.push_back(
        problem_of(number, is_torn ? "it ends in the middle" : "it is no JSON"));
  try {
    HistoryNight night = read_night(document);
    nights[night.night] = std::move(night);
  } catch (const std::domain_error& error) {
    problems.push_back(problem_of(number, error.what()));
  }
}

}  // namespace

std::string history_name(const Finding& finding) { return valid_line(finding.name()); }

std::string print_history_line(const RunReport& report) {
  return history_json(report).dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string with_night(std::string_view history, const RunReport& report) {
  std::string text(history);
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text + print_history_line(report);
}

Nights read_history(std::string_view text) {
  std::map<std::uint32_t, HistoryNight> nights;
  Nights history;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    read_line(text.substr(0, end), number, end == text.size(), nights, history.problems);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  for (auto& [number, night] : nights) history.nights.push_back(std::move(night));
  return history;
}

}  // namespace tidemark::core
