// What the tests of documents for CI have in common: checks made of traces, golden files, and texts
// that wish them ill.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "reports/documents/checks.h"
#include "reports/shown.h"
#include "tests/reports/samples.h"

namespace tidemark::core::ci_documents {

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// TIDEMARK_REWRITE_GOLDEN=1 in the environment writes the file anew.
inline void expect_golden(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(TIDEMARK_SOURCE_DIR) / "tests/golden/documents" / name;
  if (std::getenv("TIDEMARK_REWRITE_GOLDEN") != nullptr)
    std::ofstream(path, std::ios::binary) << text;
  else
    EXPECT_EQ(text, read_text(path)) << path;
}

constexpr std::string_view kEcho =
    "tidemark-trace 1\n"
    "create A o1\n"
    "sync A\n"
    "edit A o1\n"
    "expect no-lost-update violated\n";

inline Shown shown_of(std::string_view text) {
  const Trace trace = trace_of(text);
  Shown about = show(configuration_of(trace), trace);
  about.commands = {{"replay", "tidemark replay some.trace"}};
  return about;
}

// A failed check of that trace, as if fuzzing had left it in a file.
inline Failure echo_failure() {
  Shown about = shown_finding(trace_of(kEcho), Invariant::no_lost_update);
  about.commands.resize(1);
  return failure_of(about, "found/no-lost-update-3f2a91c2d0ab.trace");
}

// One of each outcome.
inline Checks sample_checks() {
  const Configuration page = configuration_of(trace_of(kEcho));
  Configuration guarded = page;
  guarded.protocol_name = "guarded";
  Configuration hardened = page;
  hardened.protocol_name = "hardened";
  return {"fuzz",
          {suite_of(page, kAllInvariants & ~invariant_bit(Invariant::told),
                    {{Invariant::no_lost_update, echo_failure()}}, {},
                    "page, server-priority: 20 000 episodes, 431 broken"),
           suite_of(guarded, kAllInvariants, {}, {{"an episode ran otherwise the second time"}},
                    "guarded, server-priority: 20 000 episodes"),
           suite_of(hardened, kAllInvariants, {}, {{}, {"never reached undelete"}},
                    "hardened, server-priority: 100 episodes")}};
}

// Texts that mean something to XML, Markdown, Mermaid, GitHub and terminals, or are no texts.
constexpr std::array<std::string_view, 18> kHostile{"]]>",
                                                    "<script>alert(1)</script>",
                                                    "<![CDATA[",
                                                    "&amp;&#0;&lt;",
                                                    "\x01\x1b[31m\x7f",
                                                    "\xff\xfe broken \xc3",
                                                    "\xed\xa0\x80 half a pair",
                                                    "\xef\xbf\xbf no character",
                                                    "\xf0\x9f\x98\x80 emoji",
                                                    "\n::error::injected",
                                                    "\r::stop-commands::token",
                                                    "##[error]injected",
                                                    "%0A%25",
                                                    "```\n# heading\n| a | b |",
                                                    "</details></code> [x](javascript:1) @everyone",
                                                    "end; A->>B: x#59;",
                                                    "%%{init: {\"theme\": \"dark\"}}%%",
                                                    "$$\\frac{a}{b}$$ `x` <br/>"};

// Any bytes, and pieces of the above.
inline std::string random_text(Random& random) {
  std::string text;
  for (std::uint32_t parts = random.below(6); parts > 0; --parts) {
    if (random.one_in(2)) text += kHostile[random.below(kHostile.size())];
    for (std::uint32_t bytes = random.below(8); bytes > 0; --bytes)
      text += static_cast<char>(random.below(256));
  }
  return text;
}

// A failing check, of which every text is hostile.
inline Checks hostile_checks(Random& random) {
  const auto text = [&] { return random_text(random); };
  Failure failure{text(), text(), text(), 3, text(), text(), text(), text()};
  Check violated{text(), CheckOutcome::violated, {}, {failure, failure}, text()};
  Check fault{text(), CheckOutcome::fault, {text(), text()}};
  Check skipped{std::string(kRunCheck), CheckOutcome::not_judged, {text()}};
  return {"fuzz", {{text(), text(), {violated, fault, skipped}}}};
}

}  // namespace tidemark::core::ci_documents
