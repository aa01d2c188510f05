// The linter of what is read as it stands. Prose wraps at 120 columns; tables, code, and what has
// no place to break at, are as long as they are. Paths that are named are there.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::core {
namespace {

namespace fs = std::filesystem;

constexpr std::ptrdiff_t kColumns = 120;

// Of UTF-8, what is seen.
std::ptrdiff_t columns(std::string_view line) {
  return std::count_if(line.begin(), line.end(), [](char letter) {
    return (static_cast<unsigned char>(letter) & 0xC0) != 0x80;
  });
}

// What stands behind the marks of a list.
std::string_view prose_of(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" >-*0123456789."), line.size()));
  return line;
}

// Whether there is a space between two words; none is in code, nor in a link.
bool can_break(std::string_view words) {
  bool in_code = false;
  int in_link = 0;
  for (const char letter : words) {
    if (letter == '`') in_code = !in_code;
    if (in_code) continue;
    in_link += (letter == '[' || letter == '(') - (letter == ']' || letter == ')');
    if (letter == ' ' && in_link <= 0) return true;
  }
  return false;
}

// The numbers of the lines that are too long.
std::vector<int> long_lines(const std::string& text) {
  std::vector<int> numbers;
  bool in_code = false;
  int number = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (prose_of(line).starts_with("```")) in_code = !in_code;
    const bool is_prose = !in_code && !line.starts_with('|') && can_break(prose_of(line));
    if (is_prose && columns(line) > kColumns) numbers.push_back(number);
  }
  return numbers;
}

// What stands between backquotes and is a path of ours, with or without an end: `sim/step.*`.
std::vector<std::string> paths_in(const std::string& text) {
  std::vector<std::string> paths;
  std::istringstream parts(text);
  bool in_code = false;
  for (std::string part; std::getline(parts, part, '`'); in_code = !in_code) {
    const bool is_path =
        part.find('/') != std::string::npos && part.find_first_of(" <>:|=") == std::string::npos &&
        fs::is_directory(fs::path(TIDEMARK_SOURCE_DIR) / part.substr(0, part.find('/')));
    if (in_code && is_path) paths.push_back(part);
  }
  return paths;
}

bool is_there(const std::string& path) {
  const fs::path whole = fs::path(TIDEMARK_SOURCE_DIR) / path;
  if (!path.ends_with(".*")) return fs::exists(whole);
  return fs::exists(whole.parent_path() / whole.stem().concat(".h")) ||
         fs::exists(whole.parent_path() / whole.stem().concat(".cpp"));
}

std::vector<std::string> missing_paths(const std::string& text) {
  std::vector<std::string> paths = paths_in(text);
  paths.erase(std::remove_if(paths.begin(), paths.end(), is_there), paths.end());
  return paths;
}

// Those that a text names a second time.
std::vector<std::string> repeated_paths(const std::string& text) {
  std::vector<std::string> repeated;
  std::set<std::string> seen;
  for (const std::string& path : paths_in(text))
    if (!seen.insert(path.substr(0, path.rfind('.'))).second) repeated.push_back(path);
  return repeated;
}

std::string markdown_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<fs::path> documents() {
  const fs::path root = TIDEMARK_SOURCE_DIR;
  std::vector<fs::path> paths{root / "README.md", root / "CHANGELOG.md"};
  for (const char* folder : {"docs", "examples"})
    for (fs::recursive_directory_iterator each(root / folder), end; each != end; ++each) {
      if (each->path().filename() == "node_modules") each.disable_recursion_pending();
      if (each->path().extension() == ".md") paths.push_back(each->path());
    }
  return paths;
}

TEST(MarkdownLint, ProseWrapsAt120Columns) {
  EXPECT_GE(documents().size(), 20u);
  for (const fs::path& path : documents())
    for (const int number : long_lines(markdown_of(path)))
      ADD_FAILURE() << fs::relative(path, TIDEMARK_SOURCE_DIR).generic_string() << ":" << number
                    << ": this line has more than 120 columns, wrap it";
}

TEST(MarkdownLint, PathsThatAreNamedAreThere) {
  std::size_t named = 0;
  for (const fs::path& path : documents()) {
    if (path.filename() == "CHANGELOG.md") continue;
    const std::string text = markdown_of(path);
    named += paths_in(text).size();
    for (const std::string& missing : missing_paths(text))
      ADD_FAILURE() << fs::relative(path, TIDEMARK_SOURCE_DIR).generic_string() << ": there is no "
                    << missing;
  }
  EXPECT_GE(named, 50u);
}

TEST(MarkdownLint, TheNewcomersWalkNamesEachFileOnce) {
  const std::string text = markdown_of(fs::path(TIDEMARK_SOURCE_DIR) / "docs/ARCHITECTURE.md");
  const auto begin = text.find("## A newcomer's walk\n");
  ASSERT_NE(begin, std::string::npos);
  const std::string walk = text.substr(begin, text.find("\n## ", begin) - begin);
  EXPECT_GE(paths_in(walk).size(), 20u);
  for (const std::string& path : repeated_paths(walk)) ADD_FAILURE() << path << " is visited twice";
}

TEST(MarkdownLint, CatchesAPathThatIsNotThereAndOneThatIsTwice) {
  EXPECT_EQ(missing_paths("`sim/step.h`, `sim/step.*`, `docs/`, `sim/stair.h`, `sim/stair.*`"),
            (std::vector<std::string>{"sim/stair.h", "sim/stair.*"}));
  EXPECT_TRUE(
      missing_paths("sim/stair.h, `--out found/x.trace`, `a/b.h`, `found/x.trace`").empty());
  EXPECT_EQ(repeated_paths("`sim/step.h`, `sim/world.h`, `sim/step.*`"),
            std::vector<std::string>{"sim/step.*"});
}

TEST(MarkdownLint, CatchesALineOfProse) {
  const std::string words(kColumns - 1, 'x');
  EXPECT_EQ(long_lines(words + " y\n"), std::vector<int>{1});
  EXPECT_EQ(long_lines("- of a list: " + words + "\n"), std::vector<int>{1});
  EXPECT_EQ(long_lines("```\n" + words + " y\n```\n" + words + " y\n"), std::vector<int>{4});
  EXPECT_EQ(long_lines("`code` " + words + "\n"), std::vector<int>{1});
  EXPECT_EQ(long_lines("[a link](" + words + ") and more\n"), std::vector<int>{1});
}

TEST(MarkdownLint, CatchesNoNearMiss) {
  const std::string words(kColumns - 2, 'x');
  EXPECT_TRUE(long_lines(words + " y\n").empty()) << "120 columns";
  std::string umlauts;
  for (int i = 0; i < kColumns - 2; ++i) umlauts += "ü";
  EXPECT_TRUE(long_lines(umlauts + " y\n").empty()) << "120 columns of two bytes";
  EXPECT_TRUE(long_lines("| a cell | " + words + " |\n").empty());
  EXPECT_TRUE(long_lines("```\n" + words + " and more\n```\n").empty());
  EXPECT_TRUE(long_lines("- `" + words + " · and more`\\\n").empty());
  EXPECT_TRUE(long_lines("  [" + words + " a text](and-an-address)\n").empty());
  EXPECT_TRUE(long_lines("https://" + words + "\n").empty());
}

}  // namespace
}  // namespace tidemark::core
