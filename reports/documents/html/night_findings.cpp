#include "reports/documents/html/night_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "base/text.h"
#include "reports/documents/characters.h"
#include "reports/documents/html/markup.h"
#include "reports/documents/html/tables.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kFindingRows = 100;
constexpr std::size_t kFindingBytes = 100'000;
constexpr std::size_t kFixedBytes = 20'000;
constexpr std::size_t kGridBytes = 80'000;
constexpr std::size_t kConfigurationsOfAFinding = 3;

std::string_view sign_of(FindingStatus status) {
  constexpr std::array<std::string_view, 4> kSigns{"●", "○", "✓", "▲"};
  return kSigns[static_cast<std::size_t>(status)];
}

// A file of a finding beside the page. All but letters, digits and `-._~` is escaped, so that a
// name leads nowhere else.
std::string path_of(const std::string& name, std::string_view suffix) {
  std::string path = "findings/";
  for (const char each : name) {
    const auto byte = static_cast<unsigned char>(each);
    const bool stays = (each >= '0' && each <= '9') || (each >= 'A' && each <= 'Z') ||
                       (each >= 'a' && each <= 'z') ||
                       std::string_view("-._~").find(each) != std::string_view::npos;
    path += stays ? std::string(1, each) : fmt::format("%{:02X}", byte);
  }
  return path + std::string(suffix);
}

// --- when a finding was there

const HistoryFinding* find(const HistoryNight& night, const std::string& name) {
  const auto found = night.findings.find(name);
  return found == night.findings.end() ? nullptr : &found->second;
}
bool is_there(const HistoryNight& night, const std::string& name) {
  const HistoryFinding* finding = find(night, name);
  return finding && finding->status != FindingStatus::fixed;
}

std::string moment(const HistoryNight& night) {
  std::string markup = fmt::format("night {}", night.night);
  for (const std::string& each : {day_of(night.began), short_commit(night.commit)})
    if (!each.empty()) markup += "<br>" + element("span", "class=\"soft\"", escaped(each));
  return element("td", markup);
}
template <class Iterator>
std::string first_of(Iterator begin, Iterator end, const std::string& name) {
  const auto found =
      std::find_if(begin, end, [&](const HistoryNight& each) { return is_there(each, name); });
  return found == end ? "<td>–</td>" : moment(*found);
}
std::string first_and_last(const Finding& finding, std::span<const HistoryNight> nights) {
  const std::string name = history_name(finding);
  return first_of(nights.begin(), nights.end(), name) +
         first_of(nights.rbegin(), nights.rend(), name);
}

// --- the table

std::string status_cell(FindingStatus status) {
  return element("td", fmt::format("class=\"status {}\"", name_of(status)),
                 fmt::format("{} {}", sign_of(status), name_of(status)));
}

// --- the grid

std::string grid_head(std::span<const HistoryNight> nights) {
  std::string cells = "<th scope=\"col\">finding</th>";
  for (const HistoryNight& each : nights)
    cells += element("th",
                     fmt::format("scope=\"col\" title=\"{}\"",
                                 escaped(day_of(each.began) + " " + short_commit(each.commit))),
                     std::to_string(each.night));
  return element("thead", element("tr", cells)) + "\n";
}

std::string grid_cell(const HistoryNight& night, const std::string& name) {
  const HistoryFinding* finding = find(night, name);
  if (!finding) return "<td>·</td>";
  const std::string count =
      finding->episodes == 0 ? "" : ", " + count_of(finding->episodes, "episode");
  return fmt::format("<td class=\"{0}\" title=\"night {1}: {0}{2}\">{3}</td>",
                     name_of(finding->status), night.night, count, sign_of(finding->status));
}

std::string grid_row(const std::string& head, const std::string& name,
                     std::span<const HistoryNight> nights) {
  std::string cells = element("th", "scope=\"row\"", head);
  for (const HistoryNight& each : nights) cells += grid_cell(each, name);
  return element("tr", cells) + "\n";
}

std::string_view legend() {
  return "<p class=\"legend\"><span class=\"new\">● new</span> <span class=\"regressed\">▲ "
         "regressed</span> <span class=\"known\">○ known</span> <span class=\"fixed\">✓ fixed"
         "</span> <span>· not seen</span></p>\n";
}

// The names of what was there in some night.
std::set<std::string> names_in(std::span<const HistoryNight> nights) {
  std::set<std::string> names;
  for (const HistoryNight& night : nights)
    for (const auto& [name, finding] : night.findings)
      if (finding.status != FindingStatus::fixed) names.insert(name);
  return names;
}

}  // namespace

std::string day_of(const std::string& time) { return time.substr(0, time.find('T')).substr(0, 10); }

std::string short_commit(const std::string& commit) {
  constexpr std::size_t kLetters = 8;
  return commit.substr(0, kLetters);
}

// What is urgent first, and of that what is found most often.
NightFindings::NightFindings(const RunReport& report, std::span<const HistoryNight> nights,
                             const RunPlace& place, const std::set<std::string>& with_files)
    : report_(report), nights_(nights), place_(place), with_files_(with_files) {
  for (const Finding& each : report.findings) sorted_.push_back(&each);
  const auto key = [](const Finding* each) {
    return std::tuple(rank_of(each->status), ~each->all_episodes(), each->name());
  };
  std::sort(sorted_.begin(), sorted_.end(),
            [&](const auto* one, const auto* other) { return key(one) < key(other); });
}

std::string NightFindings::link(const Finding& finding) const {
  const std::string name = short_text(finding.name());
  if (!has_files(finding)) return name;
  return element("a", fmt::format("href=\"{}\"", path_of(finding.name(), ".html")), name);
}

std::string NightFindings::description(const Finding& finding) const {
  const std::string name = finding.name();
  std::string markup = "<b>" + link(finding) + "</b>";
  if (has_files(finding))
    markup += fmt::format(" <a class=\"file\" href=\"{}\" aria-label=\"trace of {}\">trace</a>",
                          path_of(name, ".trace"), short_text(name));
  std::string sentence = finding.simplest.sentence;
  if (!finding.is_seen() && !finding.unmet.empty())
    sentence = finding.baseline + ": " + finding.unmet.front();
  if (!sentence.empty()) markup += element("span", "class=\"words\"", short_text(sentence));
  if (const std::string command = replay_of(finding, report_, place_); !command.empty())
    markup += command_markup(name, command);
  return element("th", "scope=\"row\"", markup);
}

std::string NightFindings::configurations(const Finding& finding) const {
  const std::size_t all = finding.episodes.size();
  std::string markup;
  std::size_t shown = 0;
  for (const auto& [portion, count] : finding.episodes) {
    if (shown == kConfigurationsOfAFinding) break;
    markup += (shown++ == 0 ? "" : "<br>") + short_text(report_.head.portions.at(portion).name);
  }
  if (all > kConfigurationsOfAFinding)
    markup +=
        fmt::format("<br><span class=\"soft\">and {} more</span>", all - kConfigurationsOfAFinding);
  return element("td", "class=\"many\"", markup);
}

std::string NightFindings::row(const Finding& finding) const {
  const std::string episodes =
      finding.is_seen() ? grouped(finding.all_episodes())
                        : "<span class=\"soft\" title=\"its trace alone shows it\">trace</span>";
  const std::size_t steps = finding.simplest.trace.scenario.steps.size();
  return element("tr", status_cell(finding.status) + description(finding) +
                           element("td", "class=\"count\"", grouped(steps)) +
                           element("td", "class=\"count\"", episodes) + configurations(finding) +
                           first_and_last(finding, nights_)) +
         "\n";
}

std::string NightFindings::fixed() const {
  Rows rows(kFindingRows, kFixedBytes);
  std::size_t fixed = 0;
  for (const Finding* each : sorted_) {
    if (each->status != FindingStatus::fixed) continue;
    ++fixed;
    rows.add(element("tr",
                     element("th", "scope=\"row\"", link(*each)) + first_and_last(*each, nights_)) +
             "\n");
  }
  if (fixed == 0) return {};
  return folded("fixed", fmt::format("✓ {} fixed", grouped(fixed)),
                element("table", "class=\"listed\"",
                        table_head({"finding", "first seen", "last seen"}) + "\n" +
                            element("tbody", "\n" + rows.markup())) +
                    "\n" + rows.notice("fixed findings"));
}

std::string NightFindings::table() const {
  Rows rows(kFindingRows, kFindingBytes);
  for (const Finding* each : sorted_)
    if (each->status != FindingStatus::fixed) rows.add(row(*each));
  std::string markup = "<h2 id=\"findings\">Findings</h2>\n";
  if (rows.markup().empty())
    markup += "<p>None.</p>\n";
  else
    markup += wide("findings", element("table", "class=\"found\"",
                                       table_head({"status", "finding", "steps", "episodes",
                                                   "configurations", "first seen", "last seen"}) +
                                           "\n" + element("tbody", "\n" + rows.markup()))) +
              "\n";
  return markup + rows.notice("findings") + fixed();
}

std::string NightFindings::grid() const {
  const auto shown = nights_.last(std::min(nights_.size(), kGridNights));
  std::set<std::string> names = names_in(shown);
  if (names.empty() || shown.size() < 2) return {};
  Rows rows(kFindingRows, kGridBytes);
  for (const Finding* each : sorted_)
    if (names.erase(history_name(*each)) > 0)
      rows.add(grid_row(link(*each), history_name(*each), shown));
  for (const std::string& name : names) rows.add(grid_row(short_text(name), name, shown));
  return "<h2 id=\"grid\">Findings by night</h2>\n<div class=\"nights\">\n" +
         wide("findings by night",
              element("table", "class=\"grid\"",
                      grid_head(shown) + element("tbody", "\n" + rows.markup()))) +
         "\n</div>\n" + std::string(legend()) + rows.notice("findings");
}

}  // namespace tidemark::core
