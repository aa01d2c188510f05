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

using ExactB = Bounded;

struct ExactSetting {
  SearchScope search;
  Alphabet alphabet;
  Scenario scenario;  // of all walks: the step that is executed stands at its place
  Distinctions distinctions;

  explicit ExactSetting(std::initializer_list<std::pair<Bounded, int>> bounds)
      : search(search_of(bounds)), alphabet(search, {.clients_alike = false}) {
    scenario = alphabet.empty_scenario();
    scenario.steps.resize(64);
    distinctions.may_be_wiped =
        search.bounds.any(ExactB::reinstalls) || search.bounds.any(ExactB::restores);
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
class ExactWalk {
 public:
  ExactWalk(const Foreign& engine, ExactSetting& setting)
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
  ExactSetting* setting_;
  World<Foreign> world_;
  Judge judge_{{.count_marks = false}};
  Bounds left_;
  Naming naming_;
  std::vector<Step> steps_;
};

// What tells the two apart, or nothing.
std::string exact_difference(const ExactWalk& a, const ExactWalk& b, Random& random) {
  const auto differ = [&](const std::string& what, const ExactWalk& left, const ExactWalk& right) {
    return what + "\n" + left.text() + "\n" + right.text();
  };
  for (int suffix = 0; suffix < 3; ++suffix) {
    ExactWalk left(a);
    ExactWalk right(b);
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
constexpr int kExactWalks = 20;
#else
constexpr int kExactWalks = 300;
#endif

// Pairs of unlike histories with one form, and the first two that went apart later.
struct ExactComparison {
  int pairs = 0;
  std::string difference;
};

ExactComparison compare_exactly(const Configuration& direct, ExactSetting setting,
                                int walks = kExactWalks) {
  const Foreign engine(behind_the_door(direct).spec->hosted(), 0, Foreign::States::kept);
  const ExactWalk root(engine, setting);
  std::map<decltype(root.form()), ExactWalk> met;
  Random random(1);
  ExactComparison comparison;
  for (int i = 0; i < walks; ++i) {
    ExactWalk walk(root);
    for (int step = 0; step < 10; ++step) {
      const std::vector<Step> steps = walk.choices();
      if (steps.empty()) break;
      walk.take(steps[random.below(static_cast<std::uint32_t>(steps.size()))]);
      const auto [first, is_new] = met.emplace(walk.form(), walk);
      if (is_new || first->second.steps() == walk.steps()) continue;
      ++comparison.pairs;
      comparison.difference = exact_difference(first->second, walk, random);
      if (!comparison.difference.empty()) return comparison;
    }
  }
  return comparison;
}

TEST(ExactForm, TwoHistoriesOfOneFormAreJudgedAlike) {
  const std::vector<ExactSetting> settings{
      ExactSetting({{ExactB::edits, 4}}),
      ExactSetting(
          {{ExactB::edits, 3}, {ExactB::lost, 1}, {ExactB::late, 2}, {ExactB::duplicates, 2}}),
      ExactSetting(
          {{ExactB::edits, 4}, {ExactB::clock, 2}, {ExactB::full, 1}, {ExactB::offline, 1}}),
      ExactSetting({{ExactB::edits, 3},
                    {ExactB::crashes, 1},
                    {ExactB::reinstalls, 1},
                    {ExactB::restores, 1}}),
  };
  for (const ExactSetting& setting : settings)
    for (const char* protocol : {"page", "reference", "guarded", "hardened"})
      for (const NamedStrategy& strategy : built_in_strategies()) {
        const ExactComparison comparison =
            compare_exactly(configuration(protocol, {}, strategy.name), setting);
        EXPECT_EQ(comparison.difference, "") << protocol << ", " << strategy.name;
        EXPECT_GT(comparison.pairs, 0) << protocol << ", " << strategy.name;
      }
}

#if !defined(TIDEMARK_SLOW_BUILD)  // this needs many walks

// That the comparison can fail.
TEST(ExactForm, ThatForgetsWhatAnExcuseReadsIsCaught) {
  ExactSetting forgetful({{ExactB::edits, 3}, {ExactB::reinstalls, 2}});
  forgetful.distinctions.may_be_wiped = false;
  const Configuration page = configuration("page", {}, "server-priority");
  EXPECT_NE(compare_exactly(page, forgetful, 20 * kExactWalks).difference, "");
}

#endif

}  // namespace
}  // namespace tidemark::core
