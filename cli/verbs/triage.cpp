// tidemark triage: what a night found goes to the baseline, or is told apart there.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "cli/parts/baseline.h"
#include "cli/parts/options.h"
#include "cli/parts/traces.h"
#include "cli/verbs/verbs.h"

namespace tidemark::core {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTriageExamples =
    "Examples:\n"
    "  tidemark triage list --night night --baseline baseline\n"
    "  tidemark triage accept no-lost-update-3f2a91c2d0ab --night night --baseline baseline\n"
    "      it is known from now on; 'accept --all' takes all that is new\n"
    "  tidemark triage same-as 5d1c9e07aabb 3f2a91c2d0ab --night night --baseline baseline\n"
    "      two fingerprints, one bug\n"
    "  tidemark triage split 3f2a91c2d0ab 5d1c9e07aabb --baseline baseline\n"
    "      they are two after all\n"
    "  tidemark triage fixed 3f2a91c2d0ab --baseline baseline\n"
    "      its trace holds; if it ever breaks again, it has regressed\n"
    "\n"
    "A finding is named by its fingerprint, by the beginning of it, or by the name of its trace. "
    "The\n"
    "baseline is a folder of traces: commit it.";

struct TriageFlags {
  CommonFlags common;
  std::string night;
  std::string baseline;
  std::vector<std::string> names;
  bool all = false;
};

// A trace of a finding, in the night's folder or in the baseline.
struct Bug {
  BaselineTrace trace;
  std::string name() const { return trace.head.invariant + "-" + trace.head.fingerprints.front(); }
};

class Triage {
 public:
  explicit Triage(const TriageFlags& flags) : flags_(flags), output_(flags.common) {
    if (flags.baseline.empty()) bad_usage("--baseline: expected the folder of the baseline");
    make_folder(flags.baseline);
    for (BaselineTrace& each : load_baseline(flags.baseline))
      if (!each.head.invariant.empty()) known_.push_back({std::move(each)});
    if (flags.night.empty()) return;
    for (BaselineTrace& each : load_baseline(flags.night + "/findings"))
      if (!each.path.ends_with(".oldest.trace") && !each.head.invariant.empty())
        found_.push_back({std::move(each)});
  }

  ExitCode list() {
    for (const Bug& each : found_) {
      const Bug* bug = known_by(each.trace.head.fingerprints.front());
      output_.result(fmt::format("{:<9}  {}", word_of(bug),
                                 bug == nullptr || bug->name() == each.name()
                                     ? each.name()
                                     : fmt::format("{}  (as {})", bug->name(), each.name())));
    }
    return ExitCode::held;
  }

  ExitCode accept() {
    if (flags_.all == !flags_.names.empty())
      bad_usage("accept: expected either names of findings, or --all");
    std::vector<const Bug*> accepted;
    for (const Bug& each : found_)
      if (flags_.all && word_of(known_by(each.trace.head.fingerprints.front())) != "known")
        accepted.push_back(&each);
    for (const std::string& name : flags_.names) accepted.push_back(&one_of(found_, name, "night"));
    for (const Bug* each : accepted) take_in(*each);
    if (accepted.empty()) output_.result("nothing is new");
    return ExitCode::held;
  }

  ExitCode mark_fixed() {
    for (const std::string& name : flags_.names) {
      Bug& bug = one_of(known_, name, "baseline");
      require_fixed(bug);
      for (Expectation& each : bug.trace.trace.expectations) each.holds = true;
      write(bug, "fixed");
    }
    return ExitCode::held;
  }

  ExitCode make_same() {
    Bug& bug = one_of(known_, flags_.names[1], "baseline");
    const bool is_known = find(known_, flags_.names[0]) != nullptr;
    const Bug other = is_known ? one_of(known_, flags_.names[0], "baseline")
                               : one_of(found_, flags_.names[0], "night");
    if (other.name() == bug.name()) bad_usage("same-as: both are {}, expected two", bug.name());
    if (other.trace.head.invariant != bug.trace.head.invariant)
      bad_usage("same-as: {} and {} break two invariants, expected one", other.name(), bug.name());
    std::vector<std::string> others = same_bugs(bug.trace.trace);
    for (const std::string& each : other.trace.head.fingerprints)
      if (std::find(others.begin(), others.end(), each) == others.end()) others.push_back(each);
    set_same_bugs(bug.trace.trace, others);
    write(bug, "is the same bug as " + other.name());
    if (is_known) fs::remove(other.trace.path);
    return ExitCode::held;
  }

  ExitCode split() {
    Bug& bug = one_of(known_, flags_.names[0], "baseline");
    std::vector<std::string> others = same_bugs(bug.trace.trace);
    const auto other = std::find_if(others.begin(), others.end(), [&](const std::string& each) {
      return each.starts_with(flags_.names[1]);
    });
    if (other == others.end())
      bad_usage("split: {} is not among the fingerprints of {}, expected one of: {}",
                flags_.names[1], bug.name(), fmt::join(others, ", "));
    const std::string left = *other;
    others.erase(other);
    set_same_bugs(bug.trace.trace, others);
    write(bug, fmt::format("no longer stands for {}, which is new again", left));
    return ExitCode::held;
  }

 private:
  static std::string_view word_of(const Bug* bug) {
    return bug == nullptr ? "new" : bug->trace.head.known ? "known" : "regressed";
  }

  const Bug* known_by(const std::string& fingerprint) const {
    for (const Bug& each : known_) {
      const auto& all = each.trace.head.fingerprints;
      if (std::find(all.begin(), all.end(), fingerprint) != all.end()) return &each;
    }
    return nullptr;
  }

  // By name, or by the beginning of the fingerprint; null: none. Throws BadInput if there are two.
  static Bug* find(std::vector<Bug>& bugs, const std::string& name) {
    Bug* found = nullptr;
    for (Bug& each : bugs) {
      const std::string file = fs::path(name).filename().string();
      const bool is_it = each.name() == name || each.trace.head.file == file ||
                         each.trace.head.fingerprints.front().starts_with(name);
      if (!is_it || name.empty()) continue;
      if (found != nullptr)
        bad_usage("'{}' may be {} or {}, expected more of the fingerprint", name, found->name(),
                  each.name());
      found = &each;
    }
    return found;
  }
  static Bug& one_of(std::vector<Bug>& bugs, const std::string& name, std::string_view where) {
    if (Bug* bug = find(bugs, name)) return *bug;
    std::vector<std::string> names;
    for (const Bug& each : bugs) names.push_back(each.name());
    bad_usage("the {} has no finding '{}', expected one of: {}", where, name,
              names.empty() ? "none, it is empty" : fmt::format("{}", fmt::join(names, ", ")));
  }

  void take_in(const Bug& bug) {
    Bug accepted = bug;
    if (const Bug* known = known_by(bug.trace.head.fingerprints.front())) {
      accepted = *known;
      for (Expectation& each : accepted.trace.trace.expectations)
        if (each.invariant == bug.trace.head.invariant) each.holds = false;
    } else {
      accepted.trace.path = (fs::path(flags_.baseline) / (bug.name() + ".trace")).string();
    }
    write(accepted, "accepted");
  }

  // A bug that is called fixed is not to be regressed the next night.
  static void require_fixed(const Bug& bug) {
    if (bug.trace.trace.is_foreign) return;
    const Run run = Run(configuration_of(bug.trace.trace, EngineFlags{}), bug.trace.trace);
    if (run.verdict().broken(*find_invariant(bug.trace.head.invariant)))
      throw BadInput{fmt::format("{}:1: still breaks {}, expected that it holds",
                                 shown_path(bug.trace.path), bug.trace.head.invariant)};
  }

  void write(const Bug& bug, const std::string& what) const {
    write_file(bug.trace.path, print_trace(bug.trace.trace));
    output_.result(fmt::format("{}: {}", shown_path(bug.trace.path), what));
  }

  const TriageFlags& flags_;
  Output output_;
  std::vector<Bug> known_;  // of the baseline
  std::vector<Bug> found_;  // of the night
};

using Action = ExitCode (Triage::*)();

void add_action(VerbFlags& triage, const std::shared_ptr<TriageFlags>& flags, const char* name,
                const char* meaning, int names, Action action) {
  VerbFlags verb = triage.verb(name, meaning);
  if (names > 0) verb.arguments("NAME", flags->names, "findings", names).required();
  if (names < 0) verb.arguments("NAME", flags->names, "findings");
  if (action == &Triage::accept) verb.toggle("--all", flags->all, "all that is not known");
  verb.text("--night", "DIR", flags->night, "the folder of the campaign");
  verb.text("--baseline", "DIR", flags->baseline, "the folder of the baseline");
  add_common_flags(verb, flags->common, {});
  verb.runs([flags, action] { return (Triage(*flags).*action)(); });
}

}  // namespace

void add_triage(CommandLine& command) {
  const auto flags = std::make_shared<TriageFlags>();
  VerbFlags verb = command.verb("triage", "tell a night's new findings from known ones");
  verb.footer(kTriageExamples);
  add_action(verb, flags, "list", "the night's findings: new, known, regressed", 0, &Triage::list);
  add_action(verb, flags, "accept", "findings are known from now on", -1, &Triage::accept);
  add_action(verb, flags, "same-as", "the first is the same bug as the second", 2,
             &Triage::make_same);
  add_action(verb, flags, "split", "the second is a bug of its own after all", 2, &Triage::split);
  add_action(verb, flags, "fixed", "bugs are fixed: their traces hold", -1, &Triage::mark_fixed);
}

}  // namespace tidemark::core
