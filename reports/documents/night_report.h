// What a night of a campaign comes to: the results of its shards put together and held against the
// baseline. The same for any number of shards and threads, byte for byte.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/documents/campaign_document.h"
#include "reports/documents/checks.h"
#include "reports/documents/history.h"

namespace tidemark::core {

// A bug: of the night, of the baseline, or of both.
struct ReportedFinding {
  std::string name;  // of its files; where the baseline has it, as it is called there
  std::string invariant;
  FindingStatus status = FindingStatus::fresh;
  std::string baseline = {};                // the file there; empty: none
  std::optional<SharedFinding> found = {};  // none: no episode shrank to it
  std::vector<std::string> unmet = {};      // what its trace does not show of what it expects

  // Whether the night fails for it.
  bool is_bad() const {
    return status == FindingStatus::fresh || status == FindingStatus::regressed;
  }
};

struct NightReport {
  CampaignHead head;
  CampaignResult result;
  std::vector<ReportedFinding> findings;  // those that are bad first
  // By portion: marks that it had to reach, and did not.
  std::vector<std::vector<std::string>> missed_marks;
  std::vector<std::string> faults;
  std::vector<std::string> unshrunk;  // what broke, and has no finding
  std::vector<std::string> unfinished;
  std::vector<std::string> vacuous;
  std::vector<std::string> notes;   // that change nothing
  std::uint64_t new_landmarks = 0;  // that nothing in the corpus reaches

  std::size_t count(FindingStatus status) const;
};

// Of one campaign, in any order; a shard may be among them several times. Requires: at least one,
// all of one key and one number of shards.
NightReport report_night(const std::vector<ShardDocument>& shards);

// The same of one shard, as if there were no others: what it lacks to reach they may have reached.
NightReport report_shard(const ShardDocument& shard);

// That of the command: 3 a fault, 1 something bad was found, 5 it did not come to its end, 4 it is
// vacuous, else 0; if several apply, in this order.
int exit_code_of(const NightReport& report);

// The document `tidemark/night/1` (docs/JSON.md).
nlohmann::json night_json(const NightReport& report);

// Where a night is kept, and how commands about it are written.
struct NightPlace {
  std::string command;                     // how the user calls the program
  std::string folder;                      // ends in a slash
  std::string (*quoted)(std::string_view)  // a word as a shell takes it
      = nullptr;
};
// The command that replays the trace of a finding; empty: no episode shrank to it.
std::string replay_of(const ReportedFinding& finding, const CampaignHead& head,
                      const NightPlace& place);

// The verdict, and what else is to be known before the findings are read.
std::string night_headline(const NightReport& report);
// Findings with the commands that replay them from this folder, portions, digest.
std::string night_text(const NightReport& report, const NightPlace& place);

// A suite for each portion.
std::vector<Suite> suites_of(const NightReport& report, const NightPlace& place);

// `2 new findings, 3 known; 12 400 000 episodes of 6 configurations`
std::string night_sentence(const NightReport& report);

// Coverage cells that were reached.
std::uint64_t cells_reached(const PortionResult& portion);

}  // namespace tidemark::core
