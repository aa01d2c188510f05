#include "cli/parts/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/files.h"
#include "reports/json.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kLeastColumns = 60;
constexpr std::size_t kMostColumns = 160;

std::string (*change_of_errors)(std::string_view) = nullptr;

// The same JSON, in which GitHub sees no `##[command]`: on stdout it may stand in a log.
std::string without_brackets(std::string text) {
  for (auto place = text.find("##["); place != text.npos; place = text.find("##[", place))
    text.replace(place + 2, 1, "\\u005b");
  return text;
}

void write_line(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  if (!text.ends_with('\n')) std::fputc('\n', stream);
  std::fflush(stream);
}

}  // namespace

bool is_terminal(int descriptor) { return isatty(descriptor) == 1; }

std::string_view environment_variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : value;
}

bool wants_color(bool no_color, int descriptor) {
  if (no_color || !environment_variable("NO_COLOR").empty()) return false;
  const std::string_view force = environment_variable("CLICOLOR_FORCE");
  if (!force.empty() && force != "0") return true;
  return environment_variable("TERM") != "dumb" && is_terminal(descriptor);
}

std::size_t terminal_columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::size_t report_columns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kReportColumns;
  return std::clamp<std::size_t>(size.ws_col, kLeastColumns, kMostColumns);
}

Output::Output(const CommonFlags& flags)
    : out_(flags.out),
      quiet_(flags.quiet),
      to_stderr_(flags.out.takes_stdout()),
      color_(wants_color(flags.no_color, to_stderr_ ? STDERR_FILENO : STDOUT_FILENO)) {
  out_.require_writable();
}

void Output::result(std::string_view text) const {
  if (text.empty()) return;
  if (!change_) return write_line(to_stderr_ ? stderr : stdout, text);
  kept_ += text;
  if (!text.ends_with('\n')) kept_ += '\n';
}

void Output::change_results(TextChange change) {
  release();
  change_ = std::move(change);
}

void Output::release() const {
  if (kept_.empty()) return;
  write_line(to_stderr_ ? stderr : stdout, change_(std::exchange(kept_, {})));
}

void Output::note(std::string_view text) const {
  if (!quiet_) error(text);
}

void Output::error(std::string_view text) {
  write_line(stderr, change_of_errors ? change_of_errors(text) : std::string(text));
}

void Output::change_errors(std::string (*change)(std::string_view)) { change_of_errors = change; }

void Output::json(const nlohmann::json& value) const {
  if (!wants_json()) return;
  std::fflush(stdout);
  const std::string text = print_json(value);
  out_.write(kJson, to_stderr_ && change_of_errors ? without_brackets(text) : text);
}

}  // namespace tidemark::core
