// The folder of a campaign: results of shards, the report of the night, findings, the page, and the
// history of all nights. docs/CAMPAIGNS.md has its layout.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "cli/parts/ci.h"
#include "cli/parts/terminal.h"
#include "properties/campaign/campaign.h"
#include "reports/documents/shard_document.h"

namespace tidemark::core {

// `night/shards/0-of-3.json`; the times are beside it.
std::string shard_path(const std::string& folder, const Shard& shard);
std::string times_path(const std::string& folder, const Shard& shard);

void write_shard(const std::string& folder, const ShardDocument& document, const RunTimes& times);
// Throws BadInput where it cannot be read, or is none.
ShardDocument load_shard(const std::string& path);
// Where there are none, or no good ones: nothing is known.
RunTimes load_times(const std::string& path);

// How many nights the history of a folder has; the number of the last.
std::uint32_t last_night(const std::string& folder);

// Now, in UTC.
std::string now_in_utc();

// Writes the report of a night, its findings and its page, adds to the history, and tells.
// Requires: as report_of() does.
ExitCode leave_night(const std::vector<ShardDocument>& shards, const RunTimes& times,
                     const std::string& folder, const Output& output, CiReport& ci);

// Tells of one shard of several; the others are not known.
ExitCode leave_shard(const ShardDocument& shard, const std::string& folder, const Output& output,
                     CiReport& ci);

}  // namespace tidemark::core
