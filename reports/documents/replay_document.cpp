#include "reports/documents/exports.h"

#include <nlohmann/json.hpp>
#include "reports/json.h"

namespace tidemark::core {

std::string replay_document(const Shown& about) {
  return print_json(replay_json(about.run.trace(), about.run.recording(), true));
}

}  // namespace tidemark::core
