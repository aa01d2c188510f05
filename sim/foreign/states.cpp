// Where the state of a replica is, and how an engine is asked in it.
#include "sim/foreign.h"

#include <new>
#include <utility>

#include "sim/foreign/fault.h"

namespace tidemark::core {

// What `handle` returns. What it throws is a fault.
template <class Handle>
auto Foreign::guarded(Handle handle) const {
  try {
    return handle();
  } catch (const EngineFault&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& thrown) {
    fault("the engine threw: {}", thrown.what());
  }
}

Answer Foreign::ask(const Request& request) const {
  return guarded([&] { return engine_->handle(request); });
}

void Foreign::use(Texts& texts) const { session_->texts = &texts; }
Texts& Foreign::texts() const { return *session_->texts; }

// Asks a replica for something that may change it. Where states are kept, it begins as the replica
// is here (the engine may be in a state of another branch), and the replica then is as it ends.
Answer Foreign::act(Holder& replica, Request request) const {
  request.world = world_;
  request.at = replica_name(replica.replica);
  if (states_ == States::in_the_engine) return ask(request);
  std::vector<Request> requests;
  if (is_elsewhere(replica)) requests.push_back(load_of(replica));
  requests.push_back(request);
  requests.push_back(save_of(replica));
  std::vector<Answer> answers = guarded([&] { return engine_->handle_all(requests); });
  keep(std::move(answers.back()), replica);
  return std::move(answers[answers.size() - 2]);
}

Foreign::State& Foreign::state_in_engine(const Holder& replica) const {
  auto& states = session_->in_engine;
  if (states.size() <= replica.replica.number) states.resize(replica.replica.number + 1u);
  return states[replica.replica.number];
}

bool Foreign::is_elsewhere(const Holder& replica) const {
  const State& there = state_in_engine(replica);
  return there != replica.state && *there != *replica.state;
}

Request Foreign::load_of(const Holder& replica) const {
  return {.operation = Operation::load,
          .world = world_,
          .at = replica_name(replica.replica),
          .state = replica.state.get()};
}
Request Foreign::save_of(const Holder& replica) const {
  return {.operation = Operation::save, .world = world_, .at = replica_name(replica.replica)};
}

void Foreign::keep(Answer&& saved, Holder& replica) const {
  if (!saved.state)
    fault("save: the answer has no 'state', expected all that {} knows",
          replica_name(replica.replica));
  if (!replica.state || *replica.state != *saved.state)
    replica.state = std::make_shared<const std::string>(*std::move(saved.state));
  state_in_engine(replica) = replica.state;
}

void Foreign::load(const Holder& replica) const {
  if (states_ == States::in_the_engine || !is_elsewhere(replica)) return;
  ask(load_of(replica));
  state_in_engine(replica) = replica.state;
}
void Foreign::save(Holder& replica) const {
  if (states_ == States::kept) keep(ask(save_of(replica)), replica);
}

}  // namespace tidemark::core
