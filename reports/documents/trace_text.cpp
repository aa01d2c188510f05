#include "reports/documents/exports.h"

namespace tidemark::core {

std::string trace_text(const Shown& about) { return print_trace(about.run.trace()); }

}  // namespace tidemark::core
