// Which part of a campaign this process runs: what --shard says, or else the service that started
// it. docs/MACHINES.md has the conventions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "properties/campaign/campaign.h"

namespace tidemark::core {

inline constexpr std::uint32_t kMostShards = 100'000;

// What an environment variable holds; empty where it is not set.
using Variable = std::function<std::string_view(const char* name)>;

struct ChosenShard {
  Shard shard;
  std::string source;  // the flag or the variables that say so; empty: nothing says anything
};

// --shard, if `flag` is not empty; else what the variables say that services set, a variable that
// is set to nothing being as one that is not set. Throws BadInput where either is wrong, where a
// service sets but a part of its variables, or where two services disagree.
ChosenShard choose_shard(std::string_view flag, const Variable& variable);

// Tells GoogleTest and Bazel that sharding is understood: touches the files that
// GTEST_SHARD_STATUS_FILE and TEST_SHARD_STATUS_FILE name. Throws BadInput.
void touch_status_files(const Variable& variable);

}  // namespace tidemark::core
