// The findings of a night: a table of them, and a grid that puts them beside the nights before.
#pragma once

#include <span>
#include <string>

#include "reports/documents/html/morning.h"

namespace tidemark::core {

// Both take the nights by their numbers, this night the last of them.
std::string findings_table(const Night& night, std::span<const HistoryNight> nights);
std::string findings_grid(const Night& night, std::span<const HistoryNight> nights);

// The name of a finding as the history has it.
std::string history_name(const NightFinding& finding);

// `2026-11-03`: the day of a time.
std::string day_of(const std::string& time);
// The beginning of a commit by which people know it.
std::string short_commit(const std::string& commit);

}  // namespace tidemark::core
