// How the values of flags are read, and what is said where they do not fit.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::core {

// Decimal, or hexadecimal behind 0x; nothing if it is neither, or has more than 64 bits.
std::optional<std::uint64_t> parse_number(std::string_view text);

// The place of a word among `names`. Throws BadInput.
std::size_t parse_word(std::string_view flag, std::string_view kind, std::string_view word,
                       std::span<const std::string_view> names);
// Reads names with a comma between: their places among `names`, as they are given. Throws BadInput.
std::vector<std::size_t> parse_list(std::string_view flag, std::string_view kind,
                                    std::string_view text, std::span<const std::string_view> names);

// `unknown strategy 'x', did you mean 'y'? expected one of: …`
std::string unknown_name(std::string_view kind, std::string_view word,
                         std::span<const std::string_view> names);

}  // namespace tidemark::core
