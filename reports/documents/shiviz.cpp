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
  switch (event.kind) {
    case EventKind::cycle_began:
      return event.detail == 1 ? "full sync" : "";
    case EventKind::exchange_overran:
      return "exchange cut off";
    case EventKind::clock_jumped:
      return "clock jumps";
    case EventKind::went_offline:
      return "offline";
    case EventKind::came_online:
      return "online";
    case EventKind::crashed:
      return "crash";
    case EventKind::reinstalled:
      return "reinstall";
    case EventKind::backed_up:
      return "backup";
    case EventKind::restored:
      return "restore";
    default:
      return {};
  }
}

// One run as lines.
class Execution {
 public:
  Execution(const Run& run, const Case& about)
      : about_(about),
        account_(run.trace.scenario, run.recording),
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
  static MessageName name_of(const Event& event) { return {event.message, event.number}; }

  // What a message carries is known where it arrives.
  void keep_messages() {
    for (const Spot spot : account_.spots())
      if (const Entry& entry = account_.entry(spot); entry.head.kind == EventKind::message_arriving)
        messages_.emplace(name_of(entry.head), &entry);
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
    switch (event.kind) {
      case EventKind::written:
        return add(event.replica, words_.object(event.guid) + ": " + words_.made(event.value),
                   changes(entry, event.replica));
      case EventKind::message_sent:
        return send(event);
      case EventKind::message_lost:
        return lose(event);
      case EventKind::message_became_late:
        return add(event.replica, fmt::format("give up, {} is late", message_name(event.message)));
      case EventKind::message_arriving:
        return receive(event, entry);
      default:
        if (const auto done = deed(event); !done.empty())
          add(event.replica, std::string(done), changes(entry, event.replica));
    }
  }

  void send(const Event& event) {
    sent_[name_of(event)] = lines_.size();
    const auto known = messages_.find(name_of(event));
    const Entry* message = known == messages_.end() ? nullptr : known->second;
    add(sender_of(event),
        fmt::format("send {}{}", message_name(event.message), message ? cargo(*message) : ""),
        message ? words_.cargo(*message) : "");
  }

  // Of two copies one may arrive. The answer to a late request is lost at once.
  void lose(const Event& event) {
    if (event.detail & kLate)
      return add(sender_of(event),
                 fmt::format("send {}, nobody waits", message_name(event.message)));
    if (!messages_.contains(name_of(event))) lines_[sent_.at(name_of(event))].event += ", lost";
  }

  void receive(const Event& event, const Entry& entry) {
    const Replica host = receiver_of(event);
    const Clock& at_sending = lines_[sent_.at(name_of(event))].clock;
    Clock& own = clocks_[host.number];
    for (std::size_t replica = 0; replica < own.size(); ++replica)
      own[replica] = std::max(own[replica], at_sending[replica]);
    const std::string changed = changes(entry, host);
    const std::string carried = words_.cargo(entry);
    add(host,
        fmt::format("receive {}{}{}", event.detail & kLate ? "late " : "",
                    message_name(event.message), cargo(entry)),
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
    if (!message.carried || message.head.message == MessageKind::download_request) return {};
    std::string items;
    for (const Item& item : *message.carried)
      items += fmt::format("{}{} ({}){}", items.empty() ? ": " : ", ", words_.object(item.guid),
                           words_.made(item.value), is_refused(item, message) ? " refused" : "");
    return items.empty() ? ": nothing" : items;
  }
  static bool is_refused(const Item& item, const Entry& message) {
    return message.head.message == MessageKind::upload_ack &&
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

  const Case& about_;
  Account account_;
  Vocabulary words_;
  std::vector<Clock> clocks_;  // by replica
  std::map<MessageName, const Entry*> messages_;
  std::map<MessageName, std::size_t> sent_;  // in which line
  std::map<Spot, std::size_t> first_lines_;  // of an entry that has one
  std::string place_;
  std::vector<LogLine> lines_;
};

std::string print_execution(std::string_view name, const Run& run, const Case& about) {
  return fmt::format("=== {} ===\n{}", name, Execution(run, about).print());
}

}  // namespace

std::string shiviz_log(const Case& about) {
  std::string log = fmt::format("{}\n{}\n", kParser, kDelimiter);
  if (about.original) log += print_execution("original", about.original->run, about);
  return log + print_execution(about.original ? "minimal" : "trace", about.run, about);
}

}  // namespace tidemark::core
