#include "reports/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

using std::string_view;

constexpr std::array<NamedReduction, kReductions> kNamedReductions{{
    {"clients", &Reductions::clients, "clients that differ only by name are one"},
    {"objects", &Reductions::objects, "objects that differ only by name are one"},
    {"names", &Reductions::names, "versions, counters and stamps are compared, not named"},
    {"order", &Reductions::order, "of independent steps one order is executed"},
    {"bounds", &Reductions::bounds,
     "where more is left, what less leaves is not gone through again"},
}};

std::vector<string_view> names_of(InvariantSet wanted) {
  std::vector<string_view> names;
  for (const NamedInvariant& named : invariants())
    if (wanted & invariant_bit(named.invariant)) names.push_back(named.name);
  return names;
}

InvariantSet broken_by(const Exploration& exploration) {
  InvariantSet broken = 0;
  for (const Counterexample& each : exploration.counterexamples)
    broken |= invariant_bit(each.invariant);
  return broken;
}

std::size_t length_of(const Counterexample& example) { return example.trace.scenario.steps.size(); }

std::vector<const Counterexample*> by_length(const Exploration& exploration) {
  std::vector<const Counterexample*> examples;
  for (const Counterexample& each : exploration.counterexamples) examples.push_back(&each);
  std::stable_sort(examples.begin(), examples.end(),
                   [](const auto* a, const auto* b) { return length_of(*a) < length_of(*b); });
  return examples;
}

// `told broken in 1 step, integrity in 3, convergence in at most 6`
std::string broken_part(const Exploration& exploration) {
  std::string text;
  for (const Counterexample* each : by_length(exploration)) {
    const bool is_first = text.empty();
    const std::size_t length = length_of(*each);
    text += fmt::format("{}{}{} in {}{}", is_first ? "" : ", ", name_of(each->invariant),
                        is_first ? " broken" : "", each->is_shortest ? "" : "at most ",
                        is_first ? count_of(length, "step") : grouped(length));
  }
  return text;
}

std::string seen_part(const Exploration& exploration) {
  const std::string all = "all " + count_of(exploration.states, "state");
  if (exploration.end == ExploreEnd::exhausted) return all + " within these bounds";
  return fmt::format("{} of up to {}", all, count_of(exploration.depth, "step"));
}

std::string holding_part(const Exploration& exploration, InvariantSet holding) {
  const std::vector<string_view> names = names_of(holding);
  const string_view verb = names.size() == 1 ? "holds" : "hold";
  return fmt::format("{} {}: {}", fmt::join(names, ", "), verb, seen_part(exploration));
}

// Of what was not found yet, so much is sure.
std::string unfinished_part(const Exploration& exploration, InvariantSet open, string_view why) {
  const std::string end = fmt::format("depth {} not finished: {}", exploration.depth + 1, why);
  if (open == 0) return end;
  const std::string of = open == kAllInvariants
                             ? std::string()
                             : fmt::format(" of {}", fmt::join(names_of(open), ", "));
  return fmt::format("no counterexample{} up to depth {} (complete); {}", of, exploration.depth,
                     end);
}

std::string steps_text(const Scenario& scenario) {
  std::string text;
  for (const Step& step : scenario.steps)
    text += (text.empty() ? "" : " · ") + print_step(scenario, step);
  return text;
}

std::string longer_lines(const ShrinkerComparison& each, const Exploration& exploration) {
  if (each.longer.empty()) return {};
  std::string text;
  if (const Counterexample* example = exploration.find(each.invariant))
    text = fmt::format("    shortest                 {}\n", steps_text(example->trace.scenario));
  for (const ShrinkerComparison::Longer& longer : each.longer)
    text += fmt::format("    seed {}  {}: {}\n", print_seed(longer.seed),
                        count_of(longer.trace.scenario.steps.size(), "step"),
                        steps_text(longer.trace.scenario));
  return text;
}

std::string outcome_of_search(const Searched& searched, InvariantSet watched, string_view why) {
  const Exploration& exploration = searched.exploration;
  const std::string name = configuration_name(searched.configuration);
  const InvariantSet open = watched & ~broken_by(exploration);
  const std::string broken = broken_part(exploration);
  const std::string before = name + ": " + broken + (broken.empty() ? "" : "; ");
  if (!exploration.faults.empty()) return before + "the search is at fault, nothing is proven";
  if (!exploration.is_complete()) return before + unfinished_part(exploration, open, why);
  if (open == kAllInvariants) return fmt::format("{} holds: {}", name, seen_part(exploration));
  return open == 0 ? name + ": " + broken : before + holding_part(exploration, open);
}

std::string healing_line(const Healing& healing) {
  return fmt::format(
      "  a full sync of every client at the end heals {} of {} that diverge without; of {} "
      "that keep every update it makes {} lose one",
      grouped(healing.healed), count_of(healing.diverging, "state"), grouped(healing.keeping),
      grouped(healing.destroyed));
}

}  // namespace

std::span<const NamedReduction, kReductions> named_reductions() { return kNamedReductions; }

std::string print_reductions(const Reductions& reductions) {
  std::vector<string_view> names;
  for (const NamedReduction& named : kNamedReductions)
    if (reductions.*named.is_on) names.push_back(named.name);
  if (names.size() == kReductions) return "all";
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ","));
}

std::string print_invariants(InvariantSet invariants) {
  if (invariants == kAllInvariants) return "all";
  return fmt::format("{}", fmt::join(names_of(invariants), ","));
}

std::optional<Shown> show(const Configuration& configuration, const Counterexample& example,
                          const Exploration& exploration) {
  Shown shown{.configuration = configuration, .run = Run(configuration, example.trace)};
  if (!shown.run.verdict().broken(example.invariant)) return std::nullopt;
  shown.invariant = example.invariant;
  shown.fingerprint = example.fingerprint;
  shown.found =
      count_of(length_of(example), "step") +
      (example.is_shortest ? ", none is shorter" : ", not proven shortest: the search was ended");
  shown.found_briefly = example.is_shortest ? "none is shorter" : "not proven shortest";
  shown.origin = {"search", fmt::format("{}, all traces of up to {} judged",
                                        count_of(exploration.states, "state"),
                                        count_of(exploration.depth, "step"))};
  return shown;
}

std::string file_name(const Counterexample& example) {
  return fmt::format("{}-{}.trace", name_of(example.invariant), example.fingerprint);
}

std::string outcome(const Searched& searched, const ExplorePlan& plan, string_view why) {
  const std::string text = outcome_of_search(searched, plan.watched, why);
  if (plan.ending == Ending::settle) return text;
  return text + "\n" + healing_line(searched.exploration.healing);
}

std::string collision_odds(std::uint64_t states) {
  const double digits = (kStateKeyBits + 1) * std::log10(2.0) -
                        2 * std::log10(static_cast<double>(std::max<std::uint64_t>(1, states)));
  return fmt::format("below 1e-{:.0f}", std::floor(digits));
}

std::string comparison_text(const Searched& searched) {
  if (searched.comparison->empty()) return {};
  std::string text = fmt::format("{}: the shrinker against the search\n",
                                 configuration_name(searched.configuration));
  for (const ShrinkerComparison& each : *searched.comparison) {
    text += fmt::format("  {}: {} of {} reach the shortest, {}", name_of(each.invariant),
                        grouped(each.optimal), count_of(each.seeds, "seed"),
                        count_of(each.shortest, "step"));
    if (each.missed > 0)
      text += fmt::format("; {} found none within the bounds", grouped(each.missed));
    text += "\n" + longer_lines(each, searched.exploration);
  }
  return text;
}

}  // namespace tidemark::core
