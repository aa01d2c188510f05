// The space-time diagram as SVG: time runs down, a column a replica, an arrow a message.
//
// A lost message ends in a cross; a late one is dashed and ends in a clock. A band says that a
// client is offline. Where an invariant broke, there is a ring.
#pragma once

#include <string>

#include "reports/documents/html/scene.h"

namespace tidemark::core {

// The picture of what the scene shows. Each passage is a group of its own, which links to it.
std::string space_time_picture(const Scene& scene);

// The same as a table: a row for each message, and for each other thing that happened.
std::string space_time_table(const Scene& scene);

}  // namespace tidemark::core
