#include "cli/parts/traces.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/exit_code.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/parts/findings.h"
#include "properties/campaign/trace_file.h"

namespace tidemark::core {
namespace {

Trace on(const Configuration& configuration, const Trace& trace) {
  Trace changed = make_trace(configuration, trace.scenario);
  changed.expectations = trace.expectations;
  return changed;
}

bool is_shown(const Expectation& expectation, const Verdict& verdict) {
  if (expectation.invariant.empty()) return verdict.holds();
  return verdict.broken(*find_invariant(expectation.invariant)) != expectation.holds;
}

std::string print_unmet(const Expectation& expectation) {
  const std::string name = expectation.invariant.empty() ? "no invariant" : expectation.invariant;
  if (expectation.invariant.empty()) return "expected that all hold, but one is violated";
  return fmt::format("expected that {} {}", name,
                     expectation.holds ? "holds, but it is violated" : "is violated, but it holds");
}

}  // namespace

Shown shown_of(const Trace& trace, const EngineFlags& flags) {
  const Configuration configuration = configuration_of(trace, flags);
  return show(configuration, flags.names_engine() ? on(configuration, trace) : trace);
}

Shown load_shown(const std::string& file, const std::string& original, const EngineFlags& flags) {
  const Trace trace = load_trace(file);
  Shown loaded = shown_of(trace, flags);
  if (file != "-")
    loaded.commands = {{"replay", replay_command(loaded.configuration, file, trace)}};
  if (original.empty()) return loaded;
  Run whole = Run(loaded.configuration, load_trace(original));
  if (loaded.invariant && !whole.verdict().broken(*loaded.invariant))
    throw BadInput{fmt::format("{}: {} is not violated, expected the trace that {} was shrunk from",
                               shown_path(original),
                               name_of(*loaded.invariant, loaded.configuration), shown_path(file))};
  loaded.original = Original{std::move(whole)};
  return loaded;
}

std::vector<std::string> traces_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (std::filesystem::directory_iterator place(folder, error), end; !error && place != end;
       place.increment(error))
    if (place->path().extension() == ".trace") files.push_back(place->path().string());
  if (error)
    throw BadInput{fmt::format("{}: {}, expected a folder to read", folder, error.message())};
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<Expectation> shown_by(const Verdict& verdict) {
  std::vector<Expectation> shown;
  for (const NamedInvariant& named : invariants())
    if (verdict.broken(named.invariant)) shown.push_back({std::string(named.name), false});
  if (shown.empty()) shown.push_back({{}, true});
  return shown;
}

std::vector<std::string> unmet_by(const Run& run) {
  std::vector<std::string> unmet;
  for (const Expectation& expectation : run.trace().expectations)
    if (!is_shown(expectation, run.verdict())) unmet.push_back(print_unmet(expectation));
  return unmet;
}

Shown shown_for_page(Shown about) {
  const bool is_long = about.run.scenario().steps.size() > kMostDissected;
  return is_long ? about : with_anatomy(std::move(about));
}

}  // namespace tidemark::core
