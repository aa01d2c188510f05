// The version graph against a dumb model: transitive closure by repetition.
#include "properties/version_graph.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <optional>
#include <ostream>
#include <vector>

#include "base/random.h"
#include "sim/ancestry.h"

namespace tidemark::core {
namespace {

Version version(VersionKind kind, Value over = kNoValue, Value over_too = kNoValue) {
  return {.kind = kind, .over = over, .over_too = over_too};
}

struct Lineage {
  std::vector<Version> versions{1};
  std::vector<DecisionEdge> decisions;
  VersionGraph graph() const { return {versions, decisions}; }
  Value last() const { return {static_cast<std::uint32_t>(versions.size() - 1)}; }
};

std::ostream& operator<<(std::ostream& out, const Lineage& lineage) {
  for (std::size_t i = 1; i < lineage.versions.size(); ++i) {
    out << "\n  " << i << " over " << lineage.versions[i].over.number;
    if (lineage.versions[i].over_too != kNoValue)
      out << " and " << lineage.versions[i].over_too.number;
  }
  for (const DecisionEdge& edge : lineage.decisions)
    out << "\n  " << edge.kept.number << " put over " << edge.over.number;
  return out;
}

// Versions up to `count`, each over earlier ones, and decisions between any two of them.
Lineage random_lineage(std::uint64_t seed, std::uint32_t count) {
  Random random(seed);
  Lineage lineage;
  const std::uint32_t reach = 1 + random.below(count);  // few chains or many short ones
  for (std::uint32_t number = 1; number <= count; ++number) {
    const auto earlier = [&] {
      const std::uint32_t back = 1 + random.below(std::min(reach, number));
      return Value{number - std::min(back, number)};
    };
    const bool merge = number > 2 && random.percent(25);
    const Value over = merge || random.percent(70) ? earlier() : kNoValue;
    lineage.versions.push_back(merge ? version(VersionKind::merge, over, earlier())
                                     : version(VersionKind::edit, over));
  }
  for (std::uint32_t i = random.below(count); i > 0; --i)
    lineage.decisions.push_back({{1 + random.below(count)}, {1 + random.below(count)}});
  return lineage;
}

rc::Gen<Lineage> histories() {
  return rc::gen::map(rc::gen::pair(rc::gen::arbitrary<std::uint64_t>(), rc::gen::inRange(1, 24)),
                      [](const std::pair<std::uint64_t, int>& drawn) {
                        return random_lineage(drawn.first,
                                              static_cast<std::uint32_t>(drawn.second));
                      });
}

// The dumb model: who reaches whom, found by joining edges until nothing is added.
using Matrix = std::vector<std::vector<bool>>;
Matrix closure(const Lineage& lineage, bool with_decisions) {
  const std::size_t size = lineage.versions.size();
  Matrix reaches(size, std::vector<bool>(size));
  for (std::size_t i = 1; i < size; ++i) {
    reaches[lineage.versions[i].over.number][i] = true;
    reaches[lineage.versions[i].over_too.number][i] = true;
  }
  reaches[0].assign(size, false);  // place 0 is no version
  if (with_decisions)
    for (const DecisionEdge& edge : lineage.decisions)
      reaches[edge.over.number][edge.kept.number] = true;
  for (bool again = true; again;) {
    again = false;
    for (std::size_t a = 1; a < size; ++a)
      for (std::size_t b = 1; b < size; ++b)
        for (std::size_t c = 1; c < size; ++c)
          if (reaches[a][b] && reaches[b][c] && !reaches[a][c]) reaches[a][c] = again = true;
  }
  return reaches;
}

bool has_edge(const Lineage& lineage, Value from, Value to) {
  const Version& target = lineage.versions[to.number];
  return target.over == from || target.over_too == from ||
         std::any_of(
             lineage.decisions.begin(), lineage.decisions.end(),
             [&](const DecisionEdge& edge) { return edge.over == from && edge.kept == to; });
}

// --- Ancestry

TEST(VersionGraph, VersionIsNoAncestorOfItself) {
  Lineage lineage;
  lineage.versions.push_back(version(VersionKind::create));
  EXPECT_FALSE(is_ancestor(lineage.versions, Value{1}, Value{1}));
}
TEST(VersionGraph, NoValueIsNobodysAncestor) {
  Lineage lineage;
  lineage.versions.push_back(version(VersionKind::create));
  EXPECT_FALSE(is_ancestor(lineage.versions, kNoValue, Value{1}));
  EXPECT_FALSE(is_ancestor(lineage.versions, Value{1}, kNoValue));
}
TEST(VersionGraph, EditsLeadFromAncestorToDescendantNotBack) {
  Lineage lineage;
  lineage.versions.push_back(version(VersionKind::create));
  lineage.versions.push_back(version(VersionKind::edit, Value{1}));
  lineage.versions.push_back(version(VersionKind::remove, Value{2}));
  EXPECT_TRUE(is_ancestor(lineage.versions, Value{1}, Value{3}));
  EXPECT_FALSE(is_ancestor(lineage.versions, Value{3}, Value{1}));
}
TEST(VersionGraph, BothSidesOfAMergeAreItsAncestors) {
  Lineage lineage;
  lineage.versions.push_back(version(VersionKind::create));
  lineage.versions.push_back(version(VersionKind::edit, Value{1}));
  lineage.versions.push_back(version(VersionKind::edit, Value{1}));
  lineage.versions.push_back(version(VersionKind::merge, Value{3}, Value{2}));
  for (const Value ancestor : {Value{1}, Value{2}, Value{3}})
    EXPECT_TRUE(is_ancestor(lineage.versions, ancestor, Value{4})) << ancestor.number;
  EXPECT_FALSE(is_ancestor(lineage.versions, Value{2}, Value{3}));
}
TEST(VersionGraph, DecisionsCountForPathsNotForAncestry) {
  Lineage lineage;
  lineage.versions.push_back(version(VersionKind::create));
  lineage.versions.push_back(version(VersionKind::create));
  lineage.decisions.push_back({Value{1}, Value{2}});
  EXPECT_FALSE(is_ancestor(lineage.versions, Value{1}, Value{2}));
  EXPECT_TRUE(lineage.graph().reachable(Value{1})[2]);
  EXPECT_FALSE(lineage.graph().reachable(Value{2})[1]);
}
TEST(VersionGraph, DecisionsMayLeadInACircle) {
  Lineage lineage;
  lineage.versions.resize(4);
  lineage.decisions = {{Value{1}, Value{2}}, {Value{2}, Value{1}}};
  EXPECT_EQ(lineage.graph().reachable(Value{1}), (std::vector{false, true, true, false}));
}

RC_GTEST_PROP(VersionGraph, AncestryIsTheClosureOfEditsAndMerges, ()) {
  const Lineage lineage = *histories();
  const Matrix model = closure(lineage, false);
  for (std::uint32_t a = 0; a < model.size(); ++a)
    for (std::uint32_t b = 0; b < model.size(); ++b) {
      RC_ASSERT(is_ancestor(lineage.versions, Value{a}, Value{b}) == model[a][b]);
    }
}

// --- Paths

RC_GTEST_PROP(VersionGraph, ReachableIsTheClosureOfAllEdgesAndTheVersionItself, ()) {
  const Lineage lineage = *histories();
  const Matrix model = closure(lineage, true);
  const VersionGraph graph = lineage.graph();
  for (std::uint32_t from = 1; from < model.size(); ++from) {
    std::vector<bool> expected = model[from];
    expected[from] = true;
    RC_ASSERT(graph.reachable(Value{from}) == expected);
  }
}

// The length of the shortest path, found by trying all lengths.
std::optional<std::size_t> distance(const Lineage& lineage, Value from, Value to) {
  std::vector<bool> at(lineage.versions.size());
  at[from.number] = true;
  for (std::size_t length = 0; length < at.size(); ++length) {
    if (at[to.number]) return length;
    std::vector<bool> next(at.size());
    for (std::uint32_t a = 1; a < at.size(); ++a)
      for (std::uint32_t b = 1; b < at.size(); ++b)
        if (at[a] && has_edge(lineage, Value{a}, Value{b})) next[b] = true;
    at = next;
  }
  return std::nullopt;
}

RC_GTEST_PROP(VersionGraph, ShortestChainIsAPathAndNoneIsShorter, ()) {
  const Lineage lineage = *histories();
  const VersionGraph graph = lineage.graph();
  const Value from{1 + static_cast<std::uint32_t>(*rc::gen::inRange<int>(
                           0, static_cast<int>(lineage.versions.size()) - 1))};
  for (std::uint32_t to = 1; to < lineage.versions.size(); ++to) {
    const std::vector<Value> chain = graph.shortest_chain(from, Value{to});
    const auto shortest = distance(lineage, from, Value{to});
    RC_ASSERT(chain.empty() == !shortest.has_value());
    if (chain.empty()) continue;
    RC_ASSERT(chain.size() == *shortest + 1);
    RC_ASSERT(chain.front() == from);
    RC_ASSERT(chain.back() == Value{to});
    for (std::size_t i = 1; i < chain.size(); ++i)
      RC_ASSERT(has_edge(lineage, chain[i - 1], chain[i]));
  }
}

RC_GTEST_PROP(VersionGraph, EdgesOfAVertexAreThoseOfItsLineage, ()) {
  const Lineage lineage = *histories();
  const VersionGraph graph = lineage.graph();
  std::size_t edges = 0;
  for (std::uint32_t vertex = 0; vertex < graph.size(); ++vertex) {
    for (const VersionGraph::Edge& edge : graph.edges_of(vertex)) {
      RC_ASSERT(edge.source == vertex);
      RC_ASSERT(has_edge(lineage, Value{vertex}, Value{edge.target}));
      ++edges;
    }
  }
  std::size_t expected = lineage.decisions.size();
  for (const Version& each : lineage.versions)
    expected += (each.over != kNoValue) + (each.over_too != kNoValue);
  RC_ASSERT(edges == expected);
}

TEST(VersionGraph, SingleEditHasTheKindOfItsEdge) {
  Lineage lineage;
  lineage.versions.push_back(version(VersionKind::create));
  lineage.versions.push_back(version(VersionKind::edit, Value{1}));
  lineage.versions.push_back(version(VersionKind::merge, Value{2}, Value{1}));
  lineage.decisions.push_back({Value{3}, Value{2}});
  const VersionGraph graph = lineage.graph();
  EXPECT_EQ(graph.edges_of(2).front().kind, EdgeKind::merge);
  EXPECT_EQ(graph.edges_of(3).front().kind, EdgeKind::decision);
  EXPECT_EQ(graph.edges_of(1).front().kind, EdgeKind::edit);
}

}  // namespace
}  // namespace tidemark::core
