// An adapter, spoken to: an engine in another process. Several worlds of it can be under way at the
// same time: while one waits for an answer, the others go on, so that both processes have work.
//
// Not for use by two threads at once. docs/ADAPTERS.md.
#pragma once

#include <tidemark/engine.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "adapter/process.h"
#include "sim/foreign.h"

namespace tidemark::core {

struct AdapterOptions {
  std::string command;                        // of the shell
  std::optional<std::string> strategy = {};   // that the adapter is asked for
  std::chrono::milliseconds timeout{10'000};  // of one answer
};

class Adapter final : public tidemark::Engine {
 public:
  // Starts the program and shakes hands. Throws EngineFault.
  explicit Adapter(AdapterOptions options);
  ~Adapter() override;

  const Traits& traits() const override { return traits_; }
  // Throws EngineFault; then the program is ended, and started anew when a world begins.
  Answer handle(const Request& request) override;
  std::vector<Answer> handle_all(std::span<const Request> requests) override;

  // Runs all jobs to their end. Inside, handle() lets the others go on while it waits. What jobs
  // threw, the first of them, is thrown when all are done.
  void side_by_side(std::span<const std::function<void()>> jobs);

  // The last lines that were exchanged, the newest last.
  std::vector<std::string> transcript() const override {
    return {transcript_.begin(), transcript_.end()};
  }
  std::uint64_t requests() const { return requests_; }
  std::chrono::nanoseconds waited() const;

 private:
  struct Job;  // one of those side by side

  void start();
  void start_for_jobs();
  void end();
  std::string ask(const std::string& line);
  void send(const std::string& line);
  std::string receive();
  void begin(Job& job, const std::function<void()>& work);
  void run(Job& job);
  void serve_waiting();
  void note(char direction, std::string_view line);
  EngineFault broken_off(EngineFault fault);

  AdapterOptions options_;
  Traits traits_;
  std::unique_ptr<Process> process_;
  std::string ended_by_;      // why there is no process
  Job* running_ = nullptr;    // of those side by side; null: none
  std::deque<Job*> waiting_;  // in the order of their requests
  std::deque<std::string> transcript_;
  std::uint64_t requests_ = 0;
  std::chrono::nanoseconds waited_{};  // for processes that were ended
};

}  // namespace tidemark::core
