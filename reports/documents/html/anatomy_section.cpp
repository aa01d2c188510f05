#include "reports/documents/html/anatomy_section.h"

#include <fmt/format.h>

#include "reports/documents/explain_text.h"
#include "reports/documents/html/markup.h"

namespace tidemark::core {
namespace {

constexpr int kBarWidth = 120;

std::string bar(double share) {
  return fmt::format(
      "<svg class=\"bar\" width=\"{0}\" height=\"12\" aria-hidden=\"true\"><rect class=\"all\" "
      "width=\"{0}\" height=\"12\"/><rect width=\"{1}\" height=\"12\"/></svg>",
      kBarWidth, static_cast<int>(share * kBarWidth + 0.5));
}

std::string row_of(const ExplainedStep& row) {
  const std::string title = row.number ? fmt::format("{} {}", *row.number, row.title) : row.title;
  const std::string share =
      row.share ? bar(*row.share) + element("span", fmt::format("{:.0f} %", *row.share * 100)) : "";
  return element("tr", row.is_guilty ? "class=\"guilty\"" : "",
                 element("th", "scope=\"row\"", escaped(title) + (row.is_guilty ? " ◀" : "")) +
                     element("td", "class=\"share\"", share) +
                     element("td", "class=\"words\"", escaped(row.without))) +
         "\n";
}

std::string step_table(const Shown& about) {
  std::string rows;
  for (const ExplainedStep& row : step_rows(about)) rows += row_of(row);
  return element("table", "class=\"anatomy\"",
                 "<thead><tr><th scope=\"col\">step</th><th scope=\"col\">breaks</th><th "
                 "scope=\"col\">without it alone</th></tr></thead>\n" +
                     element("tbody", "\n" + rows));
}

}  // namespace

std::string anatomy_section(const Shown& about) {
  std::string markup;
  if (const std::string where = guilty_sentence(about); !where.empty())
    markup += element("p", escaped(where)) + "\n";
  markup += wide("each step", "\n" + step_table(about) + "\n") + "\n";
  std::string items;
  for (const Detail& each : about.anatomy->details)
    items += element("li", escaped(detail_sentence(about, each))) + "\n";
  if (!items.empty()) markup += element("ul", "class=\"details\"", "\n" + items) + "\n";
  return markup;
}

}  // namespace tidemark::core
