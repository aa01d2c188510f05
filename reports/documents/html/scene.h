// What a page shows of one run: which part of it, in which columns, where it broke, and under which
// names its parts are linked to.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "reports/account.h"
#include "reports/shown.h"
#include "reports/words.h"

namespace tidemark::core {

// A page shows at most so many passages in full, around the breach.
inline constexpr std::size_t kShownPassages = 240;
// And no more of them than make so many cells of state.
inline constexpr std::size_t kShownCells = 30'000;

// A broken invariant, and where it broke.
struct Break {
  std::string invariant;
  Breach breach;
  Spot spot;
};

// Passages, the last one not included.
struct Window {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The run outlives it.
class Scene {
 public:
  // `prefix` keeps the anchors of several scenes on one page apart.
  Scene(const Run& run, const Configuration& configuration, std::optional<Invariant> invariant,
        std::string prefix);
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  const Run& run() const { return *run_; }
  const Scenario& scenario() const { return run_->scenario(); }
  const Account& account() const { return account_; }
  const Vocabulary& words() const { return words_; }
  std::string_view strategy() const { return strategy_; }
  const std::string& prefix() const { return prefix_; }

  // The breach that the page is about.
  const std::optional<Break>& subject() const { return subject_; }
  // All invariants that broke, at this spot.
  std::vector<std::string> broken_at(Spot spot) const;
  // Where it went wrong, if that is another spot than that of the breach.
  std::optional<Spot> cause() const { return cause_; }
  const std::string& why() const { return why_; }

  // What is shown of the run.
  Window window() const { return window_; }
  bool is_whole() const { return window_.begin == 0 && window_.end == account_.passages().size(); }
  // The passage that a reader should see first: of the breach, else the last.
  std::size_t first_stop() const;
  // Columns, the server in the middle, without clients that do nothing.
  const std::vector<Replica>& lanes() const { return lanes_; }
  std::vector<Replica> idle() const;

  // `step-4`, `settle`, `round-1`, `rest`, behind the prefix.
  std::string anchor(const Passage& passage) const;
  // `4`; empty of what is no step.
  static std::string number(const Passage& passage);
  // `edit A o1`, or the name of the place.
  std::string title(const Passage& passage) const;
  // The kind of step, `settle` of all others.
  std::string kind(const Passage& passage) const;
  // Why a step could not happen.
  std::string skipped_since(const Passage& passage, const Entry& entry) const;
  // Who and what a passage touches.
  std::set<Replica> replicas_of(const Passage& passage) const;
  std::set<std::uint32_t> objects_of(const Passage& passage) const;
  // What filters compare: `data-stop="step-4" data-kind="edit" data-replicas="A" data-objects="0"`.
  std::string attributes(const Passage& passage) const;

 private:
  void find_breaks(const Configuration& configuration, std::optional<Invariant> invariant);
  Window choose_window() const;
  std::vector<Replica> choose_lanes() const;

  const Run* run_;
  std::string strategy_;
  std::string prefix_;
  Account account_;
  Vocabulary words_;
  std::vector<Break> breaks_;
  std::optional<Break> subject_;
  std::optional<Spot> cause_;
  std::string why_;
  Window window_;
  std::vector<Replica> lanes_;
};

// What a message carries, in words; its kind where that is not known or nothing.
std::string label_of(const Entry& message, const Vocabulary& words);

// `counter_lastsync 0 → 1`, one each that changed.
std::vector<std::string> changes_of(const TideChange& change, bool tells_servercounter_lastsync);

}  // namespace tidemark::core
