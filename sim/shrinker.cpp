#include "sim/shrinker.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <tuple>

#include "sim/features.h"
#include "sim/rapidcheck.h"
#include "sim/scope.h"
#include "sim/shape.h"
#include "sim/shrink_passes.h"

namespace tidemark::core {
namespace {

// ---- what is simpler -------------------------------------------------------------------------

// Less is simpler.
std::uint32_t weight(const Step& step) {
  return row_of(step.kind).weight + (step.lose == MessageKind::none ? 0u : 2u);
}

std::uint32_t used_objects(const Scenario& scenario) {
  std::vector<bool> used(scenario.objects.size());
  for (const Step& step : scenario.steps)
    if (names_object(step.kind)) used[step.object] = true;
  return static_cast<std::uint32_t>(std::count(used.begin(), used.end(), true));
}

std::uint64_t text_weight(const Scenario& scenario) {
  std::uint64_t sum = scenario.objects.size();
  for (const Step& step : scenario.steps) {
    for (const StepText& each : kStepTexts)
      if (step.*each.id != 0) sum += 2 + scenario.text(step.*each.id).size();
    sum += static_cast<std::uint64_t>(step.seconds < 0 ? 1 - 2 * step.seconds : 2 * step.seconds);
  }
  return sum;
}

using Rank = std::tuple<std::size_t, std::uint8_t, std::uint32_t, std::uint32_t, std::uint64_t>;

Rank rank(const Scenario& scenario) {
  std::uint32_t weights = 0;
  for (const Step& step : scenario.steps) weights += weight(step);
  return {scenario.steps.size(), scenario.clients, used_objects(scenario), weights,
          text_weight(scenario)};
}

// Of two scenarios of one rank: whose steps stand in the order, and have the names, that a
// canonical scenario has.
bool is_more_canonical(const Scenario& a, const Scenario& b) {
  const auto a_codes = shape_codes(a);
  const auto b_codes = shape_codes(b);
  if (a_codes != b_codes) return a_codes < b_codes;
  return renamed(a) == a && renamed(b) != b;
}

// The candidates of all passes that are strictly simpler, one after the other.
class Candidates {
 public:
  Candidates(const Scenario& scenario, FeatureSet may_use)
      : scenario_(std::make_shared<const Scenario>(scenario)),
        rank_(rank(scenario)),
        features_(features(scenario) | may_use) {
    for (const NamedVariants& pass : shrink_passes()) passes_.push_back(pass.make(scenario_));
  }

  rc::Maybe<Scenario> operator()() {
    for (; pass_ < passes_.size(); ++pass_, next_ = 0)
      while (next_ < passes_[pass_].count) {
        Candidate candidate = passes_[pass_].make(next_++);
        if (!candidate) continue;
        order_objects(*candidate);
        if (fits(*candidate)) return std::move(*candidate);
      }
    return rc::Nothing;
  }
  // Where the last candidate came from: its place in shrink_passes().
  std::size_t pass() const { return pass_; }

 private:
  bool fits(const Scenario& candidate) const {
    if ((features(candidate) & ~features_) != 0) return false;
    if (!(features_ & kUsesNoKeys) && !keeps_to_keys(candidate)) return false;
    const Rank other = rank(candidate);
    if (other != rank_) return other < rank_;
    return is_more_canonical(candidate, *scenario_);
  }

  // Where keys are given, none is renamed.
  bool keeps_to_keys(const Scenario& candidate) const {
    const auto& known = scenario_->texts;
    return std::all_of(candidate.steps.begin(), candidate.steps.end(), [&](const Step& step) {
      return step.pk == 0 ||
             std::find(known.begin(), known.end(), candidate.text(step.pk)) != known.end();
    });
  }

  std::shared_ptr<const Scenario> scenario_;
  Rank rank_;
  FeatureSet features_;
  std::vector<Variants> passes_;
  std::size_t pass_ = 0;
  std::size_t next_ = 0;
};

// ---- the search -------------------------------------------------------------------------------

class Search {
 public:
  Search(const Scenario& scenario, const Fails& fails, ShrinkBudget budget)
      : fails_(fails), budget_(budget) {
    result_.scenario = scenario;
    order_objects(result_.scenario);
    log_.push_back({.name = "sweep"});
    for (const NamedVariants& pass : shrink_passes())
      log_.push_back({.name = std::string(pass.name)});
  }

  ShrinkResult run() {
    sweep();
    while (result_.complete && improve()) {
    }
    std::copy_if(log_.begin(), log_.end(), std::back_inserter(result_.passes),
                 [](const ShrinkPass& pass) { return pass.tried > 0; });
    return result_;
  }

 private:
  // Takes the candidate if it fails. Once the budget is spent nothing is taken any more.
  bool take(Scenario&& candidate, ShrinkPass& log) {
    steps_ += candidate.steps.size();
    if (result_.tried == budget_.runs || steps_ > budget_.steps ||
        (budget_.go_on != nullptr && !budget_.go_on()))
      result_.complete = false;
    if (!result_.complete) return false;
    order_objects(candidate);
    ++result_.tried;
    ++log.tried;
    log.steps = result_.scenario.steps.size();
    if (!fails_(candidate)) return false;
    ++result_.accepted;
    ++log.accepted;
    log.steps = candidate.steps.size();
    result_.scenario = std::move(candidate);
    return true;
  }

  // Most steps go in one pass of halving chunks that does not start anew when one goes.
  void sweep() {
    for (std::size_t size = result_.scenario.steps.size(); size > 0 && result_.complete; size /= 2)
      for (std::size_t begin = 0; begin < result_.scenario.steps.size();)
        if (!take(without(result_.scenario, begin, begin + size), log_[0])) begin += size;
  }

  // Takes the first candidate that fails; false: there is none.
  bool improve() {
    Candidates candidates(result_.scenario, budget_.may_use);
    while (auto candidate = candidates()) {
      if (take(std::move(*candidate), log_[1 + candidates.pass()])) return true;
      if (!result_.complete) return false;
    }
    return false;
  }

  const Fails& fails_;
  ShrinkBudget budget_;
  std::uint64_t steps_ = 0;      // of the candidates so far
  std::vector<ShrinkPass> log_;  // the sweep, then as shrink_passes()
  ShrinkResult result_;
};

}  // namespace

rc::Seq<Scenario> simpler(const Scenario& scenario, FeatureSet may_use) {
  return rc::makeSeq<Candidates>(Candidates(scenario, may_use));
}

bool is_simpler(const Scenario& a, const Scenario& b) {
  const Rank a_rank = rank(a);
  const Rank b_rank = rank(b);
  return a_rank != b_rank ? a_rank < b_rank : is_more_canonical(a, b);
}

ShrinkResult shrink(const Scenario& scenario, const Fails& fails, ShrinkBudget budget) {
  return Search(scenario, fails, budget).run();
}

}  // namespace tidemark::core
