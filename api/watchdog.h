// A watchdog for what is asked of people's own code: it notices where no answer comes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "properties/own.h"

namespace tidemark::core {

class Watchdog final : public Attendant {
 public:
  // Where an episode takes longer than `limit` and a question is open then, `bark` is called with
  // its scenario, on a thread of its own; it does not return.
  Watchdog(std::chrono::milliseconds limit, std::function<void(const Scenario&)> bark);
  ~Watchdog() override;
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  void world_began(const Scenario& scenario) override;
  void asking() override;
  void answered() override;

 private:
  void watch();

  const std::chrono::milliseconds limit_;
  const std::function<void(const Scenario&)> bark_;
  std::mutex mutex_;  // of all below
  std::condition_variable ending_;
  const Scenario* scenario_ = nullptr;  // that runs
  std::uint64_t worlds_ = 0;
  bool is_asking_ = false;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace tidemark::core
