// tidemark mutants: is each planted defect caught, how soon, and by how short a trace? And is each
// invariant good for something that no other one catches?
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/text.h"
#include "cli/parts/command_name.h"
#include "cli/parts/findings.h"
#include "cli/parts/interrupt.h"
#include "cli/parts/options.h"
#include "cli/parts/progress.h"
#include "cli/parts/values.h"
#include "cli/parts/version.h"
#include "cli/verbs/verbs.h"
#include "properties/campaign/mutants.h"
#include "reports/json.h"
#include "reports/mutants_table.h"

namespace tidemark::core {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kMutantsExamples =
    "Examples:\n"
    "  tidemark mutants\n"
    "      each that 'tidemark list mutants' has, under 20 seeds\n"
    "  tidemark mutants ack-carries-nothing drops-name --prove --out found\n"
    "      these two; is there a shorter trace than the one found?\n"
    "  tidemark mutants --without all\n"
    "      with each invariant switched off in turn: which mutants does nothing else catch?\n"
    "\n"
    "A run ends with the first episode that breaks the mutant's invariant. Exit code 0: every run\n"
    "caught its mutant, and of each mutant half of the runs did so within 2 000 episodes. Those "
    "that\n"
    "are too rare for that are shown by their traces, and not counted. The same command gives the\n"
    "same bytes on stdout for any --jobs, unless --prove-for ends a search.";

constexpr std::uint64_t kStates = 300'000;
constexpr std::uint64_t kMemory = std::uint64_t{3} << 30;  // bytes, of one search

struct MutantsFlags {
  CommonFlags common;
  std::vector<std::string> names;
  TrialPlan plan;
  std::optional<std::uint64_t> seed;
  std::vector<Invariant> without;
  bool prove = false;
  std::uint64_t states = kStates;
  TimeFlag prove_for;

  MutantsFlags() { plan.jobs = usual_jobs(); }
};

// Those of these names, each once, in the order of the list; without names all. Throws BadInput.
std::vector<const NamedMutant*> mutants_of(const std::vector<std::string>& names) {
  std::vector<std::string_view> known;
  for (const NamedMutant& named : mutants()) known.push_back(named.name);
  for (const std::string& name : names)
    if (find_mutant(name) == nullptr) bad_usage("{}", unknown_name("mutant", name, known));
  std::vector<const NamedMutant*> wanted;
  for (const NamedMutant& named : mutants())
    if (names.empty() || std::find(names.begin(), names.end(), named.name) != names.end())
      wanted.push_back(&named);
  return wanted;
}

class MutantsCommand {
 public:
  explicit MutantsCommand(const MutantsFlags& flags)
      : flags_(flags),
        plan_(flags.plan),
        output_(flags.common),
        mutants_(mutants_of(flags.names)),
        folder_(flags.common.out.folder()) {
    plan_.seed = flags.seed.value_or(kDefaultSeed);
    if (!flags.without.empty() && output_.out().wants(kFolder))
      bad_usage("--without excludes --out DIR: it keeps no traces");
  }

  ExitCode run() {
    catch_interrupts();
    announce();
    if (flags_.without.empty())
      try_all();
    else
      switch_off_each();
    return finish();
  }

 private:
  void announce() const;
  Flags run_flags() const;
  std::string command(bool all) const;

  void try_all();
  std::vector<const NamedMutant*> tried() const;
  void prove(Trial& trial);
  void check(const Trial& trial);
  void check(const RareMutant& rare);
  void keep_traces();
  void switch_off_each();
  TrialWatch watch(Progress& progress, std::string label) const;

  std::uint64_t digest() const;
  void tell_sums() const;
  ExitCode finish();

  const MutantsFlags& flags_;
  TrialPlan plan_;
  Output output_;
  std::vector<const NamedMutant*> mutants_;
  std::vector<Trial> trials_;
  std::vector<RareMutant> rare_;
  std::vector<Without> without_;
  Problems problems_;
  TraceFolder folder_;
};

// --- the command, as it is repeated

Flags MutantsCommand::run_flags() const {
  const MutantsFlags base;
  Flags flags = flags_of(plan_.scope);
  const auto add = [&](const char* name, std::uint64_t number, std::uint64_t usual) {
    flags.push_back({name, std::to_string(number), number == usual});
  };
  flags.push_back({"--seed", print_seed(plan_.seed), false});
  add("--seeds", plan_.seeds, base.plan.seeds);
  add("--episodes", plan_.episodes, base.plan.episodes);
  add("--shrink-runs", plan_.budget.runs, base.plan.budget.runs);
  add("--jobs", plan_.jobs, base.plan.jobs);
  if (flags_.prove) add("--prove-states", flags_.states, base.states);
  if (flags_.prove_for.limit) flags.push_back({"--prove-for", flags_.prove_for.text, false});
  const Flags out = out_flags_of(output_.out());
  flags.insert(flags.end(), out.begin(), out.end());
  return flags;
}

std::string MutantsCommand::command(bool all) const {
  std::string text = command_name() + " mutants";
  for (const std::string& name : flags_.names) text += " " + name;
  if (flags_.prove) text += " --prove";
  if (!flags_.without.empty()) {
    std::string names;
    for (const Invariant each : flags_.without)
      names += fmt::format("{}{}", names.empty() ? "" : ",", name_of(each));
    text += " --without " + (flags_.without.size() == kInvariants ? "all" : names);
  }
  return text + " " + print_flags(run_flags(), all);
}

void MutantsCommand::announce() const {
  output_.note(fmt::format("{}, {} from seed {} on", version_line(), count_of(plan_.seeds, "run"),
                           print_seed(plan_.seed)));
  output_.note(command(true));
  note_unreachable(output_, plan_.scope);
}

// --- the trials

TrialWatch MutantsCommand::watch(Progress& progress, std::string label) const {
  return [&progress, label = std::move(label)](const TrialProgress& now) {
    progress.show([&](milliseconds elapsed) { return runs_line(label, now, elapsed); });
    return !interrupted();
  };
}

// The rare ones only where they are asked for by name.
std::vector<const NamedMutant*> MutantsCommand::tried() const {
  std::vector<const NamedMutant*> tried;
  for (const NamedMutant* named : mutants_)
    if (!named->is_rare() || !flags_.names.empty()) tried.push_back(named);
  return tried;
}

void MutantsCommand::try_all() {
  {
    Progress progress(!output_.quiet());
    trials_ = try_mutants(tried(), plan_, watch(progress, "mutants"));
  }
  std::erase_if(trials_, [](const Trial& trial) { return !trial.complete; });
  rare_ = rare_mutants(mutants_);
  for (Trial& trial : trials_) {
    if (flags_.prove && trial.simplest() != nullptr && !interrupted()) prove(trial);
    check(trial);
  }
  for (const RareMutant& each : rare_) check(each);
  keep_traces();
  if (!output_.quiet()) output_.result(mutants_table(trials_, rare_, plan_, output_.color()));
}

// A level of the search is not begun when so many states are known.
void MutantsCommand::prove(Trial& trial) {
  std::optional<ExplorePlan> plan = proof_plan(*trial.simplest());
  if (!plan) return;
  plan->jobs = plan_.jobs;
  plan->memory = kMemory;
  const TimeLimit limit(flags_.prove_for.limit, 1);
  SearchProgress progress(std::string(trial.named->name), !output_.quiet());
  trial.proof = explore(trial.configuration, *plan, [&](const ExploreProgress& now) {
    progress.show(now);
    return !interrupted() && !limit.is_over(0) && now.states <= flags_.states;
  });
  for (const std::string& fault : trial.proof->faults)
    problems_.faults.push_back(fmt::format("{}: {}", trial.named->name, fault));
  if (trial.is_missed())
    problems_.faults.push_back(
        fmt::format("{}: the search for a shorter trace does not meet the one that was found",
                    trial.named->name));
}

void MutantsCommand::check(const Trial& trial) {
  if (trial.simplest() != nullptr)
    shown_again(show(trial.configuration, *trial.simplest()), trial.named->invariant,
                command(false), problems_.faults);
  if (!trial.named->is_rare() && !trial.passes())
    problems_.faults.push_back(complaint(trial, plan_));
}

void MutantsCommand::check(const RareMutant& rare) {
  if (!rare.shows())
    problems_.faults.push_back(
        fmt::format("{}: its trace does not break {}", rare.named->name, rare.named->invariant));
}

void MutantsCommand::keep_traces() {
  const auto keep = [&](const NamedMutant& named, const Trace& trace) {
    folder_.keep(configuration_of(named), *find_invariant(named.invariant),
                 fmt::format("{}.trace", named.name), trace);
  };
  for (const RareMutant& each : rare_) keep(*each.named, each.trace);
  for (const Trial& trial : trials_)
    if (!trial.named->is_rare() && trial.simplest() != nullptr)
      keep(*trial.named, trial.shown_trace());
}

void MutantsCommand::switch_off_each() {
  for (const Invariant invariant : flags_.without) {
    {
      Progress progress(!output_.quiet());
      without_.push_back(
          try_without(invariant, mutants_, plan_,
                      watch(progress, fmt::format("without {}", name_of(invariant)))));
    }
    if (interrupted()) return without_.pop_back();
    const Without& last = without_.back();
    if (last.alone().empty())
      problems_.faults.push_back(
          fmt::format("{} catches nothing that the others do not", name_of(invariant)));
    if (!output_.quiet()) output_.result(without_lines(last, output_.color()));
  }
}

// --- the end

std::uint64_t MutantsCommand::digest() const {
  Digest digest;
  const auto add = [&](const Trial& trial) {
    for (const Hunt& hunt : trial.hunts) {
      digest.add(hunt.episodes);
      digest.add(hunt.before);
      digest.add(hunt.broken);
    }
  };
  for (const Trial& trial : trials_) add(trial);
  for (const Without& each : without_)
    for (const Trial& trial : each.trials) add(trial);
  return digest.value();
}

void MutantsCommand::tell_sums() const {
  problems_.tell();
  if (interrupted())
    output_.note(fmt::format("tidemark: interrupted; to run it whole: {}", command(false)));
  if (output_.quiet()) return;
  const auto counted = [](const Trial& trial) { return !trial.named->is_rare(); };
  const auto passing = [&](const Trial& trial) { return counted(trial) && trial.passes(); };
  if (flags_.without.empty())
    output_.result(fmt::format(
        "{} of {} caught · digest {}", std::count_if(trials_.begin(), trials_.end(), passing),
        count_of(static_cast<std::uint64_t>(std::count_if(trials_.begin(), trials_.end(), counted)),
                 "mutant"),
        print_digest(digest())));
}

ExitCode MutantsCommand::finish() {
  if (output_.wants_json()) output_.json(mutants_json(trials_, rare_, without_, plan_));
  tell_sums();
  if (interrupted()) return interrupt_code();
  return first_of(!problems_.faults.empty(), false, false, false);
}

// --- flags

void set_without(MutantsFlags& flags, const std::string& text) {
  flags.without.clear();
  for (const NamedInvariant& named : invariants())
    if (text == "all") flags.without.push_back(named.invariant);
  if (text == "all") return;
  for (const std::size_t place : parse_list("--without", "invariant", text, invariant_names()))
    flags.without.push_back(invariants()[place].invariant);
}

void add_trial_flags(VerbFlags& verb, MutantsFlags& flags) {
  constexpr const char* kGroup = "Trial";
  const auto number = [&](const char* name, auto& target, std::uint64_t low, std::uint64_t high,
                          const char* what) {
    verb.number(name, target, low, high, what).usually(std::to_string(target)).group(kGroup);
  };
  number("--seeds", flags.plan.seeds, 1, 1'000, "so many runs of each mutant");
  number("--episodes", flags.plan.episodes, 1, std::uint64_t{1} << 40, "of one run, at most");
  add_seed_flag(verb, flags.seed, "of the first run; decimal or 0x…")
      .usually(std::to_string(kDefaultSeed))
      .group(kGroup);
  add_budget_flag(verb, flags.plan.budget).group(kGroup);
  add_jobs_flag(verb, [&flags](std::uint32_t jobs) { flags.plan.jobs = jobs; }).group(kGroup);
  verb.text(
          "--without", "LIST", [&flags](const std::string& text) { set_without(flags, text); },
          "invariants, a comma between, or all: what does each of them catch alone?")
      .group(kGroup);
}

void add_proof_flags(VerbFlags& verb, MutantsFlags& flags) {
  constexpr const char* kGroup = "Proof";
  AddedFlag prove =
      verb.toggle("--prove", flags.prove, "search for a trace that is shorter than what was found")
          .excludes(verb.find("--without"));
  AddedFlag states = verb.number("--prove-states", flags.states, 1, std::uint64_t{1} << 32,
                                 "no search goes a step further when it knows so many states")
                         .usually(std::to_string(flags.states));
  AddedFlag time = verb.text(
      "--prove-for", "TIME",
      [&flags](const std::string& text) {
        flags.prove_for = {parse_time(text), text};
        if (!flags.prove_for.limit)
          bad_usage("--prove-for: '{}' is no time, expected one such as 60s, 10m or 2h", text);
      },
      "so long at most, of each search");
  for (AddedFlag option : {states, time}) option.needs(prove);
  for (AddedFlag option : {prove, states, time}) option.group(kGroup);
}

}  // namespace

void add_mutants(CommandLine& command) {
  const auto flags = std::make_shared<MutantsFlags>();
  VerbFlags verb =
      command.verb("mutants", "is each planted defect caught, and by how short a trace?");
  verb.footer(kMutantsExamples);
  verb.arguments("NAME", flags->names, "these mutants only; 'tidemark list mutants' has them");
  add_scope_flags(verb, flags->plan.scope);
  add_trial_flags(verb, *flags);
  add_proof_flags(verb, *flags);
  add_common_flags(verb, flags->common, {kJson, kFolder});
  verb.runs([flags] { return MutantsCommand(*flags).run(); });
}

}  // namespace tidemark::core
