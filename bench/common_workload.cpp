#include "bench/common_workload.h"

#include <bit>

namespace tidemark::core {

CommonWorkload::CommonWorkload() {
  scenario_.clients = kClients;
  scenario_.objects = {"o1", "o2", "o3", "o4"};
}

const Scenario& CommonWorkload::generate(std::uint64_t seed) {
  random_ = Random(seed);
  guesses_.fill({});
  created_ = 0;
  scenario_.steps.clear();
  for (std::uint32_t i = 0; i < kSteps; ++i) scenario_.steps.push_back(draw());
  return scenario_;
}

// One random number a step: its quarters choose the client, the kind of step and the object.
Step CommonWorkload::draw() {
  drawn_ = random_.next();
  const Replica client{static_cast<std::uint8_t>(1 + choose(0, kClients))};
  const std::uint32_t drawn = choose(1, 100);
  const bool idle = guess(client).in_flight == 0;
  if (drawn < 24) return edit(client);
  if (drawn < 32) return erase(client);
  if (drawn < 88 || (drawn < 96 && idle)) return move_on(client);
  guess(client).in_flight = 0;
  if (drawn < 96) return {.kind = StepKind::drop, .replica = client};
  exchange(client);
  return {.kind = idle ? StepKind::full_sync : StepKind::finish, .replica = client};
}

std::uint32_t CommonWorkload::pick(std::uint32_t objects) {
  for (std::uint32_t skip = choose(2, static_cast<std::uint32_t>(std::popcount(objects))); skip > 0;
       --skip)
    objects &= objects - 1;
  return static_cast<std::uint32_t>(std::countr_zero(objects));
}

Step CommonWorkload::edit(Replica client) {
  Guess& mine = guess(client);
  const std::uint32_t absent = ((1u << kObjects) - 1) & ~created_;
  const std::uint32_t choices = mine.known | absent;
  if (choices == 0) return move_on(client);
  const std::uint32_t object = pick(choices);
  const std::uint32_t bit = 1u << object;
  const StepKind kind = (created_ & bit) == 0       ? StepKind::create
                        : (mine.deleted & bit) != 0 ? StepKind::undelete
                                                    : StepKind::edit;
  created_ |= bit;
  mine.known |= bit;
  mine.deleted &= ~bit;
  mine.pending = true;
  return {.kind = kind, .replica = client, .object = object};
}

Step CommonWorkload::erase(Replica client) {
  Guess& mine = guess(client);
  const std::uint32_t live = mine.known & ~mine.deleted;
  if (live == 0) return edit(client);
  const std::uint32_t object = pick(live);
  mine.deleted |= 1u << object;
  mine.pending = true;
  return {.kind = StepKind::remove, .replica = client, .object = object};
}

// After a whole exchange client and server are thought to hold the same.
void CommonWorkload::exchange(Replica client) {
  Guess& mine = guess(client);
  Guess& server = guess(kServer);
  mine.known = server.known |= mine.known;
  mine.deleted = server.deleted |= mine.deleted;
  mine.pending = false;
}

// How far an exchange is can only be guessed here: an upload follows if something is pending.
Step CommonWorkload::move_on(Replica client) {
  Guess& mine = guess(client);
  if (mine.in_flight++ == 0) return {.kind = StepKind::begin, .replica = client};
  if (mine.in_flight > (mine.pending ? 4 : 2)) {
    mine.in_flight = 0;
    exchange(client);
  }
  return {.kind = StepKind::deliver, .replica = client};
}

}  // namespace tidemark::core
