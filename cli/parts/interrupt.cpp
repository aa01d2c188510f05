#include "cli/parts/interrupt.h"

#include <signal.h>
#include <unistd.h>

namespace tidemark::core {
namespace {

volatile sig_atomic_t caught_signal = 0;

extern "C" void on_signal(int number) {
  if (caught_signal != 0) _exit(128 + number);
  caught_signal = number;
}

volatile sig_atomic_t status_asked = 0;

extern "C" void on_status_request(int) { status_asked = 1; }

}  // namespace

void catch_status_requests() {
  struct sigaction action {};
  action.sa_handler = on_status_request;
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
}

bool status_requested() {
  if (status_asked == 0) return false;
  status_asked = 0;
  return true;
}

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return caught_signal != 0; }

ExitCode interrupt_code() { return static_cast<ExitCode>(128 + caught_signal); }

}  // namespace tidemark::core
