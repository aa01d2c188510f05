// A run as the document `tidemark/run/1` (docs/JSON.md): a run of `fuzz`, or a night of a campaign.
// Written and read back, so that a page can be made of it later.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "reports/run_report.h"

namespace tidemark::core {

// Of a run that is kept in a folder.
inline constexpr std::string_view kRunFile = "report.json";

// Whether a document tells by a clock how long it took, and what ran it. Without, equal runs are
// equal bytes.
enum class Clock : std::uint8_t { told, left_out };

nlohmann::json run_json(const RunReport& report, Clock clock);
// Where the text is none, `problem` says what is wrong and what was expected.
std::optional<RunReport> read_run(std::string_view text, std::string& problem);

// 16 hexadecimal digits: the numbers of two runs of one such key can be compared.
std::string key_of(const RunHead& head);

}  // namespace tidemark::core
