// tidemark merge: the shards of a night, put together.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "cli/parts/ci.h"
#include "cli/parts/night.h"
#include "cli/parts/options.h"
#include "cli/verbs/verbs.h"

namespace tidemark::core {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMergeExamples =
    "Examples:\n"
    "  tidemark merge night-*/ --out night\n"
    "\n"
    "In any order; a shard that is there twice counts once. One that is missing, or cannot be "
    "read,\n"
    "is named, and the night is inconclusive. Exit codes: as of campaign.";

struct MergeFlags {
  CommonFlags common;
  CiFlags ci;
  std::vector<std::string> folders;
};

struct FoundShard {
  std::string path;
  ShardDocument document;
  std::string key;
};

class Merge {
 public:
  explicit Merge(const MergeFlags& flags)
      : flags_(flags),
        output_(flags.common),
        ci_(flags.ci, "merge", output_, ResultsAre::screens) {}

  ExitCode run() {
    return ci_.reporting_faults([this] {
      if (!output_.out().wants(kFolder)) bad_usage("--out: expected the folder of the night");
      for (const std::string& folder : flags_.folders) read(folder);
      if (shards_.empty())
        throw BadInput{
            fmt::format("{}: no result of a shard can be read, expected folders that "
                        "'campaign' left",
                        shown_path(flags_.folders.front()))};
      keep_last_night();
      return leave();
    });
  }

 private:
  void read(const std::string& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator place(fs::path(folder) / "shards", error), end;
         !error && place != end; place.increment(error))
      if (place->path().extension() == ".json") files.push_back(place->path());
    if (error || files.empty())
      Output::error(
          fmt::format("{}: has no result of a shard, expected a folder that 'campaign' left",
                      printable(folder)));
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) read_one(file.string());
  }
  void read_one(const std::string& path) {
    try {
      ShardDocument document = load_shard(path);
      const std::string key = key_of_shard(document.head);
      add_times(load_times(fs::path(path).replace_extension(".times").string()), key);
      shards_.push_back({path, std::move(document), key});
    } catch (const BadInput& bad) {
      Output::error(printable(bad.line) + "; it is left out");
    }
  }
  void add_times(const RunTimes& times, const std::string& key) {
    RunTimes& all = times_[key];
    if (!times.began.empty() && (all.began.empty() || times.began < all.began))
      all.began = times.began;
    all.seconds = std::max(all.seconds, times.seconds);
    all.slow.insert(all.slow.end(), times.slow.begin(), times.slow.end());
  }

  // Folders that machines share have shards of the night before, until they are written anew.
  void keep_last_night() {
    const auto last = std::max_element(shards_.begin(), shards_.end(),
                                       [](const FoundShard& a, const FoundShard& b) {
                                         return a.document.head.night < b.document.head.night;
                                       });
    const std::string key = last->key;
    const RunHead& newest = last->document.head;
    for (const FoundShard& each : shards_) {
      const RunHead& head = each.document.head;
      if (each.key == key && head.shards == newest.shards) continue;
      if (head.night == newest.night)
        throw BadInput{
            fmt::format("{}:1: is of another campaign than {} (seed {}, one of {}), "
                        "expected shards of one",
                        shown_path(each.path), shown_path(last->path), print_seed(head.seed),
                        count_of(head.shards, "shard"))};
      output_.note(fmt::format("{}: is of night {}, left out", shown_path(each.path), head.night));
    }
    std::erase_if(shards_, [&](const FoundShard& each) { return each.key != key; });
  }

  ExitCode leave() {
    RunTimes& times = times_[shards_.front().key];
    keep_slowest(times.slow);
    std::vector<ShardDocument> documents;
    for (FoundShard& each : shards_) documents.push_back(std::move(each.document));
    return leave_night(documents, times, output_.out().folder(), output_, ci_);
  }

  const MergeFlags& flags_;
  Output output_;
  CiReport ci_;
  std::vector<FoundShard> shards_;
  std::map<std::string, RunTimes> times_;  // by campaign
};

}  // namespace

void add_merge(CommandLine& command) {
  const auto flags = std::make_shared<MergeFlags>();
  VerbFlags verb = command.verb("merge", "put the shards of a night together");
  verb.footer(kMergeExamples);
  verb.arguments("DIR", flags->folders, "folders that 'campaign' left").required();
  add_common_flags(verb, flags->common, {kJson, kChecks, kFolder});
  add_ci_flags(verb, flags->ci);
  verb.runs([flags] { return Merge(*flags).run(); });
}

}  // namespace tidemark::core
