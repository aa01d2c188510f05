// Files: read within limits, written whole or not at all.
#pragma once

#include <string>
#include <string_view>

namespace tidemark::core {

// The content of a file, `-` for stdin. Reads at most `most` bytes and one more. Throws BadInput
// where it cannot be read.
std::string read_file(const std::string& path, std::size_t most);

// A path as messages name it.
std::string shown_path(const std::string& path);

// Writes a file under another name beside it, and renames it; `-`: to stdout. A path to something
// that is no file, such as /dev/full, is written to. Throws BadInput.
void write_file(const std::string& path, std::string_view content);

// Checks before a run that a file, or files in a folder, can be written when it is over; leaves
// nothing behind. Throws BadInput.
void require_writable_file(const std::string& path);
void require_writable_folder(const std::string& path);

// The folder and those above it that are missing are made. Throws BadInput.
void make_folder(const std::string& path);

// A word as a shell takes it.
std::string shell_quoted(std::string_view word);

}  // namespace tidemark::core
