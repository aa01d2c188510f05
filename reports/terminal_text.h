// What a run came to, as a terminal tells it: the commonest broken invariant with its shortest
// trace in full, then every bug on one line, each once, however many configurations have it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "reports/run_report.h"
#include "reports/shown.h"

namespace tidemark::core {

struct TextFormat {
  std::size_t columns = kReportColumns;
  bool color = false;
};

// An invariant that a run broke, with its bugs.
struct BrokenInvariant {
  std::string name;
  bool is_own = false;                    // the user's
  std::uint64_t broken = 0;               // episodes that broke it, shrunk or not
  std::uint64_t episodes = 0;             // in which it was judged
  std::vector<const Finding*> bugs = {};  // the simplest first
};
// The user's own first, then the commonest. What is not seen any more is none of them.
std::vector<BrokenInvariant> broken_invariants(const RunReport& report);

// The simplest bug of the first of them on a screen, then each bug on a line. `shown`: bugs by
// their names, as they are shown; the commands that replay them are taken from there. Nothing is
// wider than the format says but commands, which are never cut.
//
//   no-lost-update: in 6 235 of 20 000 episodes, 2 bugs
//     1bc3b545b687  3 steps  server          A's edit of o1 (v2) is gone: in a conflict on A the…
//     d4784df23f7c  3 steps  client          the web backend's edit of o1 (v2) is gone: in a con…
//     replay  tidemark replay --seed 0x5e41ab087439611e …
std::string bugs_text(const RunReport& report, const std::map<std::string, Shown>& shown,
                      const TextFormat& format);

// One line a configuration: how many episodes, how many of them broken, the digest.
std::string portions_text(const RunReport& report, const TextFormat& format);

// `26 bugs of 6 invariants, the shortest in 1 step; written: found/, run.json`, or what held.
// `written`: what was written where; where nothing was, how it is.
std::string last_line(const RunReport& report, const std::vector<std::string>& written);

}  // namespace tidemark::core
