// What two engines did with the same scenario, side by side: what replicas held, and which messages
// travelled.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "properties/runner.h"
#include "sim/scenario.h"

namespace tidemark::core {

class Comparison {
 public:
  // An event, in which a tombstone that sync made goes by the version that it was made of: of
  // several that came in one step, an engine may tell in any order, and so are they numbered.
  struct Seen {
    Event event{};
    bool is_tombstone = false;   // what is held, or carried
    bool was_tombstone = false;  // what was held before
    friend bool operator==(const Seen&, const Seen&) = default;
  };

  // Of an engine in another process nobody can tell that it goes in a circle, so there settle goes
  // on to its bound: where ours does, only what both did counts.
  Comparison(const Recording& ours, const Recording& theirs);

  bool differ() const { return ours_ != theirs_; }
  // What either did where they first differ: `A holds o1 as v2, which was v1`.
  std::string ours(const Scenario& scenario) const { return shown(ours_, scenario); }
  std::string theirs(const Scenario& scenario) const { return shown(theirs_, scenario); }

 private:
  std::size_t first_difference() const;
  std::string shown(const std::vector<Seen>& seen, const Scenario& scenario) const;

  std::vector<Seen> ours_;
  std::vector<Seen> theirs_;
};

// The same scenario, its objects labelled o1, o2 … in the order in which steps first name them: an
// engine may take objects by their labels, while ours take them in this order.
Scenario labelled_in_order(Scenario scenario);

}  // namespace tidemark::core
