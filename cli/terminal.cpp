#include "cli/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "api/files.h"
#include "reports/json.h"

namespace tidemark::core {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : value;
}

void write_line(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  if (!text.ends_with('\n')) std::fputc('\n', stream);
  std::fflush(stream);
}

}  // namespace

bool is_terminal(int descriptor) { return isatty(descriptor) == 1; }

bool wants_color(bool no_color, int descriptor) {
  if (no_color || !variable("NO_COLOR").empty()) return false;
  const std::string_view force = variable("CLICOLOR_FORCE");
  if (!force.empty() && force != "0") return true;
  return variable("TERM") != "dumb" && is_terminal(descriptor);
}

std::size_t terminal_columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

Output::Output(const CommonFlags& flags)
    : json_(flags.json),
      quiet_(flags.quiet),
      to_stderr_(flags.json == "-"),
      color_(wants_color(flags.no_color, to_stderr_ ? STDERR_FILENO : STDOUT_FILENO)) {
  if (wants_json()) require_writable_file(json_);
}

void Output::result(std::string_view text) const {
  if (!text.empty()) write_line(to_stderr_ ? stderr : stdout, text);
}

void Output::note(std::string_view text) const {
  if (!quiet_) write_line(stderr, text);
}

void Output::error(std::string_view text) { write_line(stderr, text); }

void Output::json(const nlohmann::json& value) const {
  if (!wants_json()) return;
  std::fflush(stdout);
  write_file(json_, print_json(value));
}

}  // namespace tidemark::core
