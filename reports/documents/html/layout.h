// Where the nodes and edges of a directed graph go, so that it reads from top to bottom. Graphviz
// knows; it measures no fonts, so that the same graph has the same layout everywhere.
#pragma once

#include <cstddef>
#include <vector>

#include "reports/documents/html/svg.h"

namespace tidemark::core {

struct LayoutEdge {
  std::size_t from = 0;
  std::size_t to = 0;
};

struct Layout {
  int width = 0;
  int height = 0;
  std::vector<Point> nodes;  // their centers
  // Of each edge: a point, then three for each cubic Bézier curve; empty where there is no way.
  std::vector<std::vector<Point>> edges;
};

// Nodes are boxes of this size. Not for use by two threads at once.
Layout lay_out(std::size_t nodes, const std::vector<LayoutEdge>& edges, int node_width,
               int node_height);

}  // namespace tidemark::core
