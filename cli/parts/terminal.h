// Where a verb writes: results to stdout, what happens meanwhile to stderr; in colour or not.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/text.h"
#include "cli/parts/outputs.h"

namespace tidemark::core {

// Empty where it is not set.
std::string_view environment_variable(const char* name);

// Whether what is written to this descriptor is coloured. The first that speaks decides:
// --no-color, NO_COLOR (not empty), CLICOLOR_FORCE (not empty, not 0), TERM=dumb, no terminal.
bool wants_color(bool no_color, int descriptor);
bool is_terminal(int descriptor);

// Columns of the terminal on stderr; 80 where it does not say.
std::size_t terminal_columns();
// Those that results have: of the terminal on stdout, within reason; kReportColumns where it is
// none.
std::size_t report_columns();

// Flags that every verb has.
struct CommonFlags {
  OutPaths out = {};
  bool quiet = false;
  bool no_color = false;
};

// What becomes of a text before it is written.
using TextChange = std::function<std::string(std::string_view)>;

// Where `--out -` takes stdout, results go to stderr.
class Output {
 public:
  // Throws BadInput where what is to be written has no place.
  explicit Output(const CommonFlags& flags);
  ~Output() { release(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  bool color() const { return color_; }
  bool quiet() const { return quiet_; }
  // Results. Ends the text with a line's end if it has none.
  void result(std::string_view text) const;
  // From here on results are kept until release(), and changed as one text; nullptr: no more. What
  // is kept so far is released.
  void change_results(TextChange change);
  void release() const;
  // What is worth knowing meanwhile; not when quiet.
  void note(std::string_view text) const;
  // Something went wrong; also when quiet.
  static void error(std::string_view text);
  // From here on notes and errors of this program are changed.
  static void change_errors(std::string (*change)(std::string_view));
  // What --out names beside.
  const OutPaths& out() const { return out_; }
  // Writes the JSON where --out wants it. Throws BadInput where that fails.
  void json(const nlohmann::json& value) const;
  bool wants_json() const { return out_.wants(kJson); }

 private:
  OutPaths out_;
  bool quiet_;
  bool to_stderr_;
  bool color_;
  TextChange change_ = nullptr;
  mutable std::string kept_ = {};
};

}  // namespace tidemark::core
