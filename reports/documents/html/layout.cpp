#include "reports/documents/html/layout.h"

#include <fmt/format.h>
#include <graphviz/gvc.h>

#include <array>
#include <cmath>
#include <memory>
#include <string>

// The layout plugin is linked to, and no other is looked for: they would load fonts.
extern "C" gvplugin_library_t gvplugin_dot_layout_LTX_library;

namespace tidemark::core {
namespace {

constexpr double kPointsPerInch = 72;

GVC_t* context() {
  static const std::array<lt_symlist_t, 2> plugins{
      {{"gvplugin_dot_layout_LTX_library", &gvplugin_dot_layout_LTX_library}, {nullptr, nullptr}}};
  static const std::unique_ptr<GVC_t, int (*)(GVC_t*)> kept(
      gvContextPlugins(plugins.data(), /*demand_loading=*/0), gvFreeContext);
  return kept.get();
}

// Graphviz takes texts that it does not change as if it did.
void set(void* object, std::string name, std::string value) {
  std::string usual;
  agsafeset(object, name.data(), value.data(), usual.data());
}

class Graph {
 public:
  Graph(std::size_t nodes, const std::vector<LayoutEdge>& edges, int width, int height)
      : graph_(agopen(std::string("versions").data(), Agdirected, nullptr), agclose) {
    set(graph_.get(), "nodesep", "0.3");
    set(graph_.get(), "ranksep", "0.55");
    for (std::size_t i = 0; i < nodes; ++i) add_node(i, width, height);
    for (const LayoutEdge& edge : edges)
      edges_.push_back(
          agedge(graph_.get(), nodes_[edge.from], nodes_[edge.to], /*name=*/nullptr, /*create=*/1));
    gvLayout(context(), graph_.get(), "dot");
  }
  ~Graph() { gvFreeLayout(context(), graph_.get()); }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  Layout read() const {
    const boxf box = GD_bb(graph_.get());
    height_ = box.UR.y;
    Layout layout{.width = rounded(box.UR.x), .height = rounded(height_), .nodes = {}, .edges = {}};
    for (Agnode_t* node : nodes_) layout.nodes.push_back(point(ND_coord(node)));
    for (Agedge_t* edge : edges_) layout.edges.push_back(curve(edge));
    return layout;
  }

 private:
  void add_node(std::size_t number, int width, int height) {
    Agnode_t* node = agnode(graph_.get(), fmt::format("n{}", number).data(), /*create=*/1);
    set(node, "shape", "box");
    set(node, "label", "");
    set(node, "fixedsize", "true");
    set(node, "width", fmt::format("{:.4f}", width / kPointsPerInch));
    set(node, "height", fmt::format("{:.4f}", height / kPointsPerInch));
    nodes_.push_back(node);
  }

  static int rounded(double number) { return static_cast<int>(std::lround(number)); }
  // Graphviz counts upward.
  Point point(pointf at) const { return {rounded(at.x), rounded(height_ - at.y)}; }
  std::vector<Point> curve(Agedge_t* edge) const {
    std::vector<Point> points;
    const splines* spline = ED_spl(edge);
    if (spline == nullptr || spline->size == 0) return points;
    const bezier& first = spline->list[0];
    for (int i = 0; i < static_cast<int>(first.size); ++i) points.push_back(point(first.list[i]));
    if (first.eflag) points.push_back(point(first.ep));
    return points;
  }

  std::unique_ptr<Agraph_t, int (*)(Agraph_t*)> graph_;
  std::vector<Agnode_t*> nodes_;
  std::vector<Agedge_t*> edges_;
  mutable double height_ = 0;
};

}  // namespace

Layout lay_out(std::size_t nodes, const std::vector<LayoutEdge>& edges, int node_width,
               int node_height) {
  if (nodes == 0) return {};
  return Graph(nodes, edges, node_width, node_height).read();
}

}  // namespace tidemark::core
