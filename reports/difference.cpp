#include "reports/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "reports/words.h"
#include "sim/trace.h"

namespace tidemark::core {
namespace {

constexpr std::array<std::string_view, 5> kTold{"resolved a conflict of", "told of an overwritten",
                                                "told of a merged", "learned of an accepted",
                                                "refused an uploaded"};

std::string version(Value value) {
  return value == kNoValue ? std::string("nothing") : fmt::format("v{}", value.number);
}

std::string words_for(const Fact& fact) {
  return fmt::format("{} {} (the server's is {}) and kept {}",
                     kTold[static_cast<std::size_t>(fact.kind)], version(fact.local),
                     version(fact.server), version(fact.kept));
}

// What happens in an event.
class EventWords {
 public:
  EventWords(const Scenario& scenario, const Recording& recording)
      : scenario_(scenario), recording_(recording) {}

  std::string operator()(const WorldBegan&) const { return "the world began"; }
  std::string operator()(const StepBegan& began) const {
    return fmt::format("step {} began", began.place + 1);
  }
  std::string operator()(const StepSkipped&) const { return "the step did nothing"; }
  std::string operator()(const Written& written) const {
    return fmt::format("{} wrote {} over {}", who(written.replica),
                       item(written.guid, written.value), version(written.over));
  }
  std::string operator()(const Held& held) const {
    return fmt::format("{} held {} instead of {}", who(held.replica), item(held.guid, held.value),
                       version(held.before));
  }
  std::string operator()(const ClockJumped& jumped) const {
    return fmt::format("the clock of {} jumped", who(jumped.replica));
  }
  std::string operator()(const CycleBegan& began) const {
    return who(began.client) + " began a cycle";
  }
  std::string operator()(const MessageSent& message) const { return of(message) + " was sent"; }
  std::string operator()(const MessageLost& message) const { return of(message) + " was lost"; }
  std::string operator()(const MessageBecameLate& message) const {
    return of(message) + " became late";
  }
  std::string operator()(const MessageCopied& message) const { return of(message) + " was copied"; }
  std::string operator()(const MessageArriving& message) const {
    return of(message) + " was arriving";
  }
  std::string operator()(const MessageArrived& message) const {
    return of(message) + " had arrived";
  }
  std::string operator()(const Carried& carried) const {
    return "the message carried " + item(carried.guid, carried.value);
  }
  std::string operator()(const FactTold& told) const {
    return fmt::format("{} {}", who(told.teller), words_for(recording_.facts[told.place]));
  }
  std::string operator()(const StaleChangedClient& changed) const {
    return "an answer not waited for changed " + who(changed.client);
  }
  std::string operator()(const RepeatChangedServer& changed) const {
    return fmt::format("a repeated request of {} changed the server", who(changed.client));
  }
  std::string operator()(const ExchangeEnded& ended) const {
    return fmt::format("the exchange of {} ended", who(ended.client));
  }
  std::string operator()(const ExchangeOverran& overran) const {
    return fmt::format("the exchange of {} did not end", who(overran.client));
  }
  std::string operator()(const WentOffline& went) const {
    return who(went.client) + " went offline";
  }
  std::string operator()(const CameOnline& came) const { return who(came.client) + " came online"; }
  std::string operator()(const Crashed& crashed) const { return who(crashed.client) + " crashed"; }
  std::string operator()(const Reinstalled& reinstalled) const {
    return who(reinstalled.client) + " was reinstalled";
  }
  std::string operator()(const BackedUp&) const { return "the server was backed up"; }
  std::string operator()(const Restored&) const { return "the server was restored"; }
  std::string operator()(const SettleBegan&) const { return "settle began"; }
  std::string operator()(const RoundBegan& began) const {
    return fmt::format("round {} of settle began", began.round);
  }
  std::string operator()(const Rested& rested) const {
    return fmt::format("settle ended after {} rounds", rested.rounds);
  }

 private:
  std::string item(Guid guid, Value value) const {
    const bool is_known = guid.number < scenario_.objects.size();
    return (is_known ? scenario_.objects[guid.number] : std::string()) + "=" + version(value);
  }
  static std::string of(const MessageEvent& message) {
    return fmt::format("{}'s {}", who(message.client), message_name(message.kind));
  }

  const Scenario& scenario_;
  const Recording& recording_;
};

std::string words_for(const Scenario& scenario, const Recording& recording, std::size_t place) {
  if (place >= recording.events.size()) return "the run was over";
  return std::visit(EventWords(scenario, recording), recording.events[place]);
}

bool equal_facts(const Fact& a, const Fact& b) {
  return a.kind == b.kind && a.conflict == b.conflict && a.winner == b.winner &&
         a.stamp_order == b.stamp_order && a.guid == b.guid && a.server_guid == b.server_guid &&
         a.kept_guid == b.kept_guid && a.local == b.local && a.server == b.server &&
         a.kept == b.kept;
}

bool equal_events(const Recording& first, const Recording& second, std::size_t place) {
  const Event& event = first.events[place];
  if (event != second.events[place]) return false;
  const auto* told = std::get_if<FactTold>(&event);
  return told == nullptr || equal_facts(first.facts[told->place], second.facts[told->place]);
}

// The place of the first event that is not the same; the number of events if all are.
std::size_t common_events(const Recording& first, const Recording& second) {
  const std::size_t size = std::min(first.events.size(), second.events.size());
  for (std::size_t place = 0; place < size; ++place)
    if (!equal_events(first, second, place)) return place;
  return size;
}

// `in step 3 (sync A)`, by the events before the place, which both recordings share.
std::string where(const Scenario& scenario, const Recording& recording, std::size_t place) {
  for (std::size_t i = std::min(place, recording.events.size()); i-- > 0;) {
    const Event& event = recording.events[i];
    if (const auto* began = std::get_if<StepBegan>(&event))
      return fmt::format("in step {} ({})", began->place + 1,
                         print_step(scenario, scenario.steps[began->place]));
    if (const auto* began = std::get_if<RoundBegan>(&event))
      return fmt::format("in settle round {}", began->round);
    if (is<SettleBegan>(event)) return "in settle";
  }
  return "before the first step";
}

}  // namespace

std::optional<std::string> first_difference(const Scenario& scenario, const Recording& first,
                                            const Recording& second) {
  const std::size_t place = common_events(first, second);
  if (place < first.events.size() || place < second.events.size())
    return fmt::format("event {}, {}: first {}, then {}", place + 1, where(scenario, first, place),
                       words_for(scenario, first, place), words_for(scenario, second, place));
  const std::uint64_t one = first.outcome.summary.digest;
  const std::uint64_t other = second.outcome.summary.digest;
  if (one != other)
    return fmt::format("all {} events are the same, but the digests are {} and {}",
                       first.events.size(), print_digest(one), print_digest(other));
  if (first.outcome.verdict.bits() != second.outcome.verdict.bits())
    return fmt::format("all {} events are the same, but the verdicts differ", first.events.size());
  return std::nullopt;
}

}  // namespace tidemark::core
