#include "api/watchdog.h"

#include <algorithm>
#include <utility>

namespace tidemark::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kLooksPerLimit = 8;

}  // namespace

Watchdog::Watchdog(milliseconds limit, std::function<void(const Scenario&)> bark)
    : limit_(limit), bark_(std::move(bark)), thread_([this] { watch(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  ending_.notify_all();
  thread_.join();
}

void Watchdog::world_began(const Scenario& scenario) {
  const std::lock_guard lock(mutex_);
  scenario_ = &scenario;
  ++worlds_;
}

void Watchdog::asking() {
  const std::lock_guard lock(mutex_);
  is_asking_ = true;
}

void Watchdog::answered() {
  const std::lock_guard lock(mutex_);
  is_asking_ = false;
}

// While a question is open the scenario stays as it is: who asked waits, at the latest in
// answered().
void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  std::uint64_t world = worlds_;
  steady_clock::time_point since = steady_clock::now();
  while (!ending_.wait_for(lock, std::max(limit_ / kLooksPerLimit, milliseconds(1)),
                           [this] { return ends_; })) {
    if (world != worlds_) {
      world = worlds_;
      since = steady_clock::now();
    }
    if (is_asking_ && scenario_ != nullptr && steady_clock::now() - since > limit_)
      bark_(*scenario_);
  }
}

}  // namespace tidemark::core
