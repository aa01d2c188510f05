#include "reports/documents/html/campaign_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "properties/coverage.h"
#include "reports/documents/html/markup.h"
#include "reports/text.h"

namespace tidemark::core {
namespace {

std::string head(const std::vector<std::string>& names) {
  std::string cells;
  for (const std::string& name : names) cells += element("th", "scope=\"col\"", escaped(name));
  return element("thead", element("tr", cells));
}
std::string row(const std::string& name, const std::string& cells) {
  return element("tr", element("th", "scope=\"row\"", escaped(name)) + cells) + "\n";
}
std::string cell(const std::string& text) { return element("td", escaped(text)); }

std::string rate(std::uint64_t count, double seconds, std::string_view what) {
  if (seconds <= 0) return {};
  return fmt::format(
      "{} {}/s", grouped(static_cast<std::uint64_t>(static_cast<double>(count) / seconds)), what);
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "";
  return fmt::format("{:.1f} %", 100 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string marks_of(const Campaign& campaign) {
  std::vector<std::string> names{"mark"};
  for (const CampaignPart& part : campaign.parts) names.push_back(part.name);
  std::string rows;
  for (std::size_t i = 0; !campaign.parts.empty() && i < campaign.parts[0].marks.size(); ++i) {
    std::string cells;
    for (const CampaignPart& part : campaign.parts) {
      if (i >= part.marks.size()) continue;
      const CountedMark& mark = part.marks[i];
      const bool missed = std::find(part.missed_marks.begin(), part.missed_marks.end(),
                                    mark.name) != part.missed_marks.end();
      cells += missed         ? "<td class=\"broken\">✗ never reached</td>"
               : mark.granted ? cell(grouped(mark.count))
                              : cell(mark.count == 0 ? "–" : grouped(mark.count));
    }
    rows += row(campaign.parts[0].marks[i].name, cells);
  }
  return element("table", "class=\"numbers\"", head(names) + "\n" + element("tbody", "\n" + rows)) +
         "\n";
}

std::string steps_of(const CampaignPart& part) {
  std::uint64_t all = 0;
  for (const CountedStep& step : part.steps) all += step.count;
  std::vector<std::string> names{"step", "count", "share"};
  for (std::size_t i = 0; i < kSituations; ++i)
    names.emplace_back(name_of(static_cast<Situation>(i)));
  std::string rows;
  for (const CountedStep& step : part.steps) {
    std::string cells = cell(grouped(step.count)) + cell(share(step.count, all));
    for (std::size_t i = 3; i < names.size(); ++i) {
      const auto found = step.situations.find(names[i]);
      cells += cell(found == step.situations.end() ? "–" : grouped(found->second));
    }
    rows += row(step.name, cells);
  }
  std::string text =
      element("table", "class=\"numbers\"", head(names) + "\n" + element("tbody", "\n" + rows)) +
      "\n";
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
    rows += row(part.name,
                cell(grouped(part.episodes)) + cell(grouped(part.broken_episodes)) +
                    cell(share(part.broken_episodes, part.episodes)) +
                    cell(grouped(part.effective_steps)) +
                    cell(share(part.skipped_steps, part.effective_steps + part.skipped_steps)) +
                    cell(part.digest));
  }
  const std::string table =
      element("table", "class=\"numbers\"",
              head({"configuration", "episodes", "broken", "share", "steps", "skipped", "digest"}) +
                  "\n" + element("tbody", "\n" + rows));
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
