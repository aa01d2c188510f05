// The space-time table of a run: time runs down, one column a replica, an arrow a message.
//
//   #  step             A                        S                        B
//   1  create A o1      o1=v1
//   2  sync A           *-------- o1=v1 -------> o1=v1
//   3  edit A o1        o1=v2
// >>   settle round 1   o1=v1 <----- o1=v1 ------*
//
// A cell names what its replica holds anew. `*` is where a message was sent, `x` where it was lost,
// `~` where it waits, late.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "reports/account.h"

namespace tidemark::core {

struct TableLine {
  std::string text;
  bool marked = false;  // where it went wrong
};

// The table up to the breach, or up to the rest where it was judged there: a heading and at most
// `most` lines, but no fewer than three. What is left out, from the middle, is counted in a line of
// its own. `cause`: where it went wrong, marked `>>`. No line is wider than `width` columns.
std::vector<TableLine> space_time(const Account& account, const Breach& breach,
                                  const std::optional<Spot>& cause, std::size_t most,
                                  std::size_t width = kReportColumns);

}  // namespace tidemark::core
