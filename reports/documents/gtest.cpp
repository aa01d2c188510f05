// A GoogleTest test to paste, with the trace inside.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "base/text.h"
#include "reports/documents/characters.h"
#include "reports/documents/exports.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

bool may_begin_a_name(char character) {
  return std::isalpha(static_cast<unsigned char>(character)) != 0;
}

// `no-lost-update` as `NoLostUpdate`.
std::string type_name(std::string_view name) {
  std::string result;
  bool begins = true;
  for (const char character : name) {
    if (character != '-')
      result += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(character)))
                       : character;
    begins = character == '-';
  }
  return !result.empty() && may_begin_a_name(result.front()) ? result : "Invariant" + result;
}

// A raw literal ends where its mark follows a bracket: one that the text does not have.
std::string raw_literal(std::string_view text) {
  std::string mark;
  for (int i = 1; text.find(")" + mark + "\"") != std::string_view::npos; ++i)
    mark = fmt::format("trace{}", i);
  return fmt::format("R\"{}({}){}\"", mark, text, mark);
}

// A backslash at its end, or its trigraph, would go on with the comment on the next line.
bool goes_on(std::string_view line) { return line.ends_with('\\') || line.ends_with("?\?/"); }

std::string comment(std::string_view text) {
  std::string lines;
  for (const std::string& line : wrap(plain_line(text), kReportColumns - 3))
    lines += fmt::format("// {}{}\n", line, goes_on(line) ? "." : "");
  return lines;
}

// The trace, expecting what will be so once the bug is gone.
Trace mended(const Shown& about) {
  Trace trace = about.run.trace();
  const std::string invariant =
      about.invariant ? name_of(*about.invariant, about.configuration) : "";
  trace.expectations = {{invariant, true}};
  return trace;
}

std::string test_name(const Shown& about) {
  if (about.invariant)
    return fmt::format("{}, HoldsIn{}", type_name(name_of(*about.invariant, about.configuration)),
                       about.fingerprint);
  return fmt::format("EveryInvariant, HoldsIn{}",
                     print_digest(about.run.recording().outcome.summary.digest));
}

std::string meaning(const Shown& about) {
  const Account account(about.run.scenario(), about.run.recording());
  const std::string configuration = configuration_name(about.configuration);
  if (!about.invariant) return configuration + ": nothing is broken.";
  return fmt::format("{}: {}.", configuration, sentence(about.breach(), account));
}

// What is given to replays() beside the trace.
std::string arguments(const Configuration& configuration) {
  std::string text = "trace";
  if (configuration.spec->is_foreign()) text += ", my_engine()";
  if (configuration.strategy.is_own()) text += fmt::format(", {}{{}}", configuration.strategy.name);
  if (configuration.judge.compare_tombstones) text += ", {.compare_tombstones = true}";
  return text;
}

}  // namespace

std::string gtest_test(const Shown& about) {
  std::string text =
      "#include <gtest/gtest.h>\n"
      "#include <tidemark/gtest.h>\n"
      "#include <tidemark/tidemark.h>\n\n";
  if (about.configuration.spec->is_foreign())
    text +=
        "// The engine, in C++ (docs/LIBRARY.md, An engine of your own).\n"
        "std::shared_ptr<tidemark::Engine> my_engine();\n\n";
  return text + comment(meaning(about)) +
         fmt::format(
             "TEST({}) {{\n"
             "  const tidemark::TraceText trace{{{}}};\n"
             "  EXPECT_TRUE(tidemark::replays({}));\n"
             "}}\n",
             test_name(about), raw_literal(print_trace(mended(about))),
             arguments(about.configuration));
}

}  // namespace tidemark::core
