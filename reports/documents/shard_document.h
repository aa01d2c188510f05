// What a shard of a run has come to, as the document `tidemark/shard/1`: written again and again
// while it runs, read when it is resumed, and put together with those of the other shards.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/run_report.h"

namespace tidemark::core {

struct ShardDocument {
  RunHead head;
  ShardResult result;
  // What traces of the baseline do not show of what they expect, by file.
  std::map<std::string, std::vector<std::string>> unmet = {};
  bool has_ended = false;  // as it was planned: not interrupted, not killed
};

std::string print_shard(const ShardDocument& document);
// Where the text is none, or was changed, `problem` says what is wrong and what was expected.
std::optional<ShardDocument> read_shard(std::string_view text, std::string& problem);

// 16 hexadecimal digits: shards of one key are of one run.
std::string key_of_shard(const RunHead& head);
// Whether a shard of the one goes on as a shard of the other.
bool is_same_run(const RunHead& one, const RunHead& other);

// What shards come to together; the same for any number of them, byte for byte. They may come in
// any order, and one of them several times. Requires: at least one, all of one key and one number
// of shards.
RunReport report_of(const std::vector<ShardDocument>& shards);
// The same of one shard, as if there were no others: what it lacks to reach they may have reached.
RunReport report_of_part(const ShardDocument& shard);

}  // namespace tidemark::core
