// What must be true of every line that an adapter may write, whatever is in it. The fuzzer and the
// suite both demand it.
#pragma once

#include <fmt/format.h>

#include <any>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapter/json_lines.h"
#include "sim/foreign.h"

namespace tidemark::core {

// --- all that was read, as text

inline std::string spelled(const std::optional<std::string>& text) {
  return text ? fmt::format("{}:{}", text->size(), *text) : "none";
}
inline std::string spelled(const std::optional<std::uint64_t>& number) {
  return number ? fmt::format("{}", *number) : "none";
}
inline std::string spelled(const tidemark::Version& version) {
  return fmt::format("version {} {} {}\n", spelled(version.guid), spelled(version.value),
                     version.isdeleted);
}
inline std::string spelled(const tidemark::Held& held) {
  return fmt::format("held {} {} {} {} {}\n", spelled(held.guid), spelled(held.pk),
                     spelled(held.name), spelled(held.value), held.isdeleted);
}
inline std::string spelled(const tidemark::Decided& decided) {
  return fmt::format("decided {} {} {} {} {} {} {}\n", spelled(decided.guid),
                     spelled(decided.local), spelled(decided.server_guid), spelled(decided.server),
                     static_cast<int>(decided.kept), spelled(decided.merged),
                     decided.merged_isdeleted);
}
inline std::string spelled(const tidemark::Told& told) {
  return fmt::format("told {} {} {} {} {}\n", spelled(told.guid), spelled(told.value),
                     spelled(told.kept_guid), spelled(told.kept), told.merged);
}
template <class One>
std::string spelled(const std::vector<One>& all) {
  std::string text = "[\n";
  for (const One& one : all) text += spelled(one);
  return text + "]\n";
}
inline std::string spelled(const tidemark::Message& message) {
  return fmt::format("message {} {}\n", static_cast<int>(message.kind),
                     spelled(std::any_cast<std::string>(message.body))) +
         spelled(message.objects);
}
inline std::string spelled(const Answer& answer) {
  return (answer.send ? spelled(*answer.send) : "no message\n") +
         (answer.holds ? spelled(*answer.holds) : "as it was\n") + spelled(answer.decisions) +
         spelled(answer.told) + spelled(answer.accepted) + spelled(answer.refused) +
         fmt::format("{} {} {}\n", spelled(answer.counter), spelled(answer.counter_lastsync),
                     spelled(answer.servercounter_lastsync));
}
inline std::string spelled(const Traits& traits) {
  return fmt::format("{} {} {} {} {}\n", spelled(traits.name), spelled(traits.version),
                     traits.worlds, spelled(traits.strategy), traits.reports_decisions) +
         fmt::format("{}\n{}\n", fmt::join(traits.lacks, " "), fmt::join(traits.excuses, " "));
}

// --- what is demanded; each returns what is wrong, or nothing

// An error says of which kind it is and what was expected, and stays short.
inline std::string wrong_with_error(std::string_view error) {
  constexpr std::size_t kMostBytes = 1000;
  if (error.size() > kMostBytes) return "an error without end";
  if (error.starts_with("error: the adapter says: ")) return {};
  if (!error.starts_with("garbage: ") && !error.starts_with("version: "))
    return fmt::format("an error of no kind: {}", error);
  if (error.find("expected") != std::string_view::npos) return {};
  return fmt::format("an error that does not say what was expected: {}", error);
}

// What was handed to us is handed back as it was: on one line, and it reads as the same.
inline std::string wrong_with_returning(const tidemark::Message& message) {
  constexpr std::string_view kBefore = R"({"op":"answer","world":0,"at":"A","message":)";
  constexpr std::string_view kBehind = R"(,"now":0})";
  const std::string line =
      print_request({.operation = Operation::answer, .at = 'A', .message = &message});
  if (line.find_first_of("\r\n") != std::string::npos) return "a request of several lines";
  if (!line.starts_with(kBefore) || !line.ends_with(kBehind)) return "no request: " + line;
  const std::string returned =
      line.substr(kBefore.size(), line.size() - kBefore.size() - kBehind.size());
  const Answer again = parse_answer(R"({"send":)" + returned + "}");
  return spelled(*again.send) == spelled(message) ? std::string()
                                                  : "it comes back otherwise: " + line;
}

// Refused with a sound error, or read, and twice as the same.
template <class Read>
std::string wrong_with_reading(Read read) {
  try {
    const auto what = read();
    return spelled(what) == spelled(read()) ? std::string() : "read twice, it is another";
  } catch (const EngineFault& fault) {
    return wrong_with_error(fault.what());
  }
}

inline std::string wrong_with_answer(std::string_view line) {
  const std::string wrong = wrong_with_reading([&] { return parse_answer(line); });
  if (!wrong.empty()) return wrong;
  try {
    const Answer answer = parse_answer(line);
    return answer.send ? wrong_with_returning(*answer.send) : std::string();
  } catch (const EngineFault&) {  // judged above
    return {};
  }
}
inline std::string wrong_with_hello(std::string_view line) {
  return wrong_with_reading([&] { return parse_hello(line); });
}

}  // namespace tidemark::core
