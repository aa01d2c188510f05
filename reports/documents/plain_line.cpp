#include "reports/documents/plain_line.h"

#include "sim/trace_words.h"

namespace tidemark::core {
namespace {

bool is_plain(std::string_view character) {
  if (character.size() == 1) return character[0] >= ' ' && character[0] != '\x7F';
  const bool steers = character >= "\xC2\x80" && character <= "\xC2\x9F";
  return !steers && character != "\xE2\x80\xA8" && character != "\xE2\x80\xA9";
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
