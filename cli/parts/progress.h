// How far a run is: one line on stderr that overwrites itself, only where that is a terminal. The
// clocks of this program are here.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "properties/campaign/campaign.h"
#include "properties/campaign/fuzz.h"
#include "properties/campaign/mutants.h"
#include "properties/search/explore.h"

namespace tidemark::core {

// Since some time.
std::uint64_t nanoseconds();

// Time since it was made.
class Stopwatch {
 public:
  std::chrono::milliseconds elapsed() const;

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

// Time from now on, divided evenly among parts; what one leaves over is for those after it.
class TimeLimit {
 public:
  // No time: no limit.
  TimeLimit(std::optional<std::chrono::milliseconds> time, std::size_t parts)
      : time_(time), parts_(static_cast<std::int64_t>(parts)) {}

  std::optional<std::chrono::milliseconds> left(std::size_t part) const;
  bool is_over(std::size_t part) const { return time_ && left(part)->count() <= 0; }
  std::chrono::milliseconds elapsed() const { return stopwatch_.elapsed(); }

 private:
  std::optional<std::chrono::milliseconds> time_;
  std::int64_t parts_;
  Stopwatch stopwatch_;
};

// The line on the terminal.
class Progress {
 public:
  // Shows nothing if it is not `wanted`, or if stderr is no terminal.
  explicit Progress(bool wanted);
  // The line is wiped away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Cheap to call often: `line` is only asked for what is shown, given the time since the begin.
  void show(const std::function<std::string(std::chrono::milliseconds)>& line);

 private:
  bool shown_;
  Stopwatch stopwatch_;
  std::chrono::milliseconds next_{100};  // nothing is shown of what is over at once
};

// What a run of episodes is up to.
struct EpisodeGoal {
  std::string label;
  std::uint64_t episodes = 0;
  std::optional<std::chrono::milliseconds> time = {};  // where that bounds it
};
// `page, server-priority [###-------] 9 812 of 20 000, 326/s, 31 s left, 2 found`
std::string episodes_line(const EpisodeGoal& goal, const RunProgress& now,
                          std::chrono::milliseconds elapsed);

// The same of an exhaustive search, whose depth takes so long so far:
// `page, server-priority  depth 9 [###-------] 12 345 of 45 000 states of it · 1 203 441 states,
// 412 000/s, 81 MB · 31 s left of this depth · 2 found`
std::string search_line(std::string_view label, const ExploreProgress& now,
                        std::chrono::milliseconds elapsed, std::chrono::milliseconds of_depth);

// Shows it, and measures the depths.
class SearchProgress {
 public:
  SearchProgress(std::string label, bool wanted) : label_(std::move(label)), progress_(wanted) {}
  void show(const ExploreProgress& now);

 private:
  std::string label_;
  Progress progress_;
  std::uint32_t depth_ = 0;
  Stopwatch of_depth_;
};

// What a campaign is up to.
struct CampaignGoal {
  std::optional<std::uint64_t> episodes = {};
  std::optional<std::chrono::milliseconds> time = {};
  std::uint64_t resumed = 0;              // episodes that were done before
  std::chrono::milliseconds since_new{};  // since the last new finding
};
// `[###-------] 9 812 of 20 000 episodes, 326/s, 31 s left, 2 findings (last new 12 s ago), 5.1 %
// run twice, 0 otherwise`
std::string campaign_line(const CampaignGoal& goal, const RunProgress& now,
                          std::chrono::milliseconds elapsed);

// How many runs of a trial are done:
// `mutants [###-------] 340 of 1 120 runs, 31 s left`
std::string runs_line(std::string_view label, const TrialProgress& now,
                      std::chrono::milliseconds elapsed);

// `950 ms`, `31 s`, `12 min`, `3.5 h`
std::string print_time(std::chrono::milliseconds time);

// So many in that time, in one second.
std::uint64_t per_second(std::uint64_t count, std::chrono::milliseconds time);

// Reads `500ms`, `60s`, `10m`, `2h`; nothing if it is none of these, or longer than a year.
std::optional<std::chrono::milliseconds> parse_time(std::string_view text);

}  // namespace tidemark::core
