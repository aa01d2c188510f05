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

}  // namespace

Case case_of(const Trace& trace, const EngineFlags& flags) {
  const Configuration configuration = configuration_of(trace, flags);
  return make_case(configuration, flags.names_engine() ? on(configuration, trace) : trace);
}

Case load_case(const std::string& file, const std::string& original, const EngineFlags& flags) {
  const Trace trace = load_trace(file);
  Case loaded = case_of(trace, flags);
  if (file != "-")
    loaded.commands = {{"replay", replay_command(loaded.configuration, file, trace)}};
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
