// A broken trace explained on one screen: what broke, a small space-time table, why each step is
// needed, which texts and numbers matter, and where it went wrong.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reports/shown.h"

namespace tidemark::core {

// At most kReportColumns wide, with a line feed at the end of each line. Requires: something is
// broken, and the case has its anatomy.
std::string explain_text(const Shown& about, bool color);
// The same as a JSON document, tidemark/explain/1 (docs/JSON.md); also where nothing is broken.
nlohmann::json explain_json(const Shown& about);

// A step, and what is known of it. The first row is of no step: of random ones alone.
struct ExplainedStep {
  std::optional<std::uint32_t> number = {};  // counted from 1
  std::string title = {};                    // as a trace writes it
  std::optional<double> share = {};  // of the runs that keep it as the last, that break; 0 to 1
  // What happens without it alone, without a full stop: `step 3 does nothing (A does not hold o1,
  // or holds it deleted); it holds; o1 ends as step 1 wrote it`. Empty: it was not tried.
  std::string without = {};
  bool is_guilty = false;
};
// Those of which anything is known.
std::vector<ExplainedStep> step_rows(const Shown& about);

// Whether a text or a number of the steps matters: `pk=k1 of steps 1 and 2 matters: where each
// object has a key of its own, told holds`.
std::string detail_sentence(const Shown& about, const Detail& detail);

// Where it goes wrong, and how that was measured; empty: it was not.
std::string guilty_sentence(const Shown& about);

}  // namespace tidemark::core
