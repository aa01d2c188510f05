// What a coverage-guided fuzzer leaves, as a trace.
#include <gtest/gtest.h>

#include "tests/cli/cli.h"

namespace tidemark::core {
namespace {

const std::string kArtifact = "crash-" + std::string(40, '0');
const std::string kBytes("\x00\x01\x20\x00\x04\x10\x21\x00", 8);

TEST_F(Cli, AnArtifactOfAFuzzerReplaysAsATrace) {
  write(kArtifact, kBytes);
  const Ran ran = tidemark("export --to trace " + kArtifact);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out,
            "tidemark-trace 1\nprotocol hardened\nstrategy server-priority\nclients 2\n"
            "settle-rounds 18\ncreate A o1\nsync A lose=upload-ack\nedit A o1\nexpect holds\n");
  EXPECT_EQ(tidemark("replay " + kArtifact).code, 0);
  EXPECT_EQ(tidemark("replay --mutate ack-does-not-move-mark " + kArtifact).code, 1)
      << "as the fuzzer found it";
}

TEST_F(Cli, AnArtifactOfAflReplaysAsATraceToo) {
  const std::string name = "id:000000,sig:06,src:000003,time:17,execs:94,op:havoc,rep:2";
  write(name, kBytes);
  EXPECT_EQ(tidemark("replay " + name).code, 0);
  const Ran ran = tidemark("replay --quiet --mutate ack-does-not-move-mark " + name);
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_TRUE(has(ran.out, "no-redundant-transfer: ")) << ran.out;
}

TEST_F(Cli, ATraceIsATraceWhateverItsName) {
  const std::string trace = "# a trace\ntidemark-trace 1\nprotocol page\nclients 1\ncreate A o1\n";
  for (const std::string& name : {kArtifact, std::string("id:000000,sig:06")}) {
    write(name, trace);
    EXPECT_TRUE(has(tidemark("export --to trace " + name).out, "protocol page\n")) << name;
    write(name, trace + "nonsense\n");
    EXPECT_EQ(tidemark("replay " + name).code, 2) << name;
  }
}

TEST_F(Cli, OtherBytesAreStillNoTrace) {
  write("crash.trace", std::string("\x00\x01\x20\x00", 4));
  EXPECT_EQ(tidemark("replay crash.trace").code, 2);
}

}  // namespace
}  // namespace tidemark::core
