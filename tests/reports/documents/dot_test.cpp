// The version graph says what it says in Graphviz's language, whatever the labels are.
#include <unistd.h>

#include <cstdlib>

#include "reports/documents/exports.h"
#include "tests/reports/documents/shown.h"

namespace tidemark::core {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// The line of a node or an edge; empty: there is none.
std::string line_of(const std::string& graph, const std::string& begin) {
  for (const std::string indent : {"\n    ", "\n  "})
    if (const auto at = graph.find(indent + begin); at != std::string::npos)
      return graph.substr(at + indent.size(), graph.find('\n', at + 1) - at - indent.size());
  return {};
}

TEST(Dot, ShowsTheLostVersionWhatIsHeldAndTheChain) {
  const std::string graph =
      dot_graph(shown_of("tidemark-trace 1\ncreate A o1\nsync A\nedit A o1\n"));
  EXPECT_EQ(line_of(graph, "v1 ["),
            R"(v1 [label="v1\ncreate on A, step 1\nat rest on S, A, B", style="filled", )"
            R"(fillcolor="lightgrey"];)");
  EXPECT_EQ(line_of(graph, "v2 ["), R"(v2 [label="v2\nedit on A, step 3", peripheries="2"];)");
  EXPECT_EQ(line_of(graph, "v1 -> v2"), R"(v1 -> v2 [penwidth="3"];)");
  EXPECT_TRUE(has(line_of(graph, "v2 -> v1"), "put over it in settle round 1"));
}

TEST(Dot, DrawsADecisionDashedByTheNameOfItsStrategy) {
  const std::string graph = dot_graph(shown_of(
      "tidemark-trace 1\nprotocol hardened\nstrategy client-priority\ncreate S o1\nsync A\n"
      "edit S o1\nedit A o1\n"));
  EXPECT_EQ(line_of(graph, "v2 -> v3"), R"(v2 -> v3 [label="client-priority", style="dashed"];)");
  EXPECT_EQ(line_of(graph, "v1 -> v2"), "v1 -> v2;");
  EXPECT_FALSE(has(graph, "peripheries"));
}

// A blind overwrite has no edge: that is why what it destroyed has no path.
TEST(Dot, ShowsWhatWasPutOverALostVersion) {
  const std::string graph = dot_graph(
      shown_of("tidemark-trace 1\nprotocol page\nset cycle-order=upload-first\ncreate S o1\n"
               "sync A\nedit S o1\nedit A o1\nsync A\nexpect no-lost-update violated\n"));
  EXPECT_EQ(line_of(graph, "v1 -> v3"), "v1 -> v3;");
  EXPECT_EQ(line_of(graph, "v1 -> v2"), "v1 -> v2 [penwidth=\"3\"];");
  EXPECT_TRUE(line_of(graph, "v2 -> v3")
                  .starts_with(R"(v2 -> v3 [label="put over it in step 5", style="dotted")"))
      << graph;
}

// What a redundant transfer names beside the version is a client.
TEST(Dot, TakesNoClientForAVersion) {
  const std::string graph =
      dot_graph(shown_of("tidemark-trace 1\ncreate S o1\ncreate S o2\ncreate A o3\nsync A\n"
                         "expect no-redundant-transfer violated\n"));
  EXPECT_TRUE(has(graph, "label=\"o3\""));
  EXPECT_FALSE(has(graph, "label=\"o1\"")) << graph;
}

TEST(Dot, LeavesOutObjectsThatTheBreachIsNotAbout) {
  const std::string graph = dot_graph(
      shown_of("tidemark-trace 1\ncreate A o1\ncreate B o2\nsync A\nsync B\nedit A o1\nsync A\n"
               "expect no-lost-update violated\n"));
  EXPECT_TRUE(has(graph, "label=\"o1\""));
  EXPECT_FALSE(has(graph, "label=\"o2\""));
}

TEST(Dot, HasAllObjectsWhereNothingIsBroken) {
  const std::string graph =
      dot_graph(shown_of("tidemark-trace 1\nprotocol hardened\ncreate A o1\ncreate B o2\n"));
  EXPECT_TRUE(has(graph, "label=\"o1\"") && has(graph, "label=\"o2\""));
}

TEST(Dot, EscapesWhatLabelsSay) {
  const std::string graph =
      dot_graph(shown_of("tidemark-trace 1\nprotocol hardened\ncreate A o1 value=\"&\"\n"
                         "create A o2 value=\"\\\"];\\\\\"\n"));
  EXPECT_TRUE(has(graph, R"(v1 \"&amp;\"\ncreate)")) << graph;
  EXPECT_TRUE(has(graph, R"(v2 \"\\\"];\\\\\"\ncreate)")) << graph;
}

// --- as Graphviz itself reads it

bool graphviz_takes(const std::string& graph) {
  const fs::path file =
      fs::temp_directory_path() / ("tidemark-" + std::to_string(getpid()) + ".dot");
  std::ofstream(file, std::ios::binary) << graph;
  const std::string line = "dot -Tsvg '" + file.string() + "' 2>&1 >/dev/null | grep -q .";
  const bool complains = std::system(line.c_str()) == 0;
  fs::remove(file);
  return !complains;
}

TEST(Dot, IsTakenByGraphviz) {
  if (std::system("dot -V >/dev/null 2>&1") != 0) GTEST_SKIP() << "Graphviz is not installed";
  EXPECT_FALSE(graphviz_takes("digraph { a [label=\"];\n"));
  EXPECT_TRUE(graphviz_takes(dot_graph(shown_of(kHostile))));
  Shown about = shown_of(kHostile);
  about.configuration.strategy.name = "\xFF\"];\\\n\x1b&lt;";
  EXPECT_TRUE(graphviz_takes(dot_graph(about)));
  std::size_t place = 0;
  for (const auto& [file, traced] : shown_traces())
    if (++place % 8 == 0) {
      EXPECT_TRUE(graphviz_takes(dot_graph(traced))) << file;
    }
}

}  // namespace
}  // namespace tidemark::core
