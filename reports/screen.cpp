#include "reports/screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "reports/account.h"
#include "reports/cause.h"
#include "reports/space_time.h"
#include "reports/text.h"
#include "reports/words.h"

namespace tidemark {
namespace {

constexpr std::string_view kIndent = "  ";
constexpr std::size_t kNameColumns = 10;
constexpr std::size_t kHeadMost = 3;
constexpr std::size_t kSentenceMost = 2;
constexpr std::size_t kWhyMost = 4;
constexpr std::size_t kActualMost = 2;

// The lines of a screen, in three parts: what stands above the table, the table, what stands below.
class Screen {
 public:
  explicit Screen(const ScreenInput& input)
      : input_(input),
        account_(input.finding.shrunk.scenario, input.recording),
        breach_(input.recording.outcome.verdict.breach(input.finding.invariant)),
        words_(account_),
        paint_(input.color) {}

  std::string draw() {
    draw_head();
    std::string above = std::exchange(text_, {});
    draw_foot();
    std::string below = std::exchange(text_, {});
    const std::size_t fixed = count_lines(above) + count_lines(below);
    draw_table(above, below, kScreenLines - std::min(fixed, kScreenLines));
    return std::move(text_);
  }

 private:
  static std::size_t count_lines(std::string_view text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  void line(std::string_view text) { text_ += std::string(text) + "\n"; }

  // `name` and a text of at most `most` lines; what is more is cut off with `…`.
  void named(std::string_view name, std::string_view text, std::size_t most,
             Style style = Style::plain);

  void draw_head();
  void draw_foot();
  void draw_table(const std::string& above, const std::string& below, std::size_t most);
  std::string shrunk() const;
  std::string actual() const;

  const ScreenInput& input_;
  Account account_;
  const Breach& breach_;
  Vocabulary words_;
  Paint paint_;
  std::string text_;
};

void Screen::named(std::string_view name, std::string_view text, std::size_t most, Style style) {
  const std::string prefix = std::string(kIndent) + pad(name, kNameColumns);
  const std::size_t width = kReportColumns - columns(prefix);
  std::vector<std::string> lines = wrap(text, width);
  if (lines.size() > most) {
    lines.resize(most);
    lines.back() = clip(lines.back(), width - 2) + " …";
  }
  for (std::size_t i = 0; i < lines.size(); ++i)
    line(paint_(style, (i == 0 ? prefix : std::string(columns(prefix), ' ')) + lines[i]));
}

// The verdict, broken between its parts where it is too long for one line.
void Screen::draw_head() {
  const Configuration& configuration = input_.configuration;
  const std::vector<std::string> parts{
      fmt::format("FAIL {}", name_of(input_.finding.invariant)),
      configuration_name(configuration.protocol_name, configuration.options,
                         configuration.strategy.name),
      fmt::format("{} of {}", grouped(input_.broken_episodes),
                  count_of(input_.episodes, "episode")),
      "seed " + print_seed(input_.finding.first_seed), "fingerprint " + input_.finding.fingerprint};
  std::string verdict;
  for (const std::string& part : parts) {
    if (columns(verdict) + columns(part) + 2 > kReportColumns) {
      line(paint_(Style::bad, verdict));
      verdict = "    ";
    }
    verdict += (verdict.empty()     ? ""
                : verdict == "    " ? " "
                                    : "  ") +
               clip_middle(part, kReportColumns - 5);
  }
  line(paint_(Style::bad, verdict));
  named("", sentence(breach_, account_), kSentenceMost, Style::strong);
  named("shrunk", shrunk(), 1);
}

std::string Screen::shrunk() const {
  const Scenario& before = input_.finding.original;
  const ShrinkResult& result = input_.finding.shrunk;
  const Scenario& after = result.scenario;
  return fmt::format("{} -> {} steps, {} -> {} clients, {} -> {} faults; {}, 1-minimal: {}",
                     before.steps.size(), after.steps.size(), before.clients, after.clients,
                     fault_count(before), fault_count(after), count_of(result.tried, "candidate"),
                     result.complete ? "yes" : "not proven, the budget ended it");
}

// Replicas that hold the same are named together: `S, A: o1=v1   B: nothing`.
std::string Screen::actual() const {
  std::vector<std::pair<std::string, std::string>> groups;  // what is held, by whom
  for (std::uint8_t number = 0; number < account_.replicas(); ++number) {
    const std::string held = words_.holdings_at_rest({number});
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& each) { return each.first == held; });
    if (group == groups.end()) group = groups.insert(group, {held, ""});
    group->second += (group->second.empty() ? "" : ", ") + std::string(1, replica_name({number}));
  }
  std::string result;
  for (const auto& [held, holders] : groups)
    result += fmt::format("{}{}: {}", result.empty() ? "" : "   ", holders, held);
  return result;
}

void Screen::draw_foot() {
  named("expected", expected(breach_, account_), kSentenceMost);
  named("actual", actual(), kActualMost);
  const std::string reason = why(breach_, account_, input_.configuration.strategy.name);
  if (!reason.empty()) named("why", reason, kWhyMost);
  line("");
  line(fmt::format("{}{}{}", kIndent, pad("replay", kNameColumns), input_.replay_command));
  if (!input_.seed_command.empty())
    line(fmt::format("{}{}{}", kIndent, pad("by seed", kNameColumns), input_.seed_command));
  named("digest", print_digest(input_.recording.outcome.summary.digest), 1);
}

// Blank lines around the table are the first to go where there is little room.
void Screen::draw_table(const std::string& above, const std::string& below, std::size_t most) {
  const std::vector<TableLine> all = space_time(account_, breach_, kScreenLines);
  const bool airy = all.size() + 2 <= most;
  text_ = above;
  if (airy) line("");
  for (const TableLine& each : space_time(account_, breach_, most - 1))
    line(each.broken ? paint_(Style::bad, each.text) : each.text);
  if (airy) line("");
  text_ += below;
}

}  // namespace

std::string one_line(const Finding& finding, std::string_view replay_command) {
  return fmt::format("FAIL {}  {}, {}  {}", name_of(finding.invariant),
                     count_of(finding.trace.scenario.steps.size(), "step"),
                     count_of(finding.episodes, "episode"), replay_command);
}

std::string totals(const Configuration& configuration, const FuzzResult& result) {
  const std::string broken =
      result.broken_episodes == 0 ? "all held" : grouped(result.broken_episodes) + " broken";
  const std::string missed =
      result.missed_marks.empty()
          ? ""
          : ", " + count_of(result.missed_marks.size(), "required mark") + " never reached";
  return fmt::format("{}: {}, {} steps, {}{}, digest {}",
                     configuration_name(configuration.protocol_name, configuration.options,
                                        configuration.strategy.name),
                     count_of(result.episodes, "episode"), rounded(result.effective_steps), broken,
                     missed, print_digest(result.digest));
}

std::string screen(const ScreenInput& input) { return Screen(input).draw(); }

std::string marks_table(const MarkCounts& counts, const Scope& scope,
                        const Configuration& configuration, bool enough, bool color) {
  const Paint paint(color);
  std::string table;
  for (const NamedMark& mark : marks()) {
    const std::uint64_t count = counts[static_cast<std::size_t>(mark.mark)];
    const bool required =
        enough && is_granted(mark, scope, configuration.protocol, configuration.strategy.kind);
    const std::string line =
        fmt::format("  {:<30} {:>13}  {:<8}  {}", mark.name, grouped(count),
                    required ? "required" : "", required && count == 0 ? "NEVER REACHED" : "");
    const std::string trimmed = line.substr(0, line.find_last_not_of(' ') + 1);
    table += (required && count == 0 ? paint(Style::bad, trimmed) : trimmed) + "\n";
  }
  return table;
}

}  // namespace tidemark
