#include "reports/documents/html/report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "reports/documents/html/campaign_section.h"
#include "reports/documents/html/finding_section.h"
#include "reports/documents/html/markup.h"
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

std::string first_sentence(const Case& about) {
  if (!about.invariant) return "everything held";
  const Account account(about.run.trace.scenario, about.run.recording);
  return sentence(about.breach(), account);
}

// A page of many findings.
class Overview {
 public:
  Overview(std::span<const Case> cases, const Campaign* campaign)
      : cases_(cases), campaign_(campaign) {}

  std::string write() {
    const std::string sections = findings();  // first: it says what is shown
    return heading() + (campaign_ ? campaign_numbers(*campaign_) : "") + groups() +
           (campaign_ ? campaign_tables(*campaign_) : "") + sections;
  }

  // Traces that show nothing are no findings.
  std::string title() const {
    return count_of(cases_.size(), broken() == cases_.size() ? "finding" : "trace");
  }

 private:
  std::string heading() const {
    std::string notices;
    if (campaign_)
      for (const std::string& doubt : campaign_->doubts)
        notices += element("p", "class=\"notice\"", escaped(doubt)) + "\n";
    return element("header", element("p", "class=\"verdict\"", badge()) + element("h1", title()) +
                                 "\n" + notices) +
           "\n";
  }

  // What a doubtful run did not break need not hold.
  std::string_view badge() const {
    if (broken() > 0 || is_campaign_broken()) return "<span class=\"badge bad\">FAIL</span>";
    if (campaign_ && !campaign_->doubts.empty())
      return "<span class=\"badge doubt\">IN DOUBT</span>";
    return "<span class=\"badge good\">HELD</span>";
  }
  bool is_campaign_broken() const {
    return campaign_ &&
           std::any_of(campaign_->parts.begin(), campaign_->parts.end(),
                       [](const CampaignPart& part) { return part.broken_episodes > 0; });
  }

  std::size_t broken() const {
    return static_cast<std::size_t>(std::count_if(
        cases_.begin(), cases_.end(), [](const Case& each) { return each.invariant.has_value(); }));
  }
  static std::string id(std::size_t place) { return fmt::format("finding-{}", place + 1); }

  std::string findings() {
    std::string text;
    for (std::size_t i = 0; i < cases_.size() && i < kShownFindings; ++i) {
      const std::string section =
          finding_section(cases_[i], {.prefix = id(i) + "-", .alone = false});
      if (text.size() + section.size() > kShownBytes) break;
      text += element("details", fmt::format("class=\"case\" id=\"{}\"", id(i)),
                      element("summary", summary(cases_[i])) + "\n" + section) +
              "\n";
      ++shown_;
    }
    if (text.empty()) return {};
    return element("section", "aria-labelledby=\"findings\"",
                   "<h2 id=\"findings\">Findings</h2>\n" + notice() + text) +
           "\n";
  }
  std::string notice() const {
    if (shown_ == cases_.size()) return {};
    return element("p", "class=\"notice\"",
                   fmt::format("{} of {} findings are shown in full, so that the page stays "
                               "small; the table above has all.",
                               shown_, cases_.size())) +
           "\n";
  }
  static std::string summary(const Case& about) {
    return fmt::format("<b>{}</b> <span class=\"number\">{}</span> {}",
                       escaped(verdict_name(about)), about.fingerprint,
                       escaped(first_sentence(about)));
  }

  // How many episodes shrank to each fingerprint, over all configurations.
  std::map<std::string, std::uint64_t> episodes() const {
    std::map<std::string, std::uint64_t> counts;
    if (campaign_)
      for (const CampaignPart& part : campaign_->parts)
        for (const CampaignFinding& each : part.findings) counts[each.fingerprint] += each.episodes;
    return counts;
  }

  std::string groups() const {
    if (cases_.empty()) return {};
    const auto counts = episodes();
    std::string rows;
    for (std::size_t i = 0; i < cases_.size(); ++i) rows += group(i, counts);
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
    const Case& about = cases_[place];
    const auto count = counts.find(about.fingerprint);
    const std::string name = escaped(verdict_name(about));
    return element("tr",
                   element("th", "scope=\"row\"",
                           place < shown_ ? fmt::format("<a href=\"#{}\">{}</a>", id(place), name)
                                          : name) +
                       element("td", about.fingerprint) +
                       element("td", escaped(configuration_name(about.configuration))) +
                       element("td", "class=\"count\"",
                               std::to_string(about.run.trace.scenario.steps.size())) +
                       element("td", "class=\"count\"",
                               count == counts.end() ? "" : grouped(count->second)) +
                       element("td", "class=\"words\"", escaped(first_sentence(about)))) +
           "\n";
  }

  std::span<const Case> cases_;
  const Campaign* campaign_;
  std::size_t shown_ = 0;
};

nlohmann::json data_of(std::span<const Case> cases) {
  nlohmann::json data{{"schema", "tidemark/html/1"}, {"findings", nlohmann::json::array()}};
  for (const Case& each : cases) data["findings"].push_back(finding_data(each));
  return data;
}

}  // namespace

std::string html_report(const Case& about, std::span<const NamedLine> environment) {
  const std::string body =
      element("main", "\n" + finding_section(about, {}) + what_ran(environment)) + "\n";
  return html_page(
      fmt::format("{} · {}", verdict_name(about), configuration_name(about.configuration)), body,
      data_of({&about, 1}));
}

std::string html_report(std::span<const Case> cases, const Campaign* campaign,
                        std::span<const NamedLine> environment) {
  Overview overview(cases, campaign);
  const std::string body =
      element("main", "\n" + overview.write() +
                          what_ran(campaign ? campaign->environment : environment)) +
      "\n";
  return html_page(overview.title() + " · tidemark", body, data_of(cases));
}

}  // namespace tidemark::core
