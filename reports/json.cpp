#include "reports/json.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "properties/promises.h"
#include "reports/account.h"
#include "reports/explanation.h"
#include "reports/words.h"
#include "sim/scope.h"

namespace tidemark::core {
namespace {

using nlohmann::json;

json document(std::string_view kind) {
  return {{"schema", "tidemark/" + std::string(kind) + "/1"}};
}

json steps_of(const Scenario& scenario) {
  json steps = json::array();
  for (const Step& step : scenario.steps) steps.push_back(print_step(scenario, step));
  return steps;
}

// null: none is planted.
json mutant_of(const Protocol& protocol) {
  if (protocol.mutant == Mutant::none) return nullptr;
  return name_of(protocol.mutant);
}

json engine_of(const Trace& trace) {
  return {{"protocol", trace.protocol},
          {"is_foreign", trace.is_foreign},
          {"options", trace.options},
          {"mutant", mutant_of(trace.engine)},
          {"strategy", trace.strategy}};
}

json scenario_of(const Scenario& scenario) {
  return {{"clients", scenario.clients},
          {"objects", scenario.objects},
          {"settle_bound", scenario.settle_bound()},
          {"steps", steps_of(scenario)}};
}

json value_of(Value value) { return value == kNoValue ? json(nullptr) : json(value.number); }

constexpr std::array<std::string_view, 3> kRests{"quiet", "circle", "out-of-rounds"};

json name_or_null(bool named, Replica replica) {
  return named ? json(std::string(1, replica_name(replica))) : json(nullptr);
}

json breach_of(const Breach& breach, const Account& account, std::string_view strategy) {
  const Passage& passage = account.passage(account.spot_of(breach));
  const bool in_step = passage.kind == PassageKind::step;
  const BreachKind& kind = *breach.kind;
  const std::string reason = explain(breach, account, strategy).why;
  return {{"kind", kind.name},
          {"sentence", sentence(breach, account)},
          {"why", reason.empty() ? json(nullptr) : json(reason)},
          {"expected", expected(breach, account)},
          {"where", place_name(passage)},
          {"step", in_step ? json(passage.number + 1) : json(nullptr)},
          {"round", breach.round > 0 ? json(breach.round) : json(nullptr)},
          {"at_rest", breach.at_rest},
          {"replica", name_or_null(kind.names_replica, breach.replica)},
          {"object",
           kind.names_object ? json(account.scenario().objects[breach.guid.number]) : nullptr},
          {"version", value_of(breach.value)},
          {"other_version", kind.names_another ? value_of(breach.other) : json(nullptr)}};
}

json invariants_of(const Account& account, std::string_view strategy) {
  const Verdict& verdict = account.recording().outcome.verdict;
  json result = json::array();
  for (const NamedInvariant& named : invariants()) {
    const bool broken = verdict.broken(named.invariant);
    result.push_back(
        {{"name", named.name},
         {"holds", !broken},
         {"breach",
          broken ? breach_of(verdict.breach(named.invariant), account, strategy) : json(nullptr)}});
  }
  return result;
}

json expectations_of(const Trace& trace, const Verdict& verdict) {
  json result = json::array();
  for (const Expectation& expectation : trace.expectations) {
    const auto invariant = find_invariant(expectation.invariant);
    const bool holds = invariant ? !verdict.broken(*invariant) : verdict.holds();
    result.push_back({{"invariant", invariant ? json(expectation.invariant) : json(nullptr)},
                      {"expects", expectation.holds ? "holds" : "violated"},
                      {"met", holds == expectation.holds}});
  }
  return result;
}

constexpr std::array<std::string_view, 6> kVersionKinds{"create",   "edit",  "delete",
                                                        "undelete", "merge", "tombstone"};
static_assert(kVersionKinds.size() == static_cast<std::size_t>(VersionKind::buried) + 1);

json versions_of(const Account& account) {
  json result = json::array();
  const auto& versions = account.recording().versions;
  for (std::size_t number = 1; number < versions.size(); ++number) {
    const Version& version = versions[number];
    const bool in_step = version.step < account.scenario().steps.size();
    result.push_back({{"version", number},
                      {"kind", kVersionKinds[static_cast<std::size_t>(version.kind)]},
                      {"writer", std::string(1, replica_name(version.writer))},
                      {"step", in_step ? json(version.step + 1) : json(nullptr)},
                      {"object", account.scenario().objects[version.guid.number]},
                      {"over", value_of(version.over)},
                      {"over_too", value_of(version.over_too)},
                      {"value", account.scenario().text(version.text)},
                      {"deleted", version.isdeleted}});
  }
  return result;
}

json at_rest_of(const Account& account) {
  json result = json::object();
  for (std::uint8_t replica = 0; replica < account.replicas(); ++replica) {
    json held = json::object();
    for (std::uint32_t guid = 0; guid < account.objects(); ++guid)
      if (const Value value = account.at_rest({replica}, {guid}); value != kNoValue)
        held[account.scenario().objects[guid]] = value.number;
    result[std::string(1, replica_name({replica}))] = held;
  }
  return result;
}

json event_of(const Event& event) {
  const EventFields fields = fields_of(event);
  const bool of_message = fields.message != MessageKind::none;
  return {{"kind", name_of(event)},
          {"replica", std::string(1, replica_name(fields.replica))},
          {"message", of_message ? json(message_name(fields.message)) : json(nullptr)},
          {"detail", fields.detail},
          {"number", fields.number},
          {"guid", fields.guid.number},
          {"version", value_of(fields.value)},
          {"other_version", value_of(fields.other)}};
}

json events_of(const Recording& recording) {
  json result = json::array();
  for (const Event& event : recording.events) result.push_back(event_of(event));
  return result;
}

json sizes_of(const Scenario& scenario) {
  return {{"steps", scenario.steps.size()},
          {"clients", scenario.clients},
          {"objects", scenario.objects.size()},
          {"faults", fault_count(scenario)}};
}

// Of a result of the shrinker, or a sighting.
template <class Shrunk>
json shrink_of(const Scenario& before, const Scenario& after, const Shrunk& shrunk) {
  return {{"before", sizes_of(before)},
          {"after", sizes_of(after)},
          {"candidates", shrunk.tried},
          {"accepted", shrunk.accepted},
          {"one_minimal", shrunk.complete}};
}

// `shared-keys` is a member of the name shared_keys.
std::string member_of(const ScopeSwitch& each) {
  std::string name(each.name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

json scope_of(const Scope& scope) {
  json result{{"clients", scope.clients}, {"objects", scope.objects}, {"steps", scope.steps}};
  for (const ScopeSwitch& each : kScopeSwitches) result[member_of(each)] = scope.*each.member;
  result["faults"] = print_faults(scope.faults);
  result["settle_rounds"] = scope.settle_rounds ? json(*scope.settle_rounds) : json(nullptr);
  return result;
}

// Without what only drawing scenarios asks for.
json scope_of(const ExplorePlan& plan) {
  json scope = scope_of(plan.search.scope);
  scope.erase("steps");  // the plan's own
  for (const ScopeSwitch& each : kScopeSwitches)
    if (each.restricts) scope.erase(member_of(each));
  return scope;
}

json engine_of(const Configuration& configuration) {
  return {{"protocol", configuration.protocol_name},
          {"is_foreign", configuration.spec->is_foreign()},
          {"options", configuration.options},
          {"mutant", mutant_of(configuration.protocol)},
          {"strategy", configuration.strategy.name},
          {"compare_tombstones", configuration.judge.compare_tombstones}};
}

// --- an exhaustive search

constexpr std::array<std::string_view, 5> kEnds{"exhausted", "all-broken", "step-bound",
                                                "memory-bound", "stopped"};
static_assert(kEnds.size() == static_cast<std::size_t>(ExploreEnd::stopped) + 1);

json bounds_of(const Bounds& bounds) {
  json all = json::object();
  for (const NamedBound& named : named_bounds())
    all[std::string(named.name.substr(2))] = bounds.left(named.bounded);
  return all;
}

json healing_of(const Healing& healing) {
  return {{"diverging", healing.diverging},
          {"healed", healing.healed},
          {"keeping", healing.keeping},
          {"destroyed", healing.destroyed}};
}

json reductions_of(const Reductions& reductions) {
  json names = json::array();
  for (const NamedReduction& named : named_reductions())
    if (reductions.*named.is_on) names.push_back(named.name);
  return names;
}

json names_in(InvariantSet wanted) {
  json names = json::array();
  for (const NamedInvariant& named : invariants())
    if (wanted & invariant_bit(named.invariant)) names.push_back(named.name);
  return names;
}

json plan_of(const ExplorePlan& plan) {
  return {{"scope", scope_of(plan)},
          {"bounds", bounds_of(plan.search.bounds)},
          {"clock_jump", plan.search.clock_jump},
          {"steps", plan.steps ? json(*plan.steps) : json(nullptr)},
          {"invariants", names_in(plan.watched)},
          {"ending", plan.ending == Ending::settle ? "settle" : "full-sync"},
          {"reductions", reductions_of(plan.reductions)}};
}

// Whether what is not broken is proven to hold.
bool proves(const Exploration& exploration) {
  return exploration.is_complete() && exploration.faults.empty();
}

// What was watched and not broken holds if the search came to its end.
json holds_of(const Exploration& exploration, bool watched, bool broken) {
  if (broken) return false;
  return watched && proves(exploration) ? json(true) : json(nullptr);
}

json searched_invariant(const NamedInvariant& named, const Exploration& exploration,
                        const ExplorePlan& plan) {
  const Counterexample* example = exploration.find(named.invariant);
  const bool watched = plan.watched & invariant_bit(named.invariant);
  json one{{"name", named.name},
           {"watched", watched},
           {"holds", holds_of(exploration, watched, example != nullptr)},
           {"shortest", nullptr},
           {"is_shortest", nullptr},
           {"fingerprint", nullptr},
           {"file", nullptr},
           {"steps", nullptr},
           {"trace", nullptr}};
  if (example == nullptr) return one;
  one.update({{"shortest", example->trace.scenario.steps.size()},
              {"is_shortest", example->is_shortest},
              {"fingerprint", example->fingerprint},
              {"file", file_name(*example)},
              {"steps", steps_of(example->trace.scenario)},
              {"trace", print_trace(example->trace)}});
  return one;
}

json holds_of(std::span<const Searched> searches) {
  bool is_proven = true;
  for (const Searched& searched : searches) {
    if (!searched.exploration.counterexamples.empty()) return false;
    is_proven = is_proven && proves(searched.exploration);
  }
  return is_proven ? json(true) : json(nullptr);
}

json comparison_of(const ShrinkerComparison& comparison) {
  json longer = json::array();
  for (const ShrinkerComparison::Longer& each : comparison.longer)
    longer.push_back({{"seed", print_seed(each.seed)},
                      {"steps", steps_of(each.trace.scenario)},
                      {"trace", print_trace(each.trace)}});
  return {{"invariant", name_of(comparison.invariant)},
          {"shortest", comparison.shortest},
          {"seeds", comparison.seeds},
          {"optimal", comparison.optimal},
          {"missed", comparison.missed},
          {"longer", longer}};
}

json comparisons_of(const Searched& searched) {
  if (!searched.comparison) return nullptr;
  json all = json::array();
  for (const ShrinkerComparison& each : *searched.comparison) all.push_back(comparison_of(each));
  return all;
}

json searched_of(const Searched& searched, const ExplorePlan& plan) {
  const Exploration& exploration = searched.exploration;
  json all = engine_of(searched.configuration);
  json each_invariant = json::array();
  for (const NamedInvariant& named : invariants())
    each_invariant.push_back(searched_invariant(named, exploration, plan));
  all.update({{"end", kEnds[static_cast<std::size_t>(exploration.end)]},
              {"complete", exploration.is_complete()},
              {"depth", exploration.depth},
              {"levels", exploration.levels},
              {"states", exploration.states},
              {"steps", exploration.steps},
              {"asleep", exploration.asleep},
              {"healing", healing_of(exploration.healing)},
              {"settle",
               {{"executed", exploration.settle.executed},
                {"wanted", exploration.settle.wanted},
                {"states", exploration.settle_states}}},
              {"bytes", exploration.bytes},
              {"invariants", each_invariant},
              {"shrinker", comparisons_of(searched)},
              {"faults", exploration.faults},
              {"digest", print_digest(exploration.digest)}});
  return all;
}

// --- mutants

json plan_of(const TrialPlan& plan) {
  return {{"scope", scope_of(plan.scope)},
          {"seed", print_seed(plan.seed)},
          {"seeds", plan.seeds},
          {"episodes", plan.episodes},
          {"shrink_budget_runs", plan.budget.runs}};
}

json named_mutant(const NamedMutant& named) {
  return {{"name", named.name},
          {"protocol", named.protocol},
          {"strategy", named.strategy},
          {"invariant", named.invariant},
          {"rare", named.is_rare()},
          {"defect", named.defect},
          {"stands_for", named.stands_for}};
}

template <class Number>
json number_or_null(const std::optional<Number>& number) {
  return number ? json(*number) : json(nullptr);
}

json episodes_of(const Trial& trial) {
  json all = json::array();
  for (const Hunt& hunt : trial.hunts)
    all.push_back(hunt.caught ? json(hunt.episodes) : json(nullptr));
  return all;
}

json also_broken(const Trial& trial) {
  json all = json::array();
  for (const NamedInvariant& named : invariants())
    if (trial.broken_before(named.invariant) + trial.broken_with(named.invariant) > 0)
      all.push_back({{"name", named.name},
                     {"runs_before", trial.broken_before(named.invariant)},
                     {"runs_with", trial.broken_with(named.invariant)}});
  return all;
}

json simplest_of(const Trial& trial) {
  const Finding* found = trial.simplest();
  if (found == nullptr) return nullptr;
  const Sighting& simplest = found->simplest;
  return {{"fingerprint", found->fingerprint},
          {"index", simplest.episode},
          {"seed", print_seed(*simplest.seed)},
          {"shrink", shrink_of(simplest.original, simplest.trace.scenario, simplest)},
          {"steps", steps_of(simplest.trace.scenario)}};
}

json proof_of(const Trial& trial) {
  if (!trial.proof) return nullptr;
  const Exploration& proof = *trial.proof;
  const Counterexample* example = proof.find(trial.invariant);
  return {{"shortest", number_or_null(trial.proven_length())},
          {"depth", proof.depth},
          {"states", proof.states},
          {"end", kEnds[static_cast<std::size_t>(proof.end)]},
          {"bounds", bounds_of(proof_plan(*trial.simplest())->search.bounds)},
          {"steps", example == nullptr ? json(nullptr) : steps_of(example->trace.scenario)},
          {"faults", proof.faults}};
}

json shown_of(const Trace& trace) {
  return {{"steps", steps_of(trace.scenario)}, {"trace", print_trace(trace)}};
}

json trial_of(const Trial& trial) {
  json one = named_mutant(*trial.named);
  one.update(
      {{"passes", trial.passes()},
       {"caught", trial.caught()},
       {"median", number_or_null(trial.episodes_of(50))},
       {"percentile_95", number_or_null(trial.episodes_of(95))},
       {"episodes", episodes_of(trial)},
       {"broken", also_broken(trial)},
       {"simplest", simplest_of(trial)},
       {"proof", proof_of(trial)},
       {"shown", trial.simplest() == nullptr ? json(nullptr) : shown_of(trial.shown_trace())}});
  return one;
}

json rare_of(const RareMutant& each) {
  json one = named_mutant(*each.named);
  one.update({{"shows", each.shows()},
              {"broken", names_in(each.broken)},
              {"shown", shown_of(each.trace)}});
  return one;
}

json without_of(const Without& without) {
  json alone = json::array();
  for (const NamedMutant* named : without.alone()) alone.push_back(named->name);
  json tried = json::array();
  for (const Trial& trial : without.trials)
    tried.push_back({{"name", trial.named->name}, {"caught", trial.caught()}});
  return {{"invariant", name_of(without.invariant)}, {"alone", alone}, {"tried", tried}};
}

template <class Range, class Make>
json list_of(const Range& range, Make make) {
  json all = json::array();
  for (const auto& each : range) all.push_back(make(each));
  return all;
}

json options_of(const Protocol& protocol) {
  json result = json::object();
  for (const ProtocolOption& option : protocol_options())
    result[std::string(option.key)] = option.values[static_cast<std::size_t>(option.get(protocol))];
  return result;
}

template <class Named, class Extra>
json named(std::span<const Named> all, Extra extra) {
  json result = json::array();
  for (const Named& each : all) {
    json one{{"name", each.name}, {"meaning", each.meaning}};
    extra(one, each);
    result.push_back(one);
  }
  return result;
}

json option_list() {
  json result = json::array();
  for (const ProtocolOption& option : protocol_options())
    result.push_back(
        {{"name", option.key},
         {"meaning", option.meaning},
         {"values", std::vector<std::string>(option.values.begin(), option.values.end())}});
  return result;
}

}  // namespace

json replay_json(const Trace& trace, const Recording& recording, bool events) {
  const Account account(trace.scenario, recording);
  const RunSummary& summary = recording.outcome.summary;
  json result = document("replay");
  result["engine"] = engine_of(trace);
  result["scenario"] = scenario_of(trace.scenario);
  result["holds"] = recording.outcome.verdict.holds();
  result["invariants"] = invariants_of(account, trace.strategy);
  result["expectations"] = expectations_of(trace, recording.outcome.verdict);
  result["versions"] = versions_of(account);
  result["at_rest"] = at_rest_of(account);
  result["summary"] = {{"effective_steps", summary.effective_steps},
                       {"skipped_steps", summary.skipped_steps},
                       {"settle_messages", summary.settle_messages},
                       {"settle_rounds", summary.settle_rounds},
                       {"rest", kRests[static_cast<std::size_t>(summary.rest)]}};
  result["digest"] = print_digest(summary.digest);
  if (events) result["events"] = events_of(recording);
  return result;
}

json explore_json(std::span<const Searched> searches, const ExplorePlan& plan) {
  json result = document("explore");
  result["plan"] = plan_of(plan);
  result["configurations"] = json::array();
  for (const Searched& searched : searches)
    result["configurations"].push_back(searched_of(searched, plan));
  result["holds"] = holds_of(searches);
  return result;
}

json mutants_json(std::span<const Trial> trials, std::span<const RareMutant> rare,
                  std::span<const Without> without, const TrialPlan& plan) {
  json result = document("mutants");
  result["plan"] = plan_of(plan);
  result["mutants"] = list_of(trials, trial_of);
  result["rare"] = list_of(rare, rare_of);
  result["without"] = list_of(without, without_of);
  return result;
}

json shrink_json(const Trace& before, const Trace& after, const ShrinkResult& shrunk) {
  json result = document("shrink");
  result["engine"] = engine_of(before);
  result.update(shrink_of(before.scenario, shrunk.scenario, shrunk));
  result["steps_before"] = steps_of(before.scenario);
  result["steps_after"] = steps_of(after.scenario);
  result["trace"] = print_trace(after);
  return result;
}

json list_json() {
  json result = document("list");
  result["protocols"] = named(named_protocols(), [](json& one, const NamedProtocol& each) {
    one["options"] = options_of(each.protocol);
    const Promise& promise = promise_of(each.name);
    one["promise"] = {{"invariants", names_in(promise.invariants)}, {"sentence", promise.sentence}};
  });
  const auto nothing = [](json&, const auto&) {};
  result["options"] = option_list();
  result["mutants"] = json::array();
  for (const NamedMutant& each : mutants()) result["mutants"].push_back(named_mutant(each));
  result["strategies"] = named(built_in_strategies(), nothing);
  result["invariants"] = named(std::span<const NamedInvariant>(invariants()), nothing);
  result["steps"] = named(std::span<const StepRow>(kStepRows), nothing);
  result["faults"] = named(std::span<const NamedFault>(kNamedFaults), nothing);
  result["marks"] = named(std::span<const NamedMark>(marks()), nothing);
  return result;
}

std::string print_json(const json& document) {
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace tidemark::core
