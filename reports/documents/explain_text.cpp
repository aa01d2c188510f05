#include "reports/documents/explain_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "reports/account.h"
#include "reports/documents/characters.h"
#include "reports/explanation.h"
#include "reports/json.h"
#include "reports/space_time.h"
#include "reports/words.h"
#include "sim/generator.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kTableMost = 14;  // lines
constexpr std::size_t kStepColumns = 28;
constexpr std::size_t kNameColumns = 10;
constexpr std::string_view kIndent = "  ";

// `step 2`, `steps 2, 3 and 5`.
std::string print_steps(const std::vector<std::uint32_t>& places) {
  std::string text = places.size() == 1 ? "step " : "steps ";
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i > 0) text += i + 1 == places.size() ? " and " : ", ";
    text += std::to_string(places[i] + 1);
  }
  return text;
}

// The steps that could not happen.
std::map<std::uint32_t, SkipReason> skipped(const Recording& recording) {
  std::map<std::uint32_t, SkipReason> reasons;
  std::uint32_t step = 0;
  for (const Event& event : recording.events) {
    if (const auto* began = std::get_if<StepBegan>(&event)) step = began->place;
    if (const auto* skipped = std::get_if<StepSkipped>(&event))
      reasons.emplace(step, skipped->reason);
  }
  return reasons;
}

// What happens without one step. Steps keep the numbers that they have with it.
class WithoutStep {
 public:
  WithoutStep(const Shown& about, std::size_t step)
      : about_(about),
        step_(static_cast<std::uint32_t>(step)),
        left_out_(about.anatomy->left_out[step]),
        verdict_(left_out_.recording.outcome.verdict) {}

  std::string sentence() {
    if (verdict_.broken(*about_.invariant)) return "is not needed: it is broken all the same";
    tell_idle_steps();
    tell_verdict();
    tell_rest();
    return fmt::format("{}", fmt::join(parts_, "; "));
  }

 private:
  std::uint32_t number_with(std::uint32_t place) const {
    return place >= step_ ? place + 1 : place;
  }

  void tell_idle_steps() {
    const std::map<std::uint32_t, SkipReason> before = skipped(about_.run.recording());
    std::vector<std::uint32_t> idle;
    std::string reason;
    for (const auto& [place, why] : skipped(left_out_.recording)) {
      if (before.contains(number_with(place))) continue;
      if (idle.empty())
        reason = skip_reason(why, left_out_.scenario.steps[place], left_out_.scenario);
      idle.push_back(number_with(place));
    }
    if (!idle.empty())
      parts_.push_back(fmt::format("{} {} nothing ({})", print_steps(idle),
                                   idle.size() == 1 ? "does" : "do", reason));
  }

  void tell_verdict() {
    std::vector<std::string> others;
    const std::vector<std::string> names = invariant_names(about_.configuration);
    for (std::size_t i = 0; i < names.size(); ++i)
      if (const auto each = static_cast<Invariant>(i);
          verdict_.broken(each) && !about_.run.verdict().broken(each))
        others.push_back(names[i]);
    parts_.emplace_back("it holds");
    if (!others.empty())
      parts_.back() += fmt::format(", but now {} breaks", fmt::join(others, ", "));
  }

  // What became of the object that the breach is about.
  void tell_rest() {
    const std::vector<std::string>& labels = about_.run.scenario().objects;
    const std::uint32_t number = about_.breach().guid.number;
    if (number >= labels.size()) return;
    const auto& now = left_out_.scenario.objects;
    const auto found = std::find(now.begin(), now.end(), labels[number]);
    if (found == now.end()) return;
    const Account account(left_out_.scenario, left_out_.recording);
    const Guid guid{static_cast<std::uint32_t>(found - now.begin())};
    const std::string object = Vocabulary(account).object(guid);
    const auto held_by = [&](std::uint8_t number_of_replica) {
      return account.at_rest(Replica{number_of_replica}, guid);
    };
    for (std::uint8_t i = 1; i < account.replicas(); ++i)
      if (held_by(i) != held_by(0)) {
        parts_.push_back(fmt::format("{} ends {} on S and {} on {}", object, end_of(held_by(0)),
                                     end_of(held_by(i)), replica_name(Replica{i})));
        return;
      }
    parts_.push_back(fmt::format("{} ends {}", object, end_of(held_by(0))));
  }

  std::string end_of(Value value) const {
    if (value == kNoValue) return "as nothing";
    const Version& version = left_out_.recording.versions[value.number];
    const std::uint32_t step = number_with(version.step) + 1;
    if (!version.by_app() && version.step >= left_out_.scenario.steps.size())
      return "as the strategy made it in settle";
    if (!version.by_app()) return fmt::format("as the strategy made it in step {}", step);
    return version.isdeleted ? fmt::format("deleted by step {}", step)
                             : fmt::format("as step {} wrote it", step);
  }

  const Shown& about_;
  std::uint32_t step_;
  const LeftOut& left_out_;
  const Verdict& verdict_;
  std::vector<std::string> parts_;
};

std::string_view kind_of(const Detail& detail) {
  constexpr std::array<std::string_view, 5> kKinds{"key", "name", "value", "lost-message",
                                                   "seconds"};
  return kKinds[static_cast<std::size_t>(detail.kind)];
}

nlohmann::json detail_json(const Detail& detail) {
  nlohmann::json document{{"kind", kind_of(detail)},
                          {"text", detail.text},
                          {"steps", nlohmann::json::array()},
                          {"matters", !detail.cures.empty()},
                          {"cures", detail.cures}};
  for (const std::uint32_t place : detail.steps) document["steps"].push_back(place + 1);
  return document;
}

std::string name_of(const Detail& detail) {
  switch (detail.kind) {
    case DetailKind::key:
      return "pk=" + detail.text;
    case DetailKind::name:
      return "name=" + detail.text;
    case DetailKind::value:
      return "value=" + detail.text;
    case DetailKind::lost_message:
      return "lose=" + detail.text;
    case DetailKind::seconds:
      return "the amount " + detail.text;
  }
  return {};
}

// With what else in its place an invariant holds.
std::string cures_of(const Detail& detail) {
  if (detail.kind == DetailKind::key) return "where each object has a key of its own";
  if (detail.kind == DetailKind::name) return "where each object has its own name";
  if (detail.kind == DetailKind::value) return "without a value";
  return fmt::format("with {}", fmt::join(detail.cures, ", or with "));
}

class Explainer {
 public:
  Explainer(const Shown& about, bool color)
      : about_(about),
        account_(about.run.scenario(), about.run.recording()),
        explanation_(explain(about.breach(), account_, about.run.trace().strategy)),
        paint_(color) {}

  std::string tell() {
    tell_verdict();
    tell_table();
    tell_reasons();
    tell_steps();
    tell_details();
    tell_guilty_step();
    tell_what_was_not_tried();
    return std::move(text_);
  }

 private:
  void line(std::string_view text) { text_ += std::string(text) + "\n"; }
  void named(std::string_view name, std::string_view text) {
    if (!text.empty()) text_ += hang(std::string(kIndent) + pad(name, kNameColumns), text);
  }
  std::string subject() const { return name_of(*about_.invariant, about_.configuration); }

  void tell_verdict() {
    line(paint_(Style::bad, clip(fmt::format("{} is broken  {}", subject(),
                                             configuration_name(about_.run.trace())),
                                 kReportColumns)));
    text_ += hang(kIndent, plain_line(sentence(about_.breach(), account_)));
    line("");
  }

  void tell_table() {
    for (const TableLine& each :
         space_time(account_, about_.breach(), explanation_.spot, kTableMost))
      line(each.marked ? paint_(Style::bad, each.text) : each.text);
    line("");
  }

  void tell_reasons() {
    named("expected", expected(about_.breach(), account_));
    named("why", explanation_.why);
    line("");
  }

  void tell_steps() {
    const std::vector<ExplainedStep> rows = step_rows(about_);
    if (rows.size() == 1) return;
    line(paint_(Style::dim, "     " + pad("step", kStepColumns - 1) + "breaks  without it alone"));
    for (const ExplainedStep& row : rows) tell_step(row);
  }

  void tell_step(const ExplainedStep& row) {
    const std::string title =
        fmt::format("{:>2} {}", row.number ? std::to_string(*row.number) : "", row.title);
    const std::string share = row.share ? fmt::format("{:.0f} %", *row.share * 100) : "";
    const std::string head =
        fmt::format("{}{} {:>7}", row.is_guilty ? ">>" : "  ",
                    pad(clip(plain_line(title), kStepColumns), kStepColumns), share);
    const std::string lines = row.without.empty() ? head + "\n" : hang(head + "  ", row.without);
    text_ += paint_(row.is_guilty ? Style::bad : Style::plain, lines.substr(0, head.size())) +
             lines.substr(head.size());
  }

  void tell_details() {
    for (const Detail& each : about_.anatomy->details)
      text_ += hang(kIndent, detail_sentence(about_, each));
  }

  void tell_what_was_not_tried() {
    if (about_.anatomy->left_out.empty())
      text_ += hang(kIndent, fmt::format("Of more than {} steps, what each is needed for is not "
                                         "tried, and not every one is kept as the last.",
                                         kMostDissected));
    if (about_.anatomy->prefixes.empty())
      text_ += hang(kIndent, fmt::format("With more than {} objects, where it goes wrong is not "
                                         "tried.",
                                         kMaxObjects));
  }

  void tell_guilty_step() {
    const std::string where = guilty_sentence(about_);
    if (where.empty()) return;
    line("");
    text_ += hang(kIndent, where);
  }

  const Shown& about_;
  Account account_;
  Explanation explanation_;
  Paint paint_;
  std::string text_;
};

}  // namespace

std::string explain_text(const Shown& about, bool color) { return Explainer(about, color).tell(); }

nlohmann::json explain_json(const Shown& about) {
  nlohmann::json document{{"schema", "tidemark/explain/1"},
                          {"invariant", nullptr},
                          {"fingerprint", about.fingerprint},
                          {"replay", replay_json(about.run.trace(), about.run.recording())},
                          {"without", nlohmann::json::array()},
                          {"details", nlohmann::json::array()},
                          {"prefixes", nlohmann::json::array()},
                          {"guilty_step", nullptr}};
  if (!about.anatomy) return document;
  const Anatomy& anatomy = *about.anatomy;
  document["invariant"] = name_of(*about.invariant, about.configuration);
  for (std::size_t i = 0; i < anatomy.left_out.size(); ++i)
    document["without"].push_back(
        {{"step", i + 1},
         {"broken", anatomy.left_out[i].recording.outcome.verdict.broken(*about.invariant)},
         {"sentence", WithoutStep(about, i).sentence()}});
  for (const Detail& each : anatomy.details) document["details"].push_back(detail_json(each));
  for (const Prefix& each : anatomy.prefixes)
    document["prefixes"].push_back({{"steps", each.steps}, {"share", each.share}});
  if (anatomy.guilty_step) document["guilty_step"] = *anatomy.guilty_step + 1;
  return document;
}

std::string guilty_sentence(const Shown& about) {
  if (about.anatomy->prefixes.empty()) return {};
  const std::optional<std::uint32_t>& step = about.anatomy->guilty_step;
  return fmt::format(
      "{}. \"breaks\": each step was kept with those before it, and random ones of the same kinds "
      "put behind, {} times; so often {} broke.",
      step ? fmt::format("It goes wrong in step {}", *step + 1) : "No step stands out",
      kRunsPerPrefix, name_of(*about.invariant, about.configuration));
}

std::vector<ExplainedStep> step_rows(const Shown& about) {
  const Anatomy& anatomy = *about.anatomy;
  const Scenario& scenario = about.run.scenario();
  std::map<std::uint32_t, double> shares;  // by the number of steps that are kept
  for (const Prefix& each : anatomy.prefixes) shares.emplace(each.steps, each.share);
  const auto share_of = [&](std::uint32_t kept) {
    const auto found = shares.find(kept);
    return found == shares.end() ? std::nullopt : std::optional(found->second);
  };
  std::vector<ExplainedStep> rows{{.title = "random steps alone", .share = share_of(0)}};
  for (std::uint32_t i = 0; i < scenario.steps.size(); ++i) {
    ExplainedStep row{.number = i + 1,
                      .title = print_step(scenario, scenario.steps[i]),
                      .share = share_of(i + 1),
                      .is_guilty = anatomy.guilty_step == i};
    if (!anatomy.left_out.empty()) row.without = WithoutStep(about, i).sentence();
    if (row.share || !row.without.empty()) rows.push_back(std::move(row));
  }
  return rows;
}

std::string detail_sentence(const Shown& about, const Detail& detail) {
  const std::string what = fmt::format("{} of {}", clip_middle(plain_line(name_of(detail)), 30),
                                       print_steps(detail.steps));
  if (detail.cures.empty()) return what + " does not matter";
  return fmt::format("{} matters: {}, {} holds", what, cures_of(detail),
                     name_of(*about.invariant, about.configuration));
}

}  // namespace tidemark::core
