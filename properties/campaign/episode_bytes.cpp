#include "properties/campaign/episode_bytes.h"

#include <algorithm>
#include <array>

namespace tidemark::core {
namespace {

// crash-0123… or another of its words, and the SHA-1.
bool is_name_of_libfuzzer(std::string_view name) {
  constexpr std::array<std::string_view, 5> kWords{"crash", "timeout", "oom", "leak", "slow-unit"};
  const std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || name.size() - dash - 1 != 40) return false;
  const std::string_view hash = name.substr(dash + 1);
  return std::find(kWords.begin(), kWords.end(), name.substr(0, dash)) != kWords.end() &&
         hash.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// id:000000,sig:06,src:000003,… of crashes; the inputs of its queue have such names, too.
bool is_name_of_afl(std::string_view name) {
  constexpr std::size_t kFirstDigit = 3;
  return name.starts_with("id:") &&
         name.find_first_not_of("0123456789", kFirstDigit) == kFirstDigit + 6 &&
         name[kFirstDigit + 6] == ',';
}

}  // namespace

std::vector<Configuration> configurations_of_bytes(std::string_view mutant) {
  Configuration hardened;
  hardened.protocol_name = "hardened";
  hardened.protocol = find_protocol(hardened.protocol_name)->protocol;
  if (!mutant.empty()) hardened.protocol.mutant = find_mutant(mutant)->mutant;
  std::vector<Configuration> all;
  for (const NamedStrategy& each : built_in_strategies()) {
    hardened.strategy = built_in(each);
    all.push_back(hardened);
  }
  return all;
}

std::size_t configuration_of_bytes(std::span<const std::uint8_t> bytes) {
  return first_of(bytes) % built_in_strategies().size();
}

Trace trace_of_bytes(std::span<const std::uint8_t> bytes) {
  const Configuration configuration = configurations_of_bytes()[configuration_of_bytes(bytes)];
  Trace trace = make_trace(configuration, scenario_of(bytes));
  trace.expectations = {{{}, true}};
  return trace;
}

bool is_artifact(std::string_view name) {
  return is_name_of_libfuzzer(name) || is_name_of_afl(name);
}

}  // namespace tidemark::core
