// The command as its users meet it: a built program, run in a folder of its own.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::core {

namespace fs = std::filesystem;

// How a command ended, and what it said.
struct Ran {
  int code = -1;
  std::string out;
  std::string err;
};

inline std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// A folder of its own for each test; commands run there, and take no CI service for theirs.
class Cli : public testing::Test {
 protected:
  Cli() {
    std::string name = (fs::temp_directory_path() / "tidemark-cli-XXXXXX").string();
    home_ = mkdtemp(name.data());
    fs::create_directory(home_ / "work");
    for (const char* variable : {"GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITLAB_CI", "GITHUB_SHA",
                                 "CI_COMMIT_SHA", "GTEST_SHARD_INDEX", "GTEST_TOTAL_SHARDS"})
      unsetenv(variable);
  }
  ~Cli() override { fs::remove_all(home_); }

  fs::path work() const { return home_ / "work"; }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(work() / name, std::ios::binary) << content;
  }
  std::string content(const std::string& name) const { return read(work() / name); }

  // Runs a line of the shell.
  Ran shell(const std::string& line) const {
    const std::string whole = "cd '" + work().string() + "' && { " + line + "\n} >'" +
                              (home_ / "out").string() + "' 2>'" + (home_ / "err").string() +
                              "' </dev/null";
    const int status = std::system(whole.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(home_ / "out"),
            read(home_ / "err")};
  }
  Ran tidemark(const std::string& arguments) const { return tidemark_on("", arguments); }
  // The same with these variables set: `GITHUB_ACTIONS=true`.
  Ran tidemark_on(const std::string& variables, const std::string& arguments) const {
    return shell("env -u NO_COLOR -u CLICOLOR_FORCE -u TIDEMARK_COMMAND " + variables +
                 " " TIDEMARK_BINARY " " + arguments);
  }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(work()))
      names.push_back(entry.path().lexically_relative(work()).string());
    std::sort(names.begin(), names.end());
    return names;
  }

  // One clear line, exit code 2, nothing on stdout, nothing on the disk.
  void expect_refused(const std::string& arguments, std::string_view said) const {
    SCOPED_TRACE(arguments);
    const std::vector<std::string> before = files();
    const Ran ran = tidemark(arguments);
    EXPECT_EQ(ran.code, 2);
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(lines_of(ran.err).size(), 1u) << ran.err;
    EXPECT_TRUE(has(ran.err, said)) << ran.err;
    EXPECT_EQ(files(), before);
  }

 private:
  fs::path home_;
};

// The commands to paste that stand in a report, each to its line's end.
inline std::vector<std::string> commands_in(const std::string& report) {
  std::vector<std::string> commands;
  for (const std::string& line : lines_of(report))
    if (const auto begin = line.find(TIDEMARK_BINARY " "); begin != std::string::npos)
      commands.push_back(line.substr(begin));
  return commands;
}

// --- signals and terminals

// A program that runs while the test goes on.
class Running {
 public:
  // `out` and `err` become its stdout and stderr, and are closed here.
  Running(const std::vector<std::string>& arguments, int out, int err) {
    std::vector<char*> words;
    for (const std::string& argument : arguments)
      words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    child_ = fork();
    if (child_ == 0) {
      dup2(out, STDOUT_FILENO);
      dup2(err, STDERR_FILENO);
      execv(words[0], words.data());
      _exit(127);
    }
    close(out);
    if (err != out) close(err);
  }
  void signal(int number) const { kill(child_, number); }
  int wait() const {
    int status = 0;
    waitpid(child_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t child_ = -1;
};

inline std::string read_some(int descriptor) {
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
  return count <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(count));
}
inline std::string read_rest(int descriptor) {
  std::string text;
  for (std::string more = read_some(descriptor); !more.empty(); more = read_some(descriptor))
    text += more;
  return text;
}

// A terminal to which a program writes.
class Terminal {
 public:
  Terminal() : own_end_(posix_openpt(O_RDWR | O_NOCTTY)) {
    EXPECT_GE(own_end_, 0);
    EXPECT_EQ(grantpt(own_end_), 0);
    EXPECT_EQ(unlockpt(own_end_), 0);
    const winsize size{.ws_row = 24, .ws_col = 200, .ws_xpixel = 0, .ws_ypixel = 0};
    EXPECT_EQ(ioctl(own_end_, TIOCSWINSZ, &size), 0);
  }
  ~Terminal() { close(own_end_); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // The end for the program.
  int open_end() const { return open(ptsname(own_end_), O_RDWR | O_NOCTTY); }
  std::string read_all() const { return read_rest(own_end_); }
  // What is there now, or comes next.
  std::string read_more() const { return read_some(own_end_); }

 private:
  int own_end_;
};

}  // namespace tidemark::core
