// User text on its way into documents: it may hold any bytes, and documents may not.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidemark::core {

// What stands for bytes and characters that may not stand in a document: U+FFFD.
inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Valid UTF-8 of characters that XML 1.0 allows. Each byte that belongs to none is replaced; line
// feeds and tabs stay.
std::string valid_text(std::string_view text);

// The same on one line: what ends a line, and tabs, are blanks.
std::string valid_line(std::string_view text);

// A line for a terminal, and for programs that read lines. What ends a line, steers a terminal or
// turns the direction of reading, and what is no UTF-8, is shown as '?': control characters (C0,
// DEL, C1), U+2028, U+2029, marks of direction, U+FEFF.
std::string plain_line(std::string_view text);

// U+0080 to U+009F, and the characters that mark, embed, override or isolate a direction.
bool is_hidden(std::string_view character);

// The longest beginning of at most so many bytes that cuts no character; `…` behind it where
// something is cut. Requires: valid UTF-8, room for `…`.
std::string cut(std::string_view text, std::size_t most_bytes);

// Each ASCII character that is no letter, digit, or among `plain`, as the entity of its code
// between `before` and `;`: `&#38;` in Markdown, `#38;` in Mermaid. Requires: valid UTF-8.
std::string with_entities(std::string_view text, std::string_view before, std::string_view plain);

}  // namespace tidemark::core
