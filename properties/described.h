// What invariants remember, as the forms of a state have it (properties/search/): of two worlds
// that are alike, but of which one is judged by another past, the search must not take one for the
// other.
//
// An invariant that remembers anything tells it to a form, replica by replica,
//   template <class Form, class World>
//   void describe(Form& form, Replica replica, const World& world, const History& history) const;
// in the words
//   form.plain(number)
//   form.mark(counter)   a ServerCounter or a ClientCounter, which may be renamed
//   form.skips(same)     whether to leave out what is the same as the world has it now
// What it keeps only to have the memory at hand is no part of that; and what History keeps the
// forms read themselves.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "model/object.h"
#include "properties/history.h"
#include "properties/invariants/list.h"

namespace tidemark::core {

// A form that hears nothing.
struct NoForm {
  void plain(std::uint64_t) {}
  template <class Counter>
  void mark(Counter) {}
  bool skips(bool same) { return same; }
};

template <class Rule, class World>
concept IsDescribed = std::is_empty_v<Rule> ||
    requires(const Rule& rule, NoForm& form, Replica replica, const World& world,
             const History& history) {
  rule.describe(form, replica, world, history);
};

// Tells a form what these of the invariants remember of a replica.
template <class Form, class World>
void describe(const Rules& rules, InvariantSet which, Form& form, Replica replica,
              const World& world, const History& history) {
  const auto describe_one = [&]<std::size_t kPlace>(std::integral_constant<std::size_t, kPlace>) {
    using Rule = std::tuple_element_t<kPlace, Rules>;
    static_assert(IsDescribed<Rule, World>, "what an invariant remembers is part of a state");
    if constexpr (!std::is_empty_v<Rule>)
      if (which & invariant_bit(static_cast<Invariant>(kPlace)))
        std::get<kPlace>(rules).describe(form, replica, world, history);
  };
  [&]<std::size_t... kPlaces>(std::index_sequence<kPlaces...>) {
    (describe_one(std::integral_constant<std::size_t, kPlaces>()), ...);
  }
  (std::make_index_sequence<kInvariants>());
}

}  // namespace tidemark::core
