#include "reports/documents/night_report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "properties/campaign/episodes.h"
#include "sim/trace.h"

namespace tidemark::core {
namespace {

using nlohmann::json;

// More of them than one in so many, and what was not broken need not hold.
constexpr std::uint64_t kEpisodesPerLost = 1000;
constexpr std::size_t kTextFindings = 40;

std::string numbers(const ToldEpisodes& told) {
  return fmt::format("{}{}", fmt::join(told.first, ", "),
                     told.count > told.first.size() ? ", …" : "");
}

class NightReporter {
 public:
  explicit NightReporter(const CampaignHead& head) {
    report_.head = head;
    report_.missed_marks.resize(head.portions.size());
    report_.result.portions.resize(head.portions.size());
  }

  NightReport write(const std::vector<ShardDocument>& shards) {
    take(shards);
    if (report_.result.episodes() == 0) report_.vacuous.emplace_back("no episode ran");
    for (std::size_t i = 0; i < report_.head.portions.size(); ++i)
      check_reach(report_.head.portions[i], report_.result.portions[i], report_.missed_marks[i]);
    return finish();
  }
  NightReport write(const ShardDocument& shard) {
    take(shard);
    return finish();
  }

 private:
  NightReport finish() {
    check_portions();
    match_findings();
    match_baseline();
    sort_findings();
    count_landmarks();
    return std::move(report_);
  }

  void take(const std::vector<ShardDocument>& shards) {
    std::map<std::uint32_t, const ShardDocument*> furthest;
    for (const ShardDocument& each : shards) {
      const ShardDocument*& known = furthest[each.result.shard.index];
      if (known != nullptr && known->result.blocks == each.result.blocks &&
          print_shard_document(*known) != print_shard_document(each))
        report_.faults.push_back(
            fmt::format("two results of shard {} differ, expected equal ones: the engine, or its "
                        "machine, is not deterministic",
                        print_shard(each.result.shard)));
      if (known == nullptr || known->result.blocks < each.result.blocks) known = &each;
    }
    for (std::uint32_t i = 0; i < report_.head.shards; ++i) {
      const auto found = furthest.find(i);
      if (found == furthest.end())
        report_.unfinished.push_back(
            fmt::format("shard {} is missing", print_shard({i, report_.head.shards})));
      else
        take(*found->second);
    }
  }

  void take(const ShardDocument& shard) {
    report_.result += shard.result.result;
    const auto due = blocks_of(report_.head.episodes, shard.result.shard);
    if (due && shard.result.blocks < *due)
      report_.unfinished.push_back(fmt::format(
          "shard {} ran {} of its {} blocks of {} episodes", print_shard(shard.result.shard),
          grouped(shard.result.blocks), grouped(*due), kEpisodesPerBlock));
    else if (!shard.has_ended)
      report_.unfinished.push_back(
          fmt::format("shard {} was interrupted", print_shard(shard.result.shard)));
    if (!unmet_) unmet_ = shard.unmet;
    if (*unmet_ != shard.unmet)
      report_.faults.emplace_back(
          "the traces of the baseline do not show the same on all shards, expected that they do");
  }

  void check_portions() {
    for (std::size_t i = 0; i < report_.head.portions.size(); ++i) {
      check_faults(report_.head.portions[i], report_.result.portions[i]);
      check_shrunk(report_.head.portions[i], report_.result.portions[i]);
    }
  }

  void check_faults(const PortionHead& head, const PortionResult& portion) {
    if (portion.nondeterministic.count > 0)
      report_.faults.push_back(fmt::format("{}: {} ran otherwise the second time: {}", head.name,
                                           count_of(portion.nondeterministic.count, "episode"),
                                           numbers(portion.nondeterministic)));
    if (portion.fault_count > 0)
      report_.faults.push_back(
          fmt::format("{}: the engine did not come through {}, the first is {}: {}{}", head.name,
                      count_of(portion.fault_count, "episode"), portion.faults.front().index,
                      portion.faults.front().what, portion.given_up ? "; it was given up" : ""));
    if (portion.canaries_caught == 0 && portion.canary_tries == 0)
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

  void check_reach(const PortionHead& head, const PortionResult& portion,
                   std::vector<std::string>& missed) {
    if (portion.episodes == 0) {
      if (report_.result.episodes() > 0) report_.vacuous.push_back(head.name + " ran no episode");
      return;
    }
    const auto miss = [&](const std::vector<std::string>& required) {
      for (const NamedMark& named : marks())
        if (portion.marks[static_cast<std::size_t>(named.mark)] == 0 &&
            std::find(required.begin(), required.end(), named.name) != required.end())
          missed.emplace_back(named.name);
    };
    miss(head.marks);
    if (portion.episodes >= kEpisodesThatRequireMarks) miss(head.marks_of_many);
    if (!missed.empty())
      report_.vacuous.push_back(
          fmt::format("{} never reached {}", head.name, fmt::join(missed, ", ")));
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

  const BaselineHead* in_baseline(const SharedFinding& found) const {
    for (const BaselineHead& each : report_.head.baseline)
      if (each.invariant == found.invariant &&
          std::find(each.fingerprints.begin(), each.fingerprints.end(), found.fingerprint) !=
              each.fingerprints.end())
        return &each;
    return nullptr;
  }

  void match_findings() {
    for (const auto& [name, found] : report_.result.findings) {
      const BaselineHead* known = in_baseline(found);
      ReportedFinding finding{.name = known == nullptr ? name : name_of(*known),
                              .invariant = found.invariant};
      if (known != nullptr) {
        finding.baseline = known->file;
        finding.status = known->known ? FindingStatus::known : FindingStatus::regressed;
      }
      ReportedFinding& reported = add(std::move(finding));
      if (reported.found)
        *reported.found += found;
      else
        reported.found = found;
    }
  }
  static std::string name_of(const BaselineHead& known) {
    return known.invariant + "-" + known.fingerprints.front();
  }
  ReportedFinding& add(ReportedFinding finding) {
    for (ReportedFinding& each : report_.findings)
      if (each.name == finding.name && each.baseline == finding.baseline) return each;
    return report_.findings.emplace_back(std::move(finding));
  }

  // What the traces of the baseline show, whatever was found.
  void match_baseline() {
    for (const BaselineHead& each : report_.head.baseline) {
      const auto unmet = unmet_->find(each.file);
      const bool is_as_expected = unmet == unmet_->end();
      ReportedFinding finding{.name = each.invariant.empty() ? each.file : name_of(each),
                              .invariant = each.invariant,
                              .status = status_of(each, is_as_expected),
                              .baseline = each.file};
      if (!each.known && is_as_expected) continue;  // fixed, and stays so
      ReportedFinding& reported = add(std::move(finding));
      if (!is_as_expected) reported.unmet = unmet->second;
    }
  }
  static FindingStatus status_of(const BaselineHead& each, bool is_as_expected) {
    if (!each.known) return FindingStatus::regressed;
    return is_as_expected ? FindingStatus::known : FindingStatus::fixed;
  }

  void sort_findings() {
    std::stable_sort(report_.findings.begin(), report_.findings.end(),
                     [](const ReportedFinding& a, const ReportedFinding& b) {
                       return a.status != b.status ? rank_of(a.status) < rank_of(b.status)
                                                   : a.name < b.name;
                     });
  }

  void count_landmarks() {
    for (const auto& [landmark, first] : report_.result.firsts)
      report_.new_landmarks += first == kGiven ? 0 : 1;
  }

  NightReport report_;
  std::optional<std::map<std::string, std::vector<std::string>>> unmet_;
};

// --- JSON

json shrunk_json(const ShrunkEpisode& shrunk, const CampaignHead& head) {
  return {{"episode", shrunk.episode},
          {"configuration", head.portions.at(shrunk.portion).name},
          {"steps", shrunk.trace.scenario.steps.size()},
          {"steps_before", shrunk.steps_before},
          {"complete", shrunk.complete},
          {"trace", print_trace(shrunk.trace)}};
}

json finding_json(const ReportedFinding& finding, const CampaignHead& head) {
  json one{{"name", finding.name},
           {"invariant", finding.invariant.empty() ? json(nullptr) : json(finding.invariant)},
           {"status", name_of(finding.status)},
           {"baseline", finding.baseline.empty() ? json(nullptr) : json(finding.baseline)},
           {"unmet", finding.unmet},
           {"episodes", 0},
           {"configurations", json::object()},
           {"sentence", nullptr},
           {"simplest", nullptr},
           {"oldest", nullptr}};
  if (!finding.found) return one;
  one["episodes"] = finding.found->all_episodes();
  for (const auto& [portion, count] : finding.found->episodes)
    one["configurations"][head.portions.at(portion).name] = count;
  one["sentence"] = finding.found->simplest.sentence;
  one["simplest"] = shrunk_json(finding.found->simplest, head);
  one["oldest"] = shrunk_json(finding.found->oldest, head);
  return one;
}

json portion_json(const PortionHead& head, const PortionResult& portion,
                  const std::vector<std::string>& missed) {
  json broken = json::object();
  for (std::size_t i = 0; i < head.invariants.size(); ++i)
    if (portion.broken[i] > 0)
      broken[head.invariants[i]] = {{"episodes", portion.broken[i]}, {"shrunk", portion.shrunk[i]}};
  json marked = json::object();
  for (const NamedMark& named : marks())
    marked[std::string(named.name)] = portion.marks[static_cast<std::size_t>(named.mark)];
  return {{"name", head.name},
          {"weight", head.weight},
          {"seed", head.seed},
          {"command", head.command},
          {"episodes", portion.episodes},
          {"repeated", portion.repeated},
          {"broken_episodes", portion.broken_episodes},
          {"effective_steps", portion.effective_steps},
          {"skipped_steps", portion.skipped_steps},
          {"broken", std::move(broken)},
          {"marks", std::move(marked)},
          {"missed_marks", missed},
          {"cells", {{"reached", cells_reached(portion)}, {"possible", head.cells}}},
          {"canary",
           {{"mutant", head.canary},
            {"episodes", portion.canary_episodes},
            {"caught", portion.canaries_caught}}},
          {"nondeterministic", told_json(portion.nondeterministic)},
          {"lost", told_json(portion.lost)},
          {"faults", portion.fault_count},
          {"digest", print_digest(portion.digest)}};
}

std::vector<std::string> with_kinds(const NightReport& report) {
  std::vector<std::string> all;
  const auto add = [&](std::string_view kind, const std::vector<std::string>& lines) {
    for (const std::string& each : lines) all.push_back(fmt::format("{}: {}", kind, each));
  };
  add("fault", report.faults);
  add("broken", report.unshrunk);
  add("inconclusive", report.unfinished);
  add("vacuous", report.vacuous);
  add("note", report.notes);
  return all;
}

// --- text

std::string where_of(const ReportedFinding& finding, const CampaignHead& head) {
  if (!finding.found) return "baseline " + finding.baseline;
  const auto& portions = finding.found->episodes;
  std::string where = head.portions.at(portions.begin()->first).name;
  if (portions.size() > 1) where += fmt::format(" and {} more", portions.size() - 1);
  return where;
}

std::string text_of(const ReportedFinding& finding, const CampaignHead& head,
                    const NightPlace& place) {
  const std::uint64_t episodes = finding.found ? finding.found->all_episodes() : 0;
  const std::string steps =
      finding.found ? count_of(finding.found->simplest.trace.scenario.steps.size(), "step") : "";
  std::string text =
      fmt::format("{:<9}  {}  {:>8}  {}  {}\n", name_of(finding.status), finding.name, steps,
                  count_of(episodes, "episode"), where_of(finding, head));
  for (const std::string& each : finding.unmet)
    text += hang("           ", fmt::format("{}: {}", finding.baseline, each));
  if (!finding.is_bad() || !finding.found) return text;
  text += hang("           ", finding.found->simplest.sentence);
  return text + "           " + replay_of(finding, head, place) + "\n";
}

std::string portions_table(const NightReport& report) {
  std::size_t width = 13;
  for (const PortionHead& each : report.head.portions) width = std::max(width, columns(each.name));
  std::string text = pad("configuration", width) +
                     "      episodes      broken  marks missed      cells  repeated\n";
  for (std::size_t i = 0; i < report.head.portions.size(); ++i) {
    const PortionResult& portion = report.result.portions[i];
    text += fmt::format("{}  {:>12}  {:>10}  {:>12}  {:>9}  {:>8}\n",
                        pad(report.head.portions[i].name, width), grouped(portion.episodes),
                        grouped(portion.broken_episodes), report.missed_marks[i].size(),
                        fmt::format("{}/{}", cells_reached(portion), report.head.portions[i].cells),
                        grouped(portion.repeated));
  }
  return text;
}

std::string_view verdict_word(const NightReport& report) {
  switch (exit_code_of(report)) {
    case 0:
      return "HELD";
    case 1:
      return "FAIL";
    case 3:
      return "FAULT";
    default:
      return "IN DOUBT";
  }
}

// --- checks

// By what stands in it.
CheckOutcome outcome_of(const Check& check) {
  if (!check.findings.empty()) return CheckOutcome::violated;
  return check.reasons.empty() ? CheckOutcome::held : CheckOutcome::not_judged;
}

Check check_of(const NightReport& report, std::size_t portion, std::size_t invariant,
               const NightPlace& place) {
  const std::string& name = report.head.portions[portion].invariants[invariant];
  Check check{.name = name};
  for (const ReportedFinding& each : report.findings) {
    if (each.invariant != name || !each.found || !each.found->episodes.count(portion)) continue;
    if (!each.is_bad()) {
      check.reasons.push_back(fmt::format("{}: {}", name_of(each.status), each.name));
      continue;
    }
    const std::uint64_t episodes = each.found->episodes.at(portion);
    check.findings.push_back(
        {.fingerprint = each.found->fingerprint,
         .verdict = each.found->simplest.sentence,
         .found = fmt::format("{}, from {}", name_of(each.status), count_of(episodes, "episode")),
         .steps = each.found->simplest.trace.scenario.steps.size(),
         .replay = replay_of(each, report.head, place),
         .file = fmt::format("{}findings/{}.trace", place.folder, each.name)});
  }
  if (check.findings.empty() && exit_code_of(report) > 1)
    check.reasons.emplace_back("the night proves nothing of what is not broken");
  check.outcome = outcome_of(check);
  return check;
}

// What the traces of the baseline show.
Suite baseline_suite(const NightReport& report) {
  Suite suite{.name = "baseline", .totals = {}, .checks = {}};
  for (const BaselineHead& each : report.head.baseline) {
    Check check{.name = each.file};
    for (const ReportedFinding& finding : report.findings) {
      if (finding.baseline != each.file || finding.unmet.empty()) continue;
      if (finding.is_bad())
        check.findings.push_back({.verdict = finding.unmet.front(), .file = each.file});
      else
        check.reasons.push_back(
            fmt::format("{}: {}", name_of(finding.status), finding.unmet.front()));
    }
    check.outcome = outcome_of(check);
    suite.checks.push_back(std::move(check));
  }
  suite.totals = count_of(suite.checks.size(), "trace");
  return suite;
}

Check run_check(const NightReport& report) {
  Check check{.name = std::string(kRunCheck), .reasons = report.faults};
  if (!check.reasons.empty()) {
    check.outcome = CheckOutcome::fault;
    return check;
  }
  for (const auto* lines : {&report.unfinished, &report.vacuous})
    check.reasons.insert(check.reasons.end(), lines->begin(), lines->end());
  check.outcome = outcome_of(check);
  return check;
}

}  // namespace

std::size_t NightReport::count(FindingStatus status) const {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [&](const ReportedFinding& each) { return each.status == status; }));
}

std::uint64_t cells_reached(const PortionResult& portion) {
  const auto cells = coverage_cells();
  return static_cast<std::uint64_t>(
      std::count_if(cells.begin(), cells.end(),
                    [&](const CoverageCell& cell) { return portion.coverage.of(cell) > 0; }));
}

NightReport report_night(const std::vector<ShardDocument>& shards) {
  return NightReporter(shards.front().head).write(shards);
}

NightReport report_shard(const ShardDocument& shard) {
  return NightReporter(shard.head).write(shard);
}

int exit_code_of(const NightReport& report) {
  const bool bad = std::any_of(report.findings.begin(), report.findings.end(),
                               [](const ReportedFinding& each) { return each.is_bad(); });
  if (!report.faults.empty()) return 3;
  if (bad || !report.unshrunk.empty()) return 1;
  if (!report.unfinished.empty()) return 5;
  return report.vacuous.empty() ? 0 : 4;
}

json night_json(const NightReport& report) {
  json portions = json::array();
  for (std::size_t i = 0; i < report.head.portions.size(); ++i)
    portions.push_back(
        portion_json(report.head.portions[i], report.result.portions[i], report.missed_marks[i]));
  json findings = json::array();
  for (const ReportedFinding& each : report.findings)
    findings.push_back(finding_json(each, report.head));
  return {{"schema", "tidemark/night/1"},
          {"campaign", key_of(report.head)},
          {"version", report.head.version},
          {"night", report.head.night},
          {"commit", report.head.commit},
          {"seed", report.head.seed},
          {"planned", report.head.episodes ? json(*report.head.episodes) : json(nullptr)},
          {"has_baseline", report.head.has_baseline},
          {"exit_code", exit_code_of(report)},
          {"sentence", night_sentence(report)},
          {"problems", with_kinds(report)},
          {"findings", std::move(findings)},
          {"configurations", std::move(portions)},
          {"episodes", report.result.episodes()},
          {"broken_episodes", report.result.broken_episodes()},
          {"corpus",
           {{"traces", report.head.corpus},
            {"digest", report.head.corpus_digest},
            {"new_landmarks", report.new_landmarks}}},
          {"digest", print_digest(report.result.digest())}};
}

std::string night_sentence(const NightReport& report) {
  return fmt::format("{}; {} of {}",
                     findings_phrase([&](FindingStatus status) { return report.count(status); }),
                     count_of(report.result.episodes(), "episode"),
                     count_of(report.head.portions.size(), "configuration"));
}

std::string replay_of(const ReportedFinding& finding, const CampaignHead& head,
                      const NightPlace& place) {
  if (!finding.found) return {};
  const std::string& flags = head.portions.at(finding.found->simplest.portion).flags;
  return fmt::format("{} replay {}{}{}", place.command,
                     place.quoted(fmt::format("{}findings/{}.trace", place.folder, finding.name)),
                     flags.empty() ? "" : " ", flags);
}

std::string night_headline(const NightReport& report) {
  std::string text = fmt::format("{} night {}: {}\n", verdict_word(report), report.head.night,
                                 night_sentence(report));
  for (const std::string& each : with_kinds(report)) text += hang("  ", each);
  return text;
}

std::string night_text(const NightReport& report, const NightPlace& place) {
  std::string text;
  for (std::size_t i = 0; i < report.findings.size() && i < kTextFindings; ++i)
    text += text_of(report.findings[i], report.head, place);
  if (report.findings.size() > kTextFindings)
    text += fmt::format("and {} more, in {}index.html\n", report.findings.size() - kTextFindings,
                        place.folder);
  text += (text.empty() ? "" : "\n") + portions_table(report) + "\n";
  return text + fmt::format("corpus: {}; {} reached that it lacks · digest {}\n",
                            count_of(report.head.corpus, "trace"),
                            count_of(report.new_landmarks, "landmark"),
                            print_digest(report.result.digest()));
}

std::vector<Suite> suites_of(const NightReport& report, const NightPlace& place) {
  std::vector<Suite> suites;
  for (std::size_t i = 0; i < report.head.portions.size(); ++i) {
    const PortionHead& head = report.head.portions[i];
    Suite suite{.name = head.name,
                .totals = fmt::format("{}: {}, {} broken", head.name,
                                      count_of(report.result.portions[i].episodes, "episode"),
                                      grouped(report.result.portions[i].broken_episodes)),
                .checks = {}};
    for (std::size_t j = 0; j < head.invariants.size(); ++j)
      suite.checks.push_back(check_of(report, i, j, place));
    suites.push_back(std::move(suite));
  }
  if (report.head.has_baseline) suites.push_back(baseline_suite(report));
  suites.push_back(
      {.name = "campaign", .totals = night_sentence(report), .checks = {run_check(report)}});
  return suites;
}

}  // namespace tidemark::core
