// The forms in which `tidemark export` gives a trace to other programs, by name.
//
// A new one: copy the smallest (trace_text.cpp), declare it here, add it to the table in
// exports.cpp, and give it golden files (tests/golden/exports/). docs/EXPORTS.md tells of each.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "reports/shown.h"

namespace tidemark::core {

// Each gives a whole document, with a line feed at its end; equal cases give equal bytes.
std::string trace_text(const Shown& about);
std::string replay_document(const Shown& about);
std::string shiviz_log(const Shown& about);
std::string dot_graph(const Shown& about);
std::string gtest_test(const Shown& about);
std::string mermaid(const Shown& about);

struct Export {
  std::string_view name;  // as --to takes it
  std::string_view meaning;
  std::string (*write)(const Shown& about);
};
std::span<const Export> exports();

}  // namespace tidemark::core
