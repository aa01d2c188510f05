#include "reports/shown.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "reports/account.h"
#include "reports/words.h"
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
  for (const Expectation& expectation : run.trace().expectations)
    if (!expectation.invariant.empty() && !expectation.holds)
      if (const auto broken = find_broken(expectation.invariant, configuration, run.verdict()))
        return broken;
  return find_broken({}, configuration, run.verdict());
}

std::string shrunk_from(const Sighting& sighting) {
  const Scenario& before = sighting.original;
  const Scenario& after = sighting.trace.scenario;
  return fmt::format("{} -> {} steps, {} -> {} clients, {} -> {} faults; {}, 1-minimal: {}",
                     before.steps.size(), after.steps.size(), before.clients, after.clients,
                     fault_count(before), fault_count(after), count_of(sighting.tried, "candidate"),
                     sighting.complete ? "yes" : "not proven, the budget ended it");
}

}  // namespace

Shown show(const Configuration& configuration, const Trace& trace) {
  Shown shown{.configuration = configuration, .run = Run(configuration, trace)};
  shown.invariant = subject_of(shown.run, configuration);
  if (shown.invariant)
    shown.fingerprint = fingerprint(name_of(*shown.invariant, configuration), trace.scenario);
  return shown;
}

std::optional<Shown> show(const Configuration& configuration, const Finding& finding) {
  const Sighting& simplest = finding.simplest;
  Shown shown{.configuration = configuration, .run = Run(configuration, simplest.trace)};
  shown.invariant = find_broken(finding.invariant, configuration, shown.run.verdict());
  if (!shown.invariant) return std::nullopt;
  shown.fingerprint = finding.fingerprint;
  shown.found_briefly = "from " + count_of(finding.all_episodes(), "episode");
  shown.origin = {"shrunk", shrunk_from(simplest)};
  shown.passes = simplest.passes;
  return shown;
}

Shown with_anatomy(Shown about) {
  if (about.invariant)
    about.anatomy = dissect(about.configuration, about.run.scenario(), *about.invariant);
  return about;
}

Shown with_original(Shown about, const Finding& finding) {
  const Sighting& simplest = finding.simplest;
  about.original = Original{
      Run(about.configuration, make_trace(about.configuration, simplest.original)), simplest.seed};
  return about;
}

std::string sentence_of(const Configuration& configuration, const Scenario& scenario,
                        Invariant invariant) {
  const Run run(configuration, make_trace(configuration, scenario));
  if (!run.verdict().broken(invariant)) return {};
  return sentence(run.verdict().breach(invariant), Account(run.scenario(), run.recording()));
}

}  // namespace tidemark::core
