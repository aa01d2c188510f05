#include "reports/documents/html/night_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "reports/documents/html/markup.h"
#include "reports/documents/html/night_findings.h"
#include "reports/documents/html/tables.h"
#include "reports/documents/html/trends.h"
#include "reports/documents/run_document.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kShownDoubts = 40;
constexpr std::size_t kDoubtBytes = 15'000;
constexpr std::size_t kShownConfigurations = 60;
constexpr std::size_t kShownSlow = 20;
constexpr std::size_t kTableBytes = 30'000;

// `41.3 s`, `7 min`, `2 h`, `2 h 5 min`.
std::string print_duration(double seconds) {
  if (!(seconds >= 100)) return fmt::format("{:.1f} s", seconds);
  const auto minutes = static_cast<std::uint64_t>(seconds / 60 + 0.5);
  if (minutes < 60) return fmt::format("{} min", minutes);
  if (minutes % 60 == 0) return fmt::format("{} h", grouped(minutes / 60));
  return fmt::format("{} h {} min", grouped(minutes / 60), minutes % 60);
}

// --- the head

std::string_view badge(RunVerdict verdict) {
  constexpr std::array<std::string_view, 5> kBadges{
      "<span class=\"badge bad\">FAULT</span>", "<span class=\"badge bad\">REGRESSED</span>",
      "<span class=\"badge bad\">NEW FINDINGS</span>",
      "<span class=\"badge doubt\">IN DOUBT</span>", "<span class=\"badge good\">HELD</span>"};
  return kBadges[static_cast<std::size_t>(verdict)];
}

// `2026-11-26 02:17 UTC`; any other text as it is.
std::string print_moment(const std::string& time) {
  if (time.size() < 16 || time[10] != 'T') return time;
  return fmt::format("{} {} UTC", time.substr(0, 10), time.substr(11, 5));
}

std::string origin(const RunReport& report) {
  std::string markup;
  const auto add = [&](std::string_view name, const std::string& text) {
    if (text.empty()) return;
    markup += fmt::format(" <span class=\"origin\">{}{}{}</span>", name, name.empty() ? "" : " ",
                          short_text(text));
  };
  add("", print_moment(report.times.began));
  add("commit", short_commit(report.head.commit));
  add("campaign", key_of(report.head));
  return markup;
}

std::string notices(std::string_view style, const std::vector<std::string>& lines) {
  Rows rows(kShownDoubts, kDoubtBytes);
  for (const std::string& each : lines)
    rows.add(element("p", fmt::format("class=\"{}\"", style), short_text(each)) + "\n");
  return rows.markup() + rows.notice("doubts");
}

std::string heading(const RunReport& report) {
  std::string sentence = night_sentence(report) + ".";
  if (sentence[0] == 'n') sentence[0] = 'N';
  return element("header", "\n" +
                               element("p", "class=\"verdict\"",
                                       std::string(badge(verdict_of(report))) + origin(report)) +
                               "\n" + element("h1", fmt::format("Night {}", report.head.night)) +
                               "\n" + element("p", "class=\"sentence\"", escaped(sentence)) + "\n" +
                               notices("notice fault", report.faults) +
                               notices("notice", report.doubts())) +
         "\n";
}

// --- this night

std::string configuration_table(const RunReport& report) {
  Rows rows(kShownConfigurations, kTableBytes);
  for (std::size_t i = 0; i < report.head.portions.size(); ++i) {
    const PortionHead& head = report.head.portions[i];
    const PortionResult& each = report.result.portions[i];
    const std::string canary = fmt::format(
        "{}, {} of {}", head.canary, grouped(each.canaries_caught), grouped(each.canary_episodes));
    const std::string cells =
        table_cell(grouped(each.episodes)) + table_cell(grouped(each.broken_episodes)) +
        table_cell(print_share(each.broken_episodes, each.episodes)) +
        table_cell(grouped(each.effective_steps)) + table_cell(grouped(each.repeated)) +
        element("td", short_text(canary)) + element("td", print_digest(each.digest));
    rows.add(element("tr", element("th", "scope=\"row\"", short_text(head.name)) + cells) + "\n");
  }
  return wide("configurations", number_table({"configuration", "episodes", "broken", "share",
                                              "steps", "ran twice", "canary caught", "digest"},
                                             rows.markup())) +
         "\n" + rows.notice("configurations");
}

std::string slow_table(const RunReport& report, const RunPlace& place) {
  if (report.times.slow.empty()) return {};
  Rows rows(kShownSlow, kTableBytes);
  for (const TimedEpisode& each : report.times.slow) {
    const std::string name = grouped(each.episode);
    const double seconds = static_cast<double>(each.nanoseconds) / 1e9;
    rows.add(
        element("tr", element("th", "scope=\"row\"", name) + table_cell(print_duration(seconds)) +
                          element("td", short_text(portion_of(report.head, each.episode).name)) +
                          element("td", command_markup("episode " + name,
                                                       by_seed(each.episode, report, place)))) +
        "\n");
  }
  return folded("slow", "Slow episodes",
                element("table", "class=\"listed\"",
                        table_head({"episode", "time", "configuration", "command"}) + "\n" +
                            element("tbody", "\n" + rows.markup())) +
                    "\n" + rows.notice("slow episodes"));
}

// So many configurations as fit.
std::string marks(const RunReport& report) {
  const std::size_t all = report.head.portions.size();
  std::size_t shown = all;
  std::string table = mark_table(report, shown);
  while (shown > 0 && table.size() > kTableBytes) table = mark_table(report, shown /= 2);
  if (shown < all)
    table += element("p", "class=\"notice\"",
                     fmt::format("{} of {} configurations are left out; report.json has all.",
                                 all - shown, all)) +
             "\n";
  return all == 0 ? "" : folded("marks", "Marks", table);
}

std::string facts(const RunReport& report) {
  std::string rows;
  const auto add = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) rows += element("dt", name) + element("dd", text) + "\n";
  };
  std::uint64_t reached = 0;
  std::uint64_t possible = 0;
  for (std::size_t i = 0; i < report.head.portions.size(); ++i) {
    reached += cells_reached(report.result.portions[i]);
    possible += report.result.portions[i].coverage ? cells_possible(report.head.portions[i]) : 0;
  }
  add("seed", print_seed(report.head.seed));
  add("speed", fmt::format("{} episodes/s",
                           grouped(episode_rate(report.result.episodes(), report.times.seconds))));
  add("corpus",
      fmt::format("{}; {} reached that none of them reaches", count_of(report.head.corpus, "trace"),
                  count_of(report.new_landmarks, "landmark")));
  if (possible > 0)
    add("cells", fmt::format("{} of {} reached, {}", grouped(reached), grouped(possible),
                             print_share(reached, possible)));
  return element("dl", "class=\"facts\"", "\n" + rows) + "\n";
}

std::string environment_section(std::span<const NamedLine> environment) {
  Rows rows(kShownDoubts, kDoubtBytes);
  for (const NamedLine& each : environment)
    rows.add(element("dt", short_text(each.name)) + element("dd", short_text(each.text)) + "\n");
  return element("details", "id=\"environment\"",
                 element("summary", "Environment") + "\n" +
                     element("dl", "class=\"facts\"", "\n" + rows.markup()) +
                     rows.notice("lines")) +
         "\n";
}

std::string this_night(const RunReport& report, const RunPlace& place) {
  return "<h2 id=\"night\">This night</h2>\n" + facts(report) + configuration_table(report) +
         marks(report) + slow_table(report, place);
}

// The nights before this one, and this one.
std::vector<HistoryNight> nights_until(const RunReport& report,
                                       std::span<const HistoryNight> history) {
  std::vector<HistoryNight> nights;
  for (const HistoryNight& each : history)
    if (each.night < report.head.night) nights.push_back(each);
  for (HistoryNight& each : read_history(print_history_line(report)).nights)
    nights.push_back(std::move(each));
  return nights;
}

}  // namespace

std::string night_sentence(const RunReport& report) {
  return run_sentence(report) + " in " + print_duration(report.times.seconds);
}

std::string night_page(const RunReport& report, std::span<const HistoryNight> history,
                       const RunPlace& place, const std::set<std::string>& with_files) {
  const std::vector<HistoryNight> nights = nights_until(report, history);
  const NightFindings findings(report, nights, place, with_files);
  const std::string body = element(
      "main", "\n" + heading(report) + findings.table() + findings.grid() + trends_section(nights) +
                  this_night(report, place) + environment_section(report.environment));
  return html_page(
      fmt::format("Night {} · {} · tidemark", report.head.night, name_of(verdict_of(report))),
      body + "\n",
      {{"schema", "tidemark/html/1"},
       {"night", report.head.night},
       {"verdict", name_of(verdict_of(report))},
       {"findings", nlohmann::json::array()}});
}

}  // namespace tidemark::core
