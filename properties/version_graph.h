// The version graph of one world, and what it can reach.
//
// An edit edge v -> w: w was written over v. A merge edge leads from each of two versions to what a
// strategy merged from them. A decision edge v -> w: a strategy, asked to choose between v and w,
// neither an ancestor of the other, put w over v. v is an ancestor of w if edit and merge edges
// lead from v to w; decision edges count for paths, not for ancestry.
//
// The graph is flat (offsets and targets) and models Boost.Graph's VertexListGraph and
// IncidenceGraph, so its searches are Boost's. It is built only where something is suspect.
#pragma once

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/version.h"

namespace tidemark::core {

enum class EdgeKind : std::uint8_t { edit, merge, decision };

struct DecisionEdge {
  Value over;  // the loser
  Value kept;  // the winner
};

class VersionGraph {
 public:
  using Vertex = std::uint32_t;  // the number of a value; vertex 0 stands alone
  struct Edge {
    Vertex source;
    Vertex target;
    EdgeKind kind;
    friend bool operator==(const Edge&, const Edge&) = default;
  };

  VersionGraph(const std::vector<Version>& versions, const std::vector<DecisionEdge>& decisions);

  std::size_t size() const { return offsets_.size() - 1; }
  const Edge* edges_begin(Vertex vertex) const { return edges_.data() + offsets_[vertex]; }
  const Edge* edges_end(Vertex vertex) const { return edges_.data() + offsets_[vertex + 1]; }

  // For each version, whether a path leads to it from `from`; `from` itself included.
  std::vector<bool> reachable(Value from) const;
  // The shortest path from one version to another, both included; empty if there is none.
  std::vector<Value> shortest_chain(Value from, Value to) const;

 private:
  std::vector<std::uint32_t> offsets_;
  std::vector<Edge> edges_;
};

// Whether `older` is an ancestor of `newer`; never of a value that is no version. Builds no graph.
bool is_ancestor(const std::vector<Version>& versions, Value older, Value newer);

}  // namespace tidemark::core

namespace boost {

template <>
struct graph_traits<tidemark::core::VersionGraph> {
  using vertex_descriptor = tidemark::core::VersionGraph::Vertex;
  using edge_descriptor = tidemark::core::VersionGraph::Edge;
  using directed_category = directed_tag;
  using edge_parallel_category = allow_parallel_edge_tag;
  struct traversal_category : incidence_graph_tag, vertex_list_graph_tag {};
  using vertices_size_type = std::size_t;
  using edges_size_type = std::size_t;
  using degree_size_type = std::size_t;
  using vertex_iterator = counting_iterator<vertex_descriptor>;
  using out_edge_iterator = const edge_descriptor*;
  static vertex_descriptor null_vertex() { return 0; }
};

}  // namespace boost

namespace tidemark::core {

inline std::pair<boost::counting_iterator<VersionGraph::Vertex>,
                 boost::counting_iterator<VersionGraph::Vertex>>
vertices(const VersionGraph& graph) {
  using Iterator = boost::counting_iterator<VersionGraph::Vertex>;
  return {Iterator(0), Iterator(static_cast<VersionGraph::Vertex>(graph.size()))};
}
inline std::size_t num_vertices(const VersionGraph& graph) { return graph.size(); }
inline std::pair<const VersionGraph::Edge*, const VersionGraph::Edge*> out_edges(
    VersionGraph::Vertex vertex, const VersionGraph& graph) {
  return {graph.edges_begin(vertex), graph.edges_end(vertex)};
}
inline std::size_t out_degree(VersionGraph::Vertex vertex, const VersionGraph& graph) {
  return static_cast<std::size_t>(graph.edges_end(vertex) - graph.edges_begin(vertex));
}
inline VersionGraph::Vertex source(const VersionGraph::Edge& edge, const VersionGraph&) {
  return edge.source;
}
inline VersionGraph::Vertex target(const VersionGraph::Edge& edge, const VersionGraph&) {
  return edge.target;
}

}  // namespace tidemark::core
