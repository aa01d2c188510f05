// How the user calls this program.
#pragma once

#include <string>

namespace tidemark::core {

// For lines to paste: what TIDEMARK_COMMAND says (set by a launcher), else argv[0] as it was typed.
// Quoted for the shell.
std::string command_name();
void set_command_name(const char* argv0);

}  // namespace tidemark::core
