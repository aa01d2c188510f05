// Why an invariant broke names the versions that it is about.
#include "reports/explanation.h"

#include <gtest/gtest.h>

#include "tests/reports/samples.h"

namespace tidemark::core {
namespace {

// The restored server loses an edit of each object; that of o1 is excused, since nobody has it.
TEST(Explanation, OfAWipeNamesTheLostVersionAndNotTheFirstThatWasWiped) {
  const Trace trace = trace_of(
      "tidemark-trace 1\nprotocol guarded\nclients 1\n"
      "create S o1\ncreate S o2\nsync A\nbackup S\nedit A o2\nsync A\nedit S o1\n"
      "restore S\n");
  const Recording recording = record(trace);
  const Verdict& verdict = recording.outcome.verdict;
  ASSERT_TRUE(verdict.broken(Invariant::no_lost_update));
  const Account account(trace.scenario, recording);
  EXPECT_EQ(
      explain(verdict.breach(Invariant::no_lost_update), account, "server-priority").why,
      "the server held v3 until step 8 (restore S); A still holds v3, and does not upload it");
}

}  // namespace
}  // namespace tidemark::core
