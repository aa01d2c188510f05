#include "properties/campaign/trace_file.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>

#include "base/exit_code.h"
#include "base/files.h"
#include "properties/campaign/episode_bytes.h"
#include "properties/verdict.h"

namespace tidemark::core {
namespace {

// A trace may have any name, also that of an artifact; no artifact has a trace's first word.
bool speaks_of_trace(std::string_view bytes) {
  return bytes.find("tidemark-trace") != std::string_view::npos;
}

}  // namespace

std::string read_trace_file(const std::string& path) {
  std::string text = read_file(path, kMaxTraceBytes);
  if (text.size() > kMaxTraceBytes)
    throw BadInput{fmt::format("{}: the trace is too big, expected at most {} bytes",
                               shown_path(path + ":1"), kMaxTraceBytes)};
  return text;
}

Trace load_trace(const std::string& path) {
  if (is_artifact(std::filesystem::path(path).filename().string())) {
    const std::string bytes = read_file(path, kMostBytes);
    if (!speaks_of_trace(bytes))
      return trace_of_bytes({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  }
  return parse_named_trace(read_trace_file(path), path, invariant_names(), false);
}

Trace parse_named_trace(std::string_view text, const std::string& name,
                        std::span<const std::string_view> invariants, bool own_strategies) {
  Trace trace;
  if (const auto error = parse_trace(text, invariants, trace, own_strategies))
    throw BadInput{fmt::format("{}:{}: {}", shown_path(name), error->line, error->message)};
  return trace;
}

}  // namespace tidemark::core
