#include "reports/documents/html/campaign.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>

#include "base/text.h"
#include "properties/coverage.h"
#include "reports/json.h"
#include "reports/words.h"
#include "sim/trace.h"

namespace tidemark::core {
namespace {

using nlohmann::json;

constexpr std::string_view kSchema = "tidemark/campaign/1";

// --- written

json passes_of(const ShrinkResult& result) {
  json all = json::array();
  for (const ShrinkPass& pass : result.passes)
    all.push_back({{"name", pass.name},
                   {"tried", pass.tried},
                   {"accepted", pass.accepted},
                   {"steps", pass.steps}});
  return all;
}

json trace_of(const Finding& finding, const Configuration& configuration,
              const FuzzResult& result) {
  Trace original = make_trace(configuration, finding.original);
  original.expectations = finding.trace.expectations;
  const auto broken = result.broken[static_cast<std::size_t>(finding.invariant)];
  return {{"seed", print_seed(finding.seed)},
          {"found", fmt::format("{} of {} episodes", grouped(broken), grouped(result.episodes))},
          {"original", print_trace(original)},
          {"passes", passes_of(finding.shrunk)}};
}

// By kind, where they were counted.
json steps_of(const FuzzResult& result) {
  if (!result.coverage) return nullptr;
  json all = json::object();
  for (std::size_t step = 0; step < kCoveredSteps; ++step) {
    std::uint64_t count = 0;
    for (std::size_t phase = 0; phase < kPhases; ++phase)
      count += result.coverage->steps(step, static_cast<Phase>(phase));
    if (count > 0) all[name_of(covered_steps()[step])] = count;
  }
  return all;
}

// --- read

template <class Number>
Number number(const json& in, const char* name) {
  const json& value = in.at(name);
  if (!value.is_number_unsigned()) throw std::domain_error(fmt::format("'{}' is no count", name));
  return value.get<Number>();
}
std::string text(const json& in, const char* name) { return in.at(name).get<std::string>(); }
// A field that must be an array, or an object.
const json& list(const json& in, const char* name) {
  const json& value = in.at(name);
  if (!value.is_array()) throw std::domain_error(fmt::format("'{}' is no list", name));
  return value;
}
const json& table(const json& in, const char* name) {
  const json& value = in.at(name);
  if (!value.is_object()) throw std::domain_error(fmt::format("'{}' is no object", name));
  return value;
}

FoundTrace found_trace(const json& in) {
  FoundTrace found{text(in, "seed"), text(in, "found"), text(in, "original"), {}};
  for (const json& pass : list(in, "passes"))
    found.passes.push_back({text(pass, "name"), number<std::uint32_t>(pass, "tried"),
                            number<std::uint32_t>(pass, "accepted"),
                            number<std::size_t>(pass, "steps")});
  return found;
}

CampaignFinding finding_of(const json& in) {
  const json& shrink = table(in, "shrink");
  return {text(in, "invariant"),
          text(in, "fingerprint"),
          text(in, "file"),
          number<std::uint64_t>(in, "episodes"),
          number<std::uint64_t>(table(shrink, "before"), "steps"),
          number<std::uint64_t>(table(shrink, "after"), "steps")};
}

std::string name_of_part(const json& in) {
  std::string name = text(in, "protocol");
  for (const json& option : list(in, "options")) name += " + " + option.get<std::string>();
  if (!in.at("mutant").is_null()) name += " + mutant " + text(in, "mutant");
  return name + ", " + text(in, "strategy");
}

void read_coverage(const json& coverage, const json& steps, CampaignPart& part) {
  if (coverage.is_null() || steps.is_null()) return;
  std::map<std::string, std::map<std::string, std::uint64_t>> situations;
  for (const json& cell : list(coverage, "reached"))
    situations[text(cell, "step")][text(cell, "situation")] += number<std::uint64_t>(cell, "count");
  for (const auto& each : steps.items())
    part.steps.push_back(
        {each.key(), number<std::uint64_t>(steps, each.key().c_str()), situations[each.key()]});
  for (const json& cell : list(coverage, "never_reached"))
    part.never_reached.push_back(fmt::format("{}, {}, {}", text(cell, "step"), text(cell, "phase"),
                                             text(cell, "situation")));
}

CampaignPart part_of(const json& in, const json& steps) {
  CampaignPart part;
  part.name = name_of_part(in);
  part.episodes = number<std::uint64_t>(in, "episodes");
  part.broken_episodes = number<std::uint64_t>(in, "broken_episodes");
  part.effective_steps = number<std::uint64_t>(in, "effective_steps");
  part.skipped_steps = number<std::uint64_t>(in, "skipped_steps");
  part.digest = text(in, "digest");
  for (const json& finding : list(in, "findings")) part.findings.push_back(finding_of(finding));
  for (const json& mark : list(in, "marks"))
    part.marks.push_back(
        {text(mark, "name"), number<std::uint64_t>(mark, "count"), mark.at("granted").get<bool>()});
  part.missed_marks = in.at("missed_marks").get<std::vector<std::string>>();
  read_coverage(in.at("coverage"), steps, part);
  return part;
}

Campaign campaign_of(const json& in) {
  if (text(in, "schema") != kSchema)
    throw std::domain_error(fmt::format("its schema is '{}'", clip(text(in, "schema"), 40)));
  Campaign campaign;
  campaign.seconds = in.at("seconds").get<double>();
  if (!std::isfinite(campaign.seconds) || campaign.seconds < 0)
    throw std::domain_error("'seconds' is no time");
  for (const auto& [name, value] : table(in, "environment").items())
    campaign.environment.push_back({name, value.get<std::string>()});
  campaign.doubts = list(in, "doubts").get<std::vector<std::string>>();
  const json& fuzz = table(in, "fuzz");
  campaign.seed = text(table(fuzz, "plan"), "seed");
  const json& parts = list(fuzz, "configurations");
  const json& steps = list(in, "steps");
  if (parts.size() != steps.size())
    throw std::domain_error("'steps' has another length than 'configurations'");
  for (std::size_t i = 0; i < parts.size(); ++i)
    campaign.parts.push_back(part_of(parts[i], steps[i]));
  for (const auto& [name, trace] : table(in, "traces").items())
    campaign.traces.emplace(name, found_trace(trace));
  return campaign;
}

// What the parser says, without where it says so.
std::string reason_of(const std::exception& error) {
  const std::string_view what = error.what();
  const auto end = what.find("] ");
  return std::string(end == std::string_view::npos ? what : what.substr(end + 2));
}

}  // namespace

json campaign_json(std::span<const Configuration> configurations,
                   std::span<const FuzzResult> results, const FuzzPlan& plan, double seconds,
                   std::span<const NamedLine> environment, std::span<const std::string> doubts) {
  json document{{"schema", kSchema},
                {"seconds", seconds},
                {"doubts", std::vector<std::string>(doubts.begin(), doubts.end())}};
  document["environment"] = json::object();
  for (const NamedLine& each : environment) document["environment"][each.name] = each.text;
  document["fuzz"] = fuzz_json(configurations, results, plan);
  document["traces"] = json::object();
  document["steps"] = json::array();
  for (std::size_t i = 0; i < results.size(); ++i) {
    document["steps"].push_back(steps_of(results[i]));
    for (const Finding& finding : results[i].findings)
      if (!document["traces"].contains(file_name(finding)))
        document["traces"][file_name(finding)] = trace_of(finding, configurations[i], results[i]);
  }
  return document;
}

std::optional<Campaign> read_campaign(std::string_view text, std::string& problem) {
  try {
    return campaign_of(json::parse(text));
  } catch (const std::exception& error) {
    problem = fmt::format("{}, expected a document {} as 'tidemark fuzz --out' writes it",
                          printable(clip(reason_of(error), 120)), kSchema);
    return std::nullopt;
  }
}

}  // namespace tidemark::core
