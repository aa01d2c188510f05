#include "reports/documents/junit.h"

#include <fmt/format.h>

#include <pugixml.hpp>
#include <sstream>
#include <string_view>

#include "reports/documents/characters.h"

namespace tidemark::core {
namespace {

void set(pugi::xml_node node, const char* name, std::string_view value) {
  node.append_attribute(name).set_value(valid_line(value).c_str());
}
void set(pugi::xml_node node, const char* name, std::size_t value) {
  node.append_attribute(name).set_value(static_cast<unsigned long long>(value));
}
void set_text(pugi::xml_node node, std::string_view text) {
  node.text().set(valid_text(text).c_str());
}

class JUnit {
 public:
  JUnit(const Checks& checks, JUnitDialect dialect) : checks_(checks), dialect_(dialect) {}

  std::string write() {
    pugi::xml_document document;
    pugi::xml_node declaration = document.append_child(pugi::node_declaration);
    set(declaration, "version", "1.0");
    set(declaration, "encoding", "UTF-8");
    pugi::xml_node root = document.append_child("testsuites");
    set(root, "name", "tidemark " + checks_.verb);
    set(root, "tests", test_count());
    set(root, "failures", count(checks_, CheckOutcome::violated));
    set(root, "errors", count(checks_, CheckOutcome::fault));
    for (const Suite& suite : checks_.suites) add(root.append_child("testsuite"), suite);
    std::ostringstream text;
    document.save(text, " ", pugi::format_default, pugi::encoding_utf8);
    return text.str();
  }

 private:
  std::size_t test_count() const {
    std::size_t sum = 0;
    for (const Suite& suite : checks_.suites) sum += suite.checks.size();
    return sum;
  }

  void add(pugi::xml_node node, const Suite& suite) const {
    set(node, "name", suite.name);
    set(node, "tests", suite.checks.size());
    set(node, "failures", count(suite, CheckOutcome::violated));
    set(node, "errors", count(suite, CheckOutcome::fault));
    set(node, "skipped", count(suite, CheckOutcome::not_judged));
    for (const Check& check : suite.checks) add(node.append_child("testcase"), suite, check);
  }

  void add(pugi::xml_node node, const Suite& suite, const Check& check) const {
    set(node, "classname", fmt::format("tidemark.{}.{}", checks_.verb, suite.name));
    set(node, "name", check.name);
    const std::string& file = check.failures.empty() ? check.file : check.failures.front().file;
    const bool names_file = dialect_ == JUnitDialect::common && !file.empty();
    if (names_file) {
      set(node, "file", file);
      set(node, "line", check.failures.empty() ? 1 : check.failures.front().line);
    }
    if (check.outcome == CheckOutcome::violated) add_failure(node, check);
    if (check.outcome == CheckOutcome::fault) add_reasons(node.append_child("error"), check);
    if (check.outcome == CheckOutcome::not_judged) add_reasons(node.append_child("skipped"), check);
    if (names_file && !check.failures.empty() && file.find("]]") == file.npos)
      set_text(node.append_child("system-out"), fmt::format("[[ATTACHMENT|{}]]", valid_line(file)));
  }

  static void add_failure(pugi::xml_node testcase, const Check& check) {
    const Failure& first = check.failures.front();
    pugi::xml_node node = testcase.append_child("failure");
    set(node, "type", check.name);
    set(node, "message", named(first));
    std::string text = fmt::format("{}: {}\n{}\n", valid_line(check.name),
                                   valid_line(first.verdict), valid_line(first.replay));
    if (!first.screen.empty()) text += "\n" + first.screen;
    for (std::size_t i = 1; i < check.failures.size(); ++i)
      text += fmt::format("\nand {}\n{}\n", valid_line(named(check.failures[i])),
                          valid_line(check.failures[i].replay));
    set_text(node, text);
  }

  static std::string named(const Failure& failure) {
    if (failure.fingerprint.empty()) return failure.verdict;
    return fmt::format("{} ({})", failure.verdict, failure.fingerprint);
  }

  static void add_reasons(pugi::xml_node node, const Check& check) {
    std::string text;
    for (const std::string& reason : check.reasons) text += valid_line(reason) + "\n";
    if (check.outcome == CheckOutcome::fault) set(node, "type", "fault");
    set(node, "message", check.reasons.front());
    if (check.reasons.size() > 1) set_text(node, text);
  }

  const Checks& checks_;
  JUnitDialect dialect_;
};

}  // namespace

std::string junit(const Checks& checks, JUnitDialect dialect) {
  return JUnit(checks, dialect).write();
}

}  // namespace tidemark::core
