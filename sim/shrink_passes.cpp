#include "sim/shrink_passes.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "sim/shape.h"

namespace tidemark::core {
namespace {

using Shared = std::shared_ptr<const Scenario>;

constexpr std::size_t kMostForPairs = 40;  // steps of a scenario of which pairs are removed
constexpr std::size_t kMostInstead = 12;   // steps that are tried in the place of one
constexpr std::size_t kMostForMoves = 10;  // steps of a scenario in which steps are moved

template <class Fits>
Candidate without_all(const Scenario& scenario, Fits fits) {
  Scenario result = scenario;
  if (std::erase_if(result.steps, fits) == 0) return std::nullopt;
  return result;
}

Scenario with_step(const Scenario& scenario, std::size_t place, const Step& step) {
  Scenario result = scenario;
  result.steps[place] = step;
  return result;
}

// All chunks of n, n/2, …, 1 steps, so that every single step is tried in the end.
Variants chunks(const Shared& s) {
  const std::size_t n = s->steps.size();
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  for (std::size_t size = n; size > 0; size /= 2)
    for (std::size_t begin = 0; begin < n; begin += size) ranges.emplace_back(begin, begin + size);
  return {ranges.size(), [s, ranges](std::size_t i) -> Candidate {
            return without(*s, ranges[i].first, ranges[i].second);
          }};
}

Variants whole_clients(const Shared& s) {
  return {s->clients, [s](std::size_t i) {
            return without_all(*s, [&](const Step& step) { return step.replica.number == i + 1; });
          }};
}

Variants whole_objects(const Shared& s) {
  return {s->objects.size(), [s](std::size_t i) {
            return without_all(
                *s, [&](const Step& step) { return names_object(step.kind) && step.object == i; });
          }};
}

Variants whole_kinds(const Shared& s) {
  return {kStepKinds, [s](std::size_t i) {
            return without_all(
                *s, [&](const Step& step) { return step.kind == static_cast<StepKind>(i); });
          }};
}

// The last client, if no step names it.
Variants last_client(const Shared& s) {
  return {1, [s](std::size_t) -> Candidate {
            Scenario result = renamed(*s);
            const bool used = std::any_of(
                result.steps.begin(), result.steps.end(),
                [&](const Step& step) { return step.replica.number == result.clients; });
            if (result.clients == 1 || used) return std::nullopt;
            --result.clients;
            return result;
          }};
}

// One client's steps are another's.
Variants joined_clients(const Shared& s) {
  const std::size_t n = s->clients;
  return {n * n, [s, n](std::size_t i) -> Candidate {
            const auto from = static_cast<std::uint8_t>(1 + i / n);
            const auto to = static_cast<std::uint8_t>(1 + i % n);
            if (from == to) return std::nullopt;
            Scenario result = *s;
            for (Step& step : result.steps)
              if (step.replica.number == from) step.replica.number = to;
            result = renamed(result);
            --result.clients;
            return result;
          }};
}

// One object's changes are another's; creations that are then in vain go.
Variants joined_objects(const Shared& s) {
  const std::size_t n = s->objects.size();
  return {n * n, [s, n](std::size_t i) -> Candidate {
            if (i / n == i % n) return std::nullopt;
            Scenario result = *s;
            for (Step& step : result.steps)
              if (names_object(step.kind) && step.object == i / n)
                step.object = static_cast<std::uint32_t>(i % n);
            return result;
          }};
}

bool begins_exchange(StepKind kind) { return row_of(kind).exchange == InExchange::begins; }
bool moves_exchange(StepKind kind) {
  const InExchange what = row_of(kind).exchange;
  return what == InExchange::moves || what == InExchange::finishes || what == InExchange::ends;
}

// A cycle told message by message, from its begin at `begin` on, becomes one whole cycle: at its
// first step, its last one, or at the very end, where settle would have finished it; with or
// without a loss.
Candidate fused(const Scenario& scenario, std::size_t begin, std::size_t variant) {
  const Step& first = scenario.steps[begin];
  if (!begins_exchange(first.kind)) return std::nullopt;
  const auto lose = static_cast<MessageKind>(variant % 5);
  const Step whole{.kind = whole_of(first.kind), .replica = first.replica, .lose = lose};
  Scenario result = scenario;
  result.steps.clear();
  std::size_t last = begin;
  for (std::size_t i = begin + 1; i < scenario.steps.size(); ++i) {
    const Step& step = scenario.steps[i];
    if (step.replica != first.replica) continue;
    if (moves_exchange(step.kind)) last = i;
    if (begins_exchange(step.kind)) break;
  }
  const std::size_t place = variant < 5 ? begin : variant < 10 ? last : scenario.steps.size();
  for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
    const Step& step = scenario.steps[i];
    if (i == place) {
      result.steps.push_back(whole);
      continue;
    }
    const bool part = i >= begin && i <= last && step.replica == first.replica &&
                      (i == begin || moves_exchange(step.kind));
    if (!part) result.steps.push_back(step);
  }
  if (place == scenario.steps.size()) result.steps.push_back(whole);
  return result;
}

Variants fused_cycles(const Shared& s) {
  return {s->steps.size() * 15, [s](std::size_t i) { return fused(*s, i / 15, i % 15); }};
}

// Two steps of one client become one step: finish, sync or what a simpler cycle is.
Variants joined_steps(const Shared& s) {
  const std::size_t n = s->steps.size() <= kMostForPairs ? s->steps.size() : 0;
  return {n * n * 2, [s, n](std::size_t i) -> Candidate {
            const std::size_t a = i / 2 / n;
            const std::size_t b = i / 2 % n;
            const Replica who = s->steps[a].replica;
            if (a >= b || who.is_server() || s->steps[b].replica != who) return std::nullopt;
            const StepKind kind = i % 2 == 0 ? StepKind::sync : StepKind::finish;
            return without(with_step(*s, b, {.kind = kind, .replica = who}), a, a + 1);
          }};
}

Variants without_pairs(const Shared& s) {
  const std::size_t n = s->steps.size() <= kMostForPairs ? s->steps.size() : 0;
  return {n * n, [s, n](std::size_t i) -> Candidate {
            if (i / n >= i % n) return std::nullopt;
            return without(without(*s, i % n, i % n + 1), i / n, i / n + 1);
          }};
}

// Simpler steps in the place of one. What is not simpler is filtered out later.
std::vector<Step> instead(const Step& step) {
  std::vector<Step> steps;
  if (step.replica.is_server() && !is_change(step.kind)) return steps;
  const auto kind = [&](StepKind other) {
    steps.push_back(step);
    steps.back().kind = other;
    steps.back().lose = MessageKind::none;
    steps.back().seconds = 0;
  };
  if (is_change(step.kind)) {
    kind(StepKind::edit);
    kind(StepKind::remove);
    return steps;
  }
  for (const StepKind other :
       {StepKind::sync, StepKind::finish, StepKind::full_sync, StepKind::begin, StepKind::deliver,
        StepKind::drop, StepKind::offline, StepKind::crash})
    kind(other);
  for (std::uint8_t lose = 1; lose <= 4; ++lose)
    steps.push_back(
        {.kind = StepKind::sync, .replica = step.replica, .lose = static_cast<MessageKind>(lose)});
  return steps;
}

Variants simpler_steps(const Shared& s) {
  return {s->steps.size() * kMostInstead, [s](std::size_t i) -> Candidate {
            const std::vector<Step> steps = instead(s->steps[i / kMostInstead]);
            if (i % kMostInstead >= steps.size()) return std::nullopt;
            return with_step(*s, i / kMostInstead, steps[i % kMostInstead]);
          }};
}

// A step made on another replica: fewer clients may be left.
Variants other_replicas(const Shared& s) {
  const std::size_t replicas = s->clients + std::size_t{1};
  return {s->steps.size() * replicas, [s, replicas](std::size_t i) -> Candidate {
            Step step = s->steps[i / replicas];
            step.replica = {static_cast<std::uint8_t>(i % replicas)};
            if (!row_of(step.kind).is_of(step.replica)) return std::nullopt;
            return with_step(*s, i / replicas, step);
          }};
}

Scenario moved(const Scenario& scenario, std::size_t from, std::size_t to) {
  Scenario result = scenario;
  const Step step = result.steps[from];
  result.steps.erase(result.steps.begin() + static_cast<std::ptrdiff_t>(from));
  result.steps.insert(result.steps.begin() + static_cast<std::ptrdiff_t>(to), step);
  return result;
}

// One step less, and another one elsewhere: frees minima that single removals do not leave.
Variants moved_and_removed(const Shared& s) {
  const std::size_t n = s->steps.size() <= kMostForMoves ? s->steps.size() : 0;
  return {n * n * n, [s, n](std::size_t i) -> Candidate {
            const std::size_t gone = i / n / n;
            const std::size_t from = i / n % n;
            const std::size_t to = i % n;
            if (from == to || gone == from) return std::nullopt;
            const std::size_t place = gone < from ? gone + (to <= gone) : gone - (to >= gone);
            return without(moved(*s, from, to), place, place + 1);
          }};
}

// A simpler step, or one of another replica, in the place of one: all of simpler_steps() and of
// other_replicas().
std::size_t count_of_changes(const Scenario& scenario) {
  return kMostInstead + scenario.clients + 1u;
}
Candidate changed(const Shared& s, std::size_t place, std::size_t variant) {
  return variant < kMostInstead
             ? simpler_steps(s).make(place * kMostInstead + variant)
             : other_replicas(s).make(place * (s->clients + 1u) + variant - kMostInstead);
}

// One step less, and another one changed.
Variants changed_and_removed(const Shared& s) {
  const std::size_t n = s->steps.size() <= kMostForMoves ? s->steps.size() : 0;
  const std::size_t variants = count_of_changes(*s);
  return {n * n * variants, [s, n, variants](std::size_t i) -> Candidate {
            const std::size_t gone = i / variants / n;
            const std::size_t place = i / variants % n;
            if (gone == place) return std::nullopt;
            const Candidate candidate = changed(s, place, i % variants);
            if (!candidate) return std::nullopt;
            return without(*candidate, gone, gone + 1);
          }};
}

// One step changed, and moved.
Variants changed_and_moved(const Shared& s) {
  const std::size_t n = s->steps.size() <= kMostForMoves ? s->steps.size() : 0;
  const std::size_t variants = count_of_changes(*s);
  return {n * n * variants, [s, n, variants](std::size_t i) -> Candidate {
            const std::size_t to = i / variants / n;
            const std::size_t place = i / variants % n;
            if (to == place) return std::nullopt;
            const Candidate candidate = changed(s, place, i % variants);
            if (!candidate) return std::nullopt;
            return renamed(moved(*candidate, place, to));
          }};
}

// One step elsewhere.
Variants moved_steps(const Shared& s) {
  const std::size_t n = s->steps.size() <= kMostForPairs ? s->steps.size() : 0;
  return {n * n, [s, n](std::size_t i) -> Candidate {
            if (i / n == i % n) return std::nullopt;
            return renamed(moved(*s, i / n, i % n));
          }};
}

// Two clients change roles from some step on.
Variants swapped_roles(const Shared& s) {
  const std::size_t clients = s->clients;
  return {s->steps.size() * clients * clients, [s, clients](std::size_t i) -> Candidate {
            const auto a = static_cast<std::uint8_t>(1 + i / clients % clients);
            const auto b = static_cast<std::uint8_t>(1 + i % clients);
            if (a >= b) return std::nullopt;
            Scenario result = *s;
            for (std::size_t place = i / clients / clients; place < result.steps.size(); ++place) {
              std::uint8_t& who = result.steps[place].replica.number;
              who = who == a ? b : who == b ? a : who;
            }
            return renamed(result);
          }};
}

// The backend makes a client's changes, where the client would have uploaded them next.
Variants clients_into_server(const Shared& s) {
  return {s->clients, [s](std::size_t i) -> Candidate {
            const Replica client{static_cast<std::uint8_t>(i + 1)};
            Scenario result = *s;
            result.steps.clear();
            std::vector<Step> waiting;
            for (const Step& step : s->steps) {
              if (step.replica != client) {
                result.steps.push_back(step);
              } else if (is_change(step.kind)) {
                waiting.push_back(step);
                waiting.back().replica = kServer;
              } else {
                result.steps.insert(result.steps.end(), waiting.begin(), waiting.end());
                waiting.clear();
              }
            }
            result.steps.insert(result.steps.end(), waiting.begin(), waiting.end());
            return renamed(result);
          }};
}

// Nobody shares an object: whoever changed it creates one of its own instead.
Variants split_objects(const Shared& s) {
  return {s->objects.size(), [s](std::size_t object) -> Candidate {
            Scenario result = *s;
            result.steps.clear();
            std::vector<std::uint32_t> own(kMaxClients + 1, 0);
            for (Step step : s->steps) {
              if (!is_change(step.kind) || step.object != object) {
                result.steps.push_back(step);
                continue;
              }
              if (step.kind == StepKind::create) continue;
              std::uint32_t& mine = own[step.replica.number];
              if (mine == 0) {
                step.kind = StepKind::create;
                mine = static_cast<std::uint32_t>(result.objects.size());
                result.objects.push_back(result.objects[object] + replica_name(step.replica));
              }
              step.object = mine;
              result.steps.push_back(step);
            }
            return renamed(result);
          }};
}

// Two jumps of one clock become one, where the later one stands.
Variants joined_jumps(const Shared& s) {
  return {s->steps.size(), [s](std::size_t i) -> Candidate {
            const Step& first = s->steps[i];
            if (first.kind != StepKind::clock) return std::nullopt;
            for (std::size_t j = i + 1; j < s->steps.size(); ++j) {
              Step second = s->steps[j];
              if (second.kind != StepKind::clock || second.replica != first.replica) continue;
              second.seconds += first.seconds;
              return without(with_step(*s, j, second), i, i + 1);
            }
            return std::nullopt;
          }};
}

std::int64_t smaller_jump(std::int64_t seconds, std::size_t variant) {
  const std::int64_t sign = seconds < 0 ? -1 : 1;
  switch (variant) {
    case 0:
      return 10 * sign;
    case 1:
      return -10;
    case 2:
      return seconds / 2;
    case 3:
      return seconds - 10 * sign;
    default:
      return seconds - sign;
  }
}

// Smaller keys, names, values, and jumps of clocks.
Variants smaller_texts(const Shared& s) {
  constexpr std::size_t kJumps = 5;
  constexpr std::size_t kVariants = kStepTexts.size() + kJumps;
  return {s->steps.size() * kVariants, [s](std::size_t i) -> Candidate {
            Step step = s->steps[i / kVariants];
            const std::size_t variant = i % kVariants;
            if (variant < kStepTexts.size())
              step.*kStepTexts[variant].id = 0;
            else
              step.seconds = smaller_jump(step.seconds, variant - kStepTexts.size());
            if (s->steps[i / kVariants].kind == StepKind::clock && step.seconds == 0)
              return std::nullopt;
            return with_step(*s, i / kVariants, step);
          }};
}

Variants canonical_order(const Shared& s) {
  return {2, [s](std::size_t i) -> Candidate { return i == 0 ? canonical(*s) : renamed(*s); }};
}

// In the order in which they are tried.
constexpr std::array<NamedVariants, 22> kPasses{{
    {"chunks", chunks},
    {"whole clients", whole_clients},
    {"whole objects", whole_objects},
    {"whole kinds", whole_kinds},
    {"joined jumps", joined_jumps},
    {"clients into server", clients_into_server},
    {"fused cycles", fused_cycles},
    {"without pairs", without_pairs},
    {"joined steps", joined_steps},
    {"last client", last_client},
    {"joined clients", joined_clients},
    {"joined objects", joined_objects},
    {"split objects", split_objects},
    {"simpler steps", simpler_steps},
    {"other replicas", other_replicas},
    {"moved and removed", moved_and_removed},
    {"changed and removed", changed_and_removed},
    {"smaller texts", smaller_texts},
    {"canonical order", canonical_order},
    {"swapped roles", swapped_roles},
    {"moved steps", moved_steps},
    {"changed and moved", changed_and_moved},
}};

}  // namespace

std::span<const NamedVariants> shrink_passes() { return kPasses; }

Scenario without(const Scenario& scenario, std::size_t begin, std::size_t end) {
  Scenario result = scenario;
  result.steps.erase(
      result.steps.begin() + static_cast<std::ptrdiff_t>(begin),
      result.steps.begin() + static_cast<std::ptrdiff_t>(std::min(end, result.steps.size())));
  return result;
}

}  // namespace tidemark::core
