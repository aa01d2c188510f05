// The forms of what a verb checked, for other programs. Which one is written, the ending of a path
// says. To add one: a file that writes it, and a row.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "reports/documents/checks.h"
#include "reports/documents/github.h"
#include "reports/documents/junit.h"

namespace tidemark::core {

struct CheckForm {
  std::string_view ending;
  std::string_view what;
  std::string (*write)(const Checks& checks, JUnitDialect dialect);
};

inline constexpr std::string_view kJUnit = ".xml";
inline constexpr std::array<CheckForm, 2> kCheckForms{{
    {kJUnit, "checks as JUnit XML", junit},
    {".md", "a summary",
     [](const Checks& checks, JUnitDialect /*dialect*/) { return step_summary(checks); }},
}};

}  // namespace tidemark::core
