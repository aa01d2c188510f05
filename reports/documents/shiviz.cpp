// The log that ShiViz draws (https://bestchai.bitbucket.io/shiviz/): a parser, a delimiter, then
// executions of events with vector clocks.
//
// ShiViz compares two executions by the texts of their events. So versions, marks and places, which
// shrinking changes, stand in fields beside them.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/overloaded.h"
#include "reports/documents/characters.h"
#include "reports/documents/exports.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kParser =
    R"((?<event>.*)\n(?<host>\S*) (?<clock>{.*})\n(?<place>[^:\n]*): ?(?<detail>.*))";
constexpr std::string_view kDelimiter = "^=== (?<trace>.*) ===$";

using Clock = std::vector<std::uint32_t>;  // events by replica

struct LogLine {
  Replica host;
  Clock clock;
  std::string event;
  std::string place;
  std::string detail;
};

// `{"A":3,"S":1}`: only replicas of which anything is known.
std::string print_clock(const Clock& clock) {
  std::string text;
  for (std::uint8_t replica = 0; replica < clock.size(); ++replica)
    if (clock[replica] > 0)
      text += fmt::format("{}\"{}\":{}", text.empty() ? "" : ",", replica_name({replica}),
                          clock[replica]);
  return "{" + text + "}";
}

std::string print_line(const LogLine& line) {
  return fmt::format("{}\n{} {}\n{}:{}{}\n", line.event, replica_name(line.host),
                     print_clock(line.clock), line.place, line.detail.empty() ? "" : " ",
                     plain_line(line.detail));
}

// What happens at one replica alone; empty: nothing that is told.
std::string_view deed(const Event& event) {
  return std::visit(Overloaded{
                        [](const CycleBegan& began) { return began.full ? "full sync" : ""; },
                        [](const ExchangeOverran&) { return "exchange cut off"; },
                        [](const ClockJumped&) { return "clock jumps"; },
                        [](const WentOffline&) { return "offline"; },
                        [](const CameOnline&) { return "online"; },
                        [](const Crashed&) { return "crash"; },
                        [](const Reinstalled&) { return "reinstall"; },
                        [](const BackedUp&) { return "backup"; },
                        [](const Restored&) { return "restore"; },
                        [](const auto&) { return ""; },
                    },
                    event);
}

// One run as lines.
class Execution {
 public:
  Execution(const Run& run, const Shown& about)
      : about_(about),
        account_(run.scenario(), run.recording()),
        words_(account_),
        clocks_(account_.replicas(), Clock(account_.replicas())) {
    keep_messages();
    for (const Spot spot : account_.spots()) tell(spot);
    if (about.invariant && run.verdict().broken(*about.invariant))
      mark(run.verdict().breach(*about.invariant));
  }

  std::string print() const {
    std::string text;
    for (const LogLine& line : lines_) text += print_line(line);
    return text;
  }

 private:
  using MessageName = std::pair<MessageKind, std::uint32_t>;
  static MessageName name_of(const MessageEvent& message) { return {message.kind, message.number}; }

  // What a message carries is known where it arrives.
  void keep_messages() {
    for (const Spot spot : account_.spots())
      if (const Entry& entry = account_.entry(spot); is<MessageArriving>(entry.head))
        messages_.emplace(name_of(*entry.message()), &entry);
  }

  void tell(Spot spot) {
    const Entry& entry = account_.entry(spot);
    place_ = place_name(account_.passage(spot));
    const std::size_t first = lines_.size();
    for (std::size_t place = entry.begin; place < entry.end; ++place)
      tell(account_.recording().events[place], entry);
    if (first < lines_.size()) first_lines_[spot] = first;
  }

  void tell(const Event& event, const Entry& entry) {
    std::visit(
        Overloaded{
            [&](const Written& written) {
              add(written.replica, words_.object(written.guid) + ": " + words_.made(written.value),
                  changes(entry, written.replica));
            },
            [&](const MessageSent& message) { send(message); },
            [&](const MessageLost& message) { lose(message); },
            [&](const MessageBecameLate& message) {
              add(message.client, fmt::format("give up, {} is late", message_name(message.kind)));
            },
            [&](const MessageArriving& message) { receive(message, entry); },
            [&](const auto&) {
              const Replica replica = replica_of(event);
              if (const auto done = deed(event); !done.empty())
                add(replica, std::string(done), changes(entry, replica));
            },
        },
        event);
  }

  void send(const MessageSent& sent) {
    sent_[name_of(sent)] = lines_.size();
    const auto known = messages_.find(name_of(sent));
    const Entry* message = known == messages_.end() ? nullptr : known->second;
    add(sent.from,
        fmt::format("send {}{}", message_name(sent.kind), message ? cargo(*message) : ""),
        message ? words_.cargo(*message) : "");
  }

  // Of two copies one may arrive. The answer to a late request is lost at once.
  void lose(const MessageLost& lost) {
    if (lost.late)
      return add(lost.from, fmt::format("send {}, nobody waits", message_name(lost.kind)));
    if (!messages_.contains(name_of(lost))) lines_[sent_.at(name_of(lost))].event += ", lost";
  }

  void receive(const MessageArriving& message, const Entry& entry) {
    const Replica host = message.to;
    const Clock& at_sending = lines_[sent_.at(name_of(message))].clock;
    Clock& own = clocks_[host.number];
    for (std::size_t replica = 0; replica < own.size(); ++replica)
      own[replica] = std::max(own[replica], at_sending[replica]);
    const std::string changed = changes(entry, host);
    const std::string carried = words_.cargo(entry);
    add(host,
        fmt::format("receive {}{}{}", message.late ? "late " : "", message_name(message.kind),
                    cargo(entry)),
        carried + (carried.empty() || changed.empty() ? "" : "; ") + changed);
  }

  void add(Replica host, std::string event, std::string detail = {}) {
    ++clocks_[host.number][host.number];
    lines_.push_back({host, clocks_[host.number], std::move(event), place_, std::move(detail)});
  }

  // On the event that broke the invariant; where it was judged at rest, as an event of its own.
  void mark(const Breach& breach) {
    const std::string broken =
        core::name_of(*about_.invariant, about_.configuration) + " is broken";
    const std::string what = sentence(breach, account_);
    const auto first = first_lines_.find(account_.spot_of(breach));
    if (breach.at_rest || first == first_lines_.end()) {
      place_ = place_name(account_.passages().back());
      return add(breach.replica, broken, what);
    }
    LogLine& line = lines_[first->second];
    line.event += "; " + broken;
    line.detail += (line.detail.empty() ? "" : "; ") + what;
  }

  // --- words ---

  // `: o1 (edit on A)`, without the numbers of versions; in an upload-ack also what was refused.
  std::string cargo(const Entry& message) const {
    if (!message.carried || message.message()->kind == MessageKind::download_request) return {};
    std::string items;
    for (const Item& item : *message.carried)
      items += fmt::format("{}{} ({}){}", items.empty() ? ": " : ", ", words_.object(item.guid),
                           words_.made(item.value), is_refused(item, message) ? " refused" : "");
    return items.empty() ? ": nothing" : items;
  }
  static bool is_refused(const Item& item, const Entry& message) {
    return message.message()->kind == MessageKind::upload_ack &&
           std::find(message.refused.begin(), message.refused.end(), item) != message.refused.end();
  }

  // `o1 v1 -> v2`, `o1 nothing -> v1 "100 EUR"`
  std::string changes(const Entry& entry, Replica replica) const {
    std::string text;
    for (const HoldingChange& change : entry.changes)
      if (change.replica == replica)
        text += fmt::format("{}{} {} -> {}", text.empty() ? "" : ", ", words_.object(change.guid),
                            words_.version(change.before), words_.version_with_text(change.after));
    return text;
  }

  const Shown& about_;
  Account account_;
  Vocabulary words_;
  std::vector<Clock> clocks_;  // by replica
  std::map<MessageName, const Entry*> messages_;
  std::map<MessageName, std::size_t> sent_;  // in which line
  std::map<Spot, std::size_t> first_lines_;  // of an entry that has one
  std::string place_;
  std::vector<LogLine> lines_;
};

std::string print_execution(std::string_view name, const Run& run, const Shown& about) {
  return fmt::format("=== {} ===\n{}", name, Execution(run, about).print());
}

}  // namespace

std::string shiviz_log(const Shown& about) {
  std::string log = fmt::format("{}\n{}\n", kParser, kDelimiter);
  if (about.original) log += print_execution("original", about.original->run, about);
  return log + print_execution(about.original ? "minimal" : "trace", about.run, about);
}

}  // namespace tidemark::core
