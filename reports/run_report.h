// What a run is reported from: what it was to do, what it came to, held against a baseline, and why
// what was not broken need not hold. Terminal, JSON, pages, CI and the history of nights read this,
// and nothing else: a run of `fuzz` is told as a night of a campaign is.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "properties/campaign/campaign.h"
#include "properties/campaign/run_result.h"
#include "reports/shown.h"

namespace tidemark::core {

// What reports need to know of a portion, so that they can be made without its engine.
struct PortionHead {
  std::string name;  // `page, server-priority`, or as a campaign's file says
  std::uint32_t weight = 1;
  std::uint64_t seed = 0;
  std::string command;  // `fuzz`'s flags, that run such episodes
  std::string replay;   // flags of `replay --seed`, the same
  std::string flags;    // that replay a trace of it; empty: it says all
  std::string protocol;
  bool is_foreign = false;           // behind an adapter
  std::vector<std::string> options;  // KEY=VALUE where it differs from the protocol
  std::string mutant;                // empty: none
  std::string strategy;
  bool compare_tombstones = false;
  std::vector<std::string> invariants;               // by their numbers
  InvariantSet judged = 0;                           // of those
  std::vector<std::string> granted;                  // marks that it may reach
  RequireMarks require_marks = RequireMarks::never;  // automatic: where enough episodes ran
  std::vector<std::string> own_marks;                // of the user's own, which it must reach
  std::string cells;  // one letter each coverage cell: `1`, it may be reached, or `0`
  std::string canary;
  std::size_t given = 0;  // entries of the corpus that fit it
};
// All but the commands.
PortionHead head_of(const Portion& portion);

// A trace of the baseline: a known bug, or one that was fixed.
struct BaselineHead {
  std::string file;                       // its name
  std::string invariant;                  // of the bug; empty: it is a regression run alone
  std::vector<std::string> fingerprints;  // of that bug, its own first
  bool known = false;                     // it shows the bug; else it was fixed
};

// What a run was to do; the same for all its shards.
struct RunHead {
  std::string version;
  std::string commit;       // empty: not known
  std::uint32_t night = 0;  // its number; 0: it is none
  std::uint64_t seed = 0;
  std::optional<std::uint64_t> episodes;  // none: as many as its time gave
  bool of_each = false;                   // so many of each portion
  std::uint32_t shards = 1;
  std::vector<PortionHead> portions;
  bool has_baseline = false;
  std::vector<BaselineHead> baseline;
  std::uint64_t corpus = 0;  // entries
  std::string corpus_digest;
};

// What a clock said of a run; no part of its result.
struct RunTimes {
  std::string began;  // ISO 8601, UTC
  double seconds = 0;
  std::vector<TimedEpisode> slow;
};

struct RunReport {
  RunHead head;
  RunResult result;                                    // without its findings
  std::vector<Finding> findings;                       // those that are bad first
  std::vector<std::vector<std::string>> missed_marks;  // that it had to reach, by portion
  std::vector<std::string> faults;                     // nothing that was judged is to be trusted
  std::vector<std::string> unshrunk;                   // what broke, and has no finding
  std::vector<std::string> unfinished;
  std::vector<std::string> vacuous;
  std::vector<std::string> notes;           // that change nothing
  std::uint64_t new_landmarks = 0;          // that nothing in the corpus reaches
  RunTimes times = {};                      // where somebody looked at a clock
  std::vector<NamedLine> environment = {};  // what ran it, by name

  std::size_t count(FindingStatus status) const;
  // Why what is not broken need not hold, beside faults.
  std::vector<std::string> doubts() const;
  // All that is wrong beside findings, each behind its kind: `fault: …`, `broken: …`,
  // `inconclusive: …`, `vacuous: …`, `note: …`.
  std::vector<std::string> problems() const;
  const PortionHead& home_of(const Finding& finding) const {
    return head.portions.at(finding.simplest.portion);
  }
};

// What a run came to, as it is before it is held against anything.
struct RunOutcome {
  RunHead head;
  RunResult result;
  // What traces of the baseline do not show of what they expect, by file.
  std::map<std::string, std::vector<std::string>> unmet = {};
  std::vector<std::string> faults = {};      // that are known already
  std::vector<std::string> unfinished = {};  // the same
  bool is_part = false;  // of several: what it lacks to reach they may have reached
};
RunReport report_of(RunOutcome outcome);

// That of the command: 3 a fault, 1 something bad was found, 5 it did not come to its end, 4 it is
// vacuous, else 0; if several apply, in this order.
int exit_code_of(const RunReport& report);

// What of a run comes first; of several that apply, the first.
enum class RunVerdict : std::uint8_t { fault, regressed, new_findings, in_doubt, held };
RunVerdict verdict_of(const RunReport& report);
// `fault`, `regressed`, `new findings`, `in doubt`, `held`.
std::string_view name_of(RunVerdict verdict);

// The marks of a portion with how often each was reached: ours, then the user's own.
std::vector<std::pair<std::string, std::uint64_t>> marks_of(const PortionHead& head,
                                                            const PortionResult& result);
// Those that it had to reach, having run so many episodes.
std::vector<std::string> required_marks(const PortionHead& head, const PortionResult& result);

// Coverage cells: those that were reached, those that could have been, and those of them that were
// not.
std::uint64_t cells_reached(const PortionResult& portion);
std::uint64_t cells_possible(const PortionHead& head);
std::vector<CoverageCell> cells_missed(const PortionHead& head, const PortionResult& portion);

// The seed of an episode of this number; nothing where it was given.
std::optional<std::uint64_t> seed_of(const RunHead& head, std::uint64_t episode);
// The portion whose it is.
const PortionHead& portion_of(const RunHead& head, std::uint64_t episode);

// Where a run is kept, and how commands about it are written.
struct RunPlace {
  std::string command;                     // how the user calls the program
  std::string folder;                      // ends in a slash; empty: it is kept in none
  std::string traces;                      // the folder of its traces, the same
  std::string (*quoted)(std::string_view)  // a word as a shell takes it
      = nullptr;
};
// The command that replays the trace of a finding: its file where it is kept, else its seed; empty:
// no episode shrank to it.
std::string replay_of(const Finding& finding, const RunReport& report, const RunPlace& place);
// The command that runs the episode of this number again; empty: it was given.
std::string by_seed(std::uint64_t episode, const RunReport& report, const RunPlace& place);
// That of the episode which a finding's simplest trace was shrunk from.
std::string by_seed(const Finding& finding, const RunReport& report, const RunPlace& place);

// `431 of 20 000 episodes`: that broke the invariant where the finding's simplest trace was found.
std::string share_of(const Finding& finding, const RunReport& report);
// A finding as it is shown: its simplest trace as it runs under the configuration of its portion.
// Nothing where it does not break its invariant there. Its first command replays it.
std::optional<Shown> show(const Configuration& configuration, const Finding& finding,
                          const RunReport& report, const RunPlace& place);

// `2 new findings, 3 known; 12 400 000 episodes of 6 configurations`
std::string run_sentence(const RunReport& report);

// The verdict, and what else is to be known before the findings are read.
std::string run_headline(const RunReport& report);
// Findings with the commands that replay them from this place, portions, digest.
std::string run_text(const RunReport& report, const RunPlace& place);

}  // namespace tidemark::core
