#include "reports/documents/html/campaign_section.h"

#include <fmt/format.h>

#include "base/text.h"
#include "properties/coverage.h"
#include "reports/documents/html/markup.h"
#include "reports/documents/html/tables.h"

namespace tidemark::core {
namespace {

std::string rate(std::uint64_t count, double seconds, std::string_view what) {
  if (seconds <= 0) return {};
  return fmt::format(
      "{} {}/s", grouped(static_cast<std::uint64_t>(static_cast<double>(count) / seconds)), what);
}

std::string marks_of(const Campaign& campaign) {
  std::vector<MarkColumn> columns;
  for (const CampaignPart& part : campaign.parts)
    columns.push_back({part.name, part.marks, part.missed_marks});
  return mark_table(columns);
}

std::string steps_of(const CampaignPart& part) {
  std::uint64_t all = 0;
  for (const CountedStep& step : part.steps) all += step.count;
  std::vector<std::string> names{"step", "count", "share"};
  for (std::size_t i = 0; i < kSituations; ++i)
    names.emplace_back(name_of(static_cast<Situation>(i)));
  std::string rows;
  for (const CountedStep& step : part.steps) {
    std::string cells = table_cell(grouped(step.count)) + table_cell(print_share(step.count, all));
    for (std::size_t i = 3; i < names.size(); ++i) {
      const auto found = step.situations.find(names[i]);
      cells += table_cell(found == step.situations.end() ? "–" : grouped(found->second));
    }
    rows += table_row(step.name, cells);
  }
  std::string text = number_table(names, rows);
  std::string items;
  for (const std::string& each : part.never_reached) items += element("li", escaped(each)) + "\n";
  if (items.empty()) return text + "<p>Everything that is possible was reached.</p>\n";
  return text +
         element("details", element("summary", count_of(part.never_reached.size(), "cell") +
                                                   " never reached") +
                                element("ul", "\n" + items)) +
         "\n";
}

}  // namespace

std::string campaign_numbers(const Campaign& campaign) {
  std::uint64_t episodes = 0;
  std::uint64_t steps = 0;
  std::string rows;
  for (const CampaignPart& part : campaign.parts) {
    episodes += part.episodes;
    steps += part.effective_steps;
    rows += table_row(
        part.name,
        table_cell(grouped(part.episodes)) + table_cell(grouped(part.broken_episodes)) +
            table_cell(print_share(part.broken_episodes, part.episodes)) +
            table_cell(grouped(part.effective_steps)) +
            table_cell(print_share(part.skipped_steps, part.effective_steps + part.skipped_steps)) +
            table_cell(part.digest));
  }
  const std::string table = number_table(
      {"configuration", "episodes", "broken", "share", "steps", "skipped", "digest"}, rows);
  return element("p", fmt::format("{} and {} in {:.1f} s: {}, {}. Seed {}.",
                                  count_of(episodes, "episode"), count_of(steps, "step"),
                                  campaign.seconds, rate(episodes, campaign.seconds, "episodes"),
                                  rate(steps, campaign.seconds, "steps"), escaped(campaign.seed))) +
         "\n" + wide("configurations", table) + "\n";
}

std::string campaign_tables(const Campaign& campaign) {
  std::string text = folded("marks", "Marks", marks_of(campaign));
  for (std::size_t i = 0; i < campaign.parts.size(); ++i)
    if (!campaign.parts[i].steps.empty())
      text += folded(fmt::format("steps-{}", i + 1),
                     fmt::format("Steps of {}", escaped(campaign.parts[i].name)),
                     steps_of(campaign.parts[i]));
  return text;
}

}  // namespace tidemark::core
