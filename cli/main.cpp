// The `tidemark` command: finds the verb, runs it, and turns what happens into an exit code.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <vector>

#include "base/files.h"
#include "cli/parts/findings.h"
#include "cli/parts/options.h"
#include "cli/parts/terminal.h"
#include "cli/parts/version.h"
#include "cli/verbs/verbs.h"
#include "sim/foreign.h"
#include "sim/trace_words.h"

namespace tidemark::core {
namespace {

std::string called_as = "tidemark";

constexpr std::string_view kExamples =
    "Examples:\n"
    "  tidemark fuzz                      the page's protocol under each built-in strategy\n"
    "  tidemark fuzz --protocol guarded --for 60s --out found\n"
    "  tidemark explore --protocol guarded --edits 3 --faults lost\n"
    "  tidemark replay --check found/*.trace\n"
    "  tidemark shrink some.trace -o small.trace\n"
    "  tidemark mutants --prove           is each planted defect caught?\n"
    "\n"
    "Exit codes: 0 everything held, 1 a property was violated, 2 bad usage or input, 3 a fault of\n"
    "the harness, 4 vacuous, 5 inconclusive, 130 and 143 interrupted.";

// Flags with what they take; defaults behind what they mean.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(27); }

  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    std::string help = CLI::Formatter::make_help(app, std::move(name), mode);
    for (auto gap = help.find("\n\n\n"); gap != std::string::npos; gap = help.find("\n\n\n"))
      help.erase(gap, 1);
    return help;
  }
  std::string make_usage(const CLI::App* app, std::string /*name*/) const override {
    if (app->get_parent() == nullptr) return "Usage: tidemark VERB [FLAGS]\n";
    std::string usage = "\nUsage: tidemark " + app->get_name();
    for (const CLI::Option* option : app->get_options())
      if (option->get_positional()) usage += " " + make_option_usage(option);
    return usage + " [FLAGS]\n";
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    const bool takes_value = option->get_type_size() != 0 && !option->get_positional();
    return takes_value ? " " + option->get_type_name() : "";
  }
  std::string make_option_desc(const CLI::Option* option) const override {
    const std::string value = option->get_default_str();
    return option->get_description() + (value.empty() ? "" : " [" + value + "]");
  }
};

std::vector<std::string> names_for(const CLI::App& verb, std::string_view word) {
  std::vector<std::string> names;
  if (word.starts_with("--"))
    for (const CLI::Option* option : verb.get_options())
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  if (verb.get_parent() == nullptr)
    for (const CLI::App* each : verb.get_subcommands({})) names.push_back(each->get_name());
  return names;
}

// What is said of a word that nothing takes.
[[noreturn]] void refuse_extra(const CLI::App& verb, const std::string& word) {
  const bool is_root = verb.get_parent() == nullptr;
  const std::string flag = word.substr(0, word.find('='));
  const std::vector<std::string> names = names_for(verb, flag);
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string where = is_root ? "tidemark" : "tidemark " + verb.get_name();
  if (is_root && !word.starts_with('-')) bad_usage("{}", unknown_name("verb", word, views));
  const std::string_view near = nearest(flag, views);
  if (word.starts_with('-'))
    bad_usage("unknown flag '{}', {}expected those that '{} --help' shows", word.substr(0, 60),
              near.empty() ? "" : fmt::format("did you mean '{}'? ", near), where);
  bad_usage("'{}' is one argument too many, expected what '{} --help' shows", word.substr(0, 60),
            where);
}

// The parser's own words for what is wrong, on one line.
[[noreturn]] void refuse(const CLI::App& app, const CLI::ParseError& error) {
  const auto verbs = app.get_subcommands();
  const CLI::App& verb = verbs.empty() ? app : *verbs.front();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr && !verb.remaining().empty())
    refuse_extra(verb, verb.remaining().front());
  const std::string_view what = error.what();
  const std::string_view name = what.substr(0, what.find(": "));
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
    bad_usage("{}: {}", name,
              what.ends_with("missing") ? "nothing follows, expected a value"
                                        : "is given more than once, expected it once");
  bad_usage("{}", what);
}

class Command {
 public:
  Command() {
    app_.formatter(std::make_shared<HelpFormatter>());
    app_.footer(std::string(kExamples));
    app_.set_help_flag("-h,--help", "print this and end");
    app_.set_version_flag("--version", version_line(), "print the version and end");
    app_.require_subcommand(0, 1);
    verbs_ = {{"fuzz", add_fuzz(app_)},         {"explore", add_explore(app_)},
              {"campaign", add_campaign(app_)}, {"merge", add_merge(app_)},
              {"triage", add_triage(app_)},     {"corpus", add_corpus(app_)},
              {"replay", add_replay(app_)},     {"shrink", add_shrink(app_)},
              {"mutants", add_mutants(app_)},   {"adapter", add_adapter(app_)},
              {"list", add_list(app_)},         {"doctor", add_doctor(app_)},
              {"export", add_export(app_)},     {"explain", add_explain(app_)},
              {"report", add_report(app_)}};
    for (CLI::App* verb : app_.get_subcommands({})) verb->group("Verbs");
  }

  ExitCode run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& wanted) {  // --help, --version
      app_.exit(wanted);
      return ExitCode::held;
    } catch (const CLI::ParseError& error) {
      refuse(app_, error);
    }
    if (app_.get_subcommands().empty())
      bad_usage(
          "no verb is given, expected one of: fuzz, explore, campaign, merge, triage, corpus, "
          "replay, shrink, explain, "
          "export, "
          "report, mutants, adapter, list, doctor; try --help");
    return verbs_.at(app_.get_subcommands().front()->get_name())();
  }

 private:
  CLI::App app_{"Deterministic simulation and property testing of data synchronisation.\n"};
  std::map<std::string, Verb> verbs_;
};

ExitCode run_command(int argc, char** argv) {
  try {
    const ExitCode code = Command().run(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) bad_usage("stdout cannot be written");
    return code;
  } catch (const BadInput& bad) {
    Output::error(printable(bad.line));
    return ExitCode::bad_input;
  } catch (const EngineFault& fault) {
    tell_fault(fault.what(), fault.transcript);
    return ExitCode::fault;
  } catch (const std::exception& fault) {
    Output::error(fmt::format("tidemark: a fault of the harness: {}", fault.what()));
    return ExitCode::fault;
  }
}

}  // namespace

std::string command_name() { return called_as; }

void set_command_name(const char* argv0) {
  const char* named = std::getenv("TIDEMARK_COMMAND");
  const char* name = named != nullptr && *named != '\0' ? named : argv0;
  if (name != nullptr && *name != '\0') called_as = shell_quoted(name);
}

}  // namespace tidemark::core

int main(int argc, char** argv) {
  tidemark::core::set_command_name(argc > 0 ? argv[0] : nullptr);
  return static_cast<int>(tidemark::core::run_command(argc, argv));
}
