#include "sim/trace.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "model/strategy.h"

namespace tidemark::core {
namespace {

using namespace std::string_literals;
using std::string_view;

constexpr std::array<string_view, 3> kInvariants{"convergence", "no-lost-update",
                                                 "no-redundant-transfer"};
constexpr string_view kHead = "tidemark-trace 1\n";
constexpr string_view kFullHead =
    "tidemark-trace 1\nprotocol page\nstrategy server-priority\nclients 2\n";

std::optional<TraceError> parse(string_view text, Trace& trace) {
  return parse_trace(text, kInvariants, trace);
}

Trace parsed(string_view text) {
  Trace trace;
  const auto error = parse(text, trace);
  if (error) ADD_FAILURE() << error->line << ": " << error->message << "\nin\n" << text;
  return trace;
}

Trace with_steps(string_view steps) { return parsed(std::string(kHead).append(steps)); }

std::string printed_steps(string_view steps) {
  return print_trace(with_steps(steps)).substr(kFullHead.size());
}

// The error that the text makes, as `line: message`.
std::string refused(string_view text) {
  Trace trace;
  const auto error = parse(text, trace);
  if (!error) return "accepted";
  EXPECT_EQ(trace, Trace{}) << "an error changes nothing";
  return std::to_string(error->line) + ": " + error->message;
}

std::string refused_step(string_view step) { return refused(std::string(kHead).append(step)); }

#define EXPECT_GIST(error, line, gist)                                                     \
  do {                                                                                     \
    const std::string found = (error);                                                     \
    EXPECT_TRUE(found.starts_with(std::to_string(line) + ": ")) << found;                  \
    EXPECT_NE(found.find(gist), std::string::npos) << found << "\n  should say: " << gist; \
  } while (false)

std::string value_of(string_view step) {
  const Trace trace = with_steps(step);
  return std::string(trace.scenario.text(trace.scenario.steps.at(0).value));
}

// --- What is read ---

TEST(Trace, VersionAloneIsATrace) { EXPECT_EQ(parsed("tidemark-trace 1"), Trace{}); }

TEST(Trace, HeadSaysWhatRuns) {
  const Trace trace = parsed(
      "tidemark-trace 1\nprotocol reference\nset timestamps=carried\nset upload-key-clash=add\n"
      "strategy timestamp-priority\nclients 3\nsettle-rounds 7\nsync C\n");
  EXPECT_EQ(trace.protocol, "reference");
  EXPECT_EQ(trace.options,
            (std::vector<std::string>{"timestamps=carried", "upload-key-clash=add"}));
  Protocol engine = find_protocol("reference")->protocol;
  engine.timestamps = Timestamps::carried;
  engine.upload_key_clash = UploadKeyClash::add;
  EXPECT_EQ(trace.engine, engine);
  EXPECT_EQ(trace.strategy, "timestamp-priority");
  EXPECT_EQ(trace.scenario.clients, 3);
  EXPECT_EQ(trace.scenario.settle_rounds, 7u);
}

TEST(Trace, HeadLinesStandInAnyOrder) {
  EXPECT_EQ(print_trace(parsed("tidemark-trace 1\nsettle-rounds 3\nclients 1\nstrategy "
                               "client-priority\nprotocol guarded\n")),
            "tidemark-trace 1\nprotocol guarded\nstrategy client-priority\nclients 1\n"
            "settle-rounds 3\n");
}

TEST(Trace, OptionEqualToTheProtocolsOwnIsDropped) {
  EXPECT_TRUE(
      parsed("tidemark-trace 1\nprotocol reference\nset timestamps=local\n").options.empty());
  EXPECT_EQ(print_trace(parsed("tidemark-trace 1\nset timestamps=carried\n")), kFullHead);
}

TEST(Trace, OptionsAreKeptInListOrder) {
  EXPECT_EQ(parsed("tidemark-trace 1\nset empty-upload=yes\nset upload-ack-covers=built\n").options,
            (std::vector<std::string>{"upload-ack-covers=built", "empty-upload=yes"}));
}

TEST(Trace, DifferingOptionsMakeTheEngineAgain) {
  const Protocol engine = find_protocol("guarded")->protocol;
  Protocol again = find_protocol("reference")->protocol;
  for (const std::string& option : differing_options(again, engine)) set_option(again, option);
  EXPECT_EQ(again, engine);
}

TEST(Trace, ReadsAStepOfEveryKind) {
  const Scenario scenario = with_steps(
                                "create A o1 pk=room:100,date:2015-05-12 name=x value=\"a b\"\n"
                                "sync A lose=upload-ack\nclock S -3600\nbackup S\n")
                                .scenario;
  ASSERT_EQ(scenario.steps.size(), 4u);
  EXPECT_EQ(scenario.objects, std::vector<std::string>{"o1"});
  EXPECT_EQ(scenario.texts, (std::vector<std::string>{"room:100,date:2015-05-12", "x", "a b"}));
  EXPECT_EQ(scenario.steps[0],
            (Step{StepKind::create, Replica{1}, MessageKind::none, 0, 1, 2, 3, 0}));
  EXPECT_EQ(scenario.steps[1].lose, MessageKind::upload_ack);
  EXPECT_EQ(scenario.steps[2].seconds, -3600);
  EXPECT_EQ(scenario.steps[3].kind, StepKind::backup);
}

TEST(Trace, ObjectsAndTextsAreNumberedByFirstAppearance) {
  const Scenario scenario =
      with_steps("edit A late value=v\ncreate B o1 value=v name=n pk=k\ncreate A late\n").scenario;
  EXPECT_EQ(scenario.objects, (std::vector<std::string>{"late", "o1"}));
  EXPECT_EQ(scenario.texts, (std::vector<std::string>{"v", "k", "n"}));
  EXPECT_EQ(scenario.steps[2].object, 0u);
}

TEST(Trace, LineEndsOfWindowsAndAByteOrderMarkAreAccepted) {
  EXPECT_EQ(parsed("\xEF\xBB\xBFtidemark-trace 1\r\nsync A # why\r\n"),
            parsed("tidemark-trace 1\nsync A # why\n"));
}

TEST(Trace, BlanksAndBlankLinesMeanNothing) {
  EXPECT_EQ(parsed("\n \t\ntidemark-trace \t 1\n\n\tsync   A  \n\n"),
            parsed("tidemark-trace 1\nsync A\n"));
}

TEST(Trace, ExpectLinesMayStandAmongTheSteps) {
  const Trace trace =
      with_steps("expect no-lost-update violated\nsync A\nexpect convergence holds\nsync B\n");
  EXPECT_EQ(trace.expectations,
            (std::vector<Expectation>{{"no-lost-update", false}, {"convergence", true}}));
  EXPECT_EQ(with_steps("expect holds\n").expectations, (std::vector<Expectation>{{"", true}}));
}

TEST(Trace, ClientsBeforeAndBehindTheServersLetterExist) {
  std::string text = "tidemark-trace 1\nclients 25\n";
  for (const char name : "ABCDEFGHIJKLMNOPQRTUVWXYZ"s) text.append("sync ") += name, text += '\n';
  const Trace trace = parsed(text);
  ASSERT_EQ(trace.scenario.steps.size(), 25u);
  EXPECT_EQ(trace.scenario.steps[24].replica, Replica{25});
}

// --- Quoting ---

TEST(Trace, EscapesMeanTheirBytes) {
  EXPECT_EQ(value_of(R"(edit A o1 value="a \"b\" \\ \n\t\x01\xC3\xbc")"),
            "a \"b\" \\ \n\t\x01\xC3\xBC");
  EXPECT_EQ(value_of(R"(edit A o1 value="\x00")"), "\0"s);
}

TEST(Trace, QuotesOnlyWhereNeeded) {
  EXPECT_EQ(printed_steps("edit A o1 value=\"plain=text,für:1\"\n"),
            "edit A o1 value=plain=text,für:1\n");
  for (const string_view value : {R"("a b")", R"("a#b")", R"("a\"b")", R"("a\\b")", R"("a\nb")",
                                  R"("a\tb")", R"("\x7f")", R"("\x00")", R"("\xc2\x85")"}) {
    const std::string step = "edit A o1 value=" + std::string(value) + "\n";
    EXPECT_EQ(printed_steps(step), step);
  }
}

TEST(Trace, HashInsideQuotesIsNoComment) {
  EXPECT_EQ(value_of("edit A o1 value=\"# no comment\" # one"), "# no comment");
}

// --- Comments ---

TEST(Trace, CommentsAreKeptWhereTheyStood) {
  const std::string text =
      "#!/usr/bin/env tidemark\n# story\ntidemark-trace 1 # version\n# base\nprotocol page #\n"
      "#set\nset empty-upload=yes # why\nstrategy server-priority\n# two\nclients 2 # A, B\n"
      "# first\n#\nsync A #\tgo\n#  second \nsync B\n# claim\nexpect holds # all\n# end\n";
  EXPECT_EQ(print_trace(parsed(text)), text);
}

TEST(Trace, CommentsFollowTheirLinesIntoCanonicalOrder) {
  EXPECT_EQ(print_trace(parsed("# top\ntidemark-trace 1\n# c\nclients 2 # cc\n# s\nstrategy "
                               "server-priority\n# e\nexpect holds # ee\n# a\nsync A\n# end")),
            "# top\ntidemark-trace 1\nprotocol page\n# s\nstrategy server-priority\n# c\n"
            "clients 2 # cc\n# a\nsync A\n# e\nexpect holds # ee\n# end\n");
}

TEST(Trace, CommentsOfADroppedOptionGoBeforeTheNextLine) {
  const std::string text = print_trace(
      parsed("tidemark-trace 1\n# a\nset empty-upload=no # b\n# c\nset server-check=base\n"
             "set timestamps=carried # d\n"));
  EXPECT_EQ(text,
            "tidemark-trace 1\nprotocol page\n# d\n# a\n# b\n# c\nset server-check=base\n"
            "strategy server-priority\nclients 2\n");
  EXPECT_EQ(print_trace(parsed(text)), text);
}

TEST(Trace, CommentsOfNoLineAreStillPrinted) {
  Trace trace;
  trace.comments = {{TraceLine::step, 9, true, "b"}, {TraceLine::version, 0, false, "a"}};
  EXPECT_EQ(print_trace(trace), "#a\n" + std::string(kFullHead) + "#b\n");
}

// --- Round trips ---

TEST(Trace, RoundTripsEveryStep) {
  for (const StepRow& row : kStepRows) {
    std::string step = std::string(row.name) + (row.takes(StepPart::client) ? " B" : " S");
    if (row.takes(StepPart::object)) step += " o-1";
    if (row.kind == StepKind::clock) step += " +3600";
    if (row.takes(StepPart::key)) step += " pk=room:100 name=\"a name\"";
    if (row.takes(StepPart::value)) step += " value=v";
    if (row.takes(StepPart::lose)) step += " lose=download-reply";
    const Trace trace = with_steps(step);
    ASSERT_EQ(trace.scenario.steps.size(), 1u);
    EXPECT_EQ(trace.scenario.steps[0].kind, row.kind);
    EXPECT_EQ(print_step(trace.scenario, trace.scenario.steps[0]), step);
    EXPECT_EQ(parsed(print_trace(trace)), trace);
  }
}

TEST(Trace, CanonicalScenarioIsTheOneThatIsParsed) {
  Trace trace;
  trace.scenario.objects = {"unused", "o2", "o1"};
  trace.scenario.texts = {"unused", "x", "y"};
  trace.scenario.steps = {
      Step{.kind = StepKind::edit, .replica = kServer, .object = 2, .value = 3},
      Step{.kind = StepKind::edit, .replica = kServer, .object = 1, .value = 2}};
  const Scenario scenario = compacted(trace.scenario);
  EXPECT_EQ(scenario.objects, (std::vector<std::string>{"o1", "o2"}));
  EXPECT_EQ(scenario.texts, (std::vector<std::string>{"y", "x"}));
  EXPECT_EQ(parsed(print_trace(trace)).scenario, scenario);
  EXPECT_EQ(compacted(scenario), scenario);
}

// Chooses by a seed; what is chosen is the same on every machine.
class Chooser {
 public:
  explicit Chooser(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t bound) {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t mixed = (state_ ^ (state_ >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return static_cast<std::size_t>((mixed ^ (mixed >> 31)) % bound);
  }
  bool coin() { return below(2) == 0; }
  template <class Range>
  const auto& of(const Range& range) {
    return range[below(range.size())];
  }
  std::string text() {
    const std::array<string_view, 14> pieces{"a",        "=",    " ",  "\"",   "\\",
                                             "#",        "\n",   "\t", "\x01", "\xC2\x85",
                                             "\xC3\xBC", "\x7F", "x",  ":"};
    std::string text(1, 'v');
    for (std::size_t i = below(5); i > 0; --i) text.append(of(pieces));
    return coin() ? text : text.substr(1) + "z";
  }

 private:
  std::uint64_t state_;
};

Step any_step(Chooser& choose, Scenario& scenario) {
  const StepRow& row = choose.of(kStepRows);
  Step step{.kind = row.kind};
  const bool server =
      !row.takes(StepPart::client) || (row.takes(StepPart::server) && choose.coin());
  if (!server) step.replica.number = static_cast<std::uint8_t>(1 + choose.below(scenario.clients));
  if (row.takes(StepPart::object))
    step.object = static_cast<std::uint32_t>(choose.below(scenario.objects.size()));
  if (row.takes(StepPart::key) && choose.coin()) step.pk = scenario.intern(choose.text());
  if (row.takes(StepPart::key) && choose.coin()) step.name = scenario.intern(choose.text());
  if (row.takes(StepPart::value) && choose.coin()) step.value = scenario.intern(choose.text());
  if (row.takes(StepPart::lose)) step.lose = static_cast<MessageKind>(choose.below(5));
  if (row.kind == StepKind::clock)
    step.seconds = static_cast<std::int64_t>(choose.below(2'000'000'000'001)) - kMaxClockSeconds;
  return step;
}

void add_comments(Chooser& choose, TraceLine line, std::size_t place, Trace& trace) {
  const std::array<string_view, 5> texts{"", " why", "#", "\t\"x ", " für \\"};
  while (choose.below(4) == 0)
    trace.comments.push_back({line, place, false, std::string(choose.of(texts))});
  if (choose.below(4) == 0)
    trace.comments.push_back({line, place, true, std::string(choose.of(texts))});
}

void choose_engine(Chooser& choose, Trace& trace) {
  const NamedProtocol& base = choose.of(named_protocols());
  trace.protocol = base.name;
  trace.engine = base.protocol;
  const bool has_options = base.protocol.algorithm == Algorithm::appsync;
  for (const ProtocolOption& option : protocol_options())
    if (has_options && choose.below(3) == 0)
      option.set(trace.engine, static_cast<int>(choose.below(2)));
  trace.options = differing_options(base.protocol, trace.engine);
  trace.strategy = choose.of(built_in_strategies()).name;
}

void comment_options(Chooser& choose, Trace& trace) {
  for (std::size_t i = 0; i < protocol_options().size(); ++i)
    for (const std::string& option : trace.options)
      if (option.starts_with(std::string(protocol_options()[i].key) + "="))
        add_comments(choose, TraceLine::option, i, trace);
}

void comment_lines(Chooser& choose, Trace& trace) {
  add_comments(choose, TraceLine::version, 0, trace);
  add_comments(choose, TraceLine::protocol, 0, trace);
  comment_options(choose, trace);
  add_comments(choose, TraceLine::strategy, 0, trace);
  add_comments(choose, TraceLine::clients, 0, trace);
  if (trace.scenario.settle_rounds) add_comments(choose, TraceLine::settle_rounds, 0, trace);
  for (std::size_t i = 0; i < trace.scenario.steps.size(); ++i)
    add_comments(choose, TraceLine::step, i, trace);
  for (std::size_t i = 0; i < trace.expectations.size(); ++i)
    add_comments(choose, TraceLine::expect, i, trace);
  trace.comments.push_back({TraceLine::expect, trace.expectations.size(), false, " end"});
}

Trace any_trace(std::uint64_t seed) {
  Chooser choose(seed);
  Trace trace;
  choose_engine(choose, trace);
  trace.scenario.clients = static_cast<std::uint8_t>(1 + choose.below(kMaxClients));
  if (choose.coin()) trace.scenario.settle_rounds = 1 + choose.below(kMaxSettleRounds);
  trace.scenario.objects = {"o1", "_", "O-2", std::string(kMaxLabelCharacters, 'x')};
  for (std::size_t i = choose.below(12); i > 0; --i)
    trace.scenario.steps.push_back(any_step(choose, trace.scenario));
  trace.scenario = compacted(trace.scenario);
  for (const string_view invariant : kInvariants)
    if (choose.coin()) trace.expectations.push_back({std::string(invariant), choose.coin()});
  comment_lines(choose, trace);
  return trace;
}

RC_GTEST_PROP(TraceProperty, ParsingWhatWasPrintedGivesTheSameTrace, (std::uint64_t seed)) {
  const Trace trace = any_trace(seed);
  const std::string text = print_trace(trace);
  Trace again;
  const auto error = parse(text, again);
  if (error) RC_FAIL(std::to_string(error->line) + ": " + error->message + "\n" + text);
  RC_ASSERT(again == trace);
  RC_ASSERT(print_trace(again) == text);
}

bool is_sound(const TraceError& error, string_view text) {
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  const bool clean = std::all_of(error.message.begin(), error.message.end(), [](char character) {
    return static_cast<unsigned char>(character) >= 0x20 && character != 0x7F;
  });
  return clean && error.line >= 1 && error.line <= lines && error.message.size() < 900 &&
         error.message.find("expected") != std::string::npos;
}

RC_GTEST_PROP(TraceProperty, DamagedTextIsRefusedCleanlyOrRoundTrips, (std::uint64_t seed)) {
  Chooser choose(seed);
  std::string text = print_trace(any_trace(seed));
  for (std::size_t i = 1 + choose.below(3); i > 0; --i)
    text[choose.below(text.size())] =
        choose.coin() ? choose.of(text) : choose.of("\0\r\n\t\" =#\\\xFF"s);
  Trace trace;
  const auto error = parse(text, trace);
  if (error) {
    RC_ASSERT(is_sound(*error, text));
    return;
  }
  Trace again;
  RC_ASSERT(!parse(print_trace(trace), again));
  RC_ASSERT(again == trace);
}

// --- The documentation ---

std::string read_file(const std::string& path) {
  std::ifstream file(std::string(TIDEMARK_SOURCE_DIR "/") + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(TraceFormat, EveryExampleIsRead) {
  const std::string text = read_file("docs/TRACE_FORMAT.md");
  const std::string fence = "```\n";
  std::size_t examples = 0;
  for (auto at = text.find(fence + "tidemark-trace"); at != std::string::npos;
       at = text.find(fence + "tidemark-trace", at + 1), ++examples) {
    const std::size_t begin = at + fence.size();
    EXPECT_FALSE(parsed(text.substr(begin, text.find(fence, begin) - begin)).expectations.empty());
  }
  EXPECT_EQ(examples, 2u);
}

TEST(TraceFormat, NamesEveryStep) {
  const std::string text = read_file("docs/TRACE_FORMAT.md");
  for (const StepRow& row : kStepRows)
    EXPECT_NE(text.find("| `" + std::string(row.name) + " "), std::string::npos) << row.name;
}

TEST(TraceFormat, SeedsOfTheFuzzerAreRead) {
  for (const string_view seed :
       {"version_only", "every_step", "whole_head", "comments", "quotes", "windows", "lost_ack"}) {
    const Trace trace =
        parsed(read_file("tests/fuzz/corpus/trace/" + std::string(seed) + ".trace"));
    EXPECT_EQ(parsed(print_trace(trace)), trace);
  }
}

// --- Errors of the head ---

TEST(Trace, RefusesATextWithoutAVersion) {
  EXPECT_GIST(refused(""), 1, "the trace is empty, expected 'tidemark-trace 1'");
  EXPECT_GIST(refused("# only\n# comments\n"), 2, "the trace is empty");
  EXPECT_GIST(refused("\n\nsync A\n"), 3, "expected 'tidemark-trace 1', found 'sync'");
}

TEST(Trace, RefusesAnUnknownVersion) {
  EXPECT_EQ(refused("tidemark-trace 2\n"), "1: trace version 2 is not known, expected 1");
  EXPECT_GIST(refused("tidemark-trace 01\n"), 1, "trace version 01 is not known");
  EXPECT_GIST(refused("# x\ntidemark-trace\n"), 2, "expected 'tidemark-trace 1'");
}

TEST(Trace, RefusesUnknownNamesInTheHead) {
  EXPECT_GIST(refused("tidemark-trace 1\nprotocol pag\n"), 2,
              "unknown protocol 'pag', expected one of: page, reference, guarded");
  EXPECT_GIST(refused("tidemark-trace 1\nstrategy mine\n"), 2,
              "unknown strategy 'mine', expected one of: server-priority, client-priority");
  EXPECT_GIST(refused("tidemark-trace 1\nset colour=red\n"), 2,
              "unknown protocol option 'colour', expected");
  EXPECT_GIST(refused("tidemark-trace 1\nset timestamps=lokal\n"), 2,
              "'lokal' is no value of timestamps, expected one of: carried, local");
  EXPECT_GIST(refused("tidemark-trace 1\nset timestamps\n"), 2, "expected KEY=VALUE");
}

TEST(Trace, RefusesNumbersOutOfRange) {
  for (const string_view clients : {"0", "26", "-1", "+1", "2.5", "two", "99999999999999999999"})
    EXPECT_GIST(refused("tidemark-trace 1\nclients " + std::string(clients)), 2,
                "expected 1 to 25");
  for (const string_view rounds : {"0", "1000001", "many"})
    EXPECT_GIST(refused("tidemark-trace 1\nsettle-rounds " + std::string(rounds)), 2,
                "expected 1 to 1000000");
}

TEST(Trace, RefusesAHeadLineGivenTwice) {
  EXPECT_GIST(refused("tidemark-trace 1\nclients 2\nclients 2\n"), 3,
              "'clients' is given twice, expected it once (line 2)");
  EXPECT_GIST(refused("tidemark-trace 1\ntidemark-trace 1\n"), 2, "is given twice");
  EXPECT_GIST(refused("tidemark-trace 1\nset timestamps=local\n\nset timestamps=carried\n"), 4,
              "'timestamps' is given twice, expected it once (line 2)");
}

TEST(Trace, RefusesAHeadLineAfterTheHead) {
  EXPECT_GIST(refused("tidemark-trace 1\nsync A\nsync B\nclients 2\n"), 4,
              "'clients' after the head, expected before the first step or expect line (line 2)");
  EXPECT_GIST(refused("tidemark-trace 1\nexpect holds\nprotocol page\n"), 3, "after the head");
}

TEST(Trace, RefusesAProtocolAfterASet) {
  EXPECT_GIST(refused("tidemark-trace 1\nset timestamps=local\nprotocol page\n"), 3,
              "'protocol' after a 'set', expected before it (line 2)");
}

TEST(Trace, RefusesAHeadLineWithMoreOrLessThanOneArgument) {
  EXPECT_GIST(refused("tidemark-trace 1\nprotocol\n"), 2, "expected 'protocol NAME'");
  EXPECT_GIST(refused("tidemark-trace 1\nset timestamps = local\n"), 2, "expected 'set KEY=VALUE'");
}

// --- Errors of the steps ---

TEST(Trace, RefusesAnUnknownStepAndNamesTheNearest) {
  EXPECT_GIST(refused_step("sync A\nsnyc A\n"), 3,
              "unknown step 'snyc', did you mean 'sync'? expected one of: create, edit, delete");
  EXPECT_GIST(refused_step("fullsync A"), 2, "did you mean 'full-sync'?");
  EXPECT_GIST(refused_step("protcol page"), 2, "did you mean 'protocol'?");
  EXPECT_GIST(refused_step("teleport A"), 2, "unknown step 'teleport', expected one of: create");
  EXPECT_GIST(refused_step("SYNC A"), 2, "unknown step 'SYNC'");
}

TEST(Trace, RefusesAReplicaThatTheStepCannotTake) {
  EXPECT_EQ(refused_step("sync C"), "2: client C does not exist, expected A or B (clients 2)");
  EXPECT_GIST(refused_step("edit C o1"), 2, "expected A or B (clients 2), or S");
  EXPECT_GIST(refused("tidemark-trace 1\nclients 1\nsync B"), 3, "expected A (clients 1)");
  EXPECT_GIST(refused("tidemark-trace 1\nclients 24\nsync Z"), 3, "expected A to Y but S");
  EXPECT_GIST(refused_step("sync S"), 2, "'sync' is no step of the server, expected A or B");
  EXPECT_GIST(refused_step("backup A"), 2, "'backup' is no step of a client, expected S");
  EXPECT_GIST(refused_step("sync a"), 2, "'a' is no replica, expected A or B");
  EXPECT_GIST(refused_step("sync"), 2, "'sync' ends too early, expected A or B");
}

TEST(Trace, RefusesWhatIsNoLabel) {
  EXPECT_GIST(refused_step("create A"), 2, "expected the label of an object");
  for (const std::string& label : {"1o"s, "-o"s, "o.1"s, "ö"s, "value=x"s, std::string(65, 'o')})
    EXPECT_GIST(refused_step("create A " + label), 2, "is no label of an object, expected");
  EXPECT_EQ(refused_step("create A " + std::string(64, 'o')), "accepted"s);
}

TEST(Trace, RefusesAttributesThatTheStepDoesNotTake) {
  EXPECT_GIST(refused_step("edit A o1 pk=x"), 2, "'edit' takes no 'pk=x', expected value=");
  EXPECT_GIST(refused_step("create A o1 lose=x"), 2, "expected pk=, name=, value=");
  EXPECT_GIST(refused_step("delete A o1 value=x"), 2, "expected the end of the line");
  EXPECT_GIST(refused_step("sync A B"), 2, "'sync' takes no 'B', expected lose=");
  EXPECT_GIST(refused_step("edit A o1 value=a value=b"), 2, "'value=' is given twice");
  EXPECT_GIST(refused_step("sync A lose=everything"), 2, "expected lose= one of: download-request");
  EXPECT_GIST(refused_step("sync A lose=none"), 2, "expected lose= one of: download-request");
}

TEST(Trace, RefusesEmptyTexts) {
  EXPECT_GIST(refused_step("edit A o1 value="), 2, "'value=' is empty, expected a text");
  EXPECT_GIST(refused_step("edit A o1 value=\"\""), 2, "'value=' is empty, expected a text");
  EXPECT_GIST(refused_step("create A o1 pk=\"\""), 2, "'pk=' is empty");
}

TEST(Trace, RefusesAReservedKey) {
  EXPECT_GIST(refused_step("create A o1 pk=object:o2"), 2, "'object:' is reserved");
  EXPECT_GIST(refused_step("create A o1 pk=\"\\x6fbject:\""), 2, "'object:' is reserved");
  EXPECT_EQ(refused_step("create A o1 pk=objects:1"), "accepted");
  EXPECT_EQ(refused_step("create A o1 name=object:o2"), "accepted");
}

TEST(Trace, RefusesJumpsThatAreNoneOrTooFar) {
  for (const string_view jump :
       {"3600", "+", "+-1", "1h", "+1000000000001", "-1000000000001", "+99999999999999999999999"})
    EXPECT_GIST(refused_step("clock A " + std::string(jump)), 2, "is no jump of a clock, expected");
  EXPECT_GIST(refused_step("clock A"), 2, "expected seconds with a sign");
  EXPECT_EQ(printed_steps("clock A -1000000000000\nclock S +1000000000000\nclock A -0\n"),
            "clock A -1000000000000\nclock S +1000000000000\nclock A +0\n");
}

TEST(Trace, RefusesQuotesInTheWrongPlace) {
  EXPECT_GIST(refused_step("edit A o1 value=\"open"), 2, "not closed, expected '\"'");
  EXPECT_GIST(refused_step("edit A o1 value=\"open\\\""), 2, "not closed, expected '\"'");
  EXPECT_GIST(refused_step("edit A o1 value=\"open\\"), 2, "not closed, expected '\"'");
  EXPECT_GIST(refused_step("edit A o1 value=\"a\"b"), 2, "right behind a closing quote");
  EXPECT_GIST(refused_step("edit A o1 value=a\"b\""), 2, "inside a word, expected quotes around");
  EXPECT_GIST(refused_step("edit A \"o1\""), 2, "inside a word, expected quotes around");
  EXPECT_GIST(refused_step("edit A o1 value=a\\nb"), 2, "'\\' outside quotes");
  EXPECT_GIST(refused_step("edit A o1 value=a#b"), 2, "a '#' inside a word");
  EXPECT_GIST(refused_step("sync A#b"), 2, "expected a blank before a comment");
}

TEST(Trace, RefusesEscapesThatMeanNothing) {
  EXPECT_GIST(refused_step(R"(edit A o1 value="\q")"), 2, "an unknown escape, expected one of");
  for (const string_view value : {R"("\x")", R"("\x1")", R"("\xg0")", R"("\x1 ")"})
    EXPECT_GIST(refused_step("edit A o1 value=" + std::string(value)), 2, "expected \\xNN");
  EXPECT_GIST(refused_step(R"(edit A o1 value="\xff")"), 2, "no valid UTF-8, expected UTF-8");
  EXPECT_GIST(refused_step("edit A o1 value=\"a\tb\""), 2, "a tab inside quotes, expected \\t");
  EXPECT_GIST(refused("x=\"\\\t\""), 1, "a tab inside quotes, expected \\t");
}

TEST(Trace, RefusesAnExpectLineThatSaysNothing) {
  for (const string_view line : {"expect", "expect violated", "expect no-lost-update",
                                 "expect no-lost-update broken", "expect convergence holds now"})
    EXPECT_GIST(refused_step(line), 2, "expected 'expect INVARIANT violated'");
  EXPECT_GIST(refused_step("expect no-lost-updates holds"), 2,
              "unknown invariant 'no-lost-updates', expected one of: convergence, no-lost-update");
}

TEST(Trace, RefusesExpectLinesThatCannotGoTogether) {
  EXPECT_GIST(refused_step("expect convergence holds\nexpect convergence violated"), 3,
              "a second expect line of convergence, expected one");
  EXPECT_GIST(refused_step("expect holds\nexpect holds"), 3, "of all invariants, expected one");
  EXPECT_GIST(refused_step("expect holds\nexpect convergence violated"), 3, "one or the other");
  EXPECT_GIST(refused_step("expect convergence violated\nexpect holds"), 3, "one or the other");
  EXPECT_EQ(refused_step("expect convergence holds\nexpect holds"), "accepted");
}

// --- Bytes and limits ---

TEST(Trace, RefusesControlCharactersWithTheirLine) {
  EXPECT_GIST(refused_step("sync A\nsync\0A\n"s), 3, "control character U+0000 at byte 5");
  EXPECT_GIST(refused_step("sync A # \x1B[2J"), 2, "control character U+001B at byte 10");
  EXPECT_GIST(refused_step("sync A\rsync B\n"), 2, "control character U+000D at byte 7");
  EXPECT_GIST(refused_step("sync A\x7F"), 2, "control character U+007F");
  EXPECT_GIST(refused_step("# \xC2\x9B"), 2, "control character U+009B at byte 3");
  EXPECT_EQ(refused_step("# \xC2\xA0"), "accepted");
}

TEST(Trace, RefusesInvalidUtf8WithItsLine) {
  for (const string_view bytes :
       {"\xFF", "\x80", "\xC3", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
        "\xE2\x82x", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80"})
    EXPECT_GIST(refused_step("sync A\n#" + std::string(bytes)), 3, "byte 2 is no valid UTF-8");
  for (const string_view bytes : {"\xC3\xBC", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEF\xBF\xBF",
                                  "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
    EXPECT_EQ(refused_step("#" + std::string(bytes)), "accepted");
}

TEST(Trace, LineMayHave4096BytesAndNoMore) {
  EXPECT_EQ(refused_step("#" + std::string(4095, 'x') + "\r\n"), "accepted");
  EXPECT_GIST(refused_step("#\n#" + std::string(4096, 'x')), 3,
              "the line has 4097 bytes, expected at most 4096");
}

TEST(Trace, TextMayHave8MebibytesAndNoMore) {
  std::string text(kHead);
  text.append(kMaxTraceBytes - text.size(), '\n');
  EXPECT_EQ(refused(text), "accepted");
  EXPECT_GIST(refused(text + "\n"), 1, "the trace has 8388609 bytes, expected at most 8388608");
}

TEST(Trace, TenMegabytesOfNoiseAreRefused) {
  Chooser choose(1);
  std::string noise(10'000'000, ' ');
  for (char& byte : noise) byte = static_cast<char>(choose.below(256));
  EXPECT_GIST(refused(noise), 1, "expected at most");
  noise.resize(kMaxTraceBytes);
  EXPECT_NE(refused(noise), "accepted");
}

TEST(Trace, ManyDifferentTextsAreRead) {
  std::string text(kHead);
  for (std::size_t i = 0; text.size() < kMaxTraceBytes - 40; ++i)
    text.append("edit A o").append(std::to_string(i)).append(" value=").append(std::to_string(i)) +=
        '\n';
  EXPECT_GT(parsed(text).scenario.texts.size(), 250'000u);
}

TEST(Trace, MessagesShowLittleOfWhatTheUserWrote) {
  const std::string word(4000, 'x');
  const std::string cut = std::string(60, 'x') + "…'";
  for (const string_view line :
       {"", "protocol ", "strategy ", "set ", "set timestamps=", "clients ", "sync ", "create A ",
        "sync A ", "clock A ", "expect "}) {
    const bool expects = line == "expect ";
    const std::string error = refused_step(std::string(line) + word + (expects ? " holds" : ""));
    EXPECT_GIST(error, 2, "…");
    EXPECT_LT(error.size(), 500u) << error;
  }
  EXPECT_GIST(refused_step(word), 2, cut);
}

}  // namespace
}  // namespace tidemark::core
