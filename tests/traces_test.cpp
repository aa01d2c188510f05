// The regression traces: every file under tests/traces/ shows what it expects.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "properties/runner.h"
#include "sim/trace.h"

namespace tidemark::core {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> trace_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(TIDEMARK_SOURCE_DIR "/tests/traces"))
    if (entry.path().extension() == ".trace") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Trace trace_in(const fs::path& path) {
  Trace trace;
  if (const auto error = parse_trace(text_of(path), invariant_names(), trace))
    ADD_FAILURE() << path << ":" << error->line << ": " << error->message;
  return trace;
}

Verdict verdict_of(const Trace& trace) {
  Runner runner(trace.engine, built_in(trace.strategy));
  return runner.run(trace.scenario).verdict;
}

bool is_met(const Expectation& expectation, const Verdict& verdict) {
  if (expectation.invariant.empty()) return verdict.holds() == expectation.holds;
  return verdict.broken(*find_invariant(expectation.invariant)) != expectation.holds;
}

TEST(Traces, EachShowsWhatItExpects) {
  const std::vector<fs::path> files = trace_files();
  EXPECT_GE(files.size(), 30u) << "the regression traces were not found";
  for (const fs::path& path : files) {
    const Trace trace = trace_in(path);
    const Verdict verdict = verdict_of(trace);
    for (const Expectation& expectation : trace.expectations)
      EXPECT_TRUE(is_met(expectation, verdict)) << path << ": expect " << expectation.invariant
                                                << (expectation.holds ? " holds" : " violated");
  }
}

bool speaks_of(const Trace& trace, std::string_view invariant) {
  return std::any_of(
      trace.expectations.begin(), trace.expectations.end(),
      [&](const Expectation& expectation) { return expectation.invariant == invariant; });
}

// Nothing else breaks in passing.
TEST(Traces, EachExpectsAllThatIsViolated) {
  for (const fs::path& path : trace_files()) {
    const Trace trace = trace_in(path);
    const Verdict verdict = verdict_of(trace);
    for (const NamedInvariant& named : invariants())
      EXPECT_TRUE(!verdict.broken(named.invariant) || speaks_of(trace, named.name))
          << path << ": " << named.name << " is violated";
  }
}

TEST(Traces, EachExpectsSomethingAndSaysWhatItShows) {
  for (const fs::path& path : trace_files()) {
    const Trace trace = trace_in(path);
    EXPECT_FALSE(trace.expectations.empty()) << path;
    EXPECT_FALSE(trace.comments.empty()) << path;
  }
}

TEST(Traces, EachIsWrittenAsTheMachineWritesIt) {
  for (const fs::path& path : trace_files())
    EXPECT_EQ(print_trace(trace_in(path)), text_of(path)) << path;
}

TEST(Traces, NoTwoRunTheSame) {
  std::set<std::string> seen;
  for (const fs::path& path : trace_files()) {
    Trace trace = trace_in(path);
    trace.comments.clear();
    trace.expectations.clear();
    EXPECT_TRUE(seen.insert(print_trace(trace)).second) << path;
  }
}

}  // namespace
}  // namespace tidemark::core
