// Traces in files as cases for documents.
#pragma once

#include <string>
#include <vector>

#include "cli/parts/options.h"
#include "reports/shown.h"

namespace tidemark::core {

// A trace as it runs, on its own engine unless flags name another. Throws BadInput.
Shown shown_of(const Trace& trace, const EngineFlags& flags);
// That of a file, with the command that replays it. `original`: the file of the trace that it was
// shrunk from; empty: not known. Throws BadInput.
Shown load_shown(const std::string& file, const std::string& original, const EngineFlags& flags);

// The traces of a folder, in the order of the alphabet. Throws BadInput.
std::vector<std::string> traces_in(const std::string& folder);

// What a run showed, as lines that a trace expects.
std::vector<Expectation> shown_by(const Verdict& verdict);
// What a run does not show of what its trace expects, in words.
std::vector<std::string> unmet_by(const Run& run);

// As pages show it: with its anatomy, unless it is so long that this takes its time.
Shown shown_for_page(Shown about);

}  // namespace tidemark::core
