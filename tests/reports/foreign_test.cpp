// What is told of engines of other people: only what they report.
#include <gtest/gtest.h>

#include <memory>
#include <regex>
#include <string>
#include <utility>

#include "properties/engines.h"
#include "reports/account.h"
#include "reports/explanation.h"
#include "reports/story.h"
#include "tests/reports/samples.h"
#include "tests/sim/hosted.h"

namespace tidemark::core {
namespace {

// `page`, as it is or with its counter and marks kept from the harness.
struct Page final : tidemark::Engine {
  std::shared_ptr<tidemark::Engine> inner;
  bool tells_marks;
  explicit Page(bool tells)
      : inner(with_engine(find_protocol("page")->protocol, built_in("server-priority"),
                          [](auto engine) -> std::shared_ptr<tidemark::Engine> {
                            return std::make_shared<Hosted<decltype(engine)>>(std::move(engine),
                                                                              "page");
                          })),
        tells_marks(tells) {}
  const Traits& traits() const override { return inner->traits(); }
  Answer handle(const Request& request) override {
    Answer answer = inner->handle(request);
    if (!tells_marks)
      answer.counter = answer.counter_lastsync = answer.servercounter_lastsync = std::nullopt;
    return answer;
  }
};

Trace echo() {
  return trace_of(
      "tidemark-trace 1\nstrategy server-priority\nclients 2\n"
      "create A o1\nsync A\nbegin B\ndeliver B\nfinish B\nedit A o1\nsync A\nsync B\n");
}

Configuration driven(std::shared_ptr<tidemark::Engine> engine) {
  Configuration configuration{.protocol_name = "page"};
  configuration.spec = hosted_spec(std::move(engine));
  return configuration;
}
Recording record(const Trace& trace, const Configuration& configuration) {
  return Runner(configuration).record(trace.scenario);
}

// The story, and the screen of whatever is broken.
std::string all_reports(const Trace& trace, const Configuration& configuration) {
  const Recording recording = record(trace, configuration);
  std::string text = story(trace, recording, {});
  for (std::size_t i = 0; i < kInvariants; ++i)
    if (const auto invariant = static_cast<Invariant>(i);
        recording.outcome.verdict.broken(invariant))
      text += screen(shown_finding(configuration, trace, invariant), false);
  return text;
}

TEST(ReportsOfForeign, SayNothingOfMarksThatNoAnswerReported) {
  const Configuration silent = driven(std::make_shared<Page>(false));
  ASSERT_TRUE(record(echo(), silent).outcome.verdict.broken(Invariant::no_redundant_transfer));
  const std::string text = all_reports(echo(), silent);
  EXPECT_FALSE(std::regex_search(text, std::regex("since \\d"))) << text;
  EXPECT_FALSE(std::regex_search(text, std::regex(" \n"))) << text;
  EXPECT_NE(text.find("A asked, and was sent it again"), std::string::npos) << text;
}

TEST(ReportsOfForeign, SayTheMarksThatAnswersReported) {
  const Trace trace = echo();
  Recording ours = record(trace);
  Recording theirs = record(trace, driven(std::make_shared<Page>(true)));
  ours.outcome.summary.digest = theirs.outcome.summary.digest = 0;  // facts come in another order
  EXPECT_EQ(story(trace, theirs, {}), story(trace, ours, {}));
}

// Shows an object that is deleted as `shown`, as if a deletion took only the version that it was
// made over, and what lost to that came up again.
struct Resurrecting final : tidemark::Engine {
  Page page{true};
  std::string shown;
  explicit Resurrecting(std::string version) : shown(std::move(version)) {}
  const Traits& traits() const override { return page.traits(); }
  Answer handle(const Request& request) override {
    Answer answer = page.handle(request);
    if (answer.holds)
      for (tidemark::Held& held : *answer.holds)
        if (std::exchange(held.isdeleted, false)) held.value = shown;
    return answer;
  }
};

// v3 lost to v2, v4 deletes v2, and v3 is there again.
TEST(ReportsOfForeign, NameTheVersionThatAChangeItselfBroughtBack) {
  const Trace trace = trace_of(
      "tidemark-trace 1\nclients 1\n"
      "create S o1\nsync A\nedit S o1\nedit A o1\nsync A\ndelete S o1\n");
  const Recording recording = record(trace, driven(std::make_shared<Resurrecting>("v3")));
  const Verdict& verdict = recording.outcome.verdict;
  ASSERT_TRUE(verdict.broken(Invariant::no_lost_update));
  const Account account(trace.scenario, recording);
  const Explanation explanation =
      explain(verdict.breach(Invariant::no_lost_update), account, "server-priority");
  EXPECT_EQ(
      explanation.why,
      "v2 -> v4 (deletion on S, step 6); in step 6 the server went over to v3, which does not "
      "come from v4, and no message brought it: nobody chose");
  EXPECT_EQ(explanation.spot, (Spot{5, 0}));
}

}  // namespace
}  // namespace tidemark::core
