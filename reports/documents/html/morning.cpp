#include "reports/documents/html/morning.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "reports/documents/html/markup.h"
#include "reports/documents/html/night_findings.h"
#include "reports/documents/html/tables.h"
#include "reports/documents/html/trends.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kShownDoubts = 40;
constexpr std::size_t kDoubtBytes = 15'000;
constexpr std::size_t kShownConfigurations = 60;
constexpr std::size_t kShownSlow = 20;
constexpr std::size_t kTableBytes = 30'000;

std::uint64_t number_of(const Night& night, FindingStatus status) {
  return static_cast<std::uint64_t>(
      std::count_if(night.findings.begin(), night.findings.end(),
                    [&](const NightFinding& each) { return each.status == status; }));
}

template <class Field>
std::uint64_t sum_of(const Night& night, Field field) {
  std::uint64_t sum = 0;
  for (const NightConfiguration& each : night.configurations) sum += each.*field;
  return sum;
}

// `41.3 s`, `7 min`, `2 h`, `2 h 5 min`.
std::string print_duration(double seconds) {
  if (!(seconds >= 100)) return fmt::format("{:.1f} s", seconds);
  const auto minutes = static_cast<std::uint64_t>(seconds / 60 + 0.5);
  if (minutes < 60) return fmt::format("{} min", minutes);
  if (minutes % 60 == 0) return fmt::format("{} h", grouped(minutes / 60));
  return fmt::format("{} h {} min", grouped(minutes / 60), minutes % 60);
}

// --- the head

std::string_view badge(NightVerdict verdict) {
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

std::string origin(const Night& night) {
  std::string markup;
  const auto add = [&](std::string_view name, const std::string& text) {
    if (text.empty()) return;
    markup += fmt::format(" <span class=\"origin\">{}{}{}</span>", name, name.empty() ? "" : " ",
                          short_text(text));
  };
  add("", print_moment(night.began));
  add("commit", short_commit(night.commit));
  add("campaign", night.campaign);
  return markup;
}

std::string notices(std::string_view style, const std::vector<std::string>& lines) {
  Rows rows(kShownDoubts, kDoubtBytes);
  for (const std::string& each : lines)
    rows.add(element("p", fmt::format("class=\"{}\"", style), short_text(each)) + "\n");
  return rows.markup() + rows.notice("doubts");
}

std::string heading(const Night& night) {
  std::string sentence = sentence_of(night) + ".";
  if (sentence[0] == 'n') sentence[0] = 'N';
  return element("header", "\n" +
                               element("p", "class=\"verdict\"",
                                       std::string(badge(verdict_of(night))) + origin(night)) +
                               "\n" + element("h1", fmt::format("Night {}", night.number)) + "\n" +
                               element("p", "class=\"sentence\"", escaped(sentence)) + "\n" +
                               notices("notice fault", night.faults) +
                               notices("notice", night.doubts)) +
         "\n";
}

// --- this night

std::string configuration_table(const Night& night) {
  Rows rows(kShownConfigurations, kTableBytes);
  for (const NightConfiguration& each : night.configurations) {
    const std::string cells = table_cell(grouped(each.episodes)) +
                              table_cell(grouped(each.broken_episodes)) +
                              table_cell(print_share(each.broken_episodes, each.episodes)) +
                              table_cell(grouped(each.steps)) + table_cell(grouped(each.repeated)) +
                              element("td", each.canary.empty() ? "–" : short_text(each.canary)) +
                              element("td", short_text(each.digest));
    rows.add(element("tr", element("th", "scope=\"row\"", short_text(each.name)) + cells) + "\n");
  }
  return wide("configurations", number_table({"configuration", "episodes", "broken", "share",
                                              "steps", "ran twice", "canary caught", "digest"},
                                             rows.markup())) +
         "\n" + rows.notice("configurations");
}

std::string slow_table(const Night& night) {
  if (night.slow.empty()) return {};
  Rows rows(kShownSlow, kTableBytes);
  for (const SlowEpisode& each : night.slow) {
    const std::string name = grouped(each.episode);
    rows.add(element("tr", element("th", "scope=\"row\"", name) +
                               table_cell(print_duration(each.seconds)) +
                               element("td", short_text(each.configuration)) +
                               element("td", command_markup("episode " + name, each.command))) +
             "\n");
  }
  return folded("slow", "Slow episodes",
                element("table", "class=\"listed\"",
                        table_head({"episode", "time", "configuration", "command"}) + "\n" +
                            element("tbody", "\n" + rows.markup())) +
                    "\n" + rows.notice("slow episodes"));
}

// So many configurations as fit.
std::string marks(const Night& night) {
  std::vector<MarkColumn> columns;
  for (const NightConfiguration& each : night.configurations)
    columns.push_back({each.name, each.marks, each.missed_marks});
  std::size_t shown = columns.size();
  std::string table = mark_table(columns);
  while (shown > 0 && table.size() > kTableBytes)
    table = mark_table(std::span(columns).first(shown /= 2));
  if (shown < columns.size())
    table += element("p", "class=\"notice\"",
                     fmt::format("{} of {} configurations are left out; report.json has all.",
                                 columns.size() - shown, columns.size())) +
             "\n";
  return columns.empty() ? "" : folded("marks", "Marks", table);
}

std::string facts(const Night& night) {
  std::string rows;
  const auto add = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) rows += element("dt", name) + element("dd", text) + "\n";
  };
  add("seed", short_text(night.seed));
  add("speed", fmt::format("{} episodes/s",
                           grouped(episode_rate(sum_of(night, &NightConfiguration::episodes),
                                                night.seconds))));
  add("corpus", fmt::format("{}; {} reached that none of them reaches",
                            count_of(night.corpus.traces, "trace"),
                            count_of(night.corpus.new_landmarks, "landmark")));
  if (night.cells_possible > 0)
    add("cells", fmt::format("{} of {} reached, {}", grouped(night.cells_reached),
                             grouped(night.cells_possible),
                             print_share(night.cells_reached, night.cells_possible)));
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

std::string this_night(const Night& night) {
  return "<h2 id=\"night\">This night</h2>\n" + facts(night) + configuration_table(night) +
         marks(night) + slow_table(night);
}

// The nights before this one, and this one.
std::vector<HistoryNight> nights_until(const Night& night, std::span<const HistoryNight> history) {
  std::vector<HistoryNight> nights;
  for (const HistoryNight& each : history)
    if (each.night < night.number) nights.push_back(each);
  nights.push_back(history_of(night));
  return nights;
}

}  // namespace

NightVerdict verdict_of(const Night& night) {
  if (!night.faults.empty()) return NightVerdict::fault;
  if (number_of(night, FindingStatus::regressed) > 0) return NightVerdict::regressed;
  if (number_of(night, FindingStatus::fresh) > 0) return NightVerdict::new_findings;
  return night.doubts.empty() ? NightVerdict::held : NightVerdict::in_doubt;
}

std::string_view name_of(NightVerdict verdict) {
  constexpr std::array<std::string_view, 5> kNames{"fault", "regressed", "new findings", "in doubt",
                                                   "held"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::string sentence_of(const Night& night) {
  return fmt::format(
      "{}; {} of {} in {}",
      findings_phrase([&](FindingStatus status) { return number_of(night, status); }),
      count_of(sum_of(night, &NightConfiguration::episodes), "episode"),
      count_of(night.configurations.size(), "configuration"), print_duration(night.seconds));
}

HistoryNight history_of(const Night& night) {
  HistoryNight line{.night = night.number,
                    .began = night.began,
                    .commit = night.commit,
                    .seed = night.seed,
                    .campaign = night.campaign,
                    .verdict = std::string(name_of(verdict_of(night))),
                    .exit_code = night.exit_code,
                    .seconds = night.seconds,
                    .episodes = sum_of(night, &NightConfiguration::episodes),
                    .broken_episodes = sum_of(night, &NightConfiguration::broken_episodes),
                    .steps = sum_of(night, &NightConfiguration::steps),
                    .repeated = sum_of(night, &NightConfiguration::repeated),
                    .cells_reached = night.cells_reached,
                    .cells_possible = night.cells_possible,
                    .corpus = night.corpus.traces,
                    .marks = {},
                    .missed_marks = {},
                    .findings = {}};
  for (const NightConfiguration& each : night.configurations) {
    for (const CountedMark& mark : each.marks) line.marks[mark.name] += mark.count;
    line.missed_marks.insert(line.missed_marks.end(), each.missed_marks.begin(),
                             each.missed_marks.end());
  }
  std::sort(line.missed_marks.begin(), line.missed_marks.end());
  line.missed_marks.erase(std::unique(line.missed_marks.begin(), line.missed_marks.end()),
                          line.missed_marks.end());
  for (const NightFinding& each : night.findings)
    line.findings[history_name(each)] = {each.status, each.episodes};
  return line;
}

std::string morning_page(const Night& night, std::span<const HistoryNight> history,
                         std::span<const NamedLine> environment) {
  const std::vector<HistoryNight> nights = nights_until(night, history);
  const std::string body = element(
      "main", "\n" + heading(night) + findings_table(night, nights) + findings_grid(night, nights) +
                  trends_section(nights) + this_night(night) + environment_section(environment));
  return html_page(
      fmt::format("Night {} · {} · tidemark", night.number, name_of(verdict_of(night))),
      body + "\n",
      {{"schema", "tidemark/html/1"},
       {"night", night.number},
       {"verdict", name_of(verdict_of(night))},
       {"findings", nlohmann::json::array()}});
}

}  // namespace tidemark::core
