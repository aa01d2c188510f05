#include "cli/cases.h"

#include <fmt/format.h>

#include <utility>

#include "api/files.h"
#include "cli/findings.h"
#include "cli/verbs.h"
#include "reports/text.h"

namespace tidemark::core {
namespace {

Trace on(const Configuration& configuration, const Trace& trace) {
  Trace changed = make_trace(configuration, trace.scenario);
  changed.expectations = trace.expectations;
  return changed;
}

// What the trace says of its engine is not said again.
std::string command_for(const Case& about, const std::string& file, const EngineFlags& flags) {
  const std::string command = replay_command(about.configuration, file, about.run.trace);
  if (!flags.names_engine() || about.configuration.engine) return command;
  return fmt::format("{} replay {} {}", command_name(), shell_quoted(file),
                     print_flags(flags_of(about.configuration), true));
}

}  // namespace

Case case_of(const Trace& trace, const EngineFlags& flags) {
  const Configuration configuration = configuration_of(trace, flags);
  return make_case(configuration, flags.names_engine() ? on(configuration, trace) : trace);
}

Case load_case(const std::string& file, const std::string& original, const EngineFlags& flags) {
  Case loaded = case_of(load_trace(file), flags);
  if (file != "-") loaded.commands = {{"replay", command_for(loaded, file, flags)}};
  if (original.empty()) return loaded;
  Run whole = run_trace(loaded.configuration, load_trace(original));
  if (loaded.invariant && !whole.verdict().broken(*loaded.invariant))
    throw BadInput{fmt::format("{}: {} is not violated, expected the trace that {} was shrunk from",
                               shown_path(original),
                               name_of(*loaded.invariant, loaded.configuration), shown_path(file))};
  loaded.original = Original{std::move(whole)};
  return loaded;
}

void require_page_file(const std::string& path) {
  if (path.empty()) return;
  if (path == "-") bad_usage("--html: stdout has the results, expected the name of a file");
  require_writable_file(path);
}

Case case_for_page(Case about) {
  const bool is_long = about.run.trace.scenario.steps.size() > kMostDissected;
  return is_long ? about : with_anatomy(std::move(about));
}

}  // namespace tidemark::core
