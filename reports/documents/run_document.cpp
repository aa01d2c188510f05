#include "reports/documents/run_document.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "reports/documents/run_codec.h"

namespace tidemark::core {
namespace {

using nlohmann::json;

constexpr std::string_view kRunSchema = "tidemark/run/1";

// --- written

json times_json(const RunTimes& times) {
  json slow = json::array();
  for (const TimedEpisode& each : times.slow)
    slow.push_back({{"episode", each.episode}, {"nanoseconds", each.nanoseconds}});
  return {{"began", times.began}, {"seconds", times.seconds}, {"slow", std::move(slow)}};
}

json environment_json(const RunReport& report) {
  json all = json::object();
  for (const NamedLine& each : report.environment) all[each.name] = each.text;
  return all;
}

json configurations_json(const RunReport& report) {
  json all = json::array();
  for (std::size_t i = 0; i < report.head.portions.size(); ++i) {
    json one = portion_json(report.head.portions[i]);
    one.update(counts_json(report.head.portions[i], report.result.portions[i]));
    one["missed_marks"] = report.missed_marks[i];
    all.push_back(std::move(one));
  }
  return all;
}

// --- read

RunTimes times_of(const json& in) {
  RunTimes times{in.at("began"), in.at("seconds"), {}};
  if (!std::isfinite(times.seconds) || times.seconds < 0)
    throw std::domain_error("'seconds' is no time");
  for (const json& each : in.at("slow"))
    times.slow.push_back({each.at("episode"), each.at("nanoseconds")});
  return times;
}

RunReport report_of(const json& in) {
  if (in.at("schema") != kRunSchema)
    throw std::domain_error(
        fmt::format("its schema is '{}'", clip(in.at("schema").get<std::string>(), 40)));
  RunReport report;
  read_plan(in.at("plan"), report.head);
  for (const json& each : in.at("configurations")) {
    report.head.portions.push_back(portion_of(each));
    report.result.portions.push_back(counts_of(each, report.head.portions.back()));
    report.missed_marks.push_back(each.at("missed_marks"));
  }
  for (const json& each : in.at("findings"))
    report.findings.push_back(finding_of(each, report.head));
  const json& problems = in.at("problems");
  problems.at("fault").get_to(report.faults);
  problems.at("broken").get_to(report.unshrunk);
  problems.at("inconclusive").get_to(report.unfinished);
  problems.at("vacuous").get_to(report.vacuous);
  problems.at("note").get_to(report.notes);
  in.at("new_landmarks").get_to(report.new_landmarks);
  if (!in.at("times").is_null()) report.times = times_of(in.at("times"));
  for (const auto& [name, value] : in.at("environment").items())
    report.environment.push_back({name, value.get<std::string>()});
  return report;
}

}  // namespace

json run_json(const RunReport& report, Clock clock) {
  json findings = json::array();
  for (const Finding& each : report.findings) findings.push_back(finding_json(each, report.head));
  const bool is_told = clock == Clock::told;
  return {{"schema", kRunSchema},
          {"key", key_of(report.head)},
          {"plan", plan_json(report.head)},
          {"exit_code", exit_code_of(report)},
          {"verdict", name_of(verdict_of(report))},
          {"sentence", run_sentence(report)},
          {"problems",
           {{"fault", report.faults},
            {"broken", report.unshrunk},
            {"inconclusive", report.unfinished},
            {"vacuous", report.vacuous},
            {"note", report.notes}}},
          {"findings", std::move(findings)},
          {"configurations", configurations_json(report)},
          {"episodes", report.result.episodes()},
          {"broken_episodes", report.result.broken_episodes()},
          {"new_landmarks", report.new_landmarks},
          {"digest", print_digest(report.result.digest())},
          {"times", is_told ? times_json(report.times) : json(nullptr)},
          {"environment", is_told ? environment_json(report) : json::object()}};
}

std::optional<RunReport> read_run(std::string_view text, std::string& problem) {
  try {
    return report_of(json::parse(text));
  } catch (const std::exception& error) {
    problem = fmt::format("{}, expected a document {} as 'tidemark fuzz --out' writes it",
                          printable(clip(reason_of(error), 120)), kRunSchema);
    return std::nullopt;
  }
}

std::string key_of(const RunHead& head) {
  json text = json::array();
  for (const PortionHead& each : head.portions)
    text.push_back({each.name, each.weight, each.command});
  return digest_of(text);
}

}  // namespace tidemark::core
