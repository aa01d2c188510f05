// tidemark campaign: many configurations, night after night; what is new is told from what is
// known.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/parts/baseline.h"
#include "cli/parts/campaign_file.h"
#include "cli/parts/ci.h"
#include "cli/parts/command_name.h"
#include "cli/parts/corpus_folder.h"
#include "cli/parts/findings.h"
#include "cli/parts/interrupt.h"
#include "cli/parts/night.h"
#include "cli/parts/options.h"
#include "cli/parts/progress.h"
#include "cli/parts/shard.h"
#include "cli/parts/traces.h"
#include "cli/parts/values.h"
#include "cli/parts/version.h"
#include "cli/verbs/verbs.h"
#include "properties/campaign/campaign.h"
#include "reports/story.h"
#include "reports/words.h"

namespace tidemark::core {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kCampaignExamples =
    "Examples:\n"
    "  tidemark campaign campaign.toml --for 2h --out night\n"
    "      as much as two hours give; open night/index.html in the morning\n"
    "  tidemark campaign campaign.toml --episodes 1000000 --shard 0/4 --out night-0\n"
    "      the first of four machines; then: tidemark merge night-*/ --out night\n"
    "  tidemark campaign campaign.toml --episodes 1000000 --out night --resume\n"
    "      goes on where it was broken off\n"
    "  tidemark campaign campaign.toml --seed 0x5d1c… --episode 4711\n"
    "      one episode alone\n"
    "\n"
    "docs/CAMPAIGNS.md has the file's keys and the folder's files.\n"
    "Exit codes: 0 nothing new, 1 a new or regressed finding, 2 bad input, 3 a fault, 4 a "
    "required\n"
    "mark was never reached, 5 a shard is missing or did not come to its end, 130/143 interrupted.";

constexpr milliseconds kBetweenSaves{5000};
constexpr std::uint64_t kSlow = 1'000'000'000;  // nanoseconds of one episode

struct CampaignFlags {
  CommonFlags common;
  CiFlags ci;
  std::string file;
  std::optional<std::uint64_t> episodes;
  TimeFlag time;
  std::uint32_t jobs = usual_jobs();
  std::string shard;
  std::optional<std::uint64_t> seed;
  std::optional<std::uint32_t> night;
  std::string corpus;
  bool new_corpus = false;
  std::string baseline;
  bool resume = false;
  std::optional<std::uint64_t> episode;
};

// Of the repository that the command runs in; empty: it is none.
std::string current_commit() {
  for (const char* name : {"GITHUB_SHA", "CI_COMMIT_SHA"})
    if (const std::string_view commit = environment_variable(name); !commit.empty())
      return std::string(commit);
  const std::unique_ptr<FILE, int (*)(FILE*)> git(popen("git rev-parse HEAD 2>/dev/null", "r"),
                                                  pclose);
  std::array<char, 65> line{};
  if (git == nullptr || std::fgets(line.data(), line.size(), git.get()) == nullptr) return {};
  std::string commit(line.data());
  while (!commit.empty() && commit.back() == '\n') commit.pop_back();
  return commit;
}

std::uint64_t number_of(std::string_view text) {
  Digest digest;
  digest.add(text);
  return digest.value();
}

class CampaignCommand final : public RunWatch {
 public:
  explicit CampaignCommand(CampaignFlags& flags)
      : flags_(flags),
        output_(flags.common),
        ci_(flags.ci, "campaign", output_, ResultsAre::screens),
        file_(load_campaign_file(flags.file)) {
    if (!flags.corpus.empty()) file_.corpus = flags.corpus;
    if (!flags.baseline.empty()) file_.baseline = flags.baseline;
    if (flags.episodes || flags.time.limit) {
      file_.episodes = flags.episodes;
      file_.time = flags.time;
    }
  }

  ExitCode run() {
    return ci_.reporting_faults([this] { return run_all(); });
  }

  bool go_on(const RunProgress& now) override {
    if (now.findings != findings_) since_new_ = Stopwatch();
    findings_ = now.findings;
    if (status_requested()) Output::error("tidemark: " + line(now, stopwatch_.elapsed()));
    progress_->show([&](milliseconds elapsed) { return line(now, elapsed); });
    return !interrupted() &&
           !(file_.time.limit && spent_ + stopwatch_.elapsed() >= *file_.time.limit);
  }

  std::string sentence_of(const Portion& portion, const Scenario& minimal,
                          Invariant invariant) override {
    return tidemark::core::sentence_of(portion.configuration, minimal, invariant);
  }

  void keep(const ShardResult& result) override {
    if (stopwatch_.elapsed() < next_save_) return;
    next_save_ = stopwatch_.elapsed() + kBetweenSaves;
    save(result, false);
  }

 private:
  ExitCode run_all();
  ExitCode run_episode() const;
  void prepare();
  void load_given();
  void resume(RunHead now);
  static void forget_corpus(RunHead& now, const RunHead& then);
  void choose_seed();
  RunHead head() const;
  void announce() const;
  void check_baseline_first();
  bool save(const ShardResult& result, bool has_ended);
  void grow_corpus(const RunResult& result);
  void tell_slow() const;
  ExitCode finish(ShardResult result);

  std::string line(const RunProgress& now, milliseconds elapsed) const {
    std::optional<std::uint64_t> episodes;
    if (file_.episodes) episodes = *file_.episodes / plan_.shard.count;
    return campaign_line({episodes, file_.time.limit, resumed_, since_new_.elapsed()}, now,
                         elapsed);
  }

  CampaignFlags& flags_;
  Output output_;
  CiReport ci_;
  CampaignFile file_;
  RunPlan plan_;
  std::string shard_source_;
  Corpus corpus_;
  std::vector<BaselineTrace> baseline_;
  ShardDocument document_;
  RunTimes times_;
  std::uint32_t night_ = 1;
  std::uint64_t seed_ = 0;
  std::string commit_;
  std::uint64_t resumed_ = 0;  // episodes
  Stopwatch stopwatch_;
  Stopwatch since_new_;
  std::size_t findings_ = 0;
  milliseconds spent_{};  // before this run, by the same night
  milliseconds next_save_{};
  bool cannot_save_ = false;
  bool had_ended_ = false;  // before this run: nothing is left but to report
  std::unique_ptr<Progress> progress_;
};

ExitCode CampaignCommand::run_all() {
  if (!flags_.episode && !file_.episodes && !file_.time.limit)
    bad_usage("nothing says how much is to be run, expected --episodes N or --for TIME");
  if (!flags_.episode && output_.out().folder().empty())
    bad_usage("--out: expected the folder that the night is kept in");
  prepare();
  if (flags_.episode) return run_episode();
  announce();
  check_baseline_first();
  catch_interrupts();
  catch_status_requests();
  progress_ = std::make_unique<Progress>(!output_.quiet());
  stopwatch_ = Stopwatch();
  if (had_ended_) return finish(std::move(document_.result));
  save(document_.result, false);
  ShardResult result = core::run(plan_, document_.result, *this, times_.slow);
  progress_.reset();
  return finish(std::move(result));
}

void CampaignCommand::prepare() {
  const ChosenShard chosen = choose_shard(flags_.shard, environment_variable);
  shard_source_ = chosen.source;
  touch_status_files(environment_variable);
  plan_ = {.portions = file_.portions,
           .episodes = file_.episodes,
           .shard = chosen.shard,
           .jobs = flags_.jobs};
  if (!file_.baseline.empty()) baseline_ = load_baseline(file_.baseline);
  load_given();
  commit_ = current_commit();
  const bool goes_on =
      flags_.resume && std::filesystem::exists(shard_path(output_.out().folder(), plan_.shard));
  if (goes_on) document_ = load_shard(shard_path(output_.out().folder(), plan_.shard));
  choose_seed();
  RunHead now = head();
  if (goes_on)
    resume(std::move(now));
  else
    document_ = {.head = std::move(now), .result = nothing_yet(plan_)};
  resumed_ = document_.result.result.episodes();
  if (times_.began.empty()) times_.began = now_in_utc();
}

// Each portion is given what of the corpus fits it.
void CampaignCommand::load_given() {
  if (!file_.corpus.empty()) {
    if (flags_.new_corpus) make_folder(file_.corpus);
    corpus_ = load_corpus(file_.corpus);
    for (const std::string& each : corpus_.problems) Output::error(each + "; it is left out");
    if (corpus_.entries.empty() && !flags_.new_corpus)
      throw BadInput{
          fmt::format("{}: there is no trace, expected a corpus; --new-corpus begins one",
                      shown_path(file_.corpus))};
  }
  for (Portion& portion : plan_.portions) {
    FuzzPlan& plan = portion.plan;
    plan.clock = nanoseconds;
    plan.coverage = true;
    plan.landmarks = !file_.corpus.empty();
    plan.shrink_most = std::numeric_limits<std::uint32_t>::max();
    for (const CorpusEntry& entry : corpus_.entries)
      if (fits(entry.trace.scenario, plan.scope)) plan.given.push_back(entry.trace.scenario);
  }
}

// A night that is resumed is the night that it was.
void CampaignCommand::choose_seed() {
  const bool is_known = document_.head.night > 0;
  night_ = flags_.night                     ? *flags_.night
           : is_known                       ? document_.head.night
           : output_.out().folder().empty() ? 1
                                            : last_night(output_.out().folder()) + 1;
  if (is_known) commit_ = document_.head.commit;
  if (flags_.seed)
    seed_ = *flags_.seed;
  else if (is_known)
    seed_ = document_.head.seed;
  else
    seed_ = seed_of(commit_.empty() ? kDefaultSeed : number_of(commit_), night_);
  for (Portion& each : plan_.portions) each.plan.seed = seed_of(seed_, number_of(each.name));
}

RunHead CampaignCommand::head() const {
  RunHead head{.version = version_line(),
               .commit = commit_,
               .night = night_,
               .seed = seed_,
               .episodes = plan_.episodes,
               .shards = plan_.shard.count,
               .portions = {},
               .has_baseline = !file_.baseline.empty(),
               .baseline = {},
               .corpus = corpus_.entries.size(),
               .corpus_digest = digest_of(corpus_)};
  for (std::size_t i = 0; i < plan_.portions.size(); ++i)
    head.portions.push_back(head_of(plan_.portions[i], file_.commands[i]));
  for (const BaselineTrace& each : baseline_) head.baseline.push_back(each.head);
  return head;
}

void CampaignCommand::resume(RunHead now) {
  const std::string path = shard_path(output_.out().folder(), plan_.shard);
  had_ended_ = document_.has_ended;
  if (had_ended_) forget_corpus(now, document_.head);
  if (!is_same_run(document_.head, now))
    throw BadInput{fmt::format(
        "{}:1: is of another campaign (night {}, seed {}), expected the one that is to go on: the "
        "same file, flags, corpus, baseline and version",
        shown_path(path), document_.head.night, print_seed(document_.head.seed))};
  times_ = load_times(times_path(output_.out().folder(), plan_.shard));
  spent_ = milliseconds(static_cast<std::int64_t>(1000 * times_.seconds));
}

// A night that has ended may have added to the corpus that it was given.
void CampaignCommand::forget_corpus(RunHead& now, const RunHead& then) {
  now.corpus = then.corpus;
  now.corpus_digest = then.corpus_digest;
  for (std::size_t i = 0; i < now.portions.size() && i < then.portions.size(); ++i)
    now.portions[i].given = then.portions[i].given;
}

void CampaignCommand::announce() const {
  output_.note(fmt::format("{}, night {}, seed {}{}", version_line(), night_, print_seed(seed_),
                           flags_.seed       ? ""
                           : commit_.empty() ? " (no commit is known)"
                                             : " of commit " + commit_.substr(0, 12)));
  if (!shard_source_.empty())
    output_.note(fmt::format("shard {} by {}", print_shard(plan_.shard), shard_source_));
  if (!file_.corpus.empty())
    output_.note(
        fmt::format("corpus {}: {}", file_.corpus, count_of(corpus_.entries.size(), "trace")));
  if (resumed_ > 0) output_.note(fmt::format("goes on behind {}", count_of(resumed_, "episode")));
}

// What was known before the night began comes first.
void CampaignCommand::check_baseline_first() {
  if (baseline_.empty()) return;
  document_.unmet = check_baseline(baseline_, plan_.portions);
  for (const auto& [file, lines] : document_.unmet)
    output_.note(fmt::format("baseline {}: {}", file, lines.front()));
  output_.note(fmt::format("baseline {}: {}, {} otherwise than they expect", file_.baseline,
                           count_of(baseline_.size(), "trace"), document_.unmet.size()));
}

// A night that cannot be saved goes on, and says so once.
bool CampaignCommand::save(const ShardResult& result, bool has_ended) {
  try {
    RunTimes times = times_;
    times.seconds += std::chrono::duration<double>(stopwatch_.elapsed()).count();
    write_shard(output_.out().folder(), {document_.head, result, document_.unmet, has_ended},
                times);
    cannot_save_ = false;
  } catch (const BadInput& bad) {
    if (!std::exchange(cannot_save_, true)) Output::error(printable(bad.line));
  }
  return !cannot_save_;
}

// What reached a landmark that nothing in the corpus reaches.
void CampaignCommand::grow_corpus(const RunResult& result) {
  if (file_.corpus.empty()) return;
  const std::vector<Trace> added = corpus_of(plan_, result);
  try {
    add_to_corpus(output_.out().folder() + "/corpus", added);
    if (plan_.shard.count == 1) add_to_corpus(file_.corpus, added);
  } catch (const BadInput& bad) {
    return Output::error(printable(bad.line));
  }
  output_.note(fmt::format("corpus: {} in, {} new, in {}/corpus{}",
                           count_of(corpus_.entries.size(), "trace"), grouped(added.size()),
                           output_.out().folder(),
                           plan_.shard.count == 1 ? " and " + file_.corpus : ""));
}

void CampaignCommand::tell_slow() const {
  for (const TimedEpisode& each : times_.slow)
    if (each.nanoseconds >= kSlow)
      output_.note(
          fmt::format("slow: episode {} took {}; paste: {} campaign {} --seed {} --episode {}",
                      each.episode, print_time(milliseconds(each.nanoseconds / 1'000'000)),
                      command_name(), shell_quoted(flags_.file), print_seed(seed_), each.episode));
}

ExitCode CampaignCommand::finish(ShardResult result) {
  document_.result = std::move(result);
  document_.has_ended = !interrupted();
  const bool is_saved = save(document_.result, document_.has_ended);
  times_.seconds += std::chrono::duration<double>(stopwatch_.elapsed()).count();
  const std::uint64_t ran = document_.result.result.episodes() - resumed_;
  output_.note(fmt::format("{}, {} episodes/s", print_time(stopwatch_.elapsed()),
                           grouped(per_second(ran, stopwatch_.elapsed()))));
  tell_slow();
  const ExitCode code = plan_.shard.count == 1
                            ? leave_night({document_}, times_, output_.out().folder(), output_, ci_)
                            : leave_shard(document_, output_.out().folder(), output_, ci_);
  if (!interrupted() && !had_ended_) grow_corpus(document_.result.result);
  if (!interrupted()) return is_saved || code != ExitCode::held ? code : ExitCode::bad_input;
  output_.note("tidemark: interrupted; the same command with --resume goes on");
  return interrupt_code();
}

ExitCode CampaignCommand::run_episode() const {
  const Schedule::Place place = schedule_of(plan_.portions).place_of(*flags_.episode);
  const Portion& portion = plan_.portions[place.portion];
  Run run(portion.configuration, make_trace(portion.configuration, scenario_of(plan_, place)));
  run.expect(shown_by(run.verdict()));
  if (place.index >= portion.plan.given.size())
    output_.note(seed_command(portion.configuration, portion.plan.scope,
                              seed_of(portion.plan.seed, place.index)));
  output_.result(story(run.trace(), run.recording(), {.color = output_.color()}));
  return run.verdict().holds() ? ExitCode::held : ExitCode::violated;
}

}  // namespace

void add_campaign(CommandLine& command) {
  const auto flags = std::make_shared<CampaignFlags>();
  VerbFlags verb = command.verb("campaign", "run many configurations, night after night");
  verb.footer(kCampaignExamples);
  verb.argument("FILE", flags->file, "the campaign, in TOML").required();
  constexpr const char* kGroup = "Campaign";
  verb.number("--episodes", flags->episodes, 1, std::uint64_t{1} << 62,
              "so many in all, over all shards")
      .group(kGroup);
  add_time_flag(verb, flags->time, "so long; episodes as many as it gives").group(kGroup);
  add_jobs_flag(verb, [flags](std::uint32_t jobs) { flags->jobs = jobs; }).group(kGroup);
  verb.text("--shard", "i/n", flags->shard, "which of n that share it, i from 0").group(kGroup);
  add_seed_flag(verb, flags->seed, "instead of that of the commit and the night").group(kGroup);
  verb.number("--night", flags->night, 1, 1'000'000'000,
              "its number; without, one more than the history has")
      .group(kGroup);
  verb.text("--corpus", "DIR", flags->corpus, "traces whose scenarios are run first; grows")
      .group(kGroup);
  verb.toggle("--new-corpus", flags->new_corpus, "it may be empty, or missing").group(kGroup);
  verb.text("--baseline", "DIR", flags->baseline, "traces of bugs that are known, or fixed")
      .group(kGroup);
  verb.toggle("--resume", flags->resume, "go on where this night was broken off").group(kGroup);
  verb.number("--episode", flags->episode, 0, std::numeric_limits<std::uint64_t>::max(),
              "run only the episode of this number, and tell its story")
      .group(kGroup);
  add_common_flags(verb, flags->common, {kJson, kChecks, kFolder});
  add_ci_flags(verb, flags->ci);
  verb.runs([flags] { return CampaignCommand(*flags).run(); });
}

}  // namespace tidemark::core
