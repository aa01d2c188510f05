// What a shard of a campaign has come to, as a document: written again and again while it runs,
// read when it is resumed, and put together with those of the other shards.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "properties/campaign/campaign.h"

namespace tidemark::core {

// What reports need to know of a portion, so that they can be made without its engine.
struct PortionHead {
  std::string name;
  std::uint32_t weight = 1;
  std::string seed;
  std::string command;                     // `fuzz`'s flags, that run such episodes
  std::string replay;                      // flags of `replay --seed`, the same
  std::string flags;                       // that replay a trace of it; empty: it says all
  bool is_foreign = false;                 // behind an adapter
  std::vector<std::string> invariants;     // by their numbers
  std::vector<std::string> marks;          // that it must reach
  std::vector<std::string> marks_of_many;  // that it must reach if it ran kEpisodesThatRequireMarks
  std::uint64_t cells = 0;                 // that it may reach
  std::string canary;
  std::size_t given = 0;  // entries of the corpus that fit it
};

// A trace of the baseline: a known bug, or one that was fixed.
struct BaselineHead {
  std::string file;                       // its name
  std::string invariant;                  // of the bug; empty: it is a regression run alone
  std::vector<std::string> fingerprints;  // of that bug, its own first
  bool known = false;                     // it shows the bug; else it was fixed
};

// What all shards of one night have in common.
struct CampaignHead {
  std::string version;
  std::string commit;  // empty: not known
  std::uint32_t night = 1;
  std::string seed;
  std::optional<std::uint64_t> episodes;
  std::uint32_t shards = 1;
  std::vector<PortionHead> portions;
  bool has_baseline = false;
  std::vector<BaselineHead> baseline;
  std::uint64_t corpus = 0;  // entries
  std::string corpus_digest;
};
nlohmann::json head_json(const CampaignHead& head);
nlohmann::json told_json(const ToldEpisodes& told);
// 16 hexadecimal digits: shards of one key are of one night.
std::string key_of(const CampaignHead& head);
// The same of what its file says: the numbers of nights of one such key can be compared.
std::string key_of_file(const CampaignHead& head);

struct ShardDocument {
  CampaignHead head;
  ShardResult result;
  // What traces of the baseline do not show of what they expect, by file.
  std::map<std::string, std::vector<std::string>> unmet = {};
  bool has_ended = false;  // as it was planned: not interrupted, not killed
};

std::string print_shard_document(const ShardDocument& document);
// Where the text is none, or was changed, `problem` says what is wrong and what was expected.
std::optional<ShardDocument> read_shard_document(std::string_view text, std::string& problem);

}  // namespace tidemark::core
