// What a coverage-guided fuzzer leaves, as a trace.
#include <gtest/gtest.h>

#include "tests/cli/cli.h"

namespace tidemark::core {
namespace {

const std::string kArtifact = "crash-" + std::string(40, '0');

TEST_F(Cli, AnArtifactOfAFuzzerReplaysAsATrace) {
  write(kArtifact, std::string("\x00\x01\x20\x00\x04\x10\x21\x00", 8));
  const Ran ran = tidemark("export --to trace " + kArtifact);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out,
            "tidemark-trace 1\nprotocol hardened\nstrategy server-priority\nclients 2\n"
            "settle-rounds 18\ncreate A o1\nsync A lose=upload-ack\nedit A o1\nexpect holds\n");
  EXPECT_EQ(tidemark("replay " + kArtifact).code, 0);
  EXPECT_EQ(tidemark("replay --mutate ack-does-not-move-mark " + kArtifact).code, 1)
      << "as the fuzzer found it";
}

TEST_F(Cli, OtherBytesAreStillNoTrace) {
  write("crash.trace", std::string("\x00\x01\x20\x00", 4));
  EXPECT_EQ(tidemark("replay crash.trace").code, 2);
}

}  // namespace
}  // namespace tidemark::core
