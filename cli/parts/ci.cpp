#include "cli/parts/ci.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <fstream>
#include <string_view>
#include <utility>
#include <vector>

#include "base/files.h"
#include "cli/parts/interrupt.h"
#include "cli/parts/values.h"
#include "reports/documents/github.h"
#include "reports/documents/gitlab.h"

namespace tidemark::core {
namespace {

constexpr std::array<std::string_view, 4> kServices{"none", "github", "gitlab", "auto"};
constexpr std::array<std::string_view, 2> kDialects{"common", "strict"};

CiService service_of_environment() {
  if (environment_variable("GITHUB_ACTIONS") == "true") return CiService::github;
  return environment_variable("GITLAB_CI") == "true" ? CiService::gitlab : CiService::none;
}

void set_service(CiFlags& flags, const std::string& word) {
  const std::size_t place = parse_word("--ci", "service", word, kServices);
  flags.service.reset();
  if (kServices[place] != "auto") flags.service = static_cast<CiService>(place);
}

std::uint64_t now_s() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

// Another step may have written to it before.
void append(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::app);
  file << text;
  if (!file.flush()) Output::error(fmt::format("{}: cannot be appended to", path));
}

}  // namespace

AddedFlags add_ci_flags(VerbFlags& verb, CiFlags& flags) {
  AddedFlags added{
      verb.text(
              "--ci", "SERVICE", [&flags](const std::string& word) { set_service(flags, word); },
              "whose log this is: github, gitlab, none; docs/CI.md")
          .usually("auto"),
      verb.text(
              "--junit-dialect", "NAME",
              [&flags](const std::string& word) {
                flags.dialect = static_cast<JUnitDialect>(
                    parse_word("--junit-dialect", "dialect", word, kDialects));
              },
              "of an .xml: common, or strict, for the xUnit plugin of Jenkins")
          .usually("common")};
  for (AddedFlag option : added) option.group("Output");
  return added;
}

CiReport::CiReport(const CiFlags& flags, std::string verb, Output& output, ResultsAre results)
    : flags_(flags),
      service_(flags.service.value_or(service_of_environment())),
      checks_{std::move(verb)},
      output_(output) {
  if (flags_.dialect && !output.out().wants(kJUnit))
    bad_usage("--junit-dialect requires --out FILE.xml");
  if (service_ == CiService::github) {
    Output::change_errors(defused);
    output.change_results(without_commands);
  }
  if (service_ == CiService::gitlab && results == ResultsAre::screens)
    output.change_results([began_s = now_s()](std::string_view text) {
      return collapsed_section(text, began_s, now_s());
    });
}

void CiReport::add_fault(const std::string& what) {
  add({"tidemark " + checks_.verb,
       what,
       {{.name = std::string(kRunCheck), .outcome = CheckOutcome::fault, .reasons = {what}}}});
}

void CiReport::write() {
  output_.change_results(nullptr);
  for (const CheckForm& form : kCheckForms)
    if (output_.out().wants(form.ending))
      output_.out().write(form.ending,
                          form.write(checks_, flags_.dialect.value_or(JUnitDialect::common)));
  if (service_ == CiService::github) write_github();
}

void CiReport::write_github() const {
  output_.result(annotations(checks_));
  const std::string summary(environment_variable("GITHUB_STEP_SUMMARY"));
  if (!summary.empty()) append(summary, step_summary(checks_));
}

Doubts doubts_of(const Problems& problems) {
  Doubts doubts{problems.faults, {}};
  if (interrupted()) doubts.others.emplace_back("interrupted");
  doubts.others.insert(doubts.others.end(), problems.unfinished.begin(), problems.unfinished.end());
  doubts.others.insert(doubts.others.end(), problems.vacuous.begin(), problems.vacuous.end());
  return doubts;
}

}  // namespace tidemark::core
