// How far a run is: one line on stderr that overwrites itself, only where that is a terminal. The
// clocks of this program are here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "properties/fuzz.h"

namespace tidemark {

// Time since it was made.
class Stopwatch {
 public:
  std::chrono::milliseconds elapsed() const;

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

class Progress {
 public:
  struct Goal {
    std::string label;
    std::uint64_t episodes = 0;                          // of this part
    std::optional<std::chrono::milliseconds> time = {};  // of this part, where that bounds it
  };

  // Shows nothing if it is not `wanted`, or if stderr is no terminal.
  Progress(Goal goal, bool wanted);
  // The line is wiped away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(const FuzzProgress& now);

 private:
  double share(const FuzzProgress& now, std::chrono::milliseconds elapsed) const;

  Goal goal_;
  bool shown_;
  Stopwatch stopwatch_;
  std::chrono::milliseconds next_{100};  // nothing is shown of what is over at once
};

// The line itself: `page, server-priority [###-------] 9 812 of 20 000 · 326/s · 31 s left · …`.
// `share` is how much is done, from 0 to 1.
std::string progress_line(const Progress::Goal& goal, const FuzzProgress& now, double share,
                          std::chrono::milliseconds elapsed);

// `950 ms`, `31 s`, `12 min`, `3.5 h`
std::string print_time(std::chrono::milliseconds time);

// Reads `500ms`, `60s`, `10m`, `2h`; nothing if it is none of these, or longer than a year.
std::optional<std::chrono::milliseconds> parse_time(std::string_view text);

}  // namespace tidemark
