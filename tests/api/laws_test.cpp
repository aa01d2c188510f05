#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include <tidemark/gtest.h>

namespace {

using tidemark::check_laws;
using tidemark::Conflict;
using tidemark::Decision;
using tidemark::Object;
using tidemark::Result;

// --- the page's three

struct ServerPriority {
  Decision resolve(const Conflict& conflict) const { return conflict.server; }
};
struct ClientPriority {
  Decision resolve(const Conflict& conflict) const { return conflict.local; }
};
struct TimestampPriority {
  Decision resolve(const Conflict& conflict) const {
    return conflict.local.timestamp_lastupdate > conflict.server.timestamp_lastupdate
               ? conflict.local
               : conflict.server;
  }
};
// The same, but that it does not ask which side is local.
struct LaterWins {
  Decision resolve(const Object& one, const Object& other) const {
    return one.timestamp_lastupdate > other.timestamp_lastupdate ? one : other;
  }
};

TEST(Laws, ThePagesStrategiesKeepThem) {
  EXPECT_TRUE(check_laws(ServerPriority{}));
  EXPECT_TRUE(check_laws(ClientPriority{}));
  EXPECT_TRUE(check_laws(TimestampPriority{}));
  EXPECT_TRUE(check_laws(LaterWins{}));
}

TEST(Laws, SayWhatWasTried) {
  EXPECT_EQ(check_laws(LaterWins{}).message(),
            "LaterWins: deterministic, closed, idempotent, grouping, symmetric: all combinations "
            "of 18 versions");
  EXPECT_EQ(check_laws(ServerPriority{}, {.values = {"1"}, .grouping = false}).message(),
            "ServerPriority: deterministic, closed, idempotent: all combinations of 6 versions");
}

// --- each law, broken

void expect_broken(const Result& result, const std::string& how) {
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_EQ(result.message(), how);
}

struct Contradicts {
  mutable int asked = 0;
  Decision resolve(const Conflict& conflict) const {
    return ++asked % 2 == 0 ? conflict.local : conflict.server;
  }
};
TEST(Laws, OneThatAnswersInTwoWaysIsNotDeterministic) {
  expect_broken(check_laws(Contradicts{}),
                "FAIL deterministic  Contradicts\n"
                "  r(o1 k1 \"1\" at 1, o1 k1 \"1\" at 2) is o1 k1 \"1\" at 2 first and o1 k1 \"1\" "
                "at 1 then");
}

struct Invents {
  Decision resolve(const Conflict& conflict) const {
    Object invented = conflict.server;
    if (conflict.local.value == "2") invented.value = "3";
    return invented;
  }
};
TEST(Laws, OneThatReturnsAVersionThatIsNeitherIsNotClosed) {
  expect_broken(check_laws(Invents{}),
                "FAIL closed  Invents\n"
                "  r(o1 k1 \"2\" at 1, o1 k1 \"1\" at 1) is o1 k1 \"3\" at 1, which is neither");
}

struct Throws {
  Decision resolve(const Conflict& conflict) const {
    if (conflict.local.isdeleted) throw std::runtime_error("no price");
    return conflict.local;
  }
};
TEST(Laws, OneThatThrowsIsNotClosed) {
  expect_broken(check_laws(Throws{}, {.values = {"1"}}),
                "FAIL closed  Throws\n"
                "  r(o1 k1 \"1\" (deleted) at 1, o1 k1 \"1\" at 1) threw: no price");
}

struct ThrowsNoException {
  Decision resolve(const Conflict& /*conflict*/) const { throw 7; }
};
TEST(Laws, WhateverIsThrownIsCaught) {
  expect_broken(check_laws(ThrowsNoException{}),
                "FAIL closed  ThrowsNoException\n"
                "  r(o1 k1 \"1\" at 1, o1 k1 \"1\" at 1) threw: something that is no "
                "std::exception");
}

struct Adds {
  Decision resolve(const Conflict& conflict) const {
    return Decision::merge(conflict.local.value + conflict.server.value);
  }
};
TEST(Laws, OneThatMergesAVersionWithItselfToAnotherIsNotIdempotent) {
  expect_broken(check_laws(Adds{}),
                "FAIL idempotent  Adds\n"
                "  r(o1 k1 \"1\" at 1, the same) is o1 k1 \"11\" at 1");
}

// Paper beats stone, stone beats scissors, scissors beat paper.
struct PaperStoneScissors {
  Decision resolve(const Conflict& conflict) const {
    const auto place = [](const Object& object) { return std::stoi(object.value); };
    return (place(conflict.local) + 1) % 3 == place(conflict.server) % 3 ? conflict.local
                                                                         : conflict.server;
  }
};
TEST(Laws, OneInACircleDoesNotGroup) {
  const Result result = check_laws(PaperStoneScissors{});
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_EQ(result.message(),
            "FAIL grouping  PaperStoneScissors\n"
            "  r(a, r(b, c)) is o1 k1 \"1\" at 1, r(r(a, b), c) is o1 k1 \"3\" at 1, of a = o1 k1 "
            "\"1\" at 1, b = o1 k1 \"2\" at 1, c = o1 k1 \"3\" at 1");
  EXPECT_TRUE(check_laws(PaperStoneScissors{}, {.grouping = false}));
}

// Merges, and says which of the two it was shown first: the order is no side.
struct Joins {
  Decision resolve(const Object& one, const Object& other) const {
    if (one == other) return one;
    return Decision::merge(one.value + other.value);
  }
};
TEST(Laws, OneWhoseResultHangsOnTheOrderOfThreeIsNotSymmetric) {
  const Result result = check_laws(Joins{}, {.values = {"1", "2"}, .grouping = false});
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_TRUE(result.message().starts_with("FAIL symmetric  Joins\n")) << result.message();
}

TEST(Laws, OfPrimaryKeyConflictsAreTriedToo) {
  struct ThrowsAtKeys {
    Decision resolve(const Conflict& conflict) const {
      if (conflict.is_primary_key_conflict()) throw std::runtime_error("two guids");
      return conflict.local;
    }
  };
  expect_broken(check_laws(ThrowsAtKeys{}),
                "FAIL closed  ThrowsAtKeys\n"
                "  r(o1 k1 \"1\" at 1, o2 k1 \"1\" at 1) threw: two guids");
}

TEST(Laws, NeedVersionsToTry) {
  const Result result = check_laws(ServerPriority{}, {.values = {}});
  EXPECT_EQ(result.exit_code(), 2);
  EXPECT_EQ(result.message(), "LawOptions::values is empty, expected at least one");
}

// --- what a symmetric one is shown

struct FirstShown {
  Decision resolve(const Object& one, const Object& /*other*/) const { return one; }
};
TEST(Strategy, ASymmetricOneIsNotShownWhichSideIsLocal) {
  const Object early{.guid = "o1", .value = "b", .timestamp_lastupdate = 1};
  const Object late{.guid = "o1", .value = "a", .timestamp_lastupdate = 2};
  const tidemark::Strategy strategy = FirstShown{};
  EXPECT_TRUE(strategy.is_symmetric());
  EXPECT_EQ(strategy.resolve({early, late}), Decision(early));
  EXPECT_EQ(strategy.resolve({late, early}), Decision(early));
}

TEST(Strategy, IsCalledWhatItsTypeIsCalled) {
  EXPECT_EQ(tidemark::Strategy(ServerPriority{}).name(), "ServerPriority");
  struct Local : ServerPriority {};
  EXPECT_EQ(tidemark::Strategy(Local{}).name(), "Local");
}

}  // namespace
