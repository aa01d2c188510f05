// The version graph of a run for Graphviz.
//
// What the breach is about is what is drawn: its objects, and what edges lead to from them; all,
// where nothing is broken.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "properties/version_graph.h"
#include "reports/breach_words.h"
#include "reports/documents/characters.h"
#include "reports/documents/exports.h"
#include "reports/explanation.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

// A text as it stands in a label between quotes. Graphviz reads escapes and entities there.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char character : plain_line(text)) {
    if (character == '"' || character == '\\') result += '\\';
    result += character;
    if (character == '&') result += "amp;";
  }
  return result;
}

using Attributes = std::vector<std::pair<std::string_view, std::string>>;

std::string print(const Attributes& attributes) {
  std::string text;
  for (const auto& [name, value] : attributes)
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ", ", name, value);
  return text.empty() ? "" : " [" + text + "]";
}

class Drawing {
 public:
  explicit Drawing(const Shown& about)
      : about_(about),
        account_(about.run.scenario(), about.run.recording()),
        words_(account_),
        graph_(about.run.recording().versions, about.run.recording().decisions) {
    if (about.invariant) read_breach(about.breach());
    choose();
  }

  std::string print_graph() const {
    std::string text = "digraph versions {\n";
    text += "  graph" + print(head()) + ";\n";
    text += "  node [shape=\"box\", fontname=\"sans-serif\"];\n";
    text += "  edge [fontname=\"sans-serif\", fontsize=\"10\"];\n";
    for (std::uint32_t guid = 0; guid < account_.objects(); ++guid) text += object({guid});
    for (const VersionGraph::Edge& edge : edges())
      if (drawn_[edge.source] && drawn_[edge.target]) text += line(edge);
    return text + overwriting() + "}\n";
  }

 private:
  bool is_version(Value value) const { return value != kNoValue && value.number < graph_.size(); }

  // Which version is hurt, beside which other one, and how it came to be.
  void read_breach(const Breach& breach) {
    const Value gone = words_for(breach, account_)->taken_away();
    overwrites_ = gone != kNoValue && gone == breach.other;
    is_lost_ = gone != kNoValue && gone == breach.value;
    hurt_ = breach.value;
    if (breach.kind->names_another) other_ = breach.other;
    if (overwrites_ || !is_version(hurt_)) std::swap(hurt_, other_);
    if (!is_version(hurt_)) return;
    const Value origin = overwrites_ && is_version(other_) ? other_ : first_of(hurt_);
    chain_ = graph_.shortest_chain(origin, hurt_);
  }
  Value first_of(Value value) const {
    while (is_version(words_.version_of(value).over)) value = words_.version_of(value).over;
    return value;
  }

  void choose() {
    std::vector<bool> chosen(graph_.size());
    for (std::uint32_t number = 1; number < chosen.size(); ++number)
      chosen[number] = !is_version(hurt_) || is_of_object({number}, hurt_) ||
                       (is_version(other_) && is_of_object({number}, other_));
    drawn_ = chosen;
    for (const VersionGraph::Edge& edge : edges())
      if (chosen[edge.source] || chosen[edge.target])
        drawn_[edge.source] = drawn_[edge.target] = true;
  }
  bool is_of_object(Value value, Value of) const {
    return words_.version_of(value).guid == words_.version_of(of).guid;
  }

  std::vector<VersionGraph::Edge> edges() const {
    std::vector<VersionGraph::Edge> all;
    for (std::uint32_t vertex = 1; vertex < graph_.size(); ++vertex) {
      const auto edges = graph_.edges_of(vertex);
      all.insert(all.end(), edges.begin(), edges.end());
    }
    return all;
  }

  // --- what is written ---

  Attributes head() const {
    std::string title = escaped(configuration_name(about_.configuration));
    if (about_.invariant)
      title = fmt::format("{} {}: {}\\n{}", name_of(*about_.invariant, about_.configuration),
                          about_.fingerprint, title, escaped(sentence(about_.breach(), account_)));
    return {{"rankdir", "LR"}, {"fontname", "sans-serif"}, {"labelloc", "t"}, {"label", title}};
  }

  // A cluster with the versions of one object.
  std::string object(Guid guid) const {
    std::string inside;
    for (std::uint32_t number = 1; number < drawn_.size(); ++number)
      if (drawn_[number] && words_.version_of({number}).guid == guid) inside += node({number});
    if (inside.empty()) return {};
    return fmt::format("  subgraph cluster_{} {{\n    label=\"{}\";\n{}  }}\n", guid.number,
                       escaped(words_.object(guid)), inside);
  }

  std::string node(Value value) const {
    const std::string holders = words_.holders_of(value);
    std::string label = escaped(words_.version_with_text(value)) + "\\n" + words_.origin(value);
    if (!holders.empty()) label += "\\nat rest on " + holders;
    Attributes attributes{{"label", label}};
    if (value == hurt_) attributes.push_back({"peripheries", "2"});
    if (holders.starts_with('S'))
      attributes.insert(attributes.end(), {{"style", "filled"}, {"fillcolor", "lightgrey"}});
    return fmt::format("    {}{};\n", words_.version(value), print(attributes));
  }

  std::string line(const VersionGraph::Edge& edge) const {
    Attributes attributes;
    if (edge.kind == EdgeKind::merge) attributes.push_back({"label", "merge"});
    if (edge.kind == EdgeKind::decision)
      attributes.insert(attributes.end(), {{"label", escaped(about_.configuration.strategy.name)},
                                           {"style", "dashed"}});
    if (is_of_chain(edge)) attributes.push_back({"penwidth", "3"});
    return arrow({edge.source}, {edge.target}, attributes);
  }
  bool is_of_chain(const VersionGraph::Edge& edge) const {
    const auto source = std::find(chain_.begin(), chain_.end(), Value{edge.source});
    return source != chain_.end() && source + 1 != chain_.end() &&
           *(source + 1) == Value{edge.target};
  }

  // What is no edge of the graph: a version that was put over one that it does not come from.
  std::string overwriting() const {
    if (overwrites_ && is_version(other_) && is_version(hurt_))
      return overwriting(hurt_, other_, account_.spot_of(about_.breach()));
    if (!is_lost_) return {};
    const Explanation found =
        explain(about_.breach(), account_, about_.configuration.strategy.name);
    return found.spot ? cut_at(*found.spot) : "";
  }
  std::string overwriting(Value before, Value after, Spot spot) const {
    return arrow(before, after,
                 {{"label", "put over it " + in_place(account_.passage(spot))},
                  {"style", "dotted"},
                  {"color", "red"},
                  {"fontcolor", "red"},
                  {"constraint", "false"}});
  }
  // Where what comes from the lost version gave way to what does not.
  std::string cut_at(Spot spot) const {
    const std::vector<bool> reached = graph_.reachable(hurt_);
    const auto& changes = account_.entry(spot).changes;
    const auto cut = std::find_if(changes.begin(), changes.end(), [&](const auto& change) {
      return is_version(change.before) && reached[change.before.number] &&
             is_version(change.after) && !reached[change.after.number];
    });
    return cut == changes.end() ? "" : overwriting(cut->before, cut->after, spot);
  }

  std::string arrow(Value from, Value to, const Attributes& attributes) const {
    return fmt::format("  {} -> {}{};\n", words_.version(from), words_.version(to),
                       print(attributes));
  }

  const Shown& about_;
  Account account_;
  Vocabulary words_;
  VersionGraph graph_;
  std::vector<bool> drawn_;  // by number of the version
  bool overwrites_ = false;
  bool is_lost_ = false;      // whether an older version was put over a newer one
  Value hurt_ = kNoValue;     // the version that the breach is about
  Value other_ = kNoValue;    // the one beside it
  std::vector<Value> chain_;  // that leads to it
};

}  // namespace

std::string dot_graph(const Shown& about) { return Drawing(about).print_graph(); }

}  // namespace tidemark::core
