#include "base/utf8.h"

#include <cstdint>

namespace tidemark::core {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t place) {
  return static_cast<std::uint8_t>(text[place]);
}

std::size_t size_by_lead(std::uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// What the second byte may be keeps out overlong forms, surrogates, and all above U+10FFFF.
bool may_follow(std::uint8_t lead, std::uint8_t second) {
  const std::uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const std::uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return second >= low && second <= high;
}

}  // namespace

std::size_t character_size(std::string_view text) {
  const std::size_t size = size_by_lead(byte_at(text, 0));
  if (size < 2) return size;
  if (text.size() < size || !may_follow(byte_at(text, 0), byte_at(text, 1))) return 0;
  for (std::size_t i = 2; i < size; ++i)
    if ((byte_at(text, i) & 0xC0) != 0x80) return 0;
  return size;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace tidemark::core
