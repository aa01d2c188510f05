#include "cli/parts/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "base/text.h"
#include "cli/parts/terminal.h"

namespace tidemark::core {
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

// How much is done, from 0 to 1.
double share_of(std::uint64_t done, std::uint64_t all) {
  return all == 0 ? 1 : std::min(1.0, static_cast<double>(done) / static_cast<double>(all));
}
double share_of(milliseconds done, milliseconds all) {
  return share_of(static_cast<std::uint64_t>(done.count()),
                  static_cast<std::uint64_t>(std::max<std::int64_t>(1, all.count())));
}

// `[###-------]`
std::string bar(double share) {
  const auto cells = static_cast<std::size_t>(share * kBarCells);
  return fmt::format("[{:#>{}}{:->{}}]", "", cells, "", kBarCells - cells);
}

// `31 s left`: so much was done in that time. Requires: share > 0.
std::string time_left(double share, milliseconds spent) {
  const double left = static_cast<double>(spent.count()) * (1 - share) / share;
  return print_time(milliseconds(static_cast<std::int64_t>(left))) + " left";
}

double share_of(const EpisodeGoal& goal, const RunProgress& now, milliseconds elapsed) {
  const double share = share_of(now.episodes, goal.episodes);
  return goal.time ? std::max(share, share_of(elapsed, *goal.time)) : share;
}

}  // namespace

std::uint64_t nanoseconds() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

milliseconds Stopwatch::elapsed() const {
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began_);
}

std::optional<milliseconds> TimeLimit::left(std::size_t part) const {
  if (!time_) return std::nullopt;
  return *time_ * (static_cast<std::int64_t>(part) + 1) / parts_ - stopwatch_.elapsed();
}

Progress::Progress(bool wanted) : shown_(wanted && is_terminal(STDERR_FILENO)) {}

Progress::~Progress() {
  if (shown_ && next_ > kBetweenLines) std::fputs("\r\033[K", stderr);
}

void Progress::show(const std::function<std::string(milliseconds)>& line) {
  if (!shown_) return;
  const milliseconds elapsed = stopwatch_.elapsed();
  if (elapsed < next_) return;
  next_ = elapsed + kBetweenLines;
  fmt::print(stderr, "\r{}\033[K", clip(line(elapsed), terminal_columns() - 1));
  std::fflush(stderr);
}

std::string episodes_line(const EpisodeGoal& goal, const RunProgress& now, milliseconds elapsed) {
  const double share = share_of(goal, now, elapsed);
  std::string line = fmt::format("{} {} {}", goal.label, bar(share), grouped(now.episodes));
  if (!goal.time) line += " of " + grouped(goal.episodes);
  line += fmt::format(", {}/s", grouped(per_second(now.episodes, elapsed)));
  if (share > 0) line += ", " + time_left(share, elapsed);
  if (now.findings > 0) line += fmt::format(", {} found", now.findings);
  return line;
}

std::string campaign_line(const CampaignGoal& goal, const RunProgress& now, milliseconds elapsed) {
  double share = goal.episodes ? share_of(now.episodes, *goal.episodes) : 0;
  if (goal.time) share = std::max(share, share_of(elapsed, *goal.time));
  std::string line = fmt::format("{} {}", bar(share), grouped(now.episodes));
  if (goal.episodes) line += " of " + grouped(*goal.episodes);
  line += fmt::format(" episodes, {}/s", grouped(per_second(now.episodes - goal.resumed, elapsed)));
  if (share > 0) line += ", " + time_left(share, elapsed);
  line += ", " + count_of(now.findings, "finding");
  if (now.findings > 0) line += fmt::format(" (last new {} ago)", print_time(goal.since_new));
  const double twice = now.episodes == 0 ? 0
                                         : 100 * static_cast<double>(now.repeated) /
                                               static_cast<double>(now.episodes);
  return line + fmt::format(", {:.1f} % run twice, {} otherwise", twice, now.nondeterministic);
}

std::string search_line(std::string_view label, const ExploreProgress& now, milliseconds elapsed,
                        milliseconds of_depth) {
  const double share = share_of(now.expanded, now.level);
  std::string line = fmt::format("{}  depth {} {} {} of {} of it · {}, {}/s, {}", label, now.depth,
                                 bar(share), grouped(now.expanded), count_of(now.level, "state"),
                                 count_of(now.states, "state"),
                                 grouped(per_second(now.states, elapsed)), print_bytes(now.bytes));
  if (share > 0) line += fmt::format(" · {} of this depth", time_left(share, of_depth));
  if (now.found > 0) line += fmt::format(" · {} found", now.found);
  return line;
}

void SearchProgress::show(const ExploreProgress& now) {
  if (now.depth != depth_) of_depth_ = Stopwatch();
  depth_ = now.depth;
  progress_.show(
      [&](milliseconds elapsed) { return search_line(label_, now, elapsed, of_depth_.elapsed()); });
}

std::string runs_line(std::string_view label, const TrialProgress& now, milliseconds elapsed) {
  const double share = share_of(now.done, now.runs);
  std::string line = fmt::format("{} {} {} of {}", label, bar(share), grouped(now.done),
                                 count_of(now.runs, "run"));
  if (share > 0) line += ", " + time_left(share, elapsed);
  return line;
}

std::uint64_t per_second(std::uint64_t count, milliseconds time) {
  return count * 1000 / static_cast<std::uint64_t>(std::max<std::int64_t>(1, time.count()));
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

}  // namespace tidemark::core
