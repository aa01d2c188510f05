#include "sim/step.h"

#include <array>

namespace tidemark::core {
namespace {

using K = StepKind;
constexpr bool _ = false;
constexpr bool Y = true;

// kind, name, S, client, object, key, value, lose
constexpr std::array<StepGrammar, kStepKinds> kGrammar{{
    {K::create, "create", Y, Y, Y, Y, Y, _, "the app, or the web backend, makes a new object"},
    {K::edit, "edit", Y, Y, Y, _, Y, _, "the app, or the web backend, changes an object's value"},
    {K::remove, "delete", Y, Y, Y, _, _, _, "the app, or the web backend, deletes an object"},
    {K::undelete, "undelete", Y, Y, Y, _, Y, _, "a deleted object is made alive again"},
    {K::sync, "sync", _, Y, _, _, _, Y, "one whole cycle: download, then upload"},
    {K::full_sync, "full-sync", _, Y, _, _, _, Y, "both marks to zero, then a whole cycle"},
    {K::begin, "begin", _, Y, _, _, _, _, "a cycle starts; its first message is in flight"},
    {K::begin_full, "begin-full", _, Y, _, _, _, _, "both marks to zero, then as begin"},
    {K::deliver, "deliver", _, Y, _, _, _, _, "the message in flight on the link arrives"},
    {K::finish, "finish", _, Y, _, _, _, _, "deliver until the exchange is over"},
    {K::drop, "drop", _, Y, _, _, _, _, "the message in flight is lost; the client gives up"},
    {K::give_up, "give-up", _, Y, _, _, _, _, "the client gives up; the message becomes late"},
    {K::arrive, "arrive", _, Y, _, _, _, _, "the message that became late first arrives"},
    {K::duplicate, "duplicate", _, Y, _, _, _, _, "a copy of the message in flight becomes late"},
    {K::offline, "offline", _, Y, _, _, _, _, "the link is cut; what is in flight is lost"},
    {K::online, "online", _, Y, _, _, _, _, "the link is back"},
    {K::clock, "clock", Y, Y, _, _, _, _, "the replica's clock jumps by so many seconds"},
    {K::crash, "crash", _, Y, _, _, _, _, "the app is killed; what is stored stays"},
    {K::reinstall, "reinstall", _, Y, _, _, _, _, "as crash; then the client's data is gone"},
    {K::backup, "backup", Y, _, _, _, _, _, "the server's data is saved"},
    {K::restore, "restore", Y, _, _, _, _, _, "the server's data is what was saved last"},
}};

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

std::span<const StepGrammar, kStepKinds> step_grammar() { return kGrammar; }
const StepGrammar& grammar(StepKind kind) { return kGrammar[static_cast<std::size_t>(kind)]; }

std::string_view message_name(MessageKind kind) {
  return kMessages[static_cast<std::size_t>(kind)];
}

std::optional<MessageKind> find_message(std::string_view name) {
  for (std::size_t i = 1; i < kMessages.size(); ++i)
    if (kMessages[i] == name) return static_cast<MessageKind>(i);
  return std::nullopt;
}

}  // namespace tidemark::core
