#include "properties/version_graph.h"

#include <algorithm>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/graph/visitors.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/property_map/property_map.hpp>
#include <utility>

// The graph as a VertexListGraph and an IncidenceGraph.
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

#include "sim/ancestry.h"

namespace tidemark::core {

// Boost finds these by the graph's namespace.
static std::pair<boost::counting_iterator<VersionGraph::Vertex>,
                 boost::counting_iterator<VersionGraph::Vertex>>
vertices(const VersionGraph& graph) {
  using Iterator = boost::counting_iterator<VersionGraph::Vertex>;
  return {Iterator(0), Iterator(static_cast<VersionGraph::Vertex>(graph.size()))};
}
static std::size_t num_vertices(const VersionGraph& graph) { return graph.size(); }
static std::pair<const VersionGraph::Edge*, const VersionGraph::Edge*> out_edges(
    VersionGraph::Vertex vertex, const VersionGraph& graph) {
  const auto edges = graph.edges_of(vertex);
  return {edges.data(), edges.data() + edges.size()};
}
static std::size_t out_degree(VersionGraph::Vertex vertex, const VersionGraph& graph) {
  return graph.edges_of(vertex).size();
}
static VersionGraph::Vertex source(const VersionGraph::Edge& edge, const VersionGraph&) {
  return edge.source;
}
static VersionGraph::Vertex target(const VersionGraph::Edge& edge, const VersionGraph&) {
  return edge.target;
}

namespace {

BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<VersionGraph>));
BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<VersionGraph>));

using Vertex = VersionGraph::Vertex;

template <class T>
auto vertex_map(std::vector<T>& values) {
  return boost::make_iterator_property_map(values.begin(),
                                           boost::typed_identity_property_map<Vertex>());
}

// Searches from `from`, breadth first, and leaves each vertex's predecessor in `predecessors`.
void search(const VersionGraph& graph, Vertex from, std::vector<Vertex>& predecessors) {
  std::vector<boost::default_color_type> colors(graph.size(), boost::white_color);
  boost::queue<Vertex> queue;
  const auto recorder = boost::record_predecessors(vertex_map(predecessors), boost::on_tree_edge());
  boost::breadth_first_visit(graph, from, queue, boost::make_bfs_visitor(recorder),
                             vertex_map(colors));
}

}  // namespace

VersionGraph::VersionGraph(const std::vector<Version>& versions,
                           const std::vector<DecisionEdge>& decisions) {
  for_each_descent(versions, [&](Value newer, Value older) {
    const bool merged = versions[newer.number].kind == VersionKind::merge;
    edges_.push_back({older.number, newer.number, merged ? EdgeKind::merge : EdgeKind::edit});
  });
  for (const DecisionEdge& decision : decisions)
    edges_.push_back({decision.over.number, decision.kept.number, EdgeKind::decision});
  std::stable_sort(edges_.begin(), edges_.end(),
                   [](const Edge& a, const Edge& b) { return a.source < b.source; });
  offsets_.assign(versions.size() + 1, 0);
  for (const Edge& edge : edges_) ++offsets_[edge.source + 1];
  for (std::size_t i = 1; i < offsets_.size(); ++i) offsets_[i] += offsets_[i - 1];
}

std::vector<bool> VersionGraph::reachable(Value from) const {
  std::vector<Vertex> predecessors(size(), 0);
  search(*this, from.number, predecessors);
  std::vector<bool> reached(size());
  for (std::size_t i = 0; i < reached.size(); ++i) reached[i] = predecessors[i] != 0;
  reached[from.number] = true;
  return reached;
}

std::vector<Value> VersionGraph::shortest_chain(Value from, Value to) const {
  std::vector<Vertex> predecessors(size(), 0);
  search(*this, from.number, predecessors);
  std::vector<Value> chain{to};
  while (chain.back() != from) {
    const Vertex before = predecessors[chain.back().number];
    if (before == 0) return {};
    chain.push_back({before});
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

}  // namespace tidemark::core
