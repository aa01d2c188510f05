#include "properties/coverage.h"

#include <algorithm>

#include "sim/features.h"

namespace tidemark::core {
namespace {

using P = Phase;
using S = Situation;

constexpr std::array<std::string_view, kPhases> kPhaseNames{
    "offline",        "idle",       "download-request", "download-reply",
    "upload-request", "upload-ack", "under-way"};

constexpr std::array<std::string_view, kSituations> kSituationNames{
    "calm",        "late-upload", "late-other",  "ack-lost",
    "reinstalled", "restored",    "clock-apart", "full-sync"};

template <class... Each>
constexpr std::uint32_t bits(Each... each) {
  return ((1u << static_cast<unsigned>(each)) | ...);
}
constexpr std::uint32_t kAny = ~0u;
constexpr std::uint32_t kNoExchange = bits(P::offline, P::idle);
static_assert(kNoExchange == (kPhaseOffline | kPhaseIdle));
static_assert(kPhasesInFlight ==
              bits(P::download_request, P::download_reply, P::upload_request, P::upload_ack));

// Where a reason always holds, the steps that it refuses are no-ops.
std::vector<Impossibility> make_impossibilities() {
  std::vector<Impossibility> all;
  for (const SkipRow& skip : kSkipRows) {
    if (skip.phases == 0 && !skip.none_late) continue;
    std::uint32_t steps = 0;
    for (const StepRow& row : kStepRows)
      if (row.may_be_refused_by(skip.reason)) steps |= bits(row.kind);
    all.push_back({steps, skip.none_late ? kAny : skip.phases,
                   skip.none_late ? bits(S::calm) : kAny,
                   std::string(skip.brief) + ", so it is a no-op"});
  }
  all.push_back({kAny, kNoExchange, bits(S::full_sync), "no exchange is under way"});
  return all;
}

std::array<CoveredStep, kCoveredSteps> make_steps() {
  std::array<CoveredStep, kCoveredSteps> steps;
  std::size_t place = 0;
  for (const StepRow& each : kStepRows) {
    if (!each.takes(StepPart::client)) continue;
    steps.at(place++) = {.kind = each.kind};
    if (!each.takes(StepPart::lose)) continue;
    for (const MessageKind lost : {MessageKind::download_request, MessageKind::download_reply,
                                   MessageKind::upload_request, MessageKind::upload_ack})
      steps.at(place++) = {.kind = each.kind, .lost = lost};
  }
  for (const StepRow& each : kStepRows)
    if (each.takes(StepPart::server)) steps.at(place++) = {.kind = each.kind, .server = true};
  return steps;
}

// Where each kind of step begins, of clients and of S.
struct Places {
  std::array<std::array<std::size_t, kStepKinds>, 2> of{};
};
Places make_places() {
  Places places;
  for (std::size_t i = kCoveredSteps; i-- > 0;) {
    const CoveredStep& step = covered_steps()[i];
    places.of[step.server][static_cast<std::size_t>(step.kind)] = i;
  }
  return places;
}

// S is in no client's phase, and a client is not in that of the world.
bool exists(const CoveredStep& step, Phase phase) {
  if (phase == Phase::idle) return true;
  return step.server == (phase == Phase::under_way);
}

std::vector<CoverageCell> make_cells() {
  std::vector<CoverageCell> all;
  for (std::size_t step = 0; step < kCoveredSteps; ++step)
    for (std::size_t phase = 0; phase < kPhases; ++phase)
      if (exists(covered_steps()[step], static_cast<Phase>(phase)))
        for (std::size_t situation = 0; situation < kSituations; ++situation)
          all.push_back({step, static_cast<Phase>(phase), static_cast<Situation>(situation)});
  return all;
}

bool has_any(const Scope& scope, std::initializer_list<Fault> faults) {
  return std::any_of(faults.begin(), faults.end(), [&](Fault fault) { return scope.has(fault); });
}

bool has_late_messages(const Scope& scope) {
  return has_any(scope, {Fault::late, Fault::duplicate});
}

bool is_granted(const CoveredStep& step, const Scope& scope) {
  if (row_of(step.kind).lane == Lane::late) return has_late_messages(scope);
  Scenario scenario;
  scenario.steps = {
      {.kind = step.kind, .replica = step.server ? kServer : Replica{1}, .lose = step.lost}};
  return (features(scenario) & ~features(scope)) == 0;
}

bool is_granted(Phase phase, const Scope& scope) {
  if (phase == Phase::offline) return scope.has(Fault::offline);
  return phase == Phase::idle || scope.interleave;
}

bool is_granted(Situation situation, const Scope& scope) {
  switch (situation) {
    case Situation::calm:
      return true;
    case Situation::late_upload:
    case Situation::late_other:
      return has_late_messages(scope);
    case Situation::ack_lost:
      return scope.has(Fault::lost) ||
             (scope.interleave && has_any(scope, {Fault::late, Fault::offline, Fault::crash}));
    case Situation::clock_apart:
      return scope.has(Fault::clock);
    case Situation::reinstalled:
      return scope.has(Fault::reinstall);
    case Situation::restored:
      return scope.has(Fault::restore);
    case Situation::full_sync:
      return scope.has(Fault::full_sync);
  }
  return false;
}

// Where only the server changes things, nothing is uploaded; where only clients do, nothing is
// downloaded. What is sent at once is nothing that a step meets.
bool sends(const Protocol& protocol, MessageKind message) {
  if (message == MessageKind::none) return true;
  if (protocol.algorithm == Algorithm::simple) return message < MessageKind::upload_request;
  return protocol.sync_type !=
         (message >= MessageKind::upload_request ? SyncType::one_way_down : SyncType::one_way_up);
}

bool makes_changes(const Protocol& protocol, bool server) {
  return protocol.sync_type != (server ? SyncType::one_way_up : SyncType::one_way_down);
}

MessageKind message_of(Phase phase) {
  if (phase <= Phase::idle || phase == Phase::under_way) return MessageKind::none;
  return static_cast<MessageKind>(static_cast<int>(phase) - static_cast<int>(Phase::idle));
}

MessageKind message_of(Situation situation) {
  if (situation == Situation::late_upload) return MessageKind::upload_request;
  return situation == Situation::ack_lost ? MessageKind::upload_ack : MessageKind::none;
}

bool is_granted(const CoverageCell& cell, const Protocol& protocol) {
  const CoveredStep& step = covered_steps()[cell.step];
  return (!is_change(step.kind) || makes_changes(protocol, step.server)) &&
         sends(protocol, step.lost) && sends(protocol, message_of(cell.phase)) &&
         sends(protocol, message_of(cell.situation));
}

// A client of `simple` sends what it creates at once, and then holds what an exchange brought to
// its end; but it cannot where it is offline, or an exchange is under way.
bool may_hold_before_an_exchange(const Scope& scope, const Protocol& protocol) {
  return protocol.algorithm != Algorithm::simple || scope.interleave || scope.has(Fault::offline);
}

bool is_granted(const CoverageCell& cell, const Scope& scope, const Protocol& protocol) {
  const CoveredStep& step = covered_steps()[cell.step];
  const bool needs_object = is_change(step.kind) && step.kind != StepKind::create && !step.server;
  return !needs_object || cell.situation != Situation::reinstalled ||
         may_hold_before_an_exchange(scope, protocol);
}

// The names of a set that has some, but not all; a comma between.
template <class Name>
std::string names(std::uint32_t set, std::size_t count, Name name) {
  std::string text;
  if ((~set & ((1u << count) - 1)) == 0) return text;
  for (std::size_t i = 0; i < count; ++i)
    if (set >> i & 1) text.append(text.empty() ? "" : ", ").append(name(i));
  return text;
}

}  // namespace

std::string_view name_of(Phase phase) { return kPhaseNames[static_cast<std::size_t>(phase)]; }
std::string_view name_of(Situation situation) {
  return kSituationNames[static_cast<std::size_t>(situation)];
}
std::span<const CoveredStep, kCoveredSteps> covered_steps() {
  static const std::array<CoveredStep, kCoveredSteps> steps = make_steps();
  return steps;
}

std::size_t place_of(StepKind kind, Replica replica) {
  static const Places places = make_places();
  return places.of[replica.is_server()][static_cast<std::size_t>(kind)];
}

std::string name_of(const CoveredStep& step) {
  std::string name(row_of(step.kind).name);
  if (step.server) name += " S";
  if (step.lost != MessageKind::none) name.append(" lose=").append(message_name(step.lost));
  return name;
}

std::span<const CoverageCell> coverage_cells() {
  static const std::vector<CoverageCell> all = make_cells();
  return all;
}

std::span<const Impossibility> impossibilities() {
  static const std::vector<Impossibility> all = make_impossibilities();
  return all;
}

std::string print_cells(const Impossibility& impossibility) {
  std::string text;
  for (const std::string& part :
       {names(impossibility.steps, kStepKinds, [](std::size_t i) { return kStepRows[i].name; }),
        names(impossibility.phases, kPhases, [](std::size_t i) { return kPhaseNames[i]; }),
        names(impossibility.situations, kSituations,
              [](std::size_t i) { return kSituationNames[i]; })})
    if (!part.empty()) text.append(text.empty() ? "" : "; ").append(part);
  return text;
}

const Impossibility* find_impossibility(const CoverageCell& cell) {
  for (const Impossibility& each : impossibilities())
    if ((each.steps & bits(covered_steps()[cell.step].kind)) && (each.phases & bits(cell.phase)) &&
        (each.situations & bits(cell.situation)))
      return &each;
  return nullptr;
}

bool is_in_scope(const CoverageCell& cell, const Scope& scope, const Protocol& protocol) {
  return is_granted(covered_steps()[cell.step], scope) && is_granted(cell.phase, scope) &&
         is_granted(cell.situation, scope) && is_granted(cell, protocol) &&
         is_granted(cell, scope, protocol);
}

CoverageCounts& CoverageCounts::operator+=(const CoverageCounts& other) {
  for (std::size_t step = 0; step < kCoveredSteps; ++step)
    for (std::size_t phase = 0; phase < kPhases; ++phase) {
      steps_[step][phase] += other.steps_[step][phase];
      for (std::size_t i = 0; i < kSituations; ++i)
        in_situation_[step][phase][i] += other.in_situation_[step][phase][i];
    }
  for (std::size_t i = 0; i < kStateClasses; ++i) states_[i] += other.states_[i];
  return *this;
}

void CoverageCounts::add_states(Phase phase, std::uint32_t situations, Phase other,
                                std::uint32_t others) {
  for (std::size_t i = 0; i < kSituations; ++i)
    for (std::size_t j = 0; j < kSituations; ++j) {
      if (!(situations >> i & 1) || !(others >> j & 1)) continue;
      const std::size_t one = static_cast<std::size_t>(phase) * kSituations + i;
      const std::size_t two = static_cast<std::size_t>(other) * kSituations + j;
      const auto [low, high] = std::minmax(one, two);
      ++states_[high * (high + 1) / 2 + low];
    }
}

std::uint64_t CoverageCounts::steps(std::size_t step, Situation situation) const {
  std::uint64_t sum = 0;
  for (const auto& phase : in_situation_[step]) sum += phase[static_cast<std::size_t>(situation)];
  return sum;
}

Reach reach_of(const CoverageCell& cell, const CoverageCounts& counts, const Scope& scope,
               const Protocol& protocol) {
  if (counts.of(cell) > 0) return Reach::reached;
  if (find_impossibility(cell) != nullptr) return Reach::impossible;
  return is_in_scope(cell, scope, protocol) ? Reach::never : Reach::out_of_scope;
}

}  // namespace tidemark::core
