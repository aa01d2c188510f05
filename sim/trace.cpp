#include "sim/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>
#include <utility>

#include "model/strategy.h"
#include "sim/interner.h"
#include "sim/trace_words.h"

namespace tidemark::core {
namespace {

using std::string_view;

constexpr string_view kVersionWord = "tidemark-trace";
constexpr string_view kByteOrderMark = "\xEF\xBB\xBF";

// What stands behind the words of a step: its texts, and the message that is lost.
constexpr std::size_t kLose = kStepTexts.size();
constexpr std::size_t kAttributes = kLose + 1;

string_view attribute_name(std::size_t attribute) {
  return attribute == kLose ? "lose" : kStepTexts[attribute].name;
}
bool takes(const StepRow& row, std::size_t attribute) {
  return row.takes(attribute == kLose ? StepPart::lose : kStepTexts[attribute].part);
}

// --- Lists for messages ---

template <class Range, class Name>
std::string list(const Range& range, Name name) {
  std::string text;
  for (const auto& element : range) {
    if (!text.empty()) text.append(", ");
    text.append(name(element));
  }
  return text;
}

template <class Range>
std::string names(const Range& range) {
  return list(range, [](const auto& named) { return named.name; });
}

std::string client_names(std::uint8_t clients) {
  const char last = replica_name(Replica{clients});
  const string_view range = clients == 1 ? "A" : clients == 2 ? "A or " : "A to ";
  return fmt::format("{}{}{} (clients {})", range, clients == 1 ? "" : string_view(&last, 1),
                     last > 'S' ? " but S" : "", clients);
}

std::string replica_names(const StepRow& row, std::uint8_t clients) {
  if (!row.takes(StepPart::client)) return "S";
  return client_names(clients) + (row.takes(StepPart::server) ? ", or S" : "");
}

std::string attribute_names(const StepRow& row) {
  std::string text;
  for (std::size_t i = 0; i < kAttributes; ++i)
    if (takes(row, i)) text.append(text.empty() ? "" : ", ").append(attribute_name(i)).append("=");
  return text.empty() ? "the end of the line" : text;
}

// --- Words and numbers ---

template <class Number>
std::optional<Number> read_number(string_view word, Number low, Number high) {
  Number number{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  if (number < low || number > high) return std::nullopt;
  return number;
}

bool is_letter(char character) {
  return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z');
}
bool may_begin_label(char character) { return is_letter(character) || character == '_'; }
bool may_continue_label(char character) {
  return may_begin_label(character) || (character >= '0' && character <= '9') || character == '-';
}
bool is_label(string_view word) {
  return !word.empty() && word.size() <= kMaxLabelCharacters && may_begin_label(word[0]) &&
         std::all_of(word.begin(), word.end(), may_continue_label);
}

std::size_t option_place(string_view assignment) {
  const string_view key = assignment.substr(0, assignment.find('='));
  const auto options = protocol_options();
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const ProtocolOption& option) { return option.key == key; });
  return static_cast<std::size_t>(found - options.begin());
}

// Takes the first line off the text, and its end, LF or CR LF, off the line.
string_view take_line(string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Where a comment is printed; those of one place stay in the order in which they came.
using CommentKey = std::tuple<TraceLine, std::size_t, bool>;
CommentKey key(const Comment& comment) { return {comment.line, comment.place, comment.behind}; }
void sort_comments(std::vector<Comment>& comments) {
  std::stable_sort(comments.begin(), comments.end(), [](const Comment& left, const Comment& right) {
    return key(left) < key(right);
  });
}

// --- Reading ---

struct Anchor {
  TraceLine line = TraceLine::step;
  std::size_t place = 0;
  friend auto operator<=>(const Anchor&, const Anchor&) = default;
};

// Reads line by line; every function refuses what is wrong by throwing a Refusal.
class Reader {
 public:
  Reader(std::span<const string_view> invariants, bool own_strategies)
      : invariants_(invariants), own_strategies_(own_strategies) {}

  void read(string_view line, std::size_t number);
  Trace finish();

 private:
  struct HeadGrammar {
    TraceLine line;
    string_view name;
    string_view usage;
    void (Reader::*read)(string_view argument);
  };
  static const std::array<HeadGrammar, 8> kHead;

  Anchor read_words();
  Anchor read_head(const HeadGrammar& head);
  Anchor read_step();
  Anchor read_expect();

  void read_version(string_view argument);
  void read_protocol(string_view argument);
  void read_engine(string_view argument);
  void check_first(string_view word) const;
  void read_option(string_view argument);
  void read_mutant(string_view argument);
  void read_strategy(string_view argument);
  void read_clients(string_view argument);
  void read_settle_rounds(string_view argument);

  const StepRow& find_step() const;
  [[noreturn]] void refuse_unknown_step() const;
  string_view next_word(const StepRow& row, string_view what);
  Replica read_replica(const StepRow& row);
  std::uint32_t read_object(const StepRow& row);
  std::int64_t read_seconds(const StepRow& row);
  void read_attributes(const StepRow& row, Step& step);
  void read_attribute(const StepRow& row, string_view word);

  void check_expectation(const Expectation& expectation) const;
  void keep_comments(Anchor anchor);
  void move_comments_of_dropped_options();

  const std::span<const string_view> invariants_;
  const bool own_strategies_;
  Trace trace_;
  Interner objects_;
  Interner texts_;
  Words words_;
  std::size_t next_ = 0;                        // the word of the step that is read next
  std::array<std::string, kAttributes> given_;  // the attributes of the step; empty: none
  std::vector<std::string> waiting_;            // comments whose line has not come yet
  std::map<Anchor, std::size_t> head_lines_;    // where each line of the head was
  std::size_t number_ = 0;                      // of the line that is read
  std::size_t body_begin_ = 0;                  // number of the first step or expect line
};

constexpr std::array<Reader::HeadGrammar, 8> Reader::kHead{{
    {TraceLine::version, kVersionWord, "tidemark-trace 1", &Reader::read_version},
    {TraceLine::protocol, "protocol", "protocol NAME", &Reader::read_protocol},
    {TraceLine::protocol, "engine", "engine NAME", &Reader::read_engine},
    {TraceLine::option, "set", "set KEY=VALUE", &Reader::read_option},
    {TraceLine::mutant, "mutate", "mutate NAME", &Reader::read_mutant},
    {TraceLine::strategy, "strategy", "strategy NAME", &Reader::read_strategy},
    {TraceLine::clients, "clients", "clients N", &Reader::read_clients},
    {TraceLine::settle_rounds, "settle-rounds", "settle-rounds N", &Reader::read_settle_rounds},
}};

void Reader::read(string_view line, std::size_t number) {
  number_ = number;
  check_bytes(line);
  split_line(line, words_);
  if (!words_.words.empty()) return keep_comments(read_words());
  if (words_.comment) waiting_.emplace_back(*words_.comment);
}

Trace Reader::finish() {
  if (head_lines_.empty()) refuse("the trace is empty, expected 'tidemark-trace 1'");
  words_.comment.reset();
  keep_comments({TraceLine::expect, trace_.expectations.size()});
  if (!trace_.is_foreign)
    trace_.options = differing_options(find_protocol(trace_.protocol)->protocol, trace_.engine);
  sort_comments(trace_.comments);
  move_comments_of_dropped_options();
  trace_.scenario.objects = objects_.take();
  trace_.scenario.texts = texts_.take();
  return std::move(trace_);
}

void Reader::keep_comments(Anchor anchor) {
  for (std::string& text : waiting_)
    trace_.comments.push_back({anchor.line, anchor.place, false, std::move(text)});
  waiting_.clear();
  if (words_.comment)
    trace_.comments.push_back({anchor.line, anchor.place, true, std::string(*words_.comment)});
}

// An option that is the protocol's own is not printed; its comments go before the next line.
void Reader::move_comments_of_dropped_options() {
  std::vector<std::size_t> printed;
  for (const std::string& option : trace_.options) printed.push_back(option_place(option));
  for (Comment& comment : trace_.comments) {
    if (comment.line != TraceLine::option) continue;
    const auto next = std::lower_bound(printed.begin(), printed.end(), comment.place);
    if (next != printed.end() && *next == comment.place) continue;
    comment.behind = false;
    comment.line = next == printed.end() ? TraceLine::strategy : TraceLine::option;
    comment.place = next == printed.end() ? 0 : *next;
  }
}

Anchor Reader::read_words() {
  const string_view word = words_.words[0];
  if (head_lines_.empty() && word != kVersionWord)
    refuse("a trace begins with its version, expected 'tidemark-trace 1', found '{}'",
           excerpt(word));
  for (const HeadGrammar& head : kHead)
    if (head.name == word) return read_head(head);
  const Anchor anchor = word == "expect" ? read_expect() : read_step();
  if (body_begin_ == 0) body_begin_ = number_;
  return anchor;
}

Anchor Reader::read_head(const HeadGrammar& head) {
  if (body_begin_ != 0)
    refuse("'{}' after the head, expected before the first step or expect line (line {})",
           head.name, body_begin_);
  if (words_.words.size() != 2)
    refuse("'{}' takes one argument, expected '{}'", head.name, head.usage);
  const string_view argument = words_.words[1];
  (this->*head.read)(argument);
  const Anchor anchor{head.line, head.line == TraceLine::option ? option_place(argument) : 0};
  const auto [first, is_new] = head_lines_.emplace(anchor, number_);
  if (!is_new)
    refuse("'{}' is given twice, expected it once (line {})",
           head.line == TraceLine::option ? excerpt(argument.substr(0, argument.find('=')))
                                          : std::string(head.name),
           first->second);
  return anchor;
}

void Reader::read_version(string_view argument) {
  if (argument != std::to_string(kTraceVersion))
    refuse("trace version {} is not known, expected {}", excerpt(argument), kTraceVersion);
}

void Reader::read_protocol(string_view argument) {
  const NamedProtocol* named = find_protocol(argument);
  if (named == nullptr)
    refuse("unknown protocol '{}', expected one of: {}", excerpt(argument),
           names(named_protocols()));
  check_first("protocol");
  trace_.protocol = argument;
  trace_.engine = named->protocol;
}

// An engine has a strategy of its own, unless the trace names one.
void Reader::read_engine(string_view argument) {
  if (!is_engine_name(argument))
    refuse("'{}' is no name of an engine, expected letters, digits, '.', '_' and '-', at most {}",
           excerpt(argument), kMaxLabelCharacters);
  check_first("engine");
  for (const auto& [anchor, number] : head_lines_)
    if (anchor.line == TraceLine::strategy)
      refuse("'engine' after a 'strategy', expected before it (line {})", number);
  trace_.protocol = argument;
  trace_.is_foreign = true;
  trace_.strategy = kOwnStrategy;
}

void Reader::check_first(string_view word) const {
  for (const auto& [anchor, number] : head_lines_)
    if (anchor.line == TraceLine::option || anchor.line == TraceLine::mutant)
      refuse("'{}' after a '{}', expected before it (line {})", word,
             anchor.line == TraceLine::option ? "set" : "mutate", number);
}

void Reader::read_option(string_view argument) {
  if (trace_.is_foreign)
    refuse("'set' of the engine '{}', expected it of a protocol", trace_.protocol);
  // An assignment that is too long to show is no option either when it is cut.
  const std::string problem = set_option(trace_.engine, excerpt(argument));
  if (!problem.empty()) refuse("{}", problem);
}

void Reader::read_mutant(string_view argument) {
  const NamedMutant* named = find_mutant(argument);
  if (named == nullptr)
    refuse("unknown mutant '{}', expected one of those that 'tidemark list mutants' shows",
           excerpt(argument));
  if (trace_.protocol != named->protocol)
    refuse("mutant '{}' is planted on {}, expected 'protocol {}' before it", named->name,
           named->protocol, named->protocol);
  trace_.engine.mutant = named->mutant;
}

void Reader::read_strategy(string_view argument) {
  const bool is_own =
      trace_.is_foreign ? argument == kOwnStrategy : own_strategies_ && is_engine_name(argument);
  if (find_strategy(argument) == nullptr && !is_own)
    refuse(
        "unknown strategy '{}', expected one of: {}; one of your own is replayed by "
        "tidemark::replays()",
        excerpt(argument), names(built_in_strategies()));
  trace_.strategy = argument;
}

void Reader::read_clients(string_view argument) {
  const auto clients = read_number<std::uint8_t>(argument, 1, kMaxClients);
  if (!clients) refuse("'{}' clients, expected 1 to {}", excerpt(argument), kMaxClients);
  trace_.scenario.clients = *clients;
}

void Reader::read_settle_rounds(string_view argument) {
  const auto rounds = read_number<std::uint32_t>(argument, 1, kMaxSettleRounds);
  if (!rounds)
    refuse("'{}' rounds of settle, expected 1 to {}", excerpt(argument), kMaxSettleRounds);
  trace_.scenario.settle_rounds = rounds;
}

Anchor Reader::read_step() {
  const StepRow& row = find_step();
  Step step{.kind = row.kind};
  next_ = 1;
  step.replica = read_replica(row);
  if (row.takes(StepPart::object)) step.object = read_object(row);
  if (row.takes(StepPart::seconds)) step.seconds = read_seconds(row);
  read_attributes(row, step);
  trace_.scenario.steps.push_back(step);
  return {TraceLine::step, trace_.scenario.steps.size() - 1};
}

const StepRow& Reader::find_step() const {
  for (const StepRow& row : kStepRows)
    if (row.name == words_.words[0]) return row;
  refuse_unknown_step();
}

void Reader::refuse_unknown_step() const {
  const std::string word = excerpt(words_.words[0]);
  std::vector<string_view> known{"expect"};
  for (const StepRow& row : kStepRows) known.push_back(row.name);
  for (const HeadGrammar& head : kHead) known.push_back(head.name);
  const string_view near = nearest(words_.words[0], known);
  refuse("unknown step '{}', {}{}{}expected one of: {}, or expect", word,
         near.empty() ? "" : "did you mean '", near, near.empty() ? "" : "'? ", names(kStepRows));
}

string_view Reader::next_word(const StepRow& row, string_view what) {
  if (next_ == words_.words.size()) refuse("'{}' ends too early, expected {}", row.name, what);
  return words_.words[next_++];
}

Replica Reader::read_replica(const StepRow& row) {
  const std::uint8_t clients = trace_.scenario.clients;
  const std::string expected = replica_names(row, clients);
  const string_view word = next_word(row, expected);
  const auto replica = word.size() == 1 ? find_replica(word[0]) : std::nullopt;
  if (!replica) refuse("'{}' is no replica, expected {}", excerpt(word), expected);
  if (replica->is_server() && !row.takes(StepPart::server))
    refuse("'{}' is no step of the server, expected {}", row.name, expected);
  if (!replica->is_server() && !row.takes(StepPart::client))
    refuse("'{}' is no step of a client, expected {}", row.name, expected);
  if (replica->number > clients) refuse("client {} does not exist, expected {}", word, expected);
  return *replica;
}

std::uint32_t Reader::read_object(const StepRow& row) {
  const string_view word = next_word(row, "the label of an object");
  if (!is_label(word))
    refuse(
        "'{}' is no label of an object, expected a letter or _, then letters, digits, _ and -, "
        "at most {} in all",
        excerpt(word), kMaxLabelCharacters);
  return objects_.id(word) - 1;
}

std::int64_t Reader::read_seconds(const StepRow& row) {
  const string_view word = next_word(row, "seconds with a sign, as +3600");
  const bool has_sign = word[0] == '+' || word[0] == '-';
  const auto seconds =
      read_number<std::int64_t>(has_sign ? word.substr(1) : word, 0, kMaxClockSeconds);
  if (!has_sign || !seconds)
    refuse("'{}' is no jump of a clock, expected seconds with a sign, as +3600, at most {}",
           excerpt(word), kMaxClockSeconds);
  return word[0] == '-' ? -*seconds : *seconds;
}

void Reader::read_attributes(const StepRow& row, Step& step) {
  for (std::string& text : given_) text.clear();
  while (next_ < words_.words.size()) read_attribute(row, words_.words[next_++]);
  for (std::size_t i = 0; i < kStepTexts.size(); ++i) {
    if (kStepTexts[i].id == &Step::pk && given_[i].starts_with("object:"))
      refuse(
          "a pk that begins with 'object:' is reserved for the keys that objects have of their "
          "own, expected another, as room:100");
    step.*kStepTexts[i].id = texts_.id(given_[i]);
  }
  if (given_[kLose].empty()) return;
  const auto lose = find_message(given_[kLose]);
  if (!lose)
    refuse(
        "a message of that name does not exist, expected lose= one of: download-request, "
        "download-reply, upload-request, upload-ack");
  step.lose = *lose;
}

void Reader::read_attribute(const StepRow& row, string_view word) {
  const std::size_t equals = word.find('=');
  std::size_t attribute = 0;
  while (attribute < kAttributes && attribute_name(attribute) != word.substr(0, equals))
    ++attribute;
  if (equals == string_view::npos || attribute == kAttributes || !takes(row, attribute))
    refuse("'{}' takes no '{}', expected {}", row.name, excerpt(word), attribute_names(row));
  if (!given_[attribute].empty())
    refuse("'{}=' is given twice, expected it once", attribute_name(attribute));
  given_[attribute] = unquote(word.substr(equals + 1));
  if (given_[attribute].empty())
    refuse("'{}=' is empty, expected a text, or to leave it out", attribute_name(attribute));
}

Anchor Reader::read_expect() {
  const auto& words = words_.words;
  const bool of_all = words.size() == 2;
  const bool holds = words.back() == "holds";
  if (words.size() < 2 || words.size() > 3 || (!holds && (of_all || words[2] != "violated")))
    refuse(
        "expect line not understood, expected 'expect INVARIANT violated', 'expect INVARIANT "
        "holds' or 'expect holds'");
  Expectation expectation{of_all ? std::string() : std::string(words[1]), holds};
  check_expectation(expectation);
  trace_.expectations.push_back(std::move(expectation));
  return {TraceLine::expect, trace_.expectations.size() - 1};
}

void Reader::check_expectation(const Expectation& expectation) const {
  const string_view name = expectation.invariant;
  if (!name.empty() && std::find(invariants_.begin(), invariants_.end(), name) == invariants_.end())
    refuse("unknown invariant '{}', expected one of: {}", excerpt(name),
           list(invariants_, [](string_view invariant) { return invariant; }));
  for (const Expectation& earlier : trace_.expectations) {
    if (earlier.invariant == name)
      refuse("a second expect line of {}, expected one", name.empty() ? "all invariants" : name);
    if ((earlier.invariant.empty() && !expectation.holds) || (name.empty() && !earlier.holds))
      refuse("'expect holds' and an invariant that is violated, expected one or the other");
  }
}

// --- Writing ---

// Writes lines in the order of TraceLine, each with the comments that belong to it.
class Writer {
 public:
  explicit Writer(std::vector<Comment> comments) : comments_(std::move(comments)) {
    sort_comments(comments_);
  }

  void line(TraceLine line, std::size_t place, string_view text) {
    while (has_comment() && key(comments_[next_]) <= CommentKey{line, place, false})
      write_comment();
    text_.append(text);
    if (has_comment() && key(comments_[next_]) == CommentKey{line, place, true})
      text_.append(" #").append(comments_[next_++].text);
    text_.append("\n");
  }
  std::string finish() {
    while (has_comment()) write_comment();
    return std::move(text_);
  }

 private:
  bool has_comment() const { return next_ < comments_.size(); }
  void write_comment() { text_.append("#").append(comments_[next_++].text).append("\n"); }

  std::vector<Comment> comments_;
  std::size_t next_ = 0;
  std::string text_;
};

void write_head(const Trace& trace, Writer& out) {
  out.line(TraceLine::version, 0, fmt::format("{} {}", kVersionWord, kTraceVersion));
  out.line(TraceLine::protocol, 0, (trace.is_foreign ? "engine " : "protocol ") + trace.protocol);
  for (const std::string& option : trace.options)
    out.line(TraceLine::option, option_place(option), "set " + option);
  if (trace.engine.mutant != Mutant::none)
    out.line(TraceLine::mutant, 0, fmt::format("mutate {}", name_of(trace.engine.mutant)));
  out.line(TraceLine::strategy, 0, "strategy " + trace.strategy);
  out.line(TraceLine::clients, 0, fmt::format("clients {}", trace.scenario.clients));
  if (trace.scenario.settle_rounds)
    out.line(TraceLine::settle_rounds, 0,
             fmt::format("settle-rounds {}", *trace.scenario.settle_rounds));
}

std::string print_expectation(const Expectation& expectation) {
  return fmt::format("expect {}{}{}", expectation.invariant,
                     expectation.invariant.empty() ? "" : " ",
                     expectation.holds ? "holds" : "violated");
}

}  // namespace

bool is_engine_name(string_view name) {
  return !name.empty() && name.size() <= kMaxLabelCharacters &&
         std::all_of(name.begin(), name.end(), [](char character) {
           return may_continue_label(character) || character == '.';
         });
}

std::vector<std::string> differing_options(const Protocol& base, const Protocol& engine) {
  std::vector<std::string> differing;
  for (const ProtocolOption& option : protocol_options()) {
    const int value = option.get(engine);
    if (value == option.get(base)) continue;
    differing.push_back(
        fmt::format("{}={}", option.key, option.values[static_cast<std::size_t>(value)]));
  }
  return differing;
}

std::optional<TraceError> parse_trace(string_view text, std::span<const string_view> invariants,
                                      Trace& trace, bool own_strategies) {
  if (text.size() > kMaxTraceBytes)
    return TraceError{
        1, fmt::format("the trace has {} bytes, expected at most {}", text.size(), kMaxTraceBytes)};
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Reader reader(invariants, own_strategies);
  std::size_t number = 0;
  try {
    while (!text.empty()) reader.read(take_line(text), ++number);
    trace = reader.finish();
  } catch (const Refusal& refusal) {
    return TraceError{std::max<std::size_t>(number, 1), refusal.message};
  }
  return std::nullopt;
}

std::string print_trace(const Trace& trace) {
  Writer out(trace.comments);
  write_head(trace, out);
  const Scenario& scenario = trace.scenario;
  for (std::size_t i = 0; i < scenario.steps.size(); ++i)
    out.line(TraceLine::step, i, print_step(scenario, scenario.steps[i]));
  for (std::size_t i = 0; i < trace.expectations.size(); ++i)
    out.line(TraceLine::expect, i, print_expectation(trace.expectations[i]));
  return out.finish();
}

std::string print_step(const Scenario& scenario, const Step& step) {
  const StepRow& form = row_of(step.kind);
  std::string line = fmt::format("{} {}", form.name, replica_name(step.replica));
  if (form.takes(StepPart::object)) line.append(" ").append(scenario.objects[step.object]);
  if (form.takes(StepPart::seconds)) line.append(fmt::format(" {:+d}", step.seconds));
  for (const StepText& each : kStepTexts)
    if (form.takes(each.part) && step.*each.id != 0)
      line.append(fmt::format(" {}={}", each.name, quote(scenario.text(step.*each.id))));
  if (form.takes(StepPart::lose) && step.lose != MessageKind::none)
    line.append(" lose=").append(message_name(step.lose));
  return line;
}

}  // namespace tidemark::core
