#include "sim/trace_words.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace tidemark::core {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

std::uint8_t byte_at(std::string_view text, std::size_t place) {
  return static_cast<std::uint8_t>(text[place]);
}

// How many letters must be added, left out or changed to make one word of the other.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t changed = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

bool is_blank(char character) { return character == ' ' || character == '\t'; }

// C0, DEL and C1: what a terminal may obey instead of showing it.
bool is_control(std::string_view character) {
  const std::uint8_t lead = byte_at(character, 0);
  if (lead < 0x20 || lead == 0x7F) return true;
  return lead == 0xC2 && character.size() == 2 && byte_at(character, 1) < 0xA0;
}

bool must_be_quoted(std::string_view character) {
  const char first = character[0];
  return first == ' ' || first == '"' || first == '\\' || first == '#' || is_control(character);
}

// One character, or one byte that belongs to none.
std::string_view first_piece(std::string_view text) {
  return text.substr(0, std::max<std::size_t>(1, character_size(text)));
}

[[noreturn]] void refuse_control(std::string_view character, std::size_t column) {
  const unsigned code = byte_at(character, character.size() - 1);
  refuse("control character U+{:04X} at byte {}, expected text; quoted, it is written as \\xNN",
         code, column);
}

// The place behind the closing quote of the text that opens at `begin`.
std::size_t end_of_quoted(std::string_view line, std::size_t begin) {
  bool escaped = false;
  for (std::size_t i = begin + 1; i < line.size(); ++i) {
    if (line[i] == '\t') refuse("a tab inside quotes, expected \\t");
    if (line[i] == '"' && !escaped) return i + 1;
    escaped = line[i] == '\\' && !escaped;
  }
  refuse("a quoted text is not closed, expected '\"' before the end of the line");
}

void refuse_inside_word(char character) {
  if (character == '#')
    refuse("a '#' inside a word, expected a blank before a comment, or quotes around the value");
  if (character == '\\') refuse("a '\\' outside quotes, expected quotes around the value");
  if (character == '"')
    refuse("a '\"' inside a word, expected quotes around a whole value, as in value=\"a b\"");
}

std::size_t end_of_word(std::string_view line, std::size_t begin) {
  const std::size_t value = line.find('=', begin) + 1;
  for (std::size_t i = begin; i < line.size(); ++i) {
    if (is_blank(line[i])) return i;
    if (line[i] == '"' && i == value && i > begin) {
      const std::size_t end = end_of_quoted(line, i);
      if (end < line.size() && !is_blank(line[end]))
        refuse("text right behind a closing quote, expected a blank");
      return end;
    }
    refuse_inside_word(line[i]);
  }
  return line.size();
}

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

// The byte that `\xNN` means, of which `digits` are what follows the x.
char escaped_byte(std::string_view digits) {
  const int high = digits.empty() ? -1 : hex_digit(digits[0]);
  const int low = digits.size() < 2 ? -1 : hex_digit(digits[1]);
  if (high < 0 || low < 0) refuse("\\x without two hexadecimal digits, expected \\xNN");
  return static_cast<char>(high * 16 + low);
}

// Takes one character, or one escape, off the front of what stands between the quotes.
char take_quoted(std::string_view& inside) {
  const char first = inside[0];
  inside.remove_prefix(1);
  if (first != '\\') return first;
  const char kind = inside[0];  // end_of_quoted() saw that one follows
  inside.remove_prefix(1);
  if (kind == '"' || kind == '\\') return kind;
  if (kind == 'n') return '\n';
  if (kind == 't') return '\t';
  if (kind != 'x') refuse("an unknown escape, expected one of: \\\" \\\\ \\n \\t \\xNN");
  const char byte = escaped_byte(inside);
  inside.remove_prefix(2);
  return byte;
}

void append_quoted(std::string& out, std::string_view character) {
  if (character == "\"" || character == "\\") return void(out.append("\\").append(character));
  if (character == "\n") return void(out.append("\\n"));
  if (character == "\t") return void(out.append("\\t"));
  if (!is_control(character) && character_size(character) != 0) return void(out.append(character));
  for (const char byte : character) {
    const auto number = static_cast<std::uint8_t>(byte);
    out.append("\\x").append({kHexDigits[number / 16], kHexDigits[number % 16]});
  }
}

}  // namespace

std::string excerpt(std::string_view text) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < kMaxExcerptCharacters && end < text.size(); ++i)
    end += first_piece(text.substr(end)).size();
  if (end == text.size()) return std::string(text);
  return std::string(text.substr(0, end)) + "…";
}

void check_bytes(std::string_view line) {
  if (line.size() > kMaxLineBytes)
    refuse("the line has {} bytes, expected at most {}", line.size(), kMaxLineBytes);
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t size = character_size(line.substr(i));
    if (size == 0) refuse("byte {} is no valid UTF-8, expected UTF-8 text", i + 1);
    const std::string_view character = line.substr(i, size);
    if (is_control(character) && character != "\t") refuse_control(character, i + 1);
    i += size;
  }
}

void split_line(std::string_view line, Words& words) {
  words.words.clear();
  words.comment.reset();
  std::size_t place = 0;
  while (true) {
    while (place < line.size() && is_blank(line[place])) ++place;
    if (place == line.size()) return;
    if (line[place] == '#') return void(words.comment = line.substr(place + 1));
    const std::size_t end = end_of_word(line, place);
    words.words.push_back(line.substr(place, end - place));
    place = end;
  }
}

std::string unquote(std::string_view written) {
  if (!written.starts_with('"')) return std::string(written);
  std::string_view inside = written.substr(1, written.size() - 2);
  std::string text;
  while (!inside.empty()) text.push_back(take_quoted(inside));
  if (!is_utf8(text)) refuse("the escapes of a quoted text make no valid UTF-8, expected UTF-8");
  return text;
}

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  bool needed = text.empty();
  while (!text.empty()) {
    const std::string_view piece = first_piece(text);
    needed = needed || must_be_quoted(piece) || character_size(piece) == 0;
    append_quoted(quoted, piece);
    text.remove_prefix(piece.size());
  }
  return needed ? quoted + '"' : quoted.substr(1);
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> names) {
  std::string_view found;
  std::size_t best = 4;  // more than three slips of the finger are another word
  if (word.size() > 64) return found;
  for (const std::string_view name : names) {
    const std::size_t slips = distance(word, name);
    if (slips < best && 2 * slips <= name.size()) best = slips, found = name;
  }
  return found;
}

}  // namespace tidemark::core
