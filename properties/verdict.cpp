#include "properties/verdict.h"

namespace tidemark::core {
namespace {

using I = Invariant;
constexpr std::array<NamedInvariant, kInvariants> kNamed{{
    {I::no_lost_update, "no-lost-update",
     "every version that was written leads to one that the server holds at rest"},
    {I::convergence, "convergence",
     "at rest every client holds the live objects that the server holds"},
    {I::one_object_per_key, "one-object-per-key",
     "at rest no replica holds two live objects with one primary key"},
    {I::no_resurrection, "no-resurrection",
     "a deleted object is alive again only through an undelete or a strategy"},
    {I::quiescence, "quiescence", "settle comes to rest within its bound"},
    {I::no_redundant_transfer, "no-redundant-transfer",
     "no version is delivered again to a replica that knows it"},
    {I::integrity, "integrity",
     "nothing is held that nobody wrote; counters and marks do not run backwards"},
    {I::told, "told", "a client that gives up its app's own version says so, and only then"},
}};

constexpr auto kNames = [] {
  std::array<std::string_view, kInvariants> names;
  for (std::size_t i = 0; i < kInvariants; ++i) names[i] = kNamed[i].name;
  return names;
}();

}  // namespace

std::span<const NamedInvariant, kInvariants> invariants() { return kNamed; }
std::string_view name_of(Invariant invariant) {
  return kNamed[static_cast<std::size_t>(invariant)].name;
}
std::span<const std::string_view> invariant_names() { return kNames; }

std::optional<Invariant> find_invariant(std::string_view name) {
  for (const NamedInvariant& named : kNamed)
    if (named.name == name) return named.invariant;
  return std::nullopt;
}

}  // namespace tidemark::core
