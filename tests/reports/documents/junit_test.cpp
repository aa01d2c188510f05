#include "reports/documents/junit.h"

#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "base/text.h"
#include "tests/reports/documents/ci_documents.h"

namespace tidemark::core {
namespace {

using namespace ci_documents;

// A file in a folder that goes when this does.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "tidemark-junit-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~Scratch() { std::filesystem::remove_all(folder_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string keep(const std::string& text) const {
    std::ofstream(folder_ / "report.xml", std::ios::binary) << text;
    return (folder_ / "report.xml").string();
  }

 private:
  std::filesystem::path folder_;
};

bool xmllint_takes(const std::string& arguments) {
  return std::system(("xmllint --noout " + arguments + " 2>/dev/null").c_str()) == 0;
}
bool fits(const std::string& xml, const std::string& schema) {
  const Scratch scratch;
  return xmllint_takes("--schema " TIDEMARK_SOURCE_DIR "/tests/reports/documents/junit-" + schema +
                       ".xsd " + scratch.keep(xml));
}
bool is_well_formed(const std::string& xml) {
  const Scratch scratch;
  return xmllint_takes(scratch.keep(xml));
}

pugi::xml_document parsed(const std::string& xml) {
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(xml.c_str()));
  return document;
}

TEST(JUnit, IsWhatIsWritten) {
  expect_golden("junit-common.xml", junit(sample_checks(), JUnitDialect::common));
  expect_golden("junit-strict.xml", junit(sample_checks(), JUnitDialect::strict));
}

TEST(JUnit, EachDialectFitsItsSchema) {
  EXPECT_TRUE(fits(junit(sample_checks(), JUnitDialect::strict), "strict"));
  EXPECT_TRUE(fits(junit(sample_checks(), JUnitDialect::common), "common"));
  EXPECT_FALSE(fits(junit(sample_checks(), JUnitDialect::common), "strict"))
      << "a schema that takes everything says nothing";
}

TEST(JUnit, TwoTestcasesOfOneNameDoNotFit) {
  Checks checks = sample_checks();
  checks.suites.push_back(checks.suites.front());
  EXPECT_FALSE(fits(junit(checks, JUnitDialect::strict), "strict"));
}

TEST(JUnit, AFailureBeginsWithTheVerdictThenTheCommand) {
  const auto document = parsed(junit(sample_checks(), JUnitDialect::common));
  const std::string text = document.select_node("//failure").node().text().get();
  EXPECT_TRUE(text.starts_with("no-lost-update: A's edit of o1 (v2) is gone")) << text;
  const std::string second = text.substr(text.find('\n') + 1);
  EXPECT_TRUE(second.starts_with("tidemark replay found/no-lost-update-3f2a91c2d0ab.trace\n"))
      << text;
  EXPECT_NE(text.find(echo_failure().screen), text.npos) << "the screen is not all there";
}

TEST(JUnit, CountsWhatItHas) {
  const auto document = parsed(junit(sample_checks(), JUnitDialect::strict));
  const pugi::xml_node root = document.child("testsuites");
  EXPECT_EQ(root.attribute("tests").as_uint(), document.select_nodes("//testcase").size());
  EXPECT_EQ(root.attribute("failures").as_uint(), document.select_nodes("//failure").size());
  EXPECT_EQ(root.attribute("errors").as_uint(), document.select_nodes("//error").size());
  unsigned skipped = 0;
  for (const pugi::xml_node suite : root) skipped += suite.attribute("skipped").as_uint();
  EXPECT_EQ(skipped, document.select_nodes("//skipped").size());
  EXPECT_EQ(document.select_nodes("//failure").size(), 1u);
  EXPECT_EQ(document.select_nodes("//error").size(), 1u);
  EXPECT_EQ(skipped, 1u + kInvariants + 1 + kInvariants);
}

// What held in a run that proves nothing is not green.
TEST(JUnit, NothingIsGreenInARunThatIsAtFaultOrProvesNothing) {
  const auto document = parsed(junit(sample_checks(), JUnitDialect::strict));
  for (const char* suite : {"guarded, server-priority", "hardened, server-priority"})
    for (const pugi::xml_node testcase :
         document.child("testsuites").find_child_by_attribute("name", suite))
      EXPECT_FALSE(testcase.first_child().empty()) << testcase.attribute("name").value();
}

TEST(JUnit, NamesSpeakOfNoSeedAndNoFingerprint) {
  const auto names = [](const Checks& checks) {
    const auto document = parsed(junit(checks, JUnitDialect::strict));
    std::vector<std::string> all;
    for (const auto& node : document.select_nodes("//testcase"))
      all.push_back(std::string(node.node().attribute("classname").value()) + " " +
                    node.node().attribute("name").value());
    return all;
  };
  Checks other = sample_checks();
  for (Suite& suite : other.suites)
    for (Check& check : suite.checks) {
      check.outcome = CheckOutcome::held;
      check.failures.clear();
    }
  EXPECT_EQ(names(sample_checks()), names(other));
}

TEST(JUnit, AnyBytesLeaveItWellFormed) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const Checks checks = hostile_checks(random);
    for (const JUnitDialect dialect : {JUnitDialect::common, JUnitDialect::strict}) {
      const std::string xml = junit(checks, dialect);
      pugi::xml_document document;
      ASSERT_TRUE(document.load_string(xml.c_str(), pugi::parse_full)) << "seed " << seed;
      ASSERT_EQ(document.select_nodes("//*").size(),
                document
                    .select_nodes("//testsuites | //testsuite | //testcase | //failure | //error | "
                                  "//skipped | //system-out")
                    .size())
          << "seed " << seed << ": a text became an element";
      if (seed % 25 == 0) {
        EXPECT_TRUE(is_well_formed(xml)) << "seed " << seed << "\n" << xml;
      }
    }
  }
}

TEST(JUnit, EachHostileTextFitsTheSchemas) {
  for (const std::string_view hostile : kHostile) {
    const std::string text(hostile);
    const Failure failure{text, text, text, 1, text, text, text, text};
    const Checks checks{
        "fuzz",
        {{"suite" + text, text, {{"check" + text, CheckOutcome::violated, {}, {failure}, text}}}}};
    EXPECT_TRUE(fits(junit(checks, JUnitDialect::strict), "strict")) << printable(text);
    EXPECT_TRUE(fits(junit(checks, JUnitDialect::common), "common")) << printable(text);
  }
}

TEST(JUnit, ControlCharactersAndBrokenBytesAreReplacedAndTheRestStays) {
  Checks checks = sample_checks();
  checks.suites[0].checks[1].failures[0].verdict =
      "a\x01"
      "b\xff]]>\xf0\x9f\x98\x80";
  const auto document = parsed(junit(checks, JUnitDialect::strict));
  const std::string message = document.select_node("//failure").node().attribute("message").value();
  EXPECT_EQ(message,
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD]]>\xf0\x9f\x98\x80 (3f2a91c2d0ab)");
}

}  // namespace
}  // namespace tidemark::core
