#include "reports/documents/github.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/text.h"
#include "reports/documents/characters.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kMostTextBytes = 500;      // of one text of a table or an annotation
constexpr std::size_t kMostCommandBytes = 2000;  // longer ones stand in the log alone

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (auto place = text.find(what); place != text.npos;
       place = text.find(what, place + with.size()))
    text.replace(place, what.size(), with);
  return text;
}

// --- annotations

std::string escaped_data(std::string_view text) {
  std::string data = replaced(valid_text(text), "%", "%25");
  return replaced(replaced(std::move(data), "\r", "%0D"), "\n", "%0A");
}

std::string escaped_property(std::string_view text) {
  return replaced(replaced(escaped_data(text), ":", "%3A"), ",", "%2C");
}

std::string annotation(std::string_view level, const std::string& title, std::string_view message,
                       const Failure& failure = {}) {
  const std::string place =
      failure.file.empty()
          ? ""
          : fmt::format("file={},line={},", escaped_property(failure.file), failure.line);
  return fmt::format("::{} {}title={}::{}\n", level, place,
                     escaped_property(cut(valid_line(title), kMostTextBytes)),
                     escaped_data(message));
}

std::string title_of(const Suite& suite, const Check& check, const Failure& failure) {
  const std::string name = check.name + ", " + suite.name;
  return failure.fingerprint.empty() ? name : fmt::format("{} ({})", name, failure.fingerprint);
}

std::string message_of(const Failure& failure) {
  const std::string verdict = cut(valid_line(failure.verdict), kMostTextBytes);
  return failure.replay.empty() ? verdict : verdict + "\nReplay: " + failure.replay;
}

std::string first_reason(const Check& check) {
  return cut(valid_line(check.reasons.front()), kMostTextBytes);
}

template <class Visit>
void each_check(const Checks& checks, Visit visit) {
  for (const Suite& suite : checks.suites)
    for (const Check& check : suite.checks) visit(suite, check);
}

// Faults first, since they make the rest doubtful; warnings last.
std::vector<std::string> all_annotations(const Checks& checks) {
  std::vector<std::string> lines;
  std::vector<std::string> findings;
  std::vector<std::string> warnings;
  each_check(checks, [&](const Suite& suite, const Check& check) {
    const std::string title = check.name + ", " + suite.name;
    if (check.outcome == CheckOutcome::fault)
      lines.push_back(annotation("error", title, first_reason(check)));
    if (check.outcome == CheckOutcome::not_judged && check.name == kRunCheck)
      warnings.push_back(annotation("warning", title, first_reason(check)));
    for (const Failure& each : check.failures)
      findings.push_back(annotation("error", title_of(suite, check, each), message_of(each), each));
  });
  lines.insert(lines.end(), findings.begin(), findings.end());
  lines.insert(lines.end(), warnings.begin(), warnings.end());
  return lines;
}

// --- the summary

bool is_letter(char each) { return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z'); }

// Text that is no markup, and mentions nobody. Signs are entities, but for those that mean nothing
// within a line; so is what could begin a list or a block of code.
std::string plain(std::string_view text) {
  std::string escaped = with_entities(cut(valid_line(text), kMostTextBytes), "&#", " ,-/()'");
  const bool is_harmless = escaped.empty() || escaped[0] == '&' || is_letter(escaped[0]) ||
                           static_cast<unsigned char>(escaped[0]) >= 0x80;
  if (!is_harmless) escaped.replace(0, 1, fmt::format("&#{};", static_cast<int>(escaped[0])));
  return replaced(std::move(escaped), "&#64;", "&#64;&#8203;");
}

// A block that ends at no fence of the text's own.
std::string fenced(std::string_view language, const std::string& text) {
  std::string fence = "```";
  while (text.find(fence) != text.npos) fence += '`';
  return fmt::format("{}{}\n{}{}{}\n", fence, language, text, text.ends_with('\n') ? "" : "\n",
                     fence);
}

std::string row(const Suite& suite, const Check& check, const Failure& failure) {
  return fmt::format("| {} | {} | {} | {} | <code>{}</code> |\n", plain(check.name),
                     plain(suite.name), plain(failure.found), failure.steps, plain(failure.replay));
}

std::string details(const Suite& suite, const Check& check, const Failure& failure) {
  std::string text = fmt::format("<details><summary>{}</summary>\n\n{}\n\n",
                                 plain(title_of(suite, check, failure)), plain(failure.verdict));
  if (!failure.diagram.empty()) text += fenced("mermaid", failure.diagram) + "\n";
  if (failure.replay.size() <= kMostCommandBytes)
    text += fenced("", valid_text(failure.replay)) + "\n";
  return text + "</details>\n\n";
}

// Parts of a text that is to stay shorter than a bound. What does not fit is counted.
class Bounded {
 public:
  explicit Bounded(std::size_t most) : most_(most) {}
  void add(const std::string& part) {
    if (left_out_ == 0 && text_.size() + part.size() <= most_)
      text_ += part;
    else
      ++left_out_;
  }
  std::string text(std::string_view singular) const {
    if (left_out_ == 0) return text_;
    return fmt::format("{}\n{} more, left out here\n\n", text_, count_of(left_out_, singular));
  }

 private:
  std::size_t most_;
  std::size_t left_out_ = 0;
  std::string text_;
};

std::string table(const Checks& checks, std::size_t most) {
  Bounded rows(most);
  each_check(checks, [&](const Suite& suite, const Check& check) {
    for (const Failure& each : check.failures) rows.add(row(suite, check, each));
  });
  return "| invariant | configuration | found | steps | replay |\n|---|---|---|--:|---|\n" +
         rows.text("finding") + "\n";
}

// What was run, and what makes it doubtful.
std::string runs(const Checks& checks, std::size_t most) {
  Bounded lines(most);
  for (const Suite& suite : checks.suites) {
    lines.add(fmt::format("- {}\n", plain(suite.totals)));
    for (const Check& check : suite.checks)
      if (check.name == kRunCheck || check.outcome == CheckOutcome::fault)
        for (const std::string& reason : check.reasons)
          lines.add(fmt::format("  - {}\n", plain(reason)));
  }
  return lines.text("line") + "\n";
}

std::string stories(const Checks& checks, std::size_t most) {
  Bounded all(most);
  each_check(checks, [&](const Suite& suite, const Check& check) {
    for (const Failure& each : check.failures) all.add(details(suite, check, each));
  });
  return all.text("story");
}

// Whether each run is sound, and something held.
bool proves_something(const Checks& checks) {
  bool is_doubtful = false;
  each_check(checks, [&](const Suite&, const Check& check) {
    is_doubtful |= check.name == kRunCheck && check.outcome != CheckOutcome::held;
  });
  return !is_doubtful && count(checks, CheckOutcome::held) > 0;
}

std::string headline(const Checks& checks) {
  const bool is_broken = count(checks, CheckOutcome::violated) > 0;
  const bool is_faulty = count(checks, CheckOutcome::fault) > 0;
  const bool is_proven = proves_something(checks);
  const std::string_view word = is_faulty   ? "FAULT"
                                : is_broken ? "FAIL"
                                : is_proven ? "ok"
                                            : "not proven";
  return fmt::format("### tidemark {}: {}\n\n{}\n\n", plain(checks.verb), word,
                     verdict_line(checks));
}

}  // namespace

std::string annotations(const Checks& checks) {
  const std::vector<std::string> lines = all_annotations(checks);
  const bool all_fit = lines.size() <= kMostAnnotations;
  const std::size_t shown = all_fit ? lines.size() : kMostAnnotations - 1;
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += lines[i];
  if (!all_fit)
    text += annotation("error", "tidemark " + checks.verb,
                       fmt::format("and {} more", grouped(lines.size() - shown)));
  return text;
}

std::string step_summary(const Checks& checks) {
  constexpr std::size_t kQuarter = kMostSummaryBytes / 4;
  std::string text = headline(checks) + runs(checks, kQuarter / 2);
  if (failure_count(checks) > 0) text += table(checks, kQuarter);
  const std::size_t room = kMostSummaryBytes - text.size() - 200;
  return text + stories(checks, room);
}

std::string without_commands(std::string_view text) {
  if (text.empty()) return {};
  Digest digest;
  std::string token;
  do {
    digest.add(text);
    token = "tidemark-" + print_digest(digest.value());
  } while (text.find(token) != text.npos);
  return fmt::format("::stop-commands::{}\n{}{}::{}::\n", token, text,
                     text.ends_with('\n') ? "" : "\n", token);
}

std::string defused(std::string_view text) {
  std::string harmless(text);
  for (auto place = harmless.find("::"); place != harmless.npos; place = harmless.find("::", place))
    harmless.insert(place + 1, 1, ' ');
  return replaced(std::move(harmless), "##[", "## [");
}

}  // namespace tidemark::core
