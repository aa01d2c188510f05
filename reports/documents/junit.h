// Checks as JUnit XML, which most CI services read. There is no specification of it, so there are
// two dialects; docs/CI.md tells who reads which.
#pragma once

#include <cstdint>
#include <string>

#include "reports/documents/checks.h"

namespace tidemark::core {

enum class JUnitDialect : std::uint8_t {
  common,  // testcases name the file and the line of a trace, and attach it
  strict   // what the schema of Jenkins' xUnit plugin allows, and no more
};

// A testsuite each configuration, a testcase each check: violated is `failure`, a fault `error`,
// not judged `skipped`. A failure begins with the verdict, then the command that replays it, then
// the screen. Says no time: equal checks give equal bytes. Characters that XML forbids are
// replaced.
std::string junit(const Checks& checks, JUnitDialect dialect);

}  // namespace tidemark::core
