#include "sim/step.h"

#include <array>

namespace tidemark::core {
namespace {

static_assert(std::all_of(kStepRows.begin(), kStepRows.end(),
                          [](const StepRow& row) { return &row == &row_of(row.kind); }));
static_assert(std::all_of(kSkipRows.begin(), kSkipRows.end(), [](const SkipRow& row) {
  return &row == &kSkipRows[static_cast<std::size_t>(row.reason)];
}));

constexpr std::array<std::string_view, 5> kMessages{"none", "download-request", "download-reply",
                                                    "upload-request", "upload-ack"};
constexpr std::string_view kNames = "SABCDEFGHIJKLMNOPQRTUVWXYZ";

}  // namespace

char replica_name(Replica replica) { return kNames[replica.number]; }

std::optional<Replica> find_replica(char name) {
  const auto place = kNames.find(name);
  if (place == std::string_view::npos) return std::nullopt;
  return Replica{static_cast<std::uint8_t>(place)};
}

std::string_view message_name(MessageKind kind) {
  return kMessages[static_cast<std::size_t>(kind)];
}

std::optional<MessageKind> find_message(std::string_view name) {
  for (std::size_t i = 1; i < kMessages.size(); ++i)
    if (kMessages[i] == name) return static_cast<MessageKind>(i);
  return std::nullopt;
}

}  // namespace tidemark::core
