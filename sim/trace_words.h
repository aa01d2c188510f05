// The words of a trace line: bytes that may stand in it, splitting, quoting, excerpts for errors.
// What the text means is not known here.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/utf8.h"

namespace tidemark::core {

inline constexpr std::size_t kMaxLineBytes = 4096;
inline constexpr std::size_t kMaxExcerptCharacters = 60;

// Thrown by whoever finds a line wrong; parse_trace catches it and adds the line's number.
struct Refusal {
  std::string message;
};

template <class... Arguments>
[[noreturn]] void refuse(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw Refusal{fmt::format(format, std::forward<Arguments>(arguments)...)};
}

// The beginning of what the user wrote, short enough for a message.
std::string excerpt(std::string_view text);

// Refuses a line that is too long, or has control characters but tab, or is no valid UTF-8.
void check_bytes(std::string_view line);

// The words of a line, quotes and escapes left in, and the comment behind them. The views are into
// the line.
struct Words {
  std::vector<std::string_view> words;
  std::optional<std::string_view> comment;  // without the #
};
// `words` is filled anew, so that one buffer serves all lines.
void split_line(std::string_view line, Words& words);

// What `name=…` stands for: the text itself, or what a quoted text means.
std::string unquote(std::string_view written);
// The other way round; quoted only where it must be.
std::string quote(std::string_view text);

// The nearest of some names to a word that is none of them, to ask whether it was meant; empty if
// none is within three slips of the finger, or within half its letters.
std::string_view nearest(std::string_view word, std::span<const std::string_view> names);

}  // namespace tidemark::core
