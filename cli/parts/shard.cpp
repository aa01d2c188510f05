#include "cli/parts/shard.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include "base/exit_code.h"

namespace tidemark::core {
namespace {

using std::string_view;

// Two variables of one service.
struct Pair {
  const char* index;
  const char* total;
  std::uint32_t first = 0;                      // the index of its first shard
  std::optional<std::uint32_t> unsharded = {};  // the total of a job that is not sharded, if told
};
// In the order in which they are asked; Slurm comes before the last.
constexpr Pair kTidemark{"TIDEMARK_SHARD_INDEX", "TIDEMARK_SHARD_TOTAL"};
constexpr Pair kGoogleTest{"GTEST_SHARD_INDEX", "GTEST_TOTAL_SHARDS"};
constexpr Pair kBazel{"TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", 0, 0};
constexpr Pair kKubernetes{"JOB_COMPLETION_INDEX", "TIDEMARK_SHARD_TOTAL"};
constexpr Pair kGitLab{"CI_NODE_INDEX", "CI_NODE_TOTAL", 1, 1};

std::optional<std::uint32_t> parse_decimal(string_view text) {
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

std::uint32_t number_in(string_view name, string_view text, std::uint32_t low, std::uint32_t high) {
  const auto number = parse_decimal(text);
  if (!number || *number < low || *number > high)
    bad_usage("{}: '{}' does not fit, expected a number from {} to {}", name, text, low, high);
  return *number;
}

Shard shard_of_flag(string_view text) {
  const std::size_t slash = text.find('/');
  const auto index = parse_decimal(text.substr(0, slash));
  const auto count =
      parse_decimal(slash == string_view::npos ? string_view() : text.substr(slash + 1));
  if (!index || !count || *count == 0 || *count > kMostShards)
    bad_usage("--shard: '{}' does not fit, expected i/n such as 0/4, with n from 1 to {}", text,
              kMostShards);
  if (*index >= *count)
    bad_usage("--shard: '{}' does not fit, shards are counted from 0: expected 0/{} to {}/{}", text,
              *count, *count - 1, *count);
  return {*index, *count};
}

// Reads what services say.
class Services {
 public:
  explicit Services(const Variable& variable) : variable_(variable) {}

  ChosenShard choose() {
    // Kubernetes numbers its pods, but it is a total of our own that says how many there are.
    const bool is_pod = is_set(kKubernetes.index);
    if (!is_pod || is_set(kTidemark.index)) ask(kTidemark);
    ask(kGoogleTest);
    ask(kBazel);
    if (is_pod) ask(kKubernetes);
    ask_slurm();
    ask(kGitLab);
    return chosen_;
  }

 private:
  bool is_set(const char* name) const { return !variable_(name).empty(); }
  std::uint32_t number(const char* name, std::uint32_t low, std::uint32_t high) const {
    return number_in(name, variable_(name), low, high);
  }

  bool is_unsharded(const Pair& pair) const {
    return pair.unsharded && parse_decimal(variable_(pair.total)) == pair.unsharded &&
           (!is_set(pair.index) || parse_decimal(variable_(pair.index)) == pair.first);
  }

  void ask(const Pair& pair) {
    if (is_unsharded(pair) || (!is_set(pair.index) && !is_set(pair.total))) return;
    require_both(pair.index, pair.total);
    require_both(pair.total, pair.index);
    const std::uint32_t total = number(pair.total, 1, kMostShards);
    say({number(pair.index, pair.first, pair.first + total - 1) - pair.first, total},
        fmt::format("{}/{}", pair.index, pair.total));
  }
  void ask_slurm();

  void require_both(const char* name, const char* with) const {
    if (!is_set(name)) bad_usage("{} is set and {} is not, expected both", with, name);
  }
  void say(const Shard& shard, std::string source) {
    if (chosen_.source.empty())
      chosen_ = {shard, std::move(source)};
    else if (chosen_.shard != shard)
      bad_usage("{} says shard {} and {} says {}, expected that they agree, or --shard",
                chosen_.source, print_shard(chosen_.shard), source, print_shard(shard));
  }

  const Variable& variable_;
  ChosenShard chosen_;
};

// An array may begin anywhere, and go in steps; one with gaps does not say which task is which.
void Services::ask_slurm() {
  constexpr const char* kId = "SLURM_ARRAY_TASK_ID";
  constexpr std::uint32_t kMost = 0xFFFFFFFF;
  if (!is_set(kId)) return;
  for (const char* name : {"SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX",
                           "SLURM_ARRAY_TASK_STEP"})
    require_both(name, kId);
  const std::uint32_t count = number("SLURM_ARRAY_TASK_COUNT", 1, kMostShards);
  const std::uint32_t low = number("SLURM_ARRAY_TASK_MIN", 0, kMost);
  const std::uint32_t high = number("SLURM_ARRAY_TASK_MAX", low, kMost);
  const std::uint32_t step = number("SLURM_ARRAY_TASK_STEP", 1, kMost);
  const std::uint32_t id = number(kId, low, high);
  if (high - low != std::uint64_t{count - 1} * step || (id - low) % step != 0)
    bad_usage(
        "{}: task {} of {} from {} to {} in steps of {} is of an array with gaps, expected one "
        "like --array=0-{}",
        kId, id, count, low, high, step, count - 1);
  say({(id - low) / step, count}, kId);
}

}  // namespace

ChosenShard choose_shard(string_view flag, const Variable& variable) {
  if (!flag.empty()) return {shard_of_flag(flag), "--shard"};
  return Services(variable).choose();
}

void touch_status_files(const Variable& variable) {
  for (const char* name : {"GTEST_SHARD_STATUS_FILE", "TEST_SHARD_STATUS_FILE"}) {
    const std::filesystem::path path = variable(name);
    if (path.empty()) continue;
    std::error_code error;
    if (std::ofstream(path, std::ios::app))
      std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now(), error);
    else
      error = std::make_error_code(std::errc::io_error);
    if (error) bad_usage("{}: {} cannot be touched, expected a file", name, path.string());
  }
}

}  // namespace tidemark::core
