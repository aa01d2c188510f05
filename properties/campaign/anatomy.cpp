#include "properties/campaign/anatomy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include "sim/features.h"
#include "sim/generator.h"

namespace tidemark::core {
namespace {

constexpr double kClearRise = 0.25;

Scenario without_step(Scenario scenario, std::size_t place) {
  scenario.steps.erase(scenario.steps.begin() + static_cast<std::ptrdiff_t>(place));
  order_objects(scenario);
  return scenario;
}

// Texts that a scenario names in one role, so that what is random has no others.
std::vector<std::string> texts_in(const Scenario& scenario, TextId Step::*role) {
  std::vector<std::string> texts;
  for (const Step& step : scenario.steps)
    if (step.*role != 0) texts.emplace_back(scenario.text(step.*role));
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

// The kinds of steps that a scenario has: a run of them is one that could have been.
Scope scope_of(const Scenario& scenario) {
  Scope scope;
  scope.clients = scenario.clients;
  scope.objects = static_cast<std::uint32_t>(scenario.objects.size());
  scope.settle_rounds = scenario.settle_rounds;
  scope.keys = texts_in(scenario, &Step::pk);
  scope.values = texts_in(scenario, &Step::value);
  return within(scope, features(scenario));
}

class Dissection {
 public:
  Dissection(const Configuration& configuration, const Scenario& scenario, Invariant invariant)
      : runner_(configuration), scenario_(scenario), invariant_(invariant) {}

  Anatomy dissect() {
    if (scenario_.steps.size() <= kMostDissected) {
      leave_out_steps();
      change_details();
    }
    if (scenario_.objects.size() <= kMaxObjects) find_where_it_goes_wrong();
    return std::move(anatomy_);
  }

 private:
  bool breaks(const Scenario& scenario) { return runner_.run(scenario).verdict.broken(invariant_); }

  void leave_out_steps() {
    for (std::size_t i = 0; i < scenario_.steps.size(); ++i) {
      Scenario scenario = without_step(scenario_, i);
      Recording recording = runner_.record(scenario);
      anatomy_.left_out.push_back({std::move(scenario), std::move(recording)});
    }
  }

  void change_details() {
    change_texts(DetailKind::key, &Step::pk);
    change_texts(DetailKind::name, &Step::name);
    change_texts(DetailKind::value, &Step::value);
    for (std::uint32_t i = 0; i < scenario_.steps.size(); ++i) {
      if (scenario_.steps[i].lose != MessageKind::none) change_lost_message(i);
      if (scenario_.steps[i].kind == StepKind::clock) change_seconds(i);
    }
  }

  // Adds a cure where the invariant holds in the changed scenario.
  void try_cure(Detail& detail, const std::string& cure, const std::function<void(Step&)>& change) {
    Scenario changed = scenario_;
    for (const std::uint32_t place : detail.steps) change(changed.steps[place]);
    if (!breaks(changed)) detail.cures.push_back(cure);
  }

  void change_texts(DetailKind kind, TextId Step::*role) {
    std::map<TextId, std::vector<std::uint32_t>> named;  // steps, by text
    for (std::uint32_t i = 0; i < scenario_.steps.size(); ++i)
      if (const TextId text = scenario_.steps[i].*role; text != 0) named[text].push_back(i);
    for (auto& [text, steps] : named) {
      Detail detail{kind, std::string(scenario_.text(text)), std::move(steps), {}};
      try_cure(detail, {}, [&](Step& step) { step.*role = 0; });
      anatomy_.details.push_back(std::move(detail));
    }
  }

  void change_lost_message(std::uint32_t place) {
    const MessageKind lost = scenario_.steps[place].lose;
    Detail detail{DetailKind::lost_message, std::string(message_name(lost)), {place}, {}};
    for (const MessageKind other : {MessageKind::download_request, MessageKind::download_reply,
                                    MessageKind::upload_request, MessageKind::upload_ack})
      if (other != lost)
        try_cure(detail, std::string(message_name(other)), [&](Step& step) { step.lose = other; });
    anatomy_.details.push_back(std::move(detail));
  }

  void change_seconds(std::uint32_t place) {
    const std::int64_t seconds = scenario_.steps[place].seconds;
    Detail detail{DetailKind::seconds, fmt::format("{:+}", seconds), {place}, {}};
    const std::array<std::int64_t, 4> others{seconds - 1, seconds + 1, seconds / 2, seconds * 2};
    for (const std::int64_t other : others)
      if (other != seconds && other != 0)
        try_cure(detail, fmt::format("{:+}", other), [&](Step& step) { step.seconds = other; });
    anatomy_.details.push_back(std::move(detail));
  }

  // Prefixes at even distances; between the two where the share rises most, nearer ones, until
  // they are one step apart.
  void find_where_it_goes_wrong() {
    Generator generator(scope_of(scenario_));
    const auto all = static_cast<std::uint32_t>(scenario_.steps.size());
    std::uint32_t from = 0;
    std::uint32_t to = all;
    for (std::uint32_t distance = 0; distance != 1;) {
      distance = std::max(1u, (to - from + kMostPrefixes - 1) / kMostPrefixes);
      for (std::uint32_t kept = from; kept < to; kept += distance) add_prefix(generator, kept);
      add_prefix(generator, to);
      const std::size_t behind = steepest(from, to);
      if (behind == 0) return;
      from = anatomy_.prefixes[behind - 1].steps;
      to = anatomy_.prefixes[behind].steps;
    }
    anatomy_.guilty_step = to - 1;
  }

  void add_prefix(Generator& generator, std::uint32_t kept) {
    std::vector<Prefix>& known = anatomy_.prefixes;
    const auto place = std::lower_bound(
        known.begin(), known.end(), kept,
        [](const Prefix& each, std::uint32_t steps) { return each.steps < steps; });
    if (place != known.end() && place->steps == kept) return;
    known.insert(place, {kept, share_that_breaks(generator, kept)});
  }

  double share_that_breaks(Generator& generator, std::uint32_t kept) {
    const auto all = static_cast<std::uint32_t>(scenario_.steps.size());
    if (kept == all) return 1;
    Scenario prefix = scenario_;
    prefix.steps.resize(kept);
    const std::uint32_t following = std::min(all - kept, kMostFollowing);
    std::uint32_t broken = 0;
    for (std::uint64_t run = 0; run < kRunsPerPrefix; ++run)
      broken += breaks(generator.follow(prefix, following, seed_of(kept, run))) ? 1 : 0;
    return static_cast<double>(broken) / kRunsPerPrefix;
  }

  // Behind which of the prefixes from `from` to `to` the share rises most: the place of the longer
  // one; 0 where no rise is clear.
  std::size_t steepest(std::uint32_t from, std::uint32_t to) const {
    std::size_t found = 0;
    double most = kClearRise;
    for (std::size_t i = 1; i < anatomy_.prefixes.size(); ++i) {
      const Prefix& before = anatomy_.prefixes[i - 1];
      const Prefix& after = anatomy_.prefixes[i];
      const double rise = after.share - before.share;
      if (before.steps < from || after.steps > to || rise < most) continue;
      found = i;
      most = rise + 1e-9;  // of equal ones the first
    }
    return found;
  }

  Runner runner_;
  const Scenario& scenario_;
  Invariant invariant_;
  Anatomy anatomy_;
};

}  // namespace

Anatomy dissect(const Configuration& configuration, const Scenario& scenario, Invariant invariant) {
  return Dissection(configuration, scenario, invariant).dissect();
}

}  // namespace tidemark::core
