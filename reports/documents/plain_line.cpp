#include "reports/documents/plain_line.h"

#include "sim/trace_words.h"

namespace tidemark::core {
namespace {

bool is_plain(std::string_view character) {
  if (character.size() == 1) return character[0] >= ' ' && character[0] != '\x7F';
  const auto is_between = [&](std::string_view first, std::string_view last) {
    return character >= first && character <= last;
  };
  return !is_between("\xC2\x80", "\xC2\x9F") &&          // C1
         !is_between("\xE2\x80\x8E", "\xE2\x80\x8F") &&  // U+200E, U+200F
         !is_between("\xE2\x80\xA8", "\xE2\x80\xAE") &&  // U+2028 to U+202E
         !is_between("\xE2\x81\xA6", "\xE2\x81\xA9") &&  // U+2066 to U+2069
         character != "\xEF\xBB\xBF";
}

}  // namespace

std::string plain_line(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const std::string_view character = text.substr(0, size == 0 ? 1 : size);
    plain += size != 0 && is_plain(character) ? character : "?";
    text.remove_prefix(character.size());
  }
  return plain;
}

}  // namespace tidemark::core
