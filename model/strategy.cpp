#include "model/strategy.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tidemark::core {
namespace {

constexpr Outcomes kEither = outcome_bit(Winner::local) | outcome_bit(Winner::server);

Decision server_wins(const Conflict& /*conflict*/, Winner /*if_equal*/) {
  return Decision::server_wins();
}
Decision local_wins(const Conflict& /*conflict*/, Winner /*if_equal*/) {
  return Decision::local_wins();
}
Decision later_wins(const Conflict& conflict, Winner if_equal) {
  const Timestamp local = conflict.local.stamps.lastupdate;
  const Timestamp server = conflict.server.stamps.lastupdate;
  if (local == server) return {if_equal, false};
  return local > server ? Decision::local_wins() : Decision::server_wins();
}

constexpr std::array<NamedStrategy, 3> kBuiltIn{{
    {"server-priority", "in a conflict the version from the server is kept", kReadsNothing,
     outcome_bit(Winner::server), server_wins},
    {"client-priority", "in a conflict the client's own version is kept and uploaded",
     kReadsNothing, outcome_bit(Winner::local), local_wins},
    {"timestamp-priority", "in a conflict the version with the later timestamp_lastupdate is kept",
     kReadsStamps | kReadsTie, kEither, later_wins},
}};

constexpr NamedStrategy kOwn{"own", "the user's own",
                             kReadsStamps | kReadsCreationStamps | kReadsContent,
                             kEither | outcome_bit(Winner::merge), nullptr};

}  // namespace

std::span<const NamedStrategy> built_in_strategies() { return kBuiltIn; }

const NamedStrategy* find_strategy(std::string_view name) {
  const auto found = std::find_if(kBuiltIn.begin(), kBuiltIn.end(),
                                  [&](const NamedStrategy& named) { return named.name == name; });
  return found == kBuiltIn.end() ? nullptr : &*found;
}

Strategy built_in(const NamedStrategy& named) {
  return {.row = &named, .name = std::string(named.name), .decide = nullptr};
}
Strategy built_in(std::string_view name) { return built_in(*find_strategy(name)); }

Strategy own_strategy(std::string name, std::function<Decision(const Conflict&)> decide) {
  return {.row = &kOwn, .name = std::move(name), .decide = std::move(decide)};
}

Strategy strategy_named(std::string_view name) {
  const NamedStrategy* named = find_strategy(name);
  return named == nullptr ? own_strategy(std::string(name)) : built_in(*named);
}

}  // namespace tidemark::core
