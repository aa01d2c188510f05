#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "cli/terminal.h"
#include "reports/text.h"

namespace tidemark {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBetweenLines{100};
constexpr std::size_t kBarCells = 10;
constexpr milliseconds kLongestTime = std::chrono::hours(24 * 365);

struct Unit {
  std::string_view name;
  milliseconds length;
};
constexpr std::array<Unit, 4> kUnits{{{"ms", milliseconds(1)},
                                      {"s", std::chrono::seconds(1)},
                                      {"m", std::chrono::minutes(1)},
                                      {"h", std::chrono::hours(1)}}};

}  // namespace

milliseconds Stopwatch::elapsed() const {
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began_);
}

Progress::Progress(Goal goal, bool wanted)
    : goal_(std::move(goal)), shown_(wanted && is_terminal(STDERR_FILENO)) {}

Progress::~Progress() {
  if (shown_ && next_ > kBetweenLines) std::fputs("\r\033[K", stderr);
}

void Progress::show(const FuzzProgress& now) {
  if (!shown_) return;
  const milliseconds elapsed = stopwatch_.elapsed();
  if (elapsed < next_) return;
  next_ = elapsed + kBetweenLines;
  std::string line = progress_line(goal_, now, share(now, elapsed), elapsed);
  line.resize(std::min(line.size(), terminal_columns() - 1));
  fmt::print(stderr, "\r{}\033[K", line);
  std::fflush(stderr);
}

double Progress::share(const FuzzProgress& now, milliseconds elapsed) const {
  const double episodes =
      goal_.episodes == 0 ? 1
                          : static_cast<double>(now.episodes) / static_cast<double>(goal_.episodes);
  if (!goal_.time) return episodes;
  const auto time = static_cast<double>(std::max<std::int64_t>(1, goal_.time->count()));
  return std::max(episodes, static_cast<double>(elapsed.count()) / time);
}

std::string progress_line(const Progress::Goal& goal, const FuzzProgress& now, double share,
                          milliseconds elapsed) {
  share = std::clamp(share, 0.0, 1.0);
  const auto cells = static_cast<std::size_t>(share * kBarCells);
  const auto spent_ms = static_cast<double>(std::max<std::int64_t>(1, elapsed.count()));
  std::string line = fmt::format("{} [{:#>{}}{:->{}}] {}", goal.label, "", cells, "",
                                 kBarCells - cells, grouped(now.episodes));
  if (!goal.time) line += " of " + grouped(goal.episodes);
  line += fmt::format(", {:.0f}/s", static_cast<double>(now.episodes) * 1000 / spent_ms);
  if (share > 0)
    line += fmt::format(
        ", {} left",
        print_time(milliseconds(static_cast<std::int64_t>(spent_ms * (1 - share) / share))));
  if (now.findings > 0) line += fmt::format(", {} found", now.findings);
  return line;
}

std::string print_time(milliseconds time) {
  const auto count = static_cast<double>(time.count());
  if (time < std::chrono::seconds(1)) return fmt::format("{} ms", time.count());
  if (time < std::chrono::minutes(2)) return fmt::format("{:.0f} s", count / 1000);
  if (time < std::chrono::hours(2)) return fmt::format("{:.0f} min", count / 60'000);
  return fmt::format("{:.1f} h", count / 3'600'000);
}

std::optional<milliseconds> parse_time(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  const std::string_view name(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const Unit& unit : kUnits)
    if (unit.name == name && number <= kLongestTime / unit.length) return number * unit.length;
  return std::nullopt;
}

}  // namespace tidemark
