#include "reports/documents/html/report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "reports/documents/html/finding_section.h"
#include "reports/documents/html/markup.h"
#include "reports/documents/html/run_section.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

std::string what_ran(std::span<const NamedLine> environment) {
  std::string rows;
  for (const NamedLine& each : environment)
    rows += element("dt", escaped(each.name)) + element("dd", escaped(each.text)) + "\n";
  return element("details", "id=\"environment\"",
                 element("summary", "Environment") + "\n" +
                     element("dl", "class=\"facts\"", "\n" + rows)) +
         "\n";
}

std::string first_sentence(const Shown& about) {
  if (!about.invariant) return "everything held";
  const Account account(about.run.scenario(), about.run.recording());
  return sentence(about.breach(), account);
}

// A page of many findings.
class Overview {
 public:
  Overview(std::span<const Shown> all, const RunReport* run) : shown_(all), run_(run) {}

  std::string write() {
    const std::string sections = findings();  // first: it says what is shown
    return heading() + (run_ ? run_numbers(*run_) : "") + groups() +
           (run_ ? run_tables(*run_) : "") + sections;
  }

  // Traces that show nothing are no findings.
  std::string title() const {
    return count_of(shown_.size(), broken() == shown_.size() ? "finding" : "trace");
  }

 private:
  std::string heading() const {
    std::string notices;
    if (run_)
      for (const std::string& doubt : doubts())
        notices += element("p", "class=\"notice\"", escaped(doubt)) + "\n";
    return element("header", element("p", "class=\"verdict\"", badge()) + element("h1", title()) +
                                 "\n" + notices) +
           "\n";
  }

  // What a doubtful run did not break need not hold.
  std::string_view badge() const {
    if (broken() > 0 || (run_ && run_->result.broken_episodes() > 0))
      return "<span class=\"badge bad\">FAIL</span>";
    if (run_ && !doubts().empty()) return "<span class=\"badge doubt\">IN DOUBT</span>";
    return "<span class=\"badge good\">HELD</span>";
  }
  // What a run says beside its findings, but for what changes nothing.
  std::vector<std::string> doubts() const {
    std::vector<std::string> lines = run_->problems();
    lines.resize(lines.size() - run_->notes.size());
    return lines;
  }

  std::size_t broken() const {
    return static_cast<std::size_t>(
        std::count_if(shown_.begin(), shown_.end(),
                      [](const Shown& each) { return each.invariant.has_value(); }));
  }
  static std::string id(std::size_t place) { return fmt::format("finding-{}", place + 1); }

  std::string findings() {
    std::string text;
    for (std::size_t i = 0; i < shown_.size() && i < kShownFindings; ++i) {
      const std::string section =
          finding_section(shown_[i], {.prefix = id(i) + "-", .alone = false});
      if (text.size() + section.size() > kShownBytes) break;
      text += element("details", fmt::format("class=\"case\" id=\"{}\"", id(i)),
                      element("summary", summary(shown_[i])) + "\n" + section) +
              "\n";
      ++in_full_;
    }
    if (text.empty()) return {};
    return element("section", "aria-labelledby=\"findings\"",
                   "<h2 id=\"findings\">Findings</h2>\n" + notice() + text) +
           "\n";
  }
  std::string notice() const {
    if (in_full_ == shown_.size()) return {};
    return element("p", "class=\"notice\"",
                   fmt::format("{} of {} findings are shown in full, so that the page stays "
                               "small; the table above has all.",
                               in_full_, shown_.size())) +
           "\n";
  }
  static std::string summary(const Shown& about) {
    return fmt::format("<b>{}</b> <span class=\"number\">{}</span> {}",
                       escaped(verdict_name(about)), about.fingerprint,
                       escaped(first_sentence(about)));
  }

  // How many episodes shrank to each fingerprint, over all configurations.
  std::map<std::string, std::uint64_t> episodes() const {
    std::map<std::string, std::uint64_t> counts;
    if (run_)
      for (const Finding& each : run_->findings) counts[each.fingerprint] += each.all_episodes();
    return counts;
  }

  std::string groups() const {
    if (shown_.empty()) return {};
    const auto counts = episodes();
    std::string rows;
    for (std::size_t i = 0; i < shown_.size(); ++i) rows += group(i, counts);
    return "<h2>By fingerprint</h2>\n" +
           wide("groups",
                "<table class=\"groups\"><thead><tr><th scope=\"col\">invariant</th><th "
                "scope=\"col\">fingerprint</th><th scope=\"col\">configuration</th><th "
                "scope=\"col\" class=\"count\">steps</th><th scope=\"col\" class=\"count\">"
                "episodes</th><th scope=\"col\">what is wrong</th></tr></thead>\n" +
                    element("tbody", "\n" + rows) + "</table>") +
           "\n";
  }
  std::string group(std::size_t place, const std::map<std::string, std::uint64_t>& counts) const {
    const Shown& about = shown_[place];
    const auto count = counts.find(about.fingerprint);
    const std::string name = escaped(verdict_name(about));
    return element("tr",
                   element("th", "scope=\"row\"",
                           place < in_full_ ? fmt::format("<a href=\"#{}\">{}</a>", id(place), name)
                                            : name) +
                       element("td", about.fingerprint) +
                       element("td", escaped(configuration_name(about.configuration))) +
                       element("td", "class=\"count\"",
                               std::to_string(about.run.scenario().steps.size())) +
                       element("td", "class=\"count\"",
                               count == counts.end() ? "" : grouped(count->second)) +
                       element("td", "class=\"words\"", escaped(first_sentence(about)))) +
           "\n";
  }

  std::span<const Shown> shown_;
  const RunReport* run_;
  std::size_t in_full_ = 0;
};

nlohmann::json data_of(std::span<const Shown> all) {
  nlohmann::json data{{"schema", "tidemark/html/1"}, {"findings", nlohmann::json::array()}};
  for (const Shown& each : all) data["findings"].push_back(finding_data(each));
  return data;
}

}  // namespace

std::string html_report(const Shown& about, std::span<const NamedLine> environment) {
  const std::string body =
      element("main", "\n" + finding_section(about, {}) + what_ran(environment)) + "\n";
  return html_page(
      fmt::format("{} · {}", verdict_name(about), configuration_name(about.configuration)), body,
      data_of({&about, 1}));
}

std::string html_report(std::span<const Shown> all, const RunReport* run,
                        std::span<const NamedLine> environment) {
  Overview overview(all, run);
  const std::string body =
      element("main",
              "\n" + overview.write() +
                  what_ran(run ? std::span<const NamedLine>(run->environment) : environment)) +
      "\n";
  return html_page(overview.title() + " · tidemark", body, data_of(all));
}

}  // namespace tidemark::core
