// A program spoken to line by line, and all the ways in which it may break off.
#include "adapter/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "adapter/session.h"
#include "sim/foreign.h"

namespace tidemark::core {
namespace {

using Time = decltype(AdapterOptions::timeout);

constexpr Time kLong{10'000};  // never waited for, unless something is wrong
constexpr Time kShort{200};
namespace fs = std::filesystem;

constexpr std::size_t kMegabyte = 1 << 20;
constexpr const char* kHang = "hang: no answer within 200 ms";

std::string fault_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const EngineFault& fault) {
    return fault.what();
  }
  return "none";
}

std::string fault_of(const std::string& command, Time timeout = kLong) {
  Process process(command);
  return fault_of([&] { process.read_line(timeout); });
}

// A named pipe comes to its end when nobody is left who could write to it.
class NamedPipe {
 public:
  NamedPipe() {
    std::string name = (fs::temp_directory_path() / "tidemark-pipe-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    EXPECT_EQ(mkfifo(path().c_str(), 0600), 0);
  }
  ~NamedPipe() {
    close(end_);
    fs::remove_all(folder_);
  }
  NamedPipe(const NamedPipe&) = delete;
  NamedPipe& operator=(const NamedPipe&) = delete;

  std::string path() const { return (folder_ / "pipe").string(); }
  // Waits for somebody who will write, as who will write waits for this.
  void meet() { end_ = open(path().c_str(), O_RDONLY); }
  std::string rest() const {
    std::string rest;
    for (char byte = 0; read(end_, &byte, 1) == 1;) rest += byte;
    return rest;
  }

 private:
  fs::path folder_;
  int end_ = -1;
};

// --- lines

TEST(Process, LinesGoInAndComeOutInTheirOrder) {
  Process process("exec cat");
  process.write("one\ntw");
  process.write("o\n\nfour\n");
  for (const char* line : {"one", "two", "", "four"}) EXPECT_EQ(process.read_line(kLong), line);
  process.write("five\n");
  EXPECT_EQ(process.read_line(kLong), "five");
}

TEST(Process, ALineMayEndAsOnWindows) {
  Process process(R"(printf 'one\r\ntwo\r\r\nthr\ree\n')");
  for (const char* line : {"one", "two\r", "thr\ree"}) EXPECT_EQ(process.read_line(kLong), line);
}

TEST(Process, ALineMayHaveAnyByteButItsEnd) {
  Process process("exec cat");
  const std::string line("\x01\0\xff{}", 5);
  process.write(line + "\n");
  EXPECT_EQ(process.read_line(kLong), line);
}

// Of a program that reads and writes by turns: neither side may wait for the other for ever.
TEST(Process, LinesLargerThanAnyPipeGoBothWaysAtTheSameTime) {
  Process process("exec cat");
  for (const char letter : {'a', 'b', 'c'})
    process.write(std::string(kMegabyte, letter).append(1, '\n'));
  for (const char letter : {'a', 'b', 'c'})
    EXPECT_TRUE(process.read_line(kLong) == std::string(kMegabyte, letter)) << letter;
}

TEST(Process, ANextLineIsOneThatIsHereAlready) {
  Process process("exec cat");
  EXPECT_EQ(process.next_line(), std::nullopt);
  process.write("one\ntwo\n");
  EXPECT_EQ(process.next_line(), std::nullopt) << "nothing is written but while lines are awaited";
  EXPECT_EQ(process.read_line(kLong), "one");
  EXPECT_EQ(process.next_line(), "two");
  EXPECT_EQ(process.next_line(), std::nullopt);
}

// The end of a line comes with the last bytes of it: how far it is too long is seen only then.
TEST(Process, ALineMayHaveEightMebibytesAndNoByteMore) {
  const auto one_line_of = [](std::size_t bytes) {
    return "head -c " + std::to_string(bytes - 9) +
           " /dev/zero | tr '\\0' x; echo xxxxxxxxx; echo next";
  };
  Process process(one_line_of(8 * kMegabyte));
  EXPECT_EQ(process.read_line(kLong).size(), 8 * kMegabyte);
  EXPECT_EQ(process.read_line(kLong), "next");
  EXPECT_EQ(fault_of(one_line_of(8 * kMegabyte + 1)),
            "garbage: a line of more than 8388608 bytes, expected at most so many");
}

TEST(Process, ALineWithoutEndIsRefusedBeforeItEnds) {
  EXPECT_EQ(fault_of("tr '\\0' x < /dev/zero & while read line; do :; done"),
            "garbage: a line of more than 8388608 bytes, expected at most so many");
}

// --- ends

TEST(Process, AProgramThatEndsIsACrashThatTellsItsExitCode) {
  EXPECT_EQ(fault_of("exit 3"),
            "crash: the program ended with exit code 3 while an answer was expected");
  EXPECT_EQ(fault_of("exit 0"),
            "crash: the program ended with exit code 0 while an answer was expected");
}

TEST(Process, AProgramThatIsEndedIsACrashThatTellsTheSignal) {
  EXPECT_EQ(fault_of("kill -9 $$"),
            "crash: the program was ended by signal 9 while an answer was expected");
}

TEST(Process, AProgramThatClosesItsOutputIsACrash) {
  EXPECT_EQ(fault_of("exec 1>&-; while read line; do :; done"),
            "crash: the program closed its standard output while an answer was expected");
}

TEST(Process, ACommandThatIsNotThereIsACrashAndTheShellSaysWhy) {
  Process process("exec no-such-adapter --fast");
  EXPECT_EQ(fault_of([&] { process.read_line(kLong); }),
            "crash: the program ended with exit code 127 while an answer was expected");
  EXPECT_NE(process.errors().find("no-such-adapter"), std::string::npos) << process.errors();
}

TEST(Process, WhatAProgramWroteBeforeItEndedIsReadFirst) {
  Process process("echo one; echo two; printf half; exit 4");
  EXPECT_EQ(process.read_line(kLong), "one");
  EXPECT_EQ(process.read_line(kLong), "two");
  EXPECT_EQ(fault_of([&] { process.read_line(kLong); }),
            "crash: the program ended with exit code 4 while an answer was expected");
}

// It fills the whole of what is read at once, and is gone when that is read.
TEST(Process, AProgramThatEndsInTheMiddleOfALongLineIsACrash) {
  NamedPipe pipe;
  Process process("exec 3>'" + pipe.path() + "'; head -c 65536 /dev/zero; exec 1>&-; exit 5");
  pipe.meet();
  pipe.rest();
  EXPECT_EQ(fault_of([&] { process.read_line(kShort); }),
            "crash: the program ended with exit code 5 while an answer was expected");
}

TEST(Process, AProgramThatReadsNoMoreIsHeardAllTheSame) {
  Process process("exec 0<&-; echo ready; sleep 0.05; echo still here");
  EXPECT_EQ(process.read_line(kLong), "ready");
  process.write(std::string(kMegabyte, 'x'));
  EXPECT_EQ(process.read_line(kLong), "still here");
}

// --- hangs

TEST(Process, AProgramThatDoesNotAnswerHangs) {
  EXPECT_EQ(fault_of("while read line; do :; done", kShort), kHang);
}

TEST(Process, AProgramThatNeitherReadsNorWritesHangsAndIsEnded) {
  Process process("exec sleep 60");
  process.write(std::string(kMegabyte, 'x'));
  EXPECT_EQ(fault_of([&] { process.read_line(kShort); }), kHang);
}

TEST(Process, WhatIsWrittenToStandardErrorIsNoAnswer) {
  EXPECT_EQ(
      fault_of("while :; do echo busy >&2; sleep 0.02; done & while read line; do :; done", kShort),
      kHang);
}

TEST(Process, APartOfALineIsNoAnswer) {
  EXPECT_EQ(
      fault_of("while :; do printf busy; sleep 0.02; done & while read line; do :; done", kShort),
      kHang);
}

// --- standard error

TEST(Process, StandardErrorIsKept) {
  Process process("echo first >&2; echo line; echo second >&2; exec cat");
  EXPECT_EQ(process.read_line(kLong), "line");
  process.write("last\n");
  EXPECT_EQ(process.read_line(kLong), "last");  // after it wrote all that it had to say
  EXPECT_EQ(process.errors(), "first\nsecond\n");
  EXPECT_EQ(process.errors(), "first\nsecond\n");
}

TEST(Process, OfMuchStandardErrorTheEndIsKept) {
  Process process("i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i >&2; done; echo line");
  EXPECT_EQ(process.read_line(kLong), "line");
  const std::string errors = process.errors();
  EXPECT_TRUE(errors.ends_with("line 2999\nline 3000\n")) << errors;
  EXPECT_EQ(errors.size(), 2000u);
}

TEST(Process, AFloodOfStandardErrorDrownsNoAnswer) {
  Process process("head -c 50000000 /dev/zero >&2; echo line");
  EXPECT_EQ(process.read_line(kLong), "line");
}

// --- all that it started is ended

TEST(Process, WhatAProgramStartedEndsWithIt) {
  NamedPipe pipe;
  {
    Process process("exec 3>'" + pipe.path() +
                    "'; { sleep 5; echo alive >&3; } & exec 3>&-; exec cat");
    pipe.meet();
    process.write("started\n");
    EXPECT_EQ(process.read_line(kLong), "started");
  }
  EXPECT_EQ(pipe.rest(), "");
}

}  // namespace
}  // namespace tidemark::core
