// The version graph of the object that a breach is about, laid out by Graphviz and drawn as SVG.
#pragma once

#include <string>

#include "reports/documents/html/scene.h"

namespace tidemark::core {

// Its versions, how each came to be, which the replicas hold at rest; the one that is lost, ringed,
// and the shortest causal chain between the versions that the breach names. With a table that says
// the same. Empty where nothing broke, or the breach is about no version.
std::string version_picture(const Scene& scene);

}  // namespace tidemark::core
