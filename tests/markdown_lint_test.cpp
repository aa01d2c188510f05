// The linter of what is read as it stands: prose wraps at 120 columns. Tables, code, and what has
// no place to break at, are as long as they are.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
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
