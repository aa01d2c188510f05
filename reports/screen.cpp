#include "reports/screen.h"

#include <fmt/format.h>

#include "reports/account.h"
#include "reports/text.h"
#include "reports/words.h"

namespace tidemark {

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

std::string screen(const ScreenInput& input) {
  const Account account(input.finding.shrunk.scenario, input.recording);
  const Breach& breach = input.recording.outcome.verdict.breach(input.finding.invariant);
  return fmt::format("FAIL {}\n  {}\n  replay   {}\n", name_of(input.finding.invariant),
                     sentence(breach, account), input.replay_command);
}

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
