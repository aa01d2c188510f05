// Signals. SIGINT and SIGTERM: the first asks a run to stop and to print what it has, the second
// ends it.
#pragma once

#include "base/exit_code.h"

namespace tidemark::core {

// From here on. A verb that does not ask for it is ended by the first signal, as usual.
void catch_interrupts();

// Whether one came. Safe to call often.
bool interrupted();

// SIGUSR1: from here on it asks a run to tell how far it is.
void catch_status_requests();
// Whether one came since this was asked last.
bool status_requested();

// 130 or 143. Requires: interrupted().
ExitCode interrupt_code();

}  // namespace tidemark::core
