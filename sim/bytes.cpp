#include "sim/bytes.h"

#include <algorithm>
#include <array>
#include <string>

namespace tidemark::core {
namespace {

// The first make stamps equal, or nearly so: apps write ten seconds apart.
constexpr std::array<std::int64_t, 8> kJumps{-10, -20, -30, 10, 60, -60, 3600, -3600};
constexpr std::array<std::string_view, 3> kKeys{"k1", "k2", "k3"};

// The first byte of a step: kind in its low five bits, replica in its high three.
// The second: object in its low two bits; in the rest a key, a message or a jump.
constexpr unsigned kKindBits = 5;
constexpr unsigned kObjectBits = 2;

Replica replica_of(unsigned number, const StepRow& row, std::uint8_t clients) {
  if (!row.takes(StepPart::client)) return kServer;
  const unsigned first = row.takes(StepPart::server) ? 0 : 1;
  return {static_cast<std::uint8_t>(first + number % (clients + 1 - first))};
}

Step step_of(std::uint8_t head, std::uint8_t tail, std::uint8_t clients) {
  const StepRow& row = kStepRows[(head & ((1u << kKindBits) - 1)) % kStepKinds];
  const unsigned rest = tail >> kObjectBits;
  Step step{.kind = row.kind};
  step.replica = replica_of(head >> kKindBits, row, clients);
  if (row.takes(StepPart::object)) step.object = tail % kMostObjectsInBytes;
  if (row.takes(StepPart::key)) step.pk = rest % (kKeys.size() + 1);
  if (row.takes(StepPart::lose)) step.lose = static_cast<MessageKind>(rest % 5);
  if (row.takes(StepPart::seconds)) step.seconds = kJumps[rest % kJumps.size()];
  return step;
}

}  // namespace

std::uint8_t first_of(std::span<const std::uint8_t> bytes) { return bytes.empty() ? 0 : bytes[0]; }

Scenario scenario_of(std::span<const std::uint8_t> bytes) {
  Scenario scenario;
  scenario.clients =
      static_cast<std::uint8_t>(1 + (bytes.size() > 1 ? bytes[1] % kMostClientsInBytes : 1));
  for (unsigned i = 1; i <= kMostObjectsInBytes; ++i)
    scenario.objects.push_back("o" + std::to_string(i));
  for (const std::string_view key : kKeys) scenario.texts.emplace_back(key);
  for (std::size_t i = 2; i + 1 < std::min(bytes.size(), kMostBytes); i += 2)
    scenario.steps.push_back(step_of(bytes[i], bytes[i + 1], scenario.clients));
  order_objects(scenario);
  for (std::size_t i = 0; i < scenario.objects.size(); ++i)
    scenario.objects[i] = "o" + std::to_string(i + 1);
  return scenario;
}

}  // namespace tidemark::core
