// Two worlds of one exact form must be judged alike, whatever happens next. Random walks on our own
// protocols behind the door look for worlds that came about in different ways and have one form;
// then the same steps happen in both. All walks take turns in one engine.
#include "properties/search/exact_form.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "base/random.h"
#include "sim/alphabet.h"
#include "sim/trace.h"
#include "tests/properties/behind_the_door.h"

namespace tidemark::core {
namespace {

using B = Bounded;

struct Setting {
  SearchScope search;
  Alphabet alphabet;
  Scenario scenario;  // of all walks: the step that is executed stands at its place
  Distinctions distinctions;

  explicit Setting(std::initializer_list<std::pair<Bounded, int>> bounds)
      : search(search_of(bounds)), alphabet(search, {.clients_alike = false}) {
    scenario = alphabet.empty_scenario();
    scenario.steps.resize(64);
    distinctions.may_be_wiped = search.bounds.any(B::reinstalls) || search.bounds.any(B::restores);
  }
  static SearchScope search_of(std::initializer_list<std::pair<Bounded, int>> bounds) {
    SearchScope search;
    search.scope = {.clients = 2, .objects = 2};
    for (const auto& [bounded, number] : bounds)
      search.bounds.set(bounded, static_cast<std::uint8_t>(number));
    return search;
  }
};

// A world that steps were drawn for. A copy forks it.
class Walk {
 public:
  Walk(const Foreign& engine, Setting& setting)
      : setting_(&setting), world_(engine), left_(setting.search.bounds) {
    world_.begin(setting.scenario, judge_);
  }

  std::vector<Step> choices() const {
    std::vector<Step> steps;
    setting_->alphabet.steps(world_, naming_, left_, steps);
    return steps;
  }
  // Returns the invariants that this step broke.
  InvariantSet take(const Step& step) {
    left_.take(step);
    Alphabet::take(step, naming_);
    judge_.forget_breaches();
    setting_->scenario.steps[steps_.size()] = step;
    world_.apply(steps_.size(), judge_);
    steps_.push_back(step);
    return judge_.verdict().bits();
  }
  InvariantSet settle() {
    judge_.forget_breaches();
    world_.settle(judge_);
    return judge_.verdict().bits();
  }
  // With what the search compares beside it.
  auto form() const {
    Canonical<Foreign> canonical(world_.engine(), setting_->distinctions);
    return std::tuple(canonical.of(world_, judge_, {}), left_.packed(setting_->search.bounds),
                      naming_.objects, naming_.keys);
  }
  const std::vector<Step>& steps() const { return steps_; }
  std::string text() const {
    std::string text;
    for (const Step& step : steps_) text += print_step(setting_->scenario, step) + "; ";
    return text;
  }

 private:
  Setting* setting_;
  World<Foreign> world_;
  Judge judge_{{.count_marks = false}};
  Bounds left_;
  Naming naming_;
  std::vector<Step> steps_;
};

// What tells the two apart, or nothing.
std::string difference_between(const Walk& a, const Walk& b, Random& random) {
  const auto differ = [&](const std::string& what, const Walk& left, const Walk& right) {
    return what + "\n" + left.text() + "\n" + right.text();
  };
  for (int suffix = 0; suffix < 3; ++suffix) {
    Walk left(a);
    Walk right(b);
    for (int i = 0; i < 7; ++i) {
      const std::vector<Step> steps = left.choices();
      if (steps != right.choices()) return differ("other steps can be taken", left, right);
      if (steps.empty()) break;
      const Step& step = steps[random.below(static_cast<std::uint32_t>(steps.size()))];
      if (left.take(step) != right.take(step))
        return differ("the last step broke something else", left, right);
      if (left.form() != right.form()) return differ("the forms went apart", left, right);
    }
    if (left.settle() != right.settle()) return differ("settle broke something else", left, right);
  }
  return {};
}

#if defined(TIDEMARK_SLOW_BUILD)
constexpr int kWalks = 20;
#else
constexpr int kWalks = 300;
#endif

// Pairs of unlike histories with one form, and the first two that went apart later.
struct Comparison {
  int pairs = 0;
  std::string difference;
};

Comparison compare_walks(const Configuration& direct, Setting setting, int walks = kWalks) {
  const Foreign engine(behind_the_door(direct).spec->hosted(), 0, Foreign::States::kept);
  const Walk root(engine, setting);
  std::map<decltype(root.form()), Walk> met;
  Random random(1);
  Comparison comparison;
  for (int i = 0; i < walks; ++i) {
    Walk walk(root);
    for (int step = 0; step < 10; ++step) {
      const std::vector<Step> steps = walk.choices();
      if (steps.empty()) break;
      walk.take(steps[random.below(static_cast<std::uint32_t>(steps.size()))]);
      const auto [first, is_new] = met.emplace(walk.form(), walk);
      if (is_new || first->second.steps() == walk.steps()) continue;
      ++comparison.pairs;
      comparison.difference = difference_between(first->second, walk, random);
      if (!comparison.difference.empty()) return comparison;
    }
  }
  return comparison;
}

TEST(ExactForm, TwoHistoriesOfOneFormAreJudgedAlike) {
  const std::vector<Setting> settings{
      Setting({{B::edits, 4}}),
      Setting({{B::edits, 3}, {B::lost, 1}, {B::late, 2}, {B::duplicates, 2}}),
      Setting({{B::edits, 4}, {B::clock, 2}, {B::full, 1}, {B::offline, 1}}),
      Setting({{B::edits, 3}, {B::crashes, 1}, {B::reinstalls, 1}, {B::restores, 1}}),
  };
  for (const Setting& setting : settings)
    for (const char* protocol : {"page", "reference", "guarded", "hardened"})
      for (const NamedStrategy& strategy : built_in_strategies()) {
        const Comparison comparison =
            compare_walks(configuration(protocol, {}, strategy.name), setting);
        EXPECT_EQ(comparison.difference, "") << protocol << ", " << strategy.name;
        EXPECT_GT(comparison.pairs, 0) << protocol << ", " << strategy.name;
      }
}

#if !defined(TIDEMARK_SLOW_BUILD)  // this needs many walks

// That the comparison can fail.
TEST(ExactForm, ThatForgetsWhatAnExcuseReadsIsCaught) {
  Setting forgetful({{B::edits, 3}, {B::reinstalls, 2}});
  forgetful.distinctions.may_be_wiped = false;
  const Configuration page = configuration("page", {}, "server-priority");
  EXPECT_NE(compare_walks(page, forgetful, 20 * kWalks).difference, "");
}

#endif

}  // namespace
}  // namespace tidemark::core
