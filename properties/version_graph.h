// The version graph of one world, and what it can reach.
//
// An edit edge v -> w: w was written over v. A merge edge leads from each of two versions to what a
// strategy merged from them. A decision edge v -> w: a strategy, asked to choose between v and w,
// neither an ancestor of the other, put w over v. v is an ancestor of w if edit and merge edges
// lead from v to w; decision edges count for paths, not for ancestry.
//
// The graph is flat (offsets and targets); its searches are Boost.Graph's, which only its own file
// reads. It is built only where something is suspect.
#pragma once

#include <cstdint>
#include <span>
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
  std::span<const Edge> edges_of(Vertex vertex) const {
    return {edges_.data() + offsets_[vertex], edges_.data() + offsets_[vertex + 1]};
  }

  // For each version, whether a path leads to it from `from`; `from` itself included.
  std::vector<bool> reachable(Value from) const;
  // The shortest path from one version to another, both included; empty if there is none.
  std::vector<Value> shortest_chain(Value from, Value to) const;

 private:
  std::vector<std::uint32_t> offsets_;
  std::vector<Edge> edges_;
};

}  // namespace tidemark::core
