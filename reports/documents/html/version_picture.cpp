#include "reports/documents/html/version_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "base/text.h"
#include "properties/version_graph.h"
#include "reports/breach_words.h"
#include "reports/documents/html/layout.h"
#include "reports/documents/html/markup.h"
#include "reports/documents/html/svg.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kShownVersions = 60;
constexpr std::size_t kNodeColumns = 26;
constexpr int kNodeWidth = 200;
constexpr int kNodeHeight = 64;
constexpr int kGraphMargin = 14;

constexpr std::array<std::string_view, 3> kEdgeKinds{"written over", "merged from", "chosen over"};

class VersionPicture {
 public:
  explicit VersionPicture(const Scene& scene)
      : scene_(scene),
        words_(scene.words()),
        recording_(scene.run().recording()),
        graph_(recording_.versions, recording_.decisions),
        breach_(scene.subject()->breach),
        lost_(words_for(breach_, scene.account())->taken_away()) {
    choose();
    find_chain();
    read_edges();
  }

  std::string write() {
    if (shown_.empty()) return {};
    return element("div",
                   "class=\"picture\" tabindex=\"0\" role=\"region\" aria-label=\"version graph\"",
                   "\n" + draw()) +
           "\n" + notes() +
           element("details", element("summary", "The versions as a table") + "\n" +
                                  wide("the versions as a table", "\n" + table())) +
           "\n";
  }

 private:
  bool is_version(Value value) const {
    return value != kNoValue && value.number < recording_.versions.size();
  }

  // Those of the object, and what the breach names; of many, the nearest to that.
  void choose() {
    std::set<std::uint32_t> all;
    for (std::uint32_t number = 1; number < recording_.versions.size(); ++number)
      if (recording_.versions[number].guid == breach_.guid) all.insert(number);
    for (const Value value : {breach_.value, breach_.other})
      if (is_version(value) && breach_.kind->names_another) all.insert(value.number);
    if (is_version(breach_.value)) all.insert(breach_.value.number);
    shown_.assign(all.begin(), all.end());
    total_ = shown_.size();
    if (total_ <= kShownVersions) return;
    const auto middle = std::lower_bound(shown_.begin(), shown_.end(), breach_.value.number);
    const auto place = static_cast<std::size_t>(middle - shown_.begin());
    const std::size_t begin = std::min(place > kShownVersions / 2 ? place - kShownVersions / 2 : 0,
                                       total_ - kShownVersions);
    shown_ = {shown_.begin() + static_cast<std::ptrdiff_t>(begin),
              shown_.begin() + static_cast<std::ptrdiff_t>(begin + kShownVersions)};
  }

  void find_chain() {
    if (!breach_.kind->names_another) return;
    if (!is_version(breach_.value) || !is_version(breach_.other)) return;
    for (const auto& [from, to] :
         {std::pair(breach_.value, breach_.other), std::pair(breach_.other, breach_.value)})
      if (chain_.size() < 2) chain_ = graph_.shortest_chain(from, to);
  }

  void read_edges() {
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      for (const VersionGraph::Edge& edge : graph_.edges_of(shown_[i])) {
        const auto found = std::lower_bound(shown_.begin(), shown_.end(), edge.target);
        if (found == shown_.end() || *found != edge.target) continue;
        ways_.push_back({i, static_cast<std::size_t>(found - shown_.begin())});
        edges_.push_back(edge);
      }
    }
  }

  bool is_in_chain(std::uint32_t number) const {
    return std::find(chain_.begin(), chain_.end(), Value{number}) != chain_.end();
  }
  bool is_in_chain(const VersionGraph::Edge& edge) const {
    for (std::size_t i = 1; i < chain_.size(); ++i)
      if (chain_[i - 1].number == edge.source && chain_[i].number == edge.target) return true;
    return false;
  }

  std::string draw() {
    const Layout layout = lay_out(shown_.size(), ways_, kNodeWidth, kNodeHeight);
    const int width = layout.width + 2 * kGraphMargin;
    const int height = layout.height + 2 * kGraphMargin;
    svg_.open("svg", fmt::format(
                         "class=\"version-graph\" role=\"img\" aria-labelledby=\"{0}versions-title "
                         "{0}versions-desc\" width=\"{1}\" height=\"{2}\" viewBox=\"{3} {3} {1} "
                         "{2}\"",
                         scene_.prefix(), width, height, -kGraphMargin));
    svg_.raw(
        fmt::format("<title id=\"{}versions-title\">Version graph</title>\n", scene_.prefix()));
    svg_.raw(
        fmt::format("<desc id=\"{}versions-desc\">{} and how each came to be. The table below "
                    "says the same in words.</desc>\n",
                    scene_.prefix(), count_of(shown_.size(), "version")));
    for (std::size_t i = 0; i < edges_.size(); ++i) draw_edge(edges_[i], layout.edges[i]);
    for (std::size_t i = 0; i < shown_.size(); ++i) draw_node(shown_[i], layout.nodes[i]);
    svg_.close("svg");
    return svg_.markup();
  }

  void draw_edge(const VersionGraph::Edge& edge, const std::vector<Point>& points) {
    if (points.size() < 4) return;
    const std::size_t end = points.size() - (points.size() - 1) % 3;  // of the curves
    std::string path = fmt::format("M{} {}", points[0].x, points[0].y);
    for (std::size_t i = 1; i < end; ++i)
      path += fmt::format("{}{} {}", i % 3 == 1 ? "C" : " ", points[i].x, points[i].y);
    const std::string style =
        fmt::format("{}{}", edge.kind == EdgeKind::decision ? "decision" : "edge",
                    is_in_chain(edge) ? " chain" : "");
    svg_.path(path, style);
    draw_arrowhead(points[end - 2], points.back(), is_in_chain(edge));
    if (edge.kind != EdgeKind::edit) {
      const Point& middle = points[points.size() / 2];
      svg_.text({middle.x + 8, middle.y + 4}, Anchor::start, "dim",
                std::string(kEdgeKinds[static_cast<std::size_t>(edge.kind)]));
    }
  }
  // Along the way in which the curve comes in.
  void draw_arrowhead(Point from, Point to, bool in_chain) {
    const int x = to.x - from.x;
    const int y = to.y - from.y;
    const int length = std::max(1, std::abs(x) + std::abs(y));
    const Point back{to.x - 9 * x / length, to.y - 9 * y / length};
    const Point aside{4 * y / length, -4 * x / length};
    svg_.path(fmt::format("M{} {}L{} {}L{} {}Z", to.x, to.y, back.x + aside.x, back.y + aside.y,
                          back.x - aside.x, back.y - aside.y),
              in_chain ? "arrowhead chain" : "arrowhead");
  }

  void draw_node(std::uint32_t number, Point center) {
    const Value value{number};
    const bool lost = value == lost_;
    const Point corner{center.x - kNodeWidth / 2, center.y - kNodeHeight / 2};
    svg_.rect(corner, kNodeWidth, kNodeHeight,
              fmt::format("node{}{}", is_in_chain(number) ? " chain" : "",
                          words_.is_deletion(value) ? " deletion" : ""),
              6);
    if (lost) svg_.rect({corner.x + 3, corner.y + 3}, kNodeWidth - 6, kNodeHeight - 6, "ring", 4);
    svg_.text({corner.x + 10, corner.y + 20}, Anchor::start, "version",
              clip(words_.version_with_text(value) + (lost ? " lost" : ""), kNodeColumns));
    const std::string held = words_.holders_of(value);
    svg_.text({corner.x + 10, corner.y + 38}, Anchor::start, "remark",
              clip(words_.origin(value), kNodeColumns));
    if (held.empty()) return;
    svg_.text({corner.x + 10, corner.y + 54}, Anchor::start, "holders",
              clip("at rest at " + held, kNodeColumns));
  }

  std::string notes() const {
    std::string text;
    if (shown_.size() < total_)
      text += element("p", "class=\"notice\"",
                      fmt::format("The object has {}. Shown are {} around the breach.",
                                  count_of(total_, "version"), shown_.size())) +
              "\n";
    return text +
           "<p class=\"legend\"><span>solid: written over</span> <span>dashed: chosen over the "
           "other</span> <span class=\"key ring\">▣ ringed: the lost version</span> <span>bold: "
           "the "
           "shortest causal chain</span></p>\n";
  }

  std::string table() const {
    std::string rows;
    for (const std::uint32_t number : shown_) {
      const Value value{number};
      std::string from;
      for (const VersionGraph::Edge& edge : edges_)
        if (edge.target == number)
          from += fmt::format("{}{} v{}", from.empty() ? "" : ", ",
                              kEdgeKinds[static_cast<std::size_t>(edge.kind)], edge.source);
      rows +=
          element("tr", element("th", "scope=\"row\"", escaped(words_.version_with_text(value))) +
                            element("td", escaped(words_.origin(value))) + element("td", from) +
                            element("td", words_.holders_of(value)) +
                            element("td", value == lost_ ? "lost" : "")) +
          "\n";
    }
    return "<table><thead><tr><th scope=\"col\">version</th><th scope=\"col\">origin</th><th "
           "scope=\"col\">comes from</th><th scope=\"col\">held at rest by</th><th "
           "scope=\"col\">fate</th></tr></thead>\n" +
           element("tbody", "\n" + rows) + "</table>\n";
  }

  const Scene& scene_;
  const Vocabulary& words_;
  const Recording& recording_;
  VersionGraph graph_;
  const Breach& breach_;
  Value lost_;                        // the version that it takes away; kNoValue: none
  std::vector<std::uint32_t> shown_;  // numbers of versions, in order
  std::size_t total_ = 0;
  std::vector<Value> chain_;
  std::vector<LayoutEdge> ways_;  // as edges_, by place in shown_
  std::vector<VersionGraph::Edge> edges_;
  Svg svg_;
};

}  // namespace

std::string version_picture(const Scene& scene) {
  if (!scene.subject() || !scene.subject()->breach.kind->names_object) return {};
  return VersionPicture(scene).write();
}

}  // namespace tidemark::core
