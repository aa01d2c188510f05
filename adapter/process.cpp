#include "adapter/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <utility>

#include "sim/foreign.h"

extern char** environ;

namespace tidemark::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kMaxAnswerBytes = 8 * 1024 * 1024;
constexpr std::size_t kMaxErrorBytes = 2000;
constexpr long kPatienceNanoseconds = 10'000'000;  // between two looks whether it has ended
constexpr int kMostLooks = 50;
constexpr milliseconds kLongestWait{60'000};  // at once: poll() counts in an int

struct Pipe {
  int read_end = -1;
  int write_end = -1;

  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
      throw EngineFault(fmt::format("no pipe to the program: {}", std::strerror(errno)));
    read_end = ends[0];
    write_end = ends[1];
  }
};

void do_not_wait(int end) { fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK); }

void close_end(int& end) {
  if (end >= 0) close(end);
  end = -1;
}

// In a process group of its own, so that all of it can be ended.
pid_t spawn(const std::string& command, int in, int out, int errors) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  std::string shell = "sh", option = "-c", text = command;
  std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
  pid_t pid = -1;
  const int error = posix_spawn(&pid, "/bin/sh", &files, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (error != 0)
    throw EngineFault(fmt::format("cannot start '{}': {}", command, std::strerror(error)));
  return pid;
}

[[noreturn]] void refuse_long_line() {
  throw EngineFault(fmt::format("garbage: a line of more than {} bytes, expected at most so many",
                                kMaxAnswerBytes));
}

}  // namespace

Process::Process(const std::string& command) {
  signal(SIGPIPE, SIG_IGN);  // a program that no longer reads is told of by write()
  Pipe in, out, errors;
  pid_ = spawn(command, in.read_end, out.write_end, errors.write_end);
  close_end(in.read_end);
  close_end(out.write_end);
  close_end(errors.write_end);
  input_ = in.write_end;
  output_ = out.read_end;
  errors_end_ = errors.read_end;
  for (const int end : {input_, output_, errors_end_}) do_not_wait(end);
}

// A program ends when its standard input ends; one that does not is ended.
Process::~Process() {
  close_end(input_);
  int status = 0;
  bool ended = false;
  for (int looks = 0; looks < kMostLooks && !ended; ++looks) {
    ended = waitpid(pid_, &status, WNOHANG) != 0;
    const timespec patience{0, kPatienceNanoseconds};
    if (!ended) nanosleep(&patience, nullptr);
  }
  kill(-pid_, SIGKILL);
  if (!ended) waitpid(pid_, &status, 0);
  close_end(output_);
  close_end(errors_end_);
}

void Process::write_some() {
  while (written_ < unwritten_.size()) {
    const ssize_t count =
        ::write(input_, unwritten_.data() + written_, unwritten_.size() - written_);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      if (errno != EAGAIN) unwritten_.clear();  // it reads no more: reading will say why
      break;
    }
    written_ += static_cast<std::size_t>(count);
  }
  if (written_ < unwritten_.size()) return;
  unwritten_.clear();
  written_ = 0;
}

// Reads once, so that a flood does not keep us here; an end that is closed is closed here too.
void Process::read_some(int& end, std::string& into) {
  std::array<char, 65536> buffer;
  const ssize_t count = end < 0 ? -1 : read(end, buffer.data(), buffer.size());
  if (count > 0) into.append(buffer.data(), static_cast<std::size_t>(count));
  if (count == 0) close_end(end);
}

std::string Process::errors() {
  read_some(errors_end_, errors_);
  if (errors_.size() > kMaxErrorBytes) errors_.erase(0, errors_.size() - kMaxErrorBytes);
  return errors_;
}

// Whoever was killed was killed by somebody else: no crash of its own ends a program so. Shells
// pass it on as an exit code.
void Process::tell_how_it_ended() {
  std::string how = "closed its standard output";
  bool was_killed = false;
  for (int looks = 0; looks < kMostLooks; ++looks) {
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == pid_) {
      const int status = info.si_status;
      const bool exited = info.si_code == CLD_EXITED;
      how = exited ? fmt::format("ended with exit code {}", status)
                   : fmt::format("was ended by signal {}", status);
      was_killed = status == (exited ? 128 + SIGKILL : SIGKILL);
      break;
    }
    const timespec patience{0, kPatienceNanoseconds};
    nanosleep(&patience, nullptr);
  }
  EngineFault fault(fmt::format("crash: the program {} while an answer was expected", how));
  fault.was_killed = was_killed;
  throw fault;
}

// Waits until the program did something; returns false if `until` came first. Throws EngineFault if
// it ended.
bool Process::await(steady_clock::time_point until) {
  write_some();
  std::array<pollfd, 3> ends{
      {{output_, POLLIN, 0}, {errors_end_, POLLIN, 0}, {input_, POLLOUT, 0}}};
  const nfds_t count = unwritten_.empty() ? 2 : 3;
  const auto began = steady_clock::now();
  const auto left = std::chrono::ceil<milliseconds>(until - began);
  if (left.count() <= 0) return false;
  poll(ends.data(), count, static_cast<int>(std::min(left, kLongestWait).count()));
  waited_ += steady_clock::now() - began;
  if (ends[1].revents != 0) errors();
  if (ends[0].revents != 0) read_some(output_, unread_);
  if (output_ < 0) tell_how_it_ended();
  return true;
}

std::optional<std::string> Process::next_line() {
  const std::size_t end = unread_.find('\n', searched_);
  if (end == std::string::npos) {
    unread_.erase(0, begin_);
    begin_ = 0;
    searched_ = unread_.size();
    if (unread_.size() > kMaxAnswerBytes) refuse_long_line();
    return std::nullopt;
  }
  if (end - begin_ > kMaxAnswerBytes) refuse_long_line();
  std::string line = unread_.substr(begin_, end - begin_);
  begin_ = searched_ = end + 1;
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

// However much the program writes elsewhere, or of a line, meanwhile.
std::string Process::read_line(milliseconds timeout) {
  if (auto line = next_line()) return *std::move(line);
  const auto until = steady_clock::now() + timeout;
  while (await(until))
    if (auto line = next_line()) return *std::move(line);
  throw EngineFault(fmt::format("hang: no answer within {} ms", timeout.count()));
}

}  // namespace tidemark::core
