// Coverage: which steps the scenarios of a fuzz run were made of, each in which phase and in which
// situation of its client. What was never reached was never tried: a blind spot of the generator.
//
// A cell is a kind of step, a phase and a situation. A step that did something is counted when it
// begins, in its one phase, and in every situation that its client is in then. A step of S counts
// for the world: whether any exchange is under way, and the situations of any client. Some cells
// are impossible; impossibilities() says which, and why.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/protocol.h"
#include "sim/scope.h"
#include "sim/world/summary.h"

namespace tidemark::core {

enum class Phase : std::uint8_t {
  offline,
  idle,              // online, and no exchange is under way; for a step of S: nobody's is
  download_request,  // in flight, and the next three
  download_reply,
  upload_request,
  upload_ack,
  under_way  // for a step of S: somebody's exchange is
};
inline constexpr std::size_t kPhases = 7;

// What there is besides. The three in the middle end when an exchange of the client comes to its
// end.
enum class Situation : std::uint8_t {
  calm,         // none of the others
  late_upload,  // an upload-request of the client waits to come late
  late_other,   // another message of it does
  ack_lost,     // the answer to its upload was lost, or became late
  reinstalled,  // it was installed anew
  restored,     // the server was restored
  clock_apart,  // its clock does not show what the server's does
  full_sync     // its exchange under way is a full sync
};
inline constexpr std::size_t kSituations = 8;

std::string_view name_of(Phase phase);
std::string_view name_of(Situation situation);

// A kind of step, of clients or of S. A whole cycle that lost a message is a kind of its own; one
// that was to lose a message that it never sent is whole.
struct CoveredStep {
  StepKind kind = StepKind::create;
  bool server = false;
  MessageKind lost = MessageKind::none;
};
inline constexpr std::size_t kCoveredSteps = [] {
  std::size_t count = 0;
  for (const StepRow& row : kStepRows)
    count += row.takes(StepPart::client) + row.takes(StepPart::server) +
             std::size_t{row.takes(StepPart::lose)} * 4;
  return count;
}();
// Those of clients first, then those of S; a whole cycle is followed by the four that lost one.
std::span<const CoveredStep, kCoveredSteps> covered_steps();
// The place there of a step that has lost nothing.
std::size_t place_of(StepKind kind, Replica replica);
// As traces write it: `sync lose=upload-ack`, `create S`.
std::string name_of(const CoveredStep& step);

struct CoverageCell {
  std::size_t step = 0;  // place in covered_steps()
  Phase phase = Phase::offline;
  Situation situation = Situation::calm;
  friend bool operator==(const CoverageCell&, const CoverageCell&) = default;
};
// All there are, by step, then by phase.
std::span<const CoverageCell> coverage_cells();

// Cells that no scenario reaches: where step, phase and situation are all among these.
struct Impossibility {
  std::uint32_t steps;       // one bit a kind of step
  std::uint32_t phases;      // one bit each
  std::uint32_t situations;  // one bit each
  std::string reason;
};
std::span<const Impossibility> impossibilities();
// Those cells in words: `deliver, drop; offline, idle`; of what does not matter, nothing.
std::string print_cells(const Impossibility& impossibility);
// The reason why a cell cannot be reached; null: it can be.
const Impossibility* find_impossibility(const CoverageCell& cell);
// Whether the scenarios of a scope may reach the cell under this protocol, if any may.
bool is_in_scope(const CoverageCell& cell, const Scope& scope, const Protocol& protocol);

// A state class: two clients, each in a phase and a situation, when the steps of a scenario ended.
inline constexpr std::size_t kClientStates =
    static_cast<std::size_t>(Phase::under_way) * kSituations;
inline constexpr std::size_t kStateClasses = kClientStates * (kClientStates + 1) / 2;

class CoverageCounts {
 public:
  // Steps by kind and phase.
  std::uint64_t steps(std::size_t step, Phase phase) const {
    return steps_[step][static_cast<std::size_t>(phase)];
  }
  std::uint64_t& steps(std::size_t step, Phase phase) {
    return steps_[step][static_cast<std::size_t>(phase)];
  }
  // By kind and situation.
  std::uint64_t steps(std::size_t step, Situation situation) const;
  std::uint64_t of(const CoverageCell& cell) const {
    return in_situation_[cell.step][static_cast<std::size_t>(cell.phase)]
                        [static_cast<std::size_t>(cell.situation)];
  }
  std::uint64_t& of(const CoverageCell& cell) {
    return in_situation_[cell.step][static_cast<std::size_t>(cell.phase)]
                        [static_cast<std::size_t>(cell.situation)];
  }
  // A step in this phase, and in these situations, one bit each; and takes one away.
  void add(std::size_t step, Phase phase, std::uint32_t situations) {
    count(step, phase, situations, 1);
  }
  void remove(std::size_t step, Phase phase, std::uint32_t situations) {
    count(step, phase, situations, ~std::uint64_t{0});
  }
  // Scenarios that ended in this state class.
  std::uint64_t states(std::size_t place) const { return states_[place]; }
  // Two clients at the end, each in a phase and in situations, one bit each.
  void add_states(Phase phase, std::uint32_t situations, Phase other, std::uint32_t others);
  CoverageCounts& operator+=(const CoverageCounts& other);
  friend bool operator==(const CoverageCounts&, const CoverageCounts&) = default;

 private:
  void count(std::size_t step, Phase phase, std::uint32_t situations, std::uint64_t more) {
    const auto column = static_cast<std::size_t>(phase);
    steps_[step][column] += more;
    for (std::size_t i = 0; i < kSituations; ++i)
      if (situations >> i & 1) in_situation_[step][column][i] += more;
  }

  std::array<std::array<std::uint64_t, kPhases>, kCoveredSteps> steps_{};
  std::array<std::array<std::array<std::uint64_t, kSituations>, kPhases>, kCoveredSteps>
      in_situation_{};
  std::array<std::uint64_t, kStateClasses> states_{};
};

enum class Reach : std::uint8_t { reached, never, impossible, out_of_scope };
// What a run over this scope made of a cell. What was reached is, whatever was thought of it.
Reach reach_of(const CoverageCell& cell, const CoverageCounts& counts, const Scope& scope,
               const Protocol& protocol);

// Counts the steps of runs, on and on; of settle it counts nothing. An observer of worlds.
class Coverage {
 public:
  template <class World>
  void on(const WorldBegan&, const World& world) {
    pasts_.assign(world.replicas() - 1, {});
  }
  template <class World>
  void on(const StepBegan& began, const World& world);
  template <class World>
  void on(const StepSkipped&, const World&) {
    counts_.remove(step_, phase_, situations_);
  }
  template <class World>
  void on(const CycleBegan& began, const World&) {
    past(began.client).full = began.full;
  }
  template <class World>
  void on(const MessageLost& message, const World& world);
  template <class World>
  void on(const MessageBecameLate& message, const World&) {
    miss_ack(message);
  }
  template <class World>
  void on(const ExchangeEnded& ended, const World&) {
    if (ended.finished) past(ended.client).since_exchange = 0;
  }
  template <class World>
  void on(const Reinstalled& reinstalled, const World&) {
    past(reinstalled.client).since_exchange = bit(Situation::reinstalled);
  }
  template <class World>
  void on(const Restored&, const World&) {
    for (Past& each : pasts_) each.since_exchange |= bit(Situation::restored);
  }
  template <class World>
  void on(const SettleBegan&, const World& world) {
    kind_ = StepKind::create;
    steps_ended(world);
  }
  const CoverageCounts& counts() const { return counts_; }

 private:
  // What a world does not tell of a client: what happened since its last exchange that came to its
  // end, one bit a situation, and whether its exchange under way is a full sync.
  struct Past {
    std::uint32_t since_exchange = 0;
    bool full = false;
  };
  static constexpr std::uint32_t bit(Situation situation) {
    return 1u << static_cast<unsigned>(situation);
  }
  Past& past(Replica client) { return pasts_[client.number - 1]; }
  const Past& past(Replica client) const { return pasts_[client.number - 1]; }

  template <class World>
  void steps_ended(const World& world);
  void miss_ack(const MessageEvent& message);
  template <class World>
  std::uint32_t situations_of(Replica client, const World& world) const;
  template <class World>
  static Phase phase_of(Replica client, const World& world);

  CoverageCounts counts_;
  std::vector<Past> pasts_;
  // The step under way; in settle one that loses nothing.
  StepKind kind_ = StepKind::create;
  std::size_t step_ = 0;
  Phase phase_ = Phase::idle;
  std::uint32_t situations_ = 0;
};

template <class World>
void Coverage::on(const StepBegan& began, const World& world) {
  kind_ = began.kind;
  step_ = place_of(kind_, began.replica);
  phase_ = Phase::idle;
  situations_ = 0;
  if (began.replica.is_server()) {
    for (std::uint8_t client = 1; client < world.replicas(); ++client) {
      if (world.exchanging(Replica{client})) phase_ = Phase::under_way;
      situations_ |= situations_of(Replica{client}, world);
    }
  } else {
    phase_ = phase_of(began.replica, world);
    situations_ = situations_of(began.replica, world);
  }
  if (situations_ == 0) situations_ = bit(Situation::calm);
  counts_.add(step_, phase_, situations_);
}

template <class World>
void Coverage::steps_ended(const World& world) {
  const auto state = [&](std::uint8_t client) {
    const std::uint32_t situations = situations_of(Replica{client}, world);
    return situations == 0 ? bit(Situation::calm) : situations;
  };
  for (std::uint8_t one = 1; one < world.replicas(); ++one)
    for (std::uint8_t other = one + 1; other < world.replicas(); ++other)
      counts_.add_states(phase_of(Replica{one}, world), state(one), phase_of(Replica{other}, world),
                         state(other));
}

// A whole cycle turns out to be one that loses a message.
template <class World>
void Coverage::on(const MessageLost& message, const World& /*world*/) {
  if (message.late) return;
  miss_ack(message);
  if (!row_of(kind_).takes(StepPart::lose)) return;
  counts_.remove(step_, phase_, situations_);
  step_ += static_cast<std::size_t>(message.kind);
  counts_.add(step_, phase_, situations_);
}

// A client that is installed anew misses nothing.
inline void Coverage::miss_ack(const MessageEvent& message) {
  if (message.kind == MessageKind::upload_ack && kind_ != StepKind::reinstall)
    past(message.client).since_exchange |= bit(Situation::ack_lost);
}

template <class World>
Phase Coverage::phase_of(Replica client, const World& world) {
  if (!world.online(client)) return Phase::offline;
  const auto in_flight = static_cast<std::uint8_t>(world.in_flight(client));
  return static_cast<Phase>(static_cast<std::uint8_t>(Phase::idle) + in_flight);
}

template <class World>
std::uint32_t Coverage::situations_of(Replica client, const World& world) const {
  std::uint32_t situations = past(client).since_exchange;
  for (const auto& letter : world.late(client))
    situations |= bit(letter.kind == MessageKind::upload_request ? Situation::late_upload
                                                                 : Situation::late_other);
  if (world.clock(client) != world.clock(kServer)) situations |= bit(Situation::clock_apart);
  if (past(client).full && world.exchanging(client)) situations |= bit(Situation::full_sync);
  return situations;
}

}  // namespace tidemark::core
