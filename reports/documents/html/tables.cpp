#include "reports/documents/html/tables.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/text.h"
#include "reports/documents/characters.h"
#include "reports/documents/html/markup.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kShortBytes = 400;
constexpr std::size_t kMostCommandBytes = 2'000;

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Each name once, in the order in which the configurations have them.
std::vector<std::string> mark_names(const RunReport& report, std::size_t configurations) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < configurations; ++i)
    for (const auto& [name, count] : marks_of(report.head.portions[i], report.result.portions[i]))
      if (!has(names, name)) names.push_back(name);
  return names;
}

std::string mark_cell(const RunReport& report, std::size_t configuration, const std::string& name) {
  if (has(report.missed_marks[configuration], name))
    return "<td class=\"broken\">✗ never reached</td>";
  const PortionHead& head = report.head.portions[configuration];
  for (const auto& [mark, count] : marks_of(head, report.result.portions[configuration]))
    if (mark == name)
      return table_cell(
          count > 0 || has(head.granted, name) || has(head.own_marks, name) ? grouped(count) : "–");
  return table_cell("");
}

}  // namespace

std::string table_head(const std::vector<std::string>& names) {
  std::string cells;
  for (const std::string& name : names) cells += element("th", "scope=\"col\"", escaped(name));
  return element("thead", element("tr", cells));
}

std::string table_row(const std::string& name, const std::string& cells) {
  return element("tr", element("th", "scope=\"row\"", escaped(name)) + cells) + "\n";
}

std::string table_cell(const std::string& text) { return element("td", escaped(text)); }

std::string number_table(const std::vector<std::string>& names, const std::string& rows) {
  return element("table", "class=\"numbers\"",
                 table_head(names) + "\n" + element("tbody", "\n" + rows)) +
         "\n";
}

std::string short_text(std::string_view text) {
  return escaped(text.size() <= kShortBytes ? std::string(text)
                                            : cut(valid_text(text), kShortBytes));
}

std::string command_markup(std::string_view name, std::string_view command) {
  if (command.size() > kMostCommandBytes)
    return element(
        "span", "class=\"soft\"",
        fmt::format("the command has {}, and stands in report.json", print_bytes(command.size())));
  return element("span", "class=\"command\"",
                 element("code", escaped(command)) +
                     fmt::format("<button type=\"button\" class=\"copy\" hidden "
                                 "aria-label=\"copy the command of {}\">copy</button>",
                                 short_text(name)));
}

void Rows::add(std::string_view row) {
  if (left_out_ > 0 || shown_ == most_rows_ || markup_.size() + row.size() > most_bytes_)
    return void(++left_out_);
  ++shown_;
  markup_ += row;
}

std::string Rows::notice(std::string_view things) const {
  if (left_out_ == 0) return {};
  return element("p", "class=\"notice\"",
                 fmt::format("{} of {} {} are left out, so that the page stays small; "
                             "report.json and history.jsonl have all.",
                             grouped(left_out_), grouped(shown_ + left_out_), things)) +
         "\n";
}

std::string print_share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "";
  const double percent = 100 * static_cast<double>(part) / static_cast<double>(whole);
  return part > 0 && percent < 0.05 ? "< 0.1 %" : fmt::format("{:.1f} %", percent);
}

std::string mark_table(const RunReport& report, std::size_t configurations) {
  std::vector<std::string> names{"mark"};
  for (std::size_t i = 0; i < configurations; ++i) names.push_back(report.head.portions[i].name);
  std::string rows;
  for (const std::string& name : mark_names(report, configurations)) {
    std::string cells;
    for (std::size_t i = 0; i < configurations; ++i) cells += mark_cell(report, i, name);
    rows += table_row(name, cells);
  }
  return number_table(names, rows);
}

}  // namespace tidemark::core
