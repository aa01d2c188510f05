// A broken trace explained on one screen: what broke, a small space-time table, why each step is
// needed, which texts and numbers matter, and where it went wrong.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "reports/documents/case.h"

namespace tidemark::core {

// At most kReportColumns wide, with a line feed at the end of each line. Requires: something is
// broken, and the case has its anatomy.
std::string explain_text(const Case& about, bool color);
// The same as a JSON document, tidemark/explain/1 (docs/JSON.md); also where nothing is broken.
nlohmann::json explain_json(const Case& about);

// What happens without a step of a trace, without a full stop: `step 3 does nothing (A does not
// hold o1, or holds it deleted); no-lost-update holds; o1 ends as step 1 wrote it`.
std::string without_step(const Case& about, std::size_t step);

// Whether a text or a number of the steps matters: `pk=k1 of steps 1 and 2 matters: where each
// object has a key of its own, told holds`.
std::string detail_sentence(const Case& about, const Detail& detail);

// Where it goes wrong, and how that was measured; empty: it was not.
std::string guilty_sentence(const Case& about);
// The prefix of so many steps; null: it was not tried.
const Prefix* prefix_of(const Anatomy& anatomy, std::uint32_t steps);

}  // namespace tidemark::core
