#include "cli/parts/outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "base/exit_code.h"
#include "base/files.h"
#include "reports/documents/check_forms.h"

namespace tidemark::core {
namespace {

namespace fs = std::filesystem;

struct NamedEnding {
  OutEnding ending;
  std::string_view what;
};
constexpr auto kEndings = [] {
  std::array<NamedEnding, 3 + kCheckForms.size()> endings{
      {{kPage, "a page"}, {kJson, "a document"}, {kTrace, "a trace"}}};
  for (std::size_t i = 0; i < kCheckForms.size(); ++i)
    endings[3 + i] = {kCheckForms[i].ending, kCheckForms[i].what};
  return endings;
}();
constexpr std::string_view kStdout = "-";

std::string_view what_is(OutEnding ending) {
  for (const NamedEnding& named : kEndings)
    if (named.ending == ending) return named.what;
  return "a folder";
}

bool leads_to_folder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

// One name for all paths to one file.
std::string canonical(const std::string& path) {
  std::error_code error;
  if (path == kStdout) return path;
  return fs::weakly_canonical(fs::absolute(path), error).string();
}

}  // namespace

void OutPaths::accept(std::string verb, std::vector<OutEnding> endings) {
  verb_ = std::move(verb);
  for (const OutEnding each : endings)
    if (each == kChecks)
      for (const CheckForm& form : kCheckForms) accepted_.push_back(form.ending);
    else
      accepted_.push_back(each);
}

OutEnding OutPaths::ending_of(const std::string& path) const {
  if (accepted_.front() == kAnyFile) return kAnyFile;
  if (path == kStdout) return kJson;
  if (leads_to_folder(path)) return kFolder;
  for (const NamedEnding& named : kEndings)
    if (path.ends_with(named.ending)) return named.ending;
  return kFolder;
}

void OutPaths::add(const std::string& path) {
  if (path.empty()) bad_usage("--out: '' is no path, expected {}", expected());
  const OutEnding ending = ending_of(path);
  if (!has(ending))
    bad_usage("--out: '{}' would be {}, which '{}' does not write, expected {}", path,
              path == kStdout ? "a document on stdout" : what_is(ending), verb_, expected());
  if (ending == kFolder && wants(kFolder))
    bad_usage("--out: '{}' is a second folder beside '{}', expected one", path, folder());
  paths_[ending].push_back(path);
  all_.push_back(path);
}

bool OutPaths::has(OutEnding ending) const {
  return std::find(accepted_.begin(), accepted_.end(), ending) != accepted_.end();
}

std::vector<OutEnding> OutPaths::endings() const {
  std::vector<OutEnding> endings;
  for (const OutEnding each : accepted_)
    if (each.starts_with('.')) endings.push_back(each);
  return endings;
}

// `a folder, or a path that ends in .json, .trace, or -`
std::string OutPaths::expected() const {
  if (has(kAnyFile)) return "a file";
  std::string text = has(kFolder) ? "a folder" : "";
  if (!endings().empty())
    text += fmt::format("{}a path that ends in {}", text.empty() ? "" : ", or ",
                        fmt::join(endings(), ", "));
  return text + (has(kJson) ? ", or -" : "");
}

bool OutPaths::takes_stdout() const {
  return std::find(all_.begin(), all_.end(), kStdout) != all_.end();
}

std::string OutPaths::folder() const { return wants(kFolder) ? files(kFolder).front() : ""; }

const std::vector<std::string>& OutPaths::files(OutEnding ending) const {
  static const std::vector<std::string> kNone;
  const auto found = paths_.find(ending);
  return found == paths_.end() ? kNone : found->second;
}

void OutPaths::require_writable() const {
  std::map<std::string, std::string> places;
  for (const std::string& path : all_)
    if (const auto [other, is_new] = places.emplace(canonical(path), path); !is_new)
      bad_usage("--out: '{}' and '{}' are one place, expected two", other->second, path);
  for (const auto& [ending, paths] : paths_)
    for (const std::string& path : paths)
      ending == kFolder ? require_writable_folder(path) : require_writable_file(path);
}

void OutPaths::write(OutEnding ending, std::string_view content) const {
  for (const std::string& path : files(ending)) write_file(path, content);
}

std::string OutPaths::meaning() const {
  if (has(kAnyFile)) return "a file; without, stdout";
  if (!has(kJson) && !has(kFolder)) return fmt::format("{}", fmt::join(endings(), ", "));
  if (endings().empty()) return "a folder";
  return fmt::format("by its ending: {}; one for each{}{}", fmt::join(endings(), ", "),
                     has(kJson) ? "\n- is the JSON on stdout" : "",
                     has(kFolder) ? ", any other a folder of traces" : "");
}

AddedFlag add_out_flag(VerbFlags& verb, OutPaths& paths, std::vector<OutEnding> endings) {
  paths.accept(verb.name(), std::move(endings));
  return verb
      .texts(
          "-o,--out", "PATH", [&paths](const std::string& path) { paths.add(path); },
          paths.meaning())
      .group("Output");
}

}  // namespace tidemark::core
