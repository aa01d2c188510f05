#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/utf8.h"

namespace tidemark::core {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr std::array<Range, 5> kCombining{
    {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}}};
constexpr std::array<Range, 7> kWide{{{0x1100, 0x115F},
                                      {0x2E80, 0xA4CF},
                                      {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},
                                      {0xFE30, 0xFE6F},
                                      {0xFF00, 0xFF60},
                                      {0x1F300, 0x3FFFD}}};

template <std::size_t N>
bool is_in(char32_t character, const std::array<Range, N>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return character >= range.first && character <= range.last;
  });
}

// Requires: one character of valid UTF-8.
char32_t decode(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead;
  char32_t code = lead & (0xFFu >> (character.size() + 1));
  for (const char byte : character.substr(1))
    code = code << 6 | (static_cast<unsigned char>(byte) & 0x3Fu);
  return code;
}

struct Piece {
  std::string_view bytes;
  std::size_t width;
};

// The first character of a text that is not empty, or one byte that belongs to none.
Piece first_piece(std::string_view text) {
  const std::size_t size = character_size(text);
  if (size == 0) return {text.substr(0, 1), 1};
  const std::string_view bytes = text.substr(0, size);
  const char32_t character = decode(bytes);
  if (is_in(character, kCombining)) return {bytes, 0};
  return {bytes, is_in(character, kWide) ? std::size_t{2} : std::size_t{1}};
}

// The longest beginning of a text that takes at most `width` columns.
std::string_view beginning(std::string_view text, std::size_t width) {
  std::size_t taken = 0;
  std::size_t used = 0;
  while (taken < text.size()) {
    const Piece piece = first_piece(text.substr(taken));
    if (used + piece.width > width) break;
    used += piece.width;
    taken += piece.bytes.size();
  }
  return text.substr(0, taken);
}

// The longest end of a text that takes at most `width` columns.
std::string_view ending(std::string_view text, std::size_t width) {
  while (columns(text) > width) text.remove_prefix(first_piece(text).bytes.size());
  return text;
}

// Takes the next line off the front of a text that is not empty.
std::string_view take_line(std::string_view& text, std::size_t width) {
  std::string_view line = beginning(text, width);
  if (line.empty()) line = first_piece(text).bytes;
  if (line.size() < text.size() && text[line.size()] != ' ')
    if (const auto blank = line.rfind(' '); blank != std::string_view::npos && blank > 0)
      line = line.substr(0, blank);
  text.remove_prefix(line.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

constexpr std::array<std::string_view, 5> kEscapes{"", "\x1b[1;31m", "\x1b[32m", "\x1b[2m",
                                                   "\x1b[1m"};
constexpr std::string_view kPlain = "\x1b[0m";

}  // namespace

std::size_t columns(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Piece piece = first_piece(text);
    width += piece.width;
    text.remove_prefix(piece.bytes.size());
  }
  return width;
}

std::string clip(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  if (width == 0) return {};
  return std::string(beginning(text, width - 1)) + "…";
}

std::string clip_middle(std::string_view text, std::size_t width) {
  if (columns(text) <= width || width < 3) return clip(text, width);
  const std::size_t front = width / 2;
  return std::string(beginning(text, front)) + "…" + std::string(ending(text, width - front - 1));
}

std::string pad(std::string_view text, std::size_t width) {
  const std::size_t used = columns(text);
  return std::string(text) + std::string(used < width ? width - used : 0, ' ');
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (!text.empty()) lines.emplace_back(take_line(text, width));
  if (lines.empty()) lines.emplace_back();
  return lines;
}

std::string hang(std::string_view prefix, std::string_view text) {
  const std::size_t indent = columns(prefix);
  std::string result;
  std::string before(prefix);
  for (const std::string& line : wrap(text, kReportColumns - indent)) {
    result += before + line + "\n";
    before.assign(indent, ' ');
  }
  return result;
}

std::string grouped(std::uint64_t number) {
  std::string digits = fmt::format("{}", number);
  for (std::size_t place = digits.size(); place > 3;) digits.insert(place -= 3, " ");
  return digits;
}

std::string rounded(std::uint64_t number) {
  if (number < 1'000'000) return grouped(number);
  if (number < 1'000'000'000) return fmt::format("{:.1f} M", static_cast<double>(number) / 1e6);
  return fmt::format("{:.1f} G", static_cast<double>(number) / 1e9);
}

std::string count_of(std::uint64_t number, std::string_view singular) {
  return fmt::format("{} {}{}", grouped(number), singular, number == 1 ? "" : "s");
}

std::string print_bytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits{"B", "KB", "MB", "GB", "TB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; amount >= 1024 && unit + 1 < kUnits.size(); ++unit) amount /= 1024;
  return fmt::format("{:.{}f} {}", amount, unit > 0 && amount < 10 ? 1 : 0, kUnits[unit]);
}

std::string print_seed(std::uint64_t seed) { return fmt::format("0x{:016x}", seed); }
std::string print_digest(std::uint64_t digest) { return fmt::format("{:016x}", digest); }

std::string Paint::operator()(Style style, std::string_view text) const {
  if (!color_ || text.empty() || style == Style::plain) return std::string(text);
  return fmt::format("{}{}{}", kEscapes[static_cast<std::size_t>(style)], text, kPlain);
}

std::string without_color(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const auto escape = std::min(text.find('\x1b'), text.size());
    plain += text.substr(0, escape);
    text.remove_prefix(escape);
    text.remove_prefix(text.empty() ? 0 : std::min(text.find('m'), text.size() - 1) + 1);
  }
  return plain;
}

std::string printable(std::string_view text) {
  std::string shown(text);
  for (char& character : shown)
    if (static_cast<unsigned char>(character) < 0x20 || character == 0x7F) character = '?';
  return shown;
}

}  // namespace tidemark::core
