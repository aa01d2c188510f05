// The verbs of the command, one file each.
#pragma once

#include <functional>
#include <string>

#include "base/exit_code.h"

namespace CLI {
class App;
}

namespace tidemark::core {

// Runs a verb whose flags were parsed. Throws BadInput.
using Verb = std::function<ExitCode()>;

// Each adds its subcommand with its flags, and gives what runs it.
Verb add_fuzz(CLI::App& app);
Verb add_campaign(CLI::App& app);
Verb add_merge(CLI::App& app);
Verb add_triage(CLI::App& app);
Verb add_corpus(CLI::App& app);
Verb add_explore(CLI::App& app);
Verb add_replay(CLI::App& app);
Verb add_shrink(CLI::App& app);
Verb add_explain(CLI::App& app);
Verb add_export(CLI::App& app);
Verb add_report(CLI::App& app);
Verb add_mutants(CLI::App& app);
Verb add_adapter(CLI::App& app);
Verb add_list(CLI::App& app);
Verb add_doctor(CLI::App& app);

// How the user calls this program, for lines to paste: what TIDEMARK_COMMAND says (set by a
// launcher), else argv[0] as it was typed. Quoted for the shell.
std::string command_name();
void set_command_name(const char* argv0);

}  // namespace tidemark::core
