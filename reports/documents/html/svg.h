// Shapes of an SVG as text. Coordinates are whole numbers, texts are escaped, classes are styled
// by report.css.
#pragma once

#include <string>
#include <string_view>

namespace tidemark::core {

// Of the typeface in pictures: at most so wide is one character.
inline constexpr int kCharacterWidth = 7;

enum class Anchor { start, middle, end };

struct Point {
  int x = 0;
  int y = 0;
};

class Svg {
 public:
  void open(std::string_view tag, std::string_view attributes);
  void close(std::string_view tag);
  void line(Point from, Point to, std::string_view style);
  void rect(Point corner, int width, int height, std::string_view style, int radius = 0);
  void circle(Point center, int radius, std::string_view style);
  void path(std::string_view path, std::string_view style);
  void text(Point place, Anchor anchor, std::string_view style, std::string_view text);
  void raw(std::string_view markup) { text_ += markup; }

  const std::string& markup() const { return text_; }

 private:
  std::string text_;
};

int text_width(std::string_view text);

}  // namespace tidemark::core
