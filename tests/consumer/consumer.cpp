// What the README promises, as a project sees it that only has the package.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <tidemark/gtest.h>
#include <tidemark/rapidcheck.h>
#include <tidemark/tidemark.h>

namespace {

struct LowestPriceWins {
  tidemark::Decision resolve(const tidemark::Conflict& conflict) const {
    return conflict.local.value <= conflict.server.value ? conflict.local : conflict.server;
  }
};

TEST(LowestPriceWins, KeepsItsPromises) {
  EXPECT_TRUE(tidemark::holds(LowestPriceWins{}, {.clients = 3, .episodes = 2'000}));
}

RC_GTEST_PROP(LowestPriceWins, HoldsInWhatRapidCheckDraws, ()) {
  const tidemark::Options scope{.clients = 2};
  tidemark::require(tidemark::holds_in(*tidemark::scenarios(scope), LowestPriceWins{}, scope));
}

}  // namespace
