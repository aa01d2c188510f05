// Golden files: each is a trace and, below it, what is printed of it.
//
// tests/golden/reports/*.txt begin with a trace. Each line that begins with `---- ` then asks for
// an output, and what follows it, up to the next such line, is that output:
//
//   ---- story
//   ---- screen no-lost-update
//   ---- explain no-lost-update
//
// TIDEMARK_REWRITE_GOLDEN=1 in the environment writes the outputs anew. Rewrite a file only with
// the difference read, and say in the commit why it changed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "reports/documents/explain_text.h"
#include "reports/story.h"
#include "tests/reports/samples.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kAsk = "---- ";

struct Section {
  std::string ask;  // empty: the trace
  std::string text;
};

std::vector<Section> sections_of(std::string_view file) {
  std::vector<Section> sections(1);
  while (!file.empty()) {
    const auto end = std::min(file.find('\n'), file.size() - 1) + 1;
    const std::string_view line = file.substr(0, end);
    if (line.starts_with(kAsk))
      sections.push_back(
          {std::string(line.substr(kAsk.size(), line.size() - kAsk.size() - 1)), ""});
    else
      sections.back().text += line;
    file.remove_prefix(end);
  }
  return sections;
}

std::string explanation_of(const Trace& trace, Invariant invariant) {
  Shown about = show(configuration_of(trace), trace);
  about.invariant = invariant;
  return explain_text(with_anatomy(about), false);
}

std::string answer(std::string_view ask, const Trace& trace) {
  const Recording recording = record(trace);
  if (ask == "story") return story(trace, recording, {});
  if (ask == "story --all-state") return story(trace, recording, {.all_state = true});
  const auto invariant = find_invariant(ask.substr(ask.find(' ') + 1));
  if (!invariant) return "unknown: " + std::string(ask) + "\n";
  if (!recording.outcome.verdict.broken(*invariant)) return "not broken\n";
  if (ask.starts_with("screen ")) return screen_of(trace, *invariant);
  if (ask.starts_with("explain ")) return explanation_of(trace, *invariant);
  return "unknown: " + std::string(ask) + "\n";
}

std::filesystem::path folder() {
  return std::filesystem::path(TIDEMARK_SOURCE_DIR) / "tests/golden/reports";
}

std::vector<std::filesystem::path> golden_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder()))
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool rewrites() { return std::getenv("TIDEMARK_REWRITE_GOLDEN") != nullptr; }

class Golden : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Golden, PrintsWhatIsWritten) {
  const std::vector<Section> sections = sections_of(read(GetParam()));
  const Trace trace = trace_of(sections[0].text);
  std::string rewritten = sections[0].text;
  for (std::size_t i = 1; i < sections.size(); ++i) {
    const std::string text = answer(sections[i].ask, trace);
    rewritten += std::string(kAsk) + sections[i].ask + "\n" + text;
    if (!rewrites()) {
      EXPECT_EQ(text, sections[i].text) << GetParam() << ", " << sections[i].ask;
    }
  }
  if (rewrites()) std::ofstream(GetParam(), std::ios::binary) << rewritten;
}

INSTANTIATE_TEST_SUITE_P(Reports, Golden, testing::ValuesIn(golden_files()),
                         [](const auto& file) { return file.param.stem().string(); });

}  // namespace
}  // namespace tidemark::core
