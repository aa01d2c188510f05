#include "reports/documents/gitlab.h"

#include <gtest/gtest.h>

namespace tidemark::core {
namespace {

TEST(GitLab, ATextOfSeveralLinesIsASectionHeadedByItsFirst) {
  const std::string text = collapsed_section("FAIL told\n  a line\n", 10, 12);
  EXPECT_TRUE(text.starts_with("\x1b[0Ksection_start:10:tidemark_")) << text;
  EXPECT_NE(
      text.find("[collapsed=true]\r\x1b[0KFAIL told\nFAIL told\n  a line\n\x1b[0Ksection_end:12:"),
      text.npos)
      << text;
  const auto name = text.substr(text.find("tidemark_"), 25);
  EXPECT_TRUE(text.ends_with(":" + name + "\r\x1b[0K\n")) << text;
}

TEST(GitLab, ATextOfOneLineStaysAsItIs) {
  EXPECT_EQ(collapsed_section("held\n", 10, 12), "held\n");
  EXPECT_EQ(collapsed_section("held", 10, 12), "held");
}

TEST(GitLab, TwoSectionsHaveTwoNames) {
  const auto name = [](std::string_view text, std::uint64_t began_s) {
    const std::string section = collapsed_section(text, began_s, began_s);
    return section.substr(section.find("tidemark_"), 25);
  };
  EXPECT_NE(name("a\nb\n", 1), name("a\nc\n", 1));
  EXPECT_NE(name("a\nb\n", 1), name("a\nb\n", 2));
}

}  // namespace
}  // namespace tidemark::core
