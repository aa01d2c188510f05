// Any bytes are an episode of `hardened`, under one of the built-in strategies: nothing may break.
// `tidemark replay crash-…` tells the story of what did.
//
// TIDEMARK_MUTANT in the environment plants that defect, which is to be found.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "properties/campaign/episode_bytes.h"

namespace {

using tidemark::core::Configuration;
using tidemark::core::Runner;

std::vector<Runner> make_runners() {
  const char* mutant = std::getenv("TIDEMARK_MUTANT");
  std::vector<Runner> runners;
  for (const Configuration& each :
       tidemark::core::configurations_of_bytes(mutant == nullptr ? "" : mutant))
    runners.emplace_back(each);
  return runners;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::vector<Runner> runners = make_runners();
  const std::span<const std::uint8_t> bytes(data, size);
  Runner& runner = runners[tidemark::core::configuration_of_bytes(bytes)];
  if (!runner.run(tidemark::core::scenario_of(bytes)).verdict.holds()) std::abort();
  return 0;
}
