// The verbs of the command, one file each.
#pragma once

#include <string>

#include "cli/parts/command_line.h"

namespace tidemark::core {

// Each adds its verb with its flags, and what runs it.
void add_fuzz(CommandLine& command);
void add_campaign(CommandLine& command);
void add_merge(CommandLine& command);
void add_triage(CommandLine& command);
void add_corpus(CommandLine& command);
void add_explore(CommandLine& command);
void add_replay(CommandLine& command);
void add_shrink(CommandLine& command);
void add_explain(CommandLine& command);
void add_export(CommandLine& command);
void add_report(CommandLine& command);
void add_mutants(CommandLine& command);
void add_adapter(CommandLine& command);
void add_list(CommandLine& command);
void add_doctor(CommandLine& command);

// How the user calls this program, for lines to paste: what TIDEMARK_COMMAND says (set by a
// launcher), else argv[0] as it was typed. Quoted for the shell.
std::string command_name();
void set_command_name(const char* argv0);

}  // namespace tidemark::core
