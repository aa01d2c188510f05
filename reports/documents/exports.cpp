#include "reports/documents/exports.h"

#include <array>

namespace tidemark::core {

std::span<const Export> exports() {
  static constexpr std::array<Export, 2> kExports{{
      {"trace", "the trace itself, as it ran", trace_text},
      {"json", "tidemark/replay/1, with all events (docs/JSON.md)", replay_document},
  }};
  return kExports;
}

}  // namespace tidemark::core
