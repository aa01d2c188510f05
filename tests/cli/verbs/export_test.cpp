// tidemark export as its users meet it.
#include "tests/cli/cli.h"

namespace tidemark::core {
namespace {

constexpr const char* kEcho = "tidemark-trace 1\ncreate A o1\nsync A\nedit A o1\n";

class ExportCommand : public Cli {
 protected:
  ExportCommand() { write("echo.trace", kEcho); }
};

TEST_F(ExportCommand, GivesEveryFormThatItsHelpNames) {
  const std::string help = tidemark("export --help").out;
  std::size_t forms = 0;
  bool listed = false;
  for (const std::string& line : lines_of(help)) {
    if (line == "Forms:") {
      listed = true;
    } else if (listed && line.empty()) {
      break;
    } else if (listed && line.size() > 2 && line[2] != ' ') {
      const std::string form = line.substr(2, line.find(' ', 2) - 2);
      const Ran ran = tidemark("export --to " + form + " echo.trace");
      EXPECT_EQ(ran.code, 0) << form << ran.err;
      EXPECT_NE(ran.out, "") << form;
      EXPECT_EQ(ran.err, "") << form;
      ++forms;
    }
  }
  EXPECT_GE(forms, 5u) << help;
}

TEST_F(ExportCommand, WritesTheSameToAFile) {
  EXPECT_EQ(tidemark("export --to shiviz echo.trace -o echo.log").out, "");
  EXPECT_EQ(content("echo.log"), tidemark("export --to shiviz echo.trace").out);
}

TEST_F(ExportCommand, ReadsATraceFromStdin) {
  EXPECT_EQ(shell(TIDEMARK_BINARY " export --to dot - < echo.trace").out,
            tidemark("export --to dot echo.trace").out);
}

TEST_F(ExportCommand, RunsTheTraceOnTheEngineThatFlagsName) {
  const std::string test = tidemark("export --to gtest echo.trace --protocol hardened").out;
  EXPECT_TRUE(has(test, "\nprotocol hardened\n")) << test;
  EXPECT_TRUE(has(test, "\nexpect holds\n")) << test;
}

TEST_F(ExportCommand, PutsTheOriginalBesideTheMinimalTrace) {
  write("long.trace", std::string(kEcho) + "clock A +60\n");
  const std::string log = tidemark("export --to shiviz echo.trace --original long.trace").out;
  EXPECT_TRUE(has(log, "\n=== original ===\n") && has(log, "\n=== minimal ===\n")) << log;
}

TEST_F(ExportCommand, RefusesWhatItCannotGive) {
  write("sound.trace", "tidemark-trace 1\ncreate S o1\n");
  write("bad.trace", "tidemark-trace 1\nsnyc A\n");
  fs::create_directory(work() / "folder");
  expect_refused("export echo.trace", "--to is required");
  expect_refused("export --to shivis echo.trace",
                 "unknown form 'shivis', did you mean 'shiviz'? expected one of: trace, json");
  expect_refused("export --to dot", "FILE is required");
  expect_refused("export --to dot echo.trace sound.trace", "'sound.trace' is one argument too");
  expect_refused("export --to dot missing.trace", "missing.trace: cannot be read");
  expect_refused("export --to dot bad.trace", "bad.trace:2: unknown step 'snyc'");
  expect_refused("export --to dot echo.trace --original missing.trace",
                 "missing.trace: cannot be read");
  expect_refused("export --to dot echo.trace --original sound.trace",
                 "sound.trace: no-lost-update is not violated, expected the trace that echo.trace");
  expect_refused("export --to dot echo.trace -o folder", "folder: is a folder, expected the name");
  expect_refused("export --to dot echo.trace -o no/such/place", "no/such/place: cannot be written");
  expect_refused("export --to dot echo.trace --strategy mine", "unknown strategy 'mine'");
}

TEST_F(ExportCommand, SaysThatADiskIsFull) {
  const Ran ran = tidemark("export --to dot echo.trace -o /dev/full");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(lines_of(ran.err).size(), 1u) << ran.err;
  const Ran piped = shell(TIDEMARK_BINARY " export --to dot echo.trace > /dev/full");
  EXPECT_EQ(piped.code, 2);
  EXPECT_EQ(lines_of(piped.err).size(), 1u) << piped.err;
}

}  // namespace
}  // namespace tidemark::core
