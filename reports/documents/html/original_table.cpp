#include "reports/documents/html/original_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "reports/documents/html/markup.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

// Of a longer original the first steps are compared; so many pairs are.
constexpr std::size_t kMostPairs = 4'000'000;

// How alike two steps are: shrinking renames clients and objects, and makes kinds simpler. Zero:
// they are not the same.
int likeness(const Scenario& a, const Step& one, const Scenario& b, const Step& other) {
  if (print_step(a, one) == print_step(b, other)) return 5;
  if (one.kind != other.kind) return 0;
  return 2 + (one.replica == other.replica) + (one.lose == other.lose);
}

// For each step of the minimal trace the place of its partner in the original; where there is none,
// the original's size.
std::vector<std::size_t> partners(const Scenario& minimal, const Scenario& original) {
  const std::size_t rows = minimal.steps.size();
  const std::size_t columns =
      std::min(original.steps.size(), kMostPairs / std::max<std::size_t>(1, rows));
  std::vector<int> best((rows + 1) * (columns + 1));
  const auto at = [&](std::size_t i, std::size_t j) -> int& { return best[i * (columns + 1) + j]; };
  const auto alike = [&](std::size_t i, std::size_t j) {
    return likeness(minimal, minimal.steps[i], original, original.steps[j]);
  };
  for (std::size_t i = rows; i-- > 0;)
    for (std::size_t j = columns; j-- > 0;) {
      const int likes = alike(i, j);
      at(i, j) = std::max({at(i + 1, j), at(i, j + 1), likes > 0 ? at(i + 1, j + 1) + likes : 0});
    }
  std::vector<std::size_t> result(rows, original.steps.size());
  for (std::size_t i = 0, j = 0; i < rows && j < columns;) {
    const int likes = alike(i, j);
    if (likes > 0 && at(i, j) == at(i + 1, j + 1) + likes)
      result[i++] = j++;
    else if (at(i, j) == at(i, j + 1))
      ++j;
    else
      ++i;
  }
  return result;
}

std::string cells(const Scenario& scenario, std::size_t place) {
  if (place >= scenario.steps.size()) return "<td></td><td></td>";
  return element("td", "class=\"number\"", std::to_string(place + 1)) +
         element("td", escaped(print_step(scenario, scenario.steps[place])));
}

class Aligned {
 public:
  Aligned(const Scenario& minimal, const Scenario& original)
      : minimal_(minimal), original_(original) {}

  std::string write() {
    const std::vector<std::size_t> partner = partners(minimal_, original_);
    std::size_t next = 0;
    for (std::size_t i = 0; i < partner.size(); ++i) {
      if (partner[i] < original_.steps.size()) {
        fold(next, partner[i]);
        next = partner[i] + 1;
      }
      rows_ += element("tr", cells(minimal_, i) + cells(original_, partner[i])) + "\n";
    }
    fold(next, original_.steps.size());
    return std::move(rows_);
  }

 private:
  // What was removed, on one line that opens.
  void fold(std::size_t begin, std::size_t end) {
    if (begin >= end) return;
    std::string steps;
    for (std::size_t place = begin; place < end; ++place)
      steps += fmt::format("{:>4}  {}\n", place + 1, print_step(original_, original_.steps[place]));
    rows_ +=
        element("tr", "class=\"removed\"",
                "<td></td><td></td><td></td>" +
                    element("td",
                            element("details",
                                    element("summary", count_of(end - begin, "step") + " removed") +
                                        element("pre", escaped(steps))))) +
        "\n";
  }

  const Scenario& minimal_;
  const Scenario& original_;
  std::string rows_;
};

std::string size_of(const Scenario& scenario) {
  return fmt::format("{}, {}, {}", count_of(scenario.steps.size(), "step"),
                     count_of(scenario.clients, "client"),
                     count_of(fault_count(scenario), "fault"));
}

}  // namespace

std::string original_table(const Shown& about) {
  const Scenario& minimal = about.run.scenario();
  const Scenario& original = about.original->run.scenario();
  const std::string head = fmt::format(
      "<thead><tr><th scope=\"col\" colspan=\"2\">minimal: {}</th><th scope=\"col\" "
      "colspan=\"2\">original: {}</th></tr></thead>\n",
      size_of(minimal), size_of(original));
  return element("table", "class=\"original\"",
                 head + element("tbody", "\n" + Aligned(minimal, original).write())) +
         "\n";
}

}  // namespace tidemark::core
