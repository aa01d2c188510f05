// tidemark adapter: for whoever writes an adapter. Does it do what docs/ADAPTERS.md asks for, and
// does it do what one of our own protocols does?
#include "adapter/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "cli/parts/findings.h"
#include "cli/parts/interrupt.h"
#include "cli/parts/options.h"
#include "cli/parts/progress.h"
#include "cli/verbs/verbs.h"
#include "properties/campaign/comparison.h"
#include "properties/campaign/fuzz.h"
#include "properties/search/forks.h"
#include "sim/foreign.h"
#include "sim/generator.h"
#include "sim/shrinker.h"
#include "sim/trace.h"

namespace tidemark::core {
namespace {

using std::string_view;

constexpr string_view kCheckExamples =
    "Examples:\n"
    "  tidemark adapter check 'node my-adapter.js'\n"
    "\n"
    "One line a check: what the engine should do, and whether it does. What it says that it\n"
    "lacks is passed over. Exit codes: 1 a check failed, 3 the adapter broke off.";
constexpr string_view kCompareExamples =
    "Examples:\n"
    "  tidemark adapter compare 'php appsync.php' --protocol reference --episodes 10000\n"
    "\n"
    "Runs the same random episodes on the engine and on the protocol, and compares what all\n"
    "replicas hold, and which messages travel, after every step. The first difference is shrunk\n"
    "and shown.\n"
    "Exit codes: 1 they differ, 3 the adapter broke off.";

// --- check ---

// A few steps, and what replicas hold after them, before settle.
struct CheckCase {
  string_view claim;
  string_view lacks;  // passed over where the engine lacks one of these words, a comma between
  string_view steps;  // a semicolon between
  string_view held;   // "S o1=v1, B o1": B holds no live o1
};

constexpr std::array kCases{
    CheckCase{"a create is held where it was made", "", "create A o1", "A o1=v1"},
    CheckCase{"a change of the web backend is held by the server", "backend", "create S o1",
              "S o1=v1"},
    CheckCase{"an edit replaces the value", "edits", "create A o1;edit A o1", "A o1=v2"},
    CheckCase{"a delete leaves nothing live", "deletes", "create A o1;delete A o1", "A o1"},
    CheckCase{"an undelete makes it live again", "deletes,undelete,edits",
              "create A o1;delete A o1;undelete A o1", "A o1=v3"},
    CheckCase{"a sync brings a change to the server", "", "create A o1;sync A", "S o1=v1, A o1=v1"},
    CheckCase{"… and from there to another client", "", "create A o1;sync A;sync B",
              "S o1=v1, B o1=v1"},
    CheckCase{"a sync brings an edit", "edits", "create A o1;edit A o1;sync A;sync B",
              "S o1=v2, B o1=v2"},
    CheckCase{"a sync brings a deletion", "deletes", "create A o1;sync A;sync B;delete B o1;sync B",
              "S o1, B o1"},
    CheckCase{"two objects are two", "", "create A o1;create A o2;sync A;sync B",
              "S o1=v1, S o2=v2, B o1=v1, B o2=v2"},
    CheckCase{"a change may come while an exchange is under way", "interleave",
              "begin A;create A o1;finish A;sync A", "S o1=v1, A o1=v1"},
    CheckCase{"a full sync brings everything", "full-sync", "create B o1;sync B;full-sync A",
              "A o1=v1"},
    CheckCase{"what a lost answer left open is mended by the next sync", "lost",
              "create A o1;sync A lose=upload-ack;sync A", "S o1=v1, A o1=v1"},
    CheckCase{"after a lost request the client can begin again", "lost",
              "create A o1;begin A;drop A;sync A", "S o1=v1"},
    CheckCase{"a request may arrive late", "late", "create A o1;begin A;give-up A;sync A;arrive A",
              "S o1=v1, A o1=v1"},
    CheckCase{"a late answer leaves the client as it was", "late",
              "create S o1;begin A;deliver A;give-up A;arrive A", "A o1"},
    CheckCase{"a request may arrive twice", "duplicate",
              "create A o1;begin A;duplicate A;finish A;arrive A", "S o1=v1, A o1=v1"},
    CheckCase{"a client may go offline in the middle", "offline",
              "create A o1;begin A;offline A;online A;sync A", "S o1=v1"},
    CheckCase{"a crash leaves what was stored", "crash", "create A o1;begin A;crash A;sync A",
              "S o1=v1, A o1=v1"},
    CheckCase{"a reinstall leaves nothing", "reinstall", "create A o1;sync A;reinstall A",
              "S o1=v1, A o1"},
    CheckCase{"… and the next sync brings it back", "reinstall",
              "create A o1;sync A;reinstall A;sync A", "A o1=v1"},
    CheckCase{"a restore brings back what was backed up", "restore",
              "create A o1;sync A;backup S;create A o2;sync A;restore S", "S o1=v1, S o2"},
    CheckCase{"clocks may jump", "clock", "clock A +3600;create A o1;clock A -7200;sync A",
              "S o1=v1"},
    CheckCase{"two objects may have one primary key", "shared-keys",
              "create A o1 pk=k;create B o2 pk=k;sync A;sync B", ""},
    CheckCase{"two versions of one object may meet", "edits",
              "create A o1;sync A;sync B;edit A o1;edit B o1;sync A;sync B", ""},
};

// Steps, and others that are done in between and undone by loads.
struct CheckFork {
  string_view steps;
  string_view detour;
};
constexpr string_view kDetour =
    "crash A;create A o3;sync A;create B o4;full-sync B;edit A o1;backup S;sync A;restore S;"
    "reinstall B;sync B";
constexpr CheckFork kFork{
    "create A o1;sync A;sync B;edit A o1;edit B o1;begin A;deliver A;backup S;deliver A;"
    "create B o2;sync B;finish A;delete B o2;restore S;sync B;begin A;deliver A",
    kDetour};
constexpr CheckFork kWholeFork{
    "create A o1;sync A;sync B;edit A o1;edit B o1;sync A;backup S;create B o2;sync B;sync A;"
    "delete B o2;restore S;sync B",
    kDetour};

Trace trace_of(string_view steps) {
  std::string text = "tidemark-trace 1\nclients 2\n";
  text += steps;
  std::replace(text.begin(), text.end(), ';', '\n');
  Trace trace;
  if (const auto error = parse_trace(text, invariant_names(), trace))
    throw std::logic_error(error->message);
  return trace;
}

// What is held before settle begins, as `S o1=v1`; what is not live is not there.
class Holdings {
 public:
  Holdings(const Scenario& scenario, const Recording& recording) {
    for (const Event& event : recording.events) {
      if (is<SettleBegan>(event)) break;
      if (!is<Held, Written>(event)) continue;
      const EventFields change = fields_of(event);
      std::string& held = held_[fmt::format("{} {}", replica_name(change.replica),
                                            scenario.objects[change.guid.number])];
      const std::uint32_t value = change.value.number;
      const bool is_known = value < recording.versions.size();
      const bool is_live =
          change.value != kNoValue && !(is_known && recording.versions[value].isdeleted);
      held = !is_live ? "" : is_known ? fmt::format("v{}", value) : "an unknown value";
    }
  }

  // `S should hold o1=v1, and holds nothing of it`; nothing if it is as wanted.
  std::string differs(string_view wanted) const {
    const std::string what(wanted.substr(0, wanted.find('=')));
    const std::string value(wanted.substr(std::min(wanted.size(), what.size() + 1)));
    const auto found = held_.find(what);
    const std::string held = found == held_.end() ? "" : found->second;
    if (held == value) return {};
    const auto shown = [](const std::string& one) { return one.empty() ? "nothing live" : one; };
    return fmt::format("{} should hold {} of {}, and holds {}", what.substr(0, 1), shown(value),
                       what.substr(2), shown(held));
  }

 private:
  std::map<std::string, std::string> held_;
};

bool is_same_run(const Recording& a, const Recording& b) { return a.events == b.events; }

class CheckCommand {
 public:
  CheckCommand(const CommonFlags& common, const EngineFlags& engine)
      : output_(common), configuration_(configurations_of(engine, "").front()) {}

  ExitCode run() {
    const Traits& traits = configuration_.spec->traits();
    output_.result(fmt::format("ok    says hello: {} {}, strategy {}, decisions {}, {}",
                               traits.name, traits.version, traits.strategy,
                               traits.reports_decisions ? "reported" : "inferred",
                               count_of(traits.worlds, "world")));
    for (const CheckCase& each : kCases) check(each);
    check_messages();
    check_worlds();
    check_snapshots();
    output_.result(failed_ + faults_ == 0
                       ? "all is as docs/ADAPTERS.md asks for"
                       : fmt::format("{} failed", count_of(failed_ + faults_, "check")));
    output_.json(document());
    return first_of(faults_ > 0, failed_ > 0, false, false);
  }

 private:
  bool lacks(string_view words) const {
    const auto& lacking = configuration_.spec->traits().lacks;
    return std::any_of(lacking.begin(), lacking.end(), [&](const std::string& word) {
      return fmt::format(",{},", words).find(fmt::format(",{},", word)) != std::string::npos;
    });
  }

  // Says what came of a check; `find_out` returns what is wrong, or nothing.
  template <class FindOut>
  void tell(string_view claim, string_view steps, FindOut find_out) {
    std::string wrong;
    std::vector<std::string> transcript;
    bool is_fault = false;
    try {
      wrong = find_out();
      failed_ += wrong.empty() ? 0 : 1;
      if (!wrong.empty()) transcript = adapter().transcript();
    } catch (const EngineFault& fault) {
      ++faults_;
      is_fault = true;
      wrong = fault.what();
      transcript = fault.transcript.empty() ? adapter().transcript() : fault.transcript;
    }
    note(claim, wrong.empty() ? "ok" : is_fault ? "fault" : "failed", wrong, steps, transcript);
    if (wrong.empty()) return output_.result(fmt::format("ok    {}", claim));
    output_.result(fmt::format("FAIL  {}: {}", claim, printable(wrong)));
    if (!steps.empty()) output_.result(fmt::format("        after: {}", steps));
    for (const std::string& line : transcript) output_.result("        " + printable(line));
  }

  void pass_over(string_view claim, const std::string& why) {
    note(claim, "passed-over", why, {}, {});
    output_.result(fmt::format("--    {} ({})", claim, why));
  }

  // For the document. What is empty is left null.
  void note(string_view claim, string_view result, const std::string& why, string_view steps,
            const std::vector<std::string>& transcript) {
    checks_.push_back({{"claim", claim},
                       {"result", result},
                       {"why", why.empty() ? nlohmann::json(nullptr) : nlohmann::json(why)},
                       {"after", steps.empty() ? nlohmann::json(nullptr) : nlohmann::json(steps)},
                       {"transcript", transcript}});
  }
  nlohmann::json document() const {
    const Traits& traits = configuration_.spec->traits();
    return {{"schema", "tidemark/adapter-check/1"},
            {"engine",
             {{"name", traits.name},
              {"version", traits.version},
              {"strategy", traits.strategy},
              {"reports_decisions", traits.reports_decisions},
              {"worlds", traits.worlds}}},
            {"holds", failed_ + faults_ == 0},
            {"checks", checks_}};
  }

  void check(const CheckCase& one) {
    if (lacks(one.lacks)) return pass_over(one.claim, "the engine lacks it");
    tell(one.claim, one.steps, [&] {
      const Trace trace = trace_of(one.steps);
      Runner runner(configuration_);
      const Recording first = runner.record(trace.scenario);
      const Holdings holdings(trace.scenario, first);
      for (string_view rest = one.held; !rest.empty();) {
        const std::size_t end = std::min(rest.find(", "), rest.size());
        if (std::string wrong = holdings.differs(rest.substr(0, end)); !wrong.empty()) return wrong;
        rest.remove_prefix(std::min(rest.size(), end + 2));
      }
      if (!is_same_run(first, runner.record(trace.scenario)))
        return std::string("the same steps, done twice, went differently the second time");
      return std::string();
    });
  }

  // What redundant transfer is judged by.
  void check_messages() {
    constexpr string_view kClaim = "messages list the versions that they carry";
    if (excuses(configuration_.spec->traits(), "no-redundant-transfer"))
      return pass_over(kClaim, "it excuses no-redundant-transfer");
    constexpr string_view kSteps = "create A o1;sync A;sync B";
    tell(kClaim, kSteps, [&] {
      const Recording run = Runner(configuration_).record(trace_of(kSteps).scenario);
      const auto carried = std::count_if(run.events.begin(), run.events.end(), is<Carried>);
      return carried >= 2 ? std::string()
                          : std::string(
                                "o1 reached the server and B, and no message listed it in "
                                "'objects'");
    });
  }

  void check_worlds() {
    const std::uint32_t worlds = configuration_.spec->traits().worlds;
    if (worlds < 2) return;
    constexpr string_view kSteps = "create A o1;sync A;create B o2;sync B;sync A";
    tell("worlds share nothing", kSteps, [&] {
      const Trace trace = trace_of(kSteps);
      std::array<Recording, 2> runs;
      std::array<std::function<void()>, 2> jobs;
      for (std::uint32_t i = 0; i < 2; ++i)
        jobs[i] = [&, i] {
          runs[i] = Runner(configuration_, i == 0 ? 0 : worlds - 1).record(trace.scenario);
        };
      adapter().side_by_side(jobs);
      return is_same_run(runs[0], runs[1])
                 ? std::string()
                 : std::string("the same steps in two worlds at the same time went differently");
    });
  }

  // What explore does all the time: it comes back to a state after others were gone through.
  void check_snapshots() {
    constexpr string_view kClaim = "after a load it goes on as from what was saved";
    constexpr string_view kSaved = "a load brings back what was saved, and leaves the others alone";
    if (!configuration_.spec->traits().snapshots)
      return pass_over(kClaim, "hello does not say \"snapshot\"");
    const bool whole = lacks("interleave");
    const CheckFork fork = whole ? kWholeFork : kFork;
    const std::string steps = fmt::format("{};{}", fork.steps, fork.detour);
    const Scenario scenario = trace_of(steps).scenario;
    const std::size_t count = trace_of(fork.steps).scenario.steps.size();
    const std::string told =
        fmt::format("{}; before each step, as a detour: {}", fork.steps, fork.detour);
    tell(kClaim, told, [&] {
      return run_with_detours(configuration_, scenario, count, true) ==
                     run_with_detours(configuration_, scenario, count, false)
                 ? std::string()
                 : std::string("after a detour and a load it went on differently");
    });
    tell(kSaved, steps, [&] { return check_texts(configuration_, scenario, count); });
  }

  Adapter& adapter() { return dynamic_cast<Adapter&>(*configuration_.spec->hosted()); }

  Output output_;
  Configuration configuration_;
  std::size_t failed_ = 0;
  std::size_t faults_ = 0;
  nlohmann::json checks_ = nlohmann::json::array();
};

// --- compare ---

struct CompareFlags {
  CommonFlags common;
  EngineFlags engine;
  EngineFlags protocol;
  Scope scope;
  std::uint64_t seed = kDefaultSeed;
  std::uint64_t episodes = 1'000;
};

// That of our own protocol: the one that was asked for, or the one that the engine says it has.
std::string_view strategy_to_compare(const CompareFlags& flags, const Configuration& theirs) {
  if (flags.protocol.strategy) return *flags.protocol.strategy;
  if (find_strategy(theirs.strategy.name) == nullptr)
    bad_usage(
        "the engine has a strategy of its own, expected --strategy that says which of ours it is");
  return theirs.strategy.name;
}

class CompareCommand {
 public:
  explicit CompareCommand(const CompareFlags& flags)
      : flags_(flags),
        output_(flags.common),
        theirs_(configurations_of(flags.engine, "").front()),
        ours_(configurations_of(flags.protocol, strategy_to_compare(flags, theirs_)).front()),
        their_runner_(theirs_),
        our_runner_(ours_) {}

  ExitCode run() {
    catch_interrupts();
    output_.note(fmt::format("{} against {}, seed {}", theirs_.protocol_name, ours_.protocol_name,
                             print_seed(flags_.seed)));
    const FeatureSet lacked = lacked_features(theirs_.spec->traits());
    const Scope scope = within(flags_.scope, kAllFeatures & ~lacked);
    Generator generator(scope);
    Progress progress(!output_.quiet());
    for (std::uint64_t index = 0; index < flags_.episodes; ++index) {
      if (interrupted()) return interrupt_code();
      progress.show([&](std::chrono::milliseconds) {
        return fmt::format("{} of {} episodes", grouped(index), grouped(flags_.episodes));
      });
      const std::uint64_t seed = seed_of(flags_.seed, index);
      const Scenario& scenario = generator.generate(seed);
      if (differ(scenario)) return tell(index, scenario, scope);
    }
    output_.result(fmt::format("{} and {} did the same in {}", theirs_.protocol_name,
                               configuration_name_of(ours_), count_of(flags_.episodes, "episode")));
    output_.json(document(flags_.episodes, nullptr));
    return ExitCode::held;
  }

 private:
  static std::string configuration_name_of(const Configuration& configuration) {
    return fmt::format("{}, {}", configuration.protocol_name, configuration.strategy.name);
  }
  Comparison compare(const Scenario& scenario) {
    return {our_runner_.record(scenario), their_runner_.record(scenario)};
  }
  bool differ(const Scenario& scenario) { return compare(scenario).differ(); }

  // The smallest episode in which they differ, and where.
  ExitCode tell(std::uint64_t index, const Scenario& scenario, const Scope& scope) {
    const std::string seed = print_seed(seed_of(flags_.seed, index));
    ShrinkBudget budget;
    budget.may_use = features(scope);
    const ShrinkResult shrunk = shrink(
        scenario, [&](const Scenario& candidate) { return differ(labelled_in_order(candidate)); },
        budget);
    const Trace trace = make_trace(ours_, labelled_in_order(shrunk.scenario));
    const Comparison both = compare(trace.scenario);
    output_.result(fmt::format("they differ, episode seed {}; shrunk to {}:", seed,
                               count_of(trace.scenario.steps.size(), "step")));
    output_.result(print_trace(trace));
    const std::string ours = both.ours(trace.scenario);
    const std::string theirs = both.theirs(trace.scenario);
    output_.result(
        fmt::format("{}: {}\n{}: {}", ours_.protocol_name, ours, theirs_.protocol_name, theirs));
    output_.json(document(
        index + 1,
        {{"seed", seed}, {"trace", print_trace(trace)}, {"protocol", ours}, {"engine", theirs}}));
    return ExitCode::violated;
  }

  // `difference`: null where they did the same in all episodes that ran.
  nlohmann::json document(std::uint64_t episodes, const nlohmann::json& difference) const {
    return {{"schema", "tidemark/adapter-compare/1"}, {"engine", theirs_.protocol_name},
            {"protocol", ours_.protocol_name},        {"strategy", ours_.strategy.name},
            {"seed", print_seed(flags_.seed)},        {"episodes", episodes},
            {"same", difference.is_null()},           {"difference", difference}};
  }

  const CompareFlags& flags_;
  Output output_;
  Configuration theirs_;
  Configuration ours_;
  Runner their_runner_;
  Runner our_runner_;
};

struct AdapterFlags {
  EngineFlags engine;
  CommonFlags common;
  CompareFlags compare;
};

void add_command_argument(VerbFlags& verb, EngineFlags& engine) {
  verb.argument(
          "COMMAND", [&engine](const std::string& command) { engine.engine = command; },
          "the command that starts it")
      .required();
}

void add_check(VerbFlags& verb, const std::shared_ptr<AdapterFlags>& flags) {
  VerbFlags check = verb.verb("check", "does an adapter do what docs/ADAPTERS.md asks for?");
  check.footer(kCheckExamples);
  add_command_argument(check, flags->engine);
  add_common_flags(check, flags->common, {kJson});
  check.runs([flags] { return CheckCommand(flags->common, flags->engine).run(); });
}

void add_compare(VerbFlags& verb, const std::shared_ptr<AdapterFlags>& all) {
  CompareFlags& flags = all->compare;
  VerbFlags compare = verb.verb("compare", "does an engine do what one of our protocols does?");
  compare.footer(kCompareExamples);
  add_command_argument(compare, flags.engine);
  compare
      .text(
          "--protocol", "NAME",
          [&flags](const std::string& name) { flags.protocol.protocol = name; },
          "what it is compared with")
      .required();
  compare.text(
      "--strategy", "NAME",
      [&flags](const std::string& name) { flags.engine.strategy = flags.protocol.strategy = name; },
      "of both; without, the engine's own");
  compare.number("--episodes", flags.episodes, 1, std::uint64_t{1} << 40, "how many")
      .usually(std::to_string(flags.episodes));
  compare.number("--seed", flags.seed, 0, ~std::uint64_t{0}, "decides everything")
      .usually(std::to_string(flags.seed));
  add_scope_flags(compare, flags.scope);
  add_common_flags(compare, flags.common, {kJson});
  compare.runs([all] { return CompareCommand(all->compare).run(); });
}

}  // namespace

void add_adapter(CommandLine& command) {
  const auto flags = std::make_shared<AdapterFlags>();
  VerbFlags verb = command.verb("adapter", "for engines in any language: check, compare");
  add_check(verb, flags);
  add_compare(verb, flags);
}

}  // namespace tidemark::core
