#include "reports/difference.h"

#include <gtest/gtest.h>

#include "tests/episode.h"

namespace tidemark::core {
namespace {

// Both clients edit o1; B, whose edit is still pending, meets A's in step 6.
Trace conflict() { return trace_of("create A o1;sync A;sync B;edit A o1;edit B o1;sync A;sync B"); }

Recording record(const Trace& trace, const Strategy& strategy) {
  return Runner(trace.engine, strategy).record(trace.scenario);
}

TEST(Difference, EqualRunsHaveNone) {
  const Trace trace = conflict();
  const Strategy strategy = built_in("client-priority");
  EXPECT_EQ(first_difference(trace.scenario, record(trace, strategy), record(trace, strategy)),
            std::nullopt);
}

TEST(Difference, AStrategyWithAHiddenCounterIsCaughtWhereItFirstDecidesOtherwise) {
  static int asked = 0;
  const Strategy fickle = own_strategy("fickle", [](const Conflict&) {
    return ++asked % 2 == 1 ? Decision::local_wins() : Decision::server_wins();
  });
  const Trace trace = trace_of(
      "set upload-ack-moves-download-mark=always;create A o1;sync A;sync B;"
      "edit A o1;edit B o1;sync A;sync B");
  const Recording first = record(trace, fickle);
  const Recording second = record(trace, fickle);
  const auto difference = first_difference(trace.scenario, first, second);
  ASSERT_TRUE(difference.has_value());
  EXPECT_NE(difference->find("in step 7 (sync B): first B resolved a conflict of v3 (the server's "
                             "is v2) and kept v3, then B resolved a conflict of v3 (the server's "
                             "is v2) and kept v2"),
            std::string::npos)
      << *difference;
}

TEST(Difference, ARunThatEndsEarlierIsNamed) {
  const Trace trace = conflict();
  const Recording whole = record(trace, built_in("server-priority"));
  Recording shorter = whole;
  shorter.events.pop_back();
  const auto difference = first_difference(trace.scenario, whole, shorter);
  ASSERT_TRUE(difference.has_value());
  EXPECT_NE(difference->find("then the run was over"), std::string::npos) << *difference;
}

TEST(Difference, DigestsThatDifferAreADifferenceToo) {
  const Trace trace = conflict();
  const Recording whole = record(trace, built_in("server-priority"));
  Recording other = whole;
  ++other.outcome.summary.digest;
  const auto difference = first_difference(trace.scenario, whole, other);
  ASSERT_TRUE(difference.has_value());
  EXPECT_NE(difference->find("but the digests are"), std::string::npos) << *difference;
}

// The same event of somebody else, or of another kind where it names nobody.
Event altered(const Event& event) {
  return std::visit(
      [](auto each) -> Event {
        if constexpr (requires { each.replica; })
          each.replica.number ^= 1;
        else if constexpr (requires { each.client; })
          each.client.number ^= 1;
        else if constexpr (requires { each.to; })
          each.to.number ^= 1;
        else if constexpr (requires { each.teller; })
          each.teller.number ^= 1;
        else
          return BackedUp{};
        return each;
      },
      event);
}

TEST(Difference, AChangeOfAnyEventIsFoundAtThatEvent) {
  const Trace trace = conflict();
  const Recording whole = record(trace, built_in("server-priority"));
  for (std::size_t i = 0; i < whole.events.size(); ++i) {
    Recording other = whole;
    other.events[i] = altered(whole.events[i]);
    const auto difference = first_difference(trace.scenario, whole, other);
    ASSERT_TRUE(difference.has_value());
    EXPECT_TRUE(difference->starts_with("event " + std::to_string(i + 1) + ", ")) << *difference;
  }
}

}  // namespace
}  // namespace tidemark::core
