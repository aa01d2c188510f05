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

// Each name once, in the order in which the configurations have them.
std::vector<std::string_view> mark_names(std::span<const MarkColumn> columns) {
  std::vector<std::string_view> names;
  for (const MarkColumn& column : columns)
    for (const CountedMark& mark : column.marks)
      if (std::find(names.begin(), names.end(), mark.name) == names.end())
        names.push_back(mark.name);
  return names;
}

std::string mark_cell(const MarkColumn& column, std::string_view name) {
  if (std::find(column.missed.begin(), column.missed.end(), name) != column.missed.end())
    return "<td class=\"broken\">✗ never reached</td>";
  const auto mark = std::find_if(column.marks.begin(), column.marks.end(),
                                 [&](const CountedMark& each) { return each.name == name; });
  if (mark == column.marks.end()) return table_cell("");
  return table_cell(mark->granted || mark->count > 0 ? grouped(mark->count) : "–");
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

std::string mark_table(std::span<const MarkColumn> columns) {
  std::vector<std::string> names{"mark"};
  for (const MarkColumn& column : columns) names.emplace_back(column.name);
  std::string rows;
  for (const std::string_view name : mark_names(columns)) {
    std::string cells;
    for (const MarkColumn& column : columns) cells += mark_cell(column, name);
    rows += table_row(std::string(name), cells);
  }
  return number_table(names, rows);
}

}  // namespace tidemark::core
