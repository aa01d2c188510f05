// Characters in UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace tidemark::core {

// Bytes of the first character of a text that is not empty; 0 if it is no valid UTF-8.
std::size_t character_size(std::string_view text);
bool is_utf8(std::string_view text);

}  // namespace tidemark::core
