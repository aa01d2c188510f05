// tidemark list: all that can be named on a command line or in a trace.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/text.h"
#include "cli/parts/options.h"
#include "cli/parts/values.h"
#include "cli/verbs/verbs.h"
#include "model/protocol.h"
#include "model/strategy.h"
#include "properties/marks.h"
#include "properties/promises.h"
#include "properties/verdict.h"
#include "reports/json.h"
#include "sim/step.h"

namespace tidemark::core {
namespace {

using std::string_view;

constexpr std::size_t kNameColumns = 35;

std::string title(string_view text) { return fmt::format("{}\n", text); }

std::string row(string_view name, string_view meaning) {
  return hang("  " + pad(name, kNameColumns), meaning);
}

template <class Range>
std::string rows(string_view heading, const Range& range) {
  std::string text = title(heading);
  for (const auto& named : range) text += row(named.name, named.meaning);
  return text;
}

// `=server|client`, and what each protocol has that differs from the first.
std::string values_of(const ProtocolOption& option) {
  const auto value_in = [&](const Protocol& protocol) {
    return option.values[static_cast<std::size_t>(option.get(protocol))];
  };
  std::string text = fmt::format("= {};", fmt::join(option.values, " | "));
  string_view comma;
  for (const NamedProtocol& named : named_protocols()) {
    if (named.protocol.algorithm != Algorithm::appsync) continue;
    text += fmt::format("{} {}: {}", comma, named.name, value_in(named.protocol));
    comma = ",";
  }
  return text;
}

std::string protocols() {
  std::string text = title("Protocols (--protocol), and what fuzz judges of each");
  for (const NamedProtocol& named : named_protocols())
    text += row(named.name, named.meaning) +
            row("", fmt::format("promises {}", promise_of(named.name).sentence));
  return text;
}

std::string options() {
  std::string text = title("Options of a protocol (--set KEY=VALUE)");
  for (const ProtocolOption& option : protocol_options())
    text += row(option.key, option.meaning) + row("", values_of(option));
  return text;
}

std::string strategies() { return rows("Strategies (--strategy)", built_in_strategies()); }
std::string all_mutants() {
  std::string text = title("Mutants (--mutate NAME)");
  for (const NamedMutant& each : mutants())
    text += row(each.name, each.defect) +
            row("", fmt::format("{}, {}; caught by {}; {}", each.protocol, each.strategy,
                                each.invariant, each.stands_for));
  return text;
}
std::string all_invariants() { return rows("Invariants", invariants()); }
std::string steps() { return rows("Steps of a trace", kStepRows); }
std::string faults() { return rows("Faults (--faults)", kNamedFaults); }
std::string all_marks() { return rows("Marks (fuzz --marks)", marks()); }

struct Topic {
  string_view name;
  std::string (*print)();
};
constexpr std::array<Topic, 8> kTopics{{{"protocols", protocols},
                                        {"options", options},
                                        {"strategies", strategies},
                                        {"invariants", all_invariants},
                                        {"steps", steps},
                                        {"faults", faults},
                                        {"marks", all_marks},
                                        {"mutants", all_mutants}}};

struct ListFlags {
  CommonFlags common;
  std::string topic;
};

std::string print_topics(const std::string& wanted) {
  std::string text;
  for (const Topic& topic : kTopics)
    if (wanted.empty() || topic.name == wanted) text += (text.empty() ? "" : "\n") + topic.print();
  return text;
}

ExitCode run_list(const ListFlags& flags) {
  std::vector<string_view> names;
  for (const Topic& topic : kTopics) names.push_back(topic.name);
  if (!flags.topic.empty() && std::find(names.begin(), names.end(), flags.topic) == names.end())
    bad_usage("{}", unknown_name("topic", flags.topic, names));
  const Output output(flags.common);
  if (!flags.common.out.takes_stdout()) output.result(print_topics(flags.topic));
  output.json(list_json());
  return ExitCode::held;
}

}  // namespace

void add_list(CommandLine& command) {
  const auto flags = std::make_shared<ListFlags>();
  VerbFlags verb =
      command.verb("list", "protocols and their options, strategies, invariants, steps, …");
  verb.footer(
      "Topics: protocols, options, strategies, invariants, steps, faults, marks, mutants.\n"
      "The JSON has all of them.");
  verb.argument("TOPIC", flags->topic, "one topic only");
  add_common_flags(verb, flags->common, {kJson});
  verb.runs([flags] { return run_list(*flags); });
}

}  // namespace tidemark::core
