// Every form: its golden files, and what is true of all of them.
//
// A folder below tests/golden/exports has minimal.trace, may have the original.trace that it was
// shrunk from, and has FORM.txt for each form; json, which is long, is in the first folder alone.
// TIDEMARK_REWRITE_GOLDEN=1 in the environment writes those anew. Rewrite one only with the
// difference read, and say in the commit why it changed.
#include "reports/documents/exports.h"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "sim/trace_words.h"
#include "tests/reports/documents/shown.h"

namespace tidemark::core {
namespace {

std::vector<fs::path> golden_folders() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(TIDEMARK_SOURCE_DIR "/tests/golden/exports"))
    folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

std::vector<Export> forms_in(const fs::path& folder) {
  std::vector<Export> forms;
  for (const Export& form : exports())
    if (form.name != "json" || folder == golden_folders().front()) forms.push_back(form);
  return forms;
}

Shown shown_in(const fs::path& folder) {
  const std::string trace = text_of(folder / "minimal.trace");
  const fs::path original = folder / "original.trace";
  Shown made = fs::exists(original) ? shown_of(trace, text_of(original)) : shown_of(trace);
  made.commands = {{"replay", "tidemark replay minimal.trace"}};
  return made;
}

class GoldenExport : public testing::TestWithParam<fs::path> {};

TEST_P(GoldenExport, IsWhatIsWrittenInEveryForm) {
  const Shown about = shown_in(GetParam());
  const bool rewrites = std::getenv("TIDEMARK_REWRITE_GOLDEN") != nullptr;
  for (const Export& form : forms_in(GetParam())) {
    const fs::path file = GetParam() / (std::string(form.name) + ".txt");
    if (rewrites) std::ofstream(file, std::ios::binary) << form.write(about);
    ASSERT_TRUE(fs::exists(file)) << file << " is missing: each form has a golden file";
    EXPECT_EQ(form.write(about), text_of(file)) << file;
  }
}

// A golden file that no form writes is dead.
TEST_P(GoldenExport, HasNoFileOfAFormThatIsGone) {
  std::set<std::string> expected{"minimal.trace", "original.trace"};
  for (const Export& form : forms_in(GetParam())) expected.insert(std::string(form.name) + ".txt");
  for (const auto& entry : fs::directory_iterator(GetParam()))
    EXPECT_TRUE(expected.contains(entry.path().filename().string())) << entry.path();
}

INSTANTIATE_TEST_SUITE_P(Exports, GoldenExport, testing::ValuesIn(golden_folders()),
                         [](const auto& folder) {
                           std::string name = folder.param.filename().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Exports, HaveGoldenFilesOfTwoTraces) { EXPECT_GE(golden_folders().size(), 2u); }

TEST(Exports, AreWholeLinesOfUtf8WhateverTheTraceSays) {
  const Shown about = shown_of(kHostile);
  for (const Export& form : exports()) {
    const std::string text = form.write(about);
    EXPECT_TRUE(text.ends_with('\n')) << form.name;
    EXPECT_TRUE(is_utf8(text)) << form.name;
    for (const char character : text)
      EXPECT_TRUE(static_cast<unsigned char>(character) >= ' ' || character == '\n') << form.name;
  }
}

TEST(Exports, GiveTheTraceAndTheJsonWhole) {
  const Shown about = shown_of(kHostile);
  EXPECT_EQ(trace_of(trace_text(about)), about.run.trace());
  const auto document = nlohmann::json::parse(replay_document(about));
  EXPECT_EQ(document["schema"], "tidemark/replay/1");
  EXPECT_EQ(document["events"].size(), about.run.recording().events.size());
  EXPECT_EQ(document["versions"][1]["value"], "\"];\n\\");
}

// An engine behind an adapter may answer with any bytes.
TEST(Exports, AreUtf8WhateverAnEngineSays) {
  Shown about = shown_of(kHostile);
  about.configuration.strategy.name = "\xFF\"];\\\n\x1b";
  about.configuration.protocol_name = "\xC3(";
  for (const Export& form : exports()) EXPECT_TRUE(is_utf8(form.write(about))) << form.name;
}

TEST(Exports, OfEqualCasesAreEqualBytes) {
  for (const Export& form : exports())
    EXPECT_EQ(form.write(shown_of(kHostile)), form.write(shown_of(kHostile))) << form.name;
}

TEST(Exports, AreGivenWhereNothingIsBrokenAndWhereNothingHappens) {
  for (const std::string_view trace : {"tidemark-trace 1\n", "tidemark-trace 1\ncreate S o1\n"}) {
    const Shown about = shown_of(trace);
    ASSERT_FALSE(about.invariant);
    for (const Export& form : exports()) EXPECT_NE(form.write(about), "") << form.name;
  }
}

TEST(Exports, AreDescribedInTheDocs) {
  const std::string docs = text_of(TIDEMARK_SOURCE_DIR "/docs/EXPORTS.md");
  for (const Export& form : exports())
    EXPECT_NE(docs.find("## `" + std::string(form.name) + "`"), std::string::npos) << form.name;
}

}  // namespace
}  // namespace tidemark::core
