#include "base/text.h"

#include <gtest/gtest.h>

#include <string>

namespace tidemark::core {
namespace {

TEST(Text, CountsColumnsNotBytes) {
  EXPECT_EQ(columns("abc"), 3u);
  EXPECT_EQ(columns("é…"), 2u);
  EXPECT_EQ(columns("日本"), 4u);
  EXPECT_EQ(columns("e\u0301"), 1u);
  EXPECT_EQ(columns("\xff\xfe"), 2u);
}

TEST(Text, IsClippedToItsWidthWithAnEllipsis) {
  EXPECT_EQ(clip("abcdef", 6), "abcdef");
  EXPECT_EQ(clip("abcdefg", 6), "abcde…");
  EXPECT_EQ(clip("日本語", 4), "日…");
  EXPECT_EQ(clip("ab", 0), "");
  EXPECT_EQ(clip_middle("abcdefghij", 5), "ab…ij");
}

TEST(Text, IsWrappedAtBlanksAndLongWordsAnywhere) {
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("abcdefgh", 3), (std::vector<std::string>{"abc", "def", "gh"}));
  EXPECT_EQ(wrap("", 3), (std::vector<std::string>{""}));
  EXPECT_EQ(wrap("ab      cd", 4), (std::vector<std::string>{"ab", "cd"}));
}

TEST(Text, HangsBelowItsPrefix) {
  const std::string text = hang("  why  ", std::string(90, 'a') + " " + std::string(5, 'b'));
  EXPECT_EQ(text, "  why  " + std::string(90, 'a') + "\n       bbbbb\n");
}

TEST(Text, GroupsAndRoundsNumbers) {
  EXPECT_EQ(grouped(7), "7");
  EXPECT_EQ(grouped(1000), "1 000");
  EXPECT_EQ(grouped(12345678), "12 345 678");
  EXPECT_EQ(rounded(999'999), "999 999");
  EXPECT_EQ(rounded(2'134'567), "2.1 M");
  EXPECT_EQ(count_of(1, "step"), "1 step");
  EXPECT_EQ(count_of(0, "step"), "0 steps");
  EXPECT_EQ(print_seed(0xab), "0x00000000000000ab");
}

TEST(Text, TellsBytesInTheLargestUnit) {
  EXPECT_EQ(print_bytes(0), "0 B");
  EXPECT_EQ(print_bytes(1'023), "1023 B");
  EXPECT_EQ(print_bytes(1'024), "1.0 KB");
  EXPECT_EQ(print_bytes(81u << 20), "81 MB");
  EXPECT_EQ(print_bytes(std::uint64_t{4} << 30), "4.0 GB");
  EXPECT_EQ(print_bytes(~std::uint64_t{0}), "16777216 TB");
}

TEST(Paint, IsTakenOffAgain) {
  const Paint paint(true);
  const std::string text = paint(Style::bad, "bad") + " " + paint(Style::dim, "dim");
  EXPECT_NE(text, "bad dim");
  EXPECT_EQ(without_color(text), "bad dim");
  EXPECT_EQ(Paint(false)(Style::bad, "bad"), "bad");
  EXPECT_EQ(paint(Style::plain, "plain"), "plain");
}

}  // namespace
}  // namespace tidemark::core
