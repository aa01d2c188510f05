#include "reports/documents/exports.h"

namespace tidemark::core {

std::string trace_text(const Case& about) { return print_trace(about.run.trace); }

}  // namespace tidemark::core
