#include "reports/documents/shard_document.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "base/text.h"
#include "reports/documents/run_codec.h"

namespace tidemark::core {
namespace {

using nlohmann::json;

constexpr std::string_view kShardSchema = "tidemark/shard/1";

json head_json(const RunHead& head) {
  json portions = json::array();
  for (const PortionHead& each : head.portions) portions.push_back(portion_json(each));
  return {{"plan", plan_json(head)}, {"portions", std::move(portions)}};
}

RunHead head_of(const json& in) {
  RunHead head;
  read_plan(in.at("plan"), head);
  for (const json& each : in.at("portions")) head.portions.push_back(portion_of(each));
  return head;
}

json result_json(const RunResult& result, const RunHead& head) {
  json portions = json::array();
  for (std::size_t i = 0; i < result.portions.size(); ++i)
    portions.push_back(counts_json(head.portions.at(i), result.portions[i]));
  json findings = json::array();
  for (const auto& [name, finding] : result.findings)
    findings.push_back(finding_json(finding, head));
  json firsts = json::array();
  for (const auto& [landmark, episode] : result.firsts) firsts.push_back({landmark, episode});
  return {{"portions", std::move(portions)},
          {"findings", std::move(findings)},
          {"firsts", std::move(firsts)}};
}

RunResult result_of(const json& in, const RunHead& head) {
  RunResult result;
  if (in.at("portions").size() != head.portions.size())
    throw std::domain_error("not as many results as portions");
  for (std::size_t i = 0; i < head.portions.size(); ++i)
    result.portions.push_back(counts_of(in.at("portions").at(i), head.portions[i]));
  for (const json& each : in.at("findings")) result.add(finding_of(each, head));
  for (const json& each : in.at("firsts"))
    result.firsts.emplace(each.at(0).get<Landmark>(), each.at(1).get<FirstEpisode>());
  return result;
}

ShardDocument document_of(const json& in) {
  ShardDocument document;
  document.head = head_of(in.at("head"));
  document.result.shard = {in.at("shard").at("index"), in.at("shard").at("count")};
  document.head.shards = document.result.shard.count;
  in.at("blocks").get_to(document.result.blocks);
  document.result.result = result_of(in.at("result"), document.head);
  in.at("unmet").get_to(document.unmet);
  in.at("has_ended").get_to(document.has_ended);
  return document;
}

// --- put together

void take(const ShardDocument& shard, RunOutcome& outcome) {
  outcome.result += shard.result.result;
  const auto due = blocks_of(outcome.head.episodes, shard.result.shard);
  if (due && shard.result.blocks < *due)
    outcome.unfinished.push_back(fmt::format(
        "shard {} ran {} of its {} blocks of {} episodes", print_shard(shard.result.shard),
        grouped(shard.result.blocks), grouped(*due), kEpisodesPerBlock));
  else if (!shard.has_ended)
    outcome.unfinished.push_back(
        fmt::format("shard {} was interrupted", print_shard(shard.result.shard)));
  if (outcome.unmet != shard.unmet)
    outcome.faults.emplace_back(
        "the traces of the baseline do not show the same on all shards, expected that they do");
}

// Of each shard what came furthest, by its number.
std::map<std::uint32_t, const ShardDocument*> furthest_of(const std::vector<ShardDocument>& shards,
                                                          std::vector<std::string>& faults) {
  std::map<std::uint32_t, const ShardDocument*> furthest;
  for (const ShardDocument& each : shards) {
    const ShardDocument*& known = furthest[each.result.shard.index];
    if (known != nullptr && known->result.blocks == each.result.blocks &&
        print_shard(*known) != print_shard(each))
      faults.push_back(
          fmt::format("two results of shard {} differ, expected equal ones: the engine, or its "
                      "machine, is not deterministic",
                      print_shard(each.result.shard)));
    if (known == nullptr || known->result.blocks < each.result.blocks) known = &each;
  }
  return furthest;
}

}  // namespace

std::string print_shard(const ShardDocument& document) {
  json all{
      {"schema", kShardSchema},
      {"head", head_json(document.head)},
      {"shard", {{"index", document.result.shard.index}, {"count", document.result.shard.count}}},
      {"blocks", document.result.blocks},
      {"result", result_json(document.result.result, document.head)},
      {"unmet", document.unmet},
      {"has_ended", document.has_ended}};
  // A change of the text that JSON itself does not notice is noticed by this.
  all["check"] = digest_of(all);
  return all.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<ShardDocument> read_shard(std::string_view text, std::string& problem) {
  json in = json::parse(text, nullptr, false);
  if (in.is_discarded() || !in.is_object() || in.value("schema", json()) != kShardSchema) {
    problem = fmt::format("no result of a shard, expected a document '{}'", kShardSchema);
    return std::nullopt;
  }
  const json check = in.value("check", json());
  in.erase("check");
  if (check != digest_of(in)) {
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

std::string key_of_shard(const RunHead& head) { return digest_of(head_json(head)); }
bool is_same_run(const RunHead& one, const RunHead& other) {
  return one.shards == other.shards && head_json(one) == head_json(other);
}

RunReport report_of(const std::vector<ShardDocument>& shards) {
  RunOutcome outcome{.head = shards.front().head, .result = {}, .unmet = shards.front().unmet};
  const auto furthest = furthest_of(shards, outcome.faults);
  for (std::uint32_t i = 0; i < outcome.head.shards; ++i) {
    const auto found = furthest.find(i);
    if (found == furthest.end())
      outcome.unfinished.push_back(
          fmt::format("shard {} is missing", print_shard(Shard{i, outcome.head.shards})));
    else
      take(*found->second, outcome);
  }
  return report_of(std::move(outcome));
}

RunReport report_of_part(const ShardDocument& shard) {
  RunOutcome outcome{.head = shard.head, .result = {}, .unmet = shard.unmet, .is_part = true};
  take(shard, outcome);
  return report_of(std::move(outcome));
}

}  // namespace tidemark::core
