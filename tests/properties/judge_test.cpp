// The judge asks each invariant about the events that it has an `on` for: which those are is
// written down here once more, so that an invariant that is told of less does not go unnoticed.
#include "properties/judge.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "model/appsync.h"
#include "properties/described.h"
#include "sim/world.h"

namespace tidemark::core {
namespace {

using AnyWorld = World<AppSync>;

template <class Listener, class Context, std::size_t... kPlaces>
std::string heard_by(std::index_sequence<kPlaces...> /*places*/) {
  std::string names;
  const auto note = [&]<class E>(const E&) {
    if constexpr (Hears<Listener, E, Context>)
      names += (names.empty() ? "" : " ") + std::string(E::kName);
  };
  (note(std::variant_alternative_t<kPlaces, Event>()), ...);
  return names;
}
template <class Listener, class Context = const Court<AnyWorld>>
std::string heard_by() {
  return heard_by<Listener, Context>(std::make_index_sequence<kEventTypes>());
}

TEST(Judge, EachInvariantHearsOfWhatItIsJudgedBy) {
  EXPECT_EQ(heard_by<NoLostUpdate>(), "fact-told held rested");
  EXPECT_EQ(heard_by<Convergence>(), "rested");
  EXPECT_EQ(heard_by<OneObjectPerKey>(), "rested");
  EXPECT_EQ(heard_by<NoResurrection>(), "rested");
  EXPECT_EQ(heard_by<Quiescence>(), "exchange-overran rested");
  EXPECT_EQ(heard_by<NoRedundantTransfer>(), "carried");
  EXPECT_EQ(heard_by<Integrity>(),
            "world-began written cycle-began message-arrived held stale-changed-client "
            "repeat-changed-server reinstalled restored");
  EXPECT_EQ(heard_by<Told>(), "message-arrived");
}

TEST(Judge, HistoryHearsOfAllThatThePastIsMadeOf) {
  EXPECT_EQ((heard_by<History, const AnyWorld>()),
            "world-began step-began written cycle-began message-lost message-arriving "
            "message-arrived carried fact-told held crashed reinstalled restored round-began");
}

TEST(Invariants, KeepTheirNumbersAndNames) {
  std::string names;
  for (const NamedInvariant& named : invariants())
    names +=
        std::to_string(static_cast<int>(named.invariant)) + " " + std::string(named.name) + "\n";
  EXPECT_EQ(names,
            "0 no-lost-update\n1 convergence\n2 one-object-per-key\n3 no-resurrection\n"
            "4 quiescence\n5 no-redundant-transfer\n6 integrity\n7 told\n");
  EXPECT_EQ(name_of(Invariant::told), Told::kName);
  EXPECT_EQ(name_of(Invariant::quiescence), Quiescence::kName);
  EXPECT_EQ(find_invariant("no-resurrection"), Invariant::no_resurrection);
  EXPECT_EQ(find_invariant("no resurrection"), std::nullopt);
  EXPECT_EQ(kAllInvariants, 0xffu);
}

// --- what an invariant remembers is part of a state

struct Forgetful {
  std::uint32_t seen = 0;
};
struct Remembering {
  std::uint32_t seen = 0;
  template <class Form, class World>
  void describe(Form& form, Replica, const World&, const History&) const {
    form.plain(seen);
  }
};
static_assert(!IsDescribed<Forgetful, AnyWorld>, "the search would not compile");
static_assert(IsDescribed<Remembering, AnyWorld>);
static_assert(IsDescribed<Convergence, AnyWorld>, "it remembers nothing");

}  // namespace
}  // namespace tidemark::core
