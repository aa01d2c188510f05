#include "cli/parts/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/exit_code.h"
#include "sim/trace_words.h"

namespace tidemark::core {

using std::string_view;

std::optional<std::uint64_t> parse_number(string_view text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, hexadecimal ? 16 : 10);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

std::size_t parse_word(string_view flag, string_view kind, string_view word,
                       std::span<const string_view> names) {
  const auto found = std::find(names.begin(), names.end(), word);
  if (found == names.end()) bad_usage("{}: {}", flag, unknown_name(kind, word, names));
  return static_cast<std::size_t>(found - names.begin());
}

std::vector<std::size_t> parse_list(string_view flag, string_view kind, string_view text,
                                    std::span<const string_view> names) {
  std::vector<std::size_t> places;
  for (bool more = true; more;) {
    const string_view name = text.substr(0, text.find(','));
    places.push_back(parse_word(flag, kind, name, names));
    more = name.size() < text.size();
    if (more) text.remove_prefix(name.size() + 1);
  }
  return places;
}

std::string unknown_name(string_view kind, string_view word, std::span<const string_view> names) {
  const string_view near = nearest(word, names);
  return fmt::format("unknown {} '{}', {}expected one of: {}", kind, word.substr(0, 60),
                     near.empty() ? "" : fmt::format("did you mean '{}'? ", near),
                     fmt::join(names, ", "));
}

}  // namespace tidemark::core
