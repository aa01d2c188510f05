// Reports as HTML: one file, which opens from a disk without a network.
#pragma once

#include <span>
#include <string>

#include "reports/run_report.h"
#include "reports/shown.h"

namespace tidemark::core {

// Of a page with many findings so many are shown in full, and no more than make so many bytes.
inline constexpr std::size_t kShownFindings = 40;
inline constexpr std::size_t kShownBytes = 1'800'000;

// A trace. `environment`: what ran it, by name.
std::string html_report(const Shown& about, std::span<const NamedLine> environment);

// Many traces, and the run that found them; null: nothing is known of it.
std::string html_report(std::span<const Shown> all, const RunReport* run,
                        std::span<const NamedLine> environment);

}  // namespace tidemark::core
