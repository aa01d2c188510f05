// The file of a campaign, in TOML: which configurations, with which weights. docs/CAMPAIGNS.md.
//
//     baseline = "baseline"      # keys of the file: what flags of the verb say otherwise
//     [[configuration]]
//     protocol = "hardened"      # keys of a configuration: flags of `tidemark fuzz`
//     strategy = "all"
//     weight = 3
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/parts/configuration_flags.h"
#include "cli/parts/options.h"
#include "properties/campaign/campaign.h"

namespace tidemark::core {

struct CampaignFile {
  std::optional<std::uint64_t> episodes = {};
  TimeFlag time = {};
  std::string corpus = {};    // folders, as they are written: relative to where the command runs
  std::string baseline = {};  // empty: none
  std::vector<Portion> portions = {};
  std::vector<std::string> commands = {};  // of the portions: flags of `fuzz` that run the same
};

// Starts adapters. Throws BadInput: `file:line: what is wrong, what was expected`; and EngineFault.
CampaignFile load_campaign_file(const std::string& path);

}  // namespace tidemark::core
