// What a verb writes beside its text: one flag, `--out PATH`, given once for each, whose ending
// says what is wanted there. Which verb writes what, and what of that is refused, is decided here.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/parts/command_line.h"

namespace tidemark::core {

// How a path ends, and so what is written there.
using OutEnding = std::string_view;
inline constexpr OutEnding kPage = ".html";
inline constexpr OutEnding kJson = ".json";  // what `-` wants, too: on stdout
inline constexpr OutEnding kTrace = ".trace";
// Those of all forms of checks (reports/documents/check_forms.h).
inline constexpr OutEnding kChecks = "checks";
// A folder that there is, or a path without one of these endings.
inline constexpr OutEnding kFolder = "";
// A file, however it ends: for a verb that is told otherwise what is wanted.
inline constexpr OutEnding kAnyFile = "*";

// The paths that --out names.
class OutPaths {
 public:
  // What the verb writes. One that writes nothing takes no path.
  void accept(std::string verb, std::vector<OutEnding> endings);
  // Throws BadInput where the verb does not write such.
  void add(const std::string& path);

  bool wants(OutEnding ending) const { return paths_.contains(ending); }
  bool takes_stdout() const;
  // Empty: there is none.
  std::string folder() const;
  const std::vector<std::string>& files(OutEnding ending) const;
  // As they were given.
  const std::vector<std::string>& all() const { return all_; }

  // Before a run: that there will be a place for everything, and no two in one. Leaves nothing
  // behind. Throws BadInput.
  void require_writable() const;
  // After it. Throws BadInput where it cannot be written.
  void write(OutEnding ending, std::string_view content) const;

  // For --help.
  std::string meaning() const;

 private:
  OutEnding ending_of(const std::string& path) const;
  bool has(OutEnding ending) const;  // whether the verb writes such
  std::vector<OutEnding> endings() const;
  std::string expected() const;

  std::string verb_;
  std::vector<OutEnding> accepted_;
  std::map<OutEnding, std::vector<std::string>> paths_;
  std::vector<std::string> all_;
};

// --out PATH, -o
AddedFlag add_out_flag(VerbFlags& verb, OutPaths& paths, std::vector<OutEnding> endings);

}  // namespace tidemark::core
