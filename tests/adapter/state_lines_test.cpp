// The lines of save and load.
#include <gtest/gtest.h>

#include <string>

#include "adapter/json_lines.h"
#include "sim/foreign.h"

namespace tidemark::core {
namespace {

TEST(StateLines, AreWrittenAsThePageSays) {
  EXPECT_EQ(print_request({.operation = Operation::save, .world = 3, .at = 'A'}),
            R"({"op":"save","world":3,"at":"A"})");
  const std::string state = R"({"counter":1})";
  EXPECT_EQ(print_request({.operation = Operation::load, .at = 'S', .state = &state}),
            R"({"op":"load","world":0,"at":"S","state":{"counter":1}})");
}

TEST(StateLines, GiveTheStateAsTextWithoutSpacesAndWithItsOrderOfKeys) {
  EXPECT_EQ(parse_answer(R"({"state": {"b": [1, 2.5], "a": "\u00e4"} })").state,
            "{\"b\":[1,2.5],\"a\":\"\u00e4\"}");
  EXPECT_EQ(parse_answer(R"({"state":null})").state, "null");
  EXPECT_EQ(parse_answer("{}").state, std::nullopt);
}

TEST(StateLines, HelloSaysWhetherThereAreAny) {
  EXPECT_TRUE(parse_hello(R"({"tidemark":1,"name":"e","snapshot":true})").snapshots);
  EXPECT_FALSE(parse_hello(R"({"tidemark":1,"name":"e"})").snapshots);
  EXPECT_THROW(parse_hello(R"({"tidemark":1,"name":"e","snapshot":1})"), EngineFault);
}

}  // namespace
}  // namespace tidemark::core
