// One finding as a part of a page: the verdict and its sentence, the diagram and the stepper, the
// version graph, the original, the trace.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "reports/shown.h"

namespace tidemark::core {

struct SectionOptions {
  std::string prefix = {};  // of all anchors; empty on a page with one finding
  bool alone = true;        // the page has no other
};

// The finding as an article.
std::string finding_section(const Shown& about, const SectionOptions& options);

// What it is, for programs.
nlohmann::json finding_data(const Shown& about);

// `no-lost-update`, or `holds`.
std::string verdict_name(const Shown& about);

}  // namespace tidemark::core
