#include "reports/documents/case.h"

#include <utility>

#include "properties/campaign/fuzz.h"
#include "sim/shape.h"

namespace tidemark::core {
namespace {

// An invariant of the configuration by its name, where it is broken.
std::optional<Invariant> find_broken(const std::string& name, const Configuration& configuration,
                                     const Verdict& verdict) {
  const std::vector<std::string> names = invariant_names(configuration);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (const auto invariant = static_cast<Invariant>(i);
        verdict.broken(invariant) && (name.empty() || names[i] == name))
      return invariant;
  return {};
}

std::optional<Invariant> subject_of(const Run& run, const Configuration& configuration) {
  for (const Expectation& expectation : run.trace.expectations)
    if (!expectation.invariant.empty() && !expectation.holds)
      if (const auto broken = find_broken(expectation.invariant, configuration, run.verdict()))
        return broken;
  return find_broken({}, configuration, run.verdict());
}

}  // namespace

Run run_trace(const Configuration& configuration, Trace trace) {
  Recording recording = Runner(configuration).record(trace.scenario);
  return {std::move(trace), std::move(recording)};
}

Case make_case(const Configuration& configuration, const Trace& trace) {
  Case made{configuration, run_trace(configuration, trace)};
  made.invariant = subject_of(made.run, configuration);
  if (made.invariant)
    made.fingerprint = fingerprint(name_of(*made.invariant, configuration), trace.scenario);
  return made;
}

Case with_anatomy(Case about) {
  if (about.invariant)
    about.anatomy = dissect(about.configuration, about.run.trace.scenario, *about.invariant);
  return about;
}

}  // namespace tidemark::core
