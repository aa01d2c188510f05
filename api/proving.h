// Runs what people have written, a strategy or an engine, and puts what came of it into words.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tidemark/tidemark.h>

#include "api/watchdog.h"
#include "properties/promises.h"
#include "reports/run_report.h"

namespace tidemark::core {

// The scope that options name. Throws BadInput.
Scope scope_of(const Options& options);

class Proving {
 public:
  // Throws BadInput.
  Proving(const tidemark::Strategy& strategy, const Options& options);
  Proving(std::shared_ptr<tidemark::Engine> engine, const Options& options);
  // For a trace, which names its protocol and strategy itself.
  explicit Proving(const Options& options);

  // Random episodes; that of one seed, shrunk if it breaks something; a trace; a scenario as it is.
  // Throw BadInput and EngineFault.
  Result episodes();
  Result episode(std::uint64_t seed);
  Result trace(const std::string& path);
  Result trace(const TraceText& trace);
  Result scenario(const Scenario& scenario);

 private:
  Proving(Configuration configuration, std::optional<tidemark::Strategy> strategy,
          const Options& options);
  void name_invariants();
  void check_texts() const;
  FuzzPlan plan() const;
  std::string name_of(Invariant invariant) const {
    return names_[static_cast<std::size_t>(invariant)];
  }
  std::vector<Invariant> broken(const Verdict& verdict, const Trace* trace) const;
  Trace read(const std::string& text, const std::string& origin) const;
  Result replay(const Trace& trace, const std::string& origin, const std::string& how);

  Result verdict_on(RunResult result) const;
  std::string report(const RunReport& run) const;
  std::string report(const Finding& finding, const RunReport& run, bool whole_screen) const;
  Result report(const Trace& trace, bool is_expected, const std::string& origin,
                const std::string& how) const;
  std::string keep(const Finding& finding) const;
  std::string how_to_replay(const std::string& path) const;
  void bark(const Scenario& scenario) const;

  const Options& options_;
  std::string subject_;  // what is proved: `LowestPriceWins`
  Configuration configuration_;
  std::vector<std::string> names_;  // of the invariants, by their numbers
  Scope scope_;
};

}  // namespace tidemark::core
