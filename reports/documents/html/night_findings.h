// The findings of a night: a table of them, and a grid that puts them beside the nights before.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "reports/documents/html/night_page.h"

namespace tidemark::core {

class NightFindings {
 public:
  // The nights by their numbers, that of the report the last of them. What it is handed outlives
  // it.
  NightFindings(const RunReport& report, std::span<const HistoryNight> nights,
                const RunPlace& place, const std::set<std::string>& with_files);

  std::string table() const;
  std::string grid() const;

 private:
  bool has_files(const Finding& finding) const { return with_files_.count(finding.name()) > 0; }
  std::string link(const Finding& finding) const;
  std::string description(const Finding& finding) const;
  std::string configurations(const Finding& finding) const;
  std::string row(const Finding& finding) const;
  std::string fixed() const;

  const RunReport& report_;
  std::span<const HistoryNight> nights_;
  const RunPlace& place_;
  const std::set<std::string>& with_files_;
  std::vector<const Finding*> sorted_;  // as the table has them
};

// `2026-11-03`: the day of a time.
std::string day_of(const std::string& time);
// The beginning of a commit by which people know it.
std::string short_commit(const std::string& commit);

}  // namespace tidemark::core
