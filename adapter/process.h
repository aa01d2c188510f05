// A program of somebody else's, spoken to over its standard input and output, line by line.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::core {

class Process {
 public:
  // Runs a command of the shell. Throws EngineFault if it cannot be started.
  explicit Process(const std::string& command);
  // Ends the program and all that it started.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // What is to be written is written as the program reads it, while lines are waited for.
  void write(std::string_view text) { unwritten_ += text; }
  // The next line, without its end. Throws EngineFault: the program ended, wrote a line that is too
  // long, or no line within `timeout`.
  std::string read_line(std::chrono::milliseconds timeout);
  // The next line that is here already.
  std::optional<std::string> next_line();

  // What it wrote to standard error last, at most some lines.
  std::string errors();
  // How long it was waited for, in all.
  std::chrono::nanoseconds waited() const { return waited_; }

 private:
  bool await(std::chrono::steady_clock::time_point until);
  void write_some();
  void read_some(int& end, std::string& into);
  [[noreturn]] void tell_how_it_ended();

  pid_t pid_ = -1;
  int input_ = -1;   // we write to it
  int output_ = -1;  // we read from it
  int errors_end_ = -1;
  std::string unwritten_;
  std::size_t written_ = 0;  // of unwritten_
  std::string unread_;
  std::size_t searched_ = 0;  // of unread_: there is no end of a line before
  std::size_t begin_ = 0;     // of the next line in unread_
  std::string errors_;
  std::chrono::nanoseconds waited_{};
};

}  // namespace tidemark::core
