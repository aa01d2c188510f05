// Does a search meet planted mutants sooner where its scenarios are mutated entries of a corpus?
//
// A corpus is made from the sound engine: of fresh scenarios the first to reach each mark and each
// coverage cell, as they were found, and shrunk while they still reach it. Every mutant is hunted
// from several seeds, up to the first episode that breaks its invariant: in fresh scenarios, with
// every other one mutated, and with all mutated. A mutated scenario is as long as a fresh one. A
// search that begins with its corpus has caught some mutants before anything is mutated, so the
// others are told apart. The numbers are the same on every machine; docs/ARCHITECTURE.md says what
// came out.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "properties/campaign/mutants.h"
#include "sim/generator.h"
#include "sim/shrinker.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kProtocol = "hardened";
constexpr std::uint64_t kCorpusEpisodes = 50'000;
constexpr std::size_t kCorpora = 6;  // hunts take them in turn
constexpr std::uint32_t kShrinkRuns = 2'000;
constexpr std::size_t kHunts = 36;               // of one mutant, in each way
constexpr std::uint64_t kMostEpisodes = 20'000;  // of one hunt

// Runs `work(i)` for each i below `count`, on all cores.
template <class Work>
void on_cores(std::size_t count, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::vector<std::jthread> threads;
  for (unsigned core = 0; core < std::max(1u, std::thread::hardware_concurrency()); ++core)
    threads.emplace_back([&] {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    });
}

// ---- the corpus -------------------------------------------------------------------------------

// What runs of the sound engine reach: marks, then coverage cells.
struct Reached {
  Runner runner{find_protocol(kProtocol)->protocol, built_in("timestamp-priority")};
  Coverage coverage;

  static std::size_t features() { return kMarks + coverage_cells().size(); }
  bool has(std::size_t feature) const {
    return feature < kMarks ? runner.marks()[feature] > 0
                            : coverage.counts().of(coverage_cells()[feature - kMarks]) > 0;
  }
  bool is_reached_by(const Scenario& scenario, std::size_t feature) {
    runner.clear_marks();
    coverage = {};
    runner.run(scenario, coverage);
    return has(feature);
  }
};

using Corpus = std::vector<Scenario>;

struct Corpora {
  Corpus found;
  Corpus shrunk;
};

Corpus without_twins(const std::vector<std::optional<Scenario>>& scenarios) {
  Corpus corpus;
  for (const auto& each : scenarios)
    if (each && std::find(corpus.begin(), corpus.end(), *each) == corpus.end())
      corpus.push_back(*each);
  return corpus;
}

Corpora make_corpora(const Scope& scope, std::uint64_t seed) {
  Generator generator(scope);
  Reached all;
  std::vector<std::optional<Scenario>> first(Reached::features());
  for (std::uint64_t i = 0; i < kCorpusEpisodes; ++i) {
    const Scenario& scenario = generator.generate(seed_of(seed, i));
    all.runner.run(scenario, all.coverage);
    for (std::size_t feature = 0; feature < first.size(); ++feature)
      if (!first[feature] && all.has(feature)) first[feature] = scenario;
  }
  Corpora corpora{.found = without_twins(first), .shrunk = {}};
  on_cores(first.size(), [&](std::size_t feature) {
    if (!first[feature]) return;
    Reached one;
    const Fails reaches = [&](const Scenario& each) { return one.is_reached_by(each, feature); };
    first[feature] = shrink(*first[feature], reaches, {.runs = kShrinkRuns}).scenario;
  });
  corpora.shrunk = without_twins(first);
  return corpora;
}

// ---- mutated entries --------------------------------------------------------------------------

// An entry, its clients and objects renamed, altered in one place or more, and as long as a fresh
// scenario: cut, or followed by what the generator draws.
class Mutator {
 public:
  Mutator(const Corpus& corpus, const Scope& scope)
      : corpus_(corpus), scope_(scope), generator_(scope) {}

  const Scenario& mutate(std::uint64_t seed) {
    random_ = Random(seed);
    Scenario scenario{.clients = scope_.clients,
                      .settle_rounds = {},
                      .objects = std::vector<std::string>(scope_.objects),
                      .texts = {"k1", "k2", "k3"},
                      .steps = any_entry()};
    do alter(scenario.steps);
    while (random_.one_in(2));
    const std::uint32_t length = scope_.steps - random_.below(scope_.steps / 2 + 1);
    scenario.steps.resize(std::min<std::size_t>(scenario.steps.size(), length));
    order_objects(scenario);
    scenario.objects.clear();
    for (std::uint32_t object = 1; object <= scope_.objects; ++object)
      scenario.objects.push_back(fmt::format("o{}", object));
    const auto more = static_cast<std::uint32_t>(length - scenario.steps.size());
    return generator_.follow(scenario, more, random_.next());
  }

 private:
  using Steps = std::vector<Step>;

  std::uint32_t below(std::size_t bound) {
    return random_.below(static_cast<std::uint32_t>(bound));
  }
  Steps::iterator any(Steps& steps) { return steps.begin() + below(steps.size()); }
  Steps::iterator any_gap(Steps& steps) { return steps.begin() + below(steps.size() + 1); }

  Steps any_entry() {
    Steps steps = corpus_[below(corpus_.size())].steps;
    const std::uint32_t clients = below(scope_.clients);
    const std::uint32_t objects = below(scope_.objects);
    for (Step& step : steps) {
      std::uint8_t& who = step.replica.number;
      if (!step.replica.is_server())
        who = static_cast<std::uint8_t>(1 + (who - 1 + clients) % scope_.clients);
      if (is_change(step.kind)) step.object = (step.object + objects) % scope_.objects;
    }
    return steps;
  }

  Step any_step() {
    const StepRow& kind = kStepRows[below(kStepKinds)];
    const bool server =
        kind.takes(StepPart::server) && (!kind.takes(StepPart::client) || random_.one_in(4));
    Step step{.kind = kind.kind};
    if (!server) step.replica.number = static_cast<std::uint8_t>(1 + below(scope_.clients));
    if (kind.takes(StepPart::object)) step.object = below(scope_.objects);
    if (kind.takes(StepPart::key)) step.pk = below(4);
    if (kind.takes(StepPart::lose)) step.lose = static_cast<MessageKind>(below(5));
    if (kind.kind == StepKind::clock) step.seconds = -10 * (1 + std::int64_t{below(3)});
    return step;
  }

  void alter(Steps& steps) {
    if (steps.empty()) return steps.push_back(any_step());
    switch (below(8)) {
      case 0:
        steps.erase(any_gap(steps), steps.end());
        return;
      case 1:
        return splice(steps);
      case 2:
        return weave(steps);
      case 3: {
        const auto begin = any(steps);
        steps.erase(begin, begin + 1 + below(std::min<std::ptrdiff_t>(4, steps.end() - begin)));
        return;
      }
      case 4: {
        const Step again = *any(steps);
        steps.insert(any_gap(steps), again);
        return;
      }
      case 5: {
        const auto second = any(steps);
        if (second != steps.begin()) std::iter_swap(second - 1, second);
        return;
      }
      case 6:
        steps.insert(any_gap(steps), any_step());
        return;
      default:
        return change(*any(steps));
    }
  }

  // The rest is that of another entry.
  void splice(Steps& steps) {
    Steps other = any_entry();
    steps.erase(any_gap(steps), steps.end());
    steps.insert(steps.end(), any_gap(other), other.end());
  }

  // With the steps of another entry in between.
  void weave(Steps& steps) {
    auto place = steps.begin();
    for (const Step& other : any_entry()) {
      while (place != steps.end() && random_.one_in(2)) ++place;
      place = steps.insert(place, other) + 1;
    }
  }

  // All of a step but its replica, where that may do the other, or its object.
  void change(Step& step) {
    Step other = any_step();
    if (is_change(step.kind) && random_.one_in(2)) {
      step.object = below(scope_.objects);
      return;
    }
    if (!step.replica.is_server() && !other.replica.is_server()) other.replica = step.replica;
    step = other;
  }

  const Corpus& corpus_;
  Scope scope_;
  Generator generator_;
  Random random_{0};
};

// ---- the hunts --------------------------------------------------------------------------------

struct Arm {
  std::string_view name;
  std::uint32_t every;  // so many-th scenario is mutated; 0: none
  Corpus Corpora::*corpus;
};
constexpr Arm kArms[] = {{"fresh", 0, &Corpora::found},
                         {"half, found", 2, &Corpora::found},
                         {"half, shrunk", 2, &Corpora::shrunk},
                         {"all, found", 1, &Corpora::found},
                         {"all, shrunk", 1, &Corpora::shrunk}};
constexpr std::size_t kArmCount = std::size(kArms);

std::vector<const NamedMutant*> counted_mutants() {
  std::vector<const NamedMutant*> counted;
  for (const NamedMutant& named : mutants())
    if (named.protocol == kProtocol && !named.is_rare()) counted.push_back(&named);
  return counted;
}

Runner runner_of(const NamedMutant& named) {
  const Configuration configuration = configuration_of(named);
  return Runner(configuration.protocol, configuration.strategy, {.count_marks = false});
}

bool catches(const Corpus& corpus, const NamedMutant& named) {
  Runner runner = runner_of(named);
  const Invariant invariant = *find_invariant(named.invariant);
  return std::any_of(corpus.begin(), corpus.end(), [&](const Scenario& each) {
    return runner.run(each).verdict.broken(invariant);
  });
}

Hunt hunt(const NamedMutant& named, const Arm& arm, const Corpora& corpora, const Scope& scope,
          std::uint64_t seed) {
  Generator generator(scope);
  Mutator mutator(corpora.*arm.corpus, scope);
  Runner runner = runner_of(named);
  const Invariant invariant = *find_invariant(named.invariant);
  Hunt hunt;
  while (!hunt.caught && hunt.episodes < kMostEpisodes) {
    const std::uint64_t drawn = seed_of(seed, hunt.episodes++);
    const bool mutates = arm.every != 0 && hunt.episodes % arm.every == 0;
    hunt.caught = runner.run(mutates ? mutator.mutate(drawn) : generator.generate(drawn))
                      .verdict.broken(invariant);
  }
  return hunt;
}

// ---- what comes of them -----------------------------------------------------------------------

using Hunts = std::vector<Hunt>;

// By nearest rank; what was not caught counts as the most.
double median(const Hunts& hunts) {
  std::vector<std::uint64_t> episodes;
  for (const Hunt& each : hunts) episodes.push_back(each.caught ? each.episodes : kMostEpisodes);
  const auto middle = episodes.begin() + static_cast<std::ptrdiff_t>((episodes.size() - 1) / 2);
  std::nth_element(episodes.begin(), middle, episodes.end());
  return static_cast<double>(*middle);
}

struct Rate {
  double caught = 0;
  double episodes = 0;
};
// Never caught counts as half a time.
Rate rate(const Hunts& hunts) {
  Rate rate;
  for (const Hunt& each : hunts) {
    rate.caught += each.caught ? 1 : 0;
    rate.episodes += static_cast<double>(each.episodes);
  }
  rate.caught = std::max(rate.caught, 0.5);
  return rate;
}

// How many times the episodes of fresh scenarios an arm needed, over many mutants.
struct Ratios {
  std::vector<double> means;    // logarithms
  std::vector<double> medians;  // the same
  int sooner = 0;               // by more than twice the standard error
  int later = 0;

  void add(const Hunts& fresh, const Hunts& arm) {
    const Rate was = rate(fresh);
    const Rate is = rate(arm);
    const double ratio = std::log(is.episodes / is.caught) - std::log(was.episodes / was.caught);
    const double error = std::sqrt(1 / is.caught + 1 / was.caught);
    means.push_back(ratio);
    medians.push_back(std::log(median(arm) / median(fresh)));
    sooner += ratio < -2 * error;
    later += ratio > 2 * error;
  }
};

std::string geometric_mean(const std::vector<double>& logs) {
  const auto n = static_cast<double>(logs.size());
  double sum = 0;
  double squares = 0;
  for (const double each : logs) sum += each;
  for (const double each : logs) squares += (each - sum / n) * (each - sum / n);
  const double half_width = n < 2 ? 0 : 1.96 * std::sqrt(squares / (n - 1) / n);
  return fmt::format("{:.2f} ({:.2f} to {:.2f})", std::exp(sum / n), std::exp(sum / n - half_width),
                     std::exp(sum / n + half_width));
}

void print(std::string_view arm, const Ratios& ratios) {
  if (ratios.means.empty()) return;
  const auto [least, most] = std::minmax_element(ratios.means.begin(), ratios.means.end());
  fmt::print("| {} | {} | {} | {} | {} | {} | {:.2f} | {:.2f} |\n", arm, ratios.means.size(),
             geometric_mean(ratios.medians), geometric_mean(ratios.means), ratios.sooner,
             ratios.later, std::exp(*least), std::exp(*most));
}

class Measurement {
 public:
  explicit Measurement(const Scope& scope) : scope_(scope), mutants_(counted_mutants()) {
    for (std::size_t i = 0; i < kCorpora; ++i) corpora_.push_back(make_corpora(scope, i + 1));
    hunts_.resize(mutants_.size() * kArmCount * kHunts);
    on_cores(hunts_.size(), [&](std::size_t i) {
      const std::size_t place = i % kHunts;
      hunts_[i] = hunt(*mutants_[i / kHunts / kArmCount], kArms[i / kHunts % kArmCount],
                       corpus_of(place), scope_, 1'000 + place);
    });
    for (const Arm& arm : kArms)
      for (const NamedMutant* named : mutants_)
        for (const Corpora& each : corpora_) caught_.push_back(catches(each.*arm.corpus, *named));
  }

  void print_all() const {
    fmt::print("## {} clients, {} objects, {} steps\n\n", scope_.clients, scope_.objects,
               scope_.steps);
    print_corpus("found", 1);
    print_corpus("shrunk", 2);
    for (const bool left : {false, true}) {
      fmt::print(
          "\n{}\n\n| mutated | mutants | medians | means | sooner | later | best | worst |\n"
          "| --- | --: | --- | --- | --: | --: | --: | --: |\n",
          left ? "Mutants that the corpus as it is does not catch:" : "All mutants:");
      for (std::size_t arm = 1; arm < kArmCount; ++arm) print(kArms[arm].name, ratios(arm, left));
    }
    print_left();
  }

 private:
  const Corpora& corpus_of(std::size_t place) const { return corpora_[place % kCorpora]; }
  bool is_caught(std::size_t mutant, std::size_t arm, std::size_t place) const {
    return caught_[(arm * mutants_.size() + mutant) * kCorpora + place % kCorpora];
  }
  Hunts hunts(std::size_t mutant, std::size_t arm, bool left) const {
    Hunts hunts;
    for (std::size_t place = 0; place < kHunts; ++place)
      if (!left || !is_caught(mutant, arm, place))
        hunts.push_back(hunts_[(mutant * kArmCount + arm) * kHunts + place]);
    return hunts;
  }
  Ratios ratios(std::size_t arm, bool left) const {
    Ratios ratios;
    for (std::size_t mutant = 0; mutant < mutants_.size(); ++mutant)
      if (const Hunts mine = hunts(mutant, arm, left); !mine.empty())
        ratios.add(hunts(mutant, 0, false), mine);
    return ratios;
  }

  // Of all mutants: how many the corpus catches, and how many as many fresh scenarios.
  void print_corpus(std::string_view name, std::size_t arm) const {
    double entries = 0;
    double by_corpus = 0;
    double by_fresh = 0;
    for (std::size_t place = 0; place < kHunts; ++place) {
      const std::size_t size = (corpus_of(place).*kArms[arm].corpus).size();
      entries += static_cast<double>(size);
      for (std::size_t mutant = 0; mutant < mutants_.size(); ++mutant) {
        const Hunt& fresh = hunts_[mutant * kArmCount * kHunts + place];
        by_corpus += is_caught(mutant, arm, place);
        by_fresh += fresh.caught && fresh.episodes <= size;
      }
    }
    const auto n = static_cast<double>(kHunts);
    fmt::print("{}: {:.0f} entries catch {:.1f} of {} mutants, as many fresh scenarios {:.1f}\n",
               name, entries / n, by_corpus / n, mutants_.size(), by_fresh / n);
  }

  // The medians of those that the corpus does not catch: of fresh scenarios, and of each arm, where
  // so many hunts had such a corpus.
  void print_left() const {
    fmt::print("\n");
    for (std::size_t mutant = 0; mutant < mutants_.size(); ++mutant) {
      std::string line;
      for (std::size_t arm = 1; arm < kArmCount; ++arm) {
        const Hunts mine = hunts(mutant, arm, true);
        line += mine.empty()
                    ? ""
                    : fmt::format("; {} {:.0f} in {}", kArms[arm].name, median(mine), mine.size());
      }
      if (!line.empty())
        fmt::print("- {}: fresh {:.0f}{}\n", mutants_[mutant]->name,
                   median(hunts(mutant, 0, false)), line);
    }
  }

  Scope scope_;
  std::vector<const NamedMutant*> mutants_;
  std::vector<Corpora> corpora_;
  std::vector<Hunt> hunts_;   // by mutant, arm, place
  std::vector<bool> caught_;  // by arm, mutant, corpus
};

}  // namespace
}  // namespace tidemark::core

int main() {
  for (const std::uint32_t steps : {40u, 16u})
    tidemark::core::Measurement({.steps = steps}).print_all();
}
