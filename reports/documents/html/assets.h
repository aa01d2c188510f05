// report.css and report.js as they are put into pages, and their SHA-256 as hexadecimal digits.
// Made of the files when the build is configured.
#pragma once

#include <string_view>

namespace tidemark::core {

extern const std::string_view kReportStyle;
extern const std::string_view kReportStyleHash;
extern const std::string_view kReportScript;
extern const std::string_view kReportScriptHash;

}  // namespace tidemark::core
