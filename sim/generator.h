// The generator: a seed becomes a scenario.
//
// Swarm testing: each seed first chooses a Swarm, which switches whole kinds of steps off and gives
// the rest wild weights; then it draws the steps. Changes are correlated, so that conflicts happen:
// they return to the object that was changed last, on another replica, before a sync carries it
// there; objects with one key are created on several replicas; clocks jump by just so much that two
// stamps are equal. The generator follows roughly who holds what and how far each exchange is, so
// that most steps do something; a step that turns out not to apply is a no-op.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "sim/scenario.h"
#include "sim/scope.h"

namespace tidemark::core {

inline constexpr std::uint32_t kMaxObjects = 64;
inline constexpr std::uint32_t kMaxSteps = 1'000'000;

// What can be drawn and is spoken of by name; each becomes one step, or two.
enum class Draw : std::uint8_t {
  change,      // create or edit
  erase,       // delete
  undelete,    //
  cycle,       // sync
  move_on,     // begin, or deliver
  finish,      //
  lose,        // sync lose=…, or drop
  give_up,     //
  arrive,      //
  duplicate,   //
  go_offline,  // offline, or online
  jump,        // clock
  crash,       //
  reinstall,   //
  back_up,     // backup
  restore,     //
  full         // full-sync, or begin-full
};
inline constexpr std::size_t kMostDraws = 32;

// The options that a seed chose. Weights are shares of kDrawTable.
struct Swarm {
  std::array<std::uint8_t, kMostDraws> weights{};
  std::uint8_t clients = 1;        // that act; the others only settle
  std::uint32_t objects = 1;       // that exist: few are hot, many are cold
  std::uint32_t steps = 1;         // drawn
  std::uint8_t keys = 0;           // shared by objects; 0: each object has its own
  std::uint8_t backend_share = 0;  // of changes, percent: made on S
  std::uint8_t return_share = 0;   // of changes, percent: to the object changed last
  friend bool operator==(const Swarm&, const Swarm&) = default;
};
std::string print_swarm(const Swarm& swarm);

// One generator per thread; memory is reused from scenario to scenario.
class Generator {
 public:
  // Requires: 1 <= clients <= kMaxClients, 1 <= objects <= kMaxObjects, 1 <= steps <= kMaxSteps.
  explicit Generator(const Scope& scope);

  // The scenario of this seed. It stays until the next call.
  const Scenario& generate(std::uint64_t seed);
  // A scenario, and behind it so many steps more of this seed, on its own clients and objects. It
  // stays until the next call. Requires: at most kMaxObjects objects.
  const Scenario& follow(const Scenario& prefix, std::uint32_t steps, std::uint64_t seed);
  // How many weights of a swarm there are.
  static std::size_t draws();
  // What the last seed chose.
  const Swarm& swarm() const { return swarm_; }

 private:
  // What a replica is thought to hold and to be doing.
  struct Guess {
    std::uint64_t live = 0;      // objects, one bit each
    std::uint64_t deleted = 0;   //
    std::uint8_t in_flight = 0;  // messages of the exchange so far; 0: none under way
    std::uint8_t late = 0;
    bool pending = false;
    bool offline = false;
  };

  // Something to draw: its name, what of a scope allows it (any of these; 0: always), and how it is
  // made.
  struct DrawRow {
    std::string_view name;
    FeatureSet needs;
    Replica (Generator::*who)();
    void (Generator::*make)(Replica);
  };
  static const DrawRow kDrawRows[];  // in the order of Draw; then those that nobody speaks of
  friend std::string print_swarm(const Swarm& swarm);

  void start(std::uint64_t seed);
  void take_texts();
  void name_objects();
  void observe(const Step& step);
  void observe_change(const Step& step);
  void choose_swarm();
  void fill_table();
  void draw_step();
  void change(Replica replica);
  void create(Replica replica, std::uint32_t object);
  void edit(Replica replica, std::uint64_t held);
  void erase(Replica replica);
  void undelete(Replica replica);
  void cycle(Replica client, StepKind kind, MessageKind lose);
  void sync(Replica client) { cycle(client, StepKind::sync, MessageKind::none); }
  void full(Replica client);
  void move_on(Replica client, bool full);
  void go_on(Replica client) { move_on(client, false); }
  void finish(Replica client);
  void lose(Replica client);
  void end_in_flight(Replica client, StepKind kind);
  template <StepKind kKind>
  void end_with(Replica client) {
    end_in_flight(client, kKind);
  }
  template <StepKind kKind>
  void just(Replica replica) {
    add(kKind, replica);
  }
  void arrive(Replica client);
  void reinstall(Replica client);
  void overtake_late_upload(Replica client);
  void jump(Replica replica);
  void go_offline(Replica client);
  void exchange_holdings(Replica client);
  void deliver_one(Replica client);
  void end_exchange(Replica client);
  void add(StepKind kind, Replica replica) { add({.kind = kind, .replica = replica}); }
  void add(const Step& step) { scenario_.steps.push_back(step); }
  Replica any_client() { return {static_cast<std::uint8_t>(1 + random_.below(swarm_.clients))}; }
  Replica the_server() { return kServer; }
  Replica any_replica();
  Replica any_clock();
  Replica changer(Replica drawn);
  bool takes_turn(Replica client);
  void sync_for_turn(Replica client);
  std::uint32_t pick(std::uint64_t objects);
  TextId any_value() {
    return values_.empty() ? 0 : values_[random_.below(static_cast<std::uint32_t>(values_.size()))];
  }
  TextId key_of(std::uint32_t object);
  Guess& guess(Replica replica) { return guesses_[replica.number]; }

  static constexpr std::size_t kDrawTable = 64;

  Scope scope_;
  Scenario scenario_;
  Swarm swarm_;
  Random random_{0};
  std::array<Draw, kDrawTable> table_{};
  std::array<Guess, kMaxClients + 1> guesses_{};
  std::vector<TextId> keys_;
  std::vector<TextId> values_;
  std::uint64_t created_ = 0;
  std::uint32_t last_object_ = 0;    // changed last
  std::uint32_t changes_since_ = 0;  // since then, on other objects
  TextId key_to_repeat_ = 0;         // an object with this key was just created
  Replica turn_ = kServer;           // whose turn it is to make changes; the server: nobody's yet
};

}  // namespace tidemark::core
