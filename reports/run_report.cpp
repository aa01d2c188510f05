#include "reports/run_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "properties/campaign/episodes.h"
#include "reports/words.h"
#include "sim/generator.h"

namespace tidemark::core {
namespace {

// More of them than one in so many, and what was not broken need not hold.
constexpr std::uint64_t kEpisodesPerLost = 1000;

std::string numbers(const ToldEpisodes& told) {
  return fmt::format("{}{}", fmt::join(told.first, ", "),
                     told.count > told.first.size() ? ", …" : "");
}

class Reporter {
 public:
  explicit Reporter(RunOutcome outcome) : outcome_(std::move(outcome)) {
    report_.head = std::move(outcome_.head);
    report_.result = std::move(outcome_.result);
    report_.faults = std::move(outcome_.faults);
    report_.unfinished = std::move(outcome_.unfinished);
    report_.result.portions.resize(report_.head.portions.size());
    report_.missed_marks.resize(report_.head.portions.size());
  }

  RunReport write() {
    if (!outcome_.is_part) check_reach();
    for (std::size_t i = 0; i < report_.head.portions.size(); ++i) {
      check_faults(report_.head.portions[i], report_.result.portions[i]);
      check_shrunk(report_.head.portions[i], report_.result.portions[i]);
    }
    match_findings();
    match_baseline();
    sort_findings();
    for (const auto& [landmark, first] : report_.result.firsts)
      report_.new_landmarks += first == kGiven ? 0 : 1;
    return std::move(report_);
  }

 private:
  void check_reach() {
    if (report_.result.episodes() == 0) report_.vacuous.emplace_back("no episode ran");
    for (std::size_t i = 0; i < report_.head.portions.size(); ++i)
      check_reach(report_.head.portions[i], report_.result.portions[i], report_.missed_marks[i]);
  }

  void check_reach(const PortionHead& head, const PortionResult& portion,
                   std::vector<std::string>& missed) {
    if (report_.head.of_each && report_.head.episodes && portion.episodes < *report_.head.episodes)
      report_.unfinished.push_back(fmt::format("{} ran {} of {} episodes", head.name,
                                               grouped(portion.episodes),
                                               grouped(*report_.head.episodes)));
    if (portion.episodes == 0) {
      if (report_.result.episodes() > 0) report_.vacuous.push_back(head.name + " ran no episode");
      return;
    }
    const std::vector<std::string> required = required_marks(head, portion);
    for (const auto& [name, count] : marks_of(head, portion))
      if (count == 0 && std::find(required.begin(), required.end(), name) != required.end())
        missed.push_back(name);
    if (!missed.empty())
      report_.vacuous.push_back(
          fmt::format("{} never reached {}", head.name, fmt::join(missed, ", ")));
  }

  void check_faults(const PortionHead& head, const PortionResult& portion) {
    if (!portion.contradiction.empty())
      report_.faults.push_back(fmt::format("{}: {}", head.name, portion.contradiction));
    if (portion.nondeterministic.count > 0)
      report_.faults.push_back(fmt::format("{}: {} ran otherwise the second time: {}", head.name,
                                           count_of(portion.nondeterministic.count, "episode"),
                                           numbers(portion.nondeterministic)));
    if (portion.fault_count > 0)
      report_.faults.push_back(
          fmt::format("{}: the engine did not come through {}, the first is {}: {}{}", head.name,
                      count_of(portion.fault_count, "episode"), portion.faults.front().episode,
                      portion.faults.front().what, portion.given_up ? "; it was given up" : ""));
    if (!portion.has_caught_canary())
      report_.faults.push_back(
          fmt::format("{}: the canary {} was not caught: nothing that was judged is to be trusted",
                      head.name, head.canary));
    if (portion.lost.count == 0) return;
    const std::string lost =
        fmt::format("{}: memory or the engine was taken from {}, which count neither way: {}",
                    head.name, count_of(portion.lost.count, "episode"), numbers(portion.lost));
    const bool too_many = portion.lost.count > portion.episodes / kEpisodesPerLost;
    (too_many ? report_.unfinished : report_.notes).push_back(lost);
  }

  // What is broken is told, even where no failure of it was shrunk.
  void check_shrunk(const PortionHead& head, const PortionResult& portion) {
    for (const auto& [invariant, episode] : portion.first_broken)
      if (portion.shrunk[invariant] == 0)
        report_.unshrunk.push_back(
            fmt::format("{}: {} broke in {}, none of them shrunk; the first is {}", head.name,
                        head.invariants.at(invariant),
                        count_of(portion.broken[invariant], "episode"), episode));
  }

  const BaselineHead* in_baseline(const Finding& found) const {
    for (const BaselineHead& each : report_.head.baseline)
      if (each.invariant == found.invariant &&
          std::find(each.fingerprints.begin(), each.fingerprints.end(), found.fingerprint) !=
              each.fingerprints.end())
        return &each;
    return nullptr;
  }

  // Where the baseline has a finding, it goes by the name that it has there.
  static void call(Finding& finding, const BaselineHead& known) {
    finding.baseline = known.file;
    finding.status = known.known ? FindingStatus::known : FindingStatus::regressed;
    if (!known.fingerprints.empty()) finding.fingerprint = known.fingerprints.front();
  }

  void match_findings() {
    for (auto& [name, found] : report_.result.findings) {
      if (const BaselineHead* known = in_baseline(found)) call(found, *known);
      add(std::move(found));
    }
    report_.result.findings.clear();
  }
  Finding& add(Finding finding) {
    for (Finding& each : report_.findings)
      if (each.name() == finding.name() && each.baseline == finding.baseline)
        return each += finding;
    return report_.findings.emplace_back(std::move(finding));
  }

  // What the traces of the baseline show, whatever was found.
  void match_baseline() {
    for (const BaselineHead& each : report_.head.baseline) {
      const auto unmet = outcome_.unmet.find(each.file);
      const bool is_as_expected = unmet == outcome_.unmet.end();
      if (!each.known && is_as_expected) continue;  // fixed, and stays so
      Finding finding{.invariant = each.invariant, .fingerprint = {}};
      call(finding, each);
      if (each.known && !is_as_expected) finding.status = FindingStatus::fixed;
      Finding& reported = add(std::move(finding));
      if (!is_as_expected) reported.unmet = unmet->second;
    }
  }

  // The invariants in the order in which portions have them.
  std::size_t place_of(const std::string& invariant) const {
    std::size_t before = 0;
    for (const PortionHead& each : report_.head.portions) {
      const auto found = std::find(each.invariants.begin(), each.invariants.end(), invariant);
      before += static_cast<std::size_t>(found - each.invariants.begin());
      if (found != each.invariants.end()) break;
    }
    return before;
  }
  // What is most urgent first, then by invariant, the simplest trace first.
  void sort_findings() {
    std::stable_sort(report_.findings.begin(), report_.findings.end(),
                     [&](const Finding& a, const Finding& b) {
                       if (a.status != b.status) return rank_of(a.status) < rank_of(b.status);
                       if (a.invariant != b.invariant)
                         return place_of(a.invariant) < place_of(b.invariant);
                       if (a.is_seen() != b.is_seen()) return a.is_seen();
                       return has_simpler_trace(a, b);
                     });
  }

  RunOutcome outcome_;
  RunReport report_;
};

std::vector<std::string> granted_marks(const Portion& portion) {
  std::vector<std::string> granted;
  for (const NamedMark& named : marks())
    if (is_granted(named, portion.plan.scope, portion.configuration.protocol,
                   portion.configuration.strategy))
      granted.emplace_back(named.name);
  return granted;
}

std::string cells_of(const Portion& portion) {
  std::string cells;
  for (const CoverageCell& cell : coverage_cells())
    cells += find_impossibility(cell) == nullptr &&
                     is_in_scope(cell, portion.plan.scope, portion.configuration.protocol)
                 ? '1'
                 : '0';
  return cells;
}

}  // namespace

PortionHead head_of(const Portion& portion) {
  const Configuration& configuration = portion.configuration;
  const FuzzPlan& plan = portion.plan;
  const bool never =
      plan.require_marks == RequireMarks::automatic && plan.scope.steps < kStepsThatRequireMarks;
  PortionHead head;
  head.name = portion.name.empty() ? configuration_name(configuration) : portion.name;
  head.weight = portion.weight;
  head.seed = plan.seed;
  head.protocol = configuration.protocol_name;
  head.is_foreign = configuration.spec->is_foreign();
  head.options = configuration.options;
  if (configuration.protocol.mutant != Mutant::none)
    head.mutant = name_of(configuration.protocol.mutant);
  head.strategy = configuration.strategy.name;
  head.compare_tombstones = configuration.judge.compare_tombstones;
  head.invariants = invariant_names(configuration);
  head.judged = configuration.judge.watched;
  head.granted = granted_marks(portion);
  head.require_marks = never ? RequireMarks::never : plan.require_marks;
  if (configuration.own)
    for (const tidemark::Mark& each : configuration.own->marks) head.own_marks.push_back(each.name);
  head.cells = cells_of(portion);
  head.canary = std::string(name_of(plan.canary));
  head.given = plan.given.size();
  return head;
}

std::size_t RunReport::count(FindingStatus status) const {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [&](const Finding& each) { return each.status == status; }));
}

std::vector<std::string> RunReport::doubts() const {
  std::vector<std::string> all;
  for (const auto* lines : {&unshrunk, &unfinished, &vacuous})
    all.insert(all.end(), lines->begin(), lines->end());
  return all;
}

std::vector<std::string> RunReport::problems() const {
  std::vector<std::string> all;
  const auto add = [&](std::string_view kind, const std::vector<std::string>& lines) {
    for (const std::string& each : lines) all.push_back(fmt::format("{}: {}", kind, each));
  };
  add("fault", faults);
  add("broken", unshrunk);
  add("inconclusive", unfinished);
  add("vacuous", vacuous);
  add("note", notes);
  return all;
}

RunReport report_of(RunOutcome outcome) { return Reporter(std::move(outcome)).write(); }

int exit_code_of(const RunReport& report) {
  const bool bad = std::any_of(report.findings.begin(), report.findings.end(),
                               [](const Finding& each) { return each.is_bad(); });
  if (!report.faults.empty()) return 3;
  if (bad || !report.unshrunk.empty()) return 1;
  if (!report.unfinished.empty()) return 5;
  return report.vacuous.empty() ? 0 : 4;
}

RunVerdict verdict_of(const RunReport& report) {
  if (!report.faults.empty()) return RunVerdict::fault;
  if (report.count(FindingStatus::regressed) > 0) return RunVerdict::regressed;
  if (report.count(FindingStatus::fresh) > 0) return RunVerdict::new_findings;
  return report.doubts().empty() ? RunVerdict::held : RunVerdict::in_doubt;
}

std::string_view name_of(RunVerdict verdict) {
  constexpr std::array<std::string_view, 5> kNames{"fault", "regressed", "new findings", "in doubt",
                                                   "held"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::vector<std::pair<std::string, std::uint64_t>> marks_of(const PortionHead& head,
                                                            const PortionResult& result) {
  std::vector<std::pair<std::string, std::uint64_t>> all;
  for (const NamedMark& named : marks())
    all.emplace_back(named.name, result.marks[static_cast<std::size_t>(named.mark)]);
  for (std::size_t i = 0; i < head.own_marks.size(); ++i)
    all.emplace_back(head.own_marks[i], i < result.own_marks.size() ? result.own_marks[i] : 0);
  return all;
}

std::vector<std::string> required_marks(const PortionHead& head, const PortionResult& result) {
  const bool requires_all = head.require_marks == RequireMarks::always ||
                            (head.require_marks == RequireMarks::automatic &&
                             result.episodes >= kEpisodesThatRequireMarks);
  std::vector<std::string> required = requires_all ? head.granted : std::vector<std::string>();
  required.insert(required.end(), head.own_marks.begin(), head.own_marks.end());
  return required;
}

std::uint64_t cells_reached(const PortionResult& portion) {
  if (!portion.coverage) return 0;
  const auto cells = coverage_cells();
  return static_cast<std::uint64_t>(
      std::count_if(cells.begin(), cells.end(),
                    [&](const CoverageCell& cell) { return portion.coverage->of(cell) > 0; }));
}

std::uint64_t cells_possible(const PortionHead& head) {
  return static_cast<std::uint64_t>(std::count(head.cells.begin(), head.cells.end(), '1'));
}

std::vector<CoverageCell> cells_missed(const PortionHead& head, const PortionResult& portion) {
  std::vector<CoverageCell> missed;
  const auto cells = coverage_cells();
  for (std::size_t i = 0; portion.coverage && i < std::min(cells.size(), head.cells.size()); ++i)
    if (head.cells[i] == '1' && portion.coverage->of(cells[i]) == 0) missed.push_back(cells[i]);
  return missed;
}

namespace {

Schedule::Place place_of(const RunHead& head, std::uint64_t episode) {
  std::vector<std::uint32_t> weights;
  for (const PortionHead& each : head.portions) weights.push_back(each.weight);
  return Schedule(weights).place_of(episode);
}

// Empty where the episode was given: no seed makes it.
std::string by_seed(std::optional<std::uint64_t> seed, const PortionHead& portion,
                    const RunPlace& place) {
  if (!seed) return {};
  return fmt::format("{} replay --seed {}{}{}", place.command, print_seed(*seed),
                     portion.replay.empty() ? "" : " ", portion.replay);
}

}  // namespace

std::optional<std::uint64_t> seed_of(const RunHead& head, std::uint64_t episode) {
  const Schedule::Place place = place_of(head, episode);
  const PortionHead& portion = head.portions.at(place.portion);
  if (place.index < portion.given) return std::nullopt;
  return seed_of(portion.seed, place.index);
}

const PortionHead& portion_of(const RunHead& head, std::uint64_t episode) {
  return head.portions.at(place_of(head, episode).portion);
}

std::string share_of(const Finding& finding, const RunReport& report) {
  const std::size_t portion = finding.simplest.portion;
  const auto& names = report.head.portions.at(portion).invariants;
  const auto place = static_cast<std::size_t>(
      std::find(names.begin(), names.end(), finding.invariant) - names.begin());
  const PortionResult& result = report.result.portions.at(portion);
  return fmt::format("{} of {}", grouped(place < names.size() ? result.broken[place] : 0),
                     count_of(result.episodes, "episode"));
}

std::string by_seed(std::uint64_t episode, const RunReport& report, const RunPlace& place) {
  return by_seed(seed_of(report.head, episode), portion_of(report.head, episode), place);
}

std::string by_seed(const Finding& finding, const RunReport& report, const RunPlace& place) {
  if (!finding.is_seen()) return {};
  return by_seed(finding.simplest.seed, report.home_of(finding), place);
}

std::string replay_of(const Finding& finding, const RunReport& report, const RunPlace& place) {
  if (!finding.is_seen()) return {};
  if (place.traces.empty())
    return by_seed(finding, report, place) + " --shrink " + finding.invariant;
  const std::string& flags = report.home_of(finding).flags;
  return fmt::format("{} replay {}{}{}", place.command,
                     place.quoted(place.traces + finding.file_name()), flags.empty() ? "" : " ",
                     flags);
}

std::optional<Shown> show(const Configuration& configuration, const Finding& finding,
                          const RunReport& report, const RunPlace& place) {
  std::optional<Shown> shown = show(configuration, finding);
  if (!shown) return std::nullopt;
  shown->found = share_of(finding, report);
  if (const auto& seed = finding.simplest.seed)
    shown->found = fmt::format("seed {}  {}", print_seed(*seed), shown->found);
  shown->commands = {{"replay", replay_of(finding, report, place)}};
  if (const std::string seed = by_seed(finding, report, place); !seed.empty())
    shown->commands.push_back({"by seed", seed});
  return shown;
}

std::string run_sentence(const RunReport& report) {
  return fmt::format("{}; {} of {}",
                     findings_phrase([&](FindingStatus status) { return report.count(status); }),
                     count_of(report.result.episodes(), "episode"),
                     count_of(report.head.portions.size(), "configuration"));
}

}  // namespace tidemark::core
