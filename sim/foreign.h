// An engine of somebody else's, as the world drives it: tidemark::Engine behind the door of
// sim/engine.h. Texts become numbers here, and what replicas are said to hold is mirrored.
//
// Where an engine does not report how conflicts were decided, that is inferred from what came of
// them, as docs/ADAPTERS.md ("Decisions") says.
#pragma once

#include <tidemark/engine.h>

#include <any>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "model/change.h"
#include "model/fact.h"
#include "model/message.h"
#include "model/strategy.h"
#include "sim/scenario.h"
#include "sim/scope.h"
#include "sim/texts.h"

namespace tidemark::core {

// An engine did what no engine may: it ended, did not answer, or answered what cannot be. A fault
// of the engine, which is no finding.
struct EngineFault : std::runtime_error {
  using std::runtime_error::runtime_error;
  std::vector<std::string> transcript = {};  // the last lines exchanged, the newest last
  bool was_killed = false;  // by somebody else, as where memory is short: it may not be to blame
};

// Whether this word is among those that an engine excuses; and the features of a scope that it
// lacks.
bool excuses(const Traits& traits, std::string_view word);
FeatureSet lacked_features(const Traits& traits);

class Foreign {
 public:
  // Where the state of a replica is.
  enum class States : std::uint8_t {
    in_the_engine,
    kept  // in the replica too, as text, so that copying a world forks it; of engines that snapshot
  };
  using State = std::shared_ptr<const std::string>;  // as it was saved
  using Notes = Texts;

  // What a replica is said to hold.
  struct Row {
    Object object;
    bool present = false;
    friend bool operator==(const Row&, const Row&) = default;
  };
  struct Holder {
    Replica replica{};
    Table<Row> rows;
    std::uint64_t counter = 0;
    std::uint64_t counter_lastsync = 0;
    std::uint64_t servercounter_lastsync = 0;
    bool tells_servercounter_lastsync = false;  // it was reported; only reports ask
    State state;  // as the last request left it; null where it is in the engine alone
    // By what is told of them: runs that keep states are judged as those that do not.
    friend bool operator==(const Holder& a, const Holder& b) {
      return a.replica == b.replica && a.rows == b.rows && a.counter == b.counter &&
             a.counter_lastsync == b.counter_lastsync &&
             a.servercounter_lastsync == b.servercounter_lastsync;
    }
  };
  struct Client : Holder {
    bool exchanging = false;
    friend bool operator==(const Client&, const Client&) = default;
  };
  struct Server : Holder {};
  struct Message {
    MessageKind kind = MessageKind::none;
    Replica client{};  // whose link it travels on
    std::vector<Object> objects = {};
    std::shared_ptr<const tidemark::Message> original = nullptr;
    // Null where it is no text.
    const std::string* body() const { return std::any_cast<std::string>(&original->body); }
  };

  // All runs go to this world of the engine. Where states are kept, several worlds of ours may take
  // turns there, but no other Foreign in between.
  explicit Foreign(std::shared_ptr<tidemark::Engine> engine, std::uint32_t world = 0,
                   States states = States::in_the_engine);

  // What was written in the world that is run from here on.
  void use(Texts& texts) const;

  void read(const Scenario& scenario) const;
  void install(Server& server, std::uint32_t epoch) const;
  void install(Client& client, std::uint32_t installation) const;
  void reinstall(Client& client, std::uint32_t installation) const;
  void backup(const Server& server, Server& saved) const;
  void restore(Server& server, const Server& saved, std::uint32_t epoch) const;

  // Whether the engine says that it lacks such a step; where tombstones carry no value, also a
  // second deletion of an object, which could not be told from the first.
  bool lacks(const Step& step) const;

  static bool takes_changes(const Holder& /*replica*/) { return true; }
  void change(Holder& replica, const Change& change, Timestamp now) const;

  void begin(Client& client, bool full, Timestamp now, Message& request) const;
  void handle(Server& server, const Message& request, Timestamp now, Value fresh, Message& answer,
              Facts& facts) const;
  bool handle(Client& client, const Message& answer, Timestamp now, Value fresh, Message& next,
              Facts& facts) const;
  void handle_stale(Client& client, const Message& answer) const;
  void end_exchange(Client& client) const;
  void crash(Client& client) const;

  static MessageKind kind(const Message& message) { return message.kind; }
  template <class Visit>
  static void for_each_object(const Message& message, Visit visit) {
    for (const Object& object : message.objects) visit(object);
  }
  static const Object* find(const Holder& replica, Guid guid) {
    const Row* row = replica.rows.find(guid);
    return row == nullptr ? nullptr : &row->object;
  }
  static std::uint64_t counter(const Holder& replica) { return replica.counter; }
  static std::uint64_t counter_lastsync(const Client& client) { return client.counter_lastsync; }
  static std::uint64_t servercounter_lastsync(const Client& client) {
    return client.servercounter_lastsync;
  }
  static bool tells_servercounter_lastsync(const Client& client) {
    return client.tells_servercounter_lastsync;
  }

  // What else an engine knows nobody can tell where states are not kept: so none is met again.
  void digest(const Holder& replica, Digest& digest) const;

  // What an engine compares nobody can tell: it may be anything.
  static constexpr bool compares_stamps() { return true; }
  static constexpr bool stores_time_of_sync() { return true; }
  static constexpr bool lost_downloads_matter() { return true; }
  static constexpr bool compares_guids_of_shared_keys() { return true; }
  static constexpr bool compares_writers() { return true; }

 private:
  struct Session {
    Texts* texts = nullptr;
    std::vector<State> in_engine;  // by replica, where states are kept
  };

  Texts& texts() const;
  Answer ask(const Request& request) const;
  Answer act(Holder& replica, Request request) const;
  template <class Handle>
  auto guarded(Handle handle) const;
  State& state_in_engine(const Holder& replica) const;
  bool is_elsewhere(const Holder& replica) const;
  Request load_of(const Holder& replica) const;
  Request save_of(const Holder& replica) const;
  void keep(Answer&& saved, Holder& replica) const;
  void load(const Holder& replica) const;
  void save(Holder& replica) const;
  Value written(std::string_view text, std::string_view field) const;
  void absorb(const Answer& answer, Holder& replica) const;
  std::optional<Row> row_of(const tidemark::Held& held) const;
  Message message_of(tidemark::Message&& message, Replica client) const;
  void tell(const Answer& answer, const Holder& before, const Message& message, Value fresh,
            Facts& facts) const;
  bool is_deletion(const tidemark::Version& version) const;
  bool is_tombstone(Value value, const Holder& holder, const Message& message) const;
  void tell_decision(const Decided& decided, Value& fresh, Facts& facts) const;
  void tell_app(const tidemark::Told& told, Facts& facts) const;
  void infer(const Holder& before, const Holder& after, const Message& message, Facts& facts) const;
  bool follows_rule(Winner winner, const Object& local, const Object& server) const;
  void tell_buried(const Holder& replica, Facts& facts) const;

  std::shared_ptr<tidemark::Engine> engine_;
  std::uint32_t world_;
  States states_;
  bool infers_;                // decisions, which are not reported
  const NamedStrategy* rule_;  // that they follow; null: whatever came of a conflict was a decision
  bool deletes_win_;
  bool deletes_once_;
  FeatureSet lacked_;  // by any step
  bool lacks_edits_;   // by changes of S too
  bool lacks_undelete_;
  std::shared_ptr<Session> session_;  // copies of an engine share it
};

}  // namespace tidemark::core
