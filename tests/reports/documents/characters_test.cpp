#include "reports/documents/characters.h"

#include <gtest/gtest.h>

namespace tidemark::core {
namespace {

TEST(PlainLine, LeavesTextAsItIs) {
  EXPECT_EQ(plain_line("a \"b\" \\ <é€😀> \xC2\xA0~"), "a \"b\" \\ <é€😀> \xC2\xA0~");
}

TEST(PlainLine, ShowsWhatEndsALineOrSteersATerminal) {
  EXPECT_EQ(plain_line("a\nb\rc\td\x1b[31m\x7F"), "a?b?c?d?[31m?");
  EXPECT_EQ(plain_line(std::string_view("\0", 1)), "?");
  EXPECT_EQ(plain_line("\xC2\x80\xC2\x85\xC2\x9F"), "???");
  EXPECT_EQ(plain_line("\xE2\x80\xA8\xE2\x80\xA9"), "??");
}

TEST(PlainLine, ShowsWhatTurnsTheDirectionOfReading) {
  EXPECT_EQ(plain_line("\xE2\x80\x8E\xE2\x80\xAE\xE2\x81\xA6\xEF\xBB\xBF"), "????");
  EXPECT_EQ(plain_line("\xE2\x80\x90\xE2\x81\xAA"), "\xE2\x80\x90\xE2\x81\xAA") << "beside them";
}

TEST(PlainLine, ShowsEachByteThatIsNoUtf8) { EXPECT_EQ(plain_line("\xFF\xC3 \xE2\x82"), "?? ??"); }

}  // namespace
}  // namespace tidemark::core
