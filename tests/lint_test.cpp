// The linter: rules of the house that a compiler does not know, checked on every source.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::core {
namespace {

using std::string_view;

// One line of a source: what the compiler reads, with the texts of literals left out, and what
// stands in comments.
struct Line {
  std::string code;
  std::string comment;
  std::string included;  // of an include: <path> or "path", with its brackets
  std::size_t number = 0;
};

// Takes a source apart. Knows comments of both kinds, literals, raw literals and 1'000.
class Splitter {
 public:
  explicit Splitter(string_view text) : text_(text) {}

  std::vector<Line> lines() {
    note_include();
    while (place_ < text_.size()) step();
    if (text_.ends_with('\n')) lines_.pop_back();
    for (std::size_t i = 0; i < lines_.size(); ++i) lines_[i].number = i + 1;
    return std::move(lines_);
  }

 private:
  bool at(string_view word) const { return text_.substr(place_).starts_with(word); }
  Line& line() { return lines_.back(); }

  void step() {
    if (at("//")) return take_comment(text_.find('\n', place_));
    if (at("/*")) return take_comment(after("*/", place_ + 2));
    if (at("R\"")) return skip_raw_literal();
    if (at("\"")) return skip_literal('"');
    if (at("'") && !follows_word()) return skip_literal('\'');
    take_code();
  }

  bool follows_word() const {
    return place_ > 0 && (std::isalnum(static_cast<unsigned char>(text_[place_ - 1])) != 0);
  }
  std::size_t after(string_view end, std::size_t from) const {
    const auto found = text_.find(end, from);
    return found == string_view::npos ? found : found + end.size();
  }

  void take_code() {
    const char letter = text_[place_++];
    if (letter == '\n') return next_line();
    line().code += letter;
  }
  void take_comment(std::size_t end) {
    for (end = std::min(end, text_.size()); place_ < end; ++place_) {
      if (text_[place_] == '\n')
        lines_.emplace_back();
      else
        line().comment += text_[place_];
    }
  }
  void skip_raw_literal() {
    const auto bracket = text_.find('(', place_);
    if (bracket == string_view::npos) return skip_to(text_.size());
    const auto mark = text_.substr(place_ + 2, bracket - place_ - 2);
    skip_to(after(")" + std::string(mark) + "\"", bracket));
  }
  void skip_literal(char quote) {
    std::size_t end = place_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n')
      end += text_[end] == '\\' ? 2 : 1;
    skip_to(end + (end < text_.size() && text_[end] == quote ? 1 : 0));
  }
  void skip_to(std::size_t end) {
    line().code += "\"\"";
    for (end = std::min(end, text_.size()); place_ < end; ++place_)
      if (text_[place_] == '\n') lines_.emplace_back();
  }
  void next_line() {
    lines_.emplace_back();
    note_include();
  }

  // An include is read here, where a line starts outside of any literal.
  void note_include() {
    string_view rest = text_.substr(place_, text_.find('\n', place_) - place_);
    for (string_view word : {"#", "include"}) {
      rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
      if (!rest.starts_with(word)) return;
      rest.remove_prefix(word.size());
    }
    rest.remove_prefix(std::min(rest.find_first_of("<\""), rest.size()));
    line().included = rest.substr(0, rest.find_first_of(">\"", 1) + 1);
  }

  string_view text_;
  std::size_t place_ = 0;
  std::vector<Line> lines_ = std::vector<Line>(1);
};

// --- what rules are made of

bool is_word(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
}

// Whether `word` stands in the code, not as a part of a longer word.
bool has_word(string_view code, string_view word) {
  for (auto place = code.find(word); place != string_view::npos;
       place = code.find(word, place + 1)) {
    const auto end = place + word.size();
    const bool starts = place == 0 || !is_word(code[place - 1]) || !is_word(word.front());
    const bool ends = end >= code.size() || !is_word(code[end]) || !is_word(word.back());
    if (starts && ends) return true;
  }
  return false;
}
bool has_any(string_view code, std::initializer_list<string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](string_view word) { return has_word(code, word); });
}
bool includes_any(const Line& line, std::initializer_list<string_view> headers) {
  return std::any_of(headers.begin(), headers.end(), [&](string_view header) {
    return line.included.size() > 2 &&
           string_view(line.included).substr(1, line.included.size() - 2) == header;
  });
}
string_view folder_of(string_view path) { return path.substr(0, path.find('/')); }
bool is_in(string_view path, std::initializer_list<string_view> folders) {
  return std::find(folders.begin(), folders.end(), folder_of(path)) != folders.end();
}

constexpr std::array<string_view, 11> kFolders{"base",    "api",        "model",   "sim",
                                               "adapter", "properties", "reports", "cli",
                                               "tests",   "bench",      "examples"};

// --- the house

// A room: how the paths of its files begin, and the rooms that it stands on. Its files may include
// what is theirs, and what is in a room below. Of two that fit a path, the longer one has the file.
struct Room {
  string_view path;
  std::array<string_view, 3> stands_on{};
};

// From the ground to the roofs: a room stands on rooms that are above it in this list, so there is
// no circle. The vocabulary is what an engine or a strategy of the user's own is made of, the faces
// are what a user's program includes; both are installed, and included as <tidemark/…>.
constexpr Room kHouse[] = {
    {"base/tidemark/", {}},
    {"base/", {"base/tidemark/"}},
    {"model/", {"base/"}},
    {"sim/", {"model/"}},
    {"adapter/", {"sim/"}},
    {"properties/version_graph", {"sim/"}},
    {"properties/history", {"properties/version_graph"}},
    {"properties/verdict", {"sim/"}},
    {"properties/court", {"properties/history", "properties/verdict"}},
    {"properties/invariants/", {"properties/court"}},
    {"properties/", {"properties/invariants/"}},
    {"properties/search/", {"properties/"}},
    {"properties/campaign/", {"properties/search/"}},
    {"reports/", {"properties/campaign/"}},
    {"reports/breaches/", {"reports/"}},
    {"reports/documents/", {"reports/"}},
    {"reports/documents/html/", {"reports/documents/"}},
    {"cli/parts/", {"reports/documents/html/", "adapter/"}},
    {"cli/verbs/", {"cli/parts/"}},
    {"cli/", {"cli/verbs/"}},
    {"api/tidemark/", {"base/tidemark/"}},
    {"api/", {"api/tidemark/", "reports/"}},
};

// The room of a path; none of tests/, bench/ and examples/, which are beside the house.
const Room* room_of(string_view path) {
  const Room* found = nullptr;
  for (const Room& room : kHouse)
    if (path.starts_with(room.path) && (!found || room.path.size() > found->path.size()))
      found = &room;
  return found;
}

bool stands_on(const Room& upper, const Room& lower) {
  if (&upper == &lower) return true;
  return std::any_of(upper.stands_on.begin(), upper.stands_on.end(), [&](string_view path) {
    return !path.empty() && stands_on(*room_of(path), lower);
  });
}

// The path of an include in quotes; empty for any other line.
string_view quoted_include(const Line& line) {
  const string_view included = line.included;
  return included.starts_with('"') ? included.substr(1, included.size() - 2) : string_view{};
}

// The path of what a line includes of ours, in quotes or as <tidemark/…>; empty for any other line.
std::string path_of_include(const Line& line) {
  if (!line.included.starts_with("<tidemark/")) return std::string(quoted_include(line));
  const std::string installed = line.included.substr(1, line.included.size() - 2);
  const bool is_vocabulary =
      std::filesystem::exists(std::filesystem::path(TIDEMARK_SOURCE_DIR) / "base" / installed);
  return (is_vocabulary ? "base/" : "api/") + installed;
}

// Whether a container that is ordered by its keys has a pointer as its key.
bool orders_pointers(string_view code) {
  for (string_view container : {"std::map<", "std::set<", "std::multimap<", "std::multiset<"}) {
    const auto found = code.find(container);
    if (found == string_view::npos) continue;
    const auto start = found + container.size();
    int depth = 0;
    auto end = start;
    for (; end < code.size(); ++end) {
      if (depth == 0 && (code[end] == ',' || code[end] == '>')) break;
      depth += (code[end] == '<') - (code[end] == '>');
    }
    const string_view key = code.substr(start, end - start);
    if (key.find_last_not_of(' ') != string_view::npos && key[key.find_last_not_of(' ')] == '*')
      return true;
  }
  return false;
}

bool names_distribution(string_view code) {
  const auto found = code.find("_distribution");
  return found != string_view::npos && code.rfind("std::", found) != string_view::npos &&
         code.find_first_of("<> (;", code.rfind("std::", found)) > found;
}

// Files that are long and say one thing after the other.
bool may_be_long(string_view path) {
  constexpr string_view kLong[] = {"tests/adapter/json_lines_test.cpp",
                                   "tests/model/client_test.cpp",
                                   "tests/properties/invariants_test.cpp",
                                   "tests/sim/trace_test.cpp", "tests/sim/world_test.cpp",
                                   // Still to be parted:
                                   "reports/json.cpp"};
  return std::find(std::begin(kLong), std::end(kLong), path) != std::end(kLong);
}

// --- the rules

struct Rule {
  string_view name;
  string_view advice;  // what is banned, what to use instead
  bool (*breaks)(string_view path, const Line& line);
};

constexpr std::array<Rule, 15> kRules{{
    {"random-device", "std::random_device is banned, take a seed and use base/random.h",
     [](string_view, const Line& line) {
       return has_any(line.code, {"std::random_device", "rand()", "srand"});
     }},
    {"random", "<random> is banned, its distributions differ between libraries, use base/random.h",
     [](string_view, const Line& line) {
       return includes_any(line, {"random"}) || names_distribution(line.code);
     }},
    {"shuffle", "std::shuffle is banned, it differs between libraries, use base/random.h",
     [](string_view, const Line& line) {
       return has_any(line.code, {"std::shuffle", "std::random_shuffle", "std::sample"});
     }},
    {"unordered",
     "unordered containers are banned here, their order leaks, use std::map or a sorted vector",
     [](string_view path, const Line& line) {
       const bool excused =
           path == "sim/trace.cpp" && line.comment.find("lookup only") != std::string::npos;
       return is_in(path, {"model", "sim", "properties", "reports"}) && !excused &&
              has_any(line.code, {"std::unordered_map", "std::unordered_set",
                                  "std::unordered_multimap", "std::unordered_multiset"});
     }},
    {"clock", "clocks are banned outside adapter/, api/, cli/ and bench/, make time an input",
     [](string_view path, const Line& line) {
       return !is_in(path, {"adapter", "api", "cli", "bench"}) &&
              (includes_any(line, {"chrono", "ctime", "time.h", "sys/time.h"}) ||
               has_any(line.code, {"std::chrono", "std::time", "std::clock", "clock_gettime",
                                   "gettimeofday", "time(nullptr)", "time(NULL)", "time(0)"}));
     }},
    {"upward-include",
     "this include is of a room that its own does not stand on, kHouse in tests/lint_test.cpp says "
     "which it does",
     [](string_view path, const Line& line) {
       const Room* room = room_of(path);
       const std::string included = path_of_include(line);
       if (!room || included.find('/') == std::string::npos) return false;
       const Room* other = room_of(included);
       return !other || !stands_on(*room, *other);
     }},
    {"installed-include", "this header is installed, write #include <tidemark/file.h>",
     [](string_view, const Line& line) {
       return quoted_include(line).starts_with("base/tidemark/") ||
              quoted_include(line).starts_with("api/tidemark/");
     }},
    {"example-include", "examples see what is installed alone, include <tidemark/file.h>",
     [](string_view path, const Line& line) {
       return is_in(path, {"examples"}) && room_of(quoted_include(line));
     }},
    {"rooted-include",
     "this include is not rooted at the repository, write #include \"folder/file.h\"",
     [](string_view path, const Line& line) {
       const string_view included = quoted_include(line);
       return !included.empty() && !is_in(path, {"examples"}) &&
              (included.find('/') == string_view::npos ||
               included.find("..") != string_view::npos ||
               included.find("//") != string_view::npos ||
               std::find(kFolders.begin(), kFolders.end(), folder_of(included)) == kFolders.end());
     }},
    {"gtest", "GoogleTest is banned outside tests/ and bench/, move the check into a test",
     [](string_view path, const Line& line) {
       return !is_in(path, {"tests", "bench", "examples"}) && path != "api/tidemark/gtest.h" &&
              (line.included.starts_with("<gtest/") || line.included.starts_with("<gmock/"));
     }},
    {"rapidcheck", "RapidCheck is banned here, include sim/rapidcheck.h",
     [](string_view path, const Line& line) {
       return !is_in(path, {"tests"}) && path != "sim/rapidcheck.h" &&
              path != "api/tidemark/rapidcheck.h" && line.included.starts_with("<rapidcheck");
     }},
    {"hash", "std::hash is banned, it differs between libraries, use base/digest.h",
     [](string_view, const Line& line) { return has_word(line.code, "std::hash"); }},
    {"pointer-order",
     "a container ordered by pointers is banned, its order changes from run to run, order by an id",
     [](string_view, const Line& line) { return orders_pointers(line.code); }},
    {"todo", "TODO is banned, do it or describe the limit in docs/",
     [](string_view, const Line& line) { return has_word(line.comment, "TODO"); }},
    {"long-file", "a file has at most 600 lines, give a part of it a file of its own",
     [](string_view path, const Line& line) { return line.number == 601 && !may_be_long(path); }},
}};

struct Finding {
  string_view rule;
  std::string text;  // file:line: what is banned, what to use instead
};

std::vector<Finding> lint(const std::string& path, string_view source) {
  std::vector<Finding> findings;
  for (const Line& line : Splitter(source).lines())
    for (const Rule& rule : kRules)
      if (rule.breaks(path, line))
        findings.push_back({rule.name, path + ":" + std::to_string(line.number) + ": " +
                                           std::string(rule.advice)});
  return findings;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Every source below the root, as a path from there, in the order of the alphabet.
std::vector<std::string> sources(const std::filesystem::path& root) {
  std::vector<std::string> paths;
  for (string_view folder : kFolders) {
    if (!std::filesystem::exists(root / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder))
      if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp")
        paths.push_back(entry.path().lexically_relative(root).generic_string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST(Lint, EverySourceKeepsTheRules) {
  const std::filesystem::path root = TIDEMARK_SOURCE_DIR;
  const std::vector<std::string> paths = sources(root);
  std::string broken;
  for (const std::string& path : paths)
    for (const Finding& finding : lint(path, read_file(root / path))) broken += finding.text + "\n";
  EXPECT_TRUE(broken.empty()) << broken;
  for (const Room& room : kHouse)
    EXPECT_TRUE(std::any_of(paths.begin(), paths.end(),
                            [&](const std::string& path) { return room_of(path) == &room; }))
        << "no source was found in " << room.path;
}

TEST(Lint, EveryRoomStandsOnRoomsThatWereNamedBeforeIt) {
  for (const Room& room : kHouse)
    for (string_view path : room.stands_on)
      if (!path.empty()) {
        const Room* below = room_of(path);
        ASSERT_NE(below, nullptr) << path;
        EXPECT_EQ(below->path, path);
        EXPECT_LT(below, &room) << room.path << " stands on " << path;
      }
}

// --- the rules are rules

const std::string kOf600Lines = [] {
  std::string lines;
  for (int i = 0; i < 600; ++i) lines += "int a;\n";
  return lines;
}();

struct Planted {
  string_view rule;
  const char* path;
  std::string source;
};

const Planted kCaught[] = {
    {"random-device", "tests/a_test.cpp", "std::random_device device;"},
    {"random-device", "cli/a.cpp", "int n = rand();"},
    {"random", "cli/a.cpp", "#include <random>"},
    {"random", "cli/a.cpp", " # include <random>  // numbers"},
    {"random", "sim/a.h", "std::uniform_int_distribution<int> die(1, 6);"},
    {"shuffle", "sim/a.cpp", "std::shuffle(steps.begin(), steps.end(), random);"},
    {"unordered", "model/a.h", "std::unordered_map<int, int> rows_;"},
    {"unordered", "reports/a.cpp", "std::unordered_set<int> seen;  // lookup only"},
    {"unordered", "sim/trace.cpp", "std::unordered_set<int> seen;"},
    {"clock", "sim/a.cpp", "#include <chrono>"},
    {"clock", "tests/a_test.cpp", "const auto now = std::chrono::steady_clock::now();"},
    {"clock", "model/a.cpp", "Timestamp now = time(nullptr);"},
    {"clock", "properties/a.cpp", "clock_gettime(CLOCK_MONOTONIC, &now);"},
    {"upward-include", "model/a.h", "#include \"sim/step.h\""},
    {"upward-include", "reports/a.cpp", "#include \"cli/verbs/verbs.h\""},
    {"upward-include", "cli/verbs/a.cpp", "#include \"tests/helpers.h\""},
    {"upward-include", "base/a.h", "#include \"model/object.h\""},
    {"upward-include", "base/tidemark/words.h", "#include \"base/text.h\""},
    {"upward-include", "base/tidemark/words.h", "#include <tidemark/tidemark.h>"},
    {"upward-include", "properties/own.cpp", "#include <tidemark/machines.h>"},
    {"upward-include", "cli/verbs/a.cpp", "#include <tidemark/tidemark.h>"},
    {"upward-include", "properties/history.h", "#include \"properties/invariants/told.h\""},
    {"upward-include", "properties/history.h", "#include \"properties/verdict.h\""},
    {"upward-include", "properties/invariants/told.h", "#include \"properties/judge.h\""},
    {"upward-include", "properties/judge.h", "#include \"properties/search/explore.h\""},
    {"upward-include", "properties/search/a.h", "#include \"properties/campaign/fuzz.h\""},
    {"upward-include", "properties/own.cpp", "#include \"adapter/session.h\""},
    {"upward-include", "adapter/session.cpp", "#include \"properties/own.h\""},
    {"upward-include", "reports/a.cpp", "#include \"reports/documents/case.h\""},
    {"upward-include", "reports/documents/a.cpp", "#include \"reports/documents/html/svg.h\""},
    {"upward-include", "cli/parts/a.cpp", "#include \"cli/verbs/verbs.h\""},
    {"upward-include", "api/laws.cpp", "#include \"reports/documents/case.h\""},
    {"upward-include", "cli/verbs/a.cpp", "#include \"api/watchdog.h\""},
    {"installed-include", "sim/a.h", "#include \"base/tidemark/engine.h\""},
    {"installed-include", "tests/a_test.cpp", "#include \"api/tidemark/tidemark.h\""},
    {"example-include", "examples/booking/a.cpp", "#include \"sim/step.h\""},
    {"rooted-include", "model/a.cpp", "#include \"a.h\""},
    {"rooted-include", "tests/model/a_test.cpp", "#include \"../model/a.h\""},
    {"rooted-include", "tests/model/a_test.cpp", "#include \"model//a.h\""},
    {"gtest", "properties/a.h", "#include <gtest/gtest.h>"},
    {"rapidcheck", "sim/generator.cpp", "#include <rapidcheck.h>"},
    {"rapidcheck", "cli/a.cpp", "#include <rapidcheck/Gen.h>"},
    {"hash", "sim/a.h", "std::size_t h = std::hash<std::string>{}(text);"},
    {"pointer-order", "properties/a.h", "std::map<const Object*, int> places;"},
    {"pointer-order", "properties/a.h", "std::set<Record<int> *> seen;"},
    {"todo", "model/a.h", "int a;  // TODO: more of them"},
    {"todo", "model/a.h", "/* TODO(me) */"},
    {"long-file", "model/a.h", kOf600Lines + "int b;"},
    {"long-file", "tests/model/a_test.cpp", kOf600Lines + "int b;\n"},
};

const Planted kNearMisses[] = {
    {"random-device", "sim/a.h", "// never std::random_device: a seed is an input"},
    {"random-device", "sim/a.h", "int n = operand();"},
    {"random", "sim/a.h", "#include \"base/random.h\""},
    {"random", "sim/a.h", "std::string value_distribution;"},
    {"shuffle", "sim/a.cpp", "random.shuffle(steps);"},
    {"shuffle", "sim/a.cpp", "my::std::shuffled(steps);"},
    {"unordered", "sim/trace.cpp", "std::unordered_set<int> seen;  // lookup only"},
    {"unordered", "cli/a.cpp", "std::unordered_map<int, int> rows;"},
    {"unordered", "model/a.h", "const char* name = \"std::unordered_map\";"},
    {"clock", "cli/a.cpp", "#include <chrono>"},
    {"clock", "bench/a.cpp", "const auto now = std::chrono::steady_clock::now();"},
    {"clock", "sim/a.cpp", "Timestamp now = world.time();"},
    {"clock", "sim/a.cpp", "const Timestamp clock = world_time(0);"},
    {"upward-include", "sim/a.cpp", "#include \"model/client.h\""},
    {"upward-include", "sim/a.cpp", "#include \"sim/step.h\""},
    {"upward-include", "tests/sim/a_test.cpp", "#include \"cli/verbs/verbs.h\""},
    {"upward-include", "base/a.h", "#include <tidemark/words.h>"},
    {"upward-include", "sim/foreign.h", "#include <tidemark/engine.h>"},
    {"upward-include", "api/laws.cpp", "#include <tidemark/tidemark.h>"},
    {"upward-include", "api/tidemark/tidemark.h", "#include <tidemark/strategy.h>"},
    {"upward-include", "api/proving.h", "#include \"properties/campaign/fuzz.h\""},
    {"upward-include", "properties/invariants/told.h", "#include \"properties/history.h\""},
    {"upward-include", "properties/judge.h", "#include \"properties/invariants/told.h\""},
    {"upward-include", "properties/campaign/a.h", "#include \"properties/search/explore.h\""},
    {"upward-include", "cli/verbs/a.cpp", "#include \"adapter/session.h\""},
    {"upward-include", "cli/main.cpp", "#include \"cli/verbs/verbs.h\""},
    {"installed-include", "sim/a.h", "#include \"base/text.h\""},
    {"installed-include", "api/laws.cpp", "#include \"api/watchdog.h\""},
    {"example-include", "examples/booking/a.cpp", "#include \"booking.h\""},
    {"example-include", "examples/booking/a.cpp", "#include <tidemark/tidemark.h>"},
    {"rooted-include", "model/a.cpp", "#include <map>"},
    {"rooted-include", "model/a.cpp", "// #include \"a.h\""},
    {"rooted-include", "tests/a_test.cpp", "auto text = R\"(\n#include \"a.h\"\n)\";"},
    {"gtest", "tests/a_test.cpp", "#include <gtest/gtest.h>"},
    {"gtest", "bench/a.cpp", "#include <gtest/gtest.h>"},
    {"rapidcheck", "sim/rapidcheck.h", "#include <rapidcheck.h>"},
    {"rapidcheck", "tests/a_test.cpp", "#include <rapidcheck/gtest.h>"},
    {"rapidcheck", "cli/a.cpp", "#include \"sim/rapidcheck.h\""},
    {"hash", "sim/a.h", "std::hashed a;"},
    {"pointer-order", "properties/a.h", "std::map<Guid, const Object*> objects;"},
    {"pointer-order", "properties/a.h", "std::vector<Object*> objects;"},
    {"todo", "model/a.h", "// what is still todo"},
    {"todo", "model/a.h", "const char* text = \"// TODO\";"},
    {"long-file", "model/a.h", kOf600Lines},
    {"long-file", "tests/sim/world_test.cpp", kOf600Lines + "int b;"},
};

TEST(Lint, EveryRuleCatchesWhatIsPlanted) {
  for (const Planted& planted : kCaught) {
    const std::vector<Finding> findings = lint(planted.path, planted.source);
    ASSERT_EQ(findings.size(), 1u) << planted.source;
    EXPECT_EQ(findings[0].rule, planted.rule) << planted.source;
    const auto line = Splitter(planted.source).lines().size();
    EXPECT_TRUE(findings[0].text.starts_with(planted.path + (":" + std::to_string(line)) + ": "))
        << findings[0].text;
  }
}

TEST(Lint, NoRuleCatchesANearMiss) {
  for (const Planted& planted : kNearMisses)
    for (const Finding& finding : lint(planted.path, planted.source))
      ADD_FAILURE() << planted.source << " gives " << finding.text;
}

TEST(Lint, EveryRuleIsTestedBothWays) {
  const auto names = [](std::span<const Planted> planted, string_view rule) {
    return std::any_of(planted.begin(), planted.end(),
                       [&](const Planted& each) { return each.rule == rule; });
  };
  for (const Rule& rule : kRules) {
    EXPECT_TRUE(names(kCaught, rule.name)) << rule.name;
    EXPECT_TRUE(names(kNearMisses, rule.name)) << rule.name;
  }
}

TEST(Lint, AFindingNamesTheLineBehindCommentsAndLiterals) {
  constexpr string_view kSource =
      "/* one\n   two \" */\n"
      "auto text = R\"x(\n\" )\" // TODO\n)x\";\n"
      "int n = 1'000; char quote = '\"'; auto s = \"\\\"//\";  // TODO\n";
  const std::vector<Finding> findings = lint("model/a.cpp", kSource);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_TRUE(findings[0].text.starts_with("model/a.cpp:6: ")) << findings[0].text;
}

}  // namespace
}  // namespace tidemark::core
