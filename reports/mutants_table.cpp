#include "reports/mutants_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kNameColumns = 36;
constexpr std::size_t kInvariantColumns = 23;

std::string line(std::string_view name, std::string_view invariant, std::string_view rest) {
  return pad(name, kNameColumns) + pad(invariant, kInvariantColumns) + std::string(rest) + "\n";
}

std::string episodes_text(const Trial& trial, std::uint32_t percent, const TrialPlan& plan) {
  const auto episodes = trial.episodes_of(percent);
  return episodes ? grouped(*episodes) : "> " + grouped(plan.episodes);
}

std::string proven_text(const Trial& trial) {
  if (!trial.proof) return {};
  const auto proven = trial.proven_length();
  return proven ? std::to_string(*proven) : fmt::format("> {}", trial.proof->depth);
}

std::string numbers(const Trial& trial, const TrialPlan& plan) {
  const Finding* simplest = trial.simplest();
  const std::string steps =
      simplest == nullptr ? "-" : std::to_string(simplest->simplest.trace.scenario.steps.size());
  return fmt::format("{:>2} of {:<2} {:>7} {:>8} {:>6} {:>7}", trial.caught(), trial.hunts.size(),
                     episodes_text(trial, 50, plan), episodes_text(trial, 95, plan), steps,
                     proven_text(trial));
}

std::string without_blanks_at_end(std::string text) {
  for (auto end = text.find(" \n"); end != std::string::npos; end = text.find(" \n"))
    text.erase(end, 1);
  return text;
}

std::string row(const Trial& trial, const TrialPlan& plan, const Paint& paint) {
  const bool fails = !trial.named->is_rare() && !trial.passes();
  return without_blanks_at_end(
      paint(fails ? Style::bad : Style::plain,
            line(trial.named->name, trial.named->invariant, numbers(trial, plan))));
}

std::string rare_row(const RareMutant& each, const Paint& paint) {
  const std::string found =
      each.shows()
          ? fmt::format("its trace of {}", count_of(each.trace.scenario.steps.size(), "step"))
          : "NOT BROKEN by its trace";
  return paint(each.shows() ? Style::plain : Style::bad,
               line(each.named->name, each.named->invariant, found));
}

std::string rows(std::span<const Trial> trials, bool rare, const TrialPlan& plan,
                 const Paint& paint) {
  std::string text;
  for (const Trial& trial : trials)
    if (trial.named->is_rare() == rare) text += row(trial, plan, paint);
  return text;
}

}  // namespace

std::string mutants_table(std::span<const Trial> trials, std::span<const RareMutant> rare,
                          const TrialPlan& plan, bool color) {
  const Paint paint(color);
  const bool proven = std::any_of(trials.begin(), trials.end(),
                                  [](const Trial& trial) { return trial.proof.has_value(); });
  std::string text;
  if (!trials.empty())
    text = paint(Style::strong, line("mutant", "caught by",
                                     fmt::format("{:>8} {:>7} {:>8} {:>6}{}", "runs", "median",
                                                 "95 %", "steps", proven ? "  proven" : "")));
  text += rows(trials, false, plan, paint);
  if (rare.empty()) return text;
  text += fmt::format("{}too rare to be counted\n", text.empty() ? "" : "\n");
  for (const RareMutant& each : rare) text += rare_row(each, paint);
  return text + rows(trials, true, plan, paint);
}

std::string complaint(const Trial& trial, const TrialPlan& plan) {
  if (trial.passes()) return {};
  const std::string_view name = trial.named->name;
  if (trial.caught() < trial.hunts.size())
    return fmt::format("{}: {} caught it in {} of {} of {}", name, trial.named->invariant,
                       trial.caught(), count_of(trial.hunts.size(), "run"),
                       count_of(plan.episodes, "episode"));
  return fmt::format("{}: half of the runs caught it within {}, expected {} at most", name,
                     count_of(*trial.episodes_of(50), "episode"), grouped(kMedianEpisodes));
}

std::string without_lines(const Without& without, bool color) {
  const std::vector<const NamedMutant*> alone = without.alone();
  std::string names;
  for (const NamedMutant* each : alone)
    names += fmt::format("{}{}{}", names.empty() ? "" : ", ", each->name,
                         each->is_rare() ? " (in its trace)" : "");
  const std::string head = pad(name_of(without.invariant), kInvariantColumns);
  if (names.empty())
    return Paint(color)(Style::bad, hang(head, "nothing: the others catch each mutant"));
  return hang(head, names);
}

}  // namespace tidemark::core
