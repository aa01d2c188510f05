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
};

// Takes a source apart. Knows comments of both kinds, literals, raw literals and 1'000.
class Splitter {
 public:
  explicit Splitter(string_view text) : text_(text) {}

  std::vector<Line> lines() {
    note_include();
    while (place_ < text_.size()) step();
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

// The folders that depend on one another, the one that knows least first.
constexpr std::array<string_view, 8> kLayers{"base",       "model",   "sim", "adapter",
                                             "properties", "reports", "api", "cli"};
constexpr std::array<string_view, 11> kFolders{"base",    "api",        "model",   "sim",
                                               "adapter", "properties", "reports", "cli",
                                               "tests",   "bench",      "examples"};

// The place of a folder among the layers; behind all of them for any other folder.
std::ptrdiff_t layer_of(string_view path) {
  return std::find(kLayers.begin(), kLayers.end(), folder_of(path)) - kLayers.begin();
}
// The path of an include in quotes; empty for any other line.
string_view quoted_include(const Line& line) {
  const string_view included = line.included;
  return included.starts_with('"') ? included.substr(1, included.size() - 2) : string_view{};
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

// --- the rules

struct Rule {
  string_view name;
  string_view advice;  // what is banned, what to use instead
  bool (*breaks)(string_view path, const Line& line);
};

constexpr std::array<Rule, 12> kRules{{
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
     "this include points upward, dependencies run base <- model <- sim <- adapter, properties <- "
     "reports "
     "<- api <- cli",
     [](string_view path, const Line& line) {
       const string_view included = quoted_include(line);
       return !included.empty() && included.find('/') != string_view::npos &&
              layer_of(included) > layer_of(path);
     }},
    {"rooted-include",
     "this include is not rooted at the repository, write #include \"folder/file.h\"",
     [](string_view path, const Line& line) {
       const string_view included = quoted_include(line);
       return !included.empty() && !is_in(path, {"examples"}) &&
              (included.find('/') == string_view::npos ||
               included.find("..") != string_view::npos ||
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
}};

struct Finding {
  string_view rule;
  std::string text;  // file:line: what is banned, what to use instead
};

std::vector<Finding> lint(const std::string& path, string_view source) {
  std::vector<Finding> findings;
  const std::vector<Line> lines = Splitter(source).lines();
  for (std::size_t i = 0; i < lines.size(); ++i)
    for (const Rule& rule : kRules)
      if (rule.breaks(path, lines[i]))
        findings.push_back(
            {rule.name, path + ":" + std::to_string(i + 1) + ": " + std::string(rule.advice)});
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
  for (string_view folder : kLayers)
    EXPECT_TRUE(std::any_of(paths.begin(), paths.end(),
                            [&](const std::string& path) { return folder_of(path) == folder; }))
        << "no source was found in " << folder;
}

// --- the rules are rules

struct Planted {
  string_view rule;
  const char* path;
  const char* source;
};

constexpr Planted kCaught[] = {
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
    {"upward-include", "cli/a.cpp", "#include \"tests/helpers.h\""},
    {"rooted-include", "model/a.cpp", "#include \"a.h\""},
    {"rooted-include", "tests/model/a_test.cpp", "#include \"../model/a.h\""},
    {"gtest", "properties/a.h", "#include <gtest/gtest.h>"},
    {"rapidcheck", "sim/generator.cpp", "#include <rapidcheck.h>"},
    {"rapidcheck", "cli/a.cpp", "#include <rapidcheck/Gen.h>"},
    {"hash", "sim/a.h", "std::size_t h = std::hash<std::string>{}(text);"},
    {"pointer-order", "properties/a.h", "std::map<const Object*, int> places;"},
    {"pointer-order", "properties/a.h", "std::set<Record<int> *> seen;"},
    {"todo", "model/a.h", "int a;  // TODO: more of them"},
    {"todo", "model/a.h", "/* TODO(me) */"},
};

constexpr Planted kNearMisses[] = {
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
};

TEST(Lint, EveryRuleCatchesWhatIsPlanted) {
  for (const Planted& planted : kCaught) {
    const std::vector<Finding> findings = lint(planted.path, planted.source);
    ASSERT_EQ(findings.size(), 1u) << planted.source;
    EXPECT_EQ(findings[0].rule, planted.rule) << planted.source;
    EXPECT_TRUE(findings[0].text.starts_with(std::string(planted.path) + ":1: "))
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
