// Any bytes: they are refused with a sound error, or what is read prints to a text that reads as
// the same trace and prints to the same text.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sim/trace.h"

namespace {

constexpr std::array<std::string_view, 3> kInvariants{"convergence", "no-lost-update",
                                                      "no-redundant-transfer"};

void demand(bool holds) {
  if (!holds) std::abort();
}

void check_error(const tidemark::core::TraceError& error) {
  demand(error.line >= 1);
  demand(error.message.find("expected") != std::string::npos);
  for (const char character : error.message)
    demand(static_cast<unsigned char>(character) >= 0x20 && character != 0x7F);
}

void check_round_trip(const tidemark::core::Trace& trace) {
  const std::string printed = print_trace(trace);
  tidemark::core::Trace again;
  demand(!parse_trace(printed, kInvariants, again).has_value());
  demand(again == trace);
  demand(print_trace(again) == printed);
  demand(compacted(trace.scenario) == trace.scenario);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  tidemark::core::Trace trace;
  const auto error = tidemark::core::parse_trace(text, kInvariants, trace);
  if (error)
    check_error(*error);
  else
    check_round_trip(trace);
  return 0;
}
