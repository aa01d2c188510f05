#include "reports/documents/html/trends.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.h"
#include "reports/documents/html/markup.h"
#include "reports/documents/html/night_findings.h"
#include "reports/documents/html/night_page.h"
#include "reports/documents/html/tables.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kListBytes = 40'000;

// --- what is drawn

std::uint64_t open_findings(const HistoryNight& night) {
  return static_cast<std::uint64_t>(
      std::count_if(night.findings.begin(), night.findings.end(),
                    [](const auto& each) { return each.second.status != FindingStatus::fixed; }));
}
std::uint64_t urgent_findings(const HistoryNight& night) {
  return static_cast<std::uint64_t>(
      std::count_if(night.findings.begin(), night.findings.end(), [](const auto& each) {
        return each.second.status == FindingStatus::fresh ||
               each.second.status == FindingStatus::regressed;
      }));
}
std::uint64_t reached_marks(const HistoryNight& night) {
  return static_cast<std::uint64_t>(std::count_if(
      night.marks.begin(), night.marks.end(), [](const auto& each) { return each.second > 0; }));
}
std::optional<double> coverage(const HistoryNight& night) {
  if (night.cells_possible == 0) return std::nullopt;
  return 100 * static_cast<double>(night.cells_reached) / static_cast<double>(night.cells_possible);
}

// A count that was a number of 64 bits may be rounded up to one that is none.
std::uint64_t count_from(double number) {
  return static_cast<std::uint64_t>(std::min(number, 1e19));
}

std::string print_number(double number) { return rounded(count_from(number)); }
std::string print_percent(double number) { return fmt::format("{:.1f} %", number); }

using Values = std::vector<std::optional<double>>;  // none: that night has no such number

template <class Function>
Values values_of(std::span<const HistoryNight> nights, Function value) {
  Values values;
  for (const HistoryNight& each : nights) values.push_back(value(each));
  return values;
}

struct Trend {
  std::string_view name;
  Values values;
  std::string (*print)(double);
  bool is_bars = false;  // they begin at zero; a line fills the chart from its lowest value
  Values urgent = {};    // of bars: the part that is drawn as bad
};

// --- the charts: a night is ten wide, and the style stretches the picture

constexpr int kNightWidth = 10;
constexpr int kHeight = 60;
constexpr int kTrendMargin = 4;

struct Scale {
  double low = 0;
  double high = 0;

  int y(double value) const {
    if (high <= low) return kHeight / 2;
    const double share = (value - low) / (high - low);
    return kHeight - kTrendMargin - static_cast<int>(share * (kHeight - 2 * kTrendMargin) + 0.5);
  }
  // Of bars, which stand on the ground.
  int top(double value) const {
    if (high <= 0) return kHeight;
    return kHeight - static_cast<int>(value / high * (kHeight - kTrendMargin) + 0.5);
  }
};

int x_of(std::size_t night) { return static_cast<int>(night) * kNightWidth + kNightWidth / 2; }

Scale scale_of(const Trend& trend) {
  std::optional<Scale> scale;
  for (const auto& value : trend.values) {
    if (!value) continue;
    if (!scale) scale = Scale{trend.is_bars ? 0 : *value, *value};
    scale->low = std::min(scale->low, *value);
    scale->high = std::max(scale->high, *value);
  }
  return scale.value_or(Scale{});
}

std::string path(std::string_view style, const std::string& data) {
  return data.empty() ? "" : fmt::format("<path class=\"{}\" d=\"{}\"/>", style, data);
}

std::string bars(const Values& values, const Scale& scale) {
  std::string data;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (const double value = values[i].value_or(0); value > 0)
      data += fmt::format("M{} {}V{}", x_of(i), kHeight, scale.top(value));
  return data;
}

std::string line(const Values& values, const Scale& scale) {
  std::string data;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i])
      data +=
          fmt::format("{}{} {}", i > 0 && values[i - 1] ? 'L' : 'M', x_of(i), scale.y(*values[i]));
  return data;
}

// A dot is a line of no length with round ends, so that stretching leaves it round.
std::string last_dot(const Values& values, const Scale& scale) {
  if (values.empty() || !values.back()) return {};
  return fmt::format("M{} {}h0", x_of(values.size() - 1), scale.y(*values.back()));
}

// Between two nights of different campaigns.
std::string changes(std::span<const HistoryNight> nights) {
  std::string data;
  for (std::size_t i = 1; i < nights.size(); ++i)
    if (nights[i].campaign != nights[i - 1].campaign)
      data += fmt::format("M{} 0V{}", x_of(i) - kNightWidth / 2, kHeight);
  return data;
}

std::string picture(const Trend& trend, const Scale& scale, std::span<const HistoryNight> nights,
                    const std::string& label) {
  std::string shapes = path("change", changes(nights));
  if (trend.is_bars)
    shapes += path("bars", bars(trend.values, scale)) + path("bars bad", bars(trend.urgent, scale));
  else
    shapes += path("line", line(trend.values, scale)) + path("dot", last_dot(trend.values, scale));
  return fmt::format(
      "<svg viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" role=\"img\" "
      "aria-label=\"{}\">{}</svg>\n",
      nights.size() * kNightWidth, kHeight, label, shapes);
}

std::string chart(const Trend& trend, std::span<const HistoryNight> nights) {
  const Scale scale = scale_of(trend);
  const auto& last = trend.values.back();
  const std::string value = last ? trend.print(*last) : "–";
  const std::string range =
      fmt::format("{} to {}", trend.print(scale.low), trend.print(scale.high));
  const std::string label = fmt::format("{}, night {} to {}: {}, in the last one {}", trend.name,
                                        nights.front().night, nights.back().night, range, value);
  return element("figure",
                 element("figcaption", fmt::format("{}<b>{}</b>", trend.name, value)) + "\n" +
                     picture(trend, scale, nights, label) +
                     element("div", "class=\"scale\"",
                             fmt::format("<span>night {}</span><span>{}</span><span>{}</span>",
                                         nights.front().night, range, nights.back().night))) +
         "\n";
}

std::vector<Trend> trends_of(std::span<const HistoryNight> nights) {
  const auto counted = [](auto function) {
    return [function](const HistoryNight& night) {
      return std::optional<double>(static_cast<double>(function(night)));
    };
  };
  const auto speed = [](const HistoryNight& night) {
    return episode_rate(night.episodes, night.seconds);
  };
  std::vector<Trend> trends{
      {"findings", values_of(nights, counted(open_findings)), print_number, true,
       values_of(nights, counted(urgent_findings))},
      {"episodes",
       values_of(nights, counted([](const HistoryNight& each) { return each.episodes; })),
       print_number, true},
      {"episodes/s", values_of(nights, counted(speed)), print_number}};
  if (std::any_of(nights.begin(), nights.end(),
                  [](const HistoryNight& each) { return each.cells_possible > 0; }))
    trends.push_back({"cells reached", values_of(nights, coverage), print_percent});
  trends.push_back({"marks reached", values_of(nights, counted(reached_marks)), print_number});
  return trends;
}

// --- the table

std::string night_row(const HistoryNight& night) {
  const auto cells = coverage(night);
  const auto number = [](std::uint64_t count) {
    return element("td", "class=\"count\"", grouped(count));
  };
  return table_row(std::to_string(night.night),
                   table_cell(day_of(night.began)) + table_cell(short_commit(night.commit)) +
                       element("td", short_text(night.verdict)) + number(open_findings(night)) +
                       number(urgent_findings(night)) + number(night.episodes) +
                       number(episode_rate(night.episodes, night.seconds)) +
                       element("td", "class=\"count\"", cells ? print_percent(*cells) : "–") +
                       number(reached_marks(night)));
}

std::string night_table(std::span<const HistoryNight> nights) {
  Rows rows(kListedNights, kListBytes);
  for (auto night = nights.rbegin(); night != nights.rend(); ++night) rows.add(night_row(*night));
  return folded(
      "nights", "The nights as a table",
      element("table", "class=\"listed\"",
              table_head({"night", "day", "commit", "verdict", "findings", "new or regressed",
                          "episodes", "episodes/s", "cells", "marks"}) +
                  "\n" + element("tbody", "\n" + rows.markup())) +
          "\n" + rows.notice("nights"));
}

std::string remarks(std::size_t all, std::span<const HistoryNight> shown) {
  std::string text = "Of findings, what is new or regressed is red.";
  if (!changes(shown).empty())
    text += " A dashed line: the campaign changed, and numbers on both sides do not compare.";
  if (all > shown.size())
    text += fmt::format(" Of {} nights the last {} are shown.", grouped(all), shown.size());
  return element("p", "class=\"legend\"", text) + "\n";
}

}  // namespace

std::uint64_t episode_rate(std::uint64_t episodes, double seconds) {
  return seconds > 0 ? count_from(static_cast<double>(episodes) / seconds) : 0;
}

std::string trends_section(std::span<const HistoryNight> nights) {
  if (nights.size() < 2) return {};
  const auto shown = nights.last(std::min(nights.size(), kTrendNights));
  std::string figures;
  for (const Trend& trend : trends_of(shown)) figures += chart(trend, shown);
  return "<h2 id=\"trends\">Trends</h2>\n" + element("div", "class=\"trends\"", "\n" + figures) +
         "\n" + remarks(nights.size(), shown) + night_table(nights);
}

}  // namespace tidemark::core
