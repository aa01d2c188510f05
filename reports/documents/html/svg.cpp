#include "reports/documents/html/svg.h"

#include <fmt/format.h>

#include "base/text.h"
#include "reports/documents/html/markup.h"

namespace tidemark::core {

void Svg::open(std::string_view tag, std::string_view attributes) {
  text_ += fmt::format("<{}{}{}>\n", tag, attributes.empty() ? "" : " ", attributes);
}

void Svg::close(std::string_view tag) { text_ += fmt::format("</{}>\n", tag); }

void Svg::line(Point from, Point to, std::string_view style) {
  text_ += fmt::format("<line class=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n", style,
                       from.x, from.y, to.x, to.y);
}

void Svg::rect(Point corner, int width, int height, std::string_view style, int radius) {
  text_ += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", style,
                       corner.x, corner.y, width, height);
  text_ += radius == 0 ? "/>\n" : fmt::format(" rx=\"{}\"/>\n", radius);
}

void Svg::circle(Point center, int radius, std::string_view style) {
  text_ += fmt::format("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>\n", style, center.x,
                       center.y, radius);
}

void Svg::path(std::string_view path, std::string_view style) {
  text_ += fmt::format("<path class=\"{}\" d=\"{}\"/>\n", style, path);
}

void Svg::text(Point place, Anchor anchor, std::string_view style, std::string_view text) {
  constexpr std::string_view kAnchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
  text_ += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\"{}>{}</text>\n", style, place.x,
                       place.y, kAnchors[static_cast<int>(anchor)], escaped(text));
}

int text_width(std::string_view text) { return static_cast<int>(columns(text)) * kCharacterWidth; }

}  // namespace tidemark::core
