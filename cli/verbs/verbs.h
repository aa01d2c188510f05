// The verbs of the command, one file each.
#pragma once

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

}  // namespace tidemark::core
