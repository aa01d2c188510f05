#include "cli/parts/findings.h"
#include "cli/parts/command_name.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "base/exit_code.h"
#include "base/files.h"
#include "cli/parts/options.h"
#include "cli/parts/terminal.h"
#include "reports/difference.h"

namespace tidemark::core {
namespace {

bool breaks(const Configuration& configuration, const Scenario& scenario, Invariant invariant) {
  Runner runner(configuration);
  return runner.run(scenario).verdict.broken(invariant);
}

}  // namespace

std::string folder_prefix(std::string folder) {
  if (folder.empty()) return folder;
  if (folder.starts_with('-')) folder.insert(0, "./");
  return folder.ends_with('/') ? folder : folder + '/';
}

std::string flags_beyond(const Configuration& configuration, const Trace& trace) {
  const bool same_protocol = trace.protocol == configuration.protocol_name &&
                             trace.options == configuration.options &&
                             trace.engine.mutant == configuration.protocol.mutant;
  Flags flags;
  for (const Flag& flag : flags_of(configuration)) {
    const bool is_of_protocol =
        flag.name == "--protocol" || flag.name == "--set" || flag.name == "--mutate";
    const bool is_said = is_of_protocol              ? same_protocol
                         : flag.name == "--strategy" ? trace.strategy == flag.value
                                                     : flag.is_default;
    if (!is_said) flags.push_back(flag);
  }
  return print_flags(flags, true);
}

std::string replay_command(const Configuration& configuration, const std::string& path,
                           const Trace& trace) {
  const std::string command = fmt::format("{} replay {}", command_name(), shell_quoted(path));
  const std::string flags = flags_beyond(configuration, trace);
  return flags.empty() ? command : command + " " + flags;
}

std::vector<std::string> Problems::lines() const {
  std::vector<std::string> all;
  const auto add_all = [&](std::string_view kind, const std::vector<std::string>& problems) {
    for (const std::string& problem : problems) all.push_back(fmt::format("{}: {}", kind, problem));
  };
  add_all("fault", faults);
  add_all("inconclusive", unfinished);
  add_all("vacuous", vacuous);
  return all;
}

void Problems::tell() const {
  for (const std::string& line : lines()) Output::error("tidemark: " + line);
}

Problems Problems::since(const Problems& earlier) const {
  const auto rest = [](const auto& all, const auto& before) {
    return std::vector<std::string>(all.begin() + static_cast<std::ptrdiff_t>(before.size()),
                                    all.end());
  };
  return {rest(faults, earlier.faults), rest(unfinished, earlier.unfinished),
          rest(vacuous, earlier.vacuous)};
}

void tell_fault(const std::string& what, const std::vector<std::string>& transcript) {
  for (const std::string& line : transcript) Output::error("  " + printable(line));
  Output::error(printable("tidemark: fault of the engine: " + what));
}

PortionHead head_of(const Portion& portion, const std::string& command) {
  PortionHead head = head_of(portion);
  head.command = command;
  head.replay = episode_flags(portion.configuration, portion.plan.scope);
  head.flags = flags_beyond(portion.configuration, make_trace(portion.configuration, {}));
  return head;
}

RunPlace place_of(const std::string& folder) {
  return {command_name(), folder_prefix(folder), folder_prefix(folder), shell_quoted};
}

std::optional<Shown> shown_again(std::optional<Shown> shown, std::string_view what,
                                 std::string_view paste, std::vector<std::string>& faults) {
  if (!shown) {
    faults.push_back(fmt::format("{} was broken, and then it was not; paste: {}", what, paste));
    return std::nullopt;
  }
  const Recording again = Runner(shown->configuration).record(shown->run.scenario());
  if (const auto difference =
          first_difference(shown->run.scenario(), shown->run.recording(), again)) {
    faults.push_back(
        fmt::format("two runs of one scenario differ, {}; paste: {}", *difference, paste));
    return std::nullopt;
  }
  return shown;
}

KeptTrace TraceFolder::keep(const Configuration& configuration, Invariant invariant,
                            const std::string& name, const Trace& trace) {
  if (path_.empty()) return {};
  const std::string path = folder_prefix(path_) + name;
  if (const auto kept = kept_.find(path); kept != kept_.end()) {
    if (!breaks(configuration, kept->second.scenario, invariant)) return {};
    return {path, replay_command(configuration, path, kept->second)};
  }
  if (!write(path, print_trace(trace))) return {};
  kept_.emplace(path, trace);
  return {path, replay_command(configuration, path, trace)};
}

void TraceFolder::keep_document(std::string_view name, std::string_view content) {
  if (!path_.empty()) write(folder_prefix(path_) + std::string(name), content);
}

bool TraceFolder::write(const std::string& path, std::string_view content) {
  try {
    make_folder(path_);
    write_file(path, content);
    return true;
  } catch (const BadInput& bad) {
    Output::error(bad.line);
    return false;
  }
}

}  // namespace tidemark::core
