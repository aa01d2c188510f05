// Two worlds of one canonical form must be judged alike, whatever happens next. Random walks look
// for worlds that came about in different ways and have one form; then the same steps happen in
// both, and everything that is found must be the same.
#include "properties/search/canonical.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <new>

#include "base/random.h"
#include "properties/engines.h"
#include "sim/alphabet.h"
#include "sim/trace.h"
#include "tests/properties/configurations.h"

namespace tidemark::core {
namespace {

// The canonical form itself, where a KeySum would hash it.
class WordList {
 public:
  using Total = std::vector<std::uint64_t>;
  void add(std::uint64_t word) { words_.push_back(word); }
  void add(const Total& total) {
    words_.push_back(total.size());
    words_.insert(words_.end(), total.begin(), total.end());
  }
  Total total() const { return words_; }

 private:
  Total words_;
};
using Words = WordList::Total;

struct Setting {
  std::string protocol;
  std::vector<std::string> options;
  std::string_view strategy;
  SearchScope search;
};

// A world that steps were drawn for.
template <class E>
class Walk {
 public:
  Walk(const E& engine, const Alphabet& alphabet, const SearchScope& search)
      : alphabet_(alphabet),
        scenario_(alphabet.empty_scenario()),
        world_(engine),
        most_(search.bounds),
        left_(search.bounds) {
    scenario_.steps.reserve(kMostSteps);
    judge_ = Judge({.count_marks = false});
    world_.begin(scenario_, judge_);
  }
  Walk(const Walk& other)
      : alphabet_(other.alphabet_),
        scenario_(other.scenario_),
        world_(other.world_.engine()),
        most_(other.most_),
        left_(other.left_),
        naming_(other.naming_) {
    scenario_.steps.clear();
    scenario_.steps.reserve(kMostSteps);
    judge_ = Judge({.count_marks = false});
    world_.begin(scenario_, judge_);
    for (const Step& step : other.scenario_.steps) apply(step);
  }

  std::vector<Step> choices() const {
    std::vector<Step> steps;
    alphabet_.steps(world_, naming_, left_, steps);
    return steps;
  }
  // Returns the invariants that this step broke.
  InvariantSet take(const Step& step) {
    left_.take(step);
    Alphabet::take(step, naming_);
    return apply(step);
  }
  InvariantSet settle() {
    judge_.forget_breaches();
    world_.settle(judge_);
    return judge_.verdict().bits();
  }
  template <class Form>
  auto form(Form& canonical, const SearchScope& search) const {
    const Future future{
        .clocks_stand = !left_.any(Bounded::clock),
        .stamp_reach = 10u * left_.left(Bounded::edits) +
                       static_cast<std::uint64_t>(search.clock_jump) * left_.left(Bounded::clock) +
                       1};
    return canonical.of(world_, judge_, future);
  }
  const Scenario& scenario() const { return scenario_; }
  std::uint64_t left() const { return left_.packed(most_); }
  std::pair<int, int> named() const { return {naming_.objects, naming_.keys}; }
  std::string text() const {
    std::string text;
    for (const Step& step : scenario_.steps) text += print_step(scenario_, step) + "; ";
    return text;
  }

  static constexpr std::size_t kMostSteps = 64;

 private:
  InvariantSet apply(const Step& step) {
    judge_.forget_breaches();
    scenario_.steps.push_back(step);
    world_.apply(scenario_.steps.size() - 1, judge_);
    return judge_.verdict().bits();
  }

  const Alphabet& alphabet_;
  Scenario scenario_;
  World<E> world_;
  Judge judge_;
  Bounds most_;
  Bounds left_;
  Naming naming_;
};

void PrintTo(const Setting& setting, std::ostream* out) {
  *out << fmt::format("{}, {}, {} options, bounds {:x}, shared keys {}", setting.protocol,
                      built_in(setting.strategy).name, setting.options.size(),
                      setting.search.bounds.packed(setting.search.bounds),
                      setting.search.scope.shared_keys);
}

Protocol protocol_of(const Setting& setting) {
  Protocol protocol = find_protocol(setting.protocol)->protocol;
  for (const std::string& option : setting.options) EXPECT_EQ(set_option(protocol, option), "");
  return protocol;
}

template <class E>
Alphabet alphabet_for(const E& engine, const SearchScope& search) {
  return Alphabet(search, {.clients_alike = false,
                           .stamps_matter = engine.compares_stamps(),
                           .sync_stores_time = engine.stores_time_of_sync(),
                           .guids_matter = search.scope.shared_keys,
                           .may_be_wiped = true});
}

Distinctions distinctions_for(const SearchScope& search) {
  return {.ids_are_compared = search.bounds.any(Bounded::clock),
          .objects_alike = false,
          .may_be_wiped =
              search.bounds.any(Bounded::reinstalls) || search.bounds.any(Bounded::restores),
          .shared_keys = search.scope.shared_keys};
}

using What = std::tuple<Words, std::uint64_t, std::pair<int, int>>;

// Pairs of unlike histories with one form, and the first two that went apart later.
struct Comparison {
  int pairs = 0;
  std::string difference;
};

// Walks on in both with the same steps; returns what tells the two apart, or nothing.
template <class E>
std::string difference_between(const Walk<E>& a, const Walk<E>& b, Random& random,
                               const SearchScope& search, Canonical<E, WordList>& canonical) {
  for (int suffix = 0; suffix < 3; ++suffix) {
    Walk<E> left(a);
    Walk<E> right(b);
    const auto differ = [&](std::string_view what) {
      return fmt::format("{}\n{}\n{}", what, left.text(), right.text());
    };
    for (int i = 0; i < 7; ++i) {
      const std::vector<Step> steps = left.choices();
      if (steps != right.choices()) return differ("other steps can be taken");
      if (steps.empty()) break;
      const Step& step = steps[random.below(static_cast<std::uint32_t>(steps.size()))];
      if (left.take(step) != right.take(step)) return differ("the last step broke something else");
      if (left.form(canonical, search) != right.form(canonical, search))
        return differ("the forms went apart");
    }
    if (left.settle() != right.settle()) return differ("settle broke something else");
  }
  return {};
}

template <class E>
std::vector<Step> sorted_steps(const Walk<E>& walk) {
  std::vector<Step> steps = walk.scenario().steps;
  std::sort(steps.begin(), steps.end());
  return steps;
}

template <class E>
Comparison compare_walks(const E& engine, const Setting& setting, const Distinctions& distinctions,
                         int walks) {
  const Alphabet alphabet = alphabet_for(engine, setting.search);
  Canonical<E, WordList> canonical(engine, distinctions);
  Canonical<E> hashed(engine, distinctions);
  std::map<What, std::unique_ptr<Walk<E>>> met;
  std::map<StateKey, Words> keys;
  Random random(1);
  Comparison comparison;
  for (int i = 0; i < walks && comparison.difference.empty(); ++i) {
    Walk<E> walk(engine, alphabet, setting.search);
    for (int step = 0; step < 10 && comparison.difference.empty(); ++step) {
      const std::vector<Step> steps = walk.choices();
      if (steps.empty()) break;
      walk.take(steps[random.below(static_cast<std::uint32_t>(steps.size()))]);
      const Words words = walk.form(canonical, setting.search);
      const auto [key, is_new_key] = keys.emplace(walk.form(hashed, setting.search), words);
      EXPECT_EQ(key->second, words) << "two forms with one key";
      const auto [first, is_new] = met.emplace(What{words, walk.left(), walk.named()}, nullptr);
      if (is_new) first->second = std::make_unique<Walk<E>>(walk);
      if (is_new || sorted_steps(walk) == sorted_steps(*first->second)) continue;
      ++comparison.pairs;
      comparison.difference =
          difference_between(*first->second, walk, random, setting.search, canonical);
    }
  }
  return comparison;
}

Comparison compare_walks(const Setting& setting, const Distinctions& distinctions, int walks) {
  return with_engine(protocol_of(setting), built_in(setting.strategy), [&](const auto& engine) {
    return compare_walks(engine, setting, distinctions, walks);
  });
}

SearchScope search_scope(std::initializer_list<std::pair<Bounded, int>> bounds) {
  SearchScope search;
  search.scope = {.clients = 2, .objects = 2};
  for (const auto& [bounded, number] : bounds)
    search.bounds.set(bounded, static_cast<std::uint8_t>(number));
  return search;
}

#if defined(TIDEMARK_SLOW_BUILD)
constexpr int kWalks = 20;
#else
constexpr int kWalks = 300;
#endif

class CanonicalForm : public testing::TestWithParam<Setting> {};

TEST_P(CanonicalForm, TwoHistoriesOfOneFormAreJudgedAlike) {
  const Comparison comparison =
      compare_walks(GetParam(), distinctions_for(GetParam().search), kWalks);
  EXPECT_EQ(comparison.difference, "");
  EXPECT_GT(comparison.pairs, 0);
}

std::vector<Setting> settings() {
  using B = Bounded;
  std::vector<Setting> all;
  const std::vector<SearchScope> scopes{
      search_scope({{B::edits, 4}}),
      search_scope({{B::edits, 3}, {B::lost, 1}, {B::late, 2}, {B::duplicates, 2}}),
      search_scope({{B::edits, 4}, {B::clock, 2}, {B::full, 1}, {B::offline, 1}}),
      search_scope({{B::edits, 3}, {B::crashes, 1}, {B::reinstalls, 1}, {B::restores, 1}}),
  };
  for (SearchScope search : scopes)
    for (const bool shared_keys : {false, true}) {
      search.scope.shared_keys = shared_keys;
      for (const NamedStrategy& strategy : built_in_strategies()) {
        for (const char* protocol : {"page", "reference", "guarded", "hardened"})
          all.push_back({protocol, {}, strategy.name, search});
        all.push_back({"guarded",
                       {"server-check=base", "timestamps=local", "overwritten-stays-pending=yes"},
                       strategy.name,
                       search});
        all.push_back({"page",
                       {"key-conflict=take-guid", "upload-key-clash=skip-answer-each",
                        "upload-ack-moves-download-mark=if-alone"},
                       strategy.name,
                       search});
      }
    }
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, CanonicalForm, testing::ValuesIn(settings()));

#if !defined(TIDEMARK_SLOW_BUILD)  // these need many walks

// That the comparison can fail: a form that forgets too much takes histories for one that are not.
// Each of these is a bug that was planted.
std::string planted(const SearchScope& search, std::string_view strategy,
                    const std::function<void(Distinctions&)>& forget) {
  Distinctions distinctions = distinctions_for(search);
  forget(distinctions);
  const Setting setting{"page", {}, strategy, search};
  return compare_walks(setting, distinctions, 20 * kWalks).difference;
}

// What was in the memory before is in no form: the server has no marks, and so no scale of them.
TEST(Scale, NamesEveryNumberZeroWhereNoneWasAdded) {
  alignas(Scale) std::array<unsigned char, sizeof(Scale)> memory;
  for (unsigned char& byte : memory) *static_cast<volatile unsigned char*>(&byte) = 0xAB;
  const Scale* scale = new (memory.data()) Scale;
  EXPECT_EQ(scale->name(0), 0u);
}

TEST(CanonicalFormThatForgets, TheHistoryOfVersionsIsCaught) {
  for (const Invariant needed : {Invariant::no_lost_update, Invariant::no_redundant_transfer}) {
    const std::string difference = planted(
        search_scope({{Bounded::edits, 3}, {Bounded::lost, 1}, {Bounded::crashes, 1}}),
        "server-priority",
        [&](Distinctions& distinctions) { distinctions.watched &= ~invariant_bit(needed); });
    EXPECT_NE(difference, "") << name_of(needed);
  }
}

TEST(CanonicalFormThatForgets, WhatAnExcuseReadsIsCaught) {
  EXPECT_NE(
      planted(search_scope({{Bounded::edits, 3}, {Bounded::reinstalls, 2}}), "server-priority",
              [](Distinctions& distinctions) { distinctions.may_be_wiped = false; }),
      "");
}

TEST(CanonicalFormThatForgets, WhichObjectIsWhichWhereKeysAreSharedIsCaught) {
  SearchScope search = search_scope({{Bounded::edits, 4}});
  search.scope.shared_keys = true;
  EXPECT_NE(planted(search, "client-priority",
                    [](Distinctions& distinctions) {
                      distinctions.objects_alike = true;
                      distinctions.shared_keys = false;
                    }),
            "");
}

#endif

// ---- a scale

TEST(Scale, KeepsOrderAndEqualityAndCutsGaps) {
  Scale scale;
  for (const std::uint64_t number : {7u, 3u, 100u, 3u, 8u}) scale.add(number);
  scale.rename(3, ~std::uint64_t{0});
  EXPECT_EQ(scale.name(3), 0u);
  EXPECT_EQ(scale.name(7), 3u);
  EXPECT_EQ(scale.name(8), 4u);
  EXPECT_EQ(scale.name(100), 7u);
  EXPECT_EQ(scale.below(3), 0u);
  EXPECT_EQ(scale.below(50), 3u);
}

TEST(Scale, KeepsGapsAboveWhatCanStillBeCountedTo) {
  Scale scale;
  for (const std::uint64_t number : {2u, 10u, 30u}) scale.add(number);
  scale.rename(1, 10);
  EXPECT_EQ(scale.name(10), 1u);
  EXPECT_EQ(scale.name(30), 21u);
}

}  // namespace
}  // namespace tidemark::core
