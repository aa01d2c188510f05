// Tables of a page: their heads, rows and cells, and the table of marks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "reports/run_report.h"

namespace tidemark::core {

// A head of columns with these names.
std::string table_head(const std::vector<std::string>& names);
// A row that a name begins, and its cells as markup.
std::string table_row(const std::string& name, const std::string& cells);
// A cell of text.
std::string table_cell(const std::string& text);
// Of numbers, which stand below one another; `rows` as markup.
std::string number_table(const std::vector<std::string>& names, const std::string& rows);

// A text as it stands in a page whose size is bounded: escaped, its end left out where it is long.
std::string short_text(std::string_view text);
// A command, and the button that copies it; `name` says what it is of. A command is never cut: of
// one that is too long the page says so.
std::string command_markup(std::string_view name, std::string_view command);

// Rows up to a number of them, and of bytes; the rest is counted.
class Rows {
 public:
  Rows(std::size_t most_rows, std::size_t most_bytes)
      : most_rows_(most_rows), most_bytes_(most_bytes) {}

  void add(std::string_view row);

  const std::string& markup() const { return markup_; }
  // `400 of 500 findings are left out …`; empty where all are there.
  std::string notice(std::string_view things) const;

 private:
  std::size_t most_rows_;
  std::size_t most_bytes_;
  std::size_t shown_ = 0;
  std::size_t left_out_ = 0;
  std::string markup_;
};

// `1.5 %`, of something never `0.0 %`; nothing of nothing.
std::string print_share(std::uint64_t part, std::uint64_t whole);

// Each mark with its count in each of so many configurations, and whether it was missed there.
std::string mark_table(const RunReport& report, std::size_t configurations);

}  // namespace tidemark::core
