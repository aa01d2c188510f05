#include "base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "base/exit_code.h"
#include "base/text.h"

namespace tidemark::core {
namespace {

namespace fs = std::filesystem;

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

[[noreturn]] void fail(const std::string& path, std::string_view what) {
  throw BadInput{fmt::format("{}: {}", shown_path(path), what)};
}
[[noreturn]] void cannot_read(const std::string& path) {
  fail(path, fmt::format("cannot be read ({}), expected a trace file", std::strerror(errno)));
}
[[noreturn]] void cannot_write(const std::string& path) {
  fail(
      path == "-" ? "<stdout>" : path,
      fmt::format("cannot be written ({}), expected a place for a new file", std::strerror(errno)));
}

std::string read_all(std::FILE* file, std::size_t most, const std::string& path) {
  std::string content;
  char buffer[1 << 16];
  while (content.size() <= most) {
    const std::size_t room = std::min(sizeof buffer, most + 1 - content.size());
    const std::size_t count = std::fread(buffer, 1, room, file);
    content.append(buffer, count);
    if (count < room) break;
  }
  if (std::ferror(file) != 0) cannot_read(path);
  return content;
}

bool is_special(const std::string& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  return fs::exists(status) && !fs::is_regular_file(status);
}

// Makes an empty file beside `path` under a name of its own.
std::string make_beside(const std::string& path, int& descriptor) {
  std::string name = path + ".XXXXXX";
  descriptor = mkstemp(name.data());
  return descriptor < 0 ? std::string() : name;
}

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t count = ::write(descriptor, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void write_special(const std::string& path, std::string_view content) {
  const int descriptor = path == "-" ? dup(STDOUT_FILENO) : open(path.c_str(), O_WRONLY);
  if (descriptor < 0) cannot_write(path);
  const bool written = write_all(descriptor, content);
  if (close(descriptor) != 0 || !written) cannot_write(path);
}

// What mkstemp makes is for the owner alone; a new file is for whom the umask says.
void open_to_others(int descriptor) {
  const mode_t mask = umask(0);
  umask(mask);
  (void)!fchmod(descriptor, 0666 & ~mask);
}

}  // namespace

std::string shown_path(const std::string& path) {
  return path == "-" ? "<stdin>" : printable(path);
}

std::string read_file(const std::string& path, std::size_t most) {
  if (path == "-") return read_all(stdin, most, path);
  const File file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) cannot_read(path);
  return read_all(file.get(), most, path);
}

void write_file(const std::string& path, std::string_view content) {
  if (path == "-" || is_special(path)) return write_special(path, content);
  int descriptor = -1;
  const std::string name = make_beside(path, descriptor);
  if (descriptor < 0) cannot_write(path);
  open_to_others(descriptor);
  const bool written = write_all(descriptor, content);
  if (close(descriptor) == 0 && written && std::rename(name.c_str(), path.c_str()) == 0) return;
  const int error = errno;
  unlink(name.c_str());
  errno = error;
  cannot_write(path);
}

void require_writable_file(const std::string& path) {
  if (path == "-") return;
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) fail(path, "is a folder, expected the name of a file");
  if (is_special(path)) return;
  int descriptor = -1;
  const std::string name = make_beside(path, descriptor);
  if (descriptor < 0) cannot_write(path);
  close(descriptor);
  unlink(name.c_str());
}

void require_writable_folder(const std::string& path) {
  std::error_code error;
  fs::path there = fs::absolute(path, error).lexically_normal();
  while (!fs::exists(there, error) && there.has_parent_path() && there != there.parent_path())
    there = there.parent_path();
  if (!fs::is_directory(there, error))
    fail(path, fmt::format("cannot be a folder, {} is none, expected a folder to write to",
                           printable(there.string())));
  int descriptor = -1;
  const std::string name = make_beside((there / "tidemark").string(), descriptor);
  if (descriptor < 0)
    fail(path, fmt::format("cannot be written ({}), expected a folder to write to",
                           std::strerror(errno)));
  close(descriptor);
  unlink(name.c_str());
}

void make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) return;
  fail(path, fmt::format("cannot be made ({}), expected a folder to write to", error.message()));
}

std::string shell_quoted(std::string_view word) {
  constexpr std::string_view kBare =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  if (!word.empty() && word.find_first_not_of(kBare) == std::string_view::npos)
    return std::string(word);
  std::string quoted = "'";
  for (const char character : word)
    quoted += character == '\'' ? std::string("'\\''") : std::string(1, character);
  return quoted + "'";
}

}  // namespace tidemark::core
