#include "reports/documents/campaign_document.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "properties/verdict.h"
#include "sim/trace.h"

namespace tidemark::core {
namespace {

using nlohmann::json;

constexpr std::string_view kSchema = "tidemark/shard/1";

// A change of the text that JSON itself does not notice is noticed by this.
std::string check_of(const json& document) {
  Digest digest;
  digest.add(document.dump(-1, ' ', false, json::error_handler_t::replace));
  return print_digest(digest.value());
}

// --- written

json fault_json(const FaultyEpisode& fault) {
  return {{"episode", fault.index},
          {"seed", fault.seed},
          {"what", fault.what},
          {"transcript", fault.transcript}};
}

template <class Map>
json pairs_json(const Map& map) {
  json all = json::array();
  for (const auto& [key, value] : map) all.push_back({key, value});
  return all;
}

json portion_json(const PortionResult& portion) {
  json faults = json::array();
  for (const FaultyEpisode& each : portion.faults) faults.push_back(fault_json(each));
  json coverage = json::array();
  CoverageCounts counts = portion.coverage;
  for (const std::uint64_t* count : counts.all()) coverage.push_back(*count);
  return {{"episodes", portion.episodes},
          {"repeated", portion.repeated},
          {"broken_episodes", portion.broken_episodes},
          {"effective_steps", portion.effective_steps},
          {"skipped_steps", portion.skipped_steps},
          {"digest", portion.digest},
          {"broken", portion.broken},
          {"shrunk", portion.shrunk},
          {"first_broken", pairs_json(portion.first_broken)},
          {"marks", portion.marks},
          {"coverage", std::move(coverage)},
          {"canary_episodes", portion.canary_episodes},
          {"canaries_caught", portion.canaries_caught},
          {"canary_tries", portion.canary_tries},
          {"nondeterministic", told_json(portion.nondeterministic)},
          {"lost", told_json(portion.lost)},
          {"fault_count", portion.fault_count},
          {"faults", std::move(faults)},
          {"given_up", portion.given_up}};
}

json shrunk_json(const ShrunkEpisode& shrunk) {
  return {{"episode", shrunk.episode},           {"portion", shrunk.portion},
          {"steps_before", shrunk.steps_before}, {"tried", shrunk.tried},
          {"complete", shrunk.complete},         {"trace", print_trace(shrunk.trace)},
          {"sentence", shrunk.sentence}};
}

json finding_json(const SharedFinding& finding) {
  return {{"invariant", finding.invariant},
          {"fingerprint", finding.fingerprint},
          {"episodes", pairs_json(finding.episodes)},
          {"simplest", shrunk_json(finding.simplest)},
          {"oldest", shrunk_json(finding.oldest)}};
}

json result_json(const CampaignResult& result) {
  json portions = json::array();
  for (const PortionResult& each : result.portions) portions.push_back(portion_json(each));
  json findings = json::array();
  for (const auto& [name, finding] : result.findings) findings.push_back(finding_json(finding));
  return {{"portions", std::move(portions)},
          {"findings", std::move(findings)},
          {"firsts", pairs_json(result.firsts)}};
}

json portion_head_json(const PortionHead& head) {
  return {{"name", head.name},          {"weight", head.weight},
          {"seed", head.seed},          {"command", head.command},
          {"replay", head.replay},      {"flags", head.flags},
          {"foreign", head.is_foreign}, {"invariants", head.invariants},
          {"marks", head.marks},        {"marks_of_many", head.marks_of_many},
          {"cells", head.cells},        {"canary", head.canary},
          {"given", head.given}};
}

json baseline_head_json(const BaselineHead& head) {
  return {{"file", head.file},
          {"invariant", head.invariant},
          {"fingerprints", head.fingerprints},
          {"known", head.known}};
}

// --- read

template <class Map>
void read_pairs(const json& in, Map& map) {
  for (const json& each : in)
    map.emplace(each.at(0).get<typename Map::key_type>(),
                each.at(1).get<typename Map::mapped_type>());
}

ToldEpisodes told_of(const json& in) {
  return {in.at("count"), in.at("first").get<std::vector<std::uint64_t>>()};
}

FaultyEpisode fault_of(const json& in) {
  return {in.at("episode"), in.at("what"), in.at("transcript"), in.at("seed")};
}

PortionResult portion_of(const json& in) {
  PortionResult portion;
  in.at("episodes").get_to(portion.episodes);
  in.at("repeated").get_to(portion.repeated);
  in.at("broken_episodes").get_to(portion.broken_episodes);
  in.at("effective_steps").get_to(portion.effective_steps);
  in.at("skipped_steps").get_to(portion.skipped_steps);
  in.at("digest").get_to(portion.digest);
  in.at("broken").get_to(portion.broken);
  in.at("shrunk").get_to(portion.shrunk);
  read_pairs(in.at("first_broken"), portion.first_broken);
  in.at("marks").get_to(portion.marks);
  std::size_t place = 0;
  for (std::uint64_t* count : portion.coverage.all()) in.at("coverage").at(place++).get_to(*count);
  in.at("canary_episodes").get_to(portion.canary_episodes);
  in.at("canaries_caught").get_to(portion.canaries_caught);
  in.at("canary_tries").get_to(portion.canary_tries);
  portion.nondeterministic = told_of(in.at("nondeterministic"));
  portion.lost = told_of(in.at("lost"));
  in.at("fault_count").get_to(portion.fault_count);
  for (const json& each : in.at("faults")) portion.faults.push_back(fault_of(each));
  in.at("given_up").get_to(portion.given_up);
  return portion;
}

ShrunkEpisode shrunk_of(const json& in) {
  ShrunkEpisode shrunk;
  in.at("episode").get_to(shrunk.episode);
  in.at("portion").get_to(shrunk.portion);
  in.at("steps_before").get_to(shrunk.steps_before);
  in.at("tried").get_to(shrunk.tried);
  in.at("complete").get_to(shrunk.complete);
  in.at("sentence").get_to(shrunk.sentence);
  const std::string text = in.at("trace");
  if (const auto error = parse_trace(text, invariant_names(), shrunk.trace))
    throw std::domain_error("a trace in it: " + error->message);
  return shrunk;
}

SharedFinding finding_of(const json& in) {
  SharedFinding finding;
  in.at("invariant").get_to(finding.invariant);
  in.at("fingerprint").get_to(finding.fingerprint);
  read_pairs(in.at("episodes"), finding.episodes);
  finding.simplest = shrunk_of(in.at("simplest"));
  finding.oldest = shrunk_of(in.at("oldest"));
  return finding;
}

CampaignResult result_of(const json& in) {
  CampaignResult result;
  for (const json& each : in.at("portions")) result.portions.push_back(portion_of(each));
  for (const json& each : in.at("findings")) {
    SharedFinding finding = finding_of(each);
    result.findings.emplace(finding.name(), finding);
  }
  read_pairs(in.at("firsts"), result.firsts);
  return result;
}

PortionHead portion_head_of(const json& in) {
  PortionHead head;
  in.at("name").get_to(head.name);
  in.at("weight").get_to(head.weight);
  in.at("seed").get_to(head.seed);
  in.at("command").get_to(head.command);
  in.at("replay").get_to(head.replay);
  in.at("flags").get_to(head.flags);
  in.at("foreign").get_to(head.is_foreign);
  in.at("invariants").get_to(head.invariants);
  in.at("marks").get_to(head.marks);
  in.at("marks_of_many").get_to(head.marks_of_many);
  in.at("cells").get_to(head.cells);
  in.at("canary").get_to(head.canary);
  in.at("given").get_to(head.given);
  return head;
}

CampaignHead head_of(const json& in) {
  CampaignHead head;
  in.at("version").get_to(head.version);
  in.at("commit").get_to(head.commit);
  in.at("night").get_to(head.night);
  in.at("seed").get_to(head.seed);
  if (!in.at("episodes").is_null()) head.episodes = in.at("episodes").get<std::uint64_t>();
  in.at("shards").get_to(head.shards);
  for (const json& each : in.at("portions")) head.portions.push_back(portion_head_of(each));
  in.at("has_baseline").get_to(head.has_baseline);
  for (const json& each : in.at("baseline"))
    head.baseline.push_back(
        {each.at("file"), each.at("invariant"), each.at("fingerprints"), each.at("known")});
  in.at("corpus").get_to(head.corpus);
  in.at("corpus_digest").get_to(head.corpus_digest);
  return head;
}

ShardDocument document_of(const json& in) {
  ShardDocument document;
  document.head = head_of(in.at("head"));
  document.result.shard = {in.at("shard").at("index"), in.at("shard").at("count")};
  in.at("blocks").get_to(document.result.blocks);
  document.result.result = result_of(in.at("result"));
  in.at("unmet").get_to(document.unmet);
  in.at("has_ended").get_to(document.has_ended);
  if (document.result.result.portions.size() != document.head.portions.size())
    throw std::domain_error("not as many results as portions");
  return document;
}

}  // namespace

json told_json(const ToldEpisodes& told) { return {{"count", told.count}, {"first", told.first}}; }

json head_json(const CampaignHead& head) {
  json portions = json::array();
  for (const PortionHead& each : head.portions) portions.push_back(portion_head_json(each));
  json baseline = json::array();
  for (const BaselineHead& each : head.baseline) baseline.push_back(baseline_head_json(each));
  return {{"version", head.version},
          {"commit", head.commit},
          {"night", head.night},
          {"seed", head.seed},
          {"episodes", head.episodes ? json(*head.episodes) : json(nullptr)},
          {"shards", head.shards},
          {"portions", std::move(portions)},
          {"has_baseline", head.has_baseline},
          {"baseline", std::move(baseline)},
          {"corpus", head.corpus},
          {"corpus_digest", head.corpus_digest}};
}

std::string key_of(const CampaignHead& head) {
  json text = head_json(head);
  text.erase("shards");  // however many share it
  return check_of(text);
}

std::string key_of_file(const CampaignHead& head) {
  json text = json::array();
  for (const PortionHead& each : head.portions)
    text.push_back({each.name, each.weight, each.command});
  return check_of(text);
}

std::string print_shard_document(const ShardDocument& document) {
  json all{
      {"schema", kSchema},
      {"head", head_json(document.head)},
      {"shard", {{"index", document.result.shard.index}, {"count", document.result.shard.count}}},
      {"blocks", document.result.blocks},
      {"result", result_json(document.result.result)},
      {"unmet", document.unmet},
      {"has_ended", document.has_ended}};
  all["check"] = check_of(all);
  return all.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<ShardDocument> read_shard_document(std::string_view text, std::string& problem) {
  json in = json::parse(text, nullptr, false);
  if (in.is_discarded() || !in.is_object() || in.value("schema", json()) != kSchema) {
    problem = fmt::format("no result of a shard, expected a document '{}'", kSchema);
    return std::nullopt;
  }
  const json check = in.value("check", json());
  in.erase("check");
  if (check != check_of(in)) {
    problem = "was changed since it was written, expected it as 'campaign' left it";
    return std::nullopt;
  }
  try {
    return document_of(in);
  } catch (const std::exception& error) {
    problem = fmt::format("{}, expected a document of this version of tidemark", error.what());
    return std::nullopt;
  }
}

}  // namespace tidemark::core
