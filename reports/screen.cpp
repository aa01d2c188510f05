#include "reports/screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"
#include "reports/account.h"
#include "reports/explanation.h"
#include "reports/search.h"
#include "reports/space_time.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kIndent = "  ";
constexpr std::size_t kFieldColumns = 10;
constexpr std::size_t kSentenceMost = 2;
constexpr std::size_t kWhyMost = 4;
constexpr std::size_t kActualMost = 2;

// Draws a screen part by part: head, table, reasons, commands.
class Screen {
 public:
  Screen(const Shown& about, bool color, std::size_t width)
      : about_(about),
        account_(about.run.scenario(), about.run.recording()),
        breach_(about.breach()),
        explanation_(explain(breach_, account_, about.configuration.strategy.name)),
        words_(account_),
        paint_(color),
        width_(width) {}

  std::string draw();

 private:
  static std::size_t count_lines(std::string_view text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  void line(std::string_view text) { text_ += std::string(text) + "\n"; }

  // A text of at most `most` lines behind a prefix; what is more is cut off with `…`.
  void paragraph(std::string_view prefix, std::string_view text, std::size_t most, Style style);
  void named(std::string_view name, std::string_view text, std::size_t most) {
    paragraph(std::string(kIndent) + pad(name, kFieldColumns), text, most, Style::plain);
  }

  void draw_head();
  void draw_reasons();
  void draw_commands();
  void draw_table(std::size_t most);
  std::string part(void (Screen::*draw_part)()) {
    (this->*draw_part)();
    return std::exchange(text_, {});
  }

  const Shown& about_;
  Account account_;
  const Breach& breach_;
  Explanation explanation_;
  Vocabulary words_;
  Paint paint_;
  std::size_t width_;
  std::string text_;
};

void Screen::paragraph(std::string_view prefix, std::string_view text, std::size_t most,
                       Style style) {
  const std::size_t width = width_ - columns(prefix);
  std::vector<std::string> lines = wrap(text, width);
  if (lines.size() > most) {
    lines.resize(most);
    lines.back() = clip(lines.back(), width - 2) + " …";
  }
  std::string before(prefix);
  for (const std::string& each : lines) {
    line(paint_(style, before + each));
    before.assign(columns(prefix), ' ');
  }
}

// On one line, or on two where the first would be too long.
void Screen::draw_head() {
  const std::string what =
      fmt::format("FAIL {}  {}", name_of(*about_.invariant, about_.configuration),
                  configuration_name(about_.configuration));
  const std::string where = fmt::format("{}  fingerprint {}", about_.found, about_.fingerprint);
  const bool fits = columns(what) + 2 + columns(where) <= width_;
  line(paint_(Style::bad, fits ? what + "  " + where : clip(what, width_)));
  if (!fits) line(paint_(Style::bad, "     " + clip(where, width_ - 5)));
  paragraph(kIndent, sentence(breach_, account_), kSentenceMost, Style::strong);
  named(about_.origin.name, about_.origin.text, 1);
}

void Screen::draw_reasons() {
  if (const std::string right = expected(breach_, account_); !right.empty())
    named("expected", right, kSentenceMost);
  named("actual", words_.holdings(account_.at_rest()), kActualMost);
  if (!explanation_.why.empty()) named("why", explanation_.why, kWhyMost);
}

void Screen::draw_commands() {
  for (const NamedLine& command : about_.commands)
    line(std::string(kIndent) + pad(command.name, kFieldColumns) + command.text);
  line(std::string(kIndent) + pad("digest", kFieldColumns) +
       print_digest(about_.run.recording().outcome.summary.digest));
}

void Screen::draw_table(std::size_t most) {
  for (const TableLine& each : space_time(account_, breach_, explanation_.spot, most - 1, width_))
    line(each.marked ? paint_(Style::bad, each.text) : each.text);
}

// Blank lines between the parts are the first to go where there is little room.
std::string Screen::draw() {
  const std::string head = part(&Screen::draw_head);
  const std::string reasons = part(&Screen::draw_reasons);
  const std::string commands = part(&Screen::draw_commands);
  const std::size_t room =
      kScreenLines - std::min(kScreenLines, count_lines(head + reasons + commands));
  draw_table(room);
  const std::string table = std::exchange(text_, {});
  const std::size_t spare = room - std::min(room, count_lines(table));
  const std::string_view around_table = spare >= 2 ? "\n" : "";
  const std::string_view before_commands = spare >= 3 ? "\n" : "";
  return fmt::format("{}{}{}{}{}{}{}", head, around_table, table, around_table, reasons,
                     before_commands, commands);
}

}  // namespace

std::string one_line(const Shown& about) {
  return fmt::format("FAIL {:<21}  {:>8}  {:<16}  {}  {}",
                     name_of(*about.invariant, about.configuration),
                     count_of(about.run.scenario().steps.size(), "step"), about.found_briefly,
                     about.fingerprint, about.commands.front().text);
}

std::string totals(const RunReport& report, std::size_t portion) {
  const PortionHead& head = report.head.portions[portion];
  const PortionResult& result = report.result.portions[portion];
  const std::size_t missed = report.missed_marks[portion].size();
  const std::string broken = result.episodes == 0 ? "nothing ran"
                             : result.broken_episodes == 0
                                 ? print_invariants(head.judged) + " held"
                                 : grouped(result.broken_episodes) + " broken";
  return fmt::format("{}: {}, {} steps, {}{}, digest {}", head.name,
                     count_of(result.episodes, "episode"), rounded(result.effective_steps), broken,
                     missed == 0 ? "" : ", " + count_of(missed, "required mark") + " never reached",
                     print_digest(result.digest));
}

std::string screen(const Shown& about, bool color, std::size_t width) {
  return Screen(about, color, width).draw();
}

std::string marks_table(const RunReport& report, std::size_t portion, bool color) {
  const PortionHead& head = report.head.portions[portion];
  const PortionResult& result = report.result.portions[portion];
  const std::vector<std::string> required = required_marks(head, result);
  const Paint paint(color);
  std::string table = paint(Style::strong, fmt::format("  {:<30} {:>13}", "mark", "count")) + "\n";
  for (const auto& [name, count] : marks_of(head, result)) {
    const bool is_required = std::find(required.begin(), required.end(), name) != required.end();
    const std::string line = fmt::format("  {:<30} {:>13}  {:<8}  {}", name, grouped(count),
                                         is_required ? "required" : "",
                                         is_required && count == 0 ? "NEVER REACHED" : "");
    const std::string trimmed = line.substr(0, line.find_last_not_of(' ') + 1);
    table += (is_required && count == 0 ? paint(Style::bad, trimmed) : trimmed) + "\n";
  }
  return table;
}

}  // namespace tidemark::core
