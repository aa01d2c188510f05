#include "reports/documents/run_codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/digest.h"
#include "base/text.h"
#include "properties/verdict.h"
#include "sim/trace.h"

namespace tidemark::core {
namespace {

using nlohmann::json;

// --- numbers of 64 bits, which not every reader keeps, are texts

std::uint64_t hexadecimal(const json& in) {
  const auto text = in.get<std::string>();
  std::size_t read = 0;
  const std::uint64_t number = std::stoull(text, &read, 16);
  if (read != text.size()) throw std::domain_error(fmt::format("'{}' is no number", text));
  return number;
}

json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }
std::string text_of(const json& in) { return in.is_null() ? std::string() : in.get<std::string>(); }

template <class Number>
Number count_of(const json& in, const char* name) {
  const json& value = in.at(name);
  if (!value.is_number_unsigned()) throw std::domain_error(fmt::format("'{}' is no count", name));
  return value.get<Number>();
}
const json& list_in(const json& in, const char* name) {
  const json& value = in.at(name);
  if (!value.is_array()) throw std::domain_error(fmt::format("'{}' is no list", name));
  return value;
}
const json& table_in(const json& in, const char* name) {
  const json& value = in.at(name);
  if (!value.is_object()) throw std::domain_error(fmt::format("'{}' is no object", name));
  return value;
}

// --- what is required of marks

constexpr std::array<std::string_view, 3> kRequired{"of-many", "always", "never"};

RequireMarks required_of(const std::string& word) {
  const auto found = std::find(kRequired.begin(), kRequired.end(), word);
  if (found == kRequired.end())
    throw std::domain_error(fmt::format("'{}' is no requirement of marks", word));
  return static_cast<RequireMarks>(found - kRequired.begin());
}

// --- counts

json told_json(const ToldEpisodes& told) { return {{"count", told.count}, {"first", told.first}}; }
ToldEpisodes told_of(const json& in) {
  return {count_of<std::uint64_t>(in, "count"), list_in(in, "first")};
}

json fault_json(const FaultyEpisode& fault) {
  return {{"episode", fault.episode},
          {"seed", print_seed(fault.seed)},
          {"what", fault.what},
          {"transcript", fault.transcript}};
}
FaultyEpisode fault_of(const json& in) {
  return {count_of<std::uint64_t>(in, "episode"), in.at("what"), list_in(in, "transcript"),
          hexadecimal(in.at("seed"))};
}

json broken_json(const PortionHead& head, const PortionResult& counts) {
  json broken = json::object();
  for (const auto& [invariant, first] : counts.first_broken)
    broken[head.invariants.at(invariant)] = {{"episodes", counts.broken[invariant]},
                                             {"shrunk", counts.shrunk[invariant]},
                                             {"first", first}};
  return broken;
}
void read_broken(const json& in, const PortionHead& head, PortionResult& counts) {
  for (const auto& [name, each] : in.items()) {
    const auto found = std::find(head.invariants.begin(), head.invariants.end(), name);
    if (found == head.invariants.end() || head.invariants.size() > kMostInvariants)
      throw std::domain_error(fmt::format("'{}' is no invariant of its configuration", name));
    const auto place = static_cast<std::size_t>(found - head.invariants.begin());
    counts.broken[place] = count_of<std::uint64_t>(each, "episodes");
    counts.shrunk[place] = count_of<std::uint64_t>(each, "shrunk");
    counts.first_broken[place] = count_of<std::uint64_t>(each, "first");
  }
}

json marks_json(const PortionHead& head, const PortionResult& counts) {
  json all = json::object();
  for (const auto& [name, count] : marks_of(head, counts)) all[name] = count;
  return all;
}
void read_marks(const json& in, const PortionHead& head, PortionResult& counts) {
  for (const NamedMark& named : marks())
    in.at(std::string(named.name)).get_to(counts.marks[static_cast<std::size_t>(named.mark)]);
  for (const std::string& name : head.own_marks) counts.own_marks.push_back(in.at(name));
}

// Steps by kind and phase, and of those by situation; what never was is left out.
json coverage_json(const PortionHead& head, const PortionResult& counts) {
  if (!counts.coverage) return nullptr;
  json steps = json::object();
  json situations = json::object();
  for (std::size_t step = 0; step < kCoveredSteps; ++step)
    for (std::size_t i = 0; i < kPhases; ++i) {
      const auto phase = static_cast<Phase>(i);
      const std::string kind = name_of(covered_steps()[step]);
      const std::string in_phase(name_of(phase));
      if (const auto count = counts.coverage->steps(step, phase); count > 0)
        steps[kind][in_phase] = count;
      for (std::size_t j = 0; j < kSituations; ++j)
        if (const auto count = counts.coverage->of({step, phase, static_cast<Situation>(j)});
            count > 0)
          situations[kind][in_phase][std::string(name_of(static_cast<Situation>(j)))] = count;
    }
  json never = json::array();
  for (const CoverageCell& cell : cells_missed(head, counts))
    never.push_back(fmt::format("{}, {}, {}", name_of(covered_steps()[cell.step]),
                                name_of(cell.phase), name_of(cell.situation)));
  return {{"reached", cells_reached(counts)},
          {"possible", cells_possible(head)},
          {"steps", std::move(steps)},
          {"situations", std::move(situations)},
          {"never_reached", std::move(never)}};
}

std::optional<CoverageCounts> coverage_of(const json& in) {
  if (in.is_null()) return std::nullopt;
  CoverageCounts counts;
  const json& steps = table_in(in, "steps");
  const json& situations = table_in(in, "situations");
  const auto in_phase = [](const json& all, const std::string& kind, std::string_view phase) {
    const json none = json::object();
    const json of_kind = all.value(kind, none);
    const auto found = of_kind.find(std::string(phase));
    return found == of_kind.end() ? json(nullptr) : *found;
  };
  for (std::size_t step = 0; step < kCoveredSteps; ++step)
    for (std::size_t i = 0; i < kPhases; ++i) {
      const auto phase = static_cast<Phase>(i);
      const std::string kind = name_of(covered_steps()[step]);
      if (const json count = in_phase(steps, kind, name_of(phase)); !count.is_null())
        count.get_to(counts.steps(step, phase));
      const json cells = in_phase(situations, kind, name_of(phase));
      for (std::size_t j = 0; !cells.is_null() && j < kSituations; ++j)
        counts.of({step, phase, static_cast<Situation>(j)}) =
            cells.value(std::string(name_of(static_cast<Situation>(j))), std::uint64_t{0});
    }
  return counts;
}

// --- findings

json passes_json(const Sighting& sighting) {
  json all = json::array();
  for (const ShrinkPass& pass : sighting.passes)
    all.push_back({{"name", pass.name},
                   {"tried", pass.tried},
                   {"accepted", pass.accepted},
                   {"steps", pass.steps}});
  return all;
}

json sighting_json(const Sighting& sighting, const RunHead& head) {
  Trace original = sighting.trace;
  original.scenario = sighting.original;
  original.comments.clear();
  return {{"episode", sighting.episode},
          {"configuration", head.portions.at(sighting.portion).name},
          {"seed", sighting.seed ? json(print_seed(*sighting.seed)) : json(nullptr)},
          {"steps", sighting.trace.scenario.steps.size()},
          {"steps_before", sighting.original.steps.size()},
          {"candidates", sighting.tried},
          {"accepted", sighting.accepted},
          {"one_minimal", sighting.complete},
          {"passes", passes_json(sighting)},
          {"sentence", sighting.sentence},
          {"trace", print_trace(sighting.trace)},
          {"original", print_trace(original)}};
}

std::size_t portion_named(const std::string& name, const RunHead& head) {
  for (std::size_t i = 0; i < head.portions.size(); ++i)
    if (head.portions[i].name == name) return i;
  throw std::domain_error(fmt::format("'{}' is no configuration of it", name));
}

// Invariants and strategies may be the user's own.
Trace trace_of(const std::string& text, const PortionHead& head) {
  const std::vector<std::string_view> names(head.invariants.begin(), head.invariants.end());
  Trace trace;
  if (const auto error = parse_trace(text, names, trace, true))
    throw std::domain_error("a trace in it: " + error->message);
  return trace;
}

Sighting sighting_of(const json& in, const RunHead& head) {
  Sighting sighting;
  sighting.episode = count_of<std::uint64_t>(in, "episode");
  sighting.portion = portion_named(in.at("configuration"), head);
  if (!in.at("seed").is_null()) sighting.seed = hexadecimal(in.at("seed"));
  sighting.tried = count_of<std::uint32_t>(in, "candidates");
  sighting.accepted = count_of<std::uint32_t>(in, "accepted");
  in.at("one_minimal").get_to(sighting.complete);
  for (const json& pass : list_in(in, "passes"))
    sighting.passes.push_back({pass.at("name"), count_of<std::uint32_t>(pass, "tried"),
                               count_of<std::uint32_t>(pass, "accepted"),
                               count_of<std::size_t>(pass, "steps")});
  in.at("sentence").get_to(sighting.sentence);
  const PortionHead& portion = head.portions[sighting.portion];
  sighting.trace = trace_of(in.at("trace"), portion);
  sighting.original = trace_of(in.at("original"), portion).scenario;
  return sighting;
}

}  // namespace

json plan_json(const RunHead& head) {
  json baseline = json::array();
  for (const BaselineHead& each : head.baseline)
    baseline.push_back({{"file", each.file},
                        {"invariant", text_or_null(each.invariant)},
                        {"fingerprints", each.fingerprints},
                        {"known", each.known}});
  return {{"version", head.version},
          {"commit", head.commit},
          {"night", head.night == 0 ? json(nullptr) : json(head.night)},
          {"seed", print_seed(head.seed)},
          {"episodes", head.episodes ? json(*head.episodes) : json(nullptr)},
          {"of_each", head.of_each},
          {"baseline", head.has_baseline ? std::move(baseline) : json(nullptr)},
          {"corpus", {{"traces", head.corpus}, {"digest", head.corpus_digest}}}};
}

void read_plan(const json& in, RunHead& head) {
  in.at("version").get_to(head.version);
  in.at("commit").get_to(head.commit);
  if (!in.at("night").is_null()) head.night = count_of<std::uint32_t>(in, "night");
  head.seed = hexadecimal(in.at("seed"));
  if (!in.at("episodes").is_null()) head.episodes = count_of<std::uint64_t>(in, "episodes");
  in.at("of_each").get_to(head.of_each);
  head.has_baseline = !in.at("baseline").is_null();
  for (const json& each : in.at("baseline"))
    head.baseline.push_back({each.at("file"), text_of(each.at("invariant")),
                             each.at("fingerprints"), each.at("known")});
  head.corpus = count_of<std::uint64_t>(table_in(in, "corpus"), "traces");
  in.at("corpus").at("digest").get_to(head.corpus_digest);
}

json portion_json(const PortionHead& head) {
  json judged = json::array();
  for (std::size_t i = 0; i < head.invariants.size(); ++i)
    if (head.judged >> i & 1) judged.push_back(head.invariants[i]);
  return {{"name", head.name},
          {"weight", head.weight},
          {"seed", print_seed(head.seed)},
          {"command", head.command},
          {"replay", head.replay},
          {"flags", head.flags},
          {"protocol", head.protocol},
          {"is_foreign", head.is_foreign},
          {"options", head.options},
          {"mutant", text_or_null(head.mutant)},
          {"strategy", head.strategy},
          {"compare_tombstones", head.compare_tombstones},
          {"invariants", head.invariants},
          {"judged", std::move(judged)},
          {"granted_marks", head.granted},
          {"marks_are_required", kRequired[static_cast<std::size_t>(head.require_marks)]},
          {"own_marks", head.own_marks},
          {"cells", head.cells},
          {"canary", head.canary},
          {"given", head.given}};
}

PortionHead portion_of(const json& in) {
  PortionHead head;
  in.at("name").get_to(head.name);
  head.weight = count_of<std::uint32_t>(in, "weight");
  head.seed = hexadecimal(in.at("seed"));
  in.at("command").get_to(head.command);
  in.at("replay").get_to(head.replay);
  in.at("flags").get_to(head.flags);
  in.at("protocol").get_to(head.protocol);
  in.at("is_foreign").get_to(head.is_foreign);
  in.at("options").get_to(head.options);
  head.mutant = text_of(in.at("mutant"));
  in.at("strategy").get_to(head.strategy);
  in.at("compare_tombstones").get_to(head.compare_tombstones);
  in.at("invariants").get_to(head.invariants);
  const auto judged = in.at("judged").get<std::vector<std::string>>();
  for (std::size_t i = 0; i < head.invariants.size(); ++i)
    if (std::find(judged.begin(), judged.end(), head.invariants[i]) != judged.end())
      head.judged |= InvariantSet{1} << i;
  in.at("granted_marks").get_to(head.granted);
  head.require_marks = required_of(in.at("marks_are_required"));
  in.at("own_marks").get_to(head.own_marks);
  in.at("cells").get_to(head.cells);
  in.at("canary").get_to(head.canary);
  head.given = count_of<std::size_t>(in, "given");
  return head;
}

json counts_json(const PortionHead& head, const PortionResult& counts) {
  json faults = json::array();
  for (const FaultyEpisode& each : counts.faults) faults.push_back(fault_json(each));
  return {{"episodes", counts.episodes},
          {"repeated", counts.repeated},
          {"broken_episodes", counts.broken_episodes},
          {"effective_steps", counts.effective_steps},
          {"skipped_steps", counts.skipped_steps},
          {"digest", print_digest(counts.digest)},
          {"broken", broken_json(head, counts)},
          {"marks", marks_json(head, counts)},
          {"coverage", coverage_json(head, counts)},
          {"canary_runs",
           {{"episodes", counts.canary_episodes},
            {"caught", counts.canaries_caught},
            {"tries", counts.canary_tries}}},
          {"nondeterministic", told_json(counts.nondeterministic)},
          {"lost", told_json(counts.lost)},
          {"fault_count", counts.fault_count},
          {"faults", std::move(faults)},
          {"given_up", counts.given_up},
          {"contradiction", text_or_null(counts.contradiction)}};
}

PortionResult counts_of(const json& in, const PortionHead& head) {
  PortionResult counts;
  counts.episodes = count_of<std::uint64_t>(in, "episodes");
  counts.repeated = count_of<std::uint64_t>(in, "repeated");
  counts.broken_episodes = count_of<std::uint64_t>(in, "broken_episodes");
  counts.effective_steps = count_of<std::uint64_t>(in, "effective_steps");
  counts.skipped_steps = count_of<std::uint64_t>(in, "skipped_steps");
  counts.digest = hexadecimal(in.at("digest"));
  read_broken(table_in(in, "broken"), head, counts);
  read_marks(table_in(in, "marks"), head, counts);
  counts.coverage = coverage_of(in.at("coverage"));
  const json& canary = table_in(in, "canary_runs");
  counts.canary_episodes = count_of<std::uint64_t>(canary, "episodes");
  counts.canaries_caught = count_of<std::uint64_t>(canary, "caught");
  counts.canary_tries = count_of<std::uint64_t>(canary, "tries");
  counts.nondeterministic = told_of(in.at("nondeterministic"));
  counts.lost = told_of(in.at("lost"));
  counts.fault_count = count_of<std::uint64_t>(in, "fault_count");
  for (const json& each : list_in(in, "faults")) counts.faults.push_back(fault_of(each));
  in.at("given_up").get_to(counts.given_up);
  counts.contradiction = text_of(in.at("contradiction"));
  return counts;
}

json finding_json(const Finding& finding, const RunHead& head) {
  json episodes = json::object();
  for (const auto& [portion, count] : finding.episodes)
    episodes[head.portions.at(portion).name] = count;
  const bool is_seen = finding.is_seen();
  return {{"name", finding.name()},
          {"invariant", text_or_null(finding.invariant)},
          {"fingerprint", text_or_null(finding.fingerprint)},
          {"status", name_of(finding.status)},
          {"baseline", text_or_null(finding.baseline)},
          {"unmet", finding.unmet},
          {"episodes", finding.all_episodes()},
          {"configurations", std::move(episodes)},
          {"simplest", is_seen ? sighting_json(finding.simplest, head) : json(nullptr)},
          {"oldest", is_seen ? sighting_json(finding.oldest, head) : json(nullptr)}};
}

Finding finding_of(const json& in, const RunHead& head) {
  Finding finding{.invariant = text_of(in.at("invariant")),
                  .fingerprint = text_of(in.at("fingerprint"))};
  const auto status = find_finding_status(in.at("status").get<std::string>());
  if (!status) throw std::domain_error("its status is none");
  finding.status = *status;
  finding.baseline = text_of(in.at("baseline"));
  in.at("unmet").get_to(finding.unmet);
  const json& episodes = table_in(in, "configurations");
  for (const auto& [name, count] : episodes.items())
    finding.episodes[portion_named(name, head)] = count_of<std::uint64_t>(episodes, name.c_str());
  if (!finding.is_seen()) return finding;
  finding.simplest = sighting_of(in.at("simplest"), head);
  finding.oldest = sighting_of(in.at("oldest"), head);
  return finding;
}

std::string digest_of(const json& document) {
  Digest digest;
  digest.add(document.dump(-1, ' ', false, json::error_handler_t::replace));
  return print_digest(digest.value());
}

std::string reason_of(const std::exception& error) {
  const std::string_view what = error.what();
  const auto end = what.find("] ");
  return std::string(end == std::string_view::npos ? what : what.substr(end + 2));
}

}  // namespace tidemark::core
