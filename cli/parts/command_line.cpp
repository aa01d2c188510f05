#include "cli/parts/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>
#include <vector>

#include "cli/parts/values.h"
#include "cli/parts/version.h"
#include "sim/trace_words.h"

namespace tidemark::core {
namespace {

constexpr const char* kHelp = "-h,--help";
constexpr const char* kHelpMeaning = "print this and end";

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

// Adds a verb to what has verbs.
VerbFlags verb_of(CLI::App& app, const std::string& name, const std::string& meaning,
                  VerbFlags::Run run) {
  return {*app.add_subcommand(name, meaning), std::move(run)};
}

}  // namespace

// --- a flag

AddedFlag AddedFlag::group(const std::string& heading) const {
  option_->group(heading);
  return *this;
}

AddedFlag AddedFlag::usually(const std::string& value) const {
  option_->default_str(value);
  return *this;
}

AddedFlag AddedFlag::required() const {
  option_->required();
  return *this;
}

AddedFlag AddedFlag::needs(AddedFlag other) const {
  option_->needs(other.option_);
  return *this;
}

AddedFlag AddedFlag::excludes(AddedFlag other) const {
  option_->excludes(other.option_);
  return *this;
}

std::string AddedFlag::name() const { return option_->get_name(); }
bool AddedFlag::is_given() const { return option_->count() > 0; }
void AddedFlag::read_again() const { option_->run_callback(); }

// --- the flags of a verb

AddedFlag VerbFlags::argument(const std::string& name, Read read, const std::string& meaning) {
  return AddedFlag(app_.add_option_function<std::string>(name, std::move(read), meaning));
}

AddedFlag VerbFlags::argument(const std::string& name, std::string& target,
                              const std::string& meaning) {
  return AddedFlag(app_.add_option(name, target, meaning));
}

AddedFlag VerbFlags::arguments(const std::string& name, std::vector<std::string>& targets,
                               const std::string& meaning, std::optional<int> count) {
  CLI::Option* option = app_.add_option(name, targets, meaning);
  if (count) option->expected(*count);
  return AddedFlag(option);
}

AddedFlag VerbFlags::toggle(const std::string& name, bool& target, const std::string& meaning) {
  return AddedFlag(app_.add_flag(name, target, meaning));
}

AddedFlag VerbFlags::text(const std::string& name, const std::string& type, Read read,
                          const std::string& meaning) {
  return AddedFlag(app_.add_option_function<std::string>(name, std::move(read), meaning)
                       ->type_name(type)
                       ->multi_option_policy(CLI::MultiOptionPolicy::Throw));
}

AddedFlag VerbFlags::text(const std::string& name, const std::string& type, std::string& target,
                          const std::string& meaning) {
  return AddedFlag(app_.add_option(name, target, meaning)->type_name(type));
}

AddedFlag VerbFlags::texts(const std::string& name, const std::string& type, Read read,
                           const std::string& meaning) {
  const auto read_all = [read = std::move(read)](const std::vector<std::string>& given) {
    for (const std::string& each : given) read(each);
  };
  return AddedFlag(app_.add_option_function<std::vector<std::string>>(name, read_all, meaning)
                       ->type_name(type)
                       ->allow_extra_args(false)
                       ->take_all());
}

AddedFlag VerbFlags::on_off(const std::string& name, bool& target, const std::string& meaning) {
  return text(
      name, "on|off",
      [name, &target](const std::string& word) {
        if (word != "on" && word != "off")
          bad_usage("{}: '{}' is neither, expected on or off", name, word);
        target = word == "on";
      },
      meaning);
}

AddedFlag VerbFlags::number(const std::string& name, std::uint64_t low, std::uint64_t high,
                            std::function<void(std::uint64_t)> read, const std::string& meaning) {
  return text(
      name, "N",
      [name, low, high, read = std::move(read)](const std::string& word) {
        const auto number = parse_number(word);
        if (!number || *number < low || *number > high)
          bad_usage("{}: '{}' does not fit, expected a number from {} to {}", name, word, low,
                    high);
        read(*number);
      },
      meaning);
}

std::string VerbFlags::name() const {
  std::string name = app_.get_name();
  for (const CLI::App* above = app_.get_parent();
       above != nullptr && above->get_parent() != nullptr; above = above->get_parent())
    name = above->get_name() + " " + name;
  return name;
}

AddedFlag VerbFlags::find(const std::string& name) const {
  return AddedFlag(app_.get_option(name));
}

void VerbFlags::own_flags_in(const std::string& heading) {
  app_.set_help_flag(kHelp, kHelpMeaning)->group(heading);
  app_.set_version_flag("--version", version_line(), "print the version and end")->group(heading);
}

void VerbFlags::footer(std::string_view text) { app_.footer(std::string(text)); }

VerbFlags VerbFlags::verb(const std::string& name, const std::string& meaning) {
  app_.require_subcommand(1);
  return verb_of(app_, name, meaning, run_);
}

void VerbFlags::runs(Verb verb) { run_(app_, std::move(verb)); }

// --- the command

struct CommandLine::Parser {
  explicit Parser(const std::string& title) : app(title) {}

  CLI::App app;
  std::vector<std::pair<const CLI::App*, Verb>> verbs = {};  // in the order of the help
};

CommandLine::CommandLine(const std::string& title, const std::string& footer)
    : parser_(std::make_unique<Parser>(title)) {
  CLI::App& app = parser_->app;
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer(footer);
  app.set_help_flag(kHelp, kHelpMeaning);
  app.set_version_flag("--version", version_line(), "print the version and end");
  app.require_subcommand(0, 1);
}

CommandLine::~CommandLine() = default;

VerbFlags CommandLine::verb(const std::string& name, const std::string& meaning) {
  VerbFlags added = verb_of(parser_->app, name, meaning, [this](CLI::App& app, Verb verb) {
    parser_->verbs.emplace_back(&app, std::move(verb));
  });
  parser_->app.get_subcommand(name)->group("Verbs");
  return added;
}

ExitCode CommandLine::run(int argc, char** argv) {
  CLI::App& app = parser_->app;
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help, --version
    app.exit(wanted);
    return ExitCode::held;
  } catch (const CLI::ParseError& error) {
    refuse(app, error);
  }
  const CLI::App* chosen = &app;
  while (!chosen->get_subcommands().empty()) chosen = chosen->get_subcommands().front();
  if (chosen == &app)
    bad_usage("no verb is given, expected one of: {}; try --help",
              fmt::join(names_for(app, {}), ", "));
  const auto runs = std::find_if(parser_->verbs.begin(), parser_->verbs.end(),
                                 [&](const auto& verb) { return verb.first == chosen; });
  return runs->second();
}

// --- the keys of a file

KeyReader::KeyReader() : app_(std::make_unique<CLI::App>()) { app_->set_help_flag(); }
KeyReader::~KeyReader() = default;

VerbFlags KeyReader::flags() {
  return {*app_, [](CLI::App&, const Verb&) {}};
}

std::vector<std::string> KeyReader::keys() const {
  std::vector<std::string> keys;
  for (const CLI::Option* option : std::as_const(*app_).get_options())
    for (const std::string& each : option->get_lnames()) keys.push_back(each);
  return keys;
}

void KeyReader::read(const std::vector<std::pair<std::string, std::string>>& words) {
  std::vector<std::string> reversed;  // as the parser takes them
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    reversed.push_back(word->second);
    reversed.push_back("--" + word->first);
  }
  try {
    app_->parse(reversed);
  } catch (const CLI::ParseError& error) {
    throw BadInput{error.what()};
  }
}

}  // namespace tidemark::core
