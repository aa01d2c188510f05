// Plain text for terminals: how wide it is, clipped, wrapped, padded; numbers that a person reads;
// colour as an option that never changes the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::core {

// Reports are at most so wide.
inline constexpr std::size_t kReportColumns = 100;

// How many columns of a terminal a text takes: wide characters two, combining ones none. A text
// that is no UTF-8 counts by bytes.
std::size_t columns(std::string_view text);

// At most so many columns of a text; where it was longer, the last one is `…`.
std::string clip(std::string_view text, std::size_t width);
// The same with the middle left out, for words whose end tells them apart.
std::string clip_middle(std::string_view text, std::size_t width);

// The text and so many blanks that it takes `width` columns; longer texts are left as they are.
std::string pad(std::string_view text, std::size_t width);

// Breaks a text at blanks into lines of at most `width` columns; a longer word is broken anywhere.
// There is at least one line.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

// `prefix` and the text, wrapped to kReportColumns; the lines that follow begin below the text.
// Each line ends with a line feed.
std::string hang(std::string_view prefix, std::string_view text);

// 20000 as `20 000`.
std::string grouped(std::uint64_t number);
// 2134567 as `2.1 M`; below a million as grouped() gives it.
std::string rounded(std::uint64_t number);
// `1 step`, `20 000 steps`.
std::string count_of(std::uint64_t number, std::string_view singular);
// `950 B`, `81 MB`, `3.9 GB`, in powers of 1024.
std::string print_bytes(std::uint64_t bytes);
// `0x` and hexadecimal digits, as `--seed` takes it.
std::string print_seed(std::uint64_t seed);
// Sixteen hexadecimal digits.
std::string print_digest(std::uint64_t digest);

enum class Style : std::uint8_t { plain, bad, good, dim, strong };

// Colours a text, or leaves it as it is.
class Paint {
 public:
  explicit Paint(bool color) : color_(color) {}
  std::string operator()(Style style, std::string_view text) const;

 private:
  bool color_;
};

// A text on one line of a terminal: control characters are shown as '?'.
std::string printable(std::string_view text);

// A text without the escape sequences that Paint writes.
std::string without_color(std::string_view text);

}  // namespace tidemark::core
