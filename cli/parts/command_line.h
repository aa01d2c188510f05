// The command line: verbs and what each of them takes. The library that parses it is behind this,
// and seen by nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/exit_code.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tidemark::core {

// A flag, or an argument without a name, that a verb takes. Each function gives the same flag back.
class AddedFlag {
 public:
  explicit AddedFlag(CLI::Option* option) : option_(option) {}

  // The heading under which --help has it.
  AddedFlag group(const std::string& heading) const;
  // What holds where it is not given, for --help.
  AddedFlag usually(const std::string& value) const;
  AddedFlag required() const;
  AddedFlag needs(AddedFlag other) const;
  AddedFlag excludes(AddedFlag other) const;

  std::string name() const;  // `--clients`
  bool is_given() const;
  // What was given is read once more.
  void read_again() const;

 private:
  CLI::Option* option_;
};

// So that a verb can say with what else they have a meaning.
using AddedFlags = std::vector<AddedFlag>;

// Runs a verb whose flags were parsed. Throws BadInput.
using Verb = std::function<ExitCode()>;

// The flags of a verb. What they are read into outlives the parsing.
class VerbFlags {
 public:
  // Throws BadInput where the text does not fit.
  using Read = std::function<void(const std::string&)>;
  using Run = std::function<void(CLI::App&, Verb)>;

  VerbFlags(CLI::App& app, Run run) : app_(app), run_(std::move(run)) {}

  // Arguments without a name, in the order in which they are added.
  AddedFlag argument(const std::string& name, Read read, const std::string& meaning);
  AddedFlag argument(const std::string& name, std::string& target, const std::string& meaning);
  // As many as there are, or exactly so many.
  AddedFlag arguments(const std::string& name, std::vector<std::string>& targets,
                      const std::string& meaning, std::optional<int> count = std::nullopt);

  // Takes no value.
  AddedFlag toggle(const std::string& name, bool& target, const std::string& meaning);
  // Takes a value, once; `type` stands for it in --help.
  AddedFlag text(const std::string& name, const std::string& type, Read read,
                 const std::string& meaning);
  AddedFlag text(const std::string& name, const std::string& type, std::string& target,
                 const std::string& meaning);
  // May be repeated: read one after another.
  AddedFlag texts(const std::string& name, const std::string& type, Read read,
                  const std::string& meaning);
  // Takes `on` or `off`.
  AddedFlag on_off(const std::string& name, bool& target, const std::string& meaning);
  // Takes a whole number from `low` to `high`.
  AddedFlag number(const std::string& name, std::uint64_t low, std::uint64_t high,
                   std::function<void(std::uint64_t)> read, const std::string& meaning);
  template <class Number>
  AddedFlag number(const std::string& name, Number& target, std::uint64_t low, std::uint64_t high,
                   const std::string& meaning) {
    return number(
        name, low, high, [&target](std::uint64_t read) { target = static_cast<Number>(read); },
        meaning);
  }

  // `adapter check`
  std::string name() const;
  // One that was added.
  AddedFlag find(const std::string& name) const;

  // Where --help and --version are shown; without, --help is among the first.
  void own_flags_in(const std::string& heading);
  void footer(std::string_view text);
  // A verb of this verb, which then takes one of its own.
  VerbFlags verb(const std::string& name, const std::string& meaning);
  void runs(Verb verb);

 private:
  CLI::App& app_;
  Run run_;
};

// The whole command: what it is called with, and what runs.
class CommandLine {
 public:
  CommandLine(const std::string& title, const std::string& footer);
  ~CommandLine();

  VerbFlags verb(const std::string& name, const std::string& meaning);
  // Reads a command line and runs the verb that it names. Throws BadInput.
  ExitCode run(int argc, char** argv);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

// Reads the keys of a file as flags take them.
class KeyReader {
 public:
  KeyReader();
  ~KeyReader();

  VerbFlags flags();
  std::vector<std::string> keys() const;
  // A key and its value after another. Throws BadInput, whose line begins with the flag.
  void read(const std::vector<std::pair<std::string, std::string>>& words);

 private:
  std::unique_ptr<CLI::App> app_;
};

}  // namespace tidemark::core
