#include "model/strategy.h"

#include <array>

namespace tidemark::core {
namespace {

constexpr std::array<NamedStrategy, 3> kBuiltIn{{
    {StrategyKind::server_priority, "server-priority",
     "in a conflict the version from the server is kept"},
    {StrategyKind::client_priority, "client-priority",
     "in a conflict the client's own version is kept and uploaded"},
    {StrategyKind::timestamp_priority, "timestamp-priority",
     "in a conflict the version with the later timestamp_lastupdate is kept"},
}};

}  // namespace

std::span<const NamedStrategy> built_in_strategies() { return kBuiltIn; }

Strategy built_in(StrategyKind kind) {
  return {kind, std::string(kBuiltIn.at(static_cast<std::size_t>(kind)).name), nullptr};
}

const NamedStrategy* find_strategy(std::string_view name) {
  for (const NamedStrategy& named : kBuiltIn)
    if (named.name == name) return &named;
  return nullptr;
}

Strategy strategy_named(std::string_view name) {
  if (const NamedStrategy* named = find_strategy(name)) return built_in(named->kind);
  return {.kind = StrategyKind::own, .name = std::string(name), .decide = nullptr};
}

}  // namespace tidemark::core
