// What a log of GitLab CI can show.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::core {

// A text of several lines as a section of a job's log that is shown collapsed, headed by its first
// line; a text of one line as it is. The times are seconds since 1970, of which GitLab shows the
// difference.
std::string collapsed_section(std::string_view text, std::uint64_t began_s, std::uint64_t ended_s);

}  // namespace tidemark::core
