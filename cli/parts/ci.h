// What a verb leaves for CI: a JUnit file, and what the service shows whose job this is. docs/CI.md
#pragma once

#include <algorithm>
#include <exception>
#include <optional>
#include <string>

#include "base/exit_code.h"
#include "cli/parts/findings.h"
#include "cli/parts/options.h"
#include "cli/parts/terminal.h"
#include "reports/documents/check_forms.h"
#include "reports/documents/checks.h"

namespace tidemark::core {

enum class CiService : std::uint8_t { none, github, gitlab };

struct CiFlags {
  std::optional<CiService> service = {};  // none given: what the environment says
  std::optional<JUnitDialect> dialect = {};
};
// --ci, --junit-dialect
AddedFlags add_ci_flags(VerbFlags& verb, CiFlags& flags);

// How the log of a service shows the results of a verb: those of GitLab in sections, if they are
// screens.
enum class ResultsAre : std::uint8_t { screens, lines };

class CiReport {
 public:
  // From here on the output is as the service wants it. Throws BadInput where flags have no
  // meaning. The output outlives this.
  CiReport(const CiFlags& flags, std::string verb, Output& output, ResultsAre results);

  // Whether anybody reads checks; where not, none need be made.
  bool wants_checks() const {
    return service_ == CiService::github ||
           std::any_of(kCheckForms.begin(), kCheckForms.end(),
                       [this](const CheckForm& form) { return output_.out().wants(form.ending); });
  }
  // The suite may be filled until the next one is added.
  Suite& add(Suite suite) { return checks_.suites.emplace_back(std::move(suite)); }
  // The forms of checks that --out wants, and what the service shows. The last that a verb does
  // with its output.
  void write();

  // Runs a verb; where a fault ends it, that is reported as well. Throws it on.
  template <class Run>
  ExitCode reporting_faults(Run run) {
    try {
      return run();
    } catch (const std::exception& fault) {
      add_fault(fault.what());
      write();
      throw;
    }
  }

 private:
  void add_fault(const std::string& what);
  void write_github() const;

  CiFlags flags_;
  CiService service_;
  Checks checks_;
  Output& output_;
};

// What a run has so far; that it was interrupted is one.
Doubts doubts_of(const Problems& problems);

}  // namespace tidemark::core
