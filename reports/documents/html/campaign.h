// A campaign as `fuzz` leaves it beside its traces: what the findings were shrunk from, how long it
// took, and what ran it. Written and read back, so that a report can be made later.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "properties/campaign/fuzz.h"
#include "reports/screen.h"

namespace tidemark::core {

inline constexpr std::string_view kCampaignFile = "campaign.json";

// The document `tidemark/campaign/1` (docs/JSON.md). `doubts`: why what was not broken need not
// hold, one line each; none: the run is sound and came to its end.
nlohmann::json campaign_json(std::span<const Configuration> configurations,
                             std::span<const FuzzResult> results, const FuzzPlan& plan,
                             double seconds, std::span<const NamedLine> environment,
                             std::span<const std::string> doubts);

// What is known of the trace of a finding, by the name of its file.
struct FoundTrace {
  std::string seed;
  std::string found;     // `431 of 20 000 episodes`
  std::string original;  // a trace
  std::vector<ShrinkPass> passes;
};

struct CountedMark {
  std::string name;
  std::uint64_t count = 0;
  bool granted = false;
};

// Steps of one kind, and of them those in one situation.
struct CountedStep {
  std::string name;
  std::uint64_t count = 0;
  std::map<std::string, std::uint64_t> situations;
};

struct CampaignFinding {
  std::string invariant;
  std::string fingerprint;
  std::string file;
  std::uint64_t episodes = 0;
  std::uint64_t steps_before = 0;
  std::uint64_t steps_after = 0;
};

// One configuration of a campaign.
struct CampaignPart {
  std::string name;  // `page, server-priority`
  std::uint64_t episodes = 0;
  std::uint64_t broken_episodes = 0;
  std::uint64_t effective_steps = 0;
  std::uint64_t skipped_steps = 0;
  std::string digest;
  std::vector<CampaignFinding> findings;
  std::vector<CountedMark> marks;
  std::vector<std::string> missed_marks;
  std::vector<CountedStep> steps;  // empty: they were not counted
  std::vector<std::string> never_reached;
};

struct Campaign {
  double seconds = 0;
  std::vector<NamedLine> environment;
  std::string seed;
  std::vector<std::string> doubts;
  std::vector<CampaignPart> parts;
  std::map<std::string, FoundTrace> traces;
};

// Reads a campaign back. Where the text is none, `problem` says what is wrong and what was
// expected.
std::optional<Campaign> read_campaign(std::string_view text, std::string& problem);

}  // namespace tidemark::core
