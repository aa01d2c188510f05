#include "reports/documents/gitlab.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"

namespace tidemark::core {
namespace {

// Sections of one log must have different names.
std::string section_name(std::string_view text, std::uint64_t began_s) {
  Digest digest;
  digest.add(began_s);
  digest.add(text);
  return "tidemark_" + print_digest(digest.value());
}

}  // namespace

std::string collapsed_section(std::string_view text, std::uint64_t began_s, std::uint64_t ended_s) {
  const auto end = text.find('\n');
  if (end == text.npos || end + 1 == text.size()) return std::string(text);
  const std::string name = section_name(text, began_s);
  return fmt::format(
      "\x1b[0Ksection_start:{}:{}[collapsed=true]\r\x1b[0K{}\n{}{}"
      "\x1b[0Ksection_end:{}:{}\r\x1b[0K\n",
      began_s, name, text.substr(0, end), text, text.ends_with('\n') ? "" : "\n", ended_s, name);
}

}  // namespace tidemark::core
