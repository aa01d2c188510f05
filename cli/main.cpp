// The `tidemark` command: finds the verb, runs it, and turns what happens into an exit code.
#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "base/files.h"
#include "cli/parts/command_line.h"
#include "cli/parts/command_name.h"
#include "cli/parts/findings.h"
#include "cli/parts/terminal.h"
#include "cli/verbs/verbs.h"
#include "sim/foreign.h"

namespace tidemark::core {
namespace {

constexpr std::string_view kExamples =
    "Examples:\n"
    "  tidemark fuzz                      the page's protocol under each built-in strategy\n"
    "  tidemark fuzz --protocol guarded --for 60s --out found\n"
    "  tidemark explore --protocol guarded --edits 3 --faults lost\n"
    "  tidemark replay --check found/*.trace\n"
    "  tidemark shrink some.trace -o small.trace\n"
    "  tidemark mutants --prove           is each planted defect caught?\n"
    "\n"
    "Exit codes: 0 everything held, 1 a property was violated, 2 bad usage or input, 3 a fault of\n"
    "the harness, 4 vacuous, 5 inconclusive, 130 and 143 interrupted.";

ExitCode run_verb(int argc, char** argv) {
  CommandLine command("Deterministic simulation and property testing of data synchronisation.\n",
                      std::string(kExamples));
  for (const auto add : {add_fuzz, add_explore, add_campaign, add_merge, add_triage, add_corpus,
                         add_replay, add_shrink, add_mutants, add_adapter, add_list, add_doctor,
                         add_export, add_explain, add_report})
    add(command);
  return command.run(argc, argv);
}

ExitCode run_command(int argc, char** argv) {
  try {
    const ExitCode code = run_verb(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) bad_usage("stdout cannot be written");
    return code;
  } catch (const BadInput& bad) {
    Output::error(printable(bad.line));
    return ExitCode::bad_input;
  } catch (const EngineFault& fault) {
    tell_fault(fault.what(), fault.transcript);
    return ExitCode::fault;
  } catch (const std::exception& fault) {
    Output::error(fmt::format("tidemark: a fault of the harness: {}", fault.what()));
    return ExitCode::fault;
  }
}

}  // namespace

}  // namespace tidemark::core

int main(int argc, char** argv) {
  tidemark::core::set_command_name(argc > 0 ? argv[0] : nullptr);
  return static_cast<int>(tidemark::core::run_command(argc, argv));
}
