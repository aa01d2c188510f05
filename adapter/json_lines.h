// The lines that Tidemark and an adapter exchange: docs/ADAPTERS.md, whose every field is here.
#pragma once

#include <tidemark/engine.h>

#include <optional>
#include <string>
#include <string_view>

namespace tidemark::core {

inline constexpr int kAdapterVersion = 1;
inline constexpr std::uint32_t kMaxWorlds = 256;

// Each without the end of the line. The body of a message is JSON text, in a std::string; so is a
// state. In both, keys stay in the order in which the adapter wrote them.
std::string print_hello(const std::optional<std::string>& strategy);
std::string print_request(const tidemark::Request& request);

// Reads an answer. Throws EngineFault with what is wrong and what was expected: `garbage: …`,
// `version: …`, or `error: …` if the adapter says so itself.
Traits parse_hello(std::string_view line);
Answer parse_answer(std::string_view line);

}  // namespace tidemark::core
