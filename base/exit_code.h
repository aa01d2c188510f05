// Exit codes, and how a verb ends early.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace tidemark::core {

enum class ExitCode : int {
  held = 0,          // everything held
  violated = 1,      // a property was violated
  bad_input = 2,     // bad usage or bad input
  fault = 3,         // of the harness: a crash, nondeterminism
  vacuous = 4,       // nothing ran, or a required mark was never reached
  inconclusive = 5,  // a promised number of runs was not reached, a shrink not finished
  interrupted = 130,
  terminated = 143
};

// If several apply: a fault, then a violation, then inconclusive, then vacuous.
constexpr ExitCode first_of(bool fault, bool violated, bool inconclusive, bool vacuous) {
  if (fault) return ExitCode::fault;
  if (violated) return ExitCode::violated;
  if (inconclusive) return ExitCode::inconclusive;
  return vacuous ? ExitCode::vacuous : ExitCode::held;
}

// Thrown where the user's input is wrong: the whole line to print, before exit code 2.
struct BadInput {
  std::string line;
};

// A flag is wrong, or something that is no file's fault.
template <class... Arguments>
[[noreturn]] void bad_usage(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw BadInput{"tidemark: " + fmt::format(format, std::forward<Arguments>(arguments)...)};
}

}  // namespace tidemark::core
