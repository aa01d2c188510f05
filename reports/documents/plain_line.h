// A text of the user's on one line of a document in UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace tidemark::core {

// What ends a line, steers a terminal or turns the direction of reading, and what is no UTF-8, is
// shown as '?': control characters (C0, DEL, C1), U+2028, U+2029, marks of direction, U+FEFF.
std::string plain_line(std::string_view text);

}  // namespace tidemark::core
