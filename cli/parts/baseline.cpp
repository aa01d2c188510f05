#include "cli/parts/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "base/exit_code.h"
#include "base/files.h"
#include "cli/parts/traces.h"
#include "properties/campaign/trace_file.h"
#include "sim/shape.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kSameBug = " same bug:";

// The bug that a trace is about: what it expects to be violated, else what it expects to hold.
std::string invariant_of(const Trace& trace) {
  for (const bool holds : {false, true})
    for (const Expectation& each : trace.expectations)
      if (each.holds == holds && !each.invariant.empty()) return each.invariant;
  return {};
}

BaselineHead head_of(const std::string& path, const Trace& trace) {
  BaselineHead head{.file = std::filesystem::path(path).filename().string(),
                    .invariant = invariant_of(trace),
                    .fingerprints = {},
                    .known = std::any_of(trace.expectations.begin(), trace.expectations.end(),
                                         [](const Expectation& each) { return !each.holds; })};
  if (head.invariant.empty()) return head;
  head.fingerprints = {fingerprint(head.invariant, trace.scenario)};
  for (std::string& each : same_bugs(trace)) head.fingerprints.push_back(std::move(each));
  return head;
}

Configuration configuration_for(const BaselineTrace& each, std::span<const Portion> portions) {
  if (!each.trace.is_foreign) return configuration_of(each.trace, EngineFlags{});
  for (const Portion& portion : portions)
    if (portion.configuration.spec->is_foreign() &&
        portion.configuration.protocol_name == each.trace.protocol)
      return portion.configuration;
  throw BadInput{
      fmt::format("{}:1: no configuration of the campaign has the engine '{}', expected "
                  "one that has",
                  shown_path(each.path), each.trace.protocol)};
}

// One fingerprint is of a known bug or of a fixed one.
void require_agreement(const std::vector<BaselineTrace>& baseline) {
  std::map<std::string, const BaselineTrace*> first;  // by invariant and fingerprint
  for (const BaselineTrace& each : baseline)
    for (const std::string& fingerprint : each.head.fingerprints) {
      const auto [known, is_new] = first.emplace(each.head.invariant + fingerprint, &each);
      if (!is_new && known->second->head.known != each.head.known)
        throw BadInput{fmt::format(
            "{}:1: stands for {}, as {} does, but one as known and one as fixed; expected that "
            "they agree",
            shown_path(each.path), fingerprint, shown_path(known->second->path))};
    }
}

}  // namespace

std::vector<BaselineTrace> load_baseline(const std::string& folder) {
  std::vector<BaselineTrace> baseline;
  for (const std::string& path : traces_in(folder)) {
    Trace trace = load_trace(path);
    if (trace.expectations.empty())
      throw BadInput{
          fmt::format("{}:1: expects nothing, expected what it shows: 'expect INVARIANT "
                      "violated' of a known bug, 'holds' of a fixed one",
                      shown_path(path))};
    BaselineHead head = head_of(path, trace);
    baseline.push_back({path, std::move(trace), std::move(head)});
  }
  require_agreement(baseline);
  return baseline;
}

std::map<std::string, std::vector<std::string>> check_baseline(
    std::span<const BaselineTrace> baseline, std::span<const Portion> portions) {
  std::map<std::string, std::vector<std::string>> unmet;
  for (const BaselineTrace& each : baseline) {
    std::vector<std::string> lines = unmet_by(Run(configuration_for(each, portions), each.trace));
    if (!lines.empty()) unmet.emplace(each.head.file, std::move(lines));
  }
  return unmet;
}

std::vector<std::string> same_bugs(const Trace& trace) {
  std::vector<std::string> fingerprints;
  for (const Comment& comment : trace.comments) {
    if (!comment.text.starts_with(kSameBug)) continue;
    std::istringstream words(comment.text.substr(kSameBug.size()));
    for (std::string word; words >> word;) fingerprints.push_back(word);
  }
  return fingerprints;
}

void set_same_bugs(Trace& trace, const std::vector<std::string>& fingerprints) {
  std::erase_if(trace.comments,
                [](const Comment& comment) { return comment.text.starts_with(kSameBug); });
  if (fingerprints.empty()) return;
  trace.comments.insert(trace.comments.begin(),
                        {.line = TraceLine::version,
                         .text = fmt::format("{} {}", kSameBug, fmt::join(fingerprints, " "))});
}

}  // namespace tidemark::core
