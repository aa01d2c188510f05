#include "reports/documents/html/anatomy_section.h"

#include <fmt/format.h>

#include "reports/documents/explain_text.h"
#include "reports/documents/html/markup.h"
#include "sim/trace.h"

namespace tidemark::core {
namespace {

constexpr int kBarWidth = 120;

std::string bar(double share) {
  return fmt::format(
      "<svg class=\"bar\" width=\"{0}\" height=\"12\" aria-hidden=\"true\"><rect class=\"all\" "
      "width=\"{0}\" height=\"12\"/><rect width=\"{1}\" height=\"12\"/></svg>",
      kBarWidth, static_cast<int>(share * kBarWidth + 0.5));
}

class AnatomyTable {
 public:
  explicit AnatomyTable(const Case& about) : about_(about), anatomy_(*about.anatomy) {}

  std::string write() const {
    std::string rows = row(0, "random steps alone", {});
    const Scenario& scenario = about_.run.trace.scenario;
    for (std::uint32_t i = 0; i < scenario.steps.size(); ++i)
      if (!anatomy_.left_out.empty() || prefix_of(anatomy_, i + 1) != nullptr)
        rows += row(i + 1, fmt::format("{} {}", i + 1, print_step(scenario, scenario.steps[i])),
                    anatomy_.left_out.empty() ? std::string() : without_step(about_, i));
    return element("table", "class=\"anatomy\"",
                   "<thead><tr><th scope=\"col\">step</th><th scope=\"col\">breaks</th><th "
                   "scope=\"col\">without it alone</th></tr></thead>\n" +
                       element("tbody", "\n" + rows));
  }

 private:
  std::string row(std::uint32_t kept, const std::string& title, const std::string& without) const {
    const bool is_guilty = kept > 0 && anatomy_.guilty_step == kept - 1;
    const Prefix* prefix = prefix_of(anatomy_, kept);
    const std::string share =
        prefix == nullptr
            ? std::string()
            : bar(prefix->share) + element("span", fmt::format("{:.0f} %", prefix->share * 100));
    return element("tr", is_guilty ? "class=\"guilty\"" : "",
                   element("th", "scope=\"row\"", escaped(title) + (is_guilty ? " ◀" : "")) +
                       element("td", "class=\"share\"", share) +
                       element("td", "class=\"words\"", escaped(without))) +
           "\n";
  }

  const Case& about_;
  const Anatomy& anatomy_;
};

}  // namespace

std::string anatomy_section(const Case& about, const std::string& id) {
  std::string markup = element("h2", fmt::format("id=\"{}\"", id), "Where it goes wrong") + "\n";
  if (const std::string where = guilty_sentence(about); !where.empty())
    markup += element("p", escaped(where)) + "\n";
  markup += element("div", "class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"each step\"",
                    "\n" + AnatomyTable(about).write() + "\n") +
            "\n";
  std::string items;
  for (const Detail& each : about.anatomy->details)
    items += element("li", escaped(detail_sentence(about, each))) + "\n";
  if (!items.empty()) markup += element("ul", "class=\"details\"", "\n" + items) + "\n";
  return element("section", fmt::format("aria-labelledby=\"{}\"", id), "\n" + markup) + "\n";
}

}  // namespace tidemark::core
