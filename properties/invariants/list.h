// The invariants, and what is known of each by its number.
//
// An invariant is a class in a file of its own: its name and meaning, its kinds of breaches, an
// `on` for each type of event that it reads, and, if it remembers anything, how that is described
// (properties/described.h). What reports say of its breaches is in reports/breaches/. To add one,
// put it at the end of both lists here.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>

#include "properties/invariants/convergence.h"
#include "properties/invariants/integrity.h"
#include "properties/invariants/no_lost_update.h"
#include "properties/invariants/no_redundant_transfer.h"
#include "properties/invariants/no_resurrection.h"
#include "properties/invariants/one_object_per_key.h"
#include "properties/invariants/quiescence.h"
#include "properties/invariants/told.h"
#include "properties/verdict.h"

namespace tidemark::core {

enum class Invariant : std::uint8_t {
  no_lost_update,
  convergence,
  one_object_per_key,
  no_resurrection,
  quiescence,
  no_redundant_transfer,
  integrity,
  told
};
using Rules = std::tuple<NoLostUpdate, Convergence, OneObjectPerKey, NoResurrection, Quiescence,
                         NoRedundantTransfer, Integrity, Told>;

inline constexpr std::size_t kInvariants = std::tuple_size_v<Rules>;
inline constexpr InvariantSet kAllInvariants = (InvariantSet{1} << kInvariants) - 1;
// Behind these come invariants of the user's own, as a configuration numbers them
// (properties/own.h).
constexpr Invariant own_invariant(std::size_t place) {
  return static_cast<Invariant>(kInvariants + place);
}

struct NamedInvariant {
  Invariant invariant;
  std::string_view name;
  std::string_view meaning;
};

template <std::size_t... kPlaces>
constexpr std::array<NamedInvariant, kInvariants> name_rules(std::index_sequence<kPlaces...>) {
  return {{{static_cast<Invariant>(kPlaces), std::tuple_element_t<kPlaces, Rules>::kName,
            std::tuple_element_t<kPlaces, Rules>::kMeaning}...}};
}
inline constexpr std::array<NamedInvariant, kInvariants> kNamedInvariants =
    name_rules(std::make_index_sequence<kInvariants>());
inline constexpr std::array<std::string_view, kInvariants> kInvariantNames = [] {
  std::array<std::string_view, kInvariants> names;
  for (std::size_t i = 0; i < kInvariants; ++i) names[i] = kNamedInvariants[i].name;
  return names;
}();

constexpr std::span<const NamedInvariant, kInvariants> invariants() { return kNamedInvariants; }
constexpr std::span<const std::string_view> invariant_names() { return kInvariantNames; }
constexpr std::string_view name_of(Invariant invariant) {
  return kInvariantNames[static_cast<std::size_t>(invariant)];
}
constexpr std::optional<Invariant> find_invariant(std::string_view name) {
  for (const NamedInvariant& named : kNamedInvariants)
    if (named.name == name) return named.invariant;
  return std::nullopt;
}

}  // namespace tidemark::core
