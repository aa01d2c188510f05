#include "reports/documents/characters.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/trace_words.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kEllipsis = "…";

// A valid character that XML 1.0 has; of the controls of ASCII, it has these three alone.
bool is_allowed(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (lead < 0x20) return lead == '\n' || lead == '\t' || lead == '\r';
  return character != "\xEF\xBF\xBE" && character != "\xEF\xBF\xBF";
}

bool is_plain(std::string_view character) {
  if (character.size() == 1) return character[0] >= ' ' && character[0] != '\x7F';
  return !is_hidden(character) && character != "\xE2\x80\xA8" && character != "\xE2\x80\xA9" &&
         character != "\xEF\xBB\xBF";
}

// Each character that is allowed; `instead` of each that is not, and of bytes that are none.
std::string with_allowed(std::string_view text, bool (*is_allowed_here)(std::string_view),
                         std::string_view instead) {
  std::string result;
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(1, size));
    result += size > 0 && is_allowed_here(character) ? character : instead;
    text.remove_prefix(character.size());
  }
  return result;
}

bool is_letter_or_digit(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9');
}

bool is_ascii(char character) { return static_cast<unsigned char>(character) < 0x80; }

}  // namespace

std::string valid_text(std::string_view text) {
  return with_allowed(text, is_allowed, kReplacement);
}

std::string plain_line(std::string_view text) { return with_allowed(text, is_plain, "?"); }

bool is_hidden(std::string_view character) {
  const auto is_between = [&](std::string_view first, std::string_view last) {
    return character.size() == first.size() && character >= first && character <= last;
  };
  return is_between("\xC2\x80", "\xC2\x9F") || is_between("\xE2\x80\x8E", "\xE2\x80\x8F") ||
         is_between("\xE2\x80\xAA", "\xE2\x80\xAE") || is_between("\xE2\x81\xA6", "\xE2\x81\xA9");
}

std::string valid_line(std::string_view text) {
  std::string line = valid_text(text);
  std::replace_if(
      line.begin(), line.end(), [](char each) { return is_ascii(each) && each < ' '; }, ' ');
  return line;
}

std::string cut(std::string_view text, std::size_t most_bytes) {
  if (text.size() <= most_bytes) return std::string(text);
  std::size_t taken = 0;
  while (taken + character_size(text.substr(taken)) + kEllipsis.size() <= most_bytes)
    taken += character_size(text.substr(taken));
  return std::string(text.substr(0, taken)) + std::string(kEllipsis);
}

std::string with_entities(std::string_view text, std::string_view before, std::string_view plain) {
  std::string escaped;
  for (const char each : text) {
    const bool stays =
        !is_ascii(each) || is_letter_or_digit(each) || plain.find(each) != plain.npos;
    escaped += stays ? std::string(1, each)
                     : fmt::format("{}{};", before, static_cast<unsigned char>(each));
  }
  return escaped;
}

}  // namespace tidemark::core
