#include "reports/documents/exports.h"

#include <array>
#include <nlohmann/json.hpp>

namespace tidemark::core {

std::span<const Export> exports() {
  static constexpr std::array<Export, 6> kExports{{
      {"trace", "the trace itself, as it ran", trace_text},
      {"json", "tidemark/replay/1, with all events (docs/JSON.md)", replay_document},
      {"shiviz", "a log for ShiViz: events with vector clocks; original and minimal side by side",
       shiviz_log},
      {"dot", "the version graph, for Graphviz", dot_graph},
      {"gtest", "a test to paste, which fails until the bug is gone", gtest_test},
      {"mermaid", "a sequence diagram for Markdown", mermaid},
  }};
  return kExports;
}

}  // namespace tidemark::core
