// What a protocol costs: messages and bytes a cycle, as JSON over HTTP would carry them, and what
// the server stores beside the objects. The same episodes for every protocol.
#pragma once

namespace tidemark::core {

// Prints a line a protocol, for episodes without faults and with all of them.
void print_protocol_costs();

}  // namespace tidemark::core
