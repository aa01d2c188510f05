// ShiViz refuses a log that is not exactly right: the rules of its clocks, checked on every event.
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "reports/documents/exports.h"
#include "tests/reports/documents/shown.h"

namespace tidemark::core {
namespace {

using Clock = std::map<std::string, std::size_t>;

struct LogEvent {
  std::string event;
  std::string host;
  Clock clock;
};
using LogEvents = std::vector<LogEvent>;

// The named groups of a parser, as a regular expression that knows no names.
std::regex without_names(const std::string& parser) {
  return std::regex(std::regex_replace(parser, std::regex(R"(\(\?<[a-z]+>)"), "("));
}

LogEvents events_of(const std::string& execution, const std::string& parser) {
  const std::regex pattern = without_names(std::regex_replace(parser, std::regex(R"(\{)"), "\\{"));
  LogEvents events;
  for (std::sregex_iterator match(execution.begin(), execution.end(), pattern), end; match != end;
       ++match)
    events.push_back(
        {(*match)[1], (*match)[2], nlohmann::json::parse((*match)[3].str()).get<Clock>()});
  return events;
}

// The executions of a log by their labels, as ShiViz takes it apart.
std::map<std::string, LogEvents> executions_of(const std::string& log) {
  std::string parser;
  std::string label;
  std::map<std::string, std::string> texts;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < log.size(); ++number) {
    const std::size_t end = log.find('\n', begin);
    const std::string line = log.substr(begin, end - begin);
    begin = end + 1;
    if (number == 0) parser = line;
    if (number == 1) {
      EXPECT_EQ(line, "^=== (?<trace>.*) ===$");
    }
    if (number < 2) continue;
    if (!line.starts_with("=== ")) {
      texts[label] += line + "\n";
      continue;
    }
    label = line.substr(4, line.size() - 8);
    EXPECT_FALSE(texts.contains(label)) << "two executions are called " << label;
    texts[label];
  }
  std::map<std::string, LogEvents> executions;
  for (const auto& [name, text] : texts) {
    executions[name] = events_of(text, parser);
    EXPECT_EQ(executions[name].size() * 3, std::count(text.begin(), text.end(), '\n'))
        << "not every three lines are an event";
  }
  return executions;
}

bool is_before(const Clock& before, const Clock& after) {
  return std::all_of(before.begin(), before.end(), [&](const auto& entry) {
    const auto found = after.find(entry.first);
    return found != after.end() && found->second >= entry.second;
  });
}

// `upload-request: o1 (edit on A)` of what is sent or received.
std::string message_of(const std::string& event, std::string_view verb) {
  if (!event.starts_with(verb)) return {};
  const std::string message = event.substr(verb.size());
  return message.substr(0, message.find(';'));
}

// What ShiViz throws at, and whether each message comes from where it was sent; empty: nothing.
std::string problem_of(const LogEvents& events) {
  std::map<std::string, std::vector<const LogEvent*>> by_host;
  for (const LogEvent& each : events) {
    std::vector<const LogEvent*>& own = by_host[each.host];
    const std::string where = each.host + "'s event '" + each.event + "': ";
    const auto place = each.clock.find(each.host);
    if (place == each.clock.end()) return where + "the clock lacks its own host";
    if (place->second != own.size() + 1) return where + "its own clock did not grow by one";
    Clock received;
    for (const auto& [host, count] : each.clock) {
      if (count == 0) return where + "an entry is zero";
      if (host == each.host) continue;
      if (by_host[host].size() < count) return where + "it knows of what has not happened";
      const LogEvent& known = *by_host[host][count - 1];
      if (!is_before(known.clock, each.clock)) return where + "the clock is not closed";
      const bool is_new =
          own.empty() || !own.back()->clock.contains(host) || own.back()->clock.at(host) < count;
      if (is_new) received[host] = count;
    }
    if (!own.empty() && !is_before(own.back()->clock, each.clock))
      return where + "the clock forgets";
    std::string message = message_of(each.event, "receive ");
    if (message.starts_with("late ")) message = message.substr(5);
    if (message.empty() && !received.empty()) return where + "it knows what no message told it";
    const bool is_sent = std::any_of(by_host.begin(), by_host.end(), [&](const auto& other) {
      const auto known = each.clock.find(other.first);
      if (known == each.clock.end() || other.first == each.host) return false;
      const bool is_first = received.empty() || !received.contains(other.first);
      const auto end = other.second.begin() + static_cast<std::ptrdiff_t>(known->second);
      // What is news comes from the message itself; a late copy brings none.
      return std::any_of(is_first ? other.second.begin() : end - 1, end, [&](const LogEvent* sent) {
        return message_of(sent->event, "send ") == message;
      });
    });
    if (!message.empty() && !is_sent) return where + "nobody sent it";
    own.push_back(&each);
  }
  return {};
}

void expect_valid(const Shown& about, const std::string& name) {
  for (const auto& [label, events] : executions_of(shiviz_log(about)))
    EXPECT_EQ(problem_of(events), "") << name << ", " << label;
}

TEST(Shiviz, TakesEveryRegressionTrace) {
  for (const auto& [file, about] : shown_traces()) expect_valid(about, file.string());
}

TEST(Shiviz, TakesRandomEpisodes) {
  std::size_t late = 0;
  for (const Shown& about : random_shown(200)) {
    expect_valid(about, print_trace(about.run.trace()));
    late += shiviz_log(about).find("\nreceive late ") != std::string::npos;
  }
  EXPECT_GT(late, 0u) << "no episode had a late message";
}

TEST(Shiviz, TakesWhateverTheTraceSays) {
  const std::string log = shiviz_log(shown_of(kHostile));
  const auto executions = executions_of(log);
  ASSERT_EQ(executions.size(), 1u);
  EXPECT_EQ(problem_of(executions.at("trace")), "");
  EXPECT_EQ(log.find("\xE2\x80\xA8"), std::string::npos);  // a line's end to JavaScript
}

constexpr std::string_view kMinimal =
    "tidemark-trace 1\nclients 1\ncreate A o1\nsync A\nedit A o1\nexpect no-lost-update "
    "violated\n";
constexpr std::string_view kOriginal =
    "tidemark-trace 1\nclients 2\ncreate B o2\ncreate A o1\nclock A +60\nedit A o1\nsync A\n"
    "edit B o2\nedit A o1\n";

std::multiset<std::string> texts_of(const LogEvents& events) {
  std::multiset<std::string> texts;
  for (const LogEvent& each : events) texts.insert(each.host + ": " + each.event);
  return texts;
}

TEST(Shiviz, HasTheOriginalBesideTheMinimalTrace) {
  const auto executions = executions_of(shiviz_log(shown_of(kMinimal, kOriginal)));
  ASSERT_EQ(executions.size(), 2u);
  ASSERT_TRUE(executions.contains("original") && executions.contains("minimal"));
  EXPECT_GT(executions.at("original").size(), executions.at("minimal").size());
  for (const auto& [label, events] : executions) EXPECT_EQ(problem_of(events), "") << label;
}

// Versions, marks and places differ between the two; what ShiViz compares does not.
TEST(Shiviz, SaysOfOneThingTheSameInBoth) {
  const auto executions = executions_of(shiviz_log(shown_of(kMinimal, kOriginal)));
  const auto original = texts_of(executions.at("original"));
  for (const std::string said :
       {"A: o1: create on A", "A: o1: edit on A", "A: send upload-request: o1 (edit on A)"})
    EXPECT_TRUE(original.contains(said)) << said;
  const std::regex numbered(R"(\bv\d|step|round|since|\+60|0x)");
  for (const auto& [label, events] : executions)
    for (const LogEvent& each : events)
      EXPECT_FALSE(std::regex_search(each.event, numbered)) << label << ": " << each.event;
}

TEST(Shiviz, MarksWhereTheInvariantIsBroken) {
  const auto executions = executions_of(shiviz_log(shown_of(kMinimal)));
  const LogEvents& events = executions.at("trace");
  const auto marked = std::count_if(events.begin(), events.end(), [](const LogEvent& each) {
    return each.host == "A" &&
           each.event == "receive download-reply: o1 (create on A); no-lost-update is broken";
  });
  EXPECT_EQ(marked, 1);
}

TEST(Shiviz, SaysWhatTheServerRefused) {
  const std::string log = shiviz_log(shown_of(
      "tidemark-trace 1\nprotocol hardened\nclients 1\ncreate S o1\nsync A\nedit A o1\nbegin A\n"
      "deliver A\ndeliver A\nedit S o1\nfinish A\n"));
  EXPECT_NE(log.find("\nsend upload-ack: o1 (edit on A) refused\n"), std::string::npos) << log;
  EXPECT_NE(log.find("\nreceive upload-request: o1 (edit on A)\n"), std::string::npos) << log;
}

TEST(Shiviz, TellsAtRestWhatIsJudgedThere) {
  const Shown about = shown_of(
      "tidemark-trace 1\nprotocol reference\nstrategy client-priority\n"
      "create A o1 pk=k name=apples\ncreate B o2 pk=k name=pears\nsync A\nsync B\nsync A\n"
      "expect convergence violated\n");
  ASSERT_EQ(about.invariant, Invariant::convergence);
  const auto executions = executions_of(shiviz_log(about));
  EXPECT_EQ(executions.at("trace").back().event, "convergence is broken");
  EXPECT_EQ(problem_of(executions.at("trace")), "");
}

// --- the checker itself

LogEvents small_log() {
  return {{"send m", "A", {{"A", 1}}},
          {"receive m", "S", {{"A", 1}, {"S", 1}}},
          {"send n", "S", {{"A", 1}, {"S", 2}}},
          {"receive n", "A", {{"A", 2}, {"S", 2}}}};
}

TEST(ShivizChecker, TakesWhatIsRight) { EXPECT_EQ(problem_of(small_log()), ""); }

TEST(ShivizChecker, RefusesEachThingThatIsWrong) {
  const struct {
    std::size_t event;
    Clock clock;
    std::string problem;
  } kWrong[] = {
      {0, {}, "the clock lacks its own host"},
      {0, {{"A", 2}}, "its own clock did not grow by one"},
      {1, {{"A", 0}, {"S", 1}}, "an entry is zero"},
      {1, {{"A", 2}, {"S", 1}}, "it knows of what has not happened"},
      {1, {{"S", 1}}, "nobody sent it"},
      {2, {{"S", 2}}, "the clock forgets"},
      {3, {{"A", 2}, {"S", 1}}, "nobody sent it"},
  };
  for (const auto& [event, clock, problem] : kWrong) {
    LogEvents log = small_log();
    log[event].clock = clock;
    EXPECT_TRUE(problem_of(log).ends_with(problem)) << problem << ": " << problem_of(log);
  }
  LogEvents open = small_log();
  open.push_back({"send m", "B", {{"B", 1}}});
  open.push_back({"receive m", "S", {{"S", 3}, {"A", 1}, {"B", 1}}});
  open.push_back({"send o", "S", {{"S", 4}, {"A", 1}, {"B", 1}}});
  open.push_back({"receive o", "A", {{"S", 4}, {"A", 3}}});
  EXPECT_TRUE(problem_of(open).ends_with("the clock is not closed")) << problem_of(open);
  LogEvents telepathic = small_log();
  telepathic[3].event = "edit";
  EXPECT_TRUE(problem_of(telepathic).ends_with("it knows what no message told it"));
}

}  // namespace
}  // namespace tidemark::core
