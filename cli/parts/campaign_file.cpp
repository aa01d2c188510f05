#include "cli/parts/campaign_file.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "base/exit_code.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/parts/progress.h"
#include "cli/parts/values.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr std::array<std::string_view, 5> kKeysOfFile{"episodes", "for", "corpus", "baseline",
                                                      "configuration"};

class CampaignReader {
 public:
  explicit CampaignReader(const std::string& path) : path_(shown_path(path)) {
    const std::string text = read_file(path, kMostBytes);
    if (text.size() > kMostBytes)
      fail(1, fmt::format("the file is too big, expected at most {} bytes", kMostBytes));
    try {
      root_ = toml::parse(text);
    } catch (const toml::parse_error& error) {
      fail(error.source().begin.line, std::string(error.description()) + ", expected TOML");
    }
  }

  CampaignFile read() {
    read_keys();
    const toml::array* tables = root_["configuration"].as_array();
    if (tables == nullptr || tables->empty())
      fail(1, "there is no configuration, expected at least one table [[configuration]]");
    for (const toml::node& each : *tables) {
      if (!each.is_table()) fail(line_of(each), "is no table, expected [[configuration]]");
      read_configuration(*each.as_table());
    }
    return std::move(file_);
  }

 private:
  [[noreturn]] void fail(std::size_t line, const std::string& what) const {
    throw BadInput{fmt::format("{}:{}: {}", path_, line, what)};
  }
  static std::size_t line_of(const toml::node& node) { return node.source().begin.line; }

  void read_keys() {
    for (const auto& [key, value] : root_) {
      const std::string_view name = key.str();
      if (std::find(kKeysOfFile.begin(), kKeysOfFile.end(), name) == kKeysOfFile.end())
        fail(line_of(value), unknown_name("key", name, kKeysOfFile));
      if (name == "configuration") continue;
      if (name == "episodes")
        file_.episodes = count_of(value, name);
      else
        set_text(name, text_of(value, name), line_of(value));
    }
  }
  void set_text(std::string_view name, const std::string& text, std::size_t line) {
    if (name == "corpus") file_.corpus = text;
    if (name == "baseline") file_.baseline = text;
    if (name != "for") return;
    file_.time = {parse_time(text), text};
    if (!file_.time.limit)
      fail(line, fmt::format("for: '{}' is no time, expected such as 90s, 10m, 2h", text));
  }
  std::uint64_t count_of(const toml::node& value, std::string_view name) const {
    const auto number = value.value_exact<std::int64_t>();
    if (!number || *number < 0) fail(line_of(value), fmt::format("{}: expected a count", name));
    return static_cast<std::uint64_t>(*number);
  }
  std::string text_of(const toml::node& value, std::string_view name) const {
    const auto text = value.value_exact<std::string>();
    if (!text || text->empty()) fail(line_of(value), fmt::format("{}: expected a text", name));
    return *text;
  }

  // A value as a flag takes it.
  std::string word_of(const toml::node& value, std::string_view name) const {
    if (const auto text = value.value_exact<std::string>()) return *text;
    if (const auto number = value.value_exact<std::int64_t>()) return std::to_string(*number);
    if (const auto is_on = value.value_exact<bool>()) return *is_on ? "on" : "off";
    fail(line_of(value), fmt::format("{}: expected a text, a whole number, true or false", name));
  }
  // `set` takes a list as several flags, the others with commas between.
  std::vector<std::string> words_of(const toml::node& value, std::string_view name) const {
    const toml::array* list = value.as_array();
    if (list == nullptr) return {word_of(value, name)};
    std::vector<std::string> words;
    for (const toml::node& each : *list) words.push_back(word_of(each, name));
    if (name == "set") return words;
    return {fmt::format("{}", fmt::join(words, ","))};
  }

  void read_configuration(const toml::table& table) {
    ConfigurationFlags flags;
    std::uint32_t weight = 1;
    std::string name;
    KeyReader reader;
    VerbFlags keys = reader.flags();
    add_configuration_flags(keys, flags);
    keys.number("--weight", weight, 1, kMostWeight, "");
    keys.text("--name", "NAME", name, "");
    std::vector<std::pair<std::string, std::string>> words;
    for (const auto& [key, value] : table) {
      check_key(reader, key.str(), line_of(value));
      for (const std::string& word : words_of(value, key.str()))
        words.emplace_back(key.str(), word);
    }
    Configured configured = understanding(table, [&] {
      reader.read(words);
      return configure(flags);
    });
    add(table, configured, name, weight);
  }

  void check_key(const KeyReader& reader, std::string_view key, std::size_t line) const {
    const std::vector<std::string> names = reader.keys();
    const std::vector<std::string_view> views(names.begin(), names.end());
    if (std::find(views.begin(), views.end(), key) == views.end())
      fail(line, unknown_name("key", key, views));
  }

  // What is said of a flag is said of its key.
  template <class Read>
  Configured understanding(const toml::table& table, Read read) const {
    try {
      return read();
    } catch (const BadInput& bad) {
      refuse(table, bad.line);
    }
  }
  [[noreturn]] void refuse(const toml::table& table, std::string what) const {
    constexpr std::string_view kOurName = "tidemark: ";
    if (what.starts_with(kOurName)) what.erase(0, kOurName.size());
    if (!what.starts_with("--")) fail(line_of(table), what);
    const std::string key = what.substr(2, what.find_first_of(": ") - 2);
    const toml::node* value = table.get(key);
    fail(value == nullptr ? line_of(table) : line_of(*value), what.substr(2));
  }

  void add(const toml::table& table, const Configured& configured, const std::string& name,
           std::uint32_t weight) {
    const bool several = configured.configurations.size() > 1;
    for (const Configuration& each : configured.configurations) {
      Portion portion{.name = name.empty() ? configuration_name(each) : name,
                      .weight = weight,
                      .configuration = each,
                      .plan = configured.plan};
      if (several && !name.empty()) portion.name += ", " + each.strategy.name;
      if (!names_.insert(portion.name).second)
        fail(line_of(table),
             fmt::format("two configurations are '{}', expected names of their own", portion.name));
      file_.commands.push_back(fuzz_flags(each, configured));
      file_.portions.push_back(std::move(portion));
    }
  }
  std::string path_;
  toml::table root_;
  CampaignFile file_;
  std::set<std::string> names_;
};

}  // namespace

CampaignFile load_campaign_file(const std::string& path) { return CampaignReader(path).read(); }

}  // namespace tidemark::core
