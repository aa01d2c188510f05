// The lines of docs/ADAPTERS.md: what Tidemark writes, what it reads, and what it says of the rest.
#include "adapter/json_lines.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "properties/judge.h"
#include "sim/foreign.h"
#include "tests/fuzz/answer_check.h"

namespace tidemark::core {
namespace {

using std::string_view;
namespace fs = std::filesystem;

constexpr Seconds kNow = 1431388810;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
const std::string& docs() {
  static const std::string page = content(fs::path(TIDEMARK_SOURCE_DIR) / "docs/ADAPTERS.md");
  return page;
}

tidemark::Message message(tidemark::MessageKind kind, const std::string& body,
                          std::vector<tidemark::Version> objects = {}) {
  return {.kind = kind, .body = body, .objects = std::move(objects)};
}

// --- what is written

TEST(JsonLines, HelloNamesTheVersionAndTheStrategyThatWasAskedFor) {
  EXPECT_EQ(print_hello(std::nullopt), R"({"op":"hello","tidemark":1})");
  EXPECT_EQ(print_hello("timestamp-priority"),
            R"({"op":"hello","tidemark":1,"strategy":"timestamp-priority"})");
  EXPECT_EQ(print_hello("a\"b"), R"({"op":"hello","tidemark":1,"strategy":"a\"b"})");
}

// One request of each operation, and its line.
struct Written {
  Request request;
  string_view line;
};

const tidemark::Change kCreate{.guid = "o1", .pk = "object:o1", .name = "o1", .value = "v1"};
const tidemark::Change kRemove{.kind = tidemark::ChangeKind::remove, .guid = "o1", .value = "v2"};
const tidemark::Message kUpload =
    message(tidemark::MessageKind::upload_request, R"({"anything":"at all"})",
            {{"o1", "v1", false}, {"o2", "v7", true}});
const tidemark::Message kReply{.kind = tidemark::MessageKind::download_reply};

const std::vector<Written>& written() {
  static const std::vector<Written> all{
      {{.operation = Operation::begin, .clients = 2},
       R"({"op":"begin","world":0,"clients":["A","B"],"ids":{"S":0,"A":1,"B":2}})"},
      {{.operation = Operation::change, .at = 'A', .now = kNow, .change = &kCreate},
       R"({"op":"change","world":0,"at":"A","change":"create","guid":"o1","pk":"object:o1","name":"o1","value":"v1","now":1431388810})"},
      {{.operation = Operation::change, .world = 255, .at = 'S', .now = -5, .change = &kRemove},
       R"({"op":"change","world":255,"at":"S","change":"delete","guid":"o1","value":"v2","now":-5})"},
      {{.operation = Operation::start, .at = 'A', .now = kNow},
       R"({"op":"start","world":0,"at":"A","full":false,"now":1431388810})"},
      {{.operation = Operation::start, .at = 'A', .now = kNow, .full = true},
       R"({"op":"start","world":0,"at":"A","full":true,"now":1431388810})"},
      {{.operation = Operation::request, .from = 'A', .now = kNow, .message = &kUpload},
       R"({"op":"request","world":0,"at":"S","from":"A","message":{"kind":"upload-request","body":{"anything":"at all"},"objects":[{"guid":"o1","value":"v1"},{"guid":"o2","value":"v7","isdeleted":true}]},"now":1431388810})"},
      {{.operation = Operation::answer, .at = 'A', .now = kNow, .message = &kReply},
       R"({"op":"answer","world":0,"at":"A","message":{"kind":"download-reply","body":null,"objects":[]},"now":1431388810})"},
      {{.operation = Operation::stale, .at = 'A', .now = kNow, .message = &kReply},
       R"({"op":"stale","world":0,"at":"A","message":{"kind":"download-reply","body":null,"objects":[]}})"},
      {{.operation = Operation::give_up, .at = 'A'}, R"({"op":"give-up","world":0,"at":"A"})"},
      {{.operation = Operation::crash, .at = 'A'}, R"({"op":"crash","world":0,"at":"A"})"},
      {{.operation = Operation::reinstall, .at = 'A', .id = 5},
       R"({"op":"reinstall","world":0,"at":"A","id":5})"},
      {{.operation = Operation::backup}, R"({"op":"backup","world":0,"at":"S"})"},
      {{.operation = Operation::restore, .id = 6},
       R"({"op":"restore","world":0,"at":"S","id":6})"}};
  return all;
}

TEST(JsonLines, EveryRequestHasItsLine) {
  for (const Written& each : written()) EXPECT_EQ(print_request(each.request), each.line);
}

// Where the page shortens a line, it writes … for the clock and {…} for the message.
std::string shortened(string_view line) {
  std::string text(line);
  const auto replace = [&](string_view begin, string_view end, string_view by) {
    const auto at = text.find(begin);
    if (at == std::string::npos) return;
    const auto from = at + begin.size();
    text.replace(from, text.find(end, from) - from, by);
  };
  replace(R"("now":)", "}", "…");
  if (text.find(R"("now")") != std::string::npos) replace(R"("message":)", R"(,"now")", "{…}");
  if (text.ends_with("}}")) replace(R"("message":)", R"(@)", "{…}}");
  return text;
}

TEST(JsonLines, EveryOperationStandsInThePageAsItIsWritten) {
  std::vector<Operation> found;
  for (const Written& each : written())
    if (docs().find(each.line) != std::string::npos ||
        docs().find(shortened(each.line)) != std::string::npos)
      found.push_back(each.request.operation);
  for (const Written& each : written())
    EXPECT_NE(std::find(found.begin(), found.end(), each.request.operation), found.end())
        << each.line << "\nor\n"
        << shortened(each.line);
}

TEST(JsonLines, EveryKindOfChangeAndMessageHasItsWord) {
  const std::array<string_view, 4> changes{"create", "edit", "delete", "undelete"};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const tidemark::Change change{.kind = static_cast<tidemark::ChangeKind>(i), .guid = "o1"};
    const std::string line = print_request({.operation = Operation::change, .change = &change});
    EXPECT_NE(line.find(fmt::format(R"("change":"{}")", changes[i])), std::string::npos) << line;
    EXPECT_EQ(line.find(R"("pk")") != std::string::npos, i == 0) << line;
  }
  const std::array<string_view, 4> kinds{"download-request", "download-reply", "upload-request",
                                         "upload-ack"};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto sent = message(static_cast<tidemark::MessageKind>(i), "1");
    const std::string line = print_request({.operation = Operation::stale, .message = &sent});
    EXPECT_NE(line.find(fmt::format(R"("kind":"{}")", kinds[i])), std::string::npos) << line;
  }
}

TEST(JsonLines, TextsAreWrittenAsJson) {
  const tidemark::Change change{.kind = tidemark::ChangeKind::edit,
                                .guid = "a \"quoted\" \\ guid",
                                .value = std::string("é\n\t\0", 5)};
  EXPECT_EQ(
      print_request({.operation = Operation::change, .at = 'A', .change = &change}),
      R"({"op":"change","world":0,"at":"A","change":"edit","guid":"a \"quoted\" \\ guid","value":"é\n\t\u0000","now":0})");
}

TEST(JsonLines, AWorldOfManyClientsNamesNoneS) {
  const std::string line = print_request({.operation = Operation::begin, .clients = 26});
  EXPECT_NE(line.find(R"("Q","R","T","U")"), std::string::npos) << line;
  EXPECT_NE(line.find(R"("S":0,)"), std::string::npos) << line;
  EXPECT_NE(line.find(R"("R":18,"T":19,)"), std::string::npos) << line;
}

// --- the transcript of the page

std::vector<std::string> transcript() {
  const auto begin = docs().find("```\n> {\"op\":\"hello\"") + 4;
  std::vector<std::string> lines;
  for (auto at = begin; docs()[at] != '`'; at = docs().find('\n', at) + 1)
    lines.push_back(docs().substr(at, docs().find('\n', at) - at));
  return lines;
}

// What was sent last is what arrives.
TEST(JsonLines, TheTranscriptOfThePageIsWhatTidemarkWritesAndReads) {
  const std::vector<std::string> lines = transcript();
  ASSERT_GT(lines.size(), 10u);
  EXPECT_EQ(lines[0], "> " + print_hello(std::nullopt));
  EXPECT_EQ(parse_hello(lines[1].substr(2)).name, "counters");
  std::optional<tidemark::Message> sent;
  std::size_t at = 2;
  const auto expect = [&](Request request) {
    ASSERT_LT(at + 1, lines.size());
    if (sent) request.message = &*sent;
    EXPECT_EQ(lines[at], "> " + print_request(request));
    sent = parse_answer(lines[at + 1].substr(2)).send;
    at += 2;
  };
  const Request begin{.operation = Operation::begin, .clients = 2};
  const Request create{.operation = Operation::change, .at = 'A', .now = kNow, .change = &kCreate};
  const Request start{.operation = Operation::start, .at = 'A', .now = kNow};
  const Request request{.operation = Operation::request, .from = 'A', .now = kNow};
  const Request answer{.operation = Operation::answer, .at = 'A', .now = kNow};
  const Request give_up{.operation = Operation::give_up, .at = 'A'};
  for (const Request& each : {begin, create, start, request, answer, request, give_up, start})
    expect(each);
  EXPECT_EQ(lines.size(), 2 + 2 * 8u);
}

// --- what is read

TEST(JsonLines, HelloIsReadWithEveryField) {
  const Traits traits = parse_hello(
      R"({"tidemark":1,"name":"my-engine_2.1","version":"2.1","worlds":16,"strategy":"timestamp-priority","decisions":"reported","lacks":["reinstall","lost"],"excuses":["deletes-win"],"snapshot":true})");
  EXPECT_EQ(traits.name, "my-engine_2.1");
  EXPECT_EQ(traits.version, "2.1");
  EXPECT_EQ(traits.worlds, 16u);
  EXPECT_EQ(traits.strategy, "timestamp-priority");
  EXPECT_TRUE(traits.reports_decisions);
  EXPECT_EQ(traits.lacks, (std::vector<std::string>{"reinstall", "lost"}));
  EXPECT_EQ(traits.excuses, (std::vector<std::string>{"deletes-win"}));
}

TEST(JsonLines, WhatHelloLeavesOutIsAsThePageSays) {
  for (
      const char* line :
      {R"({"tidemark":1,"name":"x"})",
       R"({"tidemark":1,"name":"x","version":null,"worlds":null,"strategy":null,"decisions":null,"lacks":null,"excuses":null,"snapshot":null,"error":null})"}) {
    const Traits traits = parse_hello(line);
    EXPECT_EQ(traits.version, "");
    EXPECT_EQ(traits.worlds, 1u);
    EXPECT_EQ(traits.strategy, "own");
    EXPECT_FALSE(traits.reports_decisions);
    EXPECT_TRUE(traits.lacks.empty());
    EXPECT_TRUE(traits.excuses.empty());
  }
}

// The words in `code` of a row of the page's table of hello, from where its own meaning begins.
std::vector<std::string> words_of_row(string_view field, string_view after) {
  const auto row = docs().find(fmt::format("\n| `{}` | list of words", field));
  const auto end = docs().find('\n', row + 1);
  std::vector<std::string> words;
  for (auto at = docs().find(after, row); at < end;) {
    const auto begin = docs().find('`', at);
    if (begin >= end) break;
    at = docs().find('`', begin + 1) + 1;
    words.push_back(docs().substr(begin + 1, at - begin - 2));
  }
  return words;
}

TEST(JsonLines, AnEngineMayLackAllThatThePageNames) {
  std::vector<std::string> words = words_of_row("lacks", ":");
  EXPECT_EQ(words.back(), "[]");
  words.pop_back();
  EXPECT_EQ(words.size(), 15u);
  for (const std::string& word : words) {
    const Traits traits =
        parse_hello(fmt::format(R"({{"tidemark":1,"name":"x","lacks":["{}"]}})", word));
    EXPECT_EQ(traits.lacks, std::vector<std::string>{word});
    EXPECT_TRUE(lacked_features(traits) != 0 || word == "edits" || word == "undelete") << word;
  }
}

TEST(JsonLines, AnEngineMayExcuseAllThatThePageNamesAndAnyInvariant) {
  std::vector<std::string> words{"deletes-win", "tombstone-values"};
  for (const NamedInvariant& named : invariants()) words.emplace_back(named.name);
  for (const std::string& word : words)
    EXPECT_TRUE(excuses(
        parse_hello(fmt::format(R"({{"tidemark":1,"name":"x","excuses":["{}"]}})", word)), word));
}

TEST(JsonLines, HelloKnowsEveryStrategyOfOurs) {
  std::vector<std::string> names{"own"};
  for (const NamedStrategy& named : built_in_strategies()) names.emplace_back(named.name);
  for (const std::string& name : names)
    EXPECT_EQ(
        parse_hello(fmt::format(R"({{"tidemark":1,"name":"x","strategy":"{}"}})", name)).strategy,
        name);
}

TEST(JsonLines, AnEmptyAnswerSaysNothing) {
  for (
      const char* line :
      {"{}", " { } \r", R"({"my own":{"debugging":[1]}})",
       R"({"send":null,"holds":null,"decisions":null,"told":null,"accepted":null,"refused":null,"counter":null,"counter_lastsync":null,"servercounter_lastsync":null,"state":null,"error":null})"})
    EXPECT_EQ(spelled(parse_answer(line)), spelled(Answer{})) << line;
}

TEST(JsonLines, HoldsAreRead) {
  const Answer answer = parse_answer(
      R"({"holds":[{"guid":"o1","pk":"object:o1","name":"o1","value":"v1"},{"guid":"o2","value":"v7","isdeleted":true,"stamp":3},{"guid":"o3","isdeleted":true}]})");
  EXPECT_EQ(*answer.holds, (std::vector<tidemark::Held>{
                               {.guid = "o1", .pk = "object:o1", .name = "o1", .value = "v1"},
                               {.guid = "o2", .value = "v7", .isdeleted = true},
                               {.guid = "o3", .value = "", .isdeleted = true}}));
}

TEST(JsonLines, HoldingNothingIsNotSayingNothing) {
  EXPECT_TRUE(parse_answer(R"({"holds":[]})").holds.has_value());
  EXPECT_FALSE(parse_answer("{}").holds.has_value());
}

TEST(JsonLines, AMessageIsRead) {
  const auto sent =
      *parse_answer(
           R"({"send":{"kind":"upload-ack","body":{"b": [1, 2.5],"a":"é"},"objects":[{"guid":"o1","value":"v1"},{"guid":"o2","value":"v2","isdeleted":true}]}})")
           .send;
  EXPECT_EQ(sent.kind, tidemark::MessageKind::upload_ack);
  EXPECT_EQ(std::any_cast<std::string>(sent.body), R"({"b":[1,2.5],"a":"é"})");
  EXPECT_EQ(sent.objects,
            (std::vector<tidemark::Version>{{"o1", "v1", false}, {"o2", "v2", true}}));
}

TEST(JsonLines, EveryBodyComesBackAsItWas) {
  for (const char* body :
       {"null", "true", "-1", "18446744073709551615", "-9223372036854775808", "0.1", "1e+300",
        R"("")", R"("\u0000\n\"\\é𝄞")", "[]", "{}", R"({"z":1,"a":{"z":[[],{}]}})"}) {
    const auto sent =
        *parse_answer(fmt::format(R"({{"send":{{"kind":"upload-ack","body":{}}}}})", body)).send;
    EXPECT_EQ(std::any_cast<std::string>(sent.body), body);
    EXPECT_NE(print_request({.operation = Operation::stale, .message = &sent})
                  .find(fmt::format(R"("body":{},)", body)),
              std::string::npos);
  }
}

TEST(JsonLines, DecisionsAreRead) {
  const Answer answer = parse_answer(
      R"({"decisions":[{"guid":"o1","local":"v2","server":"v3","kept":"server"},{"guid":"o1","local":"v2","server":"v3","kept":"merge","value":"v2+v3","isdeleted":true},{"guid":"o1","local":"v2","server_guid":"o2","server":"v3","kept":"local"}]})");
  ASSERT_EQ(answer.decisions.size(), 3u);
  const Decided& first = answer.decisions[0];
  EXPECT_EQ(first.guid, "o1");
  EXPECT_EQ(first.local, "v2");
  EXPECT_EQ(first.server, "v3");
  EXPECT_EQ(first.server_guid, std::nullopt);
  EXPECT_EQ(first.kept, Kept::server);
  EXPECT_EQ(answer.decisions[1].kept, Kept::merge);
  EXPECT_EQ(answer.decisions[1].merged, "v2+v3");
  EXPECT_TRUE(answer.decisions[1].merged_isdeleted);
  EXPECT_EQ(answer.decisions[2].kept, Kept::local);
  EXPECT_EQ(answer.decisions[2].server_guid, "o2");
}

TEST(JsonLines, WhatTheAppWasToldIsRead) {
  const Answer answer = parse_answer(
      R"({"told":[{"guid":"o1","value":"v2","kept_guid":"o2","kept":"v3","merged":true},{"guid":"o1","value":"v2","kept":"v3"}]})");
  ASSERT_EQ(answer.told.size(), 2u);
  EXPECT_EQ(answer.told[0].guid, "o1");
  EXPECT_EQ(answer.told[0].value, "v2");
  EXPECT_EQ(answer.told[0].kept_guid, "o2");
  EXPECT_EQ(answer.told[0].kept, "v3");
  EXPECT_TRUE(answer.told[0].merged);
  EXPECT_EQ(answer.told[1].kept_guid, std::nullopt);
  EXPECT_FALSE(answer.told[1].merged);
}

TEST(JsonLines, WhatWasAcceptedAndRefusedAndTheMarksAreRead) {
  const Answer answer = parse_answer(
      R"({"accepted":[{"guid":"o1","value":"v1"}],"refused":[{"guid":"o2","value":"v2","isdeleted":true}],"counter":18446744073709551615,"counter_lastsync":3,"servercounter_lastsync":0})");
  EXPECT_EQ(answer.accepted, (std::vector<tidemark::Version>{{"o1", "v1", false}}));
  EXPECT_EQ(answer.refused, (std::vector<tidemark::Version>{{"o2", "v2", true}}));
  EXPECT_EQ(answer.counter, 18446744073709551615u);
  EXPECT_EQ(answer.counter_lastsync, 3u);
  EXPECT_EQ(answer.servercounter_lastsync, 0u);
}

// --- what is refused

template <class Read>
std::string fault_of(Read read, string_view line) {
  try {
    read(line);
  } catch (const EngineFault& fault) {
    return fault.what();
  }
  return "none";
}

struct Wrong {
  std::string line;
  string_view fault;
};

TEST(JsonLines, AHelloThatIsWrongIsToldWhatWasExpected) {
  const auto with = [](string_view fields) {
    return fmt::format(R"({{"tidemark":1,"name":"x",{}}})", fields);
  };
  const std::string long_name(65, 'x');
  const std::vector<Wrong> table{
      {R"({"tidemark":2,"name":"x"})",
       R"(version: hello is answered with "tidemark": 2, expected 1)"},
      {R"({"name":"x"})", R"(version: hello is answered with "tidemark": nothing, expected 1)"},
      {R"({"tidemark":"1","name":"x"})",
       R"(garbage: hello.tidemark: "1", expected a whole number that is not negative)"},
      {R"({"tidemark":1})", "garbage: hello.name: missing, expected a string"},
      {R"({"tidemark":1,"name":7})", "garbage: hello.name: 7, expected a string"},
      {R"({"tidemark":1,"name":""})",
       "garbage: hello.name: '', expected letters, digits, '.', '_' and '-', at most 64"},
      {R"({"tidemark":1,"name":"my engine"})",
       "garbage: hello.name: 'my engine', expected letters, digits, '.', '_' and '-', at most 64"},
      {fmt::format(R"({{"tidemark":1,"name":"{}"}})", long_name),
       "garbage: hello.name: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…', "
       "expected letters, digits, '.', '_' and '-', at most 64"},
      {with(R"("version":2.1)"), "garbage: hello.version: 2.1, expected a string"},
      {with(R"("worlds":0)"), "garbage: hello.worlds: 0, expected 1 to 256"},
      {with(R"("worlds":257)"), "garbage: hello.worlds: 257, expected 1 to 256"},
      {with(R"("worlds":4294967297)"), "garbage: hello.worlds: 4294967297, expected 1 to 256"},
      {with(R"("worlds":-1)"),
       "garbage: hello.worlds: -1, expected a whole number that is not negative"},
      {with(R"("strategy":"newest")"),
       "garbage: hello.strategy: 'newest', expected one of: server-priority, client-priority, "
       "timestamp-priority, own"},
      {with(R"("decisions":true)"), "garbage: hello.decisions: true, expected a string"},
      {with(R"("decisions":"guessed")"),
       "garbage: hello.decisions: 'guessed', expected one of: inferred, reported"},
      {with(R"("lacks":"crash")"), R"(garbage: hello.lacks: "crash", expected a list)"},
      {with(R"("lacks":["crash","wings"])"),
       R"(garbage: hello.lacks[1]: "wings", expected one of: backend, deletes, undelete, edits, )"
       "shared-keys, lost, late, duplicate, offline, clock, crash, reinstall, restore, full-sync, "
       "interleave"},
      {with(R"("excuses":[null])"),
       "garbage: hello.excuses[0]: null, expected one of: deletes-win, tombstone-values, "
       "convergence, no-lost-update, no-redundant-transfer, one-object-per-key, no-resurrection, "
       "quiescence, integrity, told"},
      {with(R"("snapshot":1)"), "garbage: hello.snapshot: 1, expected true or false"},
      {R"({"error":"strategy unknown"})", R"(error: the adapter says: "strategy unknown")"}};
  for (const Wrong& wrong : table) EXPECT_EQ(fault_of(parse_hello, wrong.line), wrong.fault);
}

TEST(JsonLines, AnAnswerThatIsWrongIsToldWhichFieldAndWhatWasExpected) {
  constexpr string_view kKinds =
      "expected one of: download-request, download-reply, upload-request, upload-ack";
  const auto kind_fault = [&](string_view what) {
    return fmt::format("garbage: answer.send.kind: {}, {}", what, kKinds);
  };
  const std::string bad_kind = kind_fault("'upload'");
  const std::vector<Wrong> table{
      {"", "garbage: '' is no JSON, expected one JSON object a line"},
      {"hello", "garbage: 'hello' is no JSON, expected one JSON object a line"},
      {R"({"holds":[])", R"(garbage: '{"holds":[]' is no JSON, expected one JSON object a line)"},
      {"{} {}", "garbage: '{} {}' is no JSON, expected one JSON object a line"},
      {"{'a':1}", "garbage: '{'a':1}' is no JSON, expected one JSON object a line"},
      {std::string("\x1b[31m\xff\0é", 9),
       "garbage: '?[31m??é' is no JSON, expected one JSON object a line"},
      {"[]", "garbage: '[]', expected one JSON object a line"},
      {"null", "garbage: 'null', expected one JSON object a line"},
      {R"("{}")", R"(garbage: '"{}"', expected one JSON object a line)"},
      {R"({"send":"hello"})", R"(garbage: answer.send: "hello", expected an object)"},
      {R"({"send":{}})", "garbage: answer.send.kind: missing, expected a string"},
      {R"({"send":{"kind":"upload"}})", bad_kind},
      {R"({"send":{"kind":"upload-ack","objects":{}}})",
       "garbage: answer.send.objects: {}, expected a list"},
      {R"({"send":{"kind":"upload-ack","objects":[{"guid":"o1","value":"v1"},{"guid":"o1"}]}})",
       "garbage: answer.send.objects[1].value: missing, expected a string"},
      {R"({"send":{"kind":"upload-ack","objects":[{"value":"v1"}]}})",
       "garbage: answer.send.objects[0].guid: missing, expected a string"},
      {R"({"holds":{"o1":"v1"}})", R"(garbage: answer.holds: {"o1":"v1"}, expected a list)"},
      {R"({"holds":["o1"]})", R"(garbage: answer.holds[0]: "o1", expected an object)"},
      {R"({"holds":[{"guid":1,"value":"v1"}]})",
       "garbage: answer.holds[0].guid: 1, expected a string"},
      {R"({"holds":[{"guid":"o1"}]})",
       "garbage: answer.holds[0].value: missing, expected a string"},
      {R"({"holds":[{"guid":"o1","value":7}]})",
       "garbage: answer.holds[0].value: 7, expected a string"},
      {R"({"holds":[{"guid":"o1","value":"v1","pk":7}]})",
       "garbage: answer.holds[0].pk: 7, expected a string"},
      {R"({"holds":[{"guid":"o1","value":"v1","name":[]}]})",
       "garbage: answer.holds[0].name: [], expected a string"},
      {R"({"holds":[{"guid":"o1","value":"v1","isdeleted":0}]})",
       "garbage: answer.holds[0].isdeleted: 0, expected true or false"},
      {R"({"decisions":[{"guid":"o1","server":"v3","kept":"server"}]})",
       "garbage: answer.decisions[0].local: missing, expected a string"},
      {R"({"decisions":[{"guid":"o1","local":"v2","kept":"server"}]})",
       "garbage: answer.decisions[0].server: missing, expected a string"},
      {R"({"decisions":[{"guid":"o1","local":"v2","server":"v3"}]})",
       "garbage: answer.decisions[0].kept: missing, expected a string"},
      {R"({"decisions":[{"guid":"o1","local":"v2","server":"v3","kept":"both"}]})",
       "garbage: answer.decisions[0].kept: 'both', expected one of: local, server, merge"},
      {R"({"decisions":[{"guid":"o1","local":"v2","server":"v3","kept":"merge"}]})",
       "garbage: answer.decisions[0].value: missing, expected a string"},
      {R"({"decisions":[{"guid":"o1","local":"v2","server":"v3","kept":"server","server_guid":2}]})",
       "garbage: answer.decisions[0].server_guid: 2, expected a string"},
      {R"({"told":[{"value":"v2","kept":"v3"}]})",
       "garbage: answer.told[0].guid: missing, expected a string"},
      {R"({"told":[{"guid":"o1","kept":"v3"}]})",
       "garbage: answer.told[0].value: missing, expected a string"},
      {R"({"told":[{"guid":"o1","value":"v2"}]})",
       "garbage: answer.told[0].kept: missing, expected a string"},
      {R"({"told":[{"guid":"o1","value":"v2","kept":"v3","merged":"no"}]})",
       R"(garbage: answer.told[0].merged: "no", expected true or false)"},
      {R"({"accepted":"all"})", R"(garbage: answer.accepted: "all", expected a list)"},
      {R"({"refused":[null]})", "garbage: answer.refused[0]: null, expected an object"},
      {R"({"counter":1.0})",
       "garbage: answer.counter: 1.0, expected a whole number that is not negative"},
      {R"({"counter":18446744073709551616})",
       "garbage: answer.counter: 1.8446744073709552e+19, expected a whole number that is not "
       "negative"},
      {R"({"counter_lastsync":-1})",
       "garbage: answer.counter_lastsync: -1, expected a whole number that is not negative"},
      {R"({"servercounter_lastsync":"3"})",
       R"(garbage: answer.servercounter_lastsync: "3", expected a whole number that is not negative)"},
      {R"({"error":"out of memory","holds":7})", R"(error: the adapter says: "out of memory")"},
      {R"({"error":{"code":7}})", R"(error: the adapter says: {"code":7})"},
      {R"({"error":"a\nb"})", R"(error: the adapter says: "a\nb")"}};
  for (const Wrong& wrong : table) EXPECT_EQ(fault_of(parse_answer, wrong.line), wrong.fault);
}

TEST(JsonLines, ListsAndObjectsStandAHundredDeepAndNoDeeper) {
  const auto nested = [](std::size_t depth, char open, char close) {
    const bool named = open == '{';
    std::string body;
    for (std::size_t i = 0; i < depth; ++i) body.append(1, open).append(named ? "\"a\":" : "");
    if (named) body += "1";
    body.append(depth, close);
    return fmt::format(R"({{"send":{{"kind":"upload-ack","body":{}}}}})", body);
  };
  EXPECT_EQ(wrong_with_answer(nested(98, '[', ']')), "");
  EXPECT_EQ(fault_of(parse_answer, nested(98, '[', ']')), "none");
  EXPECT_EQ(fault_of(parse_answer, nested(98, '{', '}')), "none");
  constexpr string_view kTooDeep =
      R"(is nested too deep, expected at most 100 lists and objects in one another)";
  for (const std::size_t depth : {99, 1'000'000})
    for (const std::string& line : {nested(depth, '[', ']'), nested(depth, '{', '}')})
      EXPECT_NE(fault_of(parse_answer, line).find(kTooDeep), std::string::npos) << depth;
  const std::string text(200, '[');
  EXPECT_EQ(fault_of(parse_answer, fmt::format(R"({{"a":"\"{}"}})", text)), "none")
      << "what stands in a text is no list";
}

// --- lines that nobody would write

// The seeds of the fuzzer.
std::vector<std::string> seeds() {
  std::vector<fs::path> paths;
  for (const auto& entry :
       fs::directory_iterator(fs::path(TIDEMARK_SOURCE_DIR) / "tests/fuzz/corpus/answer"))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> lines;
  for (const fs::path& path : paths) lines.push_back(content(path));
  return lines;
}

constexpr std::array<string_view, 24> kPieces{
    "null", "true",     "0",      "-1",         "1e999",   "18446744073709551616",
    "\"\"", "[]",       "{}",     "[",          "}",       ",",
    ":",    "\"",       "\\",     "\\u0000",    "\\ud800", "\xff",
    "\xc3", "\"guid\"", "\"o1\"", "\"error\":", "merge",   "\n"};

std::string mutated(std::string line, const std::vector<std::string>& lines, Random& random) {
  const auto place = [&](std::size_t size) {
    return random.below(static_cast<std::uint32_t>(size + 1));
  };
  for (std::uint32_t left = 1 + random.below(4); left > 0; --left) {
    const std::size_t at = place(line.size());
    switch (random.below(6)) {
      case 0:
        line.erase(at, random.below(12));
        break;
      case 1:
        line.insert(at, kPieces[random.below(kPieces.size())]);
        break;
      case 2:
        line.replace(at, random.below(6), kPieces[random.below(kPieces.size())]);
        break;
      case 3:
        line.insert(at, line.substr(place(line.size()), random.below(30)));
        break;
      case 4:
        if (at < line.size()) line[at] = static_cast<char>(random.below(256));
        break;
      default: {
        const std::string& other = lines[random.below(static_cast<std::uint32_t>(lines.size()))];
        line = line.substr(0, at) + other.substr(place(other.size()));
      }
    }
  }
  return line;
}

// Words of one field in the place of another's: of such lines more is read than of torn ones.
std::string with_values_swapped(const std::string& line, Random& random) {
  std::vector<std::size_t> quotes;
  for (std::size_t i = 0; i < line.size(); ++i)
    if (line[i] == '"') quotes.push_back(i);
  const auto words = static_cast<std::uint32_t>(quotes.size() / 2);
  if (words == 0) return line;
  const auto word = [&](std::uint32_t which) {
    return std::pair(quotes[2 * which], quotes[2 * which + 1] - quotes[2 * which] + 1);
  };
  const auto [to, size] = word(random.below(words));
  const auto [from, count] = word(random.below(words));
  std::string swapped = line;
  return swapped.replace(to, size, line.substr(from, count));
}

TEST(JsonLines, WhateverTheLineItIsReadTheSameTwiceOrRefusedSoundly) {
  const std::vector<std::string> lines = seeds();
  ASSERT_GE(lines.size(), 10u);
  std::size_t read = 0, refused = 0;
  for (std::uint64_t index = 0; index < 25'000; ++index) {
    Random random(seed_of(31, index));
    const std::string& seed = lines[random.below(static_cast<std::uint32_t>(lines.size()))];
    const std::string line =
        random.one_in(3) ? with_values_swapped(seed, random) : mutated(seed, lines, random);
    ASSERT_EQ(wrong_with_answer(line), "") << "index " << index << ": " << line;
    ASSERT_EQ(wrong_with_hello(line), "") << "index " << index << ": " << line;
    ++(fault_of(parse_answer, line) == "none" ? read : refused);
  }
  EXPECT_GT(read, 3'000u);
  EXPECT_GT(refused, 3'000u);
}

TEST(JsonLines, TheSeedsOfTheFuzzerAreReadOrSaySoundlyWhyNot) {
  std::size_t answers = 0, hellos = 0;
  for (const std::string& line : seeds()) {
    EXPECT_EQ(wrong_with_answer(line), "") << line;
    EXPECT_EQ(wrong_with_hello(line), "") << line;
    answers += fault_of(parse_answer, line) == "none";
    hellos += fault_of(parse_hello, line) == "none";
  }
  EXPECT_GE(answers, 9u);
  EXPECT_GE(hellos, 2u);
}

}  // namespace
}  // namespace tidemark::core
