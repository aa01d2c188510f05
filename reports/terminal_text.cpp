#include "reports/terminal_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "reports/screen.h"
#include "reports/search.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

using std::string_view;

constexpr std::size_t kLeastName = 12;

// The place of an invariant in a portion; nothing where it is not judged there.
std::optional<std::size_t> place_in(const PortionHead& head, const std::string& invariant) {
  const auto found = std::find(head.invariants.begin(), head.invariants.end(), invariant);
  const auto place = static_cast<std::size_t>(found - head.invariants.begin());
  const bool is_judged = place < head.invariants.size() && (head.judged >> place & 1) != 0;
  return is_judged ? std::optional(place) : std::nullopt;
}

BrokenInvariant counted(const std::string& name, const RunReport& report) {
  BrokenInvariant counted{.name = name, .is_own = !find_invariant(name)};
  for (std::size_t i = 0; i < report.head.portions.size(); ++i)
    if (const auto place = place_in(report.head.portions[i], name)) {
      counted.broken += report.result.portions[i].broken[*place];
      counted.episodes += report.result.portions[i].episodes;
    }
  return counted;
}

// The words of names between those with which all begin and those with which all end:
// `page, server-priority` and `page, client-priority` differ in `server` and `client`.
class ShortNames {
 public:
  explicit ShortNames(const std::vector<PortionHead>& portions) {
    for (const PortionHead& each : portions) names_.push_back(each.name);
    if (names_.size() < 2) return;
    const std::size_t begin = shared([](string_view name, std::size_t i) { return name[i]; });
    const std::size_t end =
        shared([](string_view name, std::size_t i) { return name[name.size() - 1 - i]; });
    const std::size_t from = names_.front().find_last_of(" ", begin == 0 ? 0 : begin - 1);
    const std::size_t to = names_.front().find_first_of("- ,", names_.front().size() - end);
    const std::size_t first = from == string_view::npos ? 0 : from + 1;
    const std::size_t last = to == string_view::npos ? 0 : names_.front().size() - to;
    for (std::string& name : names_)
      if (first + last < name.size()) name = name.substr(first, name.size() - first - last);
  }

  // `all`, or `server, client`.
  std::string of(const Finding& finding) const {
    if (finding.episodes.size() == names_.size()) return names_.size() == 1 ? "" : "all";
    std::vector<string_view> some;
    for (const auto& [portion, count] : finding.episodes) some.push_back(names_.at(portion));
    return fmt::format("{}", fmt::join(some, ", "));
  }

 private:
  template <class CharacterAt>
  std::size_t shared(CharacterAt at) const {
    std::size_t count = 0;
    const auto has_it = [&](const std::string& name) {
      return count < name.size() && at(name, count) == at(names_.front(), count);
    };
    while (std::all_of(names_.begin(), names_.end(), has_it)) ++count;
    return count;
  }

  std::vector<std::string> names_;
};

std::size_t steps_of(const Finding& finding) {
  return finding.simplest.trace.scenario.steps.size();
}

class BugsText {
 public:
  BugsText(const RunReport& report, const std::map<std::string, Shown>& shown,
           const TextFormat& format)
      : report_(report), shown_(shown), format_(format), names_(report.head.portions) {
    for (const Finding& each : report.findings)
      where_columns_ = std::max(where_columns_, columns(names_.of(each)));
  }

  std::string write() {
    const std::vector<BrokenInvariant> all = broken_invariants(report_);
    if (const Shown* told = all.empty() ? nullptr : shown_as(*all.front().bugs.front()))
      text_ = screen(*told, format_.color, format_.columns) + "\n";
    for (const BrokenInvariant& each : all) add(each, &each == &all.front());
    return std::move(text_);
  }

 private:
  const Shown* shown_as(const Finding& bug) const {
    const auto found = shown_.find(bug.name());
    return found == shown_.end() ? nullptr : &found->second;
  }

  void add(const BrokenInvariant& broken, bool is_told) {
    const Paint paint(format_.color);
    const std::string head =
        fmt::format("{}: in {} of {}, {}", broken.name, grouped(broken.broken),
                    count_of(broken.episodes, "episode"), count_of(broken.bugs.size(), "bug"));
    text_ += paint(Style::strong, clip(head, format_.columns)) + "\n";
    for (const Finding* bug : broken.bugs) add(*bug);
    if (const Shown* simplest = shown_as(*broken.bugs.front()); simplest && !is_told)
      text_ += fmt::format("  replay  {}\n", simplest->commands.front().text);
  }

  void add(const Finding& bug) {
    const std::string status =
        report_.head.has_baseline ? fmt::format("{:<9}  ", name_of(bug.status)) : "";
    const std::string where = where_columns_ == 0 ? "" : pad(names_.of(bug), where_columns_) + "  ";
    text_ += clip(fmt::format("  {}{}  {:>8}  {}{}", status, bug.fingerprint,
                              count_of(steps_of(bug), "step"), where, bug.simplest.sentence),
                  format_.columns) +
             "\n";
  }

  const RunReport& report_;
  const std::map<std::string, Shown>& shown_;
  const TextFormat& format_;
  ShortNames names_;
  std::size_t where_columns_ = 0;
  std::string text_;
};

std::string held_phrase(const RunReport& report) {
  if (report.result.episodes() == 0) return "nothing ran";
  return fmt::format("{} held in {}", print_invariants(report.head.portions.front().judged),
                     count_of(report.result.episodes(), "episode"));
}

}  // namespace

std::vector<BrokenInvariant> broken_invariants(const RunReport& report) {
  std::vector<BrokenInvariant> all;
  for (const Finding& each : report.findings) {
    if (!each.is_seen()) continue;
    auto known = std::find_if(all.begin(), all.end(), [&](const BrokenInvariant& broken) {
      return broken.name == each.invariant;
    });
    if (known == all.end()) known = all.insert(all.end(), counted(each.invariant, report));
    known->bugs.push_back(&each);
  }
  for (BrokenInvariant& each : all)
    std::stable_sort(each.bugs.begin(), each.bugs.end(),
                     [](const Finding* a, const Finding* b) { return has_simpler_trace(*a, *b); });
  std::stable_sort(all.begin(), all.end(), [](const BrokenInvariant& a, const BrokenInvariant& b) {
    return std::tuple(!a.is_own, b.broken) < std::tuple(!b.is_own, a.broken);
  });
  return all;
}

std::string bugs_text(const RunReport& report, const std::map<std::string, Shown>& shown,
                      const TextFormat& format) {
  return BugsText(report, shown, format).write();
}

std::string portions_text(const RunReport& report, const TextFormat& format) {
  std::size_t width = columns("configuration");
  for (const PortionHead& each : report.head.portions) width = std::max(width, columns(each.name));
  constexpr std::size_t kNumbers = 2 + 12 + 2 + 12 + 2 + 8 + 2 + 16;
  width =
      std::min(width, std::max(kLeastName, format.columns - std::min(format.columns, kNumbers)));
  std::string text = fmt::format("{}  {:>12}  {:>12}  {:>8}  {}\n", pad("configuration", width),
                                 "episodes", "broken", "steps", "digest");
  for (std::size_t i = 0; i < report.head.portions.size(); ++i) {
    const PortionResult& result = report.result.portions[i];
    text += fmt::format("{}  {:>12}  {:>12}  {:>8}  {}\n",
                        pad(clip_middle(report.head.portions[i].name, width), width),
                        grouped(result.episodes), grouped(result.broken_episodes),
                        rounded(result.effective_steps), print_digest(result.digest));
  }
  return text;
}

std::string last_line(const RunReport& report, const std::vector<std::string>& written) {
  const auto all = broken_invariants(report);
  std::size_t bugs = 0;
  std::size_t shortest = 0;
  for (const BrokenInvariant& each : all) {
    bugs += each.bugs.size();
    const std::size_t steps = steps_of(*each.bugs.front());
    shortest = shortest == 0 ? steps : std::min(shortest, steps);
  }
  const std::string where = !written.empty()
                                ? fmt::format("; written: {}", fmt::join(written, ", "))
                            : bugs == 0 ? ""
                                        : "; --out found/ writes each";
  if (bugs == 0) return held_phrase(report) + where;
  return fmt::format("{} of {}, the shortest in {}{}", count_of(bugs, "bug"),
                     count_of(all.size(), "invariant"), count_of(shortest, "step"), where);
}

}  // namespace tidemark::core
