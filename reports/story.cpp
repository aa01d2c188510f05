#include "reports/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/overloaded.h"
#include "base/text.h"
#include "reports/account.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kUnderAStep = "      ";
constexpr std::string_view kIndentOfEffects = "              ";
constexpr std::size_t kChangeColumns = 36;
constexpr std::size_t kMessageColumns = 16;

class Storyteller {
 public:
  Storyteller(const Trace& trace, const Recording& recording, const StoryOptions& options)
      : trace_(trace),
        verdict_(recording.outcome.verdict),
        summary_(recording.outcome.summary),
        options_(options),
        account_(trace.scenario, recording),
        words_(account_),
        paint_(options.color),
        held_(account_.replicas() * std::size_t{account_.objects()}),
        ahead_(account_.replicas()) {
    for (const NamedInvariant& named : invariants())
      if (verdict_.broken(named.invariant))
        spots_.push_back({account_.spot_of(verdict_.breach(named.invariant)), named.invariant});
  }

  std::string tell() {
    tell_head();
    for (place_ = {}; place_.passage < account_.passages().size(); ++place_.passage) tell_passage();
    tell_verdict();
    return std::move(text_);
  }

 private:
  struct BreachSpot {
    Spot spot;
    Invariant invariant;
  };

  const Step& step_of(const Passage& passage) const {
    return trace_.scenario.steps[passage.number];
  }
  void line(std::string_view prefix, std::string_view text) { text_ += hang(prefix, text); }
  void painted(Style style, std::string_view prefix, std::string_view text);

  void tell_head();
  void tell_passage();
  void tell_title(const Passage& passage);
  void tell_comments(std::size_t step, bool behind);
  void tell_entries(const Passage& passage);
  void tell_entry(const Entry& entry);
  void tell_message(const Entry& entry);
  void tell_effects(const Entry& entry, std::string_view indent);
  void tell_replica(Replica replica, const Entry& entry, std::string_view indent);
  void tell_clock(const Passage& passage);
  void tell_breaches();
  void tell_rest(const Passage& passage);
  void tell_verdict();
  void tell_expectations();

  bool is_told_with_answer(const Passage& passage, std::size_t entry) const;

  const Trace& trace_;
  const Verdict& verdict_;
  const RunSummary& summary_;
  StoryOptions options_;
  Account account_;
  Vocabulary words_;
  Paint paint_;
  std::vector<BreachSpot> spots_;
  std::vector<Value> held_;          // by replica and object, so far
  std::vector<std::int64_t> ahead_;  // seconds that a replica's clock is ahead of the world
  Spot place_;
  std::string text_;
};

// Colours each line of its own, so that no line begins or ends in the middle of a colour.
void Storyteller::painted(Style style, std::string_view prefix, std::string_view text) {
  std::string lines = hang(prefix, text);
  for (std::size_t begin = 0; begin < lines.size();) {
    const auto end = lines.find('\n', begin);
    text_ += paint_(style, std::string_view(lines).substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
}

void Storyteller::tell_head() {
  line("", fmt::format("{}: {}, {}, {}", configuration_name(trace_),
                       count_of(trace_.scenario.steps.size(), "step"),
                       count_of(trace_.scenario.clients, "client"),
                       count_of(trace_.scenario.objects.size(), "object")));
  text_ += "\n";
}

void Storyteller::tell_passage() {
  const Passage& passage = account_.passages()[place_.passage];
  tell_title(passage);
  if (passage.kind == PassageKind::rest) return tell_rest(passage);
  tell_entries(passage);
  if (passage.kind == PassageKind::step) tell_comments(passage.number, true);
  if (options_.all_state && passage.kind != PassageKind::open_exchanges)
    painted(Style::dim, "      | ", words_.holdings(held_));
}

void Storyteller::tell_title(const Passage& passage) {
  switch (passage.kind) {
    case PassageKind::step:
      tell_comments(passage.number, false);
      return painted(Style::strong, fmt::format("{:>3}  ", passage.number + 1),
                     print_step(trace_.scenario, step_of(passage)));
    case PassageKind::open_exchanges:
      text_ += "\n";
      return painted(Style::strong, "", "settle: late messages are gone, everyone is online");
    case PassageKind::round:
      return painted(Style::strong, "  ", fmt::format("round {}", passage.number));
    case PassageKind::rest:
      text_ += "\n";
      return;
  }
}

void Storyteller::tell_comments(std::size_t step, bool behind) {
  for (const Comment& comment : trace_.comments)
    if (comment.line == TraceLine::step && comment.place == step && comment.behind == behind)
      painted(Style::dim, "     #", comment.text);
}

void Storyteller::tell_entries(const Passage& passage) {
  for (place_.entry = 0; place_.entry < passage.entries.size(); ++place_.entry) {
    const std::size_t last = end_of_quiet_cycle(passage, place_.entry);
    if (last != place_.entry) {
      const std::string client(1, replica_name(passage.entries[last].replica()));
      const std::string since = words_.since(passage.entries[last].message()->number);
      line(kUnderAStep, fmt::format("{} <> S  nothing to exchange{}{}", client,
                                    since.empty() ? "" : ", ", since));
      place_.entry = last;
    } else if (!is_told_with_answer(passage, place_.entry)) {
      tell_entry(passage.entries[place_.entry]);
    }
  }
}

// A download-request is told with its reply, if both arrive in one passage.
bool Storyteller::is_told_with_answer(const Passage& passage, std::size_t entry) const {
  if (entry + 1 == passage.entries.size()) return false;
  const auto* request = std::get_if<MessageArriving>(&passage.entries[entry].head);
  const auto* reply = std::get_if<MessageArriving>(&passage.entries[entry + 1].head);
  return request != nullptr && request->kind == MessageKind::download_request && reply != nullptr &&
         reply->kind == MessageKind::download_reply && reply->number == request->number;
}

void Storyteller::tell_entry(const Entry& entry) {
  const Passage& passage = account_.passages()[place_.passage];
  if (entry.message() != nullptr) tell_message(entry);
  std::visit(
      Overloaded{
          [&](const StepSkipped& skipped) {
            painted(
                Style::dim, kUnderAStep,
                "nothing done: " + skip_reason(skipped.reason, step_of(passage), trace_.scenario));
          },
          [&](const ClockJumped&) { tell_clock(passage); },
          [&](const ExchangeOverran&) {
            line(kUnderAStep, fmt::format("cut off after {} messages", kMaxMessagesPerExchange));
          },
          [&](const BackedUp&) {
            line(kUnderAStep, "saved: " + words_.holdings_of(kServer, held_));
          },
          [&](const Restored&) {
            if (entry.changes.empty()) line(kUnderAStep, "S: holds what was saved already");
          },
          [](const auto&) {},
      },
      entry.head);
  tell_effects(entry, entry.message() != nullptr ? kIndentOfEffects : kUnderAStep);
  tell_breaches();
}

void Storyteller::tell_message(const Entry& entry) {
  const MessageEvent& message = *entry.message();
  const std::string_view arrow = is<MessageLost>(entry.head)                        ? "-x"
                                 : is<MessageBecameLate, MessageCopied>(entry.head) ? "-~"
                                                                                    : "->";
  const Passage& passage = account_.passages()[place_.passage];
  std::string cargo = words_.cargo(entry);
  const std::string since = words_.since(message.number);
  if (place_.entry > 0 && is_told_with_answer(passage, place_.entry - 1) && !since.empty())
    cargo = fmt::format("{}: {}", since, cargo);
  const std::string way = fmt::format("{}{} {} {}  ", kUnderAStep, replica_name(message.from),
                                      arrow, replica_name(message.to));
  const std::string_view name = message_name(message.kind);
  const std::string became = fate(entry.head);
  if (cargo.empty() && became.empty()) return line(way, std::string(name));
  line(fmt::format("{}{}  ", way, pad(name, kMessageColumns)),
       cargo + (cargo.empty() || became.empty() ? "" : "  ") + became);
}

void Storyteller::tell_effects(const Entry& entry, std::string_view indent) {
  for (const Fact& fact : entry.facts)
    if (const std::string said = told(fact, words_, trace_.strategy); !said.empty())
      line(indent, fmt::format("{}: {}", replica_name(entry.place()), said));
  for (const HoldingChange& change : entry.changes)
    held_[change.replica.number * account_.objects() + change.guid.number] = change.after;
  for (std::uint8_t replica = 0; replica < account_.replicas(); ++replica)
    tell_replica({replica}, entry, indent);
}

// What changed at one replica: what it holds, then its counter and marks.
void Storyteller::tell_replica(Replica replica, const Entry& entry, std::string_view indent) {
  std::string held;
  for (const HoldingChange& change : entry.changes) {
    if (change.replica != replica) continue;
    held += fmt::format("{}{} {} -> {}{}", held.empty() ? "" : ", ", words_.object(change.guid),
                        words_.version(change.before), words_.version_with_text(change.after),
                        words_.is_deletion(change.after) ? " (deleted)" : "");
  }
  std::string counted;
  const auto count = [&](std::string_view name, std::uint64_t before, std::uint64_t after) {
    if (before != after)
      counted += fmt::format("{}{} {} -> {}", counted.empty() ? "" : ", ", name, before, after);
  };
  for (const auto& [before, after] : entry.tides) {
    if (after.replica != replica) continue;
    count("counter", before.counter, after.counter);
    count("counter_lastsync", before.counter_lastsync, after.counter_lastsync);
    count("servercounter_lastsync", before.servercounter_lastsync, after.servercounter_lastsync);
  }
  if (held.empty() && counted.empty()) return;
  const std::string left =
      held.empty() || counted.empty() ? held : pad(held, kChangeColumns) + "  ";
  line(fmt::format("{}{}: ", indent, replica_name(replica)), left + counted);
}

void Storyteller::tell_clock(const Passage& passage) {
  const Step& step = step_of(passage);
  std::int64_t& ahead = ahead_[step.replica.number];
  ahead += step.seconds;
  const std::string clock = fmt::format("{}'s clock", replica_name(step.replica));
  if (ahead == 0) return line(kUnderAStep, clock + " is right");
  line(kUnderAStep, fmt::format("{} is now {} s {}", clock,
                                grouped(static_cast<std::uint64_t>(ahead < 0 ? -ahead : ahead)),
                                ahead < 0 ? "behind" : "ahead"));
}

void Storyteller::tell_breaches() {
  for (const BreachSpot& each : spots_)
    if (each.spot == place_)
      painted(Style::bad, fmt::format("  <-- {} broken: ", name_of(each.invariant)),
              sentence(verdict_.breach(each.invariant), account_));
}

void Storyteller::tell_rest(const Passage& passage) {
  const std::string rounds = count_of(passage.number, "round");
  switch (std::get<Rested>(passage.head).rest) {
    case Rest::quiet:
      painted(Style::strong, "", fmt::format("at rest after {}:", rounds));
      break;
    case Rest::circle:
      painted(Style::strong, "", fmt::format("in a circle after {}:", rounds));
      break;
    case Rest::out_of_rounds:
      painted(Style::strong, "", fmt::format("not at rest after {}:", rounds));
      break;
  }
  for (std::uint8_t replica = 0; replica < account_.replicas(); ++replica)
    line(fmt::format("{}{}  ", kUnderAStep, replica_name({replica})),
         words_.holdings_of({replica}, held_));
  place_.entry = 0;
  tell_breaches();
}

void Storyteller::tell_verdict() {
  text_ += "\n";
  painted(Style::strong, "", "verdict");
  for (const NamedInvariant& named : invariants()) {
    const bool broken = verdict_.broken(named.invariant);
    const std::string prefix =
        fmt::format("  {}  {:<21}  ", broken ? "BROKEN" : "holds ", named.name);
    if (!broken) {
      line(prefix.substr(0, prefix.find_last_not_of(' ') + 1), "");
      continue;
    }
    const Breach& breach = verdict_.breach(named.invariant);
    painted(Style::bad, prefix,
            fmt::format("{}: {}", in_place(account_.passage(account_.spot_of(breach))),
                        sentence(breach, account_)));
  }
  tell_expectations();
  line("digest   ",
       fmt::format("{}   {}, {} skipped; settle: {}, {}", print_digest(summary_.digest),
                   count_of(trace_.scenario.steps.size(), "step"), summary_.skipped_steps,
                   count_of(summary_.settle_rounds, "round"),
                   count_of(summary_.settle_messages, "message")));
}

void Storyteller::tell_expectations() {
  for (const Expectation& expectation : trace_.expectations) {
    const auto invariant = find_invariant(expectation.invariant);
    const bool holds = invariant ? !verdict_.broken(*invariant) : verdict_.holds();
    const bool met = holds == expectation.holds;
    const std::string said =
        fmt::format("{}{}", expectation.invariant, expectation.invariant.empty() ? "" : " ") +
        (expectation.holds ? "holds" : "violated");
    painted(met ? Style::good : Style::bad, "expected ",
            fmt::format("{}: {}", said, met ? "yes" : "NO"));
  }
}

}  // namespace

std::string story(const Trace& trace, const Recording& recording, const StoryOptions& options) {
  return Storyteller(trace, recording, options).tell();
}

}  // namespace tidemark::core
