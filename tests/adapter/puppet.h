// The commands that start tests/adapter/puppet.cpp, which says what its words mean.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

namespace tidemark::core {

// A word of the shell. Requires: no ' in it.
inline std::string quoted(const std::string& word) { return "'" + word + "'"; }

// The shell gives way to the puppet, so that what ends is the puppet.
inline std::string puppet(const std::vector<std::string>& words = {}) {
  std::string command = "exec " + quoted(TIDEMARK_PUPPET);
  for (const std::string& word : words) command += " " + quoted(word);
  return command;
}

// A file that is not there yet, for a puppet that misbehaves once.
class Marker {
 public:
  Marker() {
    std::string name = (std::filesystem::temp_directory_path() / "tidemark-puppet-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~Marker() { std::filesystem::remove_all(folder_); }
  Marker(const Marker&) = delete;
  Marker& operator=(const Marker&) = delete;

  std::string path() const { return (folder_ / "done").string(); }
  std::string word() const { return "once=" + path(); }
  bool is_there() const { return std::filesystem::exists(path()); }

 private:
  std::filesystem::path folder_;
};

}  // namespace tidemark::core
